"""``python -m bench.backfill``: imports a made database of the earlier system; prints rows a second and peak memory."""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.support.legacy import LegacyDatabase

EXCHANGES = 50  # of a conversation


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.backfill", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where the databases go (default: a temporary folder)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="trademe-backfill-") as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        source = made(folder / "legacy.sqlite3", arguments.rows)
        environment = {**os.environ, "TRADEME_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "trademe.settings"}
        environment.pop("DATABASE_URL", None)
        user = "from django.contrib.auth import get_user_model as m; m().objects.get_or_create(pk=1, username='bench')"
        for words in (["migrate", "--verbosity", "0"], ["shell", "--verbosity", "0", "-c", user]):
            subprocess.run([sys.executable, "manage.py", *words], env=environment, check=True)
        before = time.monotonic()
        subprocess.run([sys.executable, "manage.py", "backfill_messages", str(source)], env=environment, check=True)
        seconds = time.monotonic() - before
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak, cpu = used.ru_maxrss / 1024, used.ru_utime + used.ru_stime  # with the preparations of the database
    print(
        f"{arguments.rows} rows in {seconds:.0f} s: {arguments.rows / seconds:.0f} rows/s, "
        f"{cpu:.0f} s of CPU, peak {peak:.0f} MB"
    )


def made(path: Path, rows: int) -> Path:
    """Rows in which nothing is broken: what is repaired costs no memory, and little time."""
    path.unlink(missing_ok=True)
    database = LegacyDatabase(path)
    reply = "The fast average crosses above the slow one, so the entry is at the next open. " * 4
    database.many(
        (
            1,
            f"s{row // (2 * EXCHANGES)}",
            "assistant" if row % 2 else "user",
            f"{row}: {reply}",
            1_600_000_000 + 20 * row,
            None,
        )
        for row in range(rows)
    )
    return database.close()


if __name__ == "__main__":
    main()
