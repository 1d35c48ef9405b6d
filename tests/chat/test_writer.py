"""The writer thread (``docs/turns.md``, rules 1 to 5), against the real database: group commits, poison, outages."""

import threading
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from chat.errors import DatabaseUnavailable, Fenced, Refused
from chat.ledger import OpenCall
from chat.models import Conversation, JournalEntry, Message, Turn, UsageRecord
from chat.queries import journal_after
from chat.turns import Started
from chat.writer import is_away
from tests.chat.turn_rows import Reply, start, started, talk
from tests.chat.writer_desk import DEADLINE, Call, Desk, locked, wait_until
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def turns(owner: User) -> list[Turn]:
    return [started(talk(owner), f"question {number}") for number in range(20)]


def test_what_waits_together_is_one_commit(desk: Desk, turns: list[Turn]) -> None:
    replies = [Reply(turn) for turn in turns]
    before = desk.writer.commits
    assert desk.together(*(reply.batch(f"text of {reply.turn.pk}") for reply in replies)) == [1] * 20
    assert desk.writer.commits == before + 2, "one for what held it, one for the twenty"
    for turn in turns:
        assert journal_after(turn.pk, 0) == [(1, f"text of {turn.pk}")]


def test_a_poisoned_unit_fails_alone(desk: Desk, turns: list[Turn], owner: User) -> None:
    """Rule 5: the others notice nothing, and nothing of the poisoned one stays."""

    def poison() -> None:
        Conversation.objects.create(owner=owner, title="half written")
        Turn.objects.create(conversation=turns[0].conversation, user=owner, request_id=turns[0].request_id)

    outcomes = desk.together(
        *(Reply(turn).batch("text") for turn in turns[:5]),
        Call(poison, turns[3].conversation_id),
        *(Reply(turn).batch("text") for turn in turns[5:10]),
    )
    assert isinstance(outcomes.pop(5), IntegrityError)
    assert outcomes == [1] * 10
    assert JournalEntry.objects.count() == 10
    assert not Conversation.objects.filter(title="half written").exists()
    assert desk.away == [], "a unit's own fault is not an outage"


def test_a_poisoned_batch_fails_alone(desk: Desk, turns: list[Turn]) -> None:
    """The same for a batch, which is written by one statement with its neighbours."""
    JournalEntry.objects.create(turn=turns[2], seq=1, text="in the way")
    outcomes = desk.together(*(Reply(turn).batch("text") for turn in turns[:5]))
    assert isinstance(outcomes.pop(2), IntegrityError)
    assert outcomes == [1] * 4
    assert Turn.objects.get(pk=turns[2].pk).last_seq == 0


def test_a_refusal_rolls_back_its_own_unit_only(desk: Desk, turns: list[Turn], owner: User) -> None:
    def refuse() -> None:
        Conversation.objects.create(owner=owner, title="refused")
        raise Refused(code="not_ready")

    refused, accepted, fenced = desk.together(
        Call(refuse), Reply(turns[0]).batch("text"), Reply(turns[1]).batch("late", seq=7)
    )
    assert (type(refused), refused.code) == (Refused, "not_ready")
    assert accepted == 1
    assert isinstance(fenced, Fenced)
    assert not Conversation.objects.filter(title="refused").exists()


def test_units_that_touch_other_processes_turns_are_committed_alone(desk: Desk, turns: list[Turn]) -> None:
    alone = Call(lambda: "alone")
    alone.alone = True
    before = desk.writer.commits
    assert desk.together(Reply(turns[0]).batch("a"), alone, Reply(turns[1]).batch("b")) == [1, "alone", 1]
    assert desk.writer.commits == before + 3


def test_p3_while_the_database_is_away_everything_waits_and_then_follows_in_order(
    desk: Desk, turns: list[Turn]
) -> None:
    """Rule 4: nothing is announced before its commit, nothing is lost, and both are told."""
    reply = Reply(turns[0])
    with locked():
        [first] = desk.put(reply.batch("one "))
        wait_until(lambda: bool(desk.away))
        [other] = desk.put(Reply(turns[1]).batch("other"))  # comes while it is away, joins the group
        assert not first.done()
        assert not other.done()
        assert desk.writer.away_since is not None
    assert (first.result(DEADLINE), other.result(DEADLINE)) == (1, 1)
    [second] = desk.put(reply.batch("two"))
    assert second.result(DEADLINE) == 2
    assert desk.away == [True, False]
    assert desk.writer.away_since is None
    assert journal_after(turns[0].pk, 0) == [(1, "one "), (2, "two")]


def test_a_command_loses_its_patience_while_the_database_is_away(desk: Desk, turns: list[Turn]) -> None:
    """Rule 22: ``database_unavailable``, and nothing was started; a reply's text never gives up."""
    unit = start(talk(turns[0].user), "impatient")
    unit.patience = 0.0
    with locked():
        impatient, patient = desk.put(unit, Reply(turns[0]).batch("patient"))
        assert isinstance(impatient.exception(DEADLINE), DatabaseUnavailable)
        assert not patient.done()
    assert patient.result(DEADLINE) == 1
    assert not Message.objects.filter(content="impatient").exists()


