"""The ledger's writes: a row before each model call, settled once after it; the daily limit reserved in between."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from chat import rows
from chat.clock import now_sql
from chat.errors import Fenced, Refused
from chat.models import DailySpend, Turn, UsageRecord
from chat.providers.base import Usage
from chat.rows import Rows
from chat.writer import NOBODYS, Unit

RECORDS = Rows(UsageRecord)
AFTER_PURPOSES = ("title",)  # of calls that follow the end of their turn
REPLY_PURPOSES = ("chat", "generate", "repair")  # what these calls say is the reply's text

_OPENED = "SELECT id FROM chat_usagerecord WHERE turn_uuid = %s AND purpose = %s AND attempt = %s"
_NEXT_REV = "UPDATE chat_conversation SET rev = rev + 1 WHERE id = %s RETURNING rev"
_CALLED = (
    "UPDATE chat_turn SET provider = %s, model = %s, prompt_version = %s, rev = %s"
    " WHERE id = %s AND token = %s AND status = 'running'"
)
_ASKED = "UPDATE chat_turn SET rev = %s WHERE id = %s AND token = %s AND status = 'running'"

# a call after its turn has at most so long
AFTER_SECONDS = 60
_ENDED = "SELECT 1 FROM chat_turn WHERE id = %s AND status <> 'running'"


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
    beside: bool = False  # a call that is not the reply's: the turn does not take its model and prompt from it

    def run(self) -> int:
        if found := rows.fetch(_OPENED, self.turn_id, self.purpose, self.attempt):
            return int(found[0][0])
        # locks the conversation's row, and then the turn's
        rev = rows.fetch(_NEXT_REV, self.conversation_id)[0][0]
        called = () if self.beside else (self.provider, self.model, self.prompt_version)
        if rows.execute(_ASKED if self.beside else _CALLED, *called, rev, self.turn_id, self.token) != 1:
            raise Fenced  # ended elsewhere while this process slept: a call that nobody would see is not made
        return _insert(self)


@dataclass(slots=True, eq=False)
class OpenCallAfter(OpenCall):
    """The same for a call that follows the end of its turn; what ends without settling it, the sweeper settles."""

    def run(self) -> int:
        if found := rows.fetch(_OPENED, self.turn_id, self.purpose, self.attempt):
            return int(found[0][0])
        if not rows.fetch(_ENDED, self.turn_id):
            raise Fenced
        return _insert(self)


def _insert(call: OpenCall) -> int:
    today = timezone.now().date()
    reserved = _reserve(call, today)
    record = UsageRecord(
        turn_id=call.turn_id,
        turn_uuid=call.turn_id,
        conversation_uuid=call.conversation_id,
        user_id=call.user_id,
        user_number=call.user_id,
        purpose=call.purpose,
        attempt=call.attempt,
        provider=call.provider,
        model=call.model,
        reserved_usd=reserved,
        day=today,
    )
    RECORDS.insert(record)
    return int(record.pk)


def _reserve(call: OpenCall, today: date) -> Decimal:
    limit: Decimal | None = settings.CONFIG.daily_cost_limit_usd
    if limit is None or call.reserve_usd == 0:
        return Decimal(0)
    if call.reserve_usd is None:
        raise Refused(code="cost_limit_unknown_price")
    DailySpend.objects.get_or_create(user_id=call.user_id, day=today)
    within = DailySpend.objects.filter(user_id=call.user_id, day=today).annotate(
        total=F("reserved_usd") + F("settled_usd") + call.reserve_usd
    )
    if within.filter(total__lte=limit).update(reserved_usd=F("reserved_usd") + call.reserve_usd) != 1:
        raise Refused(code="cost_limit")
    return call.reserve_usd


def settle(
    record_id: int,
    usage: Usage,
    cost_usd: Decimal | None,
    outcome: str,
    state: UsageRecord.State = UsageRecord.State.SETTLED,
) -> bool:
    """Settle an open row once, inside the caller's transaction; False when it was settled before."""
    counts = (usage.input_tokens, usage.output_tokens, RECORDS.stored("cost_usd", cost_usd))
    record = RECORDS.swapped(_settlement(), "id = %s AND state = 'open'", state, *counts, outcome[:40], record_id)
    if record is None:
        return False
    if record.user_id is not None and record.reserved_usd:
        DailySpend.objects.filter(user_id=record.user_id, day=record.day).update(
            reserved_usd=F("reserved_usd") - record.reserved_usd,
            # an unknown cost keeps the reservation as what was spent, so that a limit is never outrun
            settled_usd=F("settled_usd") + (record.reserved_usd if cost_usd is None else cost_usd),
        )
    return True


def _settlement() -> str:
    return f"settled_at = {now_sql()}, state = %s, input_tokens = %s, output_tokens = %s, cost_usd = %s, outcome = %s"


@dataclass(slots=True, eq=False)
class SettleCall(Unit[bool]):
    """Settle a call that is followed by another one in the same turn (a retry, a repair round)."""

    conversation_id: UUID
    record_id: int
    usage: Usage
    cost_usd: Decimal | None
    outcome: str
    estimated: bool = False

    def run(self) -> bool:
        state = UsageRecord.State.ESTIMATED if self.estimated else UsageRecord.State.SETTLED
        return settle(self.record_id, self.usage, self.cost_usd, self.outcome, state)


def estimate_open_calls(turn: Turn) -> None:
    """Settle by estimate what a dead process left open: about four bytes of UTF-8 a token, cost unknown.

    Only of the reply's own calls is there a text to count.
    """
    for record in UsageRecord.objects.filter(Q(turn_uuid=turn.pk), state=UsageRecord.State.OPEN):
        free = record.provider == "builtin"
        of_reply = record.purpose in REPLY_PURPOSES
        usage = Usage(0, 0) if free else Usage(None, -(-turn.chars // 4) if of_reply else None)
        settle(record.pk, usage, Decimal(0) if free else None, turn.status, UsageRecord.State.ESTIMATED)


@dataclass(slots=True, eq=False)
class SettleForgottenCalls(Unit[int]):
    """Settle by estimate the calls after a turn whose process died with them; the result is how many they were."""

    conversation_id: UUID = NOBODYS

    def run(self) -> int:
        return sum(
            settle(record_id, Usage(), None, "interrupted", UsageRecord.State.ESTIMATED) for record_id in forgotten()
        )


def forgotten() -> list[int]:
    """Open calls after a turn that nobody can be waiting for any more."""
    since = timezone.now() - timedelta(seconds=2 * AFTER_SECONDS)
    open_ones = UsageRecord.objects.filter(state=UsageRecord.State.OPEN, purpose__in=AFTER_PURPOSES)
    return list(open_ones.filter(created_at__lt=since).order_by("pk").values_list("pk", flat=True)[:1000])
