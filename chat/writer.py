"""The process's one writer thread: every write that touches a turn is a unit of work in its queue.

Batches that wait together become one group commit (``docs/turns.md``, rules 1 to 5). The thread owns a connection of
its own with short timeouts. While the database is away, units wait here and are tried again; nothing is lost and
nothing is announced, since a unit's future is resolved only after its commit.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connections, transaction

from chat.errors import DatabaseUnavailable, Fenced, Refused

logger = structlog.get_logger(__name__)

Result = TypeVar("Result")

SQLITE_PAUSE = 0.001  # seconds after each commit, so that other connections get SQLite's write lock
MANY = 3  # units: from here on a commit is followed by a pause as long as it took, so that more is written at once:
LONGEST_PAUSE = 0.006  # seconds; without, 100 replies at once wait for commits that hold little (docs/benchmarks.md)
RETRY_DELAYS = (0.05, 0.1, 0.2, 0.5, 1.0)  # seconds between tries while the database is away
MAX_GROUP = 500  # units in one commit

# SQLite's primary result codes that mean "away": BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN, PROTOCOL
_SQLITE_AWAY = frozenset({5, 6, 8, 10, 13, 14, 15})


NOBODYS = UUID(int=0)  # the conversation of a unit that belongs to none


class Unit(Generic[Result]):
    """One write. ``run`` happens in the writer thread, inside the group's transaction.

    A unit may be run again after a rollback or an unknown commit, so it must be idempotent by its own keys.
    """

    #: sort key of the locks that it takes: the conversation
    conversation_id: UUID
    #: units that touch other processes' turns are committed alone, so that lock orders cannot cross
    alone = False
    #: seconds after which a unit that has surely not been committed is given up while the database is away
    patience: float | None = None

    def run(self) -> Result:
        """Write; raises Refused or Fenced, which roll back this unit only."""
        raise NotImplementedError


class BatchUnit(Unit[Result]):
    """A unit whose siblings of one group are written by the same statements."""

    #: an earlier commit of it may have happened
    repeated: bool

    @classmethod
    def run_batch(cls, units: "Sequence[Any]") -> list[Any]:
        """One result or exception for each unit, in order."""
        raise NotImplementedError


class _Job:
    __slots__ = ("deadline", "future", "loop", "since", "unit", "unknown")

    def __init__(self, unit: Unit[Any], future: Any, loop: asyncio.AbstractEventLoop | None) -> None:
        self.unit = unit
        self.future = future
        self.loop = loop
        self.since = time.monotonic()
        self.deadline = None if unit.patience is None else self.since + unit.patience
        self.unknown = False  # a commit that held it may have happened


class Writer:
    """Owns the thread. ``on_away(True | False)`` is called from the thread when the database goes and comes back,
    ``on_commit(units, outcomes, seconds)`` after each commit; neither may fail.
    """

    def __init__(
        self,
        on_away: Callable[[bool], None] = lambda away: None,
        on_commit: Callable[[Sequence[Unit[Any]], Sequence[Any], float], None] = lambda units, outcomes, seconds: None,
    ) -> None:
        self._jobs: list[_Job] = []
        self._wake = threading.Condition()
        self._closing = False
        self._on_away = on_away
        self._on_commit = on_commit
        self._taken_since: float | None = None  # monotonic; None while nothing is being written
        self._thread: threading.Thread | None = None
        self.away_since: float | None = None  # monotonic; None while the database answers
        self.commits = 0
        self.units_committed = 0

    def start(self) -> None:
        self._thread = threading.Thread(target=self._loop, name="trademe-writer", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """Units in the queue."""
        return len(self._jobs)

    @property
    def lag(self) -> float:
        """Seconds that the oldest unit has waited for its commit; 0 when none waits."""
        queue = self._jobs  # replaced, never shortened in place, so that another thread may look at its first
        since = [taken for taken in (self._taken_since, queue[0].since if queue else None) if taken is not None]
        return max(0.0, time.monotonic() - min(since)) if since else 0.0

    async def write(self, unit: Unit[Result]) -> Result:
        """Wait until ``unit`` is committed. Cancelling the wait does not cancel the write."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._put(_Job(unit, future, loop))
        return await future

    def write_sync(self, unit: Unit[Result], timeout: float | None = None) -> Result:
        """The same from a thread without an event loop."""
        future: Future[Result] = Future()
        self._put(_Job(unit, future, None))
        return future.result(timeout)

    def close(self, timeout: float = 5.0) -> None:
        """Commit what waits, then end the thread. What cannot be committed in ``timeout`` seconds is given up."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join(timeout)

    def _put(self, job: _Job) -> None:
        with self._wake:
            if self._closing or not self.alive:
                raise DatabaseUnavailable
            self._jobs.append(job)
            self._wake.notify()

    # --- the thread ---------------------------------------------------------------------------------------------

    def _loop(self) -> None:
        _use_own_connection()
        is_sqlite = connections["default"].vendor == "sqlite"
        try:
            while jobs := self._take():
                began = time.monotonic()
                self._taken_since = min(job.since for job in jobs)
                self._commit_until_done(jobs)
                self._taken_since = None
                pause = time.monotonic() - began if len(jobs) >= MANY else 0.0
                if pause or is_sqlite:
                    time.sleep(min(max(pause, SQLITE_PAUSE), LONGEST_PAUSE))
        finally:
            connections["default"].close()

    def _take(self) -> list[_Job]:
        """All that waits; blocks until there is something. Empty: closing."""
        with self._wake:
            while not self._jobs and not self._closing:
                self._wake.wait()
            return self._pop()

    def _pop(self) -> list[_Job]:
        taken, self._jobs = self._jobs[:MAX_GROUP], self._jobs[MAX_GROUP:]
        return taken

    def _commit_until_done(self, jobs: list[_Job]) -> None:
        together = [job for job in jobs if not job.unit.alone]
        alone = [job for job in jobs if job.unit.alone]
        self._commit(together)
        for job in alone:
            self._commit([job])

    def _commit(self, jobs: list[_Job]) -> None:
        """Commit these jobs, however long the database is away; isolate the one that poisons the group."""
        tries = 0
        while jobs:
            progress = _Progress()
            began = time.monotonic()
            try:
                outcomes = self._attempt(jobs, progress)
            except (DatabaseError, InterfaceError) as error:
                if not is_away(error):
                    self._commit_one_by_one(jobs, error)
                    return
                jobs = self._wait_for_database(jobs, progress, error, tries)
                tries += 1
            except Exception as error:  # noqa: BLE001 - the edge of the thread: the unit's own future gets it
                self._commit_one_by_one(jobs, error)
                return
            else:
                self._database_answers()
                self.commits += 1
                self.units_committed += len(jobs)
                self._on_commit([job.unit for job in jobs], outcomes, time.monotonic() - began)
                _deliver(jobs, outcomes)
                return

    def _commit_one_by_one(self, jobs: list[_Job], error: Exception) -> None:
        _drop_broken_connection()
        if len(jobs) == 1:
            logger.error("unit failed", unit=type(jobs[0].unit).__name__, error=type(error).__name__)
            _deliver(jobs, [error])
            return
        for job in jobs:
            self._commit([job])

    def _attempt(self, jobs: list[_Job], progress: "_Progress") -> list[Any]:
        outcomes: dict[int, Any] = {}
        with transaction.atomic():
            singles = [job for job in jobs if not isinstance(job.unit, BatchUnit)]
            for job in sorted(singles, key=lambda job: job.unit.conversation_id.hex):
                outcomes[id(job)] = _run_single(job.unit)
            batches: dict[type[BatchUnit[Any]], list[_Job]] = {}
            for job in jobs:
                if isinstance(job.unit, BatchUnit):
                    batches.setdefault(type(job.unit), []).append(job)
            for kind, members in batches.items():
                for job, outcome in zip(members, kind.run_batch([job.unit for job in members]), strict=True):
                    outcomes[id(job)] = outcome
            progress.committing = True
        return [outcomes[id(job)] for job in jobs]

    def _wait_for_database(self, jobs: list[_Job], progress: "_Progress", error: Exception, tries: int) -> list[_Job]:
        """One pause; gives up what lost its patience and was surely not committed, takes what came meanwhile."""
        _drop_broken_connection()
        if self.away_since is None:
            self.away_since = time.monotonic()
            logger.warning("database away", error=type(error).__name__, waiting=len(jobs))
            self._on_away(True)
        for job in jobs:
            job.unknown = job.unknown or progress.committing
            if isinstance(job.unit, BatchUnit):
                job.unit.repeated = job.unknown
        with self._wake:
            if not self._closing:
                self._wake.wait_for(lambda: self._closing, RETRY_DELAYS[min(tries, len(RETRY_DELAYS) - 1)])
            if len(jobs) < MAX_GROUP and not any(job.unit.alone for job in jobs):
                joining = [job for job in self._jobs if not job.unit.alone]
                self._jobs = [job for job in self._jobs if job.unit.alone]
                jobs = jobs + joining
            closing = self._closing
        now = time.monotonic()
        given_up = [
            job for job in jobs if closing or (job.deadline is not None and now > job.deadline and not job.unknown)
        ]
        _deliver(given_up, [DatabaseUnavailable() for _ in given_up])
        return [job for job in jobs if job not in given_up]

    def _database_answers(self) -> None:
        if self.away_since is not None:
            logger.info("database answers again", seconds=round(time.monotonic() - self.away_since, 1))
            self.away_since = None
            self._on_away(False)


class _Progress:
    """Whether a failed attempt had reached its COMMIT, after which nobody knows if it happened."""

    committing = False


def is_away(error: BaseException) -> bool:
    """Connection, timeout, lock and disk errors; anything else is the unit's own fault."""
    cause = error.__cause__ or error
    sqlite_code = getattr(cause, "sqlite_errorcode", None)
    if sqlite_code is not None:
        return (int(sqlite_code) & 0xFF) in _SQLITE_AWAY
    sqlstate = getattr(cause, "sqlstate", None)
    if sqlstate:
        # 08 connection, 40 rollback (deadlock), 53 resources, 55 lock, 57 operator, 58 system, 25006 read-only,
        # 25P03: this process was frozen inside a transaction, which the server then ended (an InternalError)
        return str(sqlstate)[:2] in {"08", "40", "53", "55", "57", "58"} or sqlstate in {"25006", "25P03"}
    return isinstance(error, OperationalError | InterfaceError)


