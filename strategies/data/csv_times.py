"""Times as files write them: since the epoch, ISO, with slashes, dots, Chinese or English months."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Literal, TypeAlias, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

from strategies.data.csv_report import ImportRefused
from strategies.data.timeframes import DAY, MINUTE

DateOrder: TypeAlias = Literal["", "dmy", "mdy"]

Key = TypeVar("Key")
Value = TypeVar("Value")

SECOND = 1_000_000
QUARTER = 15 * MINUTE  # no zone changes its clocks between quarters of an hour since 1970
EPOCH_DAY = date(1970, 1, 1).toordinal()
MOST_CACHED = 100_000
MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)}  # fmt: skip

_DIGITS = re.compile(r"\d{9,19}(?:\.\d{1,9})?", re.ASCII)
_COMPACT = re.compile(r"(?:19[7-9]|20\d)\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{4}|\d{6})?", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})", re.ASCII)
_DAY_NAME = re.compile(r"(\d{1,2})[- ]([A-Za-z]{3,9})[- ](\d{4}|\d{2})", re.ASCII)
_NAME_DAY = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})", re.ASCII)
_CLOCK = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp][Mm])?\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?", re.ASCII
)
_COMPACT_CLOCK = re.compile(r"(\d{2})(\d{2})(\d{2})?", re.ASCII)
_DATE_WITH_SPACES = re.compile(r"\d{1,2} [A-Za-z]{3,9} \d{2,4}|[A-Za-z]{3,9}\.? \d{1,2},? \d{4}", re.ASCII)


class Unreadable(Exception):
    """This text is no time; ``code`` is the trouble."""

    def __init__(self, code: str = "bad_time") -> None:
        super().__init__(code)
        self.code = code


def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name; raises ImportRefused."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ImportRefused(
            "bad_timezone",
            _("%(name)s is no time zone. Write it as Europe/Berlin, Asia/Shanghai or UTC.") % {"name": name[:60]},
        ) from error


class Times:
    """Reads the times of one file. ``form`` names how they are written: epoch, date, or clock (a date with a time)."""

    def __init__(self, samples: Sequence[str], zone: ZoneInfo, order: DateOrder = "") -> None:
        given = [text for text in samples if text][:500]
        self.repeated = False  # whether the last time that was read stands in a repeated hour
        self._zone = zone
        self._utc = zone.key in ("UTC", "Etc/UTC", "GMT")
        self._previous: int | None = None
        self._backwards = False
        self._days: dict[str, int] = {}
        self._clocks: dict[str, tuple[int, int | None]] = {}
        self._offsets: dict[int, tuple[int, int]] = {}
        self._scale = _scale(given)
        self._split = _splitter(given)
        self._order: DateOrder = order or _order(given, self._split)
        self.form = "epoch" if self._scale else "clock"
        if not self._scale and given and not any(self._split(text)[1] for text in given):
            self.form = "date"

    def read(self, text: str) -> int:
        """Microseconds since the epoch, UTC; raises Unreadable. Dates alone stay dates: midnight UTC of that day."""
        if self._scale:
            return self._since_epoch(text)
        head, tail = self._split(text)
        day = self._days.get(head)
        if day is None:
            day = _kept(self._days, head, self._day(head))
        if not tail:
            return day if self.form == "date" or self._utc else self._from_local(day)
        clock = self._clocks.get(tail)
        if clock is None:
            clock = _kept(self._clocks, tail, _clock(tail))
        local, offset = day + clock[0], clock[1]
        if offset is not None:
            return local - offset
        return local if self._utc else self._from_local(local)

    def _since_epoch(self, text: str) -> int:
        if 9 <= len(text) <= 19 and text.isdigit() and text.isascii():
            return int(text) * SECOND // self._scale
        if not _DIGITS.fullmatch(text):
            raise Unreadable
        whole, _point, fraction = text.partition(".")
        # as integers: a float has too few digits for nanoseconds
        ticks = int(whole) * SECOND + int((fraction or "0").ljust(6, "0")[:6])
        return ticks // self._scale

    def _day(self, head: str) -> int:
        try:
            year, month, day = self._calendar(head)
            if year < 100:
                year += 2000 if year < 70 else 1900
            return (date(year, month, day).toordinal() - EPOCH_DAY) * DAY
        except ValueError as error:
            raise Unreadable from error

    def _calendar(self, head: str) -> tuple[int, int, int]:
        if found := _YEAR_FIRST.fullmatch(head):
            return int(found[1]), int(found[2]), int(found[3])
        if len(head) == 8 and head.isascii() and head.isdigit():
            return int(head[:4]), int(head[4:6]), int(head[6:])
        if found := _YEAR_LAST.fullmatch(head):
            first, second = int(found[1]), int(found[3])
            return (int(found[4]), second, first) if self._order == "dmy" else (int(found[4]), first, second)
        if found := _DAY_NAME.fullmatch(head):
            return int(found[3]), _month(found[2]), int(found[1])
        if found := _NAME_DAY.fullmatch(head):
            return int(found[3]), _month(found[1]), int(found[2])
        raise Unreadable

    def _from_local(self, local: int) -> int:
        """By the zone's offset then; in a repeated hour by the order of the rows."""
        quarter = local // QUARTER
        offsets = self._offsets.get(quarter)
        if offsets is None:
            offsets = _kept(self._offsets, quarter, self._offsets_at(quarter))
        first, second = local - offsets[0], local - offsets[1]
        self.repeated = first != second
        made = self._nearest(first, second) if self.repeated else first
        if self._previous is not None and made != self._previous:
            self._backwards = made < self._previous
        self._previous = made
        return made

    def _nearest(self, first: int, second: int) -> int:
        if self._previous is None or first == self._previous:
            return second if first == self._previous else first
        if second == self._previous:
            return first
        one, two = abs(first - self._previous), abs(second - self._previous)
        if one == two:
            return first if self._backwards else second
        return first if one < two else second

    def _offsets_at(self, quarter: int) -> tuple[int, int]:
        moment = datetime(1970, 1, 1) + timedelta(microseconds=quarter * QUARTER)
        early, late = (moment.replace(tzinfo=self._zone, fold=fold).utcoffset() for fold in (0, 1))
        if early is None or late is None:
            raise Unreadable
        there = (moment - early).replace(tzinfo=UTC).astimezone(self._zone)
        if there.replace(tzinfo=None) != moment and early != late:
            raise Unreadable("skipped_hour")
        return early // timedelta(microseconds=1), late // timedelta(microseconds=1)


