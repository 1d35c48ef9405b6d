"""Invented intraday bars, the same on every machine: for trying a strategy, never for believing its figures."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import numpy as np
from numpy.typing import NDArray

from strategies.data.timeframes import STEPS, resample
from strategies.engine import bars as engine_bars
from strategies.engine.bars import Bars

BASE = "5m"
DAYS = 365
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
REGIME_HOURS = 60  # a regime's mean length


@dataclass(frozen=True, slots=True)
class Recipe:
    """A market that never was; prices are rounded to ``decimals``, which also hides the last bits of each machine."""

    symbol: str
    seed: int
    price: float  # the first one
    volatility: float  # of a year, as a share
    volume: float  # units in a calm bar of five minutes
    decimals: int


RECIPES = (
    Recipe("BTC/USDT", 20_240_101, 42_000.0, 0.55, 40.0, 2),
    Recipe("ETH/USDT", 20_240_102, 2_300.0, 0.70, 350.0, 2),
    Recipe("SOL/USDT", 20_240_103, 100.0, 0.95, 6_000.0, 3),
)
TIMEFRAMES = ("5m", "15m", "30m", "1h", "4h", "1d")


def bars(recipe: Recipe, timeframe: str) -> Bars:
    """The recipe's year in that timeframe; every timeframe shows the same path."""
    size = STEPS[timeframe] // STEPS[BASE]
    made = resample(_path(recipe), size)
    begin = int(BEGIN.timestamp()) * 1_000_000
    return engine_bars.make(time=begin + np.arange(len(made["open"])) * STEPS[timeframe], **made)


@cache
def _path(recipe: Recipe) -> dict[str, NDArray[np.float64]]:
    """Regimes of drift and volatility, volatility that comes in clusters and by the hour, and open = close before."""
    random = np.random.Generator(np.random.PCG64(recipe.seed))
    count = DAYS * 24 * 12
    hours = REGIME_HOURS * 12
    lengths = random.integers(hours // 4, 2 * hours, size=count // (hours // 4) + 1)
    regime = np.repeat(np.arange(len(lengths)), lengths)[:count]
    drift = random.integers(-10, 12, size=len(lengths))[regime] / 10
    wild = random.integers(50, 170, size=len(lengths))[regime] / 100
    hour = (np.arange(count) // 12) % 24
    busy = np.where((hour >= 13) & (hour < 21), 1.25, 0.9)
    cluster = 1 + 0.5 * _smooth(random.integers(-100, 101, size=count) / 100)
    step = recipe.volatility / np.sqrt(365 * 24 * 12) * wild * busy * cluster
    # sums of twelve uniform numbers instead of normal ones: integers only, so that no library's logarithm shows
    shocks = random.integers(-1_000, 1_001, size=(count, 12)).sum(axis=1) / 2_000
    change = shocks * step + drift * recipe.volatility / (365 * 24 * 12) * 2
    close = recipe.price * np.cumprod(1 + change)
    opened = np.concatenate(([recipe.price], close[:-1]))
    reach = np.abs(random.integers(-1_000, 1_001, size=(2, count))) / 1_000 * step
    high = np.maximum(opened, close) * (1 + reach[0])
    low = np.minimum(opened, close) * (1 - reach[1])
    volume = recipe.volume * busy * wild * (0.4 + random.integers(0, 1_001, size=count) / 1_000 + 60 * np.abs(change))
    rounded = {
        "open": np.round(opened, recipe.decimals),
        "high": np.round(high, recipe.decimals),
        "low": np.round(low, recipe.decimals),
        "close": np.round(close, recipe.decimals),
    }
    return {**rounded, "volume": np.round(volume, 3)}


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """A running mean over two hours, scaled back to about one."""
    width = 24
    padded = np.concatenate((np.zeros(width), np.cumsum(values)))
    mean: NDArray[np.float64] = (padded[width:] - padded[:-width]) / width
    return np.clip(mean * np.sqrt(width) * 1.5, -1, 1, out=mean)
