"""P1 and P2: what is journalled is journalled once, in order, and only by the process whose turn it is."""

import uuid

import pytest
from django.utils import timezone

from chat import runtime
from chat.errors import Fenced
from chat.journal import CLEAN_UP, Append, DeleteEntries
from chat.models import JournalEntry, Turn
from chat.queries import journal_after
from chat.writer import NOBODYS
from tests.chat.turn_rows import Reply, started, talk
from trademe.accounts.models import User


@pytest.fixture
def turn(owner: User) -> Turn:
    return started(talk(owner))


def test_batches_are_stored_with_the_counts_of_their_turn(turn: Turn) -> None:
    reply = Reply(turn).append("均线 ", "crosses 🚀", " up")
    assert journal_after(turn.pk, 0) == [(1, "均线 "), (2, "crosses 🚀"), (3, " up")]
    turn.refresh_from_db()
    assert (turn.last_seq, turn.chars) == (3, len(reply.text))
    assert turn.digest == reply.batch("").digest


def test_an_append_prolongs_the_lease(turn: Turn) -> None:
    Turn.objects.update(lease=5)
    Reply(turn).append("text")
    turn.refresh_from_db()
    assert turn.lease > 1_000_000


def test_turns_of_a_group_are_accepted_and_fenced_each_by_itself(owner: User) -> None:
    """Rule 2: one batch of a group being fenced changes nothing for the others, and stores nothing of its own."""
    alive, other_token, ended, gap = (started(talk(owner)) for _ in range(4))
    Turn.objects.filter(pk=ended.pk).update(status=Turn.Status.INTERRUPTED, ended_at=timezone.now())
    units = [
        Reply(other_token).batch("mine?", token=uuid.uuid4()),
        Reply(alive).batch("yes"),
        Reply(ended).batch("too late"),
        Reply(gap).batch("second first", seq=2),
    ]
    outcomes = Append.run_batch(units)
    assert outcomes[1] == 1
    assert all(isinstance(outcomes[place], Fenced) for place in (0, 2, 3))
    assert list(JournalEntry.objects.values_list("turn_id", "text")) == [(alive.pk, "yes")]
    assert list(Turn.objects.filter(last_seq__gt=0)) == [alive]


def test_a_batch_of_another_token_is_fenced_and_changes_nothing(turn: Turn) -> None:
    [outcome] = Append.run_batch([Reply(turn).batch("not mine", token=uuid.uuid4())])
    assert isinstance(outcome, Fenced)
    turn.refresh_from_db()
    assert (turn.last_seq, turn.chars) == (0, 0)
    assert not JournalEntry.objects.exists()


def test_the_same_batch_again_is_fenced_unless_its_commit_was_unknown(turn: Turn) -> None:
    """Rule 4: a batch that may have been committed is done when it is there, and never there twice."""
    unit = Reply(turn).batch("once")
    assert Append.run_batch([unit]) == [1]
    assert isinstance(Append.run_batch([unit])[0], Fenced)
    unit.repeated = True
    assert Append.run_batch([unit]) == [1]
    assert journal_after(turn.pk, 0) == [(1, "once")]


def test_repeated_and_new_batches_come_in_one_group(owner: User) -> None:
    old, new = started(talk(owner)), started(talk(owner))
    repeated = Reply(old).batch("old")
    Append.run_batch([repeated])
    repeated.repeated = True
    assert Append.run_batch([repeated, Reply(new).batch("new")]) == [1, 1]
    assert sorted(JournalEntry.objects.values_list("text", flat=True)) == ["new", "old"]


def test_entries_of_a_running_turn_are_never_deleted(turn: Turn) -> None:
    Reply(turn).append("a", "b")
    assert DeleteEntries(turn.conversation_id, turn.pk).run() == 0
    assert JournalEntry.objects.count() == 2


def test_entries_of_an_ended_turn_go_a_thousand_at_a_time(owner: User) -> None:
    """Rule 8, and only those of that turn."""
    ended, running = started(talk(owner)), started(talk(owner))
    Reply(running).append("stays")
    JournalEntry.objects.bulk_create(JournalEntry(turn=ended, seq=seq, text="x") for seq in range(1, CLEAN_UP + 6))
    Turn.objects.filter(pk=ended.pk).update(status=Turn.Status.COMPLETE, ended_at=timezone.now())
    assert [DeleteEntries(ended.conversation_id, ended.pk).run() for _ in range(3)] == [CLEAN_UP, 5, 0]
    assert list(JournalEntry.objects.values_list("text", flat=True)) == ["stays"]


def test_entries_whose_conversation_is_gone_are_found_and_deleted(owner: User) -> None:
    """The operator deletes a person or a conversation before the clean-up has come to it."""
    gone, running = started(talk(owner)), started(talk(owner))
    Reply(gone).append("nobody's")
    Reply(running).append("stays")
    Turn.objects.filter(pk=gone.pk).update(status=Turn.Status.COMPLETE, ended_at=timezone.now())
    assert runtime.left_entries() == (gone.conversation_id, gone.pk)
    gone.conversation.delete()
    assert (left := runtime.left_entries()) == (NOBODYS, gone.pk)
    assert left is not None
    assert DeleteEntries(*left).run() == 1
    assert runtime.left_entries() is None
