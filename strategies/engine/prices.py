"""Prices in the form in which a loop over bars reads them fastest."""

import math
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from strategies.engine.bars import PRICES, Bars

INFINITY = math.inf


class Prices(NamedTuple):
    """Plain floats of each bar."""

    opens: "memoryview[float]"
    highs: "list[float] | memoryview[float]"
    lows: "list[float] | memoryview[float]"
    closes: "memoryview[float]"

    @classmethod
    def of(cls, bars: Bars, stop: int | None = None) -> "Prices":
        """Those of the bars before ``stop``; high and low, which a run looks at on every bar, as lists."""
        return cls(_floats(bars.open), bars.high[:stop].tolist(), bars.low[:stop].tolist(), _floats(bars.close))

    @classmethod
    def in_place(cls, bars: Bars) -> "Prices":
        """Those of all bars, for a loop that looks at few of them."""
        return cls(*(_floats(getattr(bars, name)) for name in PRICES))


def _floats(values: NDArray[np.float64]) -> "memoryview[float]":
    return cast("memoryview[float]", np.ascontiguousarray(values).data)
