"""Each command that writes, killed before and after commits, ends in the rows of a run that nobody disturbed."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.legacy import CODE, LegacyDatabase

ROOT = Path(__file__).parents[3]
KILLS = (("before", 1), ("after", 1), ("before", 2))
# rows by what stays the same in two databases that were filled apart
CONVERSATIONS = "SELECT * FROM chat_conversation ORDER BY id"
MESSAGES = "SELECT conversation_id, sequence, role, content, status, parent_id FROM chat_message ORDER BY 1, 2"
TURNS = "SELECT id, status, digest, chars, last_seq, reply_sequence FROM chat_turn ORDER BY id"
CALLS = "SELECT turn_uuid, attempt, input_tokens, output_tokens, cost_usd, state FROM chat_usagerecord ORDER BY 1, 2"
VERSIONS = """SELECT s.conversation_id, s.name, v.number, v.code_sha256, v.message_id FROM strategies_strategyversion v
  JOIN strategies_strategy s ON s.id = v.strategy_id ORDER BY 1, 3"""
STATES = "SELECT id, state, rev FROM chat_conversation ORDER BY id"
JOURNAL = "SELECT count(*) FROM chat_journalentry"


def run(data: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "TRADEME_DATA_DIR": str(data), "DJANGO_SETTINGS_MODULE": "trademe.settings"}
    environment.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def done(data: Path, *words: str) -> str:
    finished = run(data, *words)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def manage(data: Path, *words: str) -> str:
    return done(data, "manage.py", *words)


def stored(data: Path, *queries: str) -> list[Any]:
    with closing(sqlite3.connect(data / "trademe.sqlite3")) as connection:
        return [connection.execute(query).fetchall() for query in queries]


def killed_often(data: Path, *words: str) -> None:
    """Killed at each of the places, one run after the other; then a run to its end."""
    deaths = 0
    for when, number in KILLS:
        ended = run(data, "-m", "tests.support.killed_command", when, str(number), *words)
        assert ended.returncode in (0, -signal.SIGKILL), ended.stdout + ended.stderr
        deaths += ended.returncode != 0
    assert deaths >= 2
    manage(data, *words)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("empty")
    manage(data, "migrate", "--verbosity", "0")
    make = "from django.contrib.auth import get_user_model as m; m().objects.create_user('trader', pk=1)"
    manage(data, "shell", "--verbosity", "0", "-c", make)
    return data


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Long talks, so that there are several commits; some replies hold code."""
    db = LegacyDatabase(tmp_path_factory.mktemp("legacy") / "old.sqlite3")
    for talk in range(6):
        for exchange in range(180):
            at = 1_700_000_000 + talk * 100_000 + exchange * 60
            db.said("user", f"question {exchange}", at, f"s{talk}", 1)
            reply = f"reply {exchange}" if exchange else f"```python\n{CODE}\n# {talk}\n```"
            db.said("assistant", reply, at + 20, f"s{talk}", 1, model="gpt-4o")
    return db.close()


@pytest.fixture(scope="module")
def imported(empty: Path, source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("imported") / "data"
    shutil.copytree(empty, data)
    manage(data, "backfill_messages", str(source))
    return data


Copy = Callable[[Path], Path]


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """Databases in the same state, each to be changed apart."""

    def make(data: Path) -> Path:
        target = tmp_path / f"data{len(list(tmp_path.iterdir()))}"
        shutil.copytree(data, target)
        return target

    return make


def test_the_import_of_a_legacy_database(empty: Path, imported: Path, source: Path, copy: Copy) -> None:
    cut = copy(empty)
    killed_often(cut, "backfill_messages", str(source))
    assert stored(cut, CONVERSATIONS, MESSAGES, TURNS, CALLS) == stored(imported, CONVERSATIONS, MESSAGES, TURNS, CALLS)
    assert " 0 errors" in manage(cut, "verify_chats")


def test_the_import_of_an_export(empty: Path, imported: Path, copy: Copy, tmp_path: Path) -> None:
    file = tmp_path / "export.jsonl"
    manage(imported, "export_conversations", "--output", str(file))
    cut = copy(empty)
    killed_often(cut, "backfill_messages", str(file))
    assert stored(cut, CONVERSATIONS, MESSAGES, TURNS, CALLS) == stored(imported, CONVERSATIONS, MESSAGES, TURNS, CALLS)
    again = tmp_path / "again.jsonl"
    manage(cut, "export_conversations", "--output", str(again))
    assert again.read_bytes() == file.read_bytes()


def test_backfill_usage(imported: Path, copy: Copy) -> None:
    whole, cut = copy(imported), copy(imported)
    manage(whole, "backfill_usage")
    killed_often(cut, "backfill_usage")
    assert stored(cut, CALLS) == stored(whole, CALLS) != stored(imported, CALLS)


def test_backfill_strategies(imported: Path, copy: Copy) -> None:
    whole, cut = copy(imported), copy(imported)
    manage(whole, "backfill_strategies")
    killed_often(cut, "backfill_strategies")
    assert stored(cut, VERSIONS, STATES) == stored(whole, VERSIONS, STATES)
    assert len(stored(cut, VERSIONS)[0]) == 6
    assert " 0 errors" in manage(cut, "verify_chats")


def test_recover_turns(empty: Path, copy: Copy) -> None:
    dead = copy(empty)
    done(dead, "-m", "tests.support.dead_turns", "6")
    whole, cut = copy(dead), copy(dead)
    manage(whole, "recover_turns")
    killed_often(cut, "recover_turns")
    assert stored(cut, MESSAGES, TURNS, STATES) == stored(whole, MESSAGES, TURNS, STATES)
    assert {row[1] for row in stored(cut, TURNS)[0]} == {"interrupted"}
    assert " 0 errors" in manage(cut, "verify_chats")


def test_an_export_that_is_killed_leaves_no_file_of_its_name(imported: Path, tmp_path: Path) -> None:
    whole, file = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    manage(imported, "export_conversations", "--output", str(whole))
    partial = file.with_name("cut.jsonl.partial")
    environment = {**os.environ, "TRADEME_DATA_DIR": str(imported), "DJANGO_SETTINGS_MODULE": "trademe.settings"}
    environment.pop("DATABASE_URL", None)
    words = [sys.executable, "manage.py", "export_conversations", "--output", str(file)]
    with subprocess.Popen(words, cwd=ROOT, env=environment) as process:
        while process.poll() is None and not (partial.exists() and partial.stat().st_size):
            pass
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert not file.exists()
    manage(imported, "export_conversations", "--output", str(file))
    assert file.read_bytes() == whole.read_bytes()
    assert not partial.exists()
