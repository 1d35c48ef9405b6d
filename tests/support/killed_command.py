"""``python -m tests.support.killed_command before|after N COMMAND …`` kills itself with SIGKILL at the Nth commit.

``before``: all of the transaction is written, and then lost. ``after``: it is committed, and nothing else happens.
With fewer commits the command simply ends.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django
from django.core.management import call_command
from django.db.backends.base.base import BaseDatabaseWrapper


def kill_at(when: str, number: int) -> None:
    commit: Callable[[Any], None] = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]
    seen = 0

    def counted(connection: Any) -> None:
        nonlocal seen
        seen += 1
        if when == "before" and seen == number:
            os.kill(os.getpid(), signal.SIGKILL)
        commit(connection)
        if when == "after" and seen == number:
            os.kill(os.getpid(), signal.SIGKILL)

    BaseDatabaseWrapper._commit = counted  # type: ignore[attr-defined]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trademe.settings")
    django.setup()
    kill_at(sys.argv[1], int(sys.argv[2]))
    call_command(*sys.argv[3:])
