"""A result as the chart's script reads it: at most 10,000 points of each line, and of markers."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from strategies.backtests.results import POINTS, StoredResult, Trade
from strategies.engine.execution import Series
from strategies.engine.lookahead import series_name

SECOND = 1_000_000
DIGITS = 10  # significant ones of a number


def chart(result: StoredResult) -> dict[str, Any]:
    """``docs/protocol.md`` says what is in it; times are seconds since the epoch."""
    seconds = (result.time // SECOND).tolist()
    names = ("open", "high", "low", "close", "volume")
    columns = [_numbers(result.lines[name]) for name in names]
    markers, left_out = _markers(result)
    return {
        "bars": [list(bar) for bar in zip(seconds, *columns, strict=True)],
        "aggregated": result.group,
        "series": [
            {
                "name": series_name(Series(item.name, item.overlay, item.params, item.values, item.group, item.part)),
                "overlay": _overlays(item.values, result.lines["close"]) if item.overlay is None else item.overlay,
                "group": item.group,
                "values": _numbers(item.values),
            }
            for item in result.series
        ],
        "markers": markers,
        "trades_left_out": left_out,
        "equity": _line(seconds, result.lines["equity"]),
        "hold": _line(seconds, result.lines["hold"]),
        "drawdown": _line(seconds, result.lines["drawdown"]),
    }


def _line(seconds: list[int], values: NDArray[np.float64]) -> list[list[Any]]:
    return [[time, value] for time, value in zip(seconds, _numbers(values), strict=True)]


def _numbers(values: NDArray[np.float64]) -> list[float | None]:
    return [float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None for value in values.tolist()]


def _overlays(values: NDArray[np.float64], close: NDArray[np.float64]) -> bool:
    """Whether a line that does not say so itself belongs over the candles: it is about as large as the prices."""
    known = np.isfinite(values)
    if not known.any():
        return False
    share = np.abs(values[known] / close[known] - 1)
    return bool(np.median(share) < 0.3)


def _markers(result: StoredResult) -> tuple[list[dict[str, Any]], int]:
    """Entries and exits of the first trades, and how many trades have none."""
    found: list[dict[str, Any]] = []
    trades = list(result.trades(0, POINTS // 2))
    entered: dict[int, float] = {}  # parts of one trade were entered together
    for trade in trades:
        entered[trade.trade] = entered.get(trade.trade, 0.0) + trade.size
    for trade in trades:
        size = entered.pop(trade.trade, None)
        if size is not None:
            found.append(_marker(result, trade.entry_bar, trade, "entry", trade.entry_price, size))
        if trade.exit_bar is not None:
            kind = trade.reason if trade.reason in ("stop", "target") else "exit"
            found.append(_marker(result, trade.exit_bar, trade, kind, trade.exit_price, -trade.size))
    found.sort(key=lambda marker: (marker["time"], marker["kind"] == "entry"))
    return found, result.trade_count - len(trades) + int(result.header["trades_left_out"])


def _marker(result: StoredResult, bar: int, trade: Trade, kind: str, price: float, size: float) -> dict[str, Any]:
    return {
        "time": int(result.time[bar // result.group]) // SECOND,
        "side": "buy" if size > 0 else "sell",
        "kind": kind,
        "price": float(f"{price:.{DIGITS}g}"),
        "size": float(f"{abs(size):.{DIGITS}g}"),
        "tag": trade.tag,
    }
