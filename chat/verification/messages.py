"""Messages: each stands in its conversation's tree, and belongs to the turn that wrote it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from chat.models import Conversation, Message, Turn
from chat.models.turn import TurnStatus
from chat.verification.rows import by_first, rows
from chat.verification.walk import Scope, Suspect, Walk


class MessageRow(NamedTuple):
    id: UUID
    conversation_id: UUID
    turn_id: UUID | None
    parent_id: UUID | None
    sequence: int
    role: str


class ParentRow(NamedTuple):
    id: UUID
    conversation_id: UUID
    sequence: int


class TurnRow(NamedTuple):
    id: UUID
    conversation_id: UUID
    status: str
    reply_id: UUID
    user_message_id: UUID | None


class ConversationRow(NamedTuple):
    id: UUID
    next_sequence: int


@dataclass(frozen=True, slots=True)
class MessagePage:
    messages: list[MessageRow]
    parents: dict[UUID, ParentRow]
    turns: dict[UUID, TurnRow]
    conversations: dict[UUID, ConversationRow]

    def turned(self, role: str | None = None) -> Iterator[tuple[MessageRow, TurnRow]]:
        """Messages whose turn is stored."""
        for message in self.messages:
            if message.turn_id in self.turns and role in (None, message.role):
                yield message, self.turns[message.turn_id]

    def children(self) -> Iterator[tuple[MessageRow, ParentRow]]:
        """Messages whose parent is stored."""
        for message in self.messages:
            if message.parent_id in self.parents:
                yield message, self.parents[message.parent_id]


def keys(scope: Scope) -> "QuerySet[Any, Any]":
    messages = Message.objects.order_by("pk").values_list("pk", flat=True)
    return messages.filter(conversation=scope.conversation) if scope.conversation else messages


def load(pks: Sequence[UUID]) -> MessagePage:
    messages = rows(Message.objects.filter(pk__in=pks), MessageRow)
    parents = Message.objects.filter(pk__in={message.parent_id for message in messages if message.parent_id})
    turns = Turn.objects.filter(pk__in={message.turn_id for message in messages if message.turn_id})
    conversations = Conversation.objects.filter(pk__in={message.conversation_id for message in messages})
    return MessagePage(
        messages,
        by_first(rows(parents, ParentRow)),
        by_first(rows(turns, TurnRow)),
        by_first(rows(conversations, ConversationRow)),
    )


walk = Walk("messages", keys, load)


def _suspect(message: MessageRow, sentence: str, **ids: Any) -> Suspect:
    return Suspect(message.id, sentence, {"message": message.id, "conversation": message.conversation_id, **ids})


# --- the tree -------------------------------------------------------------------------------------------------------


@walk.check("message-without-conversation")
def conversation_is_stored(page: MessagePage) -> Iterator[Suspect]:
    for message in page.messages:
        if message.conversation_id not in page.conversations:
            yield _suspect(message, "The message's conversation is not stored.")


@walk.check("sequence-beyond")
def place_was_given_out(page: MessagePage) -> Iterator[Suspect]:
    for message in page.messages:
        conversation = page.conversations.get(message.conversation_id)
        if conversation is not None and not 1 <= message.sequence < conversation.next_sequence:
            place, following = message.sequence, conversation.next_sequence
            yield _suspect(message, f"The message's place {place} was never given out: the next one is {following}.")


@walk.check("parent-missing")
def parent_is_stored(page: MessagePage) -> Iterator[Suspect]:
    for message in page.messages:
        if message.parent_id is not None and message.parent_id not in page.parents:
            yield _suspect(message, "The message that this one follows is not stored.", parent=message.parent_id)


@walk.check("parent-foreign")
def parent_is_of_the_conversation(page: MessagePage) -> Iterator[Suspect]:
    for message, parent in page.children():
        if parent.conversation_id != message.conversation_id:
            yield _suspect(message, "The message follows one of another conversation.", parent=parent.id)


@walk.check("parent-later")
def parent_comes_before(page: MessagePage) -> Iterator[Suspect]:
    for message, parent in page.children():
        if parent.conversation_id == message.conversation_id and parent.sequence >= message.sequence:
            yield _suspect(message, "The message follows one that does not come before it.", parent=parent.id)


# --- the turn -------------------------------------------------------------------------------------------------------


@walk.check("message-without-turn")
def turn_is_stored(page: MessagePage) -> Iterator[Suspect]:
    for message in page.messages:
        if message.role != Message.Role.NOTICE and message.turn_id not in page.turns:
            yield _suspect(message, f"The turn of the {message.role} message is not stored.")


@walk.check("message-of-foreign-turn")
def turn_is_of_the_conversation(page: MessagePage) -> Iterator[Suspect]:
    for message, turn in page.turned():
        if turn.conversation_id != message.conversation_id:
            yield _suspect(message, "The message belongs to a turn of another conversation.", turn=turn.id)


@walk.check("reply-extra")
def turn_has_one_reply(page: MessagePage) -> Iterator[Suspect]:
    for message, turn in page.turned(Message.Role.ASSISTANT):
        if turn.reply_id != message.id:
            yield _suspect(message, "The turn of this reply announced another one.", turn=turn.id)


@walk.check("reply-early")
def reply_comes_with_the_end(page: MessagePage) -> Iterator[Suspect]:
    for message, turn in page.turned(Message.Role.ASSISTANT):
        if turn.status == TurnStatus.RUNNING:
            yield _suspect(message, "The reply is stored although its turn is running.", turn=turn.id)


@walk.check("question-extra")
def turn_has_one_question(page: MessagePage) -> Iterator[Suspect]:
    for message, turn in page.turned(Message.Role.USER):
        if turn.user_message_id != message.id:
            yield _suspect(message, "The turn of this user message was started by another one.", turn=turn.id)
