"""CSV files of every sort, written out of the same ten bars."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from strategies.data.csv_import import ImportRefused, Options, Report, read_bars
from strategies.engine.bars import Bars

BEGIN = datetime(2024, 1, 22, tzinfo=UTC)
NOW = datetime(2024, 12, 31, tzinfo=UTC)
HEADER = "Date,Open,High,Low,Close,Volume"


@dataclass(frozen=True, slots=True)
class Row:
    when: datetime
    values: tuple[float, ...]  # open, high, low, close, volume


def rows(count: int = 10, step: timedelta = timedelta(days=1), begin: datetime = BEGIN) -> list[Row]:
    """Bars whose numbers tell their place: bar 3 opens at 103.25."""
    made = []
    for place in range(count):
        low = 100.0 + place
        made.append(Row(begin + place * step, (low + 0.25, low + 2.5, low, low + 1.75, 1_000.0 + place)))
    return made


def csv(
    given: list[Row] | None = None,
    *,
    header: str = HEADER,
    separator: str = ",",
    time: Callable[[datetime], str] = lambda when: when.strftime("%Y-%m-%d"),
    number: Callable[[float], str] = str,
) -> str:
    lines = [header] if header else []
    lines += [
        separator.join([time(row.when), *map(number, row.values)]) for row in (rows() if given is None else given)
    ]
    return "\n".join(lines) + "\n"


def options(timeframe: str = "1d", **more: Any) -> Options:
    return Options(**{"timeframe": timeframe, "now": NOW, **more})


def read(text: str | bytes, timeframe: str = "1d", **more: Any) -> tuple[Bars, Report]:
    data = text if isinstance(text, bytes) else text.encode()
    return read_bars(io.BytesIO(data), options(timeframe, **more))


def refused(text: str | bytes, timeframe: str = "1d", **more: Any) -> ImportRefused:
    try:
        read(text, timeframe, **more)
    except ImportRefused as error:
        return error
    raise AssertionError("the file was read")


def troubles(report: Report | None) -> dict[str, list[int]]:
    """The lines of each trouble."""
    assert report is not None
    return {code: trouble.lines for code, trouble in report.troubles.items()}
