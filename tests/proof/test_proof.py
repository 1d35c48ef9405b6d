"""The proof counts what held, tells what did not, and never calls passed what was not run."""

import re
from pathlib import Path

import pytest

from strategies.sandbox.commands import CONTAINED, FULL
from strategies.sandbox.errors import Unavailable
from strategies.sandbox.escapes.corpus import GROUPS
from tests.proof import escapes, figures, fills, honesty, table
from tests.proof.row import Row, not_run, row
from tests.strategies.engine import oracle
from tests.strategies.engine.random_cases import FEATURES

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "proof.md"
HELD = Row("part", "held", 3, 3)
OFF = row("part", "off", {"seed 7": "a fill differs"}, 3)
MISSING = not_run("part", "missing", "there is none")


def quiet(words: str) -> None:
    """Nothing is said."""


@pytest.mark.parametrize(
    ("rows", "kept"),
    [([HELD], True), ([HELD, OFF], False), ([HELD, MISSING], False), ([Row("part", "none", 0, 0)], False), ([], False)],
)
def test_only_what_was_tried_and_held_is_kept(rows: list[Row], kept: bool) -> None:
    assert table.Report.of(rows, 1).kept is kept


def test_what_is_off_is_told_by_name() -> None:
    report = table.Report.of([HELD, OFF, MISSING], 1)
    shown = table.text(report)
    assert "seed 7: a fill differs" in shown
    assert re.search(r"missing +0 +0 +not run +there is none", shown)
    assert table.summary(report) == "3 rows in 1 s: 1 off, 1 not run"
    assert "| off | 2 | 3 | **OFF** |" in table.markdown(report)


def test_the_table_is_put_between_its_marks(tmp_path: Path) -> None:
    path = tmp_path / "proof.md"
    path.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n")
    table.write_into(path, table.Report.of([HELD], 1))
    text = path.read_text()
    assert text.startswith("before")
    assert text.endswith("after\n")
    assert "| held | 3 | 3 | held |" in text
    assert "old" not in text


@oracle.needs_oracle
def test_a_few_cases_agree_by_type_of_order() -> None:
    rows = [found for found in fills.rows(20, quiet) if "files" not in found.what]
    assert (rows[0].held, rows[0].total) == (20, 20)
    assert len(rows) == 1 + len(FEATURES)


def test_what_a_machine_lacks_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(level: str) -> None:
        raise Unavailable("no-bwrap")

    monkeypatch.setattr(oracle, "PYTHON", Path("/nowhere"))
    monkeypatch.setattr(escapes, "check_good", refuse)
    rows = [*fills.rows(20, quiet), *figures.rows(quiet), *escapes.rows(quiet)]
    assert {found.state for found in rows} == {"not run"}


def test_the_document_shows_everything_held() -> None:
    shown = DOCUMENT.read_text(encoding="utf-8").partition(table.BEGIN)[2]
    states = re.findall(r"^\| [^|]+ \| [\d,]+ \| [\d,]+ \| ([^|]+) \|", shown, re.MULTILINE)
    assert set(states) == {"held"}
    assert "| random cases | 2,000 | 2,000 |" in shown
    for feature in FEATURES:
        assert f"of these, with: {fills.WORDS[feature]}" in shown
    for level in (FULL, CONTAINED):
        part = shown.partition(f"### Sandbox, {level}")[2]
        assert all(f"programs that go for: {group}" in part for group in GROUPS)
    for what in (*(what for what, *_ in honesty.TABLES), honesty.FORGERIES):
        assert what in shown
