"""A damaged database of the earlier system becomes conversations that verify_chats finds nothing wrong with."""

import io
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from chat import verification
from chat.models import Conversation, Message, Turn, UsageRecord
from chat.verification import Severity, Verification
from tests.support.legacy import CODE, LegacyDatabase, damaged
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    user = get_user_model().objects.create_user("legacy-trader")
    assert isinstance(user, User)
    return user


def backfill(source: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("backfill_messages", str(source), *options, stdout=out)
    return out.getvalue()


def told(title: str) -> list[tuple[str, str, str]]:
    messages = Message.objects.filter(conversation__title=title).order_by("sequence")
    return list(messages.values_list("role", "content", "status"))


def wrong() -> list[str]:
    verification.load()
    return [finding.code for finding in Verification().findings() if finding.severity is Severity.ERROR]


def everything() -> list[object]:
    models = (Conversation, Turn, Message)
    rows: list[object] = [list(model.objects.order_by("pk").values()) for model in models]
    usage = UsageRecord.objects.order_by("turn_uuid").values_list("turn_uuid", "model", "input_tokens", "cost_usd")
    return [*rows, list(usage)]


def test_it_works(person: User, tmp_path: Path) -> None:
    output = backfill(damaged(tmp_path / "old.sqlite3", person.pk))
    assert "backfill_messages:" in output
    assert wrong() == []


def test_each_damage_is_repaired_or_told(person: User, tmp_path: Path) -> None:
    output = backfill(damaged(tmp_path / "old.sqlite3", person.pk))
    assert told("Session doubled") == [
        ("user", "Only once", "complete"),
        ("assistant", "Once, then", "complete"),
    ]
    assert [content for _role, content, _status in told("Session order")] == ["The question", "The reply"]
    assert told("Session lost") == [
        ("user", "Nobody answered", "complete"),
        ("assistant", "", "interrupted"),
        ("user", "Nor here", "complete"),
        ("assistant", "", "interrupted"),
    ]
    assert [content for _role, content, _status in told("Session texts")] == [
        "用5分钟均线",
        "好的，明白了",
        "In an envelope",
        "\ufffd\ufffd\ufffd broken\ufffd",
        "Who said this?",
    ]
    assert told("Session failed")[1] == ("assistant", "", "failed")
    assert Turn.objects.get(conversation__title="Session failed").error_message == "overloaded"
    assert told("Session code")[1][1] == f"```python\n{CODE}\n```"
    for code in (
        "doubled",
        "reordered",
        "reply-lost",
        "encoding-repaired",
        "encoding-lossy",
        "mojibake-repaired",
        "json-unwrapped",
        "role-unknown",
        "empty",
        "code-restored",
        "reply-without-question",
        "session-missing",
        "session-unknown",
        "time-unreadable",
        "user-unknown",
    ):
        assert f" {code}: " in output, code
    assert not Message.objects.filter(content="Of nobody").exists()


def test_twice_is_once(person: User, tmp_path: Path) -> None:
    source = damaged(tmp_path / "old.sqlite3", person.pk)
    backfill(source)
    before = everything()
    assert "0 conversations with 0 messages imported" in backfill(source)
    assert everything() == before


def test_a_dry_run_counts_and_writes_nothing(person: User, tmp_path: Path) -> None:
    source = damaged(tmp_path / "old.sqlite3", person.pk)
    dry = backfill(source, "--dry-run").replace("would be ", "")
    assert not Conversation.objects.exists()
    assert backfill(source) == dry


def test_the_limit_is_taken_up_again(person: User, tmp_path: Path) -> None:
    source = damaged(tmp_path / "old.sqlite3", person.pk)
    for _ in range(20):
        backfill(source, "--limit", "1")
    piecewise = everything()
    Conversation.objects.all().delete()
    UsageRecord.objects.all().delete()
    backfill(source)
    assert everything() == piecewise


def test_what_a_person_has_is_never_written_into(person: User, tmp_path: Path) -> None:
    db = LegacyDatabase(tmp_path / "old.sqlite3")
    db.session("s1", person.pk, "Old")
    db.said("user", "Hello", "2024-03-01 10:00:00", user=person.pk)
    backfill(db.close())
    Conversation.objects.update(title="My own title")
    again = LegacyDatabase(tmp_path / "newer.sqlite3")
    again.said("user", "Hello", "2024-03-01 10:00:00", user=person.pk)
    again.said("assistant", "Late", "2024-03-01 10:00:05", user=person.pk)
    assert "source-grew" in backfill(again.close())
    assert Conversation.objects.get().title == "My own title"
    assert Message.objects.count() == 2


def test_two_questions_and_replies_of_one_second_stand_alternately(person: User, tmp_path: Path) -> None:
    db = LegacyDatabase(tmp_path / "old.sqlite3")
    db.session("s1", person.pk, "One second")
    for content in ("a?", "b?"):
        db.said("user", content, "2024-03-01T10:00:00Z", user=person.pk)
    for content in ("a!", "b!"):
        db.said("assistant", content, "2024-03-01T10:00:00Z", user=person.pk)
    backfill(db.close())
    assert [content for _role, content, _status in told("One second")] == ["a?", "a!", "b?", "b!"]


def test_the_same_words_later_are_no_double(person: User, tmp_path: Path) -> None:
    db = LegacyDatabase(tmp_path / "old.sqlite3")
    db.session("s1", person.pk, "Go on")
    for minute in range(3):
        db.said("user", "continue", f"2024-03-01 10:0{minute}:00", user=person.pk)
        db.said("assistant", "…", f"2024-03-01 10:0{minute}:30", user=person.pk)
    backfill(db.close())
    assert len(told("Go on")) == 6


def test_a_user_of_there_is_named(person: User, tmp_path: Path) -> None:
    source = damaged(tmp_path / "old.sqlite3", 999_999)
    assert "user-unknown" in backfill(source)
    backfill(source, "--user", f"999999={person.username}")
    assert Conversation.objects.filter(owner=person).exists()


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\x00 and nothing else", b"{}\n", b"hello"])
def test_what_is_no_source_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(content)
    with pytest.raises(CommandError, match="source-") as raised:
        backfill(tmp_path / "source")
    assert raised.value.returncode == 2
