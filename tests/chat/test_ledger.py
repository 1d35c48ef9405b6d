"""P13: every model call is one row, opened before it and settled once; the daily limit bites before the call."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from django.conf import settings
from django.utils import timezone

from chat import ledger
from chat.errors import Fenced, Refused
from chat.ledger import OpenCall, SettleCall
from chat.models import Conversation, DailySpend, Turn, UsageRecord
from chat.providers.base import Usage
from tests.chat.turn_rows import Reply, started, talk
from trademe.accounts.models import User


@pytest.fixture
def turn(owner: User) -> Turn:
    return started(talk(owner))


def call(turn: Turn, attempt: int = 1, purpose: str = "chat", reserve: Decimal | None = Decimal(0)) -> OpenCall:
    return OpenCall(
        turn.conversation_id, turn.pk, turn.token, turn.user_id, purpose, attempt, "openai", "gpt", "p1", reserve
    )


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the daily cost limit."""

    def set_limit(dollars: str) -> None:
        monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, daily_cost_limit_usd=Decimal(dollars)))

    return set_limit


def test_a_call_is_opened_before_it_is_made(turn: Turn) -> None:
    record = UsageRecord.objects.get(pk=call(turn).run())
    assert (record.state, record.purpose, record.attempt, record.model) == ("open", "chat", 1, "gpt")
    assert (record.turn_uuid, record.conversation_uuid) == (turn.pk, turn.conversation_id)
    assert record.user_number == turn.user_id
    turn.refresh_from_db()
    assert (turn.provider, turn.model, turn.prompt_version) == ("openai", "gpt", "p1")
    assert turn.rev == Conversation.objects.get(pk=turn.conversation_id).rev == 2, "a tab is told that it was called"


def test_p5_the_same_call_is_one_row(turn: Turn) -> None:
    assert call(turn).run() == call(turn).run()
    assert call(turn, attempt=2).run() != call(turn, purpose="repair").run()
    assert UsageRecord.objects.count() == 3


def test_a_turn_that_was_ended_elsewhere_makes_no_call(turn: Turn) -> None:
    """Rule 2: this process was away for so long that another one ended its turn; its row would stay open for ever."""
    Reply(turn).end(Turn.Status.INTERRUPTED).run()
    with pytest.raises(Fenced):
        call(turn).run()
    assert not UsageRecord.objects.exists()


def test_a_row_is_settled_once(turn: Turn) -> None:
    record_id = call(turn).run()
    settle = SettleCall(turn.conversation_id, record_id, Usage(10, 20), Decimal("0.5"), "complete")
    assert settle.run()
    assert not replace(settle, usage=Usage(99, 99)).run()
    record = UsageRecord.objects.get(pk=record_id)
    assert (record.state, record.input_tokens, record.output_tokens) == ("settled", 10, 20)
    assert (record.cost_usd, record.outcome) == (Decimal("0.5"), "complete")
    assert record.settled_at is not None


def test_the_limit_is_reserved_before_and_settled_after(turn: Turn, limit: Callable[[str], None]) -> None:
    limit("1.00")
    record_id = call(turn, reserve=Decimal("0.70")).run()
    with pytest.raises(Refused) as refused:
        call(turn, attempt=2, reserve=Decimal("0.40")).run()
    assert refused.value.code == "cost_limit"
    ledger.settle(record_id, Usage(1, 1), Decimal("0.10"), "complete")
    spend = DailySpend.objects.get()
    assert (spend.day, spend.reserved_usd, spend.settled_usd) == (timezone.now().date(), Decimal(0), Decimal("0.10"))
    call(turn, attempt=2, reserve=Decimal("0.90")).run()
    with pytest.raises(Refused):
        call(turn, attempt=3, reserve=Decimal("0.01")).run()


def test_a_limit_together_with_an_unknown_price_is_said(turn: Turn, limit: Callable[[str], None]) -> None:
    limit("1.00")
    with pytest.raises(Refused) as refused:
        call(turn, reserve=None).run()
    assert refused.value.code == "cost_limit_unknown_price"


def test_an_unknown_cost_keeps_what_was_reserved(turn: Turn, limit: Callable[[str], None]) -> None:
    """So that a limit is never outrun; the row itself says "unknown", never 0."""
    limit("1.00")
    record_id = call(turn, reserve=Decimal("0.30")).run()
    ledger.settle(record_id, Usage(None, 5), None, "interrupted", UsageRecord.State.ESTIMATED)
    assert DailySpend.objects.get().settled_usd == Decimal("0.30")
    assert UsageRecord.objects.get().cost_usd is None


def test_without_a_limit_nothing_is_reserved(turn: Turn) -> None:
    assert settings.CONFIG.daily_cost_limit_usd is None
    call(turn, reserve=None).run()
    assert UsageRecord.objects.get().reserved_usd == 0
    assert not DailySpend.objects.exists()


def test_a_row_outlives_its_turn_and_its_user(turn: Turn, owner: User) -> None:
    """Rule 17: foreign keys are set to NULL beside copied ids."""
    call(turn).run()
    user_id = owner.pk
    owner.delete()
    record = UsageRecord.objects.get()
    assert (record.turn, record.user) == (None, None)
    assert (record.turn_uuid, record.user_number) == (turn.pk, user_id)


def test_the_built_in_strategist_costs_nothing_also_when_it_died(turn: Turn) -> None:
    unit = call(turn)
    unit.provider = "builtin"
    unit.run()
    Reply(turn).append("x" * 400).end(Turn.Status.INTERRUPTED).run()
    record = UsageRecord.objects.get()
    assert (record.state, record.output_tokens, record.cost_usd) == ("estimated", 0, Decimal(0))
