"""How a file is written: encoding, separator, decimal mark, where its columns are; told from its beginning."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from django.utils.translation import gettext as _

from strategies.data.csv_report import ImportRefused

Decimal: TypeAlias = Literal["", ".", ","]

SAMPLE = 64 * 1024  # bytes
SAMPLE_ROWS = 500
MOST_PREAMBLE = 20  # rows before the columns
MAX_COLUMNS = 200
PRICES = ("open", "high", "low", "close")
FIELDS = ("time", *PRICES, "volume")
OPTIONAL = ("clock", "volume", "adj_close")
ENCODINGS = ("utf-8", "gb18030", "utf-16", "cp1252", "big5", "shift_jis")

# normalised as ``_plain`` does: no spaces, marks and brackets
NAMES: dict[str, tuple[str, ...]] = {
    "time": ("opentime", "datetime", "date", "timestamp", "time", "unix", "unixtimestamp", "dt", "day",
             "日期", "交易日期", "日期时间", "时间", "开盘时间", "交易时间"),
    "open": ("open", "o", "openprice", "1open", "开盘", "开盘价", "今开"),
    "high": ("high", "h", "highprice", "2high", "最高", "最高价"),
    "low": ("low", "l", "lowprice", "3low", "最低", "最低价"),
    "close": ("close", "c", "closeprice", "4close", "last", "price", "closelast", "收盘", "收盘价"),
    "volume": ("volume", "vol", "v", "5volume", "成交量", "交易量", "tickvol"),
    "adj_close": ("adjclose", "adjustedclose", "5adjustedclose", "复权收盘价"),
}  # fmt: skip
_CLOCK_NAMES = ("time", "时间", "交易时间", "clock")
_DATE_NAMES = ("date", "day", "日期", "交易日期")
_MISSING = frozenset(("", "-", "--", "—", "nan", "na", "n/a", "null", "none", "#n/a"))
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([.,])\d{3}(?:\1\d{3})*", re.ASCII)
_UNITS = {"k": 1e3, "m": 1e6, "b": 1e9, "万": 1e4, "亿": 1e8}
_CLOCK = re.compile(r"\d{1,2}:\d{2}.*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Form:
    """``first_row`` is the number of rows before the first bar, ``columns`` the place of each field, from 0."""

    encoding: str
    separator: str
    decimal_comma: bool
    first_row: int
    preamble: int
    header: tuple[str, ...]
    columns: Mapping[str, int]
    sample: tuple[tuple[str, ...], ...]

    @property
    def missing(self) -> list[str]:
        """Fields that no column was found for."""
        return [name for name in ("time", *PRICES) if name not in self.columns]

    @property
    def width(self) -> int:
        """Columns of the header or of the first row."""
        return len(self.header) or len(self.sample[0])

    def check(self) -> None:
        """Raise ImportRefused unless every field that bars need has a column of its own."""
        if self.missing:
            words = _("The file has no column for: %(missing)s. Its columns are: %(columns)s.")
            known = ", ".join(cell[:40] for cell in (self.header or self.sample[0])[:30])
            raise ImportRefused("missing_column", words % {"missing": ", ".join(self.missing), "columns": known})
        if any(not 0 <= place < min(self.width, MAX_COLUMNS) for place in self.columns.values()):
            raise ImportRefused("missing_column", _("A chosen column is not in the file."))
        if len(set(self.columns.values())) < len(self.columns):
            raise ImportRefused("same_column", _("One column cannot be two things."))

    def number(self, cell: str) -> float | None:
        """The cell's number, NaN and infinity too; None when it is none or missing."""
        return number(cell, self.decimal_comma)

    def times(self) -> list[str]:
        """The sample's times."""
        return [self.time_text(row) for row in self.sample if len(row) > self.columns["time"]]

    def time_text(self, row: Sequence[str]) -> str:
        """A row's time as one text."""
        text = row[self.columns["time"]].strip()
        clock = self.columns.get("clock")
        return text if clock is None or len(row) <= clock else f"{text} {row[clock].strip()}"


