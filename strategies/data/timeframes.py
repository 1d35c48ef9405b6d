"""Timeframes: how far apart bars begin, and which distances are gaps."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

MINUTE: Final = 60_000_000  # microseconds
DAY: Final = 1_440 * MINUTE
STEPS: Final[dict[str, int]] = {
    "1m": MINUTE,
    "5m": 5 * MINUTE,
    "15m": 15 * MINUTE,
    "30m": 30 * MINUTE,
    "1h": 60 * MINUTE,
    "4h": 240 * MINUTE,
    "1d": DAY,
    "1w": 7 * DAY,
}
# a day is an hour shorter or longer when the clocks change; a week is often dated by its first or last day of trading
SLACK: Final[dict[str, int]] = {"1d": 60 * MINUTE, "1w": 3 * DAY}
CLOSED_DAYS: Final = 5  # a stock exchange is closed this long over holidays; longer is a gap


def gaps(time: NDArray[np.int64], timeframe: str, *, always_open: bool) -> list[tuple[int, int]]:
    """The beginnings of the two bars on either side of each gap, in microseconds.

    A market that is always open has a gap wherever a bar is missing. An exchange closes at night, at weekends and on
    holidays: there only what is missing within a day, or more than five days, is a gap. What is missing at the same
    hours on most days is the exchange's lunch.
    """
    steps = np.diff(time)
    longest = STEPS[timeframe] + SLACK.get(timeframe, 0)
    missing = steps > longest
    if not always_open:
        same_day = time[:-1] // DAY == time[1:] // DAY
        missing &= (same_day & ~_lunch(time, missing & same_day)) | (steps > max(longest, CLOSED_DAYS * DAY))
    places = np.flatnonzero(missing)
    return [(int(time[place]), int(time[place + 1])) for place in places]


def _lunch(time: NDArray[np.int64], missing: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of the breaks within a day stand at the same hours on more than half of all days."""
    lunch = np.zeros(len(missing), np.bool_)
    places = np.flatnonzero(missing)
    if len(places):
        hours = np.stack([time[places] % DAY, time[places + 1] % DAY])
        _breaks, which, counts = np.unique(hours, axis=1, return_inverse=True, return_counts=True)
        days = len(np.unique(time // DAY))
        lunch[places] = (counts[which.ravel()] * 2 > days) & (counts[which.ravel()] > 2)
    return lunch


def resample(columns: dict[str, NDArray[np.float64]], size: int) -> dict[str, NDArray[np.float64]]:
    """Bars of ``size`` bars each, from columns open, high, low, close, volume; what is left at the end is dropped."""
    count = len(columns["open"]) // size
    shaped = {name: values[: count * size].reshape(count, size) for name, values in columns.items()}
    return {
        "open": shaped["open"][:, 0],
        "high": shaped["high"].max(axis=1),
        "low": shaped["low"].min(axis=1),
        "close": shaped["close"][:, -1],
        "volume": shaped["volume"].sum(axis=1),
    }
