"""``python -m strategies.backtests.worker``: a process that runs what waits, one run after another.

A server starts such processes and holds the other end of their standard input: when it is gone, in whatever way, they
give back what they were doing and end. With ``--stay`` (``manage.py run_backtests``) nobody's end matters but a signal.
"""

import argparse
import os
import signal
import sys
import threading
import time
import uuid
from uuid import UUID

import structlog

IDLE_SECONDS = 2.0  # between two looks at the queue; a ring comes first
AWAY_SECONDS = 0.5

logger = structlog.get_logger(__name__)


class Worker:
    """``number`` is what its runs are marked with; ``leave_after`` seconds without work it ends."""

    def __init__(self, number: UUID, leave_after: float | None = None) -> None:
        self.number = number
        self._leave_after = leave_after
        self._ring = threading.Event()
        self._stop = threading.Event()

    def ring(self) -> None:
        """Something waits."""
        self._ring.set()

    def stop(self) -> None:
        self._stop.set()
        self._ring.set()

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def work(self) -> None:
        """Until it shall stop, or nothing has come for long enough."""
        from django.db import DatabaseError, InterfaceError, connection

        since = time.monotonic()
        while not self.stopping:
            self._ring.clear()
            try:
                busy = self.run_next()
            except (DatabaseError, InterfaceError) as error:
                logger.info("worker waits for the database", error=type(error).__name__)
                connection.close()
                self._stop.wait(AWAY_SECONDS)
                continue
            if busy:
                since = time.monotonic()
                continue
            connection.close()  # nothing is held while nothing is done
            if self._leave_after is not None and time.monotonic() - since > self._leave_after:
                return
            self._ring.wait(IDLE_SECONDS)

    def run_next(self, backtest_id: UUID | None = None) -> bool:
        """Take a run and carry it out; False where none waits."""
        from strategies.backtests import run, service

        backtest = service.claim(self.number, backtest_id)
        if backtest is None:
            return False
        run.run(backtest, lambda: self.stopping)
        return True


def listen(worker: Worker) -> None:
    """A byte on standard input is a ring, its end the end of the server."""
    while data := os.read(0, 4096):
        if data.strip(b"."):
            break
        worker.ring()
    worker.stop()


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=UUID, default=None)
    parser.add_argument("--leave-after", type=float, default=None)
    parser.add_argument("--stay", action="store_true")
    chosen = parser.parse_args(arguments)
    worker = Worker(chosen.number or uuid.uuid4(), chosen.leave_after)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: worker.stop())
    if not chosen.stay:
        threading.Thread(target=listen, args=(worker,), name="server", daemon=True).start()
    _prepare()
    serve(worker)


def serve(worker: Worker) -> None:
    """Work until the worker is stopped, from the queue that this database has."""
    from strategies.backtests import tasks

    if tasks.has_procrastinate():
        from strategies.backtests import jobs

        jobs.work(worker)
    else:
        worker.work()


def _prepare() -> None:
    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trademe.settings")
    import django

    django.setup()
    from strategies.sandbox import levels

    # the first run does not wait for it
    threading.Thread(target=levels.level, name="sandbox-level", daemon=True).start()


if __name__ == "__main__":
    main()
    sys.exit(0)
