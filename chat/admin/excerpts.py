"""The first words of messages, for lists."""

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Length, Substr

from chat.models import Message

EXCERPT_CHARACTERS = 200


def with_excerpt(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Without the whole texts, which may be megabytes each."""
    return messages.defer("content", "html").annotate(
        first_words=Substr("content", 1, EXCERPT_CHARACTERS), characters=Length("content")
    )


def excerpt_of(message: Any) -> str:
    words = " ".join(str(message.first_words).split())
    return words + " …" if message.characters > EXCERPT_CHARACTERS else words
