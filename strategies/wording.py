"""A spec in a person's words: every item and condition as a short phrase in the active language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

INDICATORS_SHORT = {"VOLUME_SMA": "Volume SMA", "DONCHIAN": "Donchian"}


@dataclass(frozen=True, slots=True)
class SpecItem:
    """One thing the person said: ``words`` are their own, ``path`` is its place in the spec."""

    path: str
    label: str
    text: str
    words: str = ""


def spec_items(spec: Mapping[str, Any], sources: Mapping[str, Any] | None = None) -> list[SpecItem]:
    """Everything that is said in ``spec``, in the order of a plan."""
    market, risk = spec.get("market") or {}, spec.get("risk") or {}
    found: list[tuple[str, str, str | None]] = [
        ("market.instrument", _("Instrument"), market.get("instrument")),
        ("market.kind", _("Market"), _market_kind(market.get("kind"))),
        ("market.timeframe", _("Bars"), timeframe_words(market.get("timeframe"))),
        ("direction", _("Direction"), direction_words(spec.get("direction"))),
        ("entry", _("Entry"), condition_words(spec.get("entry"))),
        ("exit", _("Exit"), condition_words(spec.get("exit"))),
        ("risk.stop_loss_pct", _("Stop loss"), _percent(risk.get("stop_loss_pct"))),
        ("risk.take_profit_pct", _("Take profit"), _percent(risk.get("take_profit_pct"))),
        ("risk.trailing_stop_pct", _("Trailing stop"), _percent(risk.get("trailing_stop_pct"))),
        ("risk.position_pct", _("Position size"), _percent(risk.get("position_pct"))),
        ("risk.max_bars", _("Longest holding"), _bars(risk.get("max_bars"))),
        ("indicators", _("Indicators"), ", ".join(indicator_words(item) for item in spec.get("indicators") or [])),
        ("excluded", _("Not wanted"), ", ".join(str(name) for name in spec.get("excluded") or [])),
    ]
    return [SpecItem(path, label, text, _source(sources, path)) for path, label, text in found if text]


def timeframe_words(timeframe: str | None) -> str:
    words = {
        "1m": _("1 minute"),
        "5m": _("5 minutes"),
        "15m": _("15 minutes"),
        "30m": _("30 minutes"),
        "1h": _("1 hour"),
        "4h": _("4 hours"),
        "1d": _("1 day"),
        "1w": _("1 week"),
    }
    return words.get(timeframe or "", timeframe or "")


def direction_words(direction: str | None) -> str:
    words = {"long": _("Long only"), "short": _("Short only"), "both": _("Long and short")}
    return words.get(direction or "", direction or "")


def condition_words(tree: Any) -> str:
    """A condition tree as one phrase; empty where there is none."""
    if not isinstance(tree, Mapping):
        return ""
    if "all" in tree:
        return pgettext("between two conditions", " and ").join(_part(part) for part in tree["all"])
    if "any" in tree:
        return pgettext("between two conditions", " or ").join(_part(part) for part in tree["any"])
    if "not" in tree:
        return _("not ({condition})").format(condition=condition_words(tree["not"]))
    sentences = {
        "cross_above": _("{left} crosses above {right}"),
        "cross_below": _("{left} crosses below {right}"),
        "gt": "{left} > {right}",
        "ge": "{left} ≥ {right}",
        "lt": "{left} < {right}",
        "le": "{left} ≤ {right}",
    }
    sentence = sentences.get(str(tree.get("op")), "{left} ? {right}")
    return sentence.format(left=operand_words(tree.get("left")), right=operand_words(tree.get("right")))


def _part(tree: Any) -> str:
    words = condition_words(tree)
    nested = isinstance(tree, Mapping) and len(tree.get("all") or tree.get("any") or ()) > 1
    return f"({words})" if nested else words


def operand_words(operand: Any) -> str:
    """A number, a price or an indicator as it stands in a phrase."""
    if isinstance(operand, str):
        prices = {
            "open": _("open price"),
            "high": _("high"),
            "low": _("low"),
            "close": _("close"),
            "volume": _("volume"),
        }
        return prices.get(operand, operand)
    if not isinstance(operand, Mapping):
        return "?" if operand is None else _number(operand)
    words = operand_words(operand["price"]) if "price" in operand else indicator_words(operand)
    if line := operand.get("line"):
        words = f"{words} {line}"
    if offset := operand.get("offset"):
        words = _("{value} {bars} bars ago").format(value=words, bars=offset)
    return words


def indicator_words(indicator: Mapping[str, Any]) -> str:
    """``MACD(12, 26, 9)``."""
    name = INDICATORS_SHORT.get(str(indicator.get("name")), str(indicator.get("name")))
    params = indicator.get("params") or {}
    return f"{name}({', '.join(_number(value) for value in params.values())})" if params else name


def _market_kind(kind: str | None) -> str:
    words = {"spot": _("Spot"), "futures": _("Futures"), "stock": _("Stocks"), "forex": _("Forex")}
    return words.get(kind or "", kind or "")


def _percent(value: float | None) -> str:
    return "" if value is None else f"{_number(value)} %"


def _bars(value: int | None) -> str:
    return "" if value is None else _("{count} bars").format(count=value)


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _source(sources: Mapping[str, Any] | None, path: str) -> str:
    source = (sources or {}).get(path)
    return str(source.get("words", "")) if isinstance(source, Mapping) else ""
