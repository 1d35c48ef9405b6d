"""What a complete run leaves, as bytes: figures, trades, orders, and lines as fine as a chart shows them.

The same code, bars, configuration and engine give the same bytes. ``whole`` in the header pins every trade and equity
at every close, also where the lines are kept coarser than the bars.
"""

import hashlib
import math
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from strategies.drawing import candles, grouped
from strategies.engine import ENGINE_VERSION, wire
from strategies.engine.actions import Action
from strategies.engine.bars import Bars
from strategies.engine.config import RunConfig
from strategies.engine.fingerprints import result_fingerprint
from strategies.engine.metrics import Figures
from strategies.engine.outcome import HonestyReport, Outcome
from strategies.engine.replay import Result, TradeRecord
from strategies.honesty import as_json

TRADES = 100_000
ACTIONS = 100_000
TAGS = 1_000
MAX_BYTES = 256 * 1024 * 1024  # of a result before compression; what the bounds above cannot reach
REASONS = ("open", "close", "stop", "target", "opposite", "ruin")
_LINES = ("open", "high", "low", "close", "volume", "equity", "hold", "drawdown")
_TRADE_COUNTS = ("trade", "entry_bar", "exit_bar", "entry_time", "exit_time", "reason", "tag")
_TRADE_NUMBERS = ("size", "entry_price", "exit_price", "fees", "pl", "return_pct", "sl", "tp")
_ACTION_COLUMNS = 8
_NONE = -1


class BadResult(Exception):
    """Stored bytes that are no result, or not those whose hash is known."""


@dataclass(frozen=True, slots=True)
class Trade:
    """A stored trade; times are microseconds since the epoch, the beginnings of the bars."""

    trade: int
    size: float
    entry_bar: int
    entry_time: int
    entry_price: float
    exit_bar: int | None
    exit_time: int | None
    exit_price: float
    fees: float
    pl: float
    return_pct: float
    reason: str
    tag: str | int | float | bool | None
    sl: float | None
    tp: float | None

    @property
    def is_open(self) -> bool:
        return self.exit_bar is None

    @property
    def is_long(self) -> bool:
        return self.size > 0


@dataclass(frozen=True, slots=True, eq=False)
class StoredSeries:
    """One line of an indicator at each point."""

    name: str
    overlay: bool | None
    params: tuple[Any, ...]
    group: int
    part: str
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class StoredResult:
    """Lines have one value for each point; a point is ``group`` bars."""

    header: dict[str, Any]
    group: int
    time: NDArray[np.int64]
    lines: dict[str, NDArray[np.float64]]
    series: tuple[StoredSeries, ...]
    _counts: NDArray[np.int64]  # a row for each trade
    _numbers: NDArray[np.float64]

    @property
    def trade_count(self) -> int:
        """How many are stored."""
        return len(self._counts)

    def trades(self, start: int = 0, stop: int | None = None) -> Iterator[Trade]:
        """Those from ``start`` up to before ``stop``."""
        tags = self.header["tags"]
        rows = zip(self._counts[start:stop].tolist(), self._numbers[start:stop].tolist(), strict=True)
        return (_read_trade(whole, parts, tags) for whole, parts in rows)

    @property
    def figures(self) -> dict[str, Any]:
        found: dict[str, Any] = self.header["figures"]
        return found


def plain_figures(found: Figures) -> dict[str, Any]:
    """Figures as JSON holds them: what is not finite is not defined."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in asdict(found).items()
    }


def write(bars: Bars, config: RunConfig, outcome: Outcome, result: Result, found: Figures) -> bytes:
    """The result's bytes, not yet compressed."""
    count = len(bars)
    group, starts, ends = grouped(count)
    lines = _lines(bars, config, result, starts, ends)
    trades = result.trades[:TRADES]
    actions = outcome.actions[:ACTIONS]
    tags = _tags(trades, actions)
    header = {
        "engine": ENGINE_VERSION,
        "bars": count,
        "group": group,
        "points": len(starts),
        "first_bar": outcome.first_bar,
        "figures": plain_figures(found),
        "whole": result_fingerprint(result),
        "trades": len(trades),
        "trades_left_out": len(result.trades) - len(trades),
        "actions": len(actions),
        "actions_left_out": len(outcome.actions) - len(actions),
        "rejected": dict(Counter(item.code for item in result.rejected)),
        "tags": [tag for _kind, tag in tags],
        "series": [
            {
                "name": series.name,
                "overlay": series.overlay,
                "params": list(series.params),
                "group": series.group,
                "part": series.part,
            }
            for series in outcome.series
        ],
        "lookahead": honesty(outcome.lookahead),
        "warmup": honesty(outcome.warmup),
    }
    arrays: list[NDArray[Any]] = [bars.time[starts], *lines, *(series.values[ends] for series in outcome.series)]
    arrays += [
        _trade_counts(trades, bars, tags).T.copy(),
        _trade_numbers(trades).T.copy(),
        _action_table(actions, tags),
    ]
    data = wire.pack(header, arrays)
    if len(data) > MAX_BYTES:
        raise BadResult(f"A result of {len(data)} bytes is longer than it can be.")
    return data


def honesty(report: HonestyReport | None) -> dict[str, Any] | None:
    """What a lookahead or warm-up test found out, as JSON."""
    if report is None:
        return None
    return {"passed": report.passed, "cuts": report.cuts, "findings": [as_json(item) for item in report.findings]}


