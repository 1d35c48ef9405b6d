"""Bars from a CSV file of any usual form: what is wrong with it is said by line, nothing is guessed in silence.

What can be mended without a choice is mended and reported (order, the same row twice); what would be a choice between
two truths is refused (two rows of one time that differ, prices that are none). Rows are read in blocks into columns of
numbers: 60 bytes a row, whatever the file's size.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from strategies.data.csv_form import FIELDS, PRICES, SAMPLE, Decimal, Form, recognise
from strategies.data.csv_report import ImportRefused, Report
from strategies.data.csv_times import DateOrder, Times, Unreadable, zone_of
from strategies.data.timeframes import SLACK, STEPS, gaps
from strategies.engine import bars as engine_bars
from strategies.engine.bars import LATEST_TIME, MAX_BARS, Bars, InvalidBars

__all__ = ["ImportRefused", "Options", "Report", "guess_timeframe", "preview", "read_bars", "read_file"]

BLOCK = 8_192  # rows
MAX_LINE = 4_096  # characters
MAX_TROUBLES = 100_000  # rows with troubles: a file of nothing else is given up soon, since each costs time
HOUR = 3_600_000_000

Columns = dict[str, NDArray[Any]]  # line, time, open, high, low, close, volume, adj_close


@dataclass(frozen=True, slots=True)
class Options:
    """What the person says about a file; what is left empty is told from the file or asked for."""

    timeframe: str
    timezone: str = "UTC"  # of times that name none
    always_open: bool = False  # a market without nights and weekends: every missing bar is a gap
    columns: Mapping[str, int] | None = None
    encoding: str = ""
    date_order: DateOrder = ""
    decimal: Decimal = ""
    adjust: bool = False  # by the column of the adjusted close
    leave_out: bool = False  # bad rows, instead of refusing the file
    now: datetime | None = None


def read_file(path: Path, options: Options) -> tuple[Bars, Report]:
    """``read_bars`` of a file on disk."""
    try:
        with path.open("rb") as file:
            return read_bars(file, options)
    except OSError as error:
        raise ImportRefused("unreadable", _("The file cannot be read: %(why)s.") % {"why": error.strerror}) from error


def preview(file: BinaryIO, options: Options) -> Form:
    """How the file is written, from its beginning; raises ImportRefused."""
    file.seek(0)
    form = recognise(file.read(SAMPLE), options.columns, options.encoding, options.decimal)
    file.seek(0)
    return form


def read_bars(file: BinaryIO, options: Options) -> tuple[Bars, Report]:
    """Read the whole file, or refuse it with a report that names the lines. Raises ImportRefused."""
    form = preview(file, options)
    form.check()
    times = Times(form.times(), zone_of(options.timezone), options.date_order)
    report = Report(
        encoding=form.encoding,
        separator=form.separator,
        columns={name: form.header[place] if form.header else str(place + 1) for name, place in form.columns.items()},
        times=times.form,
        timezone="UTC" if times.form in ("epoch", "date") else options.timezone,
        left_out=options.leave_out,
    )
    if form.preamble:
        report.see("preamble", range(1, form.preamble + 1))
    now = round((options.now or datetime.now(UTC)).timestamp() * 1_000_000)
    columns = _joined(_Reader(form, times, report, now).blocks(file))
    columns = _adjusted(columns, form, options, report)
    columns = _in_order(columns, report)
    if report.refused:
        raise ImportRefused("bad_rows", _("The file was not imported: some of its rows cannot be bars."), report)
    if not len(columns["time"]):
        raise ImportRefused("empty_file", _("The file has no rows."), report)
    _look_at_steps(columns, options, report)
    if columns["time"][-1] + STEPS[options.timeframe] > now:
        report.see("unfinished", columns["line"][-1:])
    try:
        bars = engine_bars.make(**{name: columns[name] for name in FIELDS})
    except InvalidBars as error:
        raise ImportRefused(error.code.replace("-", "_"), error.reason, report) from error
    report.bars = len(bars)
    return bars, report


def guess_timeframe(form: Form, options: Options) -> str:
    """The timeframe whose step is the most frequent distance in the sample, else an empty text."""
    times = Times(form.times(), zone_of(options.timezone), options.date_order)
    read = []
    for text in form.times():
        try:
            read.append(times.read(text))
        except Unreadable:
            continue
    steps = np.diff(np.unique(np.array(read, dtype=np.int64)))
    if not len(steps):
        return ""
    sizes, counts = np.unique(steps, return_counts=True)
    most = int(sizes[counts.argmax()])
    return next((name for name, step in STEPS.items() if step == most), "")


class _Reader:
    """Blocks of rows as columns of numbers; what cannot be a bar is reported and left out of them."""

    def __init__(self, form: Form, times: Times, report: Report, now: int) -> None:
        self._form, self._times, self._report = form, times, report
        # a date is a day anywhere on earth
        self._latest = now + (14 * HOUR if times.form == "date" else 0)
        self._numbers = [name for name in (*PRICES, "volume", "adj_close") if name in form.columns]
        self._least = max(form.columns.values())

    def blocks(self, file: BinaryIO) -> Iterator[Columns]:
        text = io.TextIOWrapper(file, encoding=self._form.encoding, newline="")
        try:
            reader = csv.reader(_bounded(text), delimiter=self._form.separator)
            for _row in islice(reader, self._form.first_row):
                pass
            while True:
                before = reader.line_num
                rows = list(islice(reader, BLOCK))
                if not rows:
                    return
                if reader.line_num - before != len(rows):
                    raise ImportRefused("bad_csv", _("A cell in quotes goes on over several lines."), self._report)
                self._report.rows += len(rows)
                if self._report.rows > MAX_BARS:
                    words = _("The file has more than %(most)s rows.") % {"most": MAX_BARS}
                    raise ImportRefused("too_many_rows", words, self._report)
                block = self._block(rows, np.arange(before + 1, reader.line_num + 1))
                if sum(trouble.count for trouble in self._report.troubles.values()) > MAX_TROUBLES:
                    words = _("The file was not imported: some of its rows cannot be bars.")
                    raise ImportRefused("bad_rows", words, self._report)
                yield block
        except UnicodeError as error:
            words = _("The file's encoding changes in the middle.")
            raise ImportRefused("bad_encoding", words, self._report) from error
        except csv.Error as error:
            raise ImportRefused("bad_csv", _("The file is no CSV: %(why)s.") % {"why": error}, self._report) from error
        finally:
            text.detach()

    def _block(self, rows: list[list[str]], lines: NDArray[np.int64]) -> Columns:
        if min(map(len, rows)) <= self._least:
            rows, lines = self._whole_rows(rows, lines)
        columns: Columns = {"line": lines, "time": self._read_times(rows, lines)}
        for name in self._numbers:
            columns[name] = self._read_numbers(rows, self._form.columns[name])
        if "volume" not in columns:
            columns["volume"] = np.zeros(len(rows))
        good = self._good(columns)
        return columns if good.all() else {name: values[good] for name, values in columns.items()}

    def _whole_rows(self, rows: list[list[str]], lines: NDArray[np.int64]) -> tuple[list[list[str]], NDArray[np.int64]]:
        kept = []
        for place, row in enumerate(rows):
            if len(row) > self._least:
                kept.append(place)
                continue
            empty = not any(cell.strip() for cell in row)
            self._report.see("empty_line" if empty else "short", [lines[place]])
            self._report.rows -= empty
        return [rows[place] for place in kept], lines[kept] if kept else lines[:0]

    def _read_times(self, rows: list[list[str]], lines: NDArray[np.int64]) -> NDArray[np.int64]:
        """Microseconds; -1 for what is no time."""
        times, place, clock = self._times, self._form.columns["time"], self._form.columns.get("clock")
        made = np.empty(len(rows), np.int64)
        for number, row in enumerate(rows):
            text = row[place].strip() if clock is None else f"{row[place].strip()} {row[clock].strip()}"
            try:
                made[number] = moment = times.read(text)
            except Unreadable as error:
                self._report.see(error.code, [lines[number]])
                made[number] = -1
                continue
            if times.repeated:
                self._report.see("repeated_hour", [lines[number]])
            if not 0 <= moment <= LATEST_TIME:
                self._report.see("bad_time", [lines[number]])
                made[number] = -1
        return made

    def _read_numbers(self, rows: list[list[str]], place: int) -> NDArray[np.float64]:
        """NaN for what is no number."""
        cells = [row[place] for row in rows]
        # most cells are plain numbers; a point beside a decimal comma marks thousands
        plain = cells
        if self._form.decimal_comma and not any("." in cell for cell in cells):
            plain = [cell.replace(",", ".") for cell in cells]
        if plain is not cells or not self._form.decimal_comma:
            try:
                return np.array(list(map(float, plain)))
            except ValueError:
                pass
        read = self._form.number
        return np.array([np.nan if (value := read(cell)) is None else value for cell in cells], dtype=np.float64)

    def _good(self, columns: Columns) -> NDArray[np.bool_]:
        """Which rows can be bars; each other row is reported once, by the first thing that is wrong with it."""
        opened, high, low, close = (columns[name] for name in PRICES)
        lowest, highest = np.minimum(opened, close), np.maximum(opened, close)
        prices = np.stack([opened, high, low, close])
        good = columns["time"] >= 0
        for code, bad in (
            ("future", columns["time"] > self._latest),
            ("bad_number", ~np.isfinite(prices).all(axis=0)),
            ("bad_price", (prices <= 0).any(axis=0)),
            ("high_low", (high < highest) | (low > lowest)),
            ("bad_volume", ~np.isfinite(columns["volume"]) | (columns["volume"] < 0)),
        ):
            found = bad & good
            if found.any():
                self._report.see(code, columns["line"][found])
                good = good & ~found
        return good


def _bounded(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(MAX_LINE):
        if len(line) == MAX_LINE:
            raise ImportRefused("bad_csv", _("A line is longer than %(most)s characters.") % {"most": MAX_LINE})
        yield line


def _joined(blocks: Iterator[Columns]) -> Columns:
    parts = list(blocks)
    if not parts:
        return {name: np.empty(0, np.int64 if name in ("line", "time") else np.float64) for name in ("line", *FIELDS)}
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _adjusted(columns: Columns, form: Form, options: Options, report: Report) -> Columns:
    """By the adjusted close where the person asks for it, as the bundled stocks are."""
    adjusted = columns.pop("adj_close", None)
    if "volume" not in form.columns:
        report.see("no_volume", ())
    if adjusted is None or not len(adjusted):
        return columns
    if not options.adjust:
        report.see("no_adjustment", ())
        return columns
    bad = ~(np.isfinite(adjusted) & (adjusted > 0))
    if bad.any():
        report.see("bad_number", columns["line"][bad])
        columns, adjusted = {name: values[~bad] for name, values in columns.items()}, adjusted[~bad]
    report.see("adjusted", ())
    factor = adjusted / columns["close"]
    made = {name: columns[name] * factor for name in PRICES}
    # the product of the close may be a hair above that of an equal high
    made["high"] = np.maximum.reduce([made["high"], made["open"], made["close"]])
    made["low"] = np.minimum.reduce([made["low"], made["open"], made["close"]])
    return {**columns, **made, "volume": columns["volume"] / factor}


def _in_order(columns: Columns, report: Report) -> Columns:
    """Sorted by time, each time once."""
    steps = np.diff(columns["time"])
    falling = np.flatnonzero(steps < 0)
    if len(falling):
        backwards = not (steps > 0).any()
        report.see("backwards" if backwards else "shuffled", () if backwards else columns["line"][falling + 1])
        if not backwards and "repeated_hour" in report.troubles:
            report.troubles["ambiguous_time"] = report.troubles.pop("repeated_hour")
        order = np.argsort(columns["time"], kind="stable")
        columns = {name: values[order] for name, values in columns.items()}
    same = np.flatnonzero(np.diff(columns["time"]) == 0)
    if len(same):
        differs = np.any([columns[name][same] != columns[name][same + 1] for name in FIELDS[1:]], axis=0)
        for code, which in (("conflict", differs), ("doubled", ~differs)):
            if which.any():
                report.see(code, np.sort(columns["line"][same + 1][which]))
        columns = {name: np.delete(values, same + 1) for name, values in columns.items()}
    return columns


def _look_at_steps(columns: Columns, options: Options, report: Report) -> None:
    """Raise ImportRefused where the rows have another timeframe; note what is missing."""
    step = STEPS[options.timeframe]
    steps = np.diff(columns["time"])
    if not len(steps):
        return
    slack = SLACK.get(options.timeframe, 0)
    close = steps < step - slack
    usual = int(np.median(steps))
    if close.mean() > 0.5 or (len(steps) > 2 and not (np.abs(steps - step) <= slack).any()):
        raise ImportRefused(
            "wrong_timeframe",
            _("The rows are mostly %(found)s apart, which is not the timeframe %(timeframe)s.")
            % {"found": timedelta(microseconds=usual), "timeframe": options.timeframe},
            report,
        )
    if close.any():
        report.see("too_close", columns["line"][1:][close])
        raise ImportRefused("bad_rows", _("The file was not imported: some of its rows cannot be bars."), report)
    found = gaps(columns["time"], options.timeframe, always_open=options.always_open)
    if found:
        after = np.searchsorted(columns["time"], [gap[1] for gap in found])
        report.see("missing", columns["line"][after])
