"""Reads for pages, API and followers. Nothing here opens a transaction (with IMMEDIATE it would lock SQLite)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from chat.models import Conversation, JournalEntry, Message, Turn, UsageRecord
from trademe.accounts.models import User

PAGE_SIZE = 50
MAX_SEARCH = 200  # characters; databases refuse very long patterns


@dataclass(frozen=True, slots=True)
class PathPage:
    """Part of the path from the first message to the head, oldest first."""

    messages: list[Message]
    has_older: bool


@dataclass(frozen=True, slots=True)
class RunningReply:
    """A reply while it streams: what is journalled of it up to ``seq``."""

    turn: Turn
    text: str
    seq: int


@dataclass(frozen=True, slots=True)
class PageState:
    conversation: Conversation
    messages: list[Message]
    has_older: bool
    running: RunningReply | None
    rev: int


@dataclass(frozen=True, slots=True)
class UsageTotals:
    """Sums over ledger rows; ``None`` where any of them is unknown."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: Decimal | None = None
    calls: int = 0


def conversation_list(user: "User | int", search: str = "", archived: bool = False) -> QuerySet[Conversation]:
    """The user's conversations, pinned first, newest first; ``search`` looks into titles and messages."""
    found = Conversation.objects.visible_to(user).filter(archived=archived)
    if search := search[:MAX_SEARCH].replace("\x00", "").strip():
        matching = Message.objects.filter(conversation__owner=user, content__icontains=search)
        found = found.filter(Q(title__icontains=search) | Q(pk__in=matching.values("conversation_id")))
    return found.order_by("-pinned", "-updated_at", "pk")


def path_ids(leaf_id: UUID, limit: int | None = None) -> list[UUID]:
    """Ids from ``leaf_id`` up through its parents, newest first, at most ``limit``: one recursive query."""
    table = connection.ops.quote_name(Message._meta.db_table)
    bound = f" WHERE path.depth < {int(limit)}" if limit else ""
    sql = (
        f"WITH RECURSIVE path(id, parent_id, depth) AS ("  # noqa: S608 - the table's own name and an int
        f" SELECT id, parent_id, 1 FROM {table} WHERE id = %s"
        f" UNION ALL SELECT m.id, m.parent_id, path.depth + 1 FROM {table} m JOIN path ON m.id = path.parent_id{bound}"
        f") SELECT id FROM path ORDER BY depth"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [_uuid_parameter(leaf_id)])
        return [value if isinstance(value, UUID) else UUID(value) for (value,) in cursor.fetchall()]


def _uuid_parameter(value: UUID) -> UUID | str:
    return value if connection.features.has_native_uuid_field else value.hex


def path_page(conversation: Conversation, before_sequence: int | None = None, limit: int = PAGE_SIZE) -> PathPage:
    """The newest ``limit`` messages of the shown path that come before ``before_sequence`` (default: the head)."""
    leaf_id: UUID | None = conversation.head_id
    if before_sequence is not None:
        # the page that asks for older messages names its oldest one, which lies on the path: go on at its parent
        leaf_id = (
            Message.objects.filter(conversation=conversation, sequence=before_sequence)
            .values_list("parent_id", flat=True)
            .first()
        )
    if leaf_id is None:
        return PathPage([], False)
    ids = path_ids(leaf_id, limit + 1)
    messages = messages_in_order(ids[:limit])
    return PathPage(messages, len(ids) > limit)


def messages_in_order(ids: Iterable[UUID]) -> list[Message]:
    """Messages oldest first with their turns, in one query."""
    return list(Message.objects.filter(pk__in=list(ids)).select_related("turn__summary").order_by("sequence"))


def running_turn(conversation_id: UUID) -> Turn | None:
    return Turn.objects.filter(conversation_id=conversation_id, status=Turn.Status.RUNNING).first()


def journal_after(turn_id: UUID, after_seq: int, limit: int | None = None) -> list[tuple[int, str]]:
    """Committed batches ``(seq, text)`` of a running turn, in order, beyond ``after_seq``."""
    entries = JournalEntry.objects.filter(turn_id=turn_id, seq__gt=after_seq).order_by("seq").values_list("seq", "text")
    return list(entries[:limit] if limit else entries)


def page_state(conversation: Conversation, before_sequence: int | None = None, limit: int = PAGE_SIZE) -> PageState:
    """What a page shows, consistent without a transaction: read again when the turn changed meanwhile."""
    while True:
        conversation.refresh_from_db()
        turn = running_turn(conversation.pk)
        page = path_page(conversation, before_sequence, limit)
        running = None
        if turn is not None:
            entries = journal_after(turn.pk, 0)
            running = RunningReply(turn, "".join(text for _seq, text in entries), entries[-1][0] if entries else 0)
        again = Conversation.objects.filter(pk=conversation.pk).values_list("rev", flat=True).first()
        if again == conversation.rev:
            return PageState(conversation, page.messages, page.has_older, running, conversation.rev)


def siblings(messages: Iterable[Message]) -> dict[UUID, list[UUID]]:
    """For each message the ids of all messages with its parent and role, in order; one query."""
    shown = list(messages)
    if not shown:
        return {}
    parents = {message.parent_id for message in shown}
    rows = (
        Message.objects.filter(conversation_id=shown[0].conversation_id)
        .filter(Q(parent_id__in=parents - {None}) | (Q(parent_id=None) if None in parents else Q(pk__in=[])))
        .exclude(role=Message.Role.NOTICE)
        .order_by("sequence")
        .values_list("pk", "parent_id", "role")
    )
    groups: dict[tuple[UUID | None, str], list[UUID]] = {}
    for pk, parent_id, role in rows:
        groups.setdefault((parent_id, role), []).append(pk)
    return {m.pk: groups.get((m.parent_id, m.role), [m.pk]) for m in shown}


def usage_by_turn(turn_ids: Iterable[UUID]) -> dict[UUID, UsageTotals]:
    """Ledger sums by turn, in one query."""
    rows = (
        UsageRecord.objects.filter(turn_uuid__in=list(turn_ids))
        .values("turn_uuid")
        .annotate(**_TOTALS)
        .order_by("turn_uuid")
    )
    return {row["turn_uuid"]: _totals(dict(row)) for row in rows}


def usage_totals(records: QuerySet[UsageRecord]) -> UsageTotals:
    """The sum of the given ledger rows."""
    return _totals(records.aggregate(**_TOTALS))


_TOTALS: dict[str, Any] = {
    "calls": Count("pk"),
    "input_sum": Sum("input_tokens"),
    "output_sum": Sum("output_tokens"),
    "cost_sum": Sum("cost_usd"),
    "input_known": Count("input_tokens"),
    "output_known": Count("output_tokens"),
    "cost_known": Count("cost_usd"),
}


def _totals(row: dict[str, Any]) -> UsageTotals:
    calls = row["calls"]
    return UsageTotals(
        input_tokens=(row["input_sum"] or 0) if row["input_known"] == calls else None,
        output_tokens=(row["output_sum"] or 0) if row["output_known"] == calls else None,
        cost_usd=(row["cost_sum"] or Decimal(0)) if row["cost_known"] == calls else None,
        calls=calls,
    )


def journal_text(turn_id: UUID) -> str:
    return "".join(text for _seq, text in journal_after(turn_id, 0))
