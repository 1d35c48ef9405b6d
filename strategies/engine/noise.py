"""Other prices in place of real ones, seeded: what a strategy that reads the future stumbles over."""

import numpy as np
from numpy.typing import NDArray

from strategies.engine.bars import Bars

UP, DOWN = 1, -1
_BLOCK = 4096  # the random walk is repeated beyond: noise has to be cheap, not new


def after(bars: Bars, cut: int, direction: int, seed: int) -> Bars:
    """The bars with all after ``cut`` replaced: far above every real price (UP), or far below (DOWN)."""
    level = float(bars.high.max()) * 1.7 if direction == UP else float(bars.low.min()) * 0.45
    volume = float(bars.volume.max()) * 4 + 10 if direction == UP else float(bars.volume.mean()) * 0.05
    return _replaced(bars, cut + 1, len(bars), level, volume, seed)


def before(bars: Bars, start: int, seed: int) -> Bars:
    """The bars with all before ``start`` replaced by a walk around the price at ``start``."""
    return _replaced(bars, 0, start, float(bars.open[start]) * 1.15, float(bars.volume.mean()) * 1.5, seed)


def _replaced(bars: Bars, start: int, stop: int, level: float, volume: float, seed: int) -> Bars:
    count = stop - start
    random = np.random.default_rng((seed, start, stop))
    block = min(count, _BLOCK)
    steps = random.normal(0, 0.01, block)
    walk = np.exp(np.cumsum(steps - steps.mean()))  # ends where it began: repeating it makes no jump
    close = level * np.resize(walk, count)
    opened = np.concatenate(([level], close[:-1])) if count else close
    spread = np.resize(1 + random.uniform(0.001, 0.02, block), count)
    parts = {
        "open": opened,
        "high": np.maximum(opened, close) * spread,
        "low": np.minimum(opened, close) / spread,
        "close": close,
        "volume": np.resize(random.uniform(0.5, 1.0, block) * volume, count),
    }
    columns: dict[str, NDArray[np.float64]] = {}
    for name, values in parts.items():
        columns[name] = getattr(bars, name).copy()
        columns[name][start:stop] = values
    return Bars(time=bars.time, **columns)
