"""What the model reads of a conversation: the path to the reply, newest messages whole, older ones as minutes.

All within ``TRADEME_CONTEXT_TOKENS``. Minutes are made when the path has outgrown that, for everything but the newest
half of it (``summing.py``), so that they are made anew once in many turns; they belong to the path down to one message,
so no branch is told what was said on another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext

from chat import offer, rows
from chat.attachments import told
from chat.models import Message, Summary, Turn
from chat.providers.base import ChatMessage

MOST_MESSAGES = 400  # of a path that are looked at
BYTES_A_TOKEN = 3  # Chinese has about one token for a character of three bytes; English fewer
TOKENS_A_MESSAGE = 4
TOKENS_AN_IMAGE = 1_600

# the path from a message up through its parents, newest first, with the minutes that end at a message
_PATH = (
    "WITH RECURSIVE path(id, parent_id, depth) AS ("
    " SELECT id, parent_id, 1 FROM chat_message WHERE id = %s"
    " UNION ALL SELECT m.id, m.parent_id, path.depth + 1 FROM chat_message AS m JOIN path ON m.id = path.parent_id"
    " WHERE path.depth < %s) SELECT m.id, m.role, {bytes}, s.id, path.depth"
    " FROM path JOIN chat_message AS m ON m.id = path.id LEFT JOIN chat_summary AS s ON s.upto_id = m.id"
    " WHERE m.role <> 'notice' AND m.content <> '' ORDER BY m.sequence DESC"
)
_BYTES = {"sqlite": "LENGTH(CAST(m.content AS BLOB))", "postgresql": "OCTET_LENGTH(m.content)"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A message of the path, without its text."""

    id: UUID
    role: str
    tokens: int  # estimated


@dataclass(frozen=True, slots=True)
class Past:
    """The path to a reply, oldest first: what is told whole, and what went before it."""

    kept: tuple[Entry, ...]
    older: tuple[Entry, ...] = ()  # before that, behind what the minutes hold
    minutes: Summary | None = None
    is_cut: bool = False  # the path goes back further than anybody looked

    @property
    def left_out(self) -> int:
        """How many messages the model is told nothing of, at least."""
        return len(self.older) + (1 if self.is_cut and self.minutes is None else 0)


def joined_before(turn: Turn) -> str:
    """The text that a "continue" lengthens: its own reply and, if that was one too, what that one lengthened."""
    parts: list[str] = []
    message = turn.continues
    while message is not None:
        parts.append(message.content)
        message = message.turn.continues if message.turn is not None else None
    return "".join(reversed(parts))


def read_past(turn: Turn) -> Past:
    """How the path to the reply is divided. Nothing is older while all that was said fits."""
    if turn.reply_parent_id is None:
        return Past(())
    entries, minutes_id, is_cut = _path(turn.reply_parent_id, offer.turn_takes_images(turn))
    minutes = Summary.objects.get(pk=minutes_id) if minutes_id is not None else None
    budget = settings.CONFIG.context_tokens - (tokens(minutes.text) if minutes is not None else 0)
    if sum(entry.tokens for entry in entries) <= budget and not is_cut:
        return Past(tuple(reversed(entries)), (), minutes)
    kept = _newest(entries, settings.CONFIG.context_tokens // 2)
    if is_cut:
        kept = min(kept, MOST_MESSAGES // 2)
    return Past(tuple(reversed(entries[:kept])), tuple(reversed(entries[kept:])), minutes, is_cut)


def without_minutes(past: Past) -> Past:
    """The same where nobody can sum up: as many of the newest as fit."""
    entries = [*reversed(past.kept), *reversed(past.older)]
    held = tokens(past.minutes.text) if past.minutes is not None else 0
    kept = _newest(entries, settings.CONFIG.context_tokens - held)
    return Past(tuple(reversed(entries[:kept])), tuple(reversed(entries[kept:])), past.minutes, past.is_cut)


def tell(turn: Turn, past: Past) -> tuple[ChatMessage, ...]:
    """The messages of a call: alternating roles, the person's first; what is missing is said in the first."""
    contents = contents_of([entry.id for entry in past.kept])
    newest_first = [entry.id for entry in reversed(past.kept)]
    images = told.images_of(newest_first, offer.turn_takes_images(turn))
    said = [ChatMessage("user", words)] if (words := _before(turn, past)) else []
    for entry in past.kept:
        if not said and entry.role == Message.Role.ASSISTANT:
            continue
        said.append(told.with_images(ChatMessage(entry.role, contents[entry.id]), images.get(entry.id, [])))
    merged: list[ChatMessage] = []
    for message in said:
        if merged and merged[-1].role == message.role:
            separator = "" if message.role == Message.Role.ASSISTANT else "\n\n"
            content, shown = merged[-1].content + separator + message.content, merged[-1].images + message.images
            merged[-1] = ChatMessage(message.role, content, shown)
        else:
            merged.append(message)
    if turn.continues_id is not None:
        with translation.override(turn.language):
            merged.append(
                ChatMessage("user", gettext("Your reply was cut off. Go on exactly where it ends, without repeating."))
            )
    return tuple(merged)


def contents_of(ids: Sequence[UUID]) -> dict[UUID, str]:
    return dict(Message.objects.filter(pk__in=ids).values_list("pk", "content"))


def tokens(text: str) -> int:
    """An estimate that is rather too high."""
    return len(text.encode()) // BYTES_A_TOKEN + TOKENS_A_MESSAGE


def _before(turn: Turn, past: Past) -> str:
    """What stands for the oldest messages; written for the model, in the talk's language."""
    parts = []
    with translation.override(turn.language):
        if past.minutes is not None:
            head = gettext("[Minutes of the {count} messages before, kept by the product:]")
            parts.append(f"{head.format(count=past.minutes.messages)}\n{past.minutes.text}")
        if past.left_out:
            parts.append(gettext("[Earlier messages are left out here.]"))
    return "\n\n".join(parts)


def _path(parent_id: UUID, with_images: bool) -> tuple[list[Entry], int | None, bool]:
    """Newest first, down to where minutes begin or to the first message; their id; whether it goes back further."""
    entries: list[Entry] = []
    deepest = 0
    found = rows.fetch(_PATH.format(bytes=_BYTES[connection.vendor]), parent_id, MOST_MESSAGES)
    for raw_id, role, size, minutes_id, deepest in found:  # noqa: B007
        message_id = raw_id if isinstance(raw_id, UUID) else UUID(raw_id)
        if minutes_id is not None:
            return _with_images(entries, with_images), minutes_id, False
        entries.append(Entry(message_id, role, size // BYTES_A_TOKEN + TOKENS_A_MESSAGE))
    return _with_images(entries, with_images), None, deepest >= MOST_MESSAGES


def _with_images(entries: list[Entry], with_images: bool) -> list[Entry]:
    if not with_images:
        return entries
    counts = told.count_of([entry.id for entry in entries])
    return [Entry(entry.id, entry.role, entry.tokens + counts.get(entry.id, 0) * TOKENS_AN_IMAGE) for entry in entries]


def _newest(entries: Sequence[Entry], budget: int) -> int:
    """How many of the newest fit; the newest itself is always told."""
    for number, entry in enumerate(entries):
        budget -= entry.tokens
        if budget < 0 and number:
            return number
    return len(entries)
