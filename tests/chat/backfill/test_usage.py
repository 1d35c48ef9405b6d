"""Counts and costs that the ledger lacks are filled in once, and day sums stay sums."""

import io
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from chat.models import DailySpend, Turn, UsageRecord
from tests.chat.backfill.test_messages import backfill, person, wrong
from tests.support.legacy import damaged
from trademe.accounts.models import User

__all__ = ["person"]
pytestmark = pytest.mark.django_db


def fill(*options: str) -> str:
    out = io.StringIO()
    call_command("backfill_usage", *options, stdout=out)
    return out.getvalue()


def test_it_works(person: User, tmp_path: Path) -> None:
    backfill(damaged(tmp_path / "old.sqlite3", person.pk))
    priced = UsageRecord.objects.get(model="claude-3-5-sonnet-20241022")
    said = -(-len("On which bars?") // 4)
    assert (priced.input_tokens, priced.output_tokens, priced.cost_usd) == (900 - said, said, None)
    fill("--dry-run")
    assert UsageRecord.objects.get(pk=priced.pk).cost_usd is None
    fill()
    priced.refresh_from_db()
    assert priced.cost_usd == Decimal(900 - said) * 3 / 1_000_000 + Decimal(said) * 15 / 1_000_000
    unknown = UsageRecord.objects.filter(model="")
    assert not unknown.filter(output_tokens=None).exists()
    assert not unknown.exclude(cost_usd=None).exists()
    rows = list(UsageRecord.objects.order_by("pk").values())
    fill()
    assert list(UsageRecord.objects.order_by("pk").values()) == rows
    assert wrong() == []


def test_a_call_that_is_not_in_the_ledger_is_added(person: User, tmp_path: Path) -> None:
    backfill(damaged(tmp_path / "old.sqlite3", person.pk))
    turn = Turn.objects.get(model="claude-3-5-sonnet-20241022")
    UsageRecord.objects.filter(turn=turn).delete()
    assert "call-missing" in wrong()
    assert "call-added: 1 " in fill()
    assert UsageRecord.objects.get(turn=turn).state == "estimated"
    assert wrong() == []


def test_the_day_follows(person: User, tmp_path: Path) -> None:
    backfill(damaged(tmp_path / "old.sqlite3", person.pk))
    record = UsageRecord.objects.get(model="claude-3-5-sonnet-20241022")
    UsageRecord.objects.filter(pk=record.pk).update(reserved_usd=Decimal("0.5"))
    DailySpend.objects.create(user=person, day=record.day, settled_usd=Decimal("0.5"))
    assert wrong() == []
    fill()
    assert wrong() == []
    assert DailySpend.objects.get().settled_usd < Decimal("0.1")
