"""Bars in the database: written once, read by range, in memory for that range only."""

import zlib
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from strategies.data.timeframes import gaps
from strategies.engine.bars import COLUMNS, Bars, check, column_bytes
from strategies.models import Dataset, DatasetChunk

CHUNK = 10_000  # bars
SHOWN_GAPS = 50


class NoData(Exception):
    """There are no bars where some were asked for; the words say what there is."""

    code = "no_data"


def moment(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC)


def microseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)


def store(dataset: Dataset, bars: Bars) -> Dataset:
    """Save an unsaved dataset with its bars; raises InvalidBars."""
    check(bars)
    found = gaps(bars.time, dataset.timeframe, always_open=dataset.always_open)
    dataset.first_time, dataset.last_time = moment(int(bars.time[0])), moment(int(bars.time[-1]))
    dataset.bar_count = len(bars)
    dataset.gap_count, dataset.gaps = len(found), [list(gap) for gap in found[:SHOWN_GAPS]]
    dataset.fingerprint = bars.fingerprint()
    with transaction.atomic():
        dataset.save(force_insert=True)
        for number, start in enumerate(range(0, len(bars), CHUNK)):
            part = bars.slice(start, start + CHUNK)
            DatasetChunk.objects.create(
                dataset=dataset,
                number=number,
                first_time=int(part.time[0]),
                last_time=int(part.time[-1]),
                bar_count=len(part),
                data=zlib.compress(b"".join(column_bytes(part, name) for name in COLUMNS), level=3),
            )
    return dataset


def bars_of(dataset: Dataset, start: datetime | None = None, stop: datetime | None = None) -> Bars:
    """The bars that begin from ``start`` to ``stop``, both included; raises NoData when there are none."""
    first = microseconds(start) if start is not None else -(2**62)
    last = microseconds(stop) if stop is not None else 2**62
    chunks = dataset.chunks.filter(last_time__gte=first, first_time__lte=last).order_by("number")
    count = sum(chunks.values_list("bar_count", flat=True))
    columns: dict[str, Any] = {name: np.empty(count, np.int64 if name == "time" else np.float64) for name in COLUMNS}
    place = 0
    for chunk in chunks.iterator(chunk_size=1):
        data = zlib.decompress(chunk.data)
        width = 8 * chunk.bar_count
        for number, name in enumerate(COLUMNS):
            kind = "<i8" if name == "time" else "<f8"
            columns[name][place : place + chunk.bar_count] = np.frombuffer(
                data, kind, chunk.bar_count, offset=number * width
            )
        place += chunk.bar_count
    if place != count:
        raise NoData(_("%(dataset)s was deleted meanwhile.") % {"dataset": label(dataset)})
    begin, end = np.searchsorted(columns["time"], [first, last + 1])
    if begin >= end:
        raise NoData(
            _("%(dataset)s has no bars there; it has bars from %(first)s to %(last)s.")
            % {
                "dataset": label(dataset),
                "first": f"{dataset.first_time:%Y-%m-%d}",
                "last": f"{dataset.last_time:%Y-%m-%d}",
            }
        )
    return Bars(**columns).slice(int(begin), int(end))


def label(dataset: Dataset) -> str:
    """As a person calls it; what is invented says so."""
    name = f"{dataset.instrument} · {dataset.timeframe}"
    return f"{name} · {_('synthetic')}" if dataset.synthetic else name
