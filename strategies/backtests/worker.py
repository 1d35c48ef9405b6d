"""A worker: takes the run that has waited longest and carries it out, one after another."""

import threading
import time
import uuid
from collections.abc import Callable
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
