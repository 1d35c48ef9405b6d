"""Rule 9: locks are taken in one order, so that nobody is a victim of a deadlock (PostgreSQL; SQLite has one lock)."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from chat.ledger import OpenCall
from chat.models import Conversation, Turn
from chat.turns import Heartbeat
from chat.writer import Unit
from tests.chat.turn_rows import Reply, started, talk
from tests.chat.writer_desk import DEADLINE, Desk
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("last", ["call", "end"])
def test_a_deletion_beside_a_heartbeat(desk: Desk, owner: User, last: str) -> None:
    """Deleting holds the conversation and wants its turn; a group with a heartbeat wants both, too."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one lock")
    turn = started(talk(owner))
    unit: Unit[Any] = (
        OpenCall(turn.conversation_id, turn.pk, turn.token, owner.pk, "chat", 1, "openai", "m", "1", None)
        if last == "call"
        else Reply(turn).end(Turn.Status.STOPPED)
    )
    with transaction.atomic():
        Conversation.objects.filter(pk=turn.conversation_id).update(rev=9)
        with desk.busy():
            futures = desk.put(Heartbeat([turn.token]), unit)
        threading.Event().wait(0.3)  # the group now waits for the conversation
        Turn.objects.filter(pk=turn.pk).update(stop_requested=True)
    for future in futures:
        future.result(DEADLINE)
    assert desk.away == []
