"""``python -m deploy.database dump|restore FOLDER``: the database of the settings, to a folder and back.

PostgreSQL by ``pg_dump`` and ``pg_restore`` (their version must not be older than the server's), SQLite by its own
online copy, which waits for no writer and sees one moment. Images that people attached are rows of it. Beside it lies
the secret key where Trademe made it.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from trademe.config import ConfigError, read_config

DUMP = "database.pgdump"
COPY = "trademe.sqlite3"
KEY = "secret_key"


class Refused(Exception):
    """The backup or the database is not what it has to be; nothing was changed."""


def dump(database: Mapping[str, Any], data_dir: Path, folder: Path) -> None:
    """A consistent copy of ``database`` in the existing, empty ``folder``."""
    if _is_sqlite(database):
        _copy(Path(str(database["NAME"])), folder / COPY)
    else:
        _run("pg_dump", database, "--format=custom", "--no-owner", "--no-privileges", f"--file={folder / DUMP}")
    if (data_dir / KEY).exists():
        shutil.copy2(data_dir / KEY, folder / KEY)


def restore(database: Mapping[str, Any], data_dir: Path, folder: Path) -> None:
    """Put the backup in ``folder`` into ``database``, which must be empty."""
    wanted = COPY if _is_sqlite(database) else DUMP
    if not (folder / wanted).exists():
        raise Refused(f"{folder} holds no {wanted}: DATABASE_URL must name the kind of database that was backed up.")
    if _is_sqlite(database):
        path = Path(str(database["NAME"]))
        if path.exists() and path.stat().st_size:
            raise Refused(f"{path} is there already. Move it away first: a restore replaces nothing.")
        _copy(folder / COPY, path)
    else:
        if _tables(database):
            raise Refused("The database has tables already. Make an empty one: a restore replaces nothing.")
        options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
        _run("pg_restore", database, *options, str(folder / DUMP))
    if (folder / KEY).exists() and not (data_dir / KEY).exists():
        shutil.copy2(folder / KEY, data_dir / KEY)


def _is_sqlite(database: Mapping[str, Any]) -> bool:
    return str(database["ENGINE"]).endswith("sqlite3")


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        raise Refused(f"There is no database at {source}.")
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        found = new.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        target.unlink()
        raise Refused(f"The copy of {source} is damaged: {found}")


def _run(program: str, database: Mapping[str, Any], *arguments: str) -> None:
    """A program of PostgreSQL; the password goes by the environment, where ``ps`` does not show it."""
    names = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "NAME": "PGDATABASE"}
    connection = {name: str(database[field]) for field, name in names.items() if database.get(field)}
    options = {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
    given = database.get("OPTIONS", {})
    connection |= {name: str(given[key]) for key, name in options.items() if key in given}
    target = ["--dbname", str(database["NAME"])] if program == "pg_restore" else []
    try:
        done = subprocess.run(  # noqa: S603 - no shell, a program of the operator's own PATH
            [program, *target, *arguments], env=os.environ | connection, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise Refused(
            f"There is no {program}. Install PostgreSQL's client: apt-get install postgresql-client"
        ) from None
    if done.returncode:
        raise Refused(f"{program}: {done.stderr.strip()}")


def _tables(database: Mapping[str, Any]) -> int:
    import psycopg

    fields = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    given = {name: database[field] for name, field in fields.items() if database.get(field)}
    try:
        with psycopg.connect(**given, **database.get("OPTIONS", {}), connect_timeout=5) as connection:
            row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    except psycopg.OperationalError as error:
        raise Refused(f"PostgreSQL: {str(error).strip()}") from error
    return int(row[0]) if row else 0


def main(arguments: list[str]) -> None:
    acts = {"dump": dump, "restore": restore}
    if len(arguments) != 2 or arguments[0] not in acts:
        sys.exit(__doc__)
    try:
        config = read_config(os.environ)
        acts[arguments[0]](config.database, config.data_dir, Path(arguments[1]))
    except (Refused, ConfigError) as error:
        sys.exit(f"{arguments[0]}: {error}")


if __name__ == "__main__":
    os.umask(0o077)
    main(sys.argv[1:])