def _kept(cache: dict[Key, Value], key: Key, value: Value) -> Value:
    if len(cache) >= MOST_CACHED:
        cache.clear()
    cache[key] = value
    return value


def _scale(samples: Sequence[str]) -> int:
    """How many ticks of the file's numbers, times a million, make a microsecond; 0 when they are no such numbers."""
    if not samples or not all(_DIGITS.fullmatch(text) for text in samples):
        return 0
    if all(_COMPACT.fullmatch(text) for text in samples):
        return 0
    length = max(len(text.partition(".")[0]) for text in samples)
    return {9: 1, 10: 1, 12: 1_000, 13: 1_000, 15: SECOND, 16: SECOND, 18: 1_000 * SECOND, 19: 1_000 * SECOND}.get(
        length, 0
    )


def _splitter(samples: Sequence[str]) -> Callable[[str], tuple[str, str]]:
    """How a text falls into date and time of day."""
    sample = next(iter(samples), "")
    if _COMPACT.fullmatch(sample) and len(sample) > 8:
        return lambda text: (text[:8], text[8:])
    if re.match(r"\d{8}T", sample) or re.match(r"\d{4}-\d{1,2}-\d{1,2}T", sample):
        return lambda text: _parts(text, "T")
    if _DATE_WITH_SPACES.match(sample):
        return _after_spaced_date
    return lambda text: _parts(text, " ")


def _parts(text: str, separator: str) -> tuple[str, str]:
    head, _separator, tail = text.partition(separator)
    return head, tail.strip()


def _after_spaced_date(text: str) -> tuple[str, str]:
    found = _DATE_WITH_SPACES.match(text)
    if found is None:
        return text, ""
    return found[0], text[found.end() :].strip(" ,")


def _order(samples: Sequence[str], split: Callable[[str], tuple[str, str]]) -> DateOrder:
    """Day or month first; raises ImportRefused where the samples fit both."""
    found = [match for text in samples if (match := _YEAR_LAST.fullmatch(split(text)[0]))]
    if not found:
        return ""
    if found[0][2] == ".":
        return "dmy"  # nobody writes months first with dots
    if any(int(match[1]) > 12 for match in found):
        return "dmy"
    if any(int(match[3]) > 12 for match in found):
        return "mdy"
    raise ImportRefused(
        "ambiguous_date",
        _("%(sample)s can be two days. Say whether the day or the month comes first.") % {"sample": found[0][0]},
    )


def _clock(text: str) -> tuple[int, int | None]:
    """Microseconds since midnight, and the offset from UTC where it is written."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        compact = _COMPACT_CLOCK.fullmatch(text)
        if compact is None:
            raise Unreadable
        hour, minute, second = int(compact[1]), int(compact[2]), int(compact[3] or 0)
        fraction = half = zone = None
    else:
        hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
        fraction, half, zone = found[4], found[5], found[6]
    if half is not None:
        if not 1 <= hour <= 12:
            raise Unreadable
        hour = hour % 12 + (12 if half.lower() == "pm" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise Unreadable
    moment = ((hour * 60 + minute) * 60 + second) * SECOND + int((fraction or "0").ljust(6, "0")[:6])
    return moment, None if zone is None else _offset(zone)


def _offset(zone: str) -> int:
    if zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:] or 0)
    return (minutes if zone[0] == "+" else -minutes) * MINUTE


def _month(name: str) -> int:
    number = MONTHS.get(name[:3].lower())
    if number is None:
        raise Unreadable
    return number
