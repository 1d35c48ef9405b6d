"""An import that is killed at any point, as often as it may be, ends in the rows of one that is not."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.legacy import LegacyDatabase

ROOT = Path(__file__).parents[3]
KILLS = 3
TALKS, EXCHANGES = 80, 20
TABLES = ("chat_conversation", "chat_turn", "chat_message")


def manage(data: Path, *words: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "TRADEME_DATA_DIR": str(data), "DJANGO_SETTINGS_MODULE": "trademe.settings"}
    environment.pop("DATABASE_URL", None)
    return subprocess.Popen(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def done(data: Path, *words: str) -> str:
    process = manage(data, *words)
    output = process.communicate(timeout=120)[0].decode()
    assert process.returncode == 0, output
    return output


def stored(data: Path) -> list[object]:
    with sqlite3.connect(data / "trademe.sqlite3") as connection:
        rows: list[object] = [connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall() for table in TABLES]
        calls = "SELECT turn_uuid, model, input_tokens, output_tokens FROM chat_usagerecord ORDER BY turn_uuid"
        rows.append(connection.execute(calls).fetchall())
    connection.close()
    return rows


def count(data: Path) -> int:
    with sqlite3.connect(data / "trademe.sqlite3") as connection:
        found = int(connection.execute("SELECT count(*) FROM chat_message").fetchone()[0])
    connection.close()
    return found


def prepared(data: Path) -> Path:
    data.mkdir()
    done(data, "migrate", "--verbosity", "0")
    make = "from django.contrib.auth import get_user_model as m; m().objects.create_user('trader', pk=1)"
    done(data, "shell", "--verbosity", "0", "-c", make)
    return data


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    db = LegacyDatabase(tmp_path_factory.mktemp("legacy") / "old.sqlite3")
    for talk in range(TALKS):
        for exchange in range(EXCHANGES):
            at = 1_700_000_000 + talk * 10_000 + exchange * 60
            db.said("user", f"question {exchange}", at, f"s{talk}", 1)
            db.said("assistant", f"reply {exchange} " * 20, at + 20, f"s{talk}", 1, model="gpt-4o")
    return db.close()


@pytest.mark.parametrize("seed", [1])
def test_killed_and_run_again(seed: int, source: Path, tmp_path: Path) -> None:
    whole, cut = prepared(tmp_path / "whole"), prepared(tmp_path / "cut")
    done(whole, "backfill_messages", str(source))
    chance = random.Random(seed)
    places = sorted(chance.randrange(TALKS * EXCHANGES * 2) for _ in range(KILLS))
    killed = 0
    for place in places:
        process = manage(cut, "backfill_messages", str(source))
        while process.poll() is None and count(cut) <= place:
            time.sleep(chance.uniform(0.0005, 0.01))  # how often is looked; the place decides
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            killed += 1
        process.communicate(timeout=30)
    assert killed
    done(cut, "backfill_messages", str(source))
    assert stored(cut) == stored(whole)
    assert " 0 errors" in done(cut, "verify_chats")
