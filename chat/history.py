"""What the model reads of a conversation: the path to the reply, newest messages within a budget."""

from django.utils import translation
from django.utils.translation import gettext

from chat import queries
from chat.models import Message, Turn
from chat.providers.base import ChatMessage

HISTORY_MESSAGES = 60
HISTORY_CHARS = 60_000


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
    ids = queries.path_ids(turn.reply_parent_id, HISTORY_MESSAGES)
    said = Message.objects.filter(pk__in=ids).exclude(role=Message.Role.NOTICE).exclude(content="")
    kept: list[ChatMessage] = []
    budget = HISTORY_CHARS
    for role, content in said.order_by("-sequence").values_list("role", "content"):
        budget -= len(content)
        if budget < 0 and kept:
            break
        kept.append(ChatMessage(role, content))
    kept.reverse()
    while kept and kept[0].role == Message.Role.ASSISTANT:
        kept.pop(0)
    merged: list[ChatMessage] = []
    for entry in kept:
        if merged and merged[-1].role == entry.role:
            separator = "" if entry.role == Message.Role.ASSISTANT else "\n\n"
            merged[-1] = ChatMessage(entry.role, merged[-1].content + separator + entry.content)
        else:
            merged.append(entry)
    if turn.continues_id is not None:
        with translation.override(turn.language):
            merged.append(
                ChatMessage("user", gettext("Your reply was cut off. Go on exactly where it ends, without repeating."))
            )
    return tuple(merged)
