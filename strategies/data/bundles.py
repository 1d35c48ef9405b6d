"""What comes with the product: which datasets there are, and how they get into the database."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from django.utils.translation import gettext_noop

from strategies.data import stocks, synthetic
from strategies.data.storage import store
from strategies.engine.bars import Bars
from strategies.models import Dataset

# stored in English, said in the language of the page
STOCKS_SOURCE = gettext_noop("Quandl WIKI Prices, as bundled by bokeh_sampledata 2026.1")
STOCKS_LICENCE = gettext_noop("Public domain (publisher's notice of 2015, recorded in bokeh_sampledata)")
ADJUSTED = gettext_noop("Splits and dividends: prices by Adj Close / Close, volume inversely")
SYNTHETIC_SOURCE = gettext_noop("Synthetic: invented by Trademe with a fixed seed; no market ever traded like this")
SYNTHETIC_LICENCE = "Apache-2.0"


@dataclass(frozen=True, slots=True)
class Bundle:
    """One dataset and how its bars are made. A change of its bars needs a new ``key``: runs point to the old ones."""

    key: str
    make: Callable[[], Bars]
    instrument: str
    kind: Dataset.Kind
    timeframe: str
    synthetic: bool
    source: str
    licence: str
    adjustment: str = ""

    def load(self) -> Dataset:
        return store(
            Dataset(
                key=self.key,
                instrument=self.instrument,
                kind=self.kind,
                timeframe=self.timeframe,
                synthetic=self.synthetic,
                source=self.source,
                licence=self.licence,
                adjustment=self.adjustment,
            ),
            self.make(),
        )


def bundles() -> Iterator[Bundle]:
    """All of them; making the bars waits for ``load``."""
    for symbol in stocks.SYMBOLS:
        for timeframe, make in (("1d", stocks.daily), ("1w", stocks.weekly)):
            yield Bundle(
                key=f"{symbol.lower()}-{timeframe}",
                make=partial(make, symbol),
                instrument=symbol,
                kind=Dataset.Kind.STOCK,
                timeframe=timeframe,
                synthetic=False,
                source=STOCKS_SOURCE,
                licence=STOCKS_LICENCE,
                adjustment=ADJUSTED,
            )
    for recipe in synthetic.RECIPES:
        for timeframe in synthetic.TIMEFRAMES:
            yield Bundle(
                key=f"synthetic-{recipe.symbol.lower().replace('/', '-')}-{timeframe}",
                make=partial(synthetic.bars, recipe, timeframe),
                instrument=recipe.symbol,
                kind=Dataset.Kind.CRYPTO,
                timeframe=timeframe,
                synthetic=True,
                source=SYNTHETIC_SOURCE,
                licence=SYNTHETIC_LICENCE,
            )


def missing() -> list[Bundle]:
    """Those that the database does not hold yet."""
    there = set(Dataset.objects.filter(owner=None).values_list("key", flat=True))
    return [bundle for bundle in bundles() if bundle.key not in there]
