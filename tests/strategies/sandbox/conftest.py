"""Each level that this machine has, and no spare child that one test leaves to the next."""

from collections.abc import Iterator

import pytest

from strategies.sandbox.spare import SPARE, Spare
from tests.strategies.sandbox.jobs import available


@pytest.fixture(params=["full", "contained"])
def level(request: pytest.FixtureRequest) -> str:
    return available(request.param)


@pytest.fixture(scope="session")
def full() -> str:
    return available("full")


@pytest.fixture(autouse=True)
def _no_spare(monkeypatch: pytest.MonkeyPatch) -> None:
    SPARE.drop()
    monkeypatch.setattr(SPARE, "order", lambda level, copies=0: None)


@pytest.fixture
def spare() -> Iterator[Spare]:
    made = Spare()
    yield made
    made.drop()
