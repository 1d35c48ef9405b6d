"""``python -m bench.imports``: what importing a damaged database of the earlier system takes, on SQLite and PostgreSQL.

Beside it the least that any import would do: the source's rows read in order and put into one table with one index, a
commit each thousand. The import has to make turns, ledger and hashes, and to mend and tell what is damaged.
"""

import argparse
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.support import postgres
from tests.support.legacy import LegacyDatabase
from tests.support.postgres import PostgresCluster

ROOT = Path(__file__).resolve().parent.parent
ROWS = 100_000
USERS = 20
COMMIT = 1_000
COLUMNS = ("database", "rows", "messages", "rows/s", "bare rows/s", "x bare", "again, rows/s", "peak MB", "at a tenth")
_ENGLISH = "The fast average crosses above the slow one, so the entry is at the next open; the stop is two per cent. "
_CHINESE = "五日均线上穿十日均线时买入，止损百分之二，仓位一半；下穿时平仓。"
_CREATE = (
    "CREATE TABLE bare (id bigint PRIMARY KEY, person text, session text, role text, content text, said_at text)",
    "CREATE INDEX bare_session ON bare (session, said_at)",
)


@dataclass(frozen=True, slots=True)
class _Ran:
    seconds: float
    cpu_seconds: float
    peak_mb: float
    last_line: str