def _run_single(unit: Unit[Any]) -> Any:
    """The unit's result, or the refusal that rolled back its savepoint and nothing else."""
    try:
        with transaction.atomic():
            return unit.run()
    except (Refused, Fenced) as refusal:
        return refusal


def _deliver(jobs: Sequence[_Job], outcomes: Sequence[Any]) -> None:
    """Resolve the futures, with one wake-up for each event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Any, Any]]] = {}
    for job, outcome in zip(jobs, outcomes, strict=True):
        if job.loop is None:
            _resolve(job.future, outcome)
        else:
            by_loop.setdefault(job.loop, []).append((job.future, outcome))
    for loop, resolved in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve_all, resolved)
        except RuntimeError:  # that loop is closed: its process part is shutting down, the rows are committed
            logger.info("event loop gone", units=len(resolved))


def _resolve_all(resolved: list[tuple[Any, Any]]) -> None:
    for future, outcome in resolved:
        _resolve(future, outcome)


def _resolve(future: Any, outcome: Any) -> None:
    if future.done():  # the waiting task was cancelled
        return
    if isinstance(outcome, BaseException):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


def _use_own_connection() -> None:
    """This thread's connection: not from the pool, with the short timeouts of a writer."""
    wrapper: Any = cast(Any, connections["default"]).copy()
    options = wrapper.settings_dict.setdefault("OPTIONS", {})
    if wrapper.vendor == "postgresql":
        options.pop("pool", None)
        options["connect_timeout"] = 2
        options["options"] = (
            "-c statement_timeout=2000 -c lock_timeout=2000 -c log_parameter_max_length_on_error=0"
            # a process that freezes inside a transaction keeps no locks that others wait for
            " -c idle_in_transaction_session_timeout=2000"
        )
    else:
        options["timeout"] = 1
    connections["default"] = wrapper


def _drop_broken_connection() -> None:
    try:
        connections["default"].close()
    except DatabaseError as error:  # it is being dropped because it is broken
        logger.info("closing a broken connection failed", error=type(error).__name__)
        connections["default"].connection = None
