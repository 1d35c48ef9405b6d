"""Turns: each belongs to its conversation and question, and an ended one has exactly the reply that was announced."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Length

from chat.models import Conversation, Message, Turn, UsageRecord
from chat.models.turn import TurnStatus
from chat.verification.rows import TextSHA256, by_first, rows
from chat.verification.walk import Scope, Suspect, Walk

WITHOUT_QUESTION = (Turn.Command.CONTINUE, Turn.Command.REGENERATE)


class TurnRow(NamedTuple):
    id: UUID
    conversation_id: UUID
    user_id: int
    command: str
    status: str
    rev: int
    user_message_id: UUID | None
    reply_id: UUID
    reply_sequence: int
    reply_parent_id: UUID | None
    continues_id: UUID | None
    last_seq: int
    chars: int
    digest: str
    provider: str


class ConversationRow(NamedTuple):
    id: UUID
    owner_id: int
    rev: int
    next_sequence: int


class PlaceRow(NamedTuple):
    id: UUID
    conversation_id: UUID
    turn_id: UUID | None
    parent_id: UUID | None
    sequence: int
    role: str


class ReplyRow(NamedTuple):
    id: UUID
    conversation_id: UUID
    turn_id: UUID | None
    parent_id: UUID | None
    sequence: int
    role: str
    status: str
    content_chars: int
    content_digest: str


@dataclass(frozen=True, slots=True)
class TurnPage:
    turns: list[TurnRow]
    conversations: dict[UUID, ConversationRow]
    questions: dict[UUID, PlaceRow]  # and the replies that a "continue" lengthens, and cards behind them
    replies: dict[UUID, ReplyRow]
    called: set[UUID]  # turns with a row in the ledger

    def ended(self) -> Iterator[tuple[TurnRow, ReplyRow]]:
        """Ended turns whose reply is stored."""
        for turn in self.turns:
            if turn.status != TurnStatus.RUNNING and turn.reply_id in self.replies:
                yield turn, self.replies[turn.reply_id]

    def housed(self) -> Iterator[tuple[TurnRow, ConversationRow]]:
        """Turns whose conversation is stored."""
        for turn in self.turns:
            if turn.conversation_id in self.conversations:
                yield turn, self.conversations[turn.conversation_id]


def keys(scope: Scope) -> "QuerySet[Any, Any]":
    turns = Turn.objects.order_by("pk").values_list("pk", flat=True)
    return turns.filter(conversation=scope.conversation) if scope.conversation else turns


def load(pks: Sequence[UUID]) -> TurnPage:
    turns = rows(Turn.objects.filter(pk__in=pks), TurnRow)
    named = {pk for turn in turns for pk in (turn.user_message_id, turn.continues_id, _card(turn)) if pk is not None}
    replies = Message.objects.filter(pk__in=[turn.reply_id for turn in turns]).annotate(
        content_chars=Length("content"), content_digest=TextSHA256("content")
    )
    conversations = Conversation.objects.filter(pk__in={turn.conversation_id for turn in turns})
    return TurnPage(
        turns=turns,
        conversations=by_first(rows(conversations, ConversationRow)),
        questions=by_first(rows(Message.objects.filter(pk__in=named), PlaceRow)),
        replies=by_first(rows(replies, ReplyRow)),
        called=set(UsageRecord.objects.filter(turn_uuid__in=pks).values_list("turn_uuid", flat=True)),
    )


def _card(turn: TurnRow) -> UUID | None:
    """What stands between a "continue" and the reply that it lengthens."""
    return turn.reply_parent_id if turn.continues_id and turn.continues_id != turn.reply_parent_id else None


walk = Walk("turns", keys, load)


def _suspect(turn: TurnRow, sentence: str, **ids: Any) -> Suspect:
    return Suspect(turn.id, sentence, {"turn": turn.id, "conversation": turn.conversation_id, **ids})


# --- where it belongs ---------------------------------------------------------------------------------------------


@walk.check("turn-without-conversation")
def conversation_is_stored(page: TurnPage) -> Iterator[Suspect]:
    for turn in page.turns:
        if turn.conversation_id not in page.conversations:
            yield _suspect(turn, "The turn's conversation is not stored.")


@walk.check("turn-of-stranger")
def turn_is_the_owners(page: TurnPage) -> Iterator[Suspect]:
    for turn, conversation in page.housed():
        if turn.user_id != conversation.owner_id:
            yield _suspect(turn, "The turn was started by somebody who does not own the conversation.")


@walk.check("rev-behind")
def rev_counts_every_turn(page: TurnPage) -> Iterator[Suspect]:
    for turn, conversation in page.housed():
        if turn.rev > conversation.rev:
            yield _suspect(turn, f"The turn has rev {turn.rev}, beyond its conversation's rev {conversation.rev}.")


@walk.check("reply-place-beyond")
def reply_place_was_given_out(page: TurnPage) -> Iterator[Suspect]:
    for turn, conversation in page.housed():
        if not 1 <= turn.reply_sequence < conversation.next_sequence:
            place, following = turn.reply_sequence, conversation.next_sequence
            yield _suspect(turn, f"The reply's place {place} was never given out: the next one is {following}.")


# --- what it answers ----------------------------------------------------------------------------------------------


@walk.check("question-missing")
def question_is_stored(page: TurnPage) -> Iterator[Suspect]:
    for turn in page.turns:
        if turn.command not in WITHOUT_QUESTION and turn.user_message_id not in page.questions:
            yield _suspect(turn, "The user's message that started the turn is not stored.")


@walk.check("question-misplaced")
def question_stands_before_the_reply(page: TurnPage) -> Iterator[Suspect]:
    for turn in page.turns:
        question = page.questions.get(turn.user_message_id) if turn.user_message_id else None
        if question is None:
            continue
        stands = (question.conversation_id, question.turn_id, question.role, question.sequence, turn.reply_parent_id)
        place = turn.reply_sequence - 1
        if stands != (turn.conversation_id, turn.id, Message.Role.USER, place, question.id):
            sentence = "The user's message of the turn is not the message just before its reply."
            yield _suspect(turn, sentence, message=question.id)


@walk.check("continued-missing")
def continued_reply_is_stored(page: TurnPage) -> Iterator[Suspect]:
    for turn in page.turns:
        if turn.command != Turn.Command.CONTINUE:
            continue
        continued = page.questions.get(turn.continues_id) if turn.continues_id else None
        found = (continued.conversation_id, continued.role) if continued else None
        between = page.questions.get(card) if (card := _card(turn)) else None
        behind = turn.continues_id == turn.reply_parent_id or (between and between.role == Message.Role.NOTICE)
        if found != (turn.conversation_id, Message.Role.ASSISTANT) or not behind:
            yield _suspect(turn, "The reply that the turn continues is not stored before it.")


# --- what came of it ----------------------------------------------------------------------------------------------


@walk.check("reply-missing")
def reply_is_stored(page: TurnPage) -> Iterator[Suspect]:
    for turn in page.turns:
        if turn.status != TurnStatus.RUNNING and turn.reply_id not in page.replies:
            yield _suspect(turn, "The turn has ended and its reply is not stored.", message=turn.reply_id)


@walk.check("reply-misplaced")
def reply_stands_where_it_was_announced(page: TurnPage) -> Iterator[Suspect]:
    for turn, reply in page.ended():
        stands = (reply.conversation_id, reply.turn_id, reply.role, reply.sequence, reply.parent_id)
        announced = (turn.conversation_id, turn.id, Message.Role.ASSISTANT, turn.reply_sequence, turn.reply_parent_id)
        if stands != announced:
            sentence = "The reply has another place, parent, role, turn or conversation than was announced."
            yield _suspect(turn, sentence, message=reply.id)


@walk.check("reply-status")
def reply_says_how_the_turn_ended(page: TurnPage) -> Iterator[Suspect]:
    for turn, reply in page.ended():
        if reply.status != turn.status:
            sentence = f"The turn ended {turn.status}, its reply says {reply.status}."
            yield _suspect(turn, sentence, message=reply.id)


@walk.check("reply-differs")
def reply_is_what_was_streamed(page: TurnPage) -> Iterator[Suspect]:
    for turn, reply in page.ended():
        if (reply.content_chars, reply.content_digest) != (turn.chars, turn.digest):
            sentence = f"The reply has {reply.content_chars} characters and is not the text of {turn.chars} characters"
            yield _suspect(turn, f"{sentence} that was streamed.", message=reply.id)


@walk.check("turn-counts")
def counts_fit_each_other(page: TurnPage) -> Iterator[Suspect]:
    for turn in page.turns:
        # a batch is never empty
        if turn.last_seq > turn.chars or (turn.chars > 0 and turn.last_seq == 0):
            yield _suspect(turn, f"{turn.last_seq} batches cannot hold {turn.chars} characters.")


@walk.check("call-missing")
def call_is_in_the_ledger(page: TurnPage) -> Iterator[Suspect]:
    for turn in page.turns:
        if turn.provider and turn.id not in page.called:
            yield _suspect(turn, "The turn called a model and the ledger has no row of it.")
