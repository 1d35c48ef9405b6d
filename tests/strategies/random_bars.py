"""Seeded random bars with calm and wild stretches, gaps, bars that stand still and prices on a coarse grid."""

import numpy as np

from strategies.engine import bars as engine_bars
from strategies.engine.bars import Bars

HOUR = 3_600_000_000


def random_bars(seed: int, count: int) -> Bars:
    random = np.random.default_rng(seed)
    wild = np.repeat(random.choice([0.002, 0.01, 0.04], count // 20 + 1), 20)[:count]
    step = random.normal(0, 1, count) * wild + random.choice([-0.002, 0.0, 0.002])
    close = random.choice([1.0, 30.0, 100.0, 60_000.0]) * np.exp(np.cumsum(step))
    gap = np.where(random.random(count) < 0.1, random.normal(0, 0.03, count), 0)
    opened = np.concatenate((close[:1], close[:-1])) * np.exp(gap)
    high = np.maximum(opened, close) * (1 + np.abs(random.normal(0, 1, count)) * wild)
    low = np.minimum(opened, close) * (1 - np.minimum(np.abs(random.normal(0, 1, count)) * wild, 0.5))
    still = random.random(count) < 0.03
    for column in (opened, high, low):
        column[still] = close[still]
    if random.random() < 0.3:  # a coarse grid, where values meet exactly
        grid = close[0] / 50
        opened, high, low, close = (
            np.maximum(np.round(column / grid), 1) * grid for column in (opened, high, low, close)
        )
    volume = np.where(random.random(count) < 0.02, 0.0, random.uniform(10, 200, count))
    time = 1_600_000_000_000_000 + HOUR * np.arange(count)
    return engine_bars.make(time=time, open=opened, high=high, low=low, close=close, volume=volume)
