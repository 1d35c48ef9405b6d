"""The command prints the self-test and, when asked, the table of escapes."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from strategies.management.commands import check_sandbox
from strategies.sandbox import levels
from strategies.sandbox.escapes import attempts, corpus, table
from strategies.sandbox.selftest import Canary, Report
from tests.strategies.sandbox.jobs import available

FULL = Report(levels.Level("full"), {"landlock": 7}, (Canary("open", "exception", True),), (), 1.0)
OFF = Report(levels.Level("off", "no-bwrap"), {}, (), (), 0.1)


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("check_sandbox", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_it_prints_the_self_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_sandbox, "self_test", lambda: FULL)
    assert "canary open: contained (exception)" in said()


def test_without_a_sandbox_it_fails_with_reason_and_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_sandbox, "self_test", lambda: OFF)
    with pytest.raises(CommandError, match=r"bubblewrap is not installed.*\n.*apt-get install bubblewrap"):
        said()


def test_it_runs_the_programs_and_writes_the_table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    available("contained")
    chosen = corpus.escapes()[:2]
    monkeypatch.setattr(check_sandbox, "self_test", lambda: FULL)
    monkeypatch.setattr(check_sandbox, "escapes", lambda: chosen)
    document = tmp_path / "sandbox.md"
    document.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n")
    assert "2 of 2 contained" in said("--escapes", "--level", "contained", "--write", str(document))
    text = document.read_text()
    assert text.startswith("before")
    assert text.endswith("after\n")
    assert "old" not in text
    assert all(f"`{escape.name}`" in text for escape in chosen)


def test_a_program_that_is_not_contained_ends_it_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    available("contained")
    escaping = attempts.Attempt(corpus.escapes()[0], attempts.ESCAPED, "it got out", 0.1)
    monkeypatch.setattr(check_sandbox, "self_test", lambda: FULL)
    monkeypatch.setattr(check_sandbox, "attempt_all", lambda *arguments: [escaping])
    with pytest.raises(SystemExit) as caught:
        said("--escapes", "--level", "contained")
    assert caught.value.code == 1


def test_a_document_without_marks_is_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "other.md"
    document.write_text("text")
    with pytest.raises(ValueError, match="no marks"):
        table.write(document, "| table |")
    assert document.read_text() == "text"
