"""Bars in the database: what was stored is what is read, and a range is read by its own chunks."""

import tracemalloc
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import IntegrityError, transaction

from strategies.data import storage
from strategies.data.storage import NoData, bars_of, moment, store
from strategies.engine import bars as engine_bars
from strategies.engine.bars import Bars, InvalidBars
from strategies.models import Dataset, DatasetChunk
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db

BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
MINUTE = 60_000_000


def made(count: int) -> Bars:
    """A minute apart, with numbers that no rounding survives."""
    random = np.random.default_rng(5)
    low = 100 + random.random(count)
    return engine_bars.make(
        time=int(BEGIN.timestamp()) * 1_000_000 + np.arange(count) * MINUTE,
        open=low + 0.1,
        high=low + 0.3,
        low=low,
        close=low + 0.2,
        volume=random.random(count),
    )


def unsaved(**fields: object) -> Dataset:
    given = {"key": "made-1m", "instrument": "MADE", "kind": "crypto", "timeframe": "1m", "source": "a test", **fields}
    return Dataset(**given)


@pytest.fixture
def dataset() -> Dataset:
    return store(unsaved(), made(25_000))


def test_it_is_read_as_it_was_stored(dataset: Dataset) -> None:
    assert bars_of(dataset).fingerprint() == made(25_000).fingerprint() == dataset.fingerprint
    assert (dataset.bar_count, dataset.gap_count) == (25_000, 0)
    assert dataset.first_time == BEGIN
    assert dataset.chunks.count() == 3


@pytest.mark.parametrize(
    ("first", "last"), [(0, 0), (9_999, 10_000), (10_000, 19_999), (123, 24_999), (24_999, 24_999)]
)
def test_a_range_holds_both_its_ends(dataset: Dataset, first: int, last: int) -> None:
    whole = made(25_000)
    part = bars_of(dataset, moment(int(whole.time[first])), moment(int(whole.time[last])))
    assert part.fingerprint() == whole.slice(first, last + 1).fingerprint()


def test_a_range_touches_only_its_chunks(dataset: Dataset) -> None:
    DatasetChunk.objects.filter(dataset=dataset, number=0).update(data=b"damaged")
    assert len(bars_of(dataset, start=BEGIN + timedelta(minutes=10_000))) == 15_000


@pytest.mark.parametrize(
    ("start", "stop"),
    [
        (BEGIN + timedelta(days=900), None),
        (None, BEGIN - timedelta(seconds=1)),
        (BEGIN + timedelta(seconds=1), BEGIN + timedelta(seconds=2)),
        (BEGIN + timedelta(days=2), BEGIN),
    ],
)
def test_a_range_without_bars_is_refused_with_what_there_is(
    dataset: Dataset, start: datetime | None, stop: datetime | None
) -> None:
    with pytest.raises(NoData) as refused:
        bars_of(dataset, start, stop)
    assert refused.value.code == "no_data"
    assert "2020-01-01" in str(refused.value)
    assert "2020-01-18" in str(refused.value)


def test_what_was_deleted_meanwhile_is_no_data(dataset: Dataset) -> None:
    Dataset.objects.filter(pk=dataset.pk).delete()
    with pytest.raises(NoData):
        bars_of(dataset)


def test_nothing_is_half_stored() -> None:
    with pytest.raises(InvalidBars):
        store(unsaved(), Bars(*(getattr(made(9), name)[::-1] for name in engine_bars.COLUMNS)))
    store(unsaved(), made(9))
    with pytest.raises(IntegrityError), transaction.atomic():
        store(unsaved(), made(9))
    assert (Dataset.objects.count(), DatasetChunk.objects.count()) == (1, 1)


def test_a_chunk_has_its_number_once(dataset: Dataset) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        DatasetChunk.objects.create(dataset=dataset, number=0, first_time=0, last_time=0, bar_count=1, data=b"")


def test_gaps_are_counted_and_the_first_are_named() -> None:
    bars = made(400)
    kept = np.arange(400) % 4 != 3
    holed = Bars(*(getattr(bars, name)[kept] for name in engine_bars.COLUMNS))
    dataset = store(unsaved(), holed)
    assert (dataset.gap_count, len(dataset.gaps)) == (99, storage.SHOWN_GAPS)
    assert dataset.gaps[0] == [int(bars.time[2]), int(bars.time[4])]


def test_a_million_bars_are_read_in_bounded_memory() -> None:
    """Beside the columns that are asked for (48 bytes a bar) there is one chunk in memory, not all of them."""
    count = 1_000_000
    dataset = store(unsaved(), made(count))
    tracemalloc.start()
    try:
        assert len(bars_of(dataset)) == count
        whole = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        tracemalloc.clear_traces()
        assert len(bars_of(dataset, stop=BEGIN + timedelta(minutes=5_000))) == 5_001
        part = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert whole < 48 * count + 8_000_000
    assert part < 4_000_000


def test_everybody_sees_what_comes_with_the_product_and_their_own(owner: User, stranger: User) -> None:
    store(unsaved(key="all"), made(3))
    store(unsaved(key="mine", owner=owner), made(3))
    assert set(Dataset.objects.visible_to(owner).values_list("key", flat=True)) == {"all", "mine"}
    assert set(Dataset.objects.visible_to(stranger).values_list("key", flat=True)) == {"all"}
