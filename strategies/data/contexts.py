"""What the pages of market data show, as named attributes."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from strategies.data.csv_form import Form
from strategies.data.csv_import import ImportRefused, Report
from strategies.data.forms import ImportForm
from strategies.data.storage import moment
from strategies.data.timeframes import STEPS
from strategies.data.uploads import Upload
from strategies.engine.bars import Bars
from strategies.models import Dataset
from trademe.accounts.models import User

SHOWN_ROWS = 8
SHOWN_CELLS = 12
SHOWN_GAPS = 10


@dataclass(frozen=True, slots=True)
class Span:
    """One timeframe of an instrument."""

    dataset: Dataset
    gaps: list[tuple[datetime, datetime]]

    @property
    def more_gaps(self) -> int:
        return self.dataset.gap_count - len(self.gaps)

    @property
    def dates_only(self) -> bool:
        return self.dataset.timeframe in ("1d", "1w")


@dataclass(frozen=True, slots=True)
class Market:
    """An instrument with all its timeframes from one source."""

    first: Dataset
    spans: list[Span]

    @property
    def own(self) -> bool:
        return self.first.owner_id is not None

    @property
    def source(self) -> str:
        return said(self.first, self.first.source)

    @property
    def licence(self) -> str:
        return said(self.first, self.first.licence)

    @property
    def adjustment(self) -> str:
        return said(self.first, self.first.adjustment)


def said(dataset: Dataset, text: str) -> str:
    """What a bundle says of itself, in the language of the page; what a person wrote stays as it is."""
    return _(text) if text and dataset.owner_id is None else text


@dataclass(frozen=True, slots=True)
class Datasets:
    own: list[Market]
    real: list[Market]
    synthetic: list[Market]


def datasets(user: User) -> Datasets:
    """All that the person may use, in one query."""
    steps = list(STEPS)
    found = list(Dataset.objects.visible_to(user).defer("report"))

    def same(dataset: Dataset) -> tuple[Any, ...]:
        return (dataset.instrument, dataset.owner_id or 0, dataset.synthetic, dataset.source, dataset.adjustment)

    found.sort(key=lambda dataset: (*same(dataset), steps.index(dataset.timeframe)))
    markets = []
    for _key, rows in groupby(found, key=same):
        spans = [Span(row, [(moment(gap[0]), moment(gap[1])) for gap in row.gaps[:SHOWN_GAPS]]) for row in rows]
        markets.append(Market(spans[0].dataset, spans))
    return Datasets(
        own=[market for market in markets if market.own],
        real=[market for market in markets if not market.own and not market.first.synthetic],
        synthetic=[market for market in markets if not market.own and market.first.synthetic],
    )


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in the whole file: bars (None when it is refused), and troubles in words."""

    bars: Bars | None
    error: str
    refused: list[str]
    mended: list[str]

    @property
    def count(self) -> int:
        return 0 if self.bars is None else len(self.bars)

    @property
    def first(self) -> datetime | None:
        return None if self.bars is None else moment(int(self.bars.time[0]))

    @property
    def last(self) -> datetime | None:
        return None if self.bars is None else moment(int(self.bars.time[-1]))


@dataclass(frozen=True, slots=True)
class ImportPage:
    upload: Upload
    form: ImportForm
    header: list[str]
    rows: list[list[str]]
    facts: list[tuple[str, str]]
    problem: str
    looked: Looked | None


def import_page(
    upload: Upload, form: ImportForm, recognised: Form | None, problem: str = "", looked: Looked | None = None
) -> ImportPage:
    """The first rows as they are, how they were understood, and what was found."""
    if recognised is None:
        return ImportPage(upload, form, [], [], [], problem, looked)
    width = min(recognised.width, SHOWN_CELLS)
    header = list(recognised.header[:width]) or [str(place + 1) for place in range(width)]
    rows = [[cell[:60] for cell in row[:width]] for row in recognised.sample[:SHOWN_ROWS]]
    marks = {",": _("comma"), ";": _("semicolon"), "\t": _("tab"), "|": _("vertical bar")}
    facts = [
        (_("Encoding"), recognised.encoding),
        (_("Separator"), marks[recognised.separator]),
        (_("Decimal mark"), _("comma") if recognised.decimal_comma else _("point")),
    ]
    return ImportPage(upload, form, header, rows, facts, problem, looked)


def looked_at(bars: Bars | None, report: Report | None, error: ImportRefused | None = None) -> Looked:
    """The report in words; what refuses the file apart from what was mended."""
    refused = report.refused if report is not None else []
    troubles = report.troubles if report is not None else {}
    say = report.sentence if report is not None else str
    return Looked(
        bars,
        "" if error is None else str(error),
        [say(code) for code in refused],
        [say(code) for code in troubles if code not in refused],
    )
