"""Conversations: their head, counters and state agree with the messages and turns that they have."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, F, QuerySet

from chat.models import Conversation, Message, Turn
from chat.models.turn import TurnStatus
from chat.verification.rows import by_first, rows
from chat.verification.walk import Scope, Suspect, Walk

SHOWN = 5  # missing places that a sentence names


class ConversationRow(NamedTuple):
    id: UUID
    kind: str
    state: str
    head_id: UUID | None
    next_sequence: int


class HeadRow(NamedTuple):
    id: UUID
    conversation_id: UUID


class RunningRow(NamedTuple):
    conversation_id: UUID
    id: UUID
    purpose: str
    reply_sequence: int


class CountRow(NamedTuple):
    conversation_id: UUID
    places: int


@dataclass(frozen=True, slots=True)
class ConversationPage:
    conversations: list[ConversationRow]
    heads: dict[UUID, HeadRow]
    running: dict[UUID, list[RunningRow]]  # by conversation
    taken: dict[UUID, CountRow]  # messages with a place below next_sequence, by conversation


def keys(scope: Scope) -> "QuerySet[Any, Any]":
    conversations = Conversation.objects.order_by("pk").values_list("pk", flat=True)
    return conversations.filter(pk=scope.conversation) if scope.conversation else conversations


def load(pks: Sequence[UUID]) -> ConversationPage:
    conversations = rows(Conversation.objects.filter(pk__in=pks), ConversationRow)
    heads = Message.objects.filter(pk__in={row.head_id for row in conversations if row.head_id})
    running: dict[UUID, list[RunningRow]] = defaultdict(list)
    for turn in rows(Turn.objects.filter(conversation__in=pks, status=TurnStatus.RUNNING), RunningRow):
        running[turn.conversation_id].append(turn)
    given_out = Message.objects.filter(
        conversation__in=pks, sequence__gte=1, sequence__lt=F("conversation__next_sequence")
    )
    taken = given_out.values("conversation_id").order_by("conversation_id").annotate(places=Count("pk"))
    return ConversationPage(conversations, by_first(rows(heads, HeadRow)), running, by_first(rows(taken, CountRow)))


walk = Walk("conversations", keys, load)


def _suspect(conversation: ConversationRow, sentence: str, **ids: Any) -> Suspect:
    return Suspect(conversation.id, sentence, {"conversation": conversation.id, **ids})


@walk.check("head-missing")
def head_is_stored(page: ConversationPage) -> Iterator[Suspect]:
    for conversation in page.conversations:
        if conversation.head_id is not None:
            if conversation.head_id not in page.heads:
                yield _suspect(conversation, "The message at the conversation's head is not stored.")
        # while the first reply is done again there is nothing before it
        elif conversation.id in page.taken and not page.running.get(conversation.id):
            yield _suspect(conversation, "The conversation has messages and no head, so none of them is shown.")


@walk.check("head-foreign")
def head_is_its_own(page: ConversationPage) -> Iterator[Suspect]:
    for conversation in page.conversations:
        head = page.heads.get(conversation.head_id) if conversation.head_id else None
        if head is not None and head.conversation_id != conversation.id:
            yield _suspect(conversation, "The conversation's head is a message of another one.", message=head.id)


@walk.check("running-twice")
def one_turn_runs(page: ConversationPage) -> Iterator[Suspect]:
    for conversation in page.conversations:
        if len(turns := page.running.get(conversation.id, ())) > 1:
            yield _suspect(conversation, f"{len(turns)} turns are running in the conversation at once.")


@walk.check("generating-stuck")
def generating_has_its_turn(page: ConversationPage) -> Iterator[Suspect]:
    for conversation in page.conversations:
        if conversation.state == Conversation.State.GENERATING and not _generates(page, conversation):
            yield _suspect(conversation, "The conversation is said to be generating and no generation is running.")


@walk.check("generation-unmarked")
def generation_is_said(page: ConversationPage) -> Iterator[Suspect]:
    for conversation in page.conversations:
        said = conversation.state == Conversation.State.GENERATING or conversation.kind == Conversation.Kind.GENERAL
        if not said and _generates(page, conversation):
            yield _suspect(conversation, f"A generation is running and the conversation is {conversation.state}.")


def _generates(page: ConversationPage, conversation: ConversationRow) -> bool:
    return any(turn.purpose == Turn.Purpose.GENERATE for turn in page.running.get(conversation.id, ()))


# Every place is given out in the transaction that stores its message, or is reserved for the reply of a turn, which is
# stored when the turn ends: without a running turn there is no legal hole.
@walk.check("sequence-hole")
def every_place_has_its_message(page: ConversationPage) -> Iterator[Suspect]:
    for conversation in page.conversations:
        counted = page.taken.get(conversation.id)
        places = range(1, conversation.next_sequence)
        running = page.running.get(conversation.id, ())
        reserved = {turn.reply_sequence for turn in running if turn.reply_sequence in places}
        missing = len(places) - (counted.places if counted else 0)
        if missing > len(reserved) and (holes := list(islice(_holes(conversation, reserved), SHOWN))):
            named = ", ".join(map(str, holes)) + (" and more" if len(holes) == SHOWN else "")
            yield _suspect(conversation, f"These places of the conversation hold no message: {named}.")


def _holes(conversation: ConversationRow, reserved: set[int]) -> Iterator[int]:
    """Places below next_sequence that hold no message and are not reserved."""
    places = Message.objects.filter(conversation=conversation.id, sequence__lt=conversation.next_sequence)
    expected = 1
    for place in places.order_by("sequence").values_list("sequence", flat=True).iterator():
        yield from (hole for hole in range(expected, place) if hole not in reserved)
        expected = place + 1
    yield from (hole for hole in range(expected, conversation.next_sequence) if hole not in reserved)
