"""Rows by prepared statements are the ORM's rows: same types, same values, same places."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from chat import rows
from chat.clock import now_ms_sql, now_sql
from chat.models import Conversation, Message, Turn, UsageRecord
from chat.rows import Rows
from tests.chat.turn_rows import started, talk
from trademe.accounts.models import User

TURNS, MESSAGES, RECORDS = Rows(Turn), Rows(Message), Rows(UsageRecord)


def values(row: object) -> dict[str, object]:
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


@pytest.fixture
def turn(owner: User) -> Turn:
    return started(talk(owner))


def record(turn: Turn, attempt: int = 1) -> UsageRecord:
    return UsageRecord(
        turn=turn,
        turn_uuid=turn.pk,
        conversation_uuid=turn.conversation_id,
        user_id=turn.user_id,
        user_number=turn.user_id,
        purpose="chat",
        attempt=attempt,
        provider="openai",
        model="m",
        cost_usd=Decimal("0.000000125"),
        reserved_usd=Decimal("1.5"),
        day=date(2026, 1, 2),
    )


def test_a_row_read_is_what_the_orm_reads(turn: Turn) -> None:
    found = TURNS.first("id = %s", turn.pk)
    assert found is not None
    assert values(found) == values(Turn.objects.get(pk=turn.pk))
    assert not found._state.adding
    assert found.conversation == turn.conversation


def test_nothing_found_is_none_or_empty(turn: Turn) -> None:
    assert TURNS.first("id = %s AND status = 'complete'", turn.pk) is None
    assert TURNS.select("conversation_id = %s AND rev > %s", turn.conversation_id, 10_000) == []


def test_a_row_inserted_is_what_the_orm_would_have_inserted(turn: Turn) -> None:
    new = record(turn)
    RECORDS.insert(new)
    assert new.pk is not None
    assert not new._state.adding
    stored = UsageRecord.objects.get(pk=new.pk)
    other = record(turn, attempt=2)
    other.save()
    other.refresh_from_db()
    same = {"id", "attempt", "created_at"}
    assert {k: v for k, v in values(stored).items() if k not in same} == {
        k: v for k, v in values(other).items() if k not in same
    }
    assert stored.created_at.tzinfo is not None


def test_constraints_hold_and_are_the_orms_errors(turn: Turn) -> None:
    RECORDS.insert(record(turn))
    with pytest.raises(IntegrityError), transaction.atomic():
        RECORDS.insert(record(turn))


def test_the_database_computes_what_it_is_asked_to(turn: Turn) -> None:
    rows.execute(f"UPDATE chat_turn SET lease = {now_ms_sql()} WHERE id = %s", turn.pk)
    turn.refresh_from_db()
    assert abs(turn.lease / 1000 - datetime.now(UTC).timestamp()) < 60


def test_a_swap_returns_the_row_as_it_then_is_or_nothing(turn: Turn) -> None:
    ended = TURNS.swapped(f"ended_at = {now_sql()}, status = %s", "id = %s AND status = 'running'", "complete", turn.pk)
    assert ended is not None
    assert (ended.status, ended.ended_at is not None) == ("complete", True)
    assert values(ended) == values(Turn.objects.get(pk=turn.pk))
    assert TURNS.swapped("status = %s", "id = %s AND status = 'running'", "failed", turn.pk) is None


def test_the_databases_time_is_the_orms_time(turn: Turn) -> None:
    TURNS.swapped(f"ended_at = {now_sql()}, status = %s", "id = %s", "complete", turn.pk)
    assert Turn.objects.filter(pk=turn.pk, ended_at__lte=Now()).exists()


def test_saving_stores_the_named_columns_only(conversation: Conversation) -> None:
    conversations = Rows(Conversation)
    before = Conversation.objects.get(pk=conversation.pk)
    conversation.title, conversation.archived = "新的", True
    conversations.save(conversation, "title", "updated_at")
    after = Conversation.objects.get(pk=conversation.pk)
    assert (after.title, after.archived) == ("新的", False)
    assert after.updated_at > before.updated_at


def test_percent_signs_and_quotes_in_text_are_text(turn: Turn) -> None:
    message = Message(conversation=turn.conversation, turn=turn, sequence=99, role="notice", content="100 % 'so' %s \"")
    MESSAGES.insert(message)
    [found] = MESSAGES.select("content = %s", message.content)
    assert found.pk == message.pk
