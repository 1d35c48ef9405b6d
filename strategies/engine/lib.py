"""The module ``backtesting.lib``: what strategies here may take from it."""

import math
from collections.abc import Sequence
from typing import Any

from strategies.engine.lines import Line


def _last_two(series: Any) -> tuple[Any, Any]:
    if isinstance(series, int | float):
        return series, series
    if hasattr(series, "__len__"):
        return series[-2], series[-1]
    return series, series


def crossover(series1: Any, series2: Any) -> bool:
    """Whether the first was below the second one bar ago and is above it now; either may be a number."""
    if series1.__class__ is Line and series2.__class__ is Line:
        now = series1._clock.now
        if now < 2:
            return False
        one = series1._floats or series1.floats()
        two = series2._floats or series2.floats()
        return one[now - 1] > two[now - 1] and one[now - 2] < two[now - 2]  # type: ignore[no-any-return]
    try:
        before1, now1 = _last_two(series1)
        before2, now2 = _last_two(series2)
    except IndexError:
        return False
    return bool(before1 < before2 and now1 > now2)


def cross(series1: Any, series2: Any) -> bool:
    """Whether one has just crossed the other, in either direction."""
    return crossover(series1, series2) or crossover(series2, series1)


def barssince(condition: Sequence[Any], default: float = math.inf) -> float:
    """Bars since the condition was last true: 0 when it is true now, ``default`` when it never was."""
    for ago in range(len(condition)):
        if condition[-1 - ago]:
            return ago
    return default
