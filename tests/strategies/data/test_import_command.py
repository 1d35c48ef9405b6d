"""``import_bars``: a file becomes a dataset whole, or not at all, and what is odd about it is told."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from strategies.data import imports
from strategies.data.csv_import import ImportRefused
from strategies.data.imports import add_dataset
from strategies.data.storage import bars_of
from strategies.models import Dataset, DatasetChunk
from tests.strategies.data.files import csv, read, rows
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "acme.csv"
    lines = csv().splitlines()
    path.write_text("\n".join([*lines, lines[3]]))
    return path


def run(path: Path, *more: str, **options: Any) -> str:
    out = StringIO()
    call_command("import_bars", str(path), "--instrument", "ACME", "--timeframe", "1d", *more, stdout=out, **options)
    return out.getvalue()


def test_a_file_becomes_a_dataset(file: Path, owner: User) -> None:
    said = run(file, "--owner", "owner", "--licence", "my own record")
    dataset = Dataset.objects.get()
    assert "10 bars imported" in said
    assert "twice" in said
    assert (dataset.owner, dataset.instrument, dataset.kind, dataset.bar_count) == (owner, "ACME", "stock", 10)
    assert (dataset.source, dataset.licence, dataset.synthetic) == ("acme.csv", "my own record", False)
    assert bars_of(dataset).fingerprint() == dataset.fingerprint
    assert dataset.report["troubles"]["doubled"]["lines"] == [12]


def test_a_dry_run_tells_and_keeps_nothing(file: Path) -> None:
    said = run(file, "--dry-run")
    assert "10 bars could be imported" in said
    assert "twice" in said
    assert not Dataset.objects.exists()


def test_without_owner_everybody_sees_it(file: Path, stranger: User) -> None:
    run(file)
    assert Dataset.objects.visible_to(stranger).get().owner is None


def test_a_bad_file_leaves_nothing(file: Path) -> None:
    file.write_text(csv() + "2024-02-01,1,0,1,1,1\n")
    with pytest.raises(CommandError, match="bad_rows"):
        run(file)
    assert not Dataset.objects.exists()
    assert not DatasetChunk.objects.exists()
    assert "10 bars imported" in run(file, "--leave-out-bad-rows")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (["--owner", "nobody"], "no user nobody"),
        (["--timezone", "Mars/Olympus"], "bad_timezone"),
        (["--columns", "time"], "expected time=0"),
        (["--encoding", "klingon"], "bad_encoding"),
    ],
)
def test_a_wrong_argument_is_told(file: Path, more: list[str], code: str) -> None:
    with pytest.raises(CommandError, match=code):
        run(file, *more)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="unreadable"):
        run(tmp_path / "none.csv")


def test_the_same_bars_again_are_recognised(file: Path, owner: User, stranger: User) -> None:
    run(file, "--owner", "owner")
    with pytest.raises(CommandError, match="known"):
        run(file, "--owner", "owner")
    run(file, "--owner", "stranger")
    assert Dataset.objects.count() == 2


def test_a_person_has_bounded_room(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def add(name: str, count: int) -> None:
        bars, _report = read(csv(rows(count)))
        add_dataset(bars, report={}, owner=owner, instrument=name, kind="stock", timeframe="1d", source="")

    monkeypatch.setattr(imports, "MOST_DATASETS", 2)
    monkeypatch.setattr(imports, "MOST_BARS", 25)
    add("ONE", 10)
    with pytest.raises(ImportRefused) as refused:
        add("TWO", 16)
    assert refused.value.code == "too_many_bars"
    add("TWO", 15)
    with pytest.raises(ImportRefused) as refused:
        add("THREE", 1)
    assert refused.value.code == "too_many_datasets"
    for name in ("", " ", "x" * 41, "a\x00b", "a\nb\x1b"):
        with pytest.raises(ImportRefused):
            add(name, 1)
