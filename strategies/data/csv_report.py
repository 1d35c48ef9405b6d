"""What was found in a file that is to become bars: by kind, with the first lines of each, in words."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

SHOWN = 20  # lines that are named for each kind of trouble
# no choice between two truths: they refuse the file
REFUSED = (
    "short",
    "bad_time",
    "skipped_hour",
    "ambiguous_time",
    "bad_number",
    "bad_price",
    "bad_volume",
    "high_low",
    "future",
    "conflict",
    "too_close",
)
# those of them that concern a row by itself: it can be left out when the person says so
ROW_BY_ROW = ("short", "bad_time", "skipped_hour", "bad_number", "bad_price", "bad_volume", "high_low")


@dataclass(slots=True)
class Trouble:
    """One kind of thing that was seen: how often, and its first lines."""

    count: int = 0
    lines: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Report:
    """What a file is and what was found in it; troubles by code."""

    encoding: str = ""
    separator: str = ""
    columns: dict[str, str] = field(default_factory=dict)  # field: the file's own name
    times: str = ""  # how they are written, as csv_times calls it
    timezone: str = ""
    rows: int = 0
    bars: int = 0
    left_out: bool = False  # whether bad rows were
    troubles: dict[str, Trouble] = field(default_factory=dict)

    def see(self, code: str, lines: Iterable[int]) -> None:
        """Note the lines under the code."""
        trouble = self.troubles.setdefault(code, Trouble())
        for line in lines:
            trouble.count += 1
            if len(trouble.lines) < SHOWN:
                trouble.lines.append(int(line))

    @property
    def refused(self) -> list[str]:
        """Codes that keep the file from becoming bars."""
        return [code for code in self.troubles if code in REFUSED and not (self.left_out and code in ROW_BY_ROW)]

    def sentences(self) -> list[str]:
        """The troubles in words, with lines; what refuses the file first."""
        refused = self.refused
        return [self.sentence(code) for code in sorted(self.troubles, key=lambda code: code not in refused)]

    def sentence(self, code: str) -> str:
        """One trouble in words."""
        trouble = self.troubles[code]
        what = words(code)
        if self.left_out and code in ROW_BY_ROW:
            what = _("%(what)s: left out") % {"what": what}
        if not trouble.lines:
            return _("%(what)s.") % {"what": what}
        return _("%(what)s (%(count)s, first in line %(lines)s).") % {
            "what": what,
            "count": trouble.count,
            "lines": ", ".join(map(str, trouble.lines[:5])),
        }


class ImportRefused(Exception):
    """The file cannot become bars; ``code`` is stable, the words say what to do, ``report`` what was seen so far."""

    def __init__(self, code: str, reason: str, report: Report | None = None) -> None:
        super().__init__(reason)
        self.code = code
        self.report = report


def words(code: str) -> str:
    """What a trouble means and, where it was mended, what was done."""
    return {
        "short": _("The row has fewer columns than it needs"),
        "bad_time": _("The time cannot be read"),
        "skipped_hour": _("The time does not exist in this time zone: the clocks skip it"),
        "ambiguous_time": _("The time exists twice in this time zone, and the rows are not in order"),
        "bad_number": _("A price is missing or is no number"),
        "bad_price": _("A price is zero or negative"),
        "bad_volume": _("A volume is negative or is no number"),
        "high_low": _("The high is below, or the low above, the open or the close"),
        "future": _("The time lies in the future"),
        "conflict": _("Two rows have the same time and different prices"),
        "too_close": _("Two rows are closer than the timeframe"),
        "shuffled": _("Rows were out of order and have been sorted"),
        "backwards": _("The newest row comes first; the rows have been turned round"),
        "doubled": _("The same row stands twice and was taken once"),
        "repeated_hour": _("The clocks repeat this hour; the rows were told apart by their order"),
        "missing": _("Bars are missing before this row"),
        "no_volume": _("There is no volume; it was taken as 0"),
        "no_adjustment": _("There is an adjusted close; it was not used"),
        "adjusted": _("Prices were multiplied by adjusted close / close, volume divided by it"),
        "preamble": _("Lines before the columns were left out"),
        "empty_line": _("Empty lines were left out"),
        "unfinished": _("The last bar may not be finished yet"),
    }[code]