def _lines(
    bars: Bars, config: RunConfig, result: Result, starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> list[NDArray[np.float64]]:
    hold = config.cash * bars.close / bars.close[0]
    drawdown = (result.equity / np.maximum.accumulate(result.equity) - 1) * 100
    return [
        *candles(bars, starts, ends),
        result.equity[ends],
        hold[ends],
        np.minimum.reduceat(drawdown, starts),
    ]


def _tags(trades: Sequence[TradeRecord], actions: Sequence[Action]) -> dict[tuple[str, Any], int]:
    tags: dict[tuple[str, Any], int] = {}
    for tag in (*(trade.tag for trade in trades), *(action.tag for action in actions)):
        if tag is not None and len(tags) < TAGS:
            tags.setdefault((type(tag).__name__, tag), len(tags))
    return tags


def _tag(tags: dict[tuple[str, Any], int], tag: Any) -> int:
    return tags.get((type(tag).__name__, tag), _NONE)


def _trade_counts(trades: Sequence[TradeRecord], bars: Bars, tags: dict[tuple[str, Any], int]) -> NDArray[np.int64]:
    table = np.empty((len(trades), len(_TRADE_COUNTS)), np.int64)
    for row, trade in zip(table, trades, strict=True):
        leaves = _NONE if trade.exit_bar is None else trade.exit_bar
        row[:] = (
            trade.trade,
            trade.entry_bar,
            leaves,
            bars.time[trade.entry_bar],
            _NONE if trade.exit_bar is None else bars.time[trade.exit_bar],
            REASONS.index(trade.reason),
            _tag(tags, trade.tag),
        )
    return table


def _trade_numbers(trades: Sequence[TradeRecord]) -> NDArray[np.float64]:
    table = np.empty((len(trades), len(_TRADE_NUMBERS)))
    for row, trade in zip(table, trades, strict=True):
        row[:] = [_number(getattr(trade, name)) for name in _TRADE_NUMBERS]
    return table


def _action_table(actions: Sequence[Action], tags: dict[tuple[str, Any], int]) -> NDArray[np.float64]:
    table = np.empty((len(actions), _ACTION_COLUMNS + 1))
    for row, action in zip(table, actions, strict=True):
        bar, kind, target, *prices, tag = action
        row[:] = [bar, kind, target, *map(_number, prices), _tag(tags, tag)]
    return table


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


# --- reading --------------------------------------------------------------------------------------------------------


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def compress(data: bytes) -> bytes:
    return zlib.compress(data, level=6)


def decompress(data: bytes) -> bytes:
    """Raises BadResult."""
    try:
        reader = zlib.decompressobj()
        found = reader.decompress(data, MAX_BYTES)
    except zlib.error as error:
        raise BadResult("The result cannot be decompressed.") from error
    if not reader.eof:
        raise BadResult("The result is cut off or longer than it can be.")
    return found


def read(data: bytes) -> StoredResult:
    """A result from its bytes; raises BadResult."""
    try:
        header, body = wire.unpack(data)
        points, trades, actions = header["points"], header["trades"], header["actions"]
        found = wire.arrays(
            body,
            [
                ("<i8", points),
                *(("<f8", points) for _ in (*_LINES, *header["series"])),
                ("<i8", trades * len(_TRADE_COUNTS)),
                ("<f8", trades * len(_TRADE_NUMBERS)),
                ("<f8", actions * (_ACTION_COLUMNS + 1)),
            ],
        )
    except (wire.InvalidFrame, KeyError, TypeError) as error:
        raise BadResult(f"The result cannot be read: {error}") from error
    time, *lines = found
    values = lines[len(_LINES) : len(_LINES) + len(header["series"])]
    counts, numbers = found[-3], found[-2]
    return StoredResult(
        header=header,
        group=header["group"],
        time=time,
        lines=dict(zip(_LINES, lines, strict=False)),
        series=tuple(_read_series(item, line) for item, line in zip(header["series"], values, strict=True)),
        _counts=counts.reshape(len(_TRADE_COUNTS), trades).T,
        _numbers=numbers.reshape(len(_TRADE_NUMBERS), trades).T,
    )


def _read_series(item: dict[str, Any], values: NDArray[np.float64]) -> StoredSeries:
    return StoredSeries(item["name"], item["overlay"], tuple(item["params"]), item["group"], item["part"], values)


def _read_trade(whole: list[int], parts: list[float], tags: list[Any]) -> Trade:
    trade, entry_bar, exit_bar, entry_time, exit_time, reason, tag = whole
    size, entry_price, exit_price, fees, pl, return_pct, sl, tp = parts
    return Trade(
        trade=trade,
        size=size,
        entry_bar=entry_bar,
        entry_time=entry_time,
        entry_price=entry_price,
        exit_bar=None if exit_bar == _NONE else exit_bar,
        exit_time=None if exit_bar == _NONE else exit_time,
        exit_price=exit_price,
        fees=fees,
        pl=pl,
        return_pct=return_pct,
        reason=REASONS[reason],
        tag=None if tag == _NONE else tags[tag],
        sl=None if math.isnan(sl) else sl,
        tp=None if math.isnan(tp) else tp,
    )
