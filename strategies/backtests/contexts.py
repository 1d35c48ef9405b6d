"""What the templates of backtests show, as named attributes; templates neither query nor decide."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from strategies.backtests import figures, queries, words
from strategies.backtests.figures import Figure
from strategies.backtests.forms import BacktestForm
from strategies.backtests.results import BadResult, StoredResult, Trade
from strategies.backtests.setup import offer
from strategies.data.storage import moment
from strategies.honesty import finding_words
from strategies.models import Backtest, BacktestState, StrategyVersion
from strategies.sandbox import levels
from trademe.accounts.models import User

PAGE_SIZE = 20  # runs of a version's list
NEWEST = 3  # of them, on the version's page
SHOWN_TRADES = 200
REFRESH_SECONDS = 2  # of a page without scripts, while its run goes on


@dataclass(frozen=True, slots=True)
class BacktestRow:
    """One run in a list. ``tone`` is "good", "warn", "bad" or ""; ``percent`` is of the progress."""

    backtest: Backtest
    url: str
    state_words: str
    tone: str
    percent: int
    market: str
    period: str
    error: str
    main: list[Figure]
    no_trades: str

    @property
    def active(self) -> bool:
        return self.backtest.is_active


@dataclass(frozen=True, slots=True)
class BacktestPanel:
    """The form of a version and its runs. ``off``: why nothing can be run here; ``missing``: what the plan wanted."""

    version: StrategyVersion
    form: BacktestForm
    rows: list[BacktestRow]
    page: int
    has_more: bool
    missing: str
    off: str
    url: str
    anything_to_run: bool

    @property
    def newest(self) -> list[BacktestRow]:
        """The few that stand below the form of a version."""
        return self.rows[:NEWEST]

    @property
    def next_page(self) -> int:
        return self.page + 1

    @property
    def previous_page(self) -> int:
        return self.page - 1

    @property
    def heading(self) -> str:
        return _("Backtests of {strategy}, version {number}").format(
            strategy=self.version.strategy.name, number=self.version.number
        )


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class TradeRow:
    number: int
    side: str  # "long" or "short"
    side_words: str
    size: str
    entry_time: datetime
    entry_price: str
    exit_time: datetime | None
    exit_price: str
    reason: str
    pl: str
    return_pct: str
    fees: str
    sign: str  # "good", "bad" or ""
    tag: str

    @property
    def last_time(self) -> datetime:
        """Up to when it is worth looking at."""
        return self.exit_time or self.entry_time


@dataclass(frozen=True, slots=True)
class FigureGroup:
    label: str
    figures: list[Figure]


@dataclass(frozen=True, slots=True)
class BacktestPage:
    row: BacktestRow
    version: StrategyVersion
    main: list[Figure]
    groups: list[FigureGroup]
    trades: list[TradeRow]
    trade_count: int
    no_trades: str
    error: str
    error_place: str
    error_line_text: str  # the line of the code that the error names
    printed: str
    warnings: list[str]
    tried: str
    deflated_sharpe: str
    configuration: list[Fact]
    fingerprints: list[Fact]
    chart_url: str  # "" where there is nothing to draw
    trades_url: str
    cancel_url: str
    version_url: str
    list_url: str
    conversation_url: str
    refresh_seconds: int | None  # while it runs

    @property
    def backtest(self) -> Backtest:
        return self.row.backtest

    @property
    def trades_left(self) -> int:
        """How many trades the table does not show."""
        return self.trade_count - len(self.trades)

    @property
    def heading(self) -> str:
        return _("Backtest of {strategy}, version {number}").format(
            strategy=self.version.strategy.name, number=self.version.number
        )


@dataclass(frozen=True, slots=True)
class BacktestCard:
    """A run in the transcript."""

    row: BacktestRow
    version: StrategyVersion
    heading: str
    main: list[Figure]
    no_trades: str
    error: str
    error_place: str
    warnings: list[str]
    url: str


def panel(
    user: User, version: StrategyVersion, data: Any = None, page: int = 1, form: BacktestForm | None = None
) -> BacktestPanel:
    """The form and one page of the version's runs."""
    offered = offer(user, version)
    page = min(max(page, 1), 10_000)
    start = (page - 1) * PAGE_SIZE
    found = list(queries.of_version(version)[start : start + PAGE_SIZE + 1])
    level = levels.known()
    missing = ""
    if offered.missing:
        missing = _("The plan asks for %(wish)s. There are no such bars; the form lists those that there are.") % {
            "wish": offered.missing
        }
    return BacktestPanel(
        version=version,
        form=form or BacktestForm(version, offered, user.pk, data),
        rows=[row(backtest) for backtest in found[:PAGE_SIZE]],
        page=page,
        has_more=len(found) > PAGE_SIZE,
        missing=missing,
        off=f"{level.reason} {level.cure}" if level is not None and not level.runs else "",
        url=reverse("strategies:backtests", args=[version.strategy_id, version.number]),
        anything_to_run=bool(offered.datasets),
    )


