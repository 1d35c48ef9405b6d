"""What the tests of the turn's core share."""

from collections.abc import Iterator

import pytest

from tests.chat.writer_desk import DEADLINE, Desk


@pytest.fixture
def desk(transactional_db: None) -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.writer.close(DEADLINE)
    assert not desk.writer.alive
