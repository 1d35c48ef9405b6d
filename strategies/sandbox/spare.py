"""One child that is ready for the next job: it has imported everything, and waits for its job before the lockdown.

Without it each job waits for numpy's import. A child is still used only once; a spare that nobody wants ends.
"""

import atexit
import os
import queue
import threading

import structlog

from strategies.sandbox.errors import SandboxError
from strategies.sandbox.launcher import Asked, Finished, Report, Run
from strategies.sandbox.limits import Limits

IDLE = 60.0  # seconds; a spare holds some 45 MB

log = structlog.get_logger(__name__)


class Spare:
    """The spare of this process. It is started by a thread that never ends, because a child ends with its thread."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        """A new process has no spare, whatever it was forked from."""
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._making = threading.Lock()
        self._orders: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._run: Run | None = None

    def launch(
        self,
        level: str,
        payload: bytes,
        limits: Limits,
        report: Report | None = None,
        cancelled: Asked | None = None,
    ) -> Finished:
        """As ``launcher.launch``, in the spare where there is one; another one is made afterwards."""
        if self._owner != os.getpid():
            self._forget()
        run = self._take(level) or Run(level)
        try:
            return run.finish(payload, limits, report, cancelled)
        finally:
            run.child.end()
            self.order(level)

    def order(self, level: str) -> None:
        """Have one made; returns at once."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._make, name="sandbox-spare", daemon=True)
                self._thread.start()
                atexit.register(self.drop)
        self._orders.put(level)

    def drop(self) -> None:
        """End the spare, and one that is being made."""
        if self._owner != os.getpid():
            return
        while not self._orders.empty():
            self._orders.get()
        with self._making:
            run = self._taken()
        if run is not None:
            run.child.end()

    def _take(self, level: str) -> Run | None:
        run = self._taken()
        if run is None or (run.child.level == level and run.child.lives):
            return run
        run.child.end()
        return None

    def _taken(self) -> Run | None:
        with self._lock:
            run, self._run = self._run, None
        return run

    # --- in the thread ------------------------------------------------------------------------------------------------

    def _make(self) -> None:
        while True:
            try:
                level = self._orders.get(timeout=IDLE if self._run else None)
            except queue.Empty:
                self.drop()
                continue
            with self._making:
                if self._run is None:
                    self._run = self._prepared(level)

    @staticmethod
    def _prepared(level: str) -> Run | None:
        run = None
        try:
            run = Run(level)
            run.prepare()
        except SandboxError as error:
            log.warning("sandbox_no_spare", problem=str(error))  # the next job says so itself
            if run is not None:
                run.child.end()
            return None
        return run


SPARE = Spare()
