"""Children that are ready for the next job: they have imported everything, and wait for it before the lockdown.

Without them each job waits for numpy's import, and so does its witness. A child is still used only once; spares that
nobody wants end.
"""

import atexit
import contextlib
import os
import queue
import threading
from collections.abc import Iterator

import structlog

from strategies.sandbox.copies import Copies
from strategies.sandbox.errors import SandboxError
from strategies.sandbox.launcher import Asked, Finished, Report, Run
from strategies.sandbox.limits import Limits

IDLE = 60.0  # seconds; a spare holds some 45 MB

log = structlog.get_logger(__name__)


class Spare:
    """The spares of this process: one for a job, and one for each number of copies that was asked for.

    They are started by a thread that never ends, because a child ends with its thread.
    """

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        """A new process has no spares, whatever it was forked from."""
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._making = threading.Lock()
        self._orders: queue.SimpleQueue[tuple[str, int]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._ready: dict[int, Run] = {}  # by the number of copies, 0 for a job alone
        self._at_work = 0  # copies
        self._later: list[tuple[str, int]] = []  # what was ordered meanwhile

    def launch(
        self,
        level: str,
        payload: bytes,
        limits: Limits,
        report: Report | None = None,
        cancelled: Asked | None = None,
    ) -> Finished:
        """As ``launcher.launch``, in the spare where there is one; another one is made afterwards."""
        run = self._take(level, 0) or Run(level)
        try:
            return run.finish(payload, limits, report, cancelled)
        finally:
            run.child.end()
            self.order(level)

    @contextlib.contextmanager
    def copies(self, level: str, count: int) -> Iterator[Copies]:
        """A child for up to ``count`` jobs, likewise. Nothing is made while it works: both would be slower."""
        found = self._take(level, count)
        copies = found if isinstance(found, Copies) else Copies(level, count)
        with self._lock:
            self._at_work += 1
        try:
            yield copies
        finally:
            copies.end()
            with self._lock:
                self._at_work -= 1
                later, self._later = self._later, []
            for order in (*later, (level, count)):
                self.order(*order)

    def order(self, level: str, copies: int = 0) -> None:
        """Have one made, unless it is there; returns at once."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._make, name="sandbox-spare", daemon=True)
                self._thread.start()
                atexit.register(self.drop)
            if self._at_work:
                self._later.append((level, copies))
                return
        self._orders.put((level, copies))

    def drop(self) -> None:
        """End the spares, and one that is being made."""
        if self._owner != os.getpid():
            return
        with contextlib.suppress(queue.Empty):
            while True:
                self._orders.get_nowait()
        with self._making, self._lock:
            ready, self._ready = self._ready, {}
        for run in ready.values():
            run.child.end()

    def _take(self, level: str, copies: int) -> Run | None:
        if self._owner != os.getpid():
            self._forget()
        with self._lock:
            run = self._ready.pop(copies, None)
        if run is None or (run.child.level == level and run.child.lives):
            return run
        run.child.end()
        return None

    # --- in the thread ------------------------------------------------------------------------------------------------

    def _make(self) -> None:
        while True:
            try:
                level, copies = self._orders.get(timeout=IDLE if self._ready else None)
            except queue.Empty:
                self.drop()
                continue
            with self._making:
                made = None if copies in self._ready else _prepared(level, copies)
                if made is not None:
                    with self._lock:
                        self._ready[copies] = made


def _prepared(level: str, copies: int) -> Run | None:
    run = None
    try:
        run = Copies(level, copies) if copies else Run(level)
        run.prepare()
    except SandboxError as error:
        log.warning("sandbox_no_spare", problem=str(error))  # the next job says so itself
        if run is not None:
            run.child.end()
        return None
    return run


SPARE = Spare()
