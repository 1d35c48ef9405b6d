"""The worker processes of a server: started with it, ended with it, replaced when they die.

One thread a server. Twice a second, while runs wait or go on, it looks at their rows in one query: who is lost is
ended, who moved is told to the tabs of its conversation. Nothing of it happens on the event loop.
"""

import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from strategies.sandbox.runtime import PRODUCT

logger = structlog.get_logger(__name__)

LOOK_SECONDS = 0.5  # while runs wait or go on
IDLE_SECONDS = 1.0
LEAVE_SECONDS = 600.0  # without work: an idle server has no workers
EXPECT_SECONDS = 60.0  # that a worker is kept ready for who looks at a version
AGAIN_SECONDS = 2.0  # before a worker that died is replaced; doubled each time that one dies young
MOST_AGAIN_SECONDS = 60.0
YOUNG_SECONDS = 30.0
END_SECONDS = 5.0


@dataclass(slots=True)
class Child:
    """A worker process of ours."""

    number: UUID
    process: "subprocess.Popen[bytes]"
    since: float = field(default_factory=time.monotonic)

    def ring(self) -> None:
        self._write(b".")

    def end(self) -> None:
        """It gives its run back and ends; whoever does not is killed by ``wait``."""
        if self.process.stdin is not None:
            try:
                self.process.stdin.close()
            except OSError:
                logger.info("worker was gone already", worker=str(self.number))

    def wait(self, seconds: float) -> bool:
        """Whether it ended by itself."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return False
        return True

    def _write(self, data: bytes) -> None:
        if self.process.stdin is None:
            return
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except (OSError, ValueError):
            logger.info("worker does not listen", worker=str(self.number))


class Pool:
    """``tell`` is called from its thread for each run that moved."""

    def __init__(self, size: int, tell: Callable[[Any], None] = lambda run: None) -> None:
        from strategies.backtests.watch import Watch

        self._size = size
        self._watch = Watch(tell)
        self._children: list[Child] = []
        self._ring = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="backtest-pool", daemon=True)
        self._again_after = AGAIN_SECONDS
        self._not_before = 0.0  # monotonic
        self._expected_until = 0.0
        self._waited = False  # at the look before

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Something waits now, or is to be cancelled."""
        self._ring.set()

    def expect(self) -> None:
        """Something may come soon: a process takes a second to start."""
        self._expected_until = time.monotonic() + EXPECT_SECONDS
        if not self._children:
            self._ring.set()

    def stop(self) -> None:
        """End the workers; what they were doing waits for the next server."""
        self._stopping.set()
        self._ring.set()
        self._thread.join()
        for child in self._children:
            child.end()
        deadline = time.monotonic() + END_SECONDS
        killed = [child.number for child in self._children if not child.wait(max(0.1, deadline - time.monotonic()))]
        self._children.clear()
        if killed:
            self._watch.give_back(killed)

    # --- the thread ---------------------------------------------------------------------------------------------------

    def _loop(self) -> None:
        try:
            while not self._stopping.is_set():
                self._ring.clear()
                self._step()
                self._ring.wait(LOOK_SECONDS if self._watch.active else IDLE_SECONDS)
        finally:
            connection.close()

    def _step(self) -> None:
        try:
            self._bury()
            self._watch.look()
            self._man()
        except (DatabaseError, InterfaceError) as error:
            logger.info("pool waits for the database", error=type(error).__name__)
            connection.close()
        except Exception:  # the outermost edge of the thread, which the next runs depend on
            logger.exception("pool failed")
            connection.close()

    def _bury(self) -> None:
        dead = [child for child in self._children if child.process.poll() is not None]
        for child in dead:
            code = child.process.returncode
            young = time.monotonic() - child.since < YOUNG_SECONDS
            if code:
                logger.warning("worker died", worker=str(child.number), status=code)
                self._again_after = min(self._again_after * 2, MOST_AGAIN_SECONDS) if young else AGAIN_SECONDS
                self._not_before = time.monotonic() + self._again_after
            self._watch.lose(child.number)
            self._children.remove(child)
            child.end()

    def _man(self) -> None:
        """Ring those that are there, and start one more where something waits for nobody."""
        waiting, waited = self._watch.waiting > 0, self._waited
        self._waited = waiting
        if waiting:
            for child in self._children:
                child.ring()
        if not self._children:
            wanted = waiting or time.monotonic() < self._expected_until
        else:
            # what has just come is about to be taken by who is idle
            wanted = waiting and waited and self._watch.running_by(self._numbers()) >= len(self._children)
        if wanted and len(self._children) < self._size and time.monotonic() >= self._not_before:
            self._children.append(_start())

    def _numbers(self) -> set[UUID]:
        return {child.number for child in self._children}


def _start() -> Child:
    number = uuid.uuid4()
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [
            *(sys.executable, "-m", "strategies.backtests.process"),
            *("--number", str(number), "--leave-after", str(LEAVE_SECONDS)),
        ],
        cwd=PRODUCT,
        stdin=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the server, which ends its workers in order
    )
    logger.info("worker started", worker=str(number), process=process.pid)
    return Child(number, process)


# --- of this process ------------------------------------------------------------------------------------------

_lock = threading.Lock()
_pool: Pool | None = None


def start(tell: Callable[[Any], None]) -> None:
    """Called when a server starts; again does nothing."""
    global _pool
    with _lock:
        if _pool is None:
            _pool = Pool(settings.CONFIG.workers, tell)
            _pool.start()


def stop() -> None:
    """Called when a server ends in order. Blocks for a few seconds at most."""
    global _pool
    with _lock:
        ending, _pool = _pool, None
    if ending is not None:
        ending.stop()


def wake() -> None:
    """Where no server runs in this process, its pool finds what waits within a second."""
    running = _pool
    if running is not None:
        running.wake()


def expect() -> None:
    """Somebody looks at what can be run."""
    running = _pool
    if running is not None:
        running.expect()
