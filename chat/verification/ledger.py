"""The ledger: every call settled with its turn, tried 1, 2, 3 …, and the day sums equal to its rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from chat.ledger import AFTER_PURPOSES, AFTER_SECONDS
from chat.models import DailySpend, Turn, UsageRecord
from chat.models.turn import TurnStatus
from chat.verification.rows import by_first, rows
from chat.verification.walk import Scope, Suspect, Walk

FORGOTTEN_AFTER = 4 * AFTER_SECONDS  # twice as long as the sweeper waits
EXACT_TO = Decimal("0.000001")  # US dollars; SQLite adds decimals as floating point numbers


class CallRow(NamedTuple):
    id: int
    turn_id: UUID | None
    turn_uuid: UUID
    conversation_uuid: UUID
    user_id: int | None
    user_number: int
    purpose: str
    state: str
    reserved_usd: Decimal
    day: date
    created_at: datetime


class TurnRow(NamedTuple):
    id: UUID
    conversation_id: UUID
    user_id: int
    status: str


class AttemptsRow(NamedTuple):
    turn_uuid: UUID
    purpose: str
    calls: int
    lowest: int
    highest: int
    first_id: int


@dataclass(frozen=True, slots=True)
class CallPage:
    calls: list[CallRow]
    turns: dict[UUID, TurnRow]
    attempts: list[AttemptsRow]  # whose first row is on this page
    days: set[tuple[int, date]]  # of users, that have a sum


def keys(scope: Scope) -> "QuerySet[Any, Any]":
    calls = UsageRecord.objects.order_by("pk").values_list("pk", flat=True)
    return calls.filter(conversation_uuid=scope.conversation) if scope.conversation else calls


def load(pks: Sequence[int]) -> CallPage:
    calls = rows(UsageRecord.objects.filter(pk__in=pks), CallRow)
    turn_ids = {call.turn_uuid for call in calls}
    grouped = UsageRecord.objects.filter(turn_uuid__in=turn_ids).values("turn_uuid", "purpose").order_by()
    attempts = rows(
        grouped.annotate(calls=Count("pk"), lowest=Min("attempt"), highest=Max("attempt"), first_id=Min("pk")),
        AttemptsRow,
    )
    of_page = set(pks)
    reserving = [call for call in calls if call.user_id is not None and call.reserved_usd]
    days = DailySpend.objects.filter(
        user__in={call.user_id for call in reserving}, day__in={call.day for call in reserving}
    )
    return CallPage(
        calls,
        by_first(rows(Turn.objects.filter(pk__in=turn_ids), TurnRow)),
        [row for row in attempts if row.first_id in of_page],
        set(days.values_list("user_id", "day")),
    )


walk = Walk("ledger rows", keys, load)


def _suspect(call: CallRow, sentence: str) -> Suspect:
    return Suspect(call.id, sentence, {"call": call.id, "turn": call.turn_uuid, "conversation": call.conversation_uuid})


def _may_follow(call: CallRow) -> bool:
    """A call after its turn's end, for as long as it may be under way or wait to be settled."""
    return call.purpose in AFTER_PURPOSES and timezone.now() - call.created_at < timedelta(seconds=FORGOTTEN_AFTER)


@walk.check("call-open")
def calls_end_with_their_turn(page: CallPage) -> Iterator[Suspect]:
    for call in page.calls:
        turn = page.turns.get(call.turn_uuid)
        ended = turn is None or turn.status != TurnStatus.RUNNING
        if call.state == UsageRecord.State.OPEN and ended and not _may_follow(call):
            yield _suspect(call, "The model call is still open in the ledger although its turn does not run.")


@walk.check("call-ids")
def copied_ids_are_the_turns(page: CallPage) -> Iterator[Suspect]:
    for call in page.calls:
        turn = page.turns.get(call.turn_uuid)
        right = call.turn_id in (None, call.turn_uuid) and call.user_id in (None, call.user_number)
        if turn is not None:
            right = right and (turn.conversation_id, turn.user_id) == (call.conversation_uuid, call.user_number)
        if not right:
            yield _suspect(call, "The model call names another turn, conversation or user than its turn does.")


@walk.check("call-attempts")
def attempts_count_up(page: CallPage) -> Iterator[Suspect]:
    for row in page.attempts:
        if (row.lowest, row.highest) != (1, row.calls):
            sentence = f"The {row.calls} {row.purpose} calls of the turn are not the attempts 1 to {row.calls}."
            yield Suspect(row.first_id, sentence, {"turn": row.turn_uuid, "call": row.first_id})


@walk.check("spend-missing")
def reservations_have_a_day(page: CallPage) -> Iterator[Suspect]:
    for call in page.calls:
        if call.user_id is not None and call.reserved_usd and (call.user_id, call.day) not in page.days:
            yield _suspect(call, f"The model call reserved money and its user has no sum for {call.day}.")


# --- the sums of a day ----------------------------------------------------------------------------------------------


class DayRow(NamedTuple):
    id: int
    user_id: int
    day: date
    reserved_usd: Decimal
    settled_usd: Decimal


class LedgerRow(NamedTuple):
    user_id: int
    day: date
    reserved: Decimal | None
    settled: Decimal | None


@dataclass(frozen=True, slots=True)
class DayPage:
    days: list[DayRow]
    ledger: dict[tuple[int, date], LedgerRow]


def days(scope: Scope) -> "QuerySet[Any, Any] | None":
    """A day's sums are those of all conversations, so one alone proves nothing about them."""
    return None if scope.conversation else DailySpend.objects.order_by("pk").values_list("pk", flat=True)


def load_days(pks: Sequence[int]) -> DayPage:
    found = rows(DailySpend.objects.filter(pk__in=pks), DayRow)
    # calls without a reservation are outside of any limit and in no sum
    reserving = UsageRecord.objects.filter(
        user__in={row.user_id for row in found}, day__in={row.day for row in found}, reserved_usd__gt=0
    )
    is_open = Q(state=UsageRecord.State.OPEN)
    sums = (
        reserving.values("user_id", "day")
        .order_by()
        .annotate(
            reserved=Sum("reserved_usd", filter=is_open),
            # an unknown cost counts as what was reserved for it
            settled=Sum(Coalesce(F("cost_usd"), F("reserved_usd")), filter=~is_open),
        )
    )
    return DayPage(found, {(row.user_id, row.day): row for row in rows(sums, LedgerRow)})


day_walk = Walk("days of spending", days, load_days, size=200)


@day_walk.check("spend-differs")
def days_are_sums_of_the_ledger(page: DayPage) -> Iterator[Suspect]:
    for row in page.days:
        ledger = page.ledger.get((row.user_id, row.day))
        reserved = (ledger.reserved if ledger else None) or Decimal(0)
        settled = (ledger.settled if ledger else None) or Decimal(0)
        if abs(reserved - row.reserved_usd) > EXACT_TO or abs(settled - row.settled_usd) > EXACT_TO:
            sentence = (
                f"The user's sums of {row.day} are {row.reserved_usd} reserved and {row.settled_usd} settled, "
                f"the ledger's {reserved} and {settled}."
            )
            yield Suspect(row.id, sentence, {"user": row.user_id, "day": row.day})
