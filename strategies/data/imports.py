"""Adds a person's own bars as a dataset."""

import uuid
from typing import Any

from django.utils.translation import gettext as _

from strategies.data.csv_import import ImportRefused
from strategies.data.storage import store
from strategies.engine.bars import Bars
from strategies.models import Dataset
from trademe.accounts.models import User

MOST_DATASETS = 100  # of one person


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
    if owner is not None and own.count() >= MOST_DATASETS:
        raise ImportRefused(
            "too_many_datasets", _("You have %(most)s datasets. Delete one first.") % {"most": MOST_DATASETS}
        )
    known = own.filter(fingerprint=bars.fingerprint(), instrument=instrument, timeframe=timeframe).first()
    if known is not None:
        raise ImportRefused("known", _("These bars are there already, as %(key)s.") % {"key": known.key})
    dataset = Dataset(
        owner=owner,
        key=f"own-{uuid.uuid4()}",
        instrument=instrument,
        kind=kind,
        timeframe=timeframe,
        source=source[:300],
        licence=licence[:300],
        report=report,
    )
    return store(dataset, bars)
