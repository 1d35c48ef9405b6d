"""Full, contained or off: decided by trying, said with reason and cure, never lowered in silence."""

import os
from pathlib import Path

import pytest
from django.utils import translation

from strategies import sandbox
from strategies.sandbox import commands, good, levels, words
from strategies.sandbox.errors import Unavailable
from tests.strategies.sandbox.jobs import available

pytestmark = pytest.mark.usefixtures("undecided")


@pytest.fixture
def undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels._Found, "level", None)


@pytest.fixture
def no_bwrap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "PLACES", "/nonexistent")


@pytest.fixture
def no_namespaces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A bubblewrap that says what the real one says where namespaces are not allowed."""
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    for path in (tmp_path, *tmp_path.parents):
        if path.stat().st_uid == os.geteuid() and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o011)
    program.chmod(0o755)
    monkeypatch.setattr(commands, "PLACES", f"{tmp_path}:{commands.PLACES}")


def test_full_where_everything_is_there() -> None:
    available("full")
    for setting in ("auto", "full"):
        assert levels.decide(setting, loopback=False) == levels.Level("full")


def test_contained_is_what_the_operator_asked_for() -> None:
    available("contained")
    assert levels.decide("contained", loopback=False) == levels.Level("contained")


def test_off_runs_nothing() -> None:
    found = levels.decide("off", loopback=True)
    assert (found.name, found.problem, found.runs) == ("off", "set-off", False)


@pytest.mark.usefixtures("no_bwrap")
def test_without_bubblewrap_a_public_server_runs_nothing() -> None:
    for setting in ("auto", "full"):
        found = levels.decide(setting, loopback=False)
        assert (found.name, found.problem) == ("off", "no-bwrap")
        assert "bubblewrap" in found.reason
        assert "apt-get install bubblewrap" in found.cure


@pytest.mark.usefixtures("no_bwrap")
def test_without_bubblewrap_a_server_on_loopback_is_contained_and_says_so() -> None:
    available("contained")
    found = levels.decide("auto", loopback=True)
    assert (found.name, found.problem) == ("contained", "no-bwrap")
    assert found.reason


@pytest.mark.usefixtures("no_bwrap")
def test_full_is_never_lowered() -> None:
    assert levels.decide("full", loopback=True).name == "off"


@pytest.mark.usefixtures("no_namespaces")
def test_a_system_that_allows_no_namespaces_is_named() -> None:
    found = levels.decide("full", loopback=True)
    assert (found.name, found.problem) == ("off", "no-namespaces")
    assert "contained" in found.cure


def test_another_architecture_is_refused_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(level: str) -> None:
        raise Unavailable("architecture", "riscv64")

    monkeypatch.setattr(levels, "check_good", refused)
    found = levels.decide("auto", loopback=True)
    assert (found.name, found.problem, found.detail) == ("off", "architecture", "riscv64")


def test_running_is_refused_with_reason_and_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels._Found, "level", levels.Level("off", "set-off"))
    monkeypatch.setattr(levels._Found, "at", float("inf"))
    with pytest.raises(sandbox.SandboxOff) as caught:
        sandbox.run(good.payload())
    assert caught.value.code == "sandbox-off"
    assert "TRADEME_SANDBOX" in caught.value.reason
    assert caught.value.cure


def test_what_could_not_be_had_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels._Found, "level", levels.Level("off", "no-bwrap"))
    monkeypatch.setattr(levels._Found, "at", float("-inf"))
    monkeypatch.setattr(levels, "decide_again", lambda: levels.Level("full"))
    assert sandbox.level() == levels.Level("full")


def test_what_did_not_hold_is_not_used_again_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels._Found, "level", levels.Level("off", levels.ESCAPED))
    monkeypatch.setattr(levels._Found, "at", float("-inf"))
    assert not sandbox.level().runs


def test_the_level_is_known_without_a_child_only_after_it_was_found_out() -> None:
    assert levels.known() is None
    assert sandbox.level() == levels.known()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("problem", [*words.REASONS, "something-new"])
def test_every_problem_has_words(problem: str, language: str) -> None:
    with translation.override(language):
        assert words.reason(problem)
        assert words.cure(problem)


def test_every_end_has_words() -> None:
    ends: list[sandbox.SandboxError] = [
        sandbox.SandboxOff("It is off.", "Switch it on."),
        sandbox.Unavailable("no-bwrap"),
        *(kind("") for kind in (sandbox.TimedOut, sandbox.TooMuchMemory, sandbox.TooMuchOutput, sandbox.Cancelled)),
        *(kind("") for kind in (sandbox.Crashed, sandbox.Forbidden)),
    ]
    assert all(words.ended(error) for error in ends)
