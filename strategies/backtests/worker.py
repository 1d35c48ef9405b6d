"""``python -m strategies.backtests.worker``: a process that runs what waits, one run after another.

A server starts such processes and holds the other end of their standard input: when it is gone, in whatever way, they
give back what they were doing and end. ``manage.py run_backtests`` is the same without a server.
"""

import argparse
import contextlib
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from uuid import UUID

import structlog

IDLE_SECONDS = 2.0  # between two looks at the queue; a ring comes first
AWAY_SECONDS = 0.5

logger = structlog.get_logger(__name__)


class Worker:
    """``number`` is what its runs are marked with; ``leave_after`` seconds without work it ends."""

    def __init__(self, number: UUID | None = None, leave_after: float | None = None) -> None:
        self.number = number or uuid.uuid4()
        self._leave_after = leave_after
        self._busy_until = time.monotonic()  # the end of the last run
        self._running = False
        self._ring = threading.Event()
        self._stop = threading.Event()

    def ring(self) -> None:
        """Something waits."""
        self._ring.set()

    def stop(self) -> None:
        """End: a run that goes on is given back."""
        self._stop.set()
        self._ring.set()

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    @property
    def done(self) -> bool:
        """Whether it shall stop, or nothing has come for long enough."""
        idle = not self._running and time.monotonic() - self._busy_until
        return self.stopping or bool(self._leave_after is not None and idle and idle > self._leave_after)

    def work(self) -> None:
        """Look for what waits until it is done."""
        while not self.done:
            self._ring.clear()
            if not self.attempt(Worker.run_next):
                self._ring.wait(IDLE_SECONDS)

    def attempt(self, look: "Callable[[Worker], object]") -> bool:
        """Look into the queue; False where nothing was found, or the database is away."""
        from django.db import DatabaseError, InterfaceError, connection

        try:
            return bool(look(self))
        except (DatabaseError, InterfaceError) as error:
            logger.info("worker waits for the database", error=type(error).__name__)
            self._stop.wait(AWAY_SECONDS)
            return False
        finally:
            connection.close()  # nothing is held while nothing is done

    def run_next(self, backtest_id: UUID | None = None) -> bool:
        """Take a run and carry it out; False where none waits."""
        from strategies.backtests import claims, run

        backtest = claims.claim(self.number, backtest_id)
        if backtest is None:
            return False
        self._running = True
        try:
            run.run(backtest, lambda: self.stopping)
        finally:
            self._running, self._busy_until = False, time.monotonic()
        return True


def listen(worker: Worker) -> None:
    """A byte on standard input is a ring, its end the end of the server."""
    while os.read(0, 4096):
        worker.ring()
    worker.stop()


@contextlib.contextmanager
def stopped_by_signals(worker: Worker) -> Iterator[None]:
    """SIGTERM and Ctrl-C end it in order."""
    before = {
        name: signal.signal(name, lambda _number, _frame: worker.stop()) for name in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def serve(worker: Worker) -> None:
    """Work until the worker is stopped, from the queue that this database has."""
    from strategies.backtests import bell

    if bell.has_procrastinate():
        from strategies.backtests import jobs

        jobs.work(worker)
    else:
        worker.work()


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=UUID)
    parser.add_argument("--leave-after", type=float)
    chosen = parser.parse_args(arguments)
    worker = Worker(chosen.number, chosen.leave_after)
    with stopped_by_signals(worker):
        threading.Thread(target=listen, args=(worker,), name="server", daemon=True).start()
        _prepare()
        serve(worker)


def _prepare() -> None:
    os.umask(0o077)  # what a worker writes holds strategies: only its own user may read it
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trademe.settings")
    import django

    django.setup()
    # the first run does not wait for it
    threading.Thread(target=_prepare_sandbox, name="sandbox-level", daemon=True).start()


def _prepare_sandbox() -> None:
    from strategies.engine.witness import MOST_QUESTIONS
    from strategies.sandbox import levels
    from strategies.sandbox.spare import SPARE

    level = levels.level()
    if level.runs:
        for copies in (0, MOST_QUESTIONS):  # a child for the run, and one for its witness
            SPARE.order(level.name, copies)


if __name__ == "__main__":
    main()
