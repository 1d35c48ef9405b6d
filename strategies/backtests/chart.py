"""A result as the chart's script reads it: at most 10,000 points of each line, and of markers."""

from typing import Any

from strategies import drawing
from strategies.backtests.results import StoredResult, Trade
from strategies.engine.execution import Series


def chart(result: StoredResult) -> dict[str, Any]:
    """``docs/protocol.md`` says what is in it; times are seconds since the epoch."""
    seconds = drawing.seconds(result.time)
    series = (
        Series(item.name, item.overlay, item.params, item.values, item.group, item.part) for item in result.series
    )
    markers, left_out = _markers(result)
    return {
        "bars": drawing.rows(seconds, [result.lines[name] for name in ("open", "high", "low", "close", "volume")]),
        "aggregated": result.group,
        "series": drawing.lines(series, result.lines["close"]),
        "markers": markers,
        "trades_left_out": left_out,
        **{name: drawing.rows(seconds, [result.lines[name]]) for name in ("equity", "hold", "drawdown")},
    }


def _markers(result: StoredResult) -> tuple[list[dict[str, Any]], int]:
    """Entries and exits of the first trades, and how many trades have none."""
    found: list[dict[str, Any]] = []
    trades = list(result.trades(0, drawing.POINTS // 2))
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
        "time": int(result.time[bar // result.group]) // 1_000_000,
        "side": "buy" if size > 0 else "sell",
        "kind": kind,
        "price": float(f"{price:.{drawing.DIGITS}g}"),
        "size": float(f"{abs(size):.{drawing.DIGITS}g}"),
        "tag": trade.tag,
    }