def recognise(head: bytes, chosen: Mapping[str, int] | None = None, encoding: str = "", decimal: Decimal = "") -> Form:
    """Tell the form from the file's beginning; what is given wins. Raises ImportRefused.

    Columns may be missing: ``Form.check`` refuses that, a page asks for them.
    """
    encoding = encoding or _encoding(head)
    lines = _lines(head, encoding)
    if not lines:
        raise ImportRefused("empty_file", _("The file is empty."))
    separator = _separator(lines)
    try:
        rows = list(csv.reader(lines, delimiter=separator))
    except csv.Error as error:
        raise ImportRefused("bad_csv", _("The file is no CSV: %(why)s.") % {"why": error}) from error
    first, header, columns = _columns(rows, chosen)
    sample = tuple(tuple(cell.strip() for cell in row) for row in rows[first:] if any(row))[:SAMPLE_ROWS]
    if not sample:
        raise ImportRefused("empty_file", _("The file has no rows."))
    comma = decimal == "," if decimal else _decimal_comma(sample, [columns[name] for name in PRICES if name in columns])
    preamble = first - 1 if header else first
    return Form(encoding, separator, comma, first, preamble, header, columns, sample)


def number(cell: str, decimal_comma: bool) -> float | None:
    """A number with thousands marks, and for volumes with a unit (1.2M, 3.4万)."""
    text = cell.strip().replace("\u00a0", "").replace(" ", "").replace("'", "")
    if text.lower() in _MISSING or "_" in text:
        return None
    unit = _UNITS.get(text[-1].lower(), 1.0)
    if unit != 1.0:
        text = text[:-1]
    text = text.replace(".", "").replace(",", ".") if decimal_comma else text.replace(",", "")
    try:
        return float(text) * unit
    except ValueError:
        return None


# --- encoding, rows ---------------------------------------------------------------------------------------------------


def _encoding(head: bytes) -> str:
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return name
    for place, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = head[place:400:2]
        if half and half.count(0) > len(half) // 2:
            return name
    if 0 in head:
        raise ImportRefused("not_text", _("The file is no text. Save the table as CSV."))
    for name in ("utf-8", "gb18030", "cp1252"):
        try:
            codecs.getincrementaldecoder(name)(errors="strict").decode(head)
        except UnicodeDecodeError:
            continue
        return name
    raise ImportRefused("bad_encoding", _("The file's encoding is not known. Save it as UTF-8."))


def _lines(head: bytes, encoding: str) -> list[str]:
    """The whole lines of the beginning."""
    try:
        text = codecs.getincrementaldecoder(encoding)(errors="strict").decode(head)
    except (UnicodeDecodeError, LookupError) as error:
        raise ImportRefused(
            "bad_encoding", _("The file cannot be read as %(encoding)s.") % {"encoding": encoding[:20]}
        ) from error
    if "\x00" in text:
        raise ImportRefused("not_text", _("The file is no text. Save the table as CSV."))
    lines = io.StringIO(text, newline="").readlines()
    if len(head) >= SAMPLE and len(lines) > 1:
        lines.pop()  # cut somewhere in the middle
    return lines[: SAMPLE_ROWS + MOST_PREAMBLE] if any(line.strip() for line in lines) else []


def _separator(lines: Sequence[str]) -> str:
    """Tab, semicolon or bar where most lines have it equally often; else the comma, which may be a decimal mark."""
    given = [line for line in lines if line.strip()]
    for separator in "\t;|":
        counts = Counter(line.count(separator) for line in given)
        count, lines_with = counts.most_common(1)[0]
        if count >= 4 and lines_with * 2 > len(given):
            return separator
    return ","


# --- columns ----------------------------------------------------------------------------------------------------------


