"""Reads of the REST lists; each page costs the same number of queries, however long the history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from chat import hooks, queries
from chat.attachments import sent
from chat.models import Conversation, Message, UsageRecord
from trademe.accounts.models import User


@dataclass(frozen=True, slots=True)
class MessageResource:
    """A message with what its turn's model calls took and the versions that it made."""

    id: UUID
    role: str
    kind: str
    content: str
    status: str
    sequence: int
    parent: UUID | None
    model: str
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: Decimal | None
    created_at: datetime
    versions: list[hooks.VersionRef]
    attachments: list[sent.ImageRef]


def owns_conversation(user: User, conversation_id: UUID) -> bool:
    return Conversation.objects.visible_to(user).filter(pk=conversation_id).exists()


def all_messages(conversation: Conversation, after_sequence: int = 0) -> QuerySet[Message]:
    """Messages of every branch beyond ``after_sequence``."""
    return Message.objects.filter(conversation=conversation, sequence__gt=after_sequence).order_by("sequence")


def message_resources(messages: Iterable[Message]) -> list[MessageResource]:
    """Messages as the API shows them: three queries for all of them together."""
    shown = list(messages)
    replies = [message for message in shown if message.role == Message.Role.ASSISTANT]
    makers = [message.pk for message in shown if message.role != Message.Role.USER]
    versions = hooks.hook().versions_of(makers) if makers else {}
    usage = queries.usage_by_turn({message.turn_id for message in replies if message.turn_id is not None})
    images = sent.of_messages(message.pk for message in shown if message.role == Message.Role.USER)
    return [_resource(message, usage, versions.get(message.pk, []), images.get(message.pk, [])) for message in shown]


def _resource(
    message: Message,
    usage: dict[UUID, queries.UsageTotals],
    versions: list[hooks.VersionRef],
    images: list[sent.ImageRef],
) -> MessageResource:
    totals = queries.UsageTotals()
    if message.role == Message.Role.ASSISTANT and message.turn_id is not None:
        totals = usage.get(message.turn_id, totals)
    return MessageResource(
        id=message.pk,
        role=message.role,
        kind=message.kind,
        content=message.content,
        status=message.status,
        sequence=message.sequence,
        parent=message.parent_id,
        model=message.model,
        input_tokens=totals.input_tokens,
        output_tokens=totals.output_tokens,
        cost_usd=totals.cost_usd,
        created_at=message.created_at,
        versions=versions,
        attachments=images,
    )


def ledger(user: User) -> QuerySet[UsageRecord]:
    """The user's model calls, those of deleted conversations too."""
    return UsageRecord.objects.filter(user=user)