def measure(folder: Path, rows: int = ROWS) -> Iterator[dict[str, Any]]:
    """One row for each database that is installed."""
    source = damaged(folder / "legacy.sqlite3", rows)
    tenth = damaged(folder / "legacy-tenth.sqlite3", rows // 10)
    yield _measured("sqlite", folder / "sqlite", "", "", source, tenth)
    if postgres.binaries() is not None:
        cluster = PostgresCluster(durable=True)
        try:
            cluster.start()
            urls = cluster.create_database(), cluster.create_database()
            yield _measured("postgresql", folder / "postgresql", *urls, source, tenth)
        finally:
            cluster.remove()


def _measured(name: str, folder: Path, url: str, tenth_url: str, source: Path, tenth: Path) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    bare_rows, bare_seconds = _bare(folder, url, source)
    small = _imported(folder / "tenth", tenth_url, tenth)
    ran = _imported(folder / "whole", url, source)
    again = _manage(folder / "whole", url, "backfill_messages", str(source))
    return {
        "database": name,
        "rows": bare_rows,
        "messages": int(ran.last_line.split(" conversations with ")[1].split()[0]),
        "seconds": round(ran.seconds, 1),
        "cpu_seconds": round(ran.cpu_seconds, 1),
        "rows_per_second": round(bare_rows / ran.seconds),
        "bare_rows_per_second": round(bare_rows / bare_seconds),
        "times_bare": round(ran.seconds / bare_seconds, 1),
        "again_rows_per_second": round(bare_rows / again.seconds),
        "peak_mb": round(ran.peak_mb),
        "peak_mb_tenth": round(small.peak_mb),
    }


def _imported(folder: Path, url: str, source: Path) -> _Ran:
    """Into an empty database; the tables of strategies and data are not filled."""
    folder.mkdir()
    _manage(folder, url, "migrate", "--verbosity", "0")
    make = "from trademe.accounts.models import User\n"
    make += f"for number in range(1, {USERS + 1}): User.objects.create(pk=number, username=f'trader{{number}}')"
    _manage(folder, url, "shell", "--verbosity", "0", "-c", make)
    return _manage(folder, url, "backfill_messages", str(source))


def _manage(folder: Path, url: str, *words: str) -> _Ran:
    environment = {**os.environ, "TRADEME_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "trademe.settings"}
    environment.pop("DATABASE_URL", None)
    if url:
        environment["DATABASE_URL"] = url
    with (folder / "output").open("w+") as output:
        before = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        _pid, status, used = os.wait4(process.pid, 0)
        seconds = time.monotonic() - before
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        lines = output.read().splitlines()
    if process.returncode:
        raise SystemExit("\n".join(lines[-20:]))
    return _Ran(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, lines[-1] if lines else "")


def _bare(folder: Path, url: str, source: Path) -> tuple[int, float]:
    """How many rows there are, and in how many seconds they are copied."""
    target: Any = psycopg.connect(url) if url else sqlite3.connect(folder / "bare.sqlite3")
    place = "%s" if url else "?"
    insert = f"INSERT INTO bare VALUES ({', '.join([place] * 6)})"
    wanted = "SELECT id, user_id, session_id, message_type, content, created_at FROM claude_conversations ORDER BY id"
    with closing(sqlite3.connect(source)) as old, closing(target) as new:
        old.text_factory = lambda value: value.decode("utf-8", "replace")
        if not url:
            new.execute("PRAGMA journal_mode = WAL")
            new.execute("PRAGMA synchronous = FULL")
        cursor = new.cursor()
        for statement in _CREATE:
            cursor.execute(statement)
        new.commit()
        count, began = 0, time.monotonic()
        rows = old.execute(wanted)
        while batch := rows.fetchmany(COMMIT):
            cursor.executemany(insert, [(row[0], *map(_text, row[1:])) for row in batch])
            new.commit()
            count += len(batch)
        seconds = time.monotonic() - began
        cursor.execute("DROP TABLE bare")
        new.commit()
    return count, seconds


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return (value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)).replace("\0", "")


def damaged(path: Path, rows: int) -> Path:
    """About so many rows, the same ones each time; every 20th talk is damaged as ``tests/support/legacy.py`` says."""
    path.unlink(missing_ok=True)
    database = LegacyDatabase(path)
    chance = random.Random(6)
    made, talk = 0, 0
    while made < rows:
        person = 1 + talk % USERS if talk % 500 else 9_999  # nobody here is that one
        session = f"session-{talk}" if talk % 100 else None
        if session and talk % 50:
            database.session(session, person, f"Talk {talk}", chance.choice(("strategy", "general", "")))
        said = list(_talk(chance, chance.randrange(2, 40), talk % 20 == 0))
        database.many((person, session, *row) for row in said)
        made += len(said)
        talk += 1
    return database.close()


def _talk(chance: random.Random, exchanges: int, is_damaged: bool) -> Iterator[tuple[Any, ...]]:
    """Columns from ``message_type`` on."""
    at = 1_600_000_000 + chance.randrange(10**8)
    for number in range(exchanges):
        at += chance.randrange(20, 600)
        text = chance.choice((_ENGLISH, _CHINESE)) * chance.randrange(1, 12)
        model = chance.choice(("claude-3-5-sonnet-20241022", "gpt-4o", ""))
        asked: tuple[Any, ...] = ("user", f"{number}: {text[:80]}", at, None)
        replied: tuple[Any, ...] = ("assistant", f"{number}: {text}", at + 9, model)
        if is_damaged:
            asked, replied = _broken(chance, asked, replied)
        again = is_damaged and number % 5 == 0
        for row in (asked, replied) if asked[2] != replied[2] else (replied, asked):
            if row[1] != "lost":
                yield row
        if again:
            yield from (asked, replied)


def _broken(
    chance: random.Random, asked: tuple[Any, ...], replied: tuple[Any, ...]
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """One damage of the pair."""
    match chance.randrange(8):
        case 0:
            return asked, ("assistant", replied[1], asked[2], replied[3])  # in the same second, and before it
        case 1:
            return asked, ("assistant", "lost", replied[2], replied[3])
        case 2:
            return ("user", _CHINESE.encode("gb18030"), *asked[2:]), replied
        case 3:
            return asked, ("assistant", _CHINESE.encode().decode("latin-1"), *replied[2:])
        case 4:
            return ("user", '{"content": "In an envelope", "type": "text"}', *asked[2:]), replied
        case 5:
            return ("nobody", *asked[1:]), replied
        case 6:
            return ("user", "", *asked[2:]), replied
    return (asked[0], asked[1], "no time", asked[3]), replied


def cells(row: dict[str, Any]) -> tuple[str, ...]:
    """A row as a person reads it."""
    return (
        row["database"],
        f"{row['rows']:,}",
        f"{row['messages']:,}",
        f"{row['rows_per_second']:,}",
        f"{row['bare_rows_per_second']:,}",
        f"{row['times_bare']:.1f}",
        f"{row['again_rows_per_second']:,}",
        str(row["peak_mb"]),
        str(row["peak_mb_tenth"]),
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.imports", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--folder", type=Path, help="where the databases go (default: a temporary folder)")
    arguments = parser.parse_args()
    print(" | ".join(COLUMNS))
    with tempfile.TemporaryDirectory(prefix="trademe-bench-") as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for row in measure(folder, arguments.rows):
            print(" | ".join(cells(row)), f"({row['seconds']} s, {row['cpu_seconds']} s of CPU)", flush=True)


if __name__ == "__main__":
    main()