def _columns(
    rows: Sequence[Sequence[str]], chosen: Mapping[str, int] | None
) -> tuple[int, tuple[str, ...], dict[str, int]]:
    """Number of rows before the bars, the header (empty when there is none) and the place of each field."""
    for place, row in enumerate(rows[: MOST_PREAMBLE + 1]):
        found = _by_name(row, rows[place + 1 : place + 2])
        if {"open", "high", "low"} <= found.keys() or _is_header(row, rows[place + 1 : place + 2]):
            return place + 1, tuple(cell.strip() for cell in row), dict(chosen or found)
        if _is_row(row):
            return place, (), dict(chosen or _by_place(row))
    raise ImportRefused(
        "no_columns",
        _("No columns were found: time, open, high, low and close, separated by comma, semicolon or tab."),
    )


def _plain(name: str) -> str:
    name = re.split(r"[(（\[]", name.strip().strip("<>\"'"))[0]
    return re.sub(r"[\s_.*/<>:-]+", "", name).lower()


def _by_name(row: Sequence[str], following: Sequence[Sequence[str]]) -> dict[str, int]:
    plain = [_plain(cell) for cell in row[:MAX_COLUMNS]]
    found: dict[str, int] = {}
    for field, names in NAMES.items():
        for name in names:
            if name in plain:
                found[field] = plain.index(name)
                break
    if "volume" not in found:
        prefixed = [place for place, name in enumerate(plain) if name.startswith(("volume", "成交量"))]
        if prefixed:
            found["volume"] = prefixed[0]
    clocks = [place for place, name in enumerate(plain) if name in _CLOCK_NAMES]
    dates = [place for place, name in enumerate(plain) if name in _DATE_NAMES]
    if (
        clocks
        and dates
        and following
        and len(following[0]) > clocks[0]
        and _CLOCK.match(following[0][clocks[0]].strip())
    ):
        found["time"], found["clock"] = dates[0], clocks[0]
    return found


def _by_place(row: Sequence[str]) -> dict[str, int]:
    """Of a file without header: time, open, high, low, close, volume; the time may be two columns."""
    split = len(row) > 5 and bool(_CLOCK.match(row[1].strip()))
    begin = 2 if split else 1
    found = {"time": 0, **{name: begin + place for place, name in enumerate(PRICES)}}
    if split:
        found["clock"] = 1
    if len(row) > begin + 4:
        found["volume"] = begin + 4
    return found


def _is_row(row: Sequence[str]) -> bool:
    """Whether it looks like a bar: something with digits, and four numbers after it (or after a time of day)."""
    if len(row) < 5 or not any(letter.isdigit() for letter in row[0]):
        return False
    begin = 2 if _CLOCK.match(row[1].strip()) else 1
    cells = row[begin : begin + 4]
    return len(cells) == 4 and all(number(cell, True) is not None or number(cell, False) is not None for cell in cells)


def _is_header(row: Sequence[str], following: Sequence[Sequence[str]]) -> bool:
    """Names above numbers, known ones or not."""
    return (
        len(row) >= 5
        and bool(following)
        and len(following[0]) == len(row)
        and _is_row(following[0])
        and not _is_row(row)
    )


def _decimal_comma(sample: Sequence[Sequence[str]], places: Sequence[int]) -> bool:
    """Whether the comma is the decimal mark; raises ImportRefused where the cells fit both."""
    cells = [row[place].strip() for row in sample for place in places if len(row) > place]
    commas = [cell for cell in cells if "," in cell]
    if not commas:
        return False
    both = [cell for cell in commas if "." in cell]
    if both:
        return both[0].rindex(",") > both[0].rindex(".")
    if not all(_THOUSANDS.fullmatch(cell) for cell in commas):
        return True
    dots = [cell for cell in cells if "." in cell]
    if any(not _THOUSANDS.fullmatch(cell) for cell in dots):
        return False
    raise ImportRefused(
        "ambiguous_decimal",
        _("%(sample)s can be two numbers. Say whether the comma is the decimal mark.") % {"sample": commas[0]},
    )
