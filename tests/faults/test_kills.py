"""P1: every character that was shown is there after a crash, whenever it comes."""

import pytest

from tests.conftest import every_configuration
from tests.faults.kills import kill_in_mid_reply
from tests.support.product import Product


@every_configuration
@pytest.mark.parametrize("seed", range(3))
def test_a_kill_in_mid_reply_loses_nothing_that_was_shown(talking_product: Product, seed: int) -> None:
    person = talking_product.person("alice")
    kill = kill_in_mid_reply(talking_product, person, seed)
    assert kill.shown > 0
    assert kill.kept_its_promise, kill
