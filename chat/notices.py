"""Cards: notices about something that ended beside the talk. They join the path where it ends at that moment."""

from uuid import UUID

from chat import rows
from chat.conversations import newest_leaf
from chat.models import Conversation, Message, Turn
from chat.queries import path_ids
from chat.tables import CONVERSATIONS, MESSAGES

_CHANGED = ("head_id", "rev", "next_sequence", "updated_at")


def add_card(
    conversation: Conversation, words: str, *, beside: UUID | None = None, kind: str = Message.Kind.BACKTEST
) -> Message:
    """Store a card on the branch of the message ``beside``; the caller has locked the conversation and commits.

    A reply that is being written has its place already: its end puts the card behind it (``carry_cards``).
    """
    parent_id = conversation.head_id
    on_shown_path = beside is None or parent_id is None or beside in path_ids(parent_id)
    if not on_shown_path and beside is not None:
        parent_id = newest_leaf(conversation, beside)
    card = Message(
        conversation=conversation,
        parent_id=parent_id,
        sequence=conversation.next_sequence,
        role=Message.Role.NOTICE,
        kind=kind,
        content=words,
    )
    MESSAGES.insert(card)
    conversation.rev += 1
    conversation.next_sequence += 1
    if on_shown_path:
        conversation.head_id = card.pk
    CONVERSATIONS.save(conversation, *_CHANGED)
    return card


def carry_cards(conversation: Conversation, turn: Turn, reply: Message) -> None:
    """Cards that came while the reply was written stand behind it; the head (saved by the caller) is the last one."""
    if turn.reply_parent_id is None:
        return
    moved = rows.execute(
        "UPDATE chat_message SET parent_id = %s WHERE conversation_id = %s AND parent_id = %s AND role = 'notice'"
        " AND sequence > %s",
        reply.pk,
        conversation.pk,
        turn.reply_parent_id,
        turn.reply_sequence,
    )
    if moved:
        conversation.head_id = behind_cards(conversation, reply.pk)


def behind_cards(conversation: Conversation, message_id: UUID) -> UUID:
    """The last of the cards that follow a message, or the message itself."""
    condition = "parent_id = %s AND conversation_id = %s AND role = 'notice' ORDER BY sequence LIMIT 1"
    while card := MESSAGES.first(condition, message_id, conversation.pk):
        message_id = card.pk
    return message_id
