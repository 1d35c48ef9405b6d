"""Figures as pages show them: a label, a text and, where one is needed, a remark. What is not defined is a dash."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

DASH = "–"


@dataclass(frozen=True, slots=True)
class Figure:
    """``name`` is the figure's stable name; ``sign`` is "good", "bad" or "" and never depends on a taste of colours."""

    name: str
    label: str
    text: str
    remark: str = ""
    sign: str = ""


def number(value: float | None, digits: int = 2) -> str:
    """A number as the person's language writes it."""
    if value is None:
        return DASH
    return str(number_format(round(value, digits) + 0.0, digits, use_l10n=True, force_grouping=True))


def percent(value: float | None) -> str:
    return DASH if value is None else f"{number(value)} %"


def whole(value: int | None) -> str:
    return DASH if value is None else str(number_format(value, 0, use_l10n=True, force_grouping=True))


def main(found: Mapping[str, Any]) -> list[Figure]:
    """The few that stand first, also on the card."""
    return [
        _signed("return_pct", _("Return"), found),
        _signed("buy_hold_pct", _("Buy and hold"), found),
        Figure("max_drawdown_pct", _("Largest drawdown"), percent(found["max_drawdown_pct"])),
        Figure("sharpe", _("Sharpe ratio"), number(found["sharpe"])),
        Figure("trades", _("Closed trades"), whole(found["trades"]), _open_words(found)),
        Figure("win_rate_pct", _("Win rate"), percent(found["win_rate_pct"])),
    ]


def groups(found: Mapping[str, Any]) -> list[tuple[str, list[Figure]]]:
    """All of them, by what they are about."""
    returns = [
        _signed("return_pct", _("Return"), found),
        _signed("buy_hold_pct", _("Buy and hold"), found),
        _signed("annual_return_pct", _("Annual return"), found),
        Figure("final_equity", _("Final equity"), number(found["final_equity"])),
        Figure("fees", _("Fees"), number(found["fees"])),
    ]
    risk = [
        Figure("max_drawdown_pct", _("Largest drawdown"), percent(found["max_drawdown_pct"])),
        Figure("max_drawdown_days", _("Its length"), _days(found), _recovered(found)),
        Figure("annual_volatility_pct", _("Annual volatility"), percent(found["annual_volatility_pct"])),
        Figure("sharpe", _("Sharpe ratio"), number(found["sharpe"])),
        Figure("sortino", _("Sortino ratio"), number(found["sortino"])),
        Figure("calmar", _("Calmar ratio"), number(found["calmar"])),
        Figure("exposure_pct", _("Exposure"), percent(found["exposure_pct"])),
    ]
    trades = [
        Figure("trades", _("Closed trades"), whole(found["trades"]), _open_words(found)),
        Figure("win_rate_pct", _("Win rate"), percent(found["win_rate_pct"])),
        Figure("profit_factor", _("Profit factor"), number(found["profit_factor"])),
        Figure("expectancy", _("Expectancy of a trade"), number(found["expectancy"])),
        Figure("sqn", _("SQN"), number(found["sqn"])),
        _signed("best_trade_pct", _("Best trade"), found),
        _signed("worst_trade_pct", _("Worst trade"), found),
        _signed("average_trade_pct", _("Average trade"), found),
        Figure("rejected_orders", _("Orders that could not be filled"), whole(found["rejected_orders"])),
    ]
    return [(_("Return"), returns), (_("Risk"), risk), (_("Trades"), trades)]


def _signed(name: str, label: str, found: Mapping[str, Any]) -> Figure:
    value = found[name]
    sign = "" if not value else "good" if value > 0 else "bad"
    return Figure(name, label, percent(value), sign=sign)


def _open_words(found: Mapping[str, Any]) -> str:
    count = found["open_trades"]
    return ngettext("%(count)s still open", "%(count)s still open", count) % {"count": count} if count else ""


def _days(found: Mapping[str, Any]) -> str:
    days = found["max_drawdown_days"]
    return DASH if days is None else _("%(days)s days") % {"days": number(days, 1)}


def _recovered(found: Mapping[str, Any]) -> str:
    recovered = found["max_drawdown_recovered"]
    if recovered is None:
        return ""
    return _("recovered") if recovered else _("not recovered by the end")
