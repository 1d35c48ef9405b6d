"""P1 to P11 under every fault, on PostgreSQL and Redis with two processes."""

from collections.abc import Iterator

import pytest

from tests.faults.case import Case
from tests.faults.lanes import Lane
from tests.faults.short import keeps_every_promise, running_lane, short_cases
from tests.faults.stage import TWO


@pytest.fixture(scope="module")
def lane() -> Iterator[Lane]:
    yield from running_lane()


@pytest.mark.parametrize(("case", "configuration"), short_cases(TWO))
def test_nothing_is_lost(lane: Lane, case: Case, configuration: str) -> None:
    keeps_every_promise(lane, case, configuration)


def test_the_database_is_sound_afterwards(lane: Lane) -> None:
    assert lane.verify() == []
