"""The bundled daily bars of five stocks, adjusted for splits and dividends; weekly ones are made from them."""

import csv
import gzip
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

from strategies.data.timeframes import DAY
from strategies.engine import bars as engine_bars
from strategies.engine.bars import Bars

FILE = Path(__file__).parent / "bundled" / "stocks.csv.gz"
SYMBOLS = ("AAPL", "FB", "GOOG", "IBM", "MSFT")
EPOCH = date(1970, 1, 1).toordinal()
MONDAY = 3  # days from the epoch, a Thursday, back to the week that began before it


@cache
def daily(symbol: str) -> Bars:
    """Open, high, low and close by Adj Close / Close, volume inversely: what was earned, without a jump at a split."""
    rows = [row for row in _rows() if row["Ticker"] == symbol]
    column = {name: np.array([float(row[name]) for row in rows]) for name in rows[0] if name not in ("Ticker", "Date")}
    factor = column["Adj Close"] / column["Close"]
    close = column["Close"] * factor
    opened = column["Open"] * factor
    return engine_bars.make(
        time=[(date.fromisoformat(row["Date"]).toordinal() - EPOCH) * DAY for row in rows],
        open=opened,
        # on a few days the source's high is below its close, or its low above it
        high=np.maximum.reduce([column["High"] * factor, opened, close]),
        low=np.minimum.reduce([column["Low"] * factor, opened, close]),
        close=close,
        volume=column["Volume"] / factor,
    )


def weekly(symbol: str) -> Bars:
    """Weeks from Monday; the last one is left out unless its Friday is there."""
    days = daily(symbol)
    week = (days.time // DAY + MONDAY) // 7
    begins = np.flatnonzero(np.concatenate(([True], np.diff(week) > 0)))
    last_day = (int(days.time[-1]) // DAY + MONDAY) % 7
    if last_day < 4:
        ends = begins[1:]
        begins = begins[:-1]
    else:
        ends = np.append(begins[1:], len(days))
    return engine_bars.make(
        time=(week[begins] * 7 - MONDAY) * DAY,
        open=days.open[begins],
        high=[days.high[first:end].max() for first, end in zip(begins, ends, strict=True)],
        low=[days.low[first:end].min() for first, end in zip(begins, ends, strict=True)],
        close=days.close[ends - 1],
        volume=[days.volume[first:end].sum() for first, end in zip(begins, ends, strict=True)],
    )


def _rows() -> Iterator[dict[str, str]]:
    with gzip.open(FILE, "rt", encoding="ascii", newline="") as file:
        yield from csv.DictReader(file)
