"""Programs that try to get out: each ends as it should, nothing appears, and a good job still passes."""

import re
from pathlib import Path

import pytest

from strategies.sandbox.escapes.attempts import attempt_all
from strategies.sandbox.escapes.corpus import GROUPS, Escape, canaries, escapes
from strategies.sandbox.escapes.surroundings import Surroundings
from strategies.sandbox.good import check_good
from tests.strategies.sandbox.jobs import available

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "sandbox.md"
WITHOUT_NAMESPACES = ("network", "processes")  # what other walls have to hold when there is no bwrap


def contained(level: str, chosen: list[Escape]) -> None:
    with Surroundings() as surroundings:
        attempts = attempt_all(level, chosen, surroundings)
        changes = surroundings.changes()
    assert {item.escape.name: (item.end, item.detail) for item in attempts if not item.contained} == {}
    assert changes == []
    check_good(level)


@pytest.mark.parametrize("group", GROUPS)
def test_every_program_is_contained(full: str, group: str) -> None:
    contained(full, [escape for escape in escapes() if escape.group == group])


@pytest.mark.parametrize("group", WITHOUT_NAMESPACES)
def test_what_reaches_for_the_system_is_contained_without_namespaces_too(group: str) -> None:
    contained(available("contained"), [escape for escape in escapes() if escape.group == group])


def test_there_are_many_programs_with_names_of_their_own() -> None:
    names = [escape.name for escape in escapes()]
    assert len(names) == len(set(names))
    assert len(names) >= 60


def test_there_is_a_canary_for_each_thing_that_has_to_fail() -> None:
    names = {escape.canary for escape in canaries()}
    assert names == {"open", "socket", "exec", "fork", "rwx", "kill", "import", "memory", "cpu", "output"}


def test_the_document_lists_every_program_as_contained() -> None:
    rows = re.findall(
        r"^\| (\w+) \| `([a-z0-9-]+)` \|.*\| (yes|NO) \|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert rows == [(escape.group, escape.name, "yes") for escape in escapes()]


def test_surroundings_notice_what_a_program_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Surroundings() as surroundings:
        assert surroundings.changes() == []
        (tmp_path / f"{surroundings.mark}.txt").touch()
        surroundings.sibling.kill()
        surroundings.sibling.wait()
        assert surroundings.changes() == ["a file in .", "the sibling is dead"]
