"""Migrated databases in which the usual people are signed in: made once a run, copied by every rig.

pytest's workers share those in the folder of ``TRADEME_TEST_TEMPLATES``; who starts alone has a folder until it ends.
"""

import atexit
import fcntl
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.postgres import PostgresCluster
from tests.support.product import Product, Setup

FOLDER = "TRADEME_TEST_TEMPLATES"
PEOPLE = ("alice", "mallory")

_choosing = threading.Lock()


@dataclass(frozen=True, slots=True)
class Template:
    """``file`` is a database of SQLite or a dump of PostgreSQL."""

    file: Path
    accounts: dict[str, dict[str, Any]]


def folder() -> Path:
    """Where the templates of this run are."""
    with _choosing:
        if FOLDER not in os.environ:
            os.environ[FOLDER] = tempfile.mkdtemp(prefix="trademe-templates-")
            atexit.register(shutil.rmtree, os.environ[FOLDER], ignore_errors=True)
        return Path(os.environ[FOLDER])


def sqlite(environment: Mapping[str, str]) -> Template:
    """A database file to copy."""
    return _once("sqlite", "trademe.sqlite3", lambda place: _fill(place, Setup(environment=dict(environment))))


def postgres(cluster: PostgresCluster, environment: Mapping[str, str]) -> Template:
    """A dump that ``cluster``, or another one, loads."""

    def make(place: Path) -> dict[str, dict[str, Any]]:
        url = cluster.create_database()
        accounts = _fill(place, Setup(database_url=url, environment=dict(environment)))
        cluster.dump(url, place / "dump.sql")
        cluster.drop_database(url)
        return accounts

    return _once("postgres", "dump.sql", make)


def _fill(place: Path, setup: Setup) -> dict[str, dict[str, Any]]:
    product = Product(place, setup)
    product.migrate()
    product.people(*PEOPLE)
    return product.accounts


def _once(kind: str, file: str, make: Callable[[Path], dict[str, dict[str, Any]]]) -> Template:
    """The first process that asks makes it, the others wait."""
    place = folder() / kind
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            making = Path(tempfile.mkdtemp(dir=folder()))
            (making / "accounts.json").write_text(json.dumps(make(making)))
            making.rename(place)
    return Template(place / file, json.loads((place / "accounts.json").read_text()))
