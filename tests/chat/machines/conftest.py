"""The house of server processes that the machines drive."""

from collections.abc import Iterator

import pytest

from tests.support.told_servers import House


@pytest.fixture
def house(transactional_db: None) -> Iterator[House]:
    made = House()
    yield made
    made.close()
