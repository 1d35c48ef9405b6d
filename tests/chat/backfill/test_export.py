"""An export read back gives the same rows."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command

from chat.models import Conversation, Message, UsageRecord
from tests.chat.backfill.test_messages import backfill, everything, person, wrong
from tests.support.legacy import damaged
from trademe.accounts.models import User

__all__ = ["person"]
pytestmark = pytest.mark.django_db


def exported(*options: str) -> str:
    out = io.StringIO()
    call_command("export_conversations", *options, stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.fixture
def file(person: User, tmp_path: Path) -> Path:
    backfill(damaged(tmp_path / "old.sqlite3", person.pk))
    path = tmp_path / "export.jsonl"
    exported("--output", str(path))
    return path


def forget() -> None:
    Conversation.objects.all().delete()
    UsageRecord.objects.all().delete()


def test_it_gives_the_same_rows(file: Path) -> None:
    before = everything()
    forget()
    backfill(file)
    assert everything() == before
    assert wrong() == []
    assert exported() == file.read_text(encoding="utf-8")


def test_the_file_is_its_owners_alone(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_cut_file_gives_whole_conversations(file: Path) -> None:
    count = Conversation.objects.count()
    data = file.read_bytes()
    file.write_bytes(data[: len(data) - 300])
    forget()
    assert "conversation-incomplete" in backfill(file)
    assert Conversation.objects.count() == count - 1
    assert wrong() == []
    file.write_bytes(data)
    backfill(file)
    assert Conversation.objects.count() == count


def test_a_changed_line_is_noticed(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"Only once", b"Only twice"))
    forget()
    assert "conversation-incomplete: 1 " in backfill(file)
    assert not Message.objects.filter(content="Only twice").exists()


def test_only_those_asked_for(file: Path, django_user_model: type[User]) -> None:
    stranger = django_user_model.objects.create_user("stranger")
    assert stranger.username not in exported()
    assert exported("--user", "stranger").count("\n") == 1
    chosen = Conversation.objects.first()
    assert chosen is not None
    assert exported("--conversation", str(chosen.pk)).count('"type":"conversation"') == 1


def test_markdown_is_read(file: Path) -> None:
    assert "# Session doubled\n" in exported("--format", "markdown")
