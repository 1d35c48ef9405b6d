"""Each level that this machine has."""

import pytest

from tests.strategies.sandbox.jobs import available


@pytest.fixture(params=["full", "contained"])
def level(request: pytest.FixtureRequest) -> str:
    return available(request.param)


@pytest.fixture(scope="session")
def full() -> str:
    return available("full")
