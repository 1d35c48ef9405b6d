"""A person's own bars as a dataset: added, and deleted again."""

import uuid
from typing import Any

from django.db.models import Count, Sum
from django.utils.text import slugify
from django.utils.translation import gettext as _

from strategies.data.csv_report import ImportRefused
from strategies.data.storage import store
from strategies.engine.bars import Bars
from strategies.models import Dataset
from trademe.accounts.models import User

MOST_DATASETS = 100  # of one person
MOST_BARS = 10_000_000  # of one person, in all datasets


def add_dataset(
    bars: Bars,
    *,
    report: dict[str, Any],
    owner: User | None,
    instrument: str,
    kind: str,
    timeframe: str,
    source: str,
    licence: str = "",
) -> Dataset:
    """Store the bars; the very same ones again are refused, since runs tell data apart by their fingerprint."""
    instrument = " ".join(instrument.split())
    if not 0 < len(instrument) <= 40 or not instrument.isprintable():
        raise ImportRefused("bad_instrument", _("The instrument has 1 to 40 characters."))
    own = Dataset.objects.filter(owner=owner)
    if owner is not None:
        _check_room(own.aggregate(count=Count("pk"), bars=Sum("bar_count")), len(bars))
    known = own.filter(fingerprint=bars.fingerprint(), instrument=instrument, timeframe=timeframe).first()
    if known is not None:
        raise ImportRefused("known", _("These bars are there already, as %(key)s.") % {"key": known.key})
    dataset = Dataset(
        owner=owner,
        key=f"{slugify(instrument) or 'bars'}-{timeframe}-{uuid.uuid4().hex[:12]}",
        instrument=instrument,
        kind=kind,
        timeframe=timeframe,
        source=source[:300],
        licence=licence[:300],
        report=report,
    )
    return store(dataset, bars)


def _check_room(held: dict[str, Any], more: int) -> None:
    if held["count"] >= MOST_DATASETS:
        raise ImportRefused(
            "too_many_datasets", _("You have %(most)s datasets. Delete one first.") % {"most": MOST_DATASETS}
        )
    if (held["bars"] or 0) + more > MOST_BARS:
        raise ImportRefused(
            "too_many_bars",
            _("Your datasets would have more than %(most)s bars. Delete one first.") % {"most": MOST_BARS},
        )
