"""``/api/datasets/``: the bars that there are, the person's own and those of the product, and nobody else's."""

import pytest

from strategies.data.imports import add_dataset
from strategies.data.storage import store
from strategies.models import Dataset
from tests.strategies.data.files import csv, read
from tests.support.rest import Api
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(owner: User) -> Dataset:
    bars, _report = read(csv())
    return add_dataset(bars, report={}, owner=owner, instrument="ACME", kind="stock", timeframe="1d", source="acme.csv")


@pytest.fixture
def shared(db: None) -> Dataset:
    bars, _report = read(csv())
    return store(Dataset(key="all-1d", instrument="ALL", kind="crypto", timeframe="1d", synthetic=True), bars)


def test_range_gaps_and_fingerprint_are_told(owner: User, own: Dataset) -> None:
    (row,) = Api(owner).all_pages("/api/datasets/")
    assert set(row) == {
        "id", "key", "instrument", "kind", "timeframe", "synthetic", "own", "source", "licence", "adjustment",
        "first_time", "last_time", "bar_count", "gap_count", "gaps", "fingerprint",
    }  # fmt: skip
    assert (row["instrument"], row["own"], row["synthetic"]) == ("ACME", True, False)
    assert (row["first_time"], row["last_time"]) == ("2024-01-22T00:00:00Z", "2024-01-31T00:00:00Z")
    assert (row["bar_count"], row["gap_count"], row["gaps"]) == (10, 0, [])
    assert row["fingerprint"] == own.fingerprint


def test_each_sees_their_own_and_the_products(owner: User, stranger: User, own: Dataset, shared: Dataset) -> None:
    assert [row["instrument"] for row in Api(owner).all_pages("/api/datasets/", limit=1)] == ["ACME", "ALL"]
    (row,) = Api(stranger).all_pages("/api/datasets/")
    assert (row["instrument"], row["own"], row["synthetic"]) == ("ALL", False, True)
    assert Api().get("/api/datasets/").status_code == 401