def row(backtest: Backtest) -> BacktestRow:
    """One run as lists show it; no query."""
    tones = {
        BacktestState.COMPLETE: "good",
        BacktestState.FAILED: "bad",
        BacktestState.LOST: "bad",
        BacktestState.CANCELLED: "warn",
    }
    return BacktestRow(
        backtest=backtest,
        url=reverse("strategies:backtest", args=[backtest.pk]),
        state_words=words.state_words(backtest),
        tone=tones.get(BacktestState(backtest.state), ""),
        percent=int(backtest.progress * 100),
        market=_market(backtest),
        period=_period(backtest),
        error=words.error_words(backtest),
        main=figures.main(backtest.figures) if backtest.figures else [],
        no_trades=words.no_trades_words(backtest.no_trades, backtest.bar_count or 0),
    )


def page(backtest: Backtest) -> BacktestPage:
    """Everything of one run; reads its result."""
    result, warnings = _result(backtest)
    found = backtest.figures
    version = backtest.version
    tried = queries.tried(backtest)
    strategy = version.strategy
    complete = result is not None
    return BacktestPage(
        row=row(backtest),
        version=version,
        main=figures.main(found) if found else [],
        groups=[FigureGroup(label, items) for label, items in figures.groups(found)] if found else [],
        trades=[trade_row(number, trade) for number, trade in enumerate(_shown(result), 1)],
        trade_count=_trade_count(result),
        no_trades=words.no_trades_words(backtest.no_trades, backtest.bar_count or 0),
        error=words.error_words(backtest),
        error_place=words.error_place(backtest),
        error_line_text=_line(version.code, backtest.error_line),
        printed=backtest.printed,
        warnings=[*warnings, *_warnings(backtest)],
        tried=_tried_words(tried.count),
        deflated_sharpe=figures.percent(None if tried.deflated_sharpe is None else tried.deflated_sharpe * 100),
        configuration=_configuration(backtest),
        fingerprints=_fingerprints(backtest),
        chart_url=reverse("strategies:backtest-chart", args=[backtest.pk]) if complete else "",
        trades_url=reverse("strategies:backtest-trades", args=[backtest.pk]) if complete else "",
        cancel_url=reverse("strategies:backtest-cancel", args=[backtest.pk]) if backtest.is_active else "",
        version_url=reverse("strategies:version", args=[strategy.pk, version.number]),
        list_url=reverse("strategies:backtests", args=[strategy.pk, version.number]),
        conversation_url=reverse("chat:conversation", args=[strategy.conversation_id])
        if strategy.conversation_id
        else "",
        refresh_seconds=REFRESH_SECONDS if backtest.is_active else None,
    )


def card(backtest: Backtest) -> BacktestCard:
    """A run as the conversation shows it; no query where version and strategy are loaded."""
    own = row(backtest)
    version = backtest.version
    return BacktestCard(
        row=own,
        version=version,
        heading=_("Backtest of version {number}: {market}").format(number=version.number, market=own.market),
        main=own.main,
        no_trades=own.no_trades,
        error=own.error,
        error_place=words.error_place(backtest),
        warnings=_warnings(backtest),
        url=own.url,
    )


