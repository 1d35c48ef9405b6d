"""What the management commands share: limits that are refused, and progress on a terminal and in a log."""

import io

import pytest
from django.core.management import CommandError, call_command

from chat.models import Conversation, UsageRecord
from tests.support.library import bill
from tests.support.rows import finish_turn
from trademe import commands

pytestmark = pytest.mark.django_db
LIMITED = ("recover_turns", "backfill_usage", "backfill_strategies", "export_conversations", "clean_attachments")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _each_state_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "REDRAW_SECONDS", 0.0)


@pytest.fixture
def unpriced(conversation: Conversation) -> None:
    for _number in range(3):
        bill(finish_turn(conversation), None)
    UsageRecord.objects.update(model="gpt-5-mini")


@pytest.mark.usefixtures("unpriced")
def test_a_terminal_shows_a_bar_that_is_gone_at_the_end() -> None:
    out, err = io.StringIO(), Terminal()
    call_command("backfill_usage", stdout=out, stderr=err)
    shown = err.getvalue()
    assert "backfill_usage:" in shown
    assert "3/3" in shown
    assert shown.rsplit("\r", 2)[1].strip() == ""
    assert "\n" not in shown
    assert "3 costs filled in" in out.getvalue()


@pytest.mark.usefixtures("unpriced")
def test_a_finding_stands_on_a_line_of_its_own_above_the_bar() -> None:
    terminal = Terminal()
    Conversation.objects.update(next_sequence=90)
    with pytest.raises(SystemExit):
        call_command("verify_chats", stdout=terminal, stderr=terminal)
    lines = [line.rsplit("\r", 1)[-1] for line in terminal.getvalue().split("\n")]
    assert any(line.startswith("error sequence-hole: ") for line in lines)
    assert lines[-2].startswith("verify_chats: 1 errors")


@pytest.mark.usefixtures("unpriced")
def test_a_log_has_lines_and_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "LOG_SECONDS", 0.0)
    out, err = io.StringIO(), io.StringIO()
    call_command("backfill_usage", stdout=out, stderr=err)
    assert err.getvalue() == "backfill_usage: 3 of 3 rows\n"


@pytest.mark.parametrize("name", LIMITED)
@pytest.mark.parametrize("limit", ["-1", "many", "1.5"])
def test_a_limit_that_is_none_is_refused(name: str, limit: str) -> None:
    with pytest.raises(CommandError, match="expected a number of 0 or more"):
        call_command(name, "--limit", limit)
