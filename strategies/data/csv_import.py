"""Bars from a CSV file of any usual form: what is wrong with it is said by line, nothing is guessed in silence.

What can be mended without a choice is mended and reported (order, the same row twice); what would be a choice between
two truths is refused (two rows of one time that differ, prices that are none). Reading holds one row at a time beside
the columns of numbers.
"""

import codecs
import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from strategies.data.timeframes import STEPS
from strategies.engine import bars as engine_bars
from strategies.engine.bars import LATEST_TIME, MAX_BARS, Bars, InvalidBars

Table = NDArray[np.float64]  # a row: line, time in microseconds, open, high, low, close, volume
FIELDS = ("time", "open", "high", "low", "close", "volume")
SHOWN = 20  # lines that are named for each kind of trouble
MAX_LINE = 4_096  # characters
SAMPLE = 64 * 1024  # bytes that encoding and separator are told from
NAMES: dict[str, frozenset[str]] = {
    "time": frozenset(
        ("time", "date", "datetime", "timestamp", "open time", "opentime", "open_time", "unix", "date time", "时间",
         "日期", "交易日期", "开盘时间", "交易时间")
    ),
    "open": frozenset(("open", "o", "open price", "开盘", "开盘价", "今开")),
    "high": frozenset(("high", "h", "high price", "最高", "最高价")),
    "low": frozenset(("low", "l", "low price", "最低", "最低价")),
    "close": frozenset(("close", "c", "last", "price", "close price", "收盘", "收盘价")),
    "volume": frozenset(("volume", "vol", "v", "vol.", "volume btc", "成交量", "交易量")),
}  # fmt: skip
_FORMATS = (
    "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y.%m.%d %H:%M", "%Y.%m.%d", "%Y%m%d %H%M%S", "%Y%m%d %H:%M:%S",
    "%Y%m%d", "%Y年%m月%d日",
)  # fmt: skip


class ImportRefused(Exception):
    """The file cannot become bars; ``code`` is stable, the words say what to do, ``report`` what was seen so far."""

    def __init__(self, code: str, reason: str, report: "Report | None" = None) -> None:
        super().__init__(reason)
        self.code = code
        self.report = report


@dataclass(slots=True)
class Trouble:
    """One kind of thing that was seen: how often, and its first lines."""

    count: int = 0
    lines: list[int] = field(default_factory=list)

    def see(self, line: int) -> None:
        self.count += 1
        if len(self.lines) < SHOWN:
            self.lines.append(line)


@dataclass(slots=True)
class Report:
    """What a file is and what was found in it; troubles by code."""

    encoding: str = ""
    separator: str = ""
    columns: dict[str, str] = field(default_factory=dict)  # field: the file's own name
    rows: int = 0
    bars: int = 0
    gaps: int = 0
    troubles: dict[str, Trouble] = field(default_factory=dict)

    def see(self, code: str, line: int) -> None:
        self.troubles.setdefault(code, Trouble()).see(line)

    def sentences(self) -> list[str]:
        """The troubles in words, with lines."""
        return [
            _("%(what)s (%(count)s, first in line %(lines)s).")
            % {"what": words(code), "count": trouble.count, "lines": ", ".join(map(str, trouble.lines[:5]))}
            for code, trouble in self.troubles.items()
        ]


REFUSED = (
    "bad_time",
    "bad_number",
    "bad_price",
    "high_low",
    "bad_volume",
    "future",
    "conflict",
    "ambiguous_time",
    "short",
)


def words(code: str) -> str:
    """What a trouble means and, where it was mended, what was done."""
    return {
        "shuffled": _("Rows were out of order and have been sorted"),
        "doubled": _("The same row stands twice and was taken once"),
        "conflict": _("Two rows have the same time and different prices"),
        "off_grid": _("Times do not lie on the timeframe's grid"),
        "missing": _("Bars are missing between two rows"),
        "no_volume": _("There is no volume; it was taken as 0"),
        "bad_time": _("The time cannot be read"),
        "ambiguous_time": _("The time does not exist, or exists twice, when the clocks change"),
        "bad_number": _("A price is missing or is no number"),
        "bad_price": _("A price is zero or negative"),
        "bad_volume": _("A volume is negative or is no number"),
        "high_low": _("The high is below, or the low above, the open or the close"),
        "future": _("The time lies in the future"),
        "short": _("The row has fewer columns than the first one"),
        "empty_line": _("Empty lines were left out"),
    }[code]


@dataclass(frozen=True, slots=True)
class Form:
    """How a file is written: encoding, separator, decimal comma, and which column (from 0) each field is in."""

    encoding: str
    separator: str
    decimal_comma: bool
    has_header: bool
    header: tuple[str, ...]
    columns: Mapping[str, int]


