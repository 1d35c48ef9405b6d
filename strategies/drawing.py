"""Bars and lines as a chart's script reads them: at most 10,000 points of each, numbers with ten digits."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from strategies.engine.bars import Bars
from strategies.engine.execution import Series
from strategies.engine.lookahead import series_name

POINTS = 10_000
DIGITS = 10  # significant ones of a number
_SECOND = 1_000_000  # microseconds
_NEAR = 0.3  # of the price: a line that close to it belongs over the candles


def grouped(count: int) -> tuple[int, NDArray[np.int64], NDArray[np.int64]]:
    """How many bars a point stands for, and the first and last bar of each point."""
    group = max(1, -(-count // POINTS))
    starts = np.arange(0, count, group)
    return group, starts, np.minimum(starts + group, count) - 1


def candles(bars: Bars, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> list[NDArray[np.float64]]:
    """Open, high, low, close and volume of each point."""
    return [
        bars.open[starts],
        np.maximum.reduceat(bars.high, starts),
        np.minimum.reduceat(bars.low, starts),
        bars.close[ends],
        np.add.reduceat(bars.volume, starts),
    ]


def seconds(time: NDArray[np.int64]) -> list[int]:
    """Microseconds since the epoch as the script's seconds."""
    found: list[int] = (time // _SECOND).tolist()
    return found


def rows(time: list[int], columns: Iterable[NDArray[np.float64]]) -> list[list[Any]]:
    """A row for each point: its time, then a number of each column."""
    return [list(row) for row in zip(time, *(numbers(column) for column in columns), strict=True)]


def numbers(values: NDArray[np.float64]) -> list[float | None]:
    """What is not finite is no number."""
    return [float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None for value in values.tolist()]


def lines(series: Iterable[Series], close: NDArray[np.float64]) -> list[dict[str, Any]]:
    """Each line with its name and its place: over the candles or below them."""
    return [
        {
            "name": series_name(item),
            "overlay": _belongs_over(item.values, close) if item.overlay is None else item.overlay,
            "group": item.group,
            "values": numbers(item.values),
        }
        for item in series
    ]


def _belongs_over(values: NDArray[np.float64], close: NDArray[np.float64]) -> bool:
    """Whether a line that does not say so itself belongs over the candles: it is about as large as the prices."""
    known = np.isfinite(values)
    if not known.any():
        return False
    return bool(np.median(np.abs(values[known] / close[known] - 1)) < _NEAR)
