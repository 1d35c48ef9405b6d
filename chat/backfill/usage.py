"""Token counts and costs that the ledger lacks, from stored text and the price list; what is there stays."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q, QuerySet

from chat.backfill.insertion import Row, insert
from chat.ledger import REPLY_PURPOSES
from chat.models import DailySpend, Message, Turn, UsageRecord
from chat.models.turn import TurnStatus
from chat.providers.base import Usage
from chat.providers.pricing import price

PAGE = 200
MOST_BEFORE = 200  # messages of a history that are counted
CODES = {
    "call-added": "a turn that had called a model had no row",
    "tokens-estimated": "missing counts were taken from the stored text, four bytes a token",
    "cost-computed": "the missing cost was taken from the price list",
    "price-unknown": "the list has no price of the model: the cost stays unknown",
    "text-missing": "nothing is stored that could be counted",
}


@dataclass(slots=True)
class Backfill:
    dry_run: bool = False
    progress: Callable[[int, int], None] = lambda done, total: None
    decided: Counter[str] = field(default_factory=Counter)
    _talks: "_Talks" = field(default_factory=lambda: _Talks())

    def run(self, limit: int | None = None) -> None:
        """First the rows that are missing, then what is missing in rows."""
        for pk in _missing_calls():
            turn = Turn.objects.get(pk=pk)
            self.decided["call-added"] += 1
            if not self.dry_run:
                insert(UsageRecord, [_call_of(turn)])
        after, looked_at = 0, 0
        total = _incomplete().count()
        while page := list(_incomplete().filter(pk__gt=after).order_by("pk")[:PAGE]):
            if limit is not None:
                page = page[: limit - looked_at]
            if not page:
                return
            looked_at += len(page)
            after = page[-1].pk
            with transaction.atomic():
                for record in page:
                    self.process_one(record)
            self.progress(looked_at, total if limit is None else min(total, limit))

    def process_one(self, record: UsageRecord) -> None:
        """Swaps the row once; its user's day goes along."""
        counts = record.input_tokens, record.output_tokens
        usage = _estimated(record, self._talks)
        if usage is None:
            self.decided["text-missing"] += 1
            return
        cost = record.cost_usd if record.cost_usd is not None else _price(record.provider, record.model, usage)
        counted = (usage.input_tokens, usage.output_tokens) != counts
        if not counted and cost == record.cost_usd:
            self.decided["price-unknown"] += 1
            return
        self.decided["tokens-estimated"] += counted
        self.decided["cost-computed" if cost is not None else "price-unknown"] += record.cost_usd is None
        if self.dry_run:
            return
        with transaction.atomic():
            unchanged = UsageRecord.objects.filter(
                pk=record.pk, input_tokens=counts[0], output_tokens=counts[1], cost_usd=record.cost_usd
            )
            swapped = unchanged.update(
                input_tokens=usage.input_tokens,
                output_tokens=usage.output_tokens,
                cost_usd=cost,
                state=UsageRecord.State.ESTIMATED if counted else record.state,
            )
            if swapped == 1 and record.reserved_usd and record.cost_usd is None and cost is not None:
                # an unknown cost had counted as what was reserved for it
                DailySpend.objects.filter(user=record.user_id, day=record.day).update(
                    settled_usd=F("settled_usd") - record.reserved_usd + cost
                )


def _incomplete() -> "QuerySet[UsageRecord]":
    missing = Q(input_tokens=None) | Q(output_tokens=None) | Q(cost_usd=None)
    return UsageRecord.objects.filter(missing).exclude(state=UsageRecord.State.OPEN)


def _missing_calls() -> Iterator[UUID]:
    """Ended turns that called a model, and of which the ledger knows nothing; a page at a time."""
    called = Turn.objects.exclude(provider="").exclude(status=TurnStatus.RUNNING)
    lacking = called.exclude(Exists(UsageRecord.objects.filter(turn_uuid=OuterRef("pk"))))
    after = None
    while True:
        found = lacking.order_by("pk").values_list("pk", flat=True)
        page = list((found if after is None else found.filter(pk__gt=after))[:PAGE])
        if not page:
            return
        yield from page
        after = page[-1]


def _call_of(turn: Turn) -> Row:
    ended = turn.ended_at or turn.started_at
    return {
        "turn_id": turn.pk,
        "turn_uuid": turn.pk,
        "conversation_uuid": turn.conversation_id,
        "user_id": turn.user_id,
        "user_number": turn.user_id,
        "purpose": turn.purpose,
        "attempt": 1,
        "provider": turn.provider,
        "model": turn.model,
        "state": UsageRecord.State.ESTIMATED,
        "outcome": turn.status,
        "day": ended.astimezone(UTC).date(),
        "created_at": turn.started_at,
        "settled_at": ended,
    }


def _estimated(record: UsageRecord, talks: "_Talks") -> Usage | None:
    """What is there, and for the rest the stored texts; None where there is none."""
    given, said = record.input_tokens, record.output_tokens
    if record.provider == "builtin":
        return Usage(given or 0, said or 0)
    if given is not None and said is not None:
        return Usage(given, said)
    if record.purpose not in REPLY_PURPOSES:
        return None
    reply_id = Turn.objects.filter(pk=record.turn_uuid).values_list("reply_id", flat=True).first()
    talk = talks.of(record.conversation_uuid)
    reply = talk.get(reply_id) if reply_id is not None else None
    if reply is None:
        return None
    if said is None:
        said = reply.tokens
    if given is None:
        given = sum(_before(talk, reply))
    return Usage(given, said)


@dataclass(frozen=True, slots=True)
class _Length:
    """A message without its words."""

    parent: UUID | None
    role: str
    tokens: int


class _Talks:
    """The lengths of the conversation that was asked for last: its calls mostly stand together."""

    def __init__(self) -> None:
        self._pk: UUID | None = None
        self._lengths: dict[UUID, _Length] = {}

    def of(self, conversation: UUID) -> dict[UUID, _Length]:
        if conversation != self._pk:
            messages = Message.objects.filter(conversation=conversation).order_by()
            found = messages.annotate(size=TextBytes("content")).values_list("pk", "parent_id", "role", "size")
            self._lengths = {pk: _Length(parent, role, -(-size // 4)) for pk, parent, role, size in found.iterator()}
            self._pk = conversation
        return self._lengths


def _before(talk: dict[UUID, _Length], reply: _Length) -> Iterator[int]:
    """The tokens of what the reply followed, the latest first."""
    parent = reply.parent
    for _step in range(MOST_BEFORE):
        message = talk.get(parent) if parent is not None else None
        if message is None:
            return
        if message.role != Message.Role.NOTICE:
            yield message.tokens
        parent = message.parent


class TextBytes(Func):
    """How many bytes a text has in UTF-8."""

    function = "OCTET_LENGTH"
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return super().as_sql(compiler, connection, template="LENGTH(CAST(%(expressions)s AS BLOB))", **context)


def _price(provider: str, model: str, usage: Usage) -> Decimal | None:
    config = settings.CONFIG
    urls = {"anthropic": config.anthropic_base_url, "openai": config.openai_base_url}
    if provider == "builtin":
        return Decimal(0)
    return price(urls[provider], model, usage) if provider in urls and model else None
