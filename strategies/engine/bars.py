"""Bars: the prices that a run sees, checked, and recognised again by their fingerprint."""

import hashlib
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

COLUMNS = ("time", "open", "high", "low", "close", "volume")
PRICES = ("open", "high", "low", "close")
MAX_BARS = 5_000_000
LATEST_TIME = 4_102_444_800_000_000  # 2100-01-01: whatever is beyond is not a bar's time in microseconds


class InvalidBars(Exception):
    """The bars are not what a run may be made on; ``row`` is the first bad one, from 0, when one is to blame."""

    def __init__(self, code: str, reason: str, row: int | None = None) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.row = row


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """n bars, sorted by time and unique; times are microseconds since the epoch (UTC) of each bar's beginning."""

    time: NDArray[np.int64]
    open: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]
    volume: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.time)

    def slice(self, start: int, stop: int) -> "Bars":
        """The bars from ``start`` up to before ``stop``, as views."""
        return Bars(*(getattr(self, name)[start:stop] for name in COLUMNS))

    def fingerprint(self) -> str:
        """SHA-256, in hex, of the little-endian bytes of time, open, high, low, close, volume, one after another."""
        digest = hashlib.sha256()
        for name in COLUMNS:
            digest.update(column_bytes(self, name))
        return digest.hexdigest()


def column_bytes(bars: Bars, name: str) -> bytes:
    """A column as little-endian int64 (time) or float64 (all others)."""
    kind = "<i8" if name == "time" else "<f8"
    return np.ascontiguousarray(getattr(bars, name), dtype=kind).tobytes()


def make(**columns: Any) -> Bars:
    """Checked bars from anything that numpy reads as columns; raises InvalidBars."""
    arrays: dict[str, Any] = {}
    for field in fields(Bars):
        try:
            arrays[field.name] = np.array(columns[field.name], dtype=np.int64 if field.name == "time" else np.float64)
        except (TypeError, ValueError, OverflowError) as error:
            raise InvalidBars("bars-not-numbers", f"The column {field.name} holds what is no number.") from error
    bars = Bars(**arrays)
    check(bars)
    return bars


def check(bars: Bars) -> None:
    """Raise InvalidBars unless every column is finite, as long as the others, positive where it must be, and sorted."""
    _check_shapes(bars)
    if not len(bars):
        return
    for name in PRICES:
        values = getattr(bars, name)
        _refuse(~np.isfinite(values), "bars-not-finite", f"The {name} is missing or not finite")
        _refuse(values <= 0, "bars-not-positive", f"The {name} is zero or negative")
    _refuse(~np.isfinite(bars.volume), "bars-not-finite", "The volume is missing or not finite")
    _refuse(bars.volume < 0, "bars-volume-negative", "The volume is negative")
    _refuse(bars.high < np.maximum(bars.open, bars.close), "bars-high-low", "The high is below the open or the close")
    _refuse(bars.low > np.minimum(bars.open, bars.close), "bars-high-low", "The low is above the open or the close")
    _refuse((bars.time < 0) | (bars.time > LATEST_TIME), "bars-time", "The time is before 1970 or after 2099")
    steps = np.diff(bars.time)
    _refuse(np.concatenate(([False], steps == 0)), "bars-doubled", "The time is the same as that of the bar before")
    _refuse(np.concatenate(([False], steps < 0)), "bars-unsorted", "The time is before that of the bar before")


def _check_shapes(bars: Bars) -> None:
    for name in COLUMNS:
        values = getattr(bars, name)
        kind = np.int64 if name == "time" else np.float64
        if not isinstance(values, np.ndarray) or values.dtype != kind or values.ndim != 1:
            raise InvalidBars("bars-type", f"The column {name} is not a one-dimensional array of {kind.__name__}.")
        if len(values) != len(bars.time):
            raise InvalidBars("bars-length", f"The column {name} has another length than the times.")
    if len(bars) > MAX_BARS:
        raise InvalidBars("bars-too-many", f"There are {len(bars)} bars; at most {MAX_BARS} can be run.")


def _refuse(bad: NDArray[np.bool_], code: str, reason: str) -> None:
    if bad.any():
        row = int(bad.argmax())
        raise InvalidBars(code, f"{reason} (row {row}).", row)
