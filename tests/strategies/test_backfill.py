"""Old replies become versions by the way of live ones: checked, in order, each once."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command

from chat.models import Conversation
from strategies.models import StrategyVersion
from tests.chat.backfill.test_messages import backfill, person, wrong
from tests.support.legacy import CODE, LegacyDatabase
from trademe.accounts.models import User

__all__ = ["person"]
pytestmark = pytest.mark.django_db


def make(*options: str) -> str:
    out = io.StringIO()
    call_command("backfill_strategies", *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def replies(person: User, tmp_path: Path) -> None:
    db = LegacyDatabase(tmp_path / "old.sqlite3")
    other = CODE.replace("fast = 5", "fast = 7")
    broken = CODE.replace("import talib", "import os")
    for minute, reply in enumerate(
        (
            f"Here:\n```python\n{CODE}\n```",
            f"Changed:\n\n{other}",
            f"```python\n{CODE}\n```",
            f"```python\n{broken}\n```",
        )
    ):
        db.said("user", "yes, generate", f"2024-03-01 10:0{minute}:00", user=person.pk)
        db.said("assistant", reply, f"2024-03-01 10:0{minute}:30", user=person.pk, model="gpt-4o")
    backfill(db.close())


def test_it_works(replies: None) -> None:
    assert "would be made" in make("--dry-run")
    assert not StrategyVersion.objects.exists()
    output = make()
    assert "backfill_strategies: 2 versions made of 4 replies" in output
    assert "code-refused" in output
    assert "version-same" in output
    versions = StrategyVersion.objects.order_by("number")
    assert [(version.number, version.parameters["fast"]) for version in versions] == [(1, 5), (2, 7)]
    assert wrong() == []


def test_twice_is_once(replies: None) -> None:
    make()
    rows = list(StrategyVersion.objects.values())
    assert "0 versions made" in make()
    assert list(StrategyVersion.objects.values()) == rows


def test_a_cut_run_goes_on(replies: None) -> None:
    make("--limit", "1")
    assert StrategyVersion.objects.count() == 1
    make()
    assert list(StrategyVersion.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_versions_are_exported_and_read_back(replies: None, tmp_path: Path) -> None:
    make()
    columns = ("number", "code", "code_sha256", "message_id", "validation", "run", "created_at", "strategy__name")
    before = list(StrategyVersion.objects.order_by("number").values_list(*columns))
    call_command("export_conversations", "--output", str(tmp_path / "e.jsonl"), stderr=io.StringIO())
    StrategyVersion.objects.all().delete()
    Conversation.objects.get().strategy.delete()
    Conversation.objects.all().delete()
    backfill(tmp_path / "e.jsonl")
    assert list(StrategyVersion.objects.order_by("number").values_list(*columns)) == before
    assert wrong() == []
