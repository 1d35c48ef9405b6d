"""The journal: complete for each running turn, and of no turn that is not there."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, QuerySet

from chat.clock import DatabaseNow
from chat.models import JournalEntry, Message, Turn
from chat.models.turn import TurnStatus
from chat.recovery import FAR_AHEAD
from chat.turns import lease_ms
from chat.verification.rows import by_first, rows
from chat.verification.walk import PAGE_SIZE, Scope, Severity, Suspect, Walk

CHUNK = 100  # entries in memory at a time


class RunningRow(NamedTuple):
    id: UUID
    conversation_id: UUID
    reply_id: UUID
    reply_sequence: int
    reply_parent_id: UUID | None
    last_seq: int
    chars: int
    digest: str


@dataclass(frozen=True, slots=True)
class Journalled:
    """What the entries of a running turn are together. ``unbroken``: their seq counts 1, 2, 3 …"""

    last_seq: int
    unbroken: bool
    chars: int
    digest: str


class MessageRow(NamedTuple):
    id: UUID
    conversation_id: UUID
    sequence: int


@dataclass(frozen=True, slots=True)
class RunningPage:
    turns: list[tuple[RunningRow, Journalled]]
    parents: dict[UUID, MessageRow]
    taken: dict[tuple[UUID, int], UUID]  # messages that stand where a running turn's reply will


def running(scope: Scope) -> "QuerySet[Any, Any]":
    turns = Turn.objects.filter(status=TurnStatus.RUNNING).order_by("pk").values_list("pk", flat=True)
    return turns.filter(conversation=scope.conversation) if scope.conversation else turns


def load_running(pks: Sequence[UUID]) -> RunningPage:
    turns = rows(Turn.objects.filter(pk__in=pks, status=TurnStatus.RUNNING), RunningRow)
    parents = Message.objects.filter(pk__in={turn.reply_parent_id for turn in turns if turn.reply_parent_id})
    places = {(turn.conversation_id, turn.reply_sequence) for turn in turns}
    standing = Message.objects.filter(
        conversation__in={conversation for conversation, _sequence in places},
        sequence__in={sequence for _conversation, sequence in places},
    )
    taken = {(row.conversation_id, row.sequence): row.id for row in rows(standing, MessageRow)}
    return RunningPage([(turn, read_journal(turn.id)) for turn in turns], by_first(rows(parents, MessageRow)), taken)


def read_journal(turn_id: UUID) -> Journalled:
    """The entries in order, a few at a time."""
    entries = JournalEntry.objects.filter(turn_id=turn_id).order_by("seq").values_list("seq", "text")
    sha, chars, last_seq, unbroken = hashlib.sha256(), 0, 0, True
    for seq, text in entries.iterator(chunk_size=CHUNK):
        unbroken = unbroken and seq == last_seq + 1
        last_seq = seq
        chars += len(text)
        sha.update(text.encode())
    return Journalled(last_seq, unbroken, chars, sha.hexdigest())


# few at a time, since all their text is read in one snapshot
running_walk = Walk("running turns", running, load_running, size=20)


def _suspect(turn: RunningRow, sentence: str, **ids: Any) -> Suspect:
    return Suspect(turn.id, sentence, {"turn": turn.id, "conversation": turn.conversation_id, **ids})


@running_walk.check("journal-gap")
def journal_has_every_batch_once(page: RunningPage) -> Iterator[Suspect]:
    for turn, journalled in page.turns:
        if not journalled.unbroken or journalled.last_seq != turn.last_seq:
            yield _suspect(turn, f"The journal of the running turn is not 1 to {turn.last_seq} without gap or repeat.")


@running_walk.check("journal-differs")
def journal_is_what_the_turn_counted(page: RunningPage) -> Iterator[Suspect]:
    for turn, journalled in page.turns:
        complete = journalled.unbroken and journalled.last_seq == turn.last_seq
        if complete and (journalled.chars, journalled.digest) != (turn.chars, turn.digest):
            yield _suspect(turn, f"The journal's text is not that of {turn.chars} characters which the turn counted.")


@running_walk.check("reply-place-taken")
def reply_place_is_free(page: RunningPage) -> Iterator[Suspect]:
    for turn, _journalled in page.turns:
        message = page.taken.get((turn.conversation_id, turn.reply_sequence))
        if message not in (None, turn.reply_id):
            yield _suspect(turn, "Another message stands where the running reply will be stored.", message=message)


@running_walk.check("reply-parent-wrong")
def reply_has_its_parent(page: RunningPage) -> Iterator[Suspect]:
    for turn, _journalled in page.turns:
        if turn.reply_parent_id is None:
            continue
        parent = page.parents.get(turn.reply_parent_id)
        if parent is None or parent.conversation_id != turn.conversation_id or parent.sequence >= turn.reply_sequence:
            sentence = "The message that the running reply answers is not stored before it in its conversation."
            yield _suspect(turn, sentence, message=turn.reply_parent_id)


# --- leases ---------------------------------------------------------------------------------------------------------


class LeaseRow(NamedTuple):
    id: UUID
    conversation_id: UUID
    lease: int
    now: int


def load_leases(pks: Sequence[UUID]) -> list[LeaseRow]:
    return rows(Turn.objects.filter(pk__in=pks, status=TurnStatus.RUNNING).annotate(now=DatabaseNow()), LeaseRow)


lease_walk = Walk("leases", running, load_leases, size=10 * PAGE_SIZE)


def _stale(row: LeaseRow, sentence: str) -> Suspect:
    # the lease is one of the ids: a value that moves is alive
    return Suspect(row.id, sentence, {"turn": row.id, "conversation": row.conversation_id, "lease": row.lease})


def _is_absurd(row: LeaseRow) -> bool:
    return row.lease <= 0 or row.lease > row.now + FAR_AHEAD * lease_ms()


@lease_walk.check("lease-absurd", stands_still=True)
def lease_is_a_time(page: list[LeaseRow]) -> Iterator[Suspect]:
    for row in page:
        if _is_absurd(row):
            yield _stale(row, "The running turn's lease is a time that nobody can have meant.")


@lease_walk.check("turn-silent", Severity.NOTE, stands_still=True)
def owner_is_heard(page: list[LeaseRow]) -> Iterator[Suspect]:
    for row in page:
        if row.lease < row.now and not _is_absurd(row):
            yield _stale(row, "The running turn's process is silent; a server or recover_turns will end the turn.")


# --- entries of no running turn -------------------------------------------------------------------------------------


class GroupRow(NamedTuple):
    turn_id: UUID
    entries: int


class StatusRow(NamedTuple):
    id: UUID
    conversation_id: UUID
    status: str


@dataclass(frozen=True, slots=True)
class EntryPage:
    groups: list[GroupRow]
    turns: dict[UUID, StatusRow]


def journalled_turns(scope: Scope) -> "QuerySet[Any, Any]":
    entries = JournalEntry.objects.order_by("turn_id").values_list("turn_id", flat=True).distinct()
    if scope.conversation:
        return entries.filter(turn_id__in=Turn.objects.filter(conversation=scope.conversation).values("pk"))
    return entries


def load_entries(turn_ids: Sequence[UUID]) -> EntryPage:
    of_turns = JournalEntry.objects.filter(turn_id__in=turn_ids).values("turn_id").order_by("turn_id")
    groups = rows(of_turns.annotate(entries=Count("pk")), GroupRow)
    return EntryPage(groups, by_first(rows(Turn.objects.filter(pk__in=turn_ids), StatusRow)))


entry_walk = Walk("journals", journalled_turns, load_entries, column="turn_id", size=100)


@entry_walk.check("journal-orphan")
def entries_have_a_turn(page: EntryPage) -> Iterator[Suspect]:
    for group in page.groups:
        if group.turn_id not in page.turns:
            sentence = f"{group.entries} journal entries belong to a turn that is not stored."
            yield Suspect(group.turn_id, sentence, {"turn": group.turn_id})


# their text is in the reply, which is proven above, and they are never read again
@entry_walk.check("journal-left-over", Severity.NOTE)
def entries_of_ended_turns_are_deleted(page: EntryPage) -> Iterator[Suspect]:
    for group in page.groups:
        turn = page.turns.get(group.turn_id)
        if turn is not None and turn.status != TurnStatus.RUNNING:
            sentence = f"{group.entries} journal entries of an ended turn wait for a server to delete them."
            yield Suspect(group.turn_id, sentence, {"turn": turn.id, "conversation": turn.conversation_id})