def recognise(head: bytes, chosen: Mapping[str, int] | None = None) -> Form:
    """Tell the form from the file's beginning; ``chosen`` columns win. Raises ImportRefused."""
    encoding = _encoding(head)
    text = codecs.getincrementaldecoder(encoding)(errors="strict").decode(head)
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    if not lines:
        raise ImportRefused("empty_file", _("The file is empty."))
    separator = max(",;\t|", key=lambda one: min(line.count(one) for line in lines[:5]))
    if not lines[0].count(separator):
        raise ImportRefused("no_columns", _("No columns were found. They are separated by comma, semicolon or tab."))
    rows = list(csv.reader(lines, delimiter=separator))
    names = tuple(cell.strip() for cell in rows[0])
    has_header = not any(_number(cell, separator == ";") is not None for cell in names[1:])
    found = dict(chosen) if chosen else (_by_name(names) if has_header else dict(zip(FIELDS, range(6), strict=True)))
    missing = [name for name in FIELDS[:5] if name not in found]
    if missing:
        raise ImportRefused(
            "missing_column",
            _("The file has no column for: %(missing)s. Its columns are: %(columns)s.")
            % {"missing": ", ".join(missing), "columns": ", ".join(names)},
        )
    if not has_header and len(names) < 6:
        found.pop("volume", None)
    if any(not 0 <= place < len(names) for place in found.values()):
        raise ImportRefused("missing_column", _("A chosen column is not in the file."))
    cells = [row[found["close"]] for row in rows[1:] if len(row) > found["close"]]
    comma = separator != "," and any("," in cell and "." not in cell for cell in cells)
    return Form(encoding, separator, comma, has_header, names, found)


def _encoding(head: bytes) -> str:
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return name
    if head[1:200:2].count(0) > len(head[1:200:2]) // 2:
        return "utf-16-le"
    for name in ("utf-8", "gb18030"):
        try:
            codecs.getincrementaldecoder(name)(errors="strict").decode(head)
        except UnicodeDecodeError:
            continue
        return name
    raise ImportRefused("bad_encoding", _("The file's encoding is not known. Save it as UTF-8."))


