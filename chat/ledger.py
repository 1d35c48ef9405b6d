"""The ledger's writes: a row before each model call, settled once after it; the daily limit reserved in between."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from chat.errors import Fenced, Refused
from chat.models import Conversation, DailySpend, Turn, UsageRecord
from chat.providers.base import Usage
from chat.writer import Unit


@dataclass(slots=True, eq=False)
class OpenCall(Unit[int]):
    """Insert the row of a call that is about to be made; the result is its id. Refused: ``cost_limit``."""

    conversation_id: UUID
    turn_id: UUID
    token: UUID
    user_id: int
    purpose: str
    attempt: int
    provider: str
    model: str
    prompt_version: str
    reserve_usd: Decimal | None  # the most that the call can cost; None: unknown

    def run(self) -> int:
        existing = UsageRecord.objects.filter(turn_uuid=self.turn_id, purpose=self.purpose, attempt=self.attempt)
        if found := existing.values_list("pk", flat=True).first():
            return found
        rev = _next_rev(self.conversation_id)
        ours = Turn.objects.filter(pk=self.turn_id, token=self.token, status=Turn.Status.RUNNING)
        called = {"provider": self.provider, "model": self.model, "prompt_version": self.prompt_version}
        if ours.update(**called, rev=rev) != 1:
            raise Fenced  # ended elsewhere while this process slept: a call that nobody would see is not made
        today = timezone.now().date()
        reserved = self._reserve(today)
        return UsageRecord.objects.create(
            turn_id=self.turn_id,
            turn_uuid=self.turn_id,
            conversation_uuid=self.conversation_id,
            user_id=self.user_id,
            user_number=self.user_id,
            purpose=self.purpose,
            attempt=self.attempt,
            provider=self.provider,
            model=self.model,
            reserved_usd=reserved,
            day=today,
        ).pk

    def _reserve(self, today: date) -> Decimal:
        limit: Decimal | None = settings.CONFIG.daily_cost_limit_usd
        if limit is None or self.reserve_usd == 0:
            return Decimal(0)
        if self.reserve_usd is None:
            raise Refused(code="cost_limit_unknown_price")
        DailySpend.objects.get_or_create(user_id=self.user_id, day=today)
        within = DailySpend.objects.filter(user_id=self.user_id, day=today).annotate(
            total=F("reserved_usd") + F("settled_usd") + self.reserve_usd
        )
        if within.filter(total__lte=limit).update(reserved_usd=F("reserved_usd") + self.reserve_usd) != 1:
            raise Refused(code="cost_limit")
        return self.reserve_usd


def _next_rev(conversation_id: UUID) -> int:
    """Lock the conversation's row and count its ``rev`` up."""
    Conversation.objects.filter(pk=conversation_id).update(rev=F("rev") + 1)
    return Conversation.objects.values_list("rev", flat=True).get(pk=conversation_id)


def settle(
    record_id: int,
    usage: Usage,
    cost_usd: Decimal | None,
    outcome: str,
    state: UsageRecord.State = UsageRecord.State.SETTLED,
) -> bool:
    """Settle an open row once, inside the caller's transaction; False when it was settled before."""
    swapped = UsageRecord.objects.filter(pk=record_id, state=UsageRecord.State.OPEN).update(
        state=state,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cost_usd=cost_usd,
        outcome=outcome[:40],
        settled_at=Now(),
    )
    if swapped != 1:
        return False
    record = UsageRecord.objects.get(pk=record_id)
    if record.user_id is not None and record.reserved_usd:
        DailySpend.objects.filter(user_id=record.user_id, day=record.day).update(
            reserved_usd=F("reserved_usd") - record.reserved_usd,
            # an unknown cost keeps the reservation as what was spent, so that a limit is never outrun
            settled_usd=F("settled_usd") + (record.reserved_usd if cost_usd is None else cost_usd),
        )
    return True


@dataclass(slots=True, eq=False)
class SettleCall(Unit[bool]):
    """Settle a call that is followed by another one in the same turn (a retry, a repair round)."""

    conversation_id: UUID
    record_id: int
    usage: Usage
    cost_usd: Decimal | None
    outcome: str

    def run(self) -> bool:
        return settle(self.record_id, self.usage, self.cost_usd, self.outcome)


def estimate_open_calls(turn: Turn) -> None:
    """Settle by estimate what a dead process left open: about four bytes of UTF-8 a token, cost unknown."""
    for record in UsageRecord.objects.filter(Q(turn_uuid=turn.pk), state=UsageRecord.State.OPEN):
        free = record.provider == "builtin"
        usage = Usage(0, 0) if free else Usage(None, -(-turn.chars // 4))
        settle(record.pk, usage, Decimal(0) if free else None, turn.status, UsageRecord.State.ESTIMATED)
