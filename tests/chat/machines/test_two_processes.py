"""Two server processes on one database, frozen past their leases and thawed: nobody writes into another's turn."""

import pytest
from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.chat.machines.machine import QUIET_PLACES, TurnMachine, bounded, noted, picks
from tests.support.told_servers import House
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)


class TwoProcesses(TurnMachine):
    server_count = 2

    @rule(which=picks, place=st.sampled_from(("now", *QUIET_PLACES)), passes=st.integers(1, 3))
    @noted
    def freeze(self, which: int, place: str, passes: int) -> None:
        """SIGSTOP, at once or when it comes to that line; the other one goes on."""
        server = self.servers[which % len(self.servers)]
        if not server.steady or server.armed:
            return
        if place == "now":
            server.freeze()
        else:
            server.arm(place, "freeze", passes)

    @rule(time=st.booleans())
    @noted
    def thaw(self, time: bool) -> None:
        """It goes on as if nothing had been, perhaps long after its turns were ended."""
        for at, server in enumerate(self.servers):
            if server.stops and server.frozen:
                if time:
                    self._let_time_pass(self.servers[1 - at], jump=False)
                server.thaw()


@pytest.fixture
def _postgresql() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("a second server on one SQLite file is refused: this runs under tests.support.services")


@pytest.mark.usefixtures("_postgresql")
def test_nobody_writes_into_a_turn_that_another_ended(house: House, owner: User) -> None:
    TwoProcesses.prove(house, owner, bounded(examples=15, steps=30))