def _by_name(names: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, name in enumerate(names):
        plain = name.strip().strip('"').lower()
        for wanted, known in NAMES.items():
            if plain in known and wanted not in found:
                found[wanted] = place
    return found


def read_bars(
    file: BinaryIO,
    timeframe: str,
    timezone: str = "UTC",
    chosen: Mapping[str, int] | None = None,
    now: datetime | None = None,
) -> tuple[Bars, Report]:
    """Read the whole file, or refuse it with a report that names the lines. Raises ImportRefused."""
    zone = _zone(timezone)
    head = file.read(SAMPLE)
    form = recognise(head[: head.rfind(b"\n") + 1] or head, chosen)
    file.seek(0)
    report = Report(encoding=form.encoding, separator=form.separator)
    report.columns = {name: form.header[place] for name, place in form.columns.items()}
    reader = _Reader(form, zone, report, round((now or datetime.now(UTC)).timestamp() * 1e6))
    table: Table = np.fromiter(reader.rows(file), dtype=np.dtype((np.float64, 7)))
    report.rows = len(table)
    if any(code in report.troubles for code in REFUSED):
        raise ImportRefused("bad_rows", _("The file was not imported: some of its rows cannot be bars."), report)
    if not len(table):
        raise ImportRefused("empty_file", _("The file has no rows."), report)
    table = _in_order(table, report)
    _look_at_grid(table, timeframe, report)
    try:
        bars = engine_bars.make(**dict(zip(FIELDS, table[:, 1:].T, strict=True)))
    except InvalidBars as error:
        raise ImportRefused(error.code.replace("-", "_"), error.reason, report) from error
    report.bars = len(bars)
    return bars, report


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ImportRefused(
            "bad_timezone",
            _("%(name)s is no time zone. Write it as Europe/Berlin, Asia/Shanghai or UTC.") % {"name": name},
        ) from error


class _Reader:
    """Rows as numbers: line, time in microseconds, open, high, low, close, volume."""

    def __init__(self, form: Form, zone: ZoneInfo, report: Report, now: int) -> None:
        self._form, self._zone, self._report, self._now = form, zone, report, now
        self._utc = zone.key in ("UTC", "Etc/UTC")
        self._prices = [form.columns[name] for name in FIELDS[1:5]]
        self._volume = form.columns.get("volume")
        self._least = max([form.columns["time"], *self._prices, self._volume or 0])

    def rows(self, file: BinaryIO) -> Iterator[tuple[float, ...]]:
        text = io.TextIOWrapper(file, encoding=self._form.encoding, newline="")
        try:
            lines = csv.reader(_bounded(text), delimiter=self._form.separator)
            for count, cells in enumerate(lines):
                if count == 0 and self._form.has_header:
                    continue
                if count > MAX_BARS:
                    raise ImportRefused(
                        "too_many_rows", _("The file has more than %(most)s rows.") % {"most": MAX_BARS}, self._report
                    )
                row = self._row(cells, lines.line_num)
                if row is not None:
                    yield row
        except UnicodeDecodeError as error:
            raise ImportRefused(
                "bad_encoding", _("The file's encoding changes in the middle."), self._report
            ) from error
        except csv.Error as error:
            raise ImportRefused("bad_csv", _("The file is no CSV: %(why)s.") % {"why": error}, self._report) from error
        finally:
            text.detach()

    def _row(self, cells: list[str], line: int) -> tuple[float, ...] | None:
        if not any(cells):
            self._report.see("empty_line", line)
            return None
        if len(cells) <= self._least:
            self._report.see("short", line)
            return None
        prices = [_number(cells[place], self._form.decimal_comma) for place in self._prices]
        opened, high, low, close = prices
        if opened is None or high is None or low is None or close is None:
            self._report.see("bad_number", line)
            return None
        if min(opened, high, low, close) <= 0:
            self._report.see("bad_price", line)
        elif high < max(opened, close) or low > min(opened, close):
            self._report.see("high_low", line)
        volume = 0.0 if self._volume is None else _number(cells[self._volume], self._form.decimal_comma)
        if self._volume is None:
            self._report.see("no_volume", line)
        if volume is None or volume < 0:
            self._report.see("bad_volume", line)
            return None
        time = self._time(cells[self._form.columns["time"]].strip(), line)
        if time is None:
            return None
        return float(line), time, opened, high, low, close, volume

    def _time(self, text: str, line: int) -> float | None:
        try:
            made = _moment(text)
        except (ValueError, OverflowError):
            self._report.see("bad_time", line)
            return None
        if isinstance(made, datetime):
            if made.tzinfo is None:
                made = made.replace(tzinfo=self._zone)
                if not self._utc and not _is_certain(made):
                    self._report.see("ambiguous_time", line)
                    return None
            made = round(made.timestamp() * 1_000_000)
        if not 0 <= made <= LATEST_TIME:
            self._report.see("bad_time", line)
            return None
        if made > self._now:
            self._report.see("future", line)
            return None
        return float(made)


def _bounded(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(MAX_LINE):
        if len(line) == MAX_LINE:
            raise ImportRefused("bad_csv", _("A line is longer than %(most)s characters.") % {"most": MAX_LINE})
        yield line


def _number(cell: str, decimal_comma: bool) -> float | None:
    text = cell.strip().replace("\u00a0", "").replace(" ", "")
    text = text.replace(".", "").replace(",", ".") if decimal_comma else text.replace(",", "")
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in text else None


def _moment(text: str) -> int | datetime:
    """Microseconds for a number since the epoch, else a datetime, naive where the text names no zone."""
    plain = text.replace(".", "", 1)
    if plain.isdigit() and plain.isascii() and len(text.split(".")[0]) >= 9:
        whole = text.split(".")[0]
        scale = {9: 1_000_000, 10: 1_000_000, 12: 1_000, 13: 1_000, 15: 1, 16: 1}.get(len(whole))
        if scale is None:
            raise ValueError(text)
        return int(whole) * scale
    if not (len(text) == 8 and text.isdigit()):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    raise ValueError(text)


def _is_certain(moment: datetime) -> bool:
    """False for a local time that the change of clocks leaves out or repeats."""
    if moment.utcoffset() != moment.replace(fold=1).utcoffset():
        return False
    there = moment.astimezone(UTC).astimezone(moment.tzinfo)
    return there.replace(tzinfo=None) == moment.replace(tzinfo=None)


def _in_order(table: Table, report: Report) -> Table:
    time = table[:, 1]
    backwards = np.flatnonzero(np.diff(time) < 0)
    for place in backwards[:SHOWN]:
        report.see("shuffled", int(table[place + 1, 0]))
    if len(backwards):
        report.troubles["shuffled"].count = len(backwards)
        table = table[np.argsort(time, kind="stable")]
    same = np.flatnonzero(np.diff(table[:, 1]) == 0)
    if len(same):
        differs = (table[same, 2:] != table[same + 1, 2:]).any(axis=1)
        for place, conflict in zip(same, differs, strict=True):
            report.see("conflict" if conflict else "doubled", int(table[place + 1, 0]))
        if differs.any():
            raise ImportRefused(
                "conflict",
                _("Rows of the same time have different prices; which of them is true is yours to say."),
                report,
            )
        table = np.delete(table, same + 1, axis=0)
    return table


def _look_at_grid(table: Table, timeframe: str, report: Report) -> None:
    steps = np.diff(table[:, 1])
    step = STEPS[timeframe]
    if len(steps) and float(np.median(steps)) < step * 0.999:
        usual = timedelta(microseconds=float(np.median(steps)))
        raise ImportRefused(
            "wrong_timeframe",
            _("The rows are %(found)s apart, which is less than the timeframe %(timeframe)s.")
            % {"found": usual, "timeframe": timeframe},
            report,
        )
    for place in np.flatnonzero(steps < step)[:SHOWN]:
        report.see("off_grid", int(table[place + 1, 0]))
    far = np.flatnonzero(steps > step)
    for place in far[:SHOWN]:
        report.see("missing", int(table[place + 1, 0]))
    if len(far):
        report.troubles["missing"].count = len(far)


def read_file(path: Path, timeframe: str, timezone: str = "UTC") -> tuple[Bars, Report]:
    """``read_bars`` of a file on disk."""
    try:
        with path.open("rb") as file:
            return read_bars(file, timeframe, timezone)
    except OSError as error:
        raise ImportRefused("unreadable", _("The file cannot be read: %(why)s.") % {"why": error.strerror}) from error
