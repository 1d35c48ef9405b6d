"""What the model reads of a conversation: the path to the reply, newest messages within a budget."""

from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext

from chat import offer, rows
from chat.attachments import told
from chat.models import Message, Turn
from chat.providers.base import ChatMessage

HISTORY_MESSAGES = 60
HISTORY_CHARS = 60_000

# the path from a message up through its parents, newest first
_SAID = (
    "WITH RECURSIVE path(id, parent_id, depth) AS ("
    " SELECT id, parent_id, 1 FROM chat_message WHERE id = %s"
    " UNION ALL SELECT m.id, m.parent_id, path.depth + 1 FROM chat_message AS m JOIN path ON m.id = path.parent_id"
    " WHERE path.depth < %s) SELECT m.id, m.role, m.content FROM path JOIN chat_message AS m ON m.id = path.id"
    " WHERE m.role <> 'notice' AND m.content <> '' ORDER BY m.sequence DESC"
)


def joined_before(turn: Turn) -> str:
    """The text that a "continue" lengthens: its own reply and, if that was one too, what that one lengthened."""
    parts: list[str] = []
    message = turn.continues
    while message is not None:
        parts.append(message.content)
        message = message.turn.continues if message.turn is not None else None
    return "".join(reversed(parts))


def history(turn: Turn) -> tuple[ChatMessage, ...]:
    """The path to the reply as the model sees it: newest messages within the budget, alternating roles."""
    if turn.reply_parent_id is None:
        return ()
    said: list[tuple[UUID, str, str]] = []
    budget = HISTORY_CHARS
    for found, role, content in rows.fetch(_SAID, turn.reply_parent_id, HISTORY_MESSAGES):
        budget -= len(content)
        if budget < 0 and said:
            break
        said.append((found if isinstance(found, UUID) else UUID(found), role, content))
    images = told.images_of((found for found, _role, _content in said), offer.turn_takes_images(turn))
    kept = [told.with_images(ChatMessage(role, content), images.get(found, [])) for found, role, content in said]
    kept.reverse()
    while kept and kept[0].role == Message.Role.ASSISTANT:
        kept.pop(0)
    merged: list[ChatMessage] = []
    for entry in kept:
        if merged and merged[-1].role == entry.role:
            separator = "" if entry.role == Message.Role.ASSISTANT else "\n\n"
            content, shown = merged[-1].content + separator + entry.content, merged[-1].images + entry.images
            merged[-1] = ChatMessage(entry.role, content, shown)
        else:
            merged.append(entry)
    if turn.continues_id is not None:
        with translation.override(turn.language):
            merged.append(
                ChatMessage("user", gettext("Your reply was cut off. Go on exactly where it ends, without repeating."))
            )
    return tuple(merged)
