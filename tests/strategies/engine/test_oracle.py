"""The engine and backtesting.py fill the same orders in the same way: 2,000 seeded cases and whole strategy files."""

import pytest

from tests.strategies.engine import oracle
from tests.strategies.engine.agreement import BATCH, BATCHES, disagreements
from tests.strategies.engine.random_cases import FEATURES, case

pytestmark = oracle.needs_oracle


@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_orders_fill_alike(batch: int) -> None:
    """A seed that is named here is one case: ``random_cases.case(seed)`` makes it again."""
    assert disagreements(range(batch * BATCH, (batch + 1) * BATCH)) == {}


def test_every_kind_of_order_is_among_the_cases() -> None:
    seen: dict[str, int] = {}
    for seed in range(200):
        for feature in case(seed).features:
            seen[feature] = seen.get(feature, 0) + 1
    assert all(seen.get(feature, 0) >= 20 for feature in FEATURES), seen
