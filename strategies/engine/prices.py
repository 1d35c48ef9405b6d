"""Prices in the form in which the loop over bars reads them fastest."""

import math
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from strategies.engine.bars import Bars

INFINITY = math.inf


class Prices(NamedTuple):
    """Plain floats of each bar: high and low, which the loop looks at on every bar, as lists; the others in place."""

    opens: "memoryview[float]"
    highs: list[float]
    lows: list[float]
    closes: "memoryview[float]"

    @classmethod
    def of(cls, bars: Bars, stop: int | None = None) -> "Prices":
        """Those of the bars before ``stop``."""
        return cls(_floats(bars.open), bars.high[:stop].tolist(), bars.low[:stop].tolist(), _floats(bars.close))


def _floats(values: NDArray[np.float64]) -> "memoryview[float]":
    return cast("memoryview[float]", np.ascontiguousarray(values).data)
