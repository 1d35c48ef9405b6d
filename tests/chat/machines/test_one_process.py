"""One server process, any order of events: P1 to P5 and P10."""

import pytest

from tests.chat.machines.machine import TurnMachine, bounded
from tests.support.told_servers import House
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)


class OneProcess(TurnMachine):
    server_count = 1


def test_nothing_is_lost_in_any_order(house: House, owner: User) -> None:
    OneProcess.prove(house, owner, bounded(examples=20, steps=30))
