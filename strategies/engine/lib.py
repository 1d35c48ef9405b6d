"""The module ``backtesting.lib``: what strategies here may take from it."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from strategies.engine.lines import Line

_NUMBERS = (int, float)  # a union would be made anew on every bar


def _last_two(series: Any) -> tuple[Any, Any]:
    if series.__class__ is Line:
        return series[-2], series[-1]
    if isinstance(series, _NUMBERS):
        return series, series
    if hasattr(series, "__len__"):
        return series[-2], series[-1]
    return series, series


def crossover(series1: Any, series2: Any) -> bool:
    """Whether the first was below the second one bar ago and is above it now; either may be a number."""
    if series2.__class__ is Line:
        try:
            return series1._over[id(series2)][series1._clock.now]  # type: ignore[no-any-return]
        except (AttributeError, KeyError):
            if series1.__class__ is Line and series1._clock.started:
                series1._over[id(series2)] = over = _all_crossings(series1, series2)
                return over[series1._clock.now]
    try:
        before1, now1 = _last_two(series1)
        before2, now2 = _last_two(series2)
    except IndexError:
        return False
    return bool(before1 < before2 and now1 > now2)


def _all_crossings(one: Line, other: Line) -> list[bool]:
    """Whether one crossed the other on a bar, by the number of bars until then: computed once for the whole run."""
    a, b = one._values, other._values
    crossed = np.zeros(len(a) + 1, dtype=bool)
    crossed[2:] = (a[:-1] < b[:-1]) & (a[1:] > b[1:])
    return crossed.tolist()


def cross(series1: Any, series2: Any) -> bool:
    """Whether one has just crossed the other, in either direction."""
    return crossover(series1, series2) or crossover(series2, series1)


def barssince(condition: Sequence[Any], default: float = math.inf) -> float:
    """Bars since the condition was last true: 0 when it is true now, ``default`` when it never was."""
    for ago in range(len(condition)):
        if condition[-1 - ago]:
            return ago
    return default