def trade_row(number: int, trade: Trade) -> TradeRow:
    """A trade of the table; numbered from 1."""
    return TradeRow(
        number=number,
        side="long" if trade.is_long else "short",
        side_words=_("long") if trade.is_long else _("short"),
        size=f"{abs(trade.size):.8g}",
        entry_time=moment(trade.entry_time),
        entry_price=f"{trade.entry_price:.8g}",
        exit_time=None if trade.exit_time is None else moment(trade.exit_time),
        exit_price=f"{trade.exit_price:.8g}",
        reason=words.reason_words(trade.reason),
        pl=figures.number(trade.pl),
        return_pct=figures.percent(trade.return_pct),
        fees=figures.number(trade.fees),
        sign="good" if trade.pl > 0 else "bad" if trade.pl < 0 else "",
        tag="" if trade.tag is None else str(trade.tag),
    )


def _result(backtest: Backtest) -> tuple[StoredResult | None, list[str]]:
    try:
        return queries.result_of(backtest), []
    except BadResult:
        return None, [_("The stored result is damaged, so neither chart nor trades are shown. Run it again.")]


def _shown(result: StoredResult | None) -> Iterable[Trade]:
    return result.trades(0, SHOWN_TRADES) if result is not None else ()


def _trade_count(result: StoredResult | None) -> int:
    return 0 if result is None else result.trade_count + int(result.header["trades_left_out"])


def _market(backtest: Backtest) -> str:
    name = f"{backtest.instrument} · {backtest.timeframe}"
    return f"{name} · {_('synthetic')}" if backtest.synthetic else name


def _period(backtest: Backtest) -> str:
    first, last = backtest.first_time or backtest.start, backtest.last_time or backtest.stop
    if first is None and last is None:
        return _("all bars")
    return f"{_day(first)} – {_day(last)}".strip()


def _day(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d}" if when is not None else ""


def _line(code: str, number: int | None) -> str:
    lines = code.splitlines()
    return lines[number - 1].strip()[:300] if number and number <= len(lines) else ""


def _tried_words(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "%(count)s version was tried on these data.", "%(count)s different versions were tried on these data.", count
    ) % {"count": count}


def _warnings(backtest: Backtest) -> list[str]:
    found = []
    for name in ("lookahead", "warmup"):
        report = (backtest.honesty or {}).get(name) or {}
        found += [finding_words(finding) for finding in report.get("findings", [])[:5]]
    if backtest.synthetic and backtest.figures:
        found.append(_("These bars are synthetic: they try the code, they say nothing about a market."))
    if (backtest.figures or {}).get("ruined"):
        found.append(_("The account was worth nothing at some moment: the run ended there."))
    return found


def _configuration(backtest: Backtest) -> list[Fact]:
    facts = [
        Fact(_("Market data"), _market(backtest)),
        Fact(_("Range"), _period(backtest)),
        Fact(_("Number of bars"), figures.whole(backtest.bar_count)),
        Fact(_("Cash"), figures.number(backtest.cash)),
        Fact(_("Fee a side, %"), f"{backtest.fee_pct:g}"),
        Fact(_("Slippage, %"), f"{backtest.slippage_pct:g}"),
    ]
    return facts + [
        Fact(name, str(value)) for name, value in {**backtest.version.parameters, **backtest.parameters}.items()
    ]


def _fingerprints(backtest: Backtest) -> list[Fact]:
    found = [
        Fact(_("Code"), backtest.code_sha256),
        Fact(_("Data"), backtest.data_fingerprint),
        Fact(_("Configuration"), backtest.configuration_sha256),
        Fact(_("Engine"), backtest.engine_version),
        Fact(_("Result"), backtest.result_sha256),
    ]
    return [fact for fact in found if fact.text]