@pytest.fixture
def broken_commit(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """While set, the writer's next commit happens, and the connection breaks before its answer arrives."""
    armed = threading.Event()
    commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]

    def break_after(self: BaseDatabaseWrapper) -> Any:
        commit(self)
        if armed.is_set() and threading.current_thread().name == "trademe-writer":
            armed.clear()
            raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", break_after)
    return armed


def test_an_unknown_commit_is_done_once(desk: Desk, turns: list[Turn], broken_commit: threading.Event) -> None:
    """Rule 4: each kind of unit may be run again after a commit of which nobody knows."""
    ending, calling = Reply(turns[0]).append("whole"), turns[1]
    newcomer = start(talk(turns[0].user), "newcomer")
    arming = [broken_commit.set]
    seq, begun, ended, _record, _armed = desk.together(
        Reply(turns[2]).batch("once"),
        newcomer,
        ending.end(),
        OpenCall(
            calling.conversation_id, calling.pk, calling.token, calling.user_id, "chat", 1, "openai", "m", "1", None
        ),
        Call(lambda: arming and arming.pop()()),
    )
    assert not broken_commit.is_set(), "the group's commit broke"
    assert seq == 1
    assert isinstance(begun, Started)
    assert begun.created, "its runner must be started"
    assert ended.status == "complete"
    assert desk.away == [True, False]
    assert journal_after(turns[2].pk, 0) == [(1, "once")]
    assert Message.objects.filter(content="newcomer").count() == 1
    assert Message.objects.filter(content="whole").count() == 1
    assert UsageRecord.objects.count() == 1


def test_an_unknown_commit_is_not_given_up(desk: Desk, turns: list[Turn], broken_commit: threading.Event) -> None:
    """What may stand in the database is never answered with "nothing was started"."""
    unit = start(talk(turns[0].user), "did it?")
    unit.patience = 0.0
    broken_commit.set()
    [future] = desk.put(unit)
    assert future.result(DEADLINE).created


def test_closing_commits_what_waits_and_takes_nothing_more(desk: Desk, turns: list[Turn]) -> None:
    with desk.busy():
        futures = desk.put(*(Reply(turn).batch("last words") for turn in turns))
        closing = threading.Thread(target=desk.writer.close)
        closing.start()
        wait_until(lambda: desk.writer._closing)
        with pytest.raises(DatabaseUnavailable):
            desk.put(Reply(turns[0]).batch("too late"))
    closing.join(DEADLINE)
    assert [future.result(DEADLINE) for future in futures] == [1] * 20


def test_closing_does_not_wait_for_a_database_that_is_away(desk: Desk, turns: list[Turn]) -> None:
    with locked():
        [future] = desk.put(Reply(turns[0]).batch("unsaved"))
        wait_until(lambda: bool(desk.away))
        desk.writer.close(DEADLINE)
        assert isinstance(future.exception(0), DatabaseUnavailable)


class _Coded(Exception):
    def __init__(self, **codes: Any) -> None:
        vars(self).update(codes)


def test_a_transaction_that_the_server_ended_is_written_again(desk: Desk, turns: list[Turn]) -> None:
    """P3: a process that was frozen inside one is told so by an InternalError, not by an OperationalError."""
    tries: list[int] = []

    def frozen_the_first_time() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise InternalError("as Django raises it") from _Coded(sqlstate="25P03")
        Conversation.objects.filter(pk=turns[0].conversation_id).update(title="written")

    assert desk.together(Call(frozen_the_first_time, turns[0].conversation_id)) == [None]
    assert Conversation.objects.get(pk=turns[0].conversation_id).title == "written"


@pytest.mark.parametrize(
    ("codes", "away"),
    [
        ({"sqlite_errorcode": 5}, True),  # BUSY
        ({"sqlite_errorcode": 13}, True),  # FULL
        ({"sqlite_errorcode": 2570}, True),  # IOERR, extended
        ({"sqlite_errorcode": 1}, False),  # ERROR: no such column
        ({"sqlite_errorcode": 18}, False),  # TOOBIG
        ({"sqlstate": "57P01"}, True),  # admin shutdown
        ({"sqlstate": "55P03"}, True),  # lock timeout
        ({"sqlstate": "57014"}, True),  # statement timeout
        ({"sqlstate": "40P01"}, True),  # deadlock
        ({"sqlstate": "53100"}, True),  # disk full
        ({"sqlstate": "25006"}, True),  # read-only: a standby
        ({"sqlstate": "25P03"}, True),  # idle in a transaction: frozen, and the server ended it
        ({"sqlstate": "54000"}, False),  # program limit
        ({}, True),  # no answer at all
    ],
)
def test_which_errors_mean_that_the_database_is_away(codes: dict[str, Any], away: bool) -> None:
    error = OperationalError("as Django raises it")
    error.__cause__ = _Coded(**codes)
    assert is_away(error) is away


def test_it_knows_how_far_it_is_behind(desk: Desk, turns: list[Turn]) -> None:
    """Readiness asks: a process whose writes wait is no place for more people."""
    assert desk.writer.lag == 0.0
    seen: list[tuple[int, float]] = []
    desk.together(
        Call(lambda: seen.append((desk.writer.waiting, desk.writer.lag))), *(Reply(turn).batch("x") for turn in turns)
    )
    assert seen[0][0] == 0, "all of them were taken together"
    assert seen[0][1] > 0.0
    wait_until(lambda: desk.writer.lag == 0.0)
