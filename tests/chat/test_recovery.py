"""P1 and P4 after a death: the turns of a dead process are ended once, those of a living one never."""

import re
import uuid
from dataclasses import replace
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.models import F

from chat import recovery
from chat.clock import DatabaseNow
from chat.errors import Fenced
from chat.models import Conversation, Message, Turn
from chat.recovery import Observer, Suspect
from chat.turns import Heartbeat, lease_ms
from tests.chat.turn_rows import Reply, started, talk
from trademe.accounts.models import User

NOBODY = Suspect(uuid.uuid4(), uuid.uuid4(), uuid.uuid4(), 7)


@pytest.fixture
def turn(owner: User) -> Turn:
    return started(talk(owner))


def expire(turn: Turn) -> None:
    Turn.objects.filter(pk=turn.pk).update(lease=DatabaseNow() - 1)


def test_an_expired_lease_alone_ends_nothing() -> None:
    """Rule 11: the same value, seen twice, at least 1.5 s apart."""
    observer = Observer()
    assert observer.dead([NOBODY], now=100.0) == []
    assert observer.dead([NOBODY], now=101.4) == []
    assert observer.dead([NOBODY], now=101.5) == [NOBODY]


def test_a_lease_that_moves_is_alive() -> None:
    observer = Observer()
    moved = Suspect(NOBODY.turn_id, NOBODY.conversation_id, NOBODY.token, 8)
    observer.dead([NOBODY], now=100.0)
    assert observer.dead([moved], now=102.0) == []
    assert observer.dead([moved], now=103.6) == [moved]


def test_a_turn_that_was_out_of_sight_is_observed_anew() -> None:
    observer = Observer()
    observer.dead([NOBODY], now=100.0)
    observer.dead([], now=101.0)
    assert observer.dead([NOBODY], now=102.0) == []


def test_who_is_in_doubt_is_looked_at_again_when_it_can_be_certain() -> None:
    observer = Observer()
    assert observer.until_certain(now=100.0) is None
    observer.dead([NOBODY], now=100.0)
    assert observer.until_certain(now=100.5) == pytest.approx(1.0)
    assert observer.until_certain(now=101.5) is None


def test_a_lease_in_the_future_that_nobody_moves_is_dead() -> None:
    """The clock was set back by less than is absurd: this process's own clock decides."""
    ahead = replace(NOBODY, overdue=False)
    patience = settings.CONFIG.lease_seconds + recovery.STILL_SECONDS
    times = [100.0 + second for second in range(int(patience) + 2)]
    observer = Observer()
    found = [now for now in times if observer.dead([ahead], now=now)]
    assert found == [now for now in times if now - 100.0 >= patience]


def test_a_lease_that_is_over_only_late_is_not_waited_for_twice() -> None:
    observer = Observer()
    ahead = replace(NOBODY, overdue=False)
    last = int(settings.CONFIG.lease_seconds)
    for second in range(last + 1):
        assert observer.dead([ahead], now=100.0 + second) == []
    assert observer.until_certain(now=100.0 + last) == pytest.approx(recovery.STILL_SECONDS)
    assert observer.dead([NOBODY], now=101.0 + last) == [NOBODY]


def test_who_could_not_be_heard_is_observed_anew() -> None:
    """P3: an outage longer than the lease interrupts nobody; nor does a sleep of the process that looks."""
    observer = Observer()
    observer.dead([NOBODY], now=100.0)
    assert observer.dead([NOBODY], now=110.0) == []
    assert observer.dead([NOBODY], now=111.5) == [NOBODY]


def test_suspects_are_running_turns_of_others_with_a_dead_lease(owner: User) -> None:
    fresh, expired, absurd, ours, ended = (started(talk(owner)) for _ in range(5))
    for late in (expired, ours):
        expire(late)
    Reply(ended).end(Turn.Status.FAILED).run()
    Turn.objects.filter(pk=ended.pk).update(lease=0)
    Turn.objects.filter(pk=absurd.pk).update(lease=DatabaseNow() + 100 * lease_ms())
    found = {suspect.turn_id for suspect in recovery.suspects(frozenset({ours.token}))}
    assert found == {expired.pk, absurd.pk}
    assert {suspect.turn_id for suspect in recovery.all_running(frozenset({ours.token}))} == found | {fresh.pk}
    overdue = {suspect.turn_id: suspect.overdue for suspect in recovery.all_running()}
    assert overdue == {fresh.pk: False, expired.pk: True, absurd.pk: True, ours.pk: True}


def test_p1_what_was_journalled_becomes_the_reply(turn: Turn) -> None:
    Reply(turn).append("every ", "character ", "that was shown ")
    expire(turn)
    [suspect] = recovery.suspects()
    assert recovery.interruption(suspect).run().status == "interrupted"
    reply = Message.objects.get(pk=turn.reply_id)
    assert (reply.content, reply.status) == ("every character that was shown ", "interrupted")
    assert recovery.suspects() == []


def test_a_living_turn_is_not_ended(turn: Turn) -> None:
    """Its owner prolonged the lease between the look and the end: the swap fails."""
    expire(turn)
    [suspect] = recovery.suspects()
    Heartbeat([turn.token]).run()
    with pytest.raises(Fenced):
        recovery.interruption(suspect).run()
    turn.refresh_from_db()
    assert turn.status == "running"


def test_two_recoveries_end_a_turn_once(turn: Turn) -> None:
    Reply(turn).append("x")
    expire(turn)
    [suspect] = recovery.suspects()
    recovery.interruption(suspect).run()
    with pytest.raises(Fenced):
        recovery.interruption(suspect).run()
    assert Message.objects.filter(role="assistant").count() == 1


def test_an_interrupted_generation_is_ready_again(turn: Turn) -> None:
    """Rule 12. Pain: runs that are "running" for ever after a restart."""
    Conversation.objects.filter(pk=turn.conversation_id).update(
        state=Conversation.State.GENERATING, kind=Conversation.Kind.STRATEGY
    )
    expire(turn)
    [suspect] = recovery.suspects()
    recovery.interruption(suspect).run()
    assert Conversation.objects.get(pk=turn.conversation_id).state == "ready"


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "OBSERVE_SECONDS", 0.0)


def _recover(*arguments: str) -> str:
    out = StringIO()
    call_command("recover_turns", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.usefixtures("no_waiting")
def test_the_command_ends_the_dead_and_spares_the_living(turn: Turn, owner: User) -> None:
    living = started(talk(owner))
    Reply(turn).append("kept")
    expire(turn)
    assert "1 turns would be ended" in _recover("--dry-run")
    assert Turn.objects.filter(status="running").count() == 2
    said = _recover()
    assert re.search(rf"ended turn {turn.pk}", said)
    assert "1 turns ended, 0 found alive" in said
    assert "0 turns ended" in _recover(), "a second run finds nothing to do"
    assert list(Turn.objects.filter(status="running")) == [living]


@pytest.mark.usefixtures("no_waiting")
def test_the_command_ends_no_more_than_it_may(owner: User) -> None:
    for _number in range(3):
        expire(started(talk(owner)))
    assert "2 turns ended" in _recover("--limit", "2")
    assert "0 turns ended" in _recover("--limit", "0")
    assert "1 turns ended" in _recover()


def test_a_lease_is_measured_by_the_databases_clock(turn: Turn) -> None:
    ahead = Turn.objects.annotate(ahead=F("lease") - DatabaseNow()).values_list("ahead", flat=True).get(pk=turn.pk)
    assert lease_ms() - 5_000 < ahead <= lease_ms()
