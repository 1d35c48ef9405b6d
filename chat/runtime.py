"""What one server process runs: the writer, the runners, the hub of sockets, and the tasks that keep them truthful."""

import asyncio
import fcntl
import os
import sys
from collections.abc import Callable, Coroutine, Iterable
from typing import IO, Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models import Exists, OuterRef

from chat import doorbell, failpoints, metrics, providers, reads, recovery
from chat.errors import DatabaseUnavailable, Fenced, Refused
from chat.hub import Hub
from chat.journal import CLEAN_UP, DeleteEntries
from chat.models import JournalEntry, Turn
from chat.models.turn import TurnStatus
from chat.reads import read
from chat.runner import Runner
from chat.titles import Titles
from chat.turns import Heartbeat, Started, StartTurn
from chat.writer import NOBODYS, Writer

logger = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 0.5
SWEEP_SECONDS = 0.5  # the rules ask for one each second; this is half a second of the wait for a dead process
POLL_RUNNING_SECONDS = 0.3
CLEAN_UP_SECONDS = 15.0
FORGOTTEN_SECONDS = 30.0
DRAIN_SECONDS = 5.0
SWITCH_SECONDS = 0.0005
AWAY = (OperationalError, InterfaceError, DatabaseUnavailable)


class AlreadyServed(Exception):
    """Another server process works on this SQLite file."""


class Runtime:
    """One for each process and event loop; ``start`` and ``drain`` belong to the ASGI lifespan."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.writer = Writer(self._database_away, metrics.committed)
        self._doorbell = doorbell.Doorbell()
        self.hub = Hub(self._doorbell)
        self._titles = Titles(self.writer, self.hub)
        self._runners: dict[UUID, Runner] = {}
        self._runner_tasks: set[asyncio.Task[Any]] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._observer = recovery.Observer()
        self._lock: IO[str] | None = None
        self.draining = False

    # --- life ----------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the writer and the tasks; raises AlreadyServed."""
        global _current
        only_server = self._take_lock()
        # the writer thread takes the interpreter's lock back after each database call: at the default of 5 ms a busy
        # event loop makes each of its commits wait 20 ms
        sys.setswitchinterval(SWITCH_SECONDS)
        self.writer.start()
        _current = self
        doorbell.answered_by(lambda conversation_id: self.hub.threadsafe(self.hub.ring, conversation_id))
        await self._recover_at_start(only_server)
        tasks: list[tuple[str, Callable[[], Coroutine[Any, Any, None]], float]] = [
            ("heartbeat", self._heartbeat, HEARTBEAT_SECONDS),
            ("sweep", self._sweep, SWEEP_SECONDS),
            ("clean-up", self._delete_left_entries, CLEAN_UP_SECONDS),
            ("poll", self.hub.poll, POLL_RUNNING_SECONDS),
            ("forgotten calls", self._titles.settle_forgotten, FORGOTTEN_SECONDS),
        ]
        for name, step, seconds in tasks:
            self._tasks.append(asyncio.create_task(_every(name, step, seconds), name=f"trademe-{name}"))
        if settings.CONFIG.redis_url:
            self._tasks.append(asyncio.create_task(self._doorbell.send(), name="trademe-ring"))
            self._tasks.append(asyncio.create_task(self._doorbell.hear(self.hub.look), name="trademe-hear"))

    async def drain(self) -> None:
        """Let turns end, end the rest as interrupted, stop the writer last."""
        global _current
        self.draining = True
        if self._runner_tasks:
            await asyncio.wait(self._runner_tasks, timeout=DRAIN_SECONDS)
        for runner in list(self._runners.values()):
            runner.stop(TurnStatus.INTERRUPTED)
        if self._runner_tasks:
            await asyncio.wait(self._runner_tasks, timeout=DRAIN_SECONDS)
        await self._titles.close()
        for task in (*self._tasks, *self._runner_tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._runner_tasks, return_exceptions=True)
        await providers.close_all()
        await asyncio.to_thread(self.writer.close)
        await asyncio.to_thread(reads.close)
        if self._lock is not None:
            self._lock.close()
        if _current is self:
            doorbell.answered_by(None)
            _current = None

    def _take_lock(self) -> bool:
        """On SQLite only one server may write: two writers starve each other."""
        if not settings.CONFIG.is_sqlite:
            return False
        from django.db import connections

        path = str(connections["default"].settings_dict["NAME"]) + ".lock"
        lock = open(path, "a+")  # noqa: SIM115 - held as long as the process serves
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise AlreadyServed(
                f"DATABASE_URL: another server already works on {path.removesuffix('.lock')}; "
                "several processes need PostgreSQL."
            ) from error
        self._lock = lock
        return True

    async def _recover_at_start(self, only_server: bool) -> None:
        """Holding the only server's lock proves that every running turn is dead; else the sweeper observes them."""
        if not only_server:
            return
        try:
            await self._interrupt(await read(recovery.all_running, self._own_tokens()))
        except AWAY as error:
            logger.warning("recovery at start waits for the database", error=type(error).__name__)

    # --- turns ---------------------------------------------------------------------------------------------------

    async def start_turn(self, unit: StartTurn) -> Started:
        """Store the turn and run it. The socket may vanish meanwhile: a stored turn is run all the same."""
        starting = asyncio.create_task(self._start_turn(unit))
        self._runner_tasks.add(starting)
        starting.add_done_callback(self._runner_tasks.discard)
        return await asyncio.shield(starting)

    async def _start_turn(self, unit: StartTurn) -> Started:
        started = await self.writer.write(unit)
        await failpoints.pause(failpoints.STARTED)
        if started.created:
            self.run(started.turn)
        return started

    def run(self, turn: Turn) -> None:
        """Start the runner of a turn that this process has just stored."""
        runner = Runner(self.writer, self.hub, turn)
        self._runners[turn.pk] = runner
        task = asyncio.create_task(runner.run(), name=f"turn-{turn.pk}")
        self._runner_tasks.add(task)
        task.add_done_callback(lambda done: self._ran(runner, done))
        self.hub.ring(turn.conversation_id)
        if self.draining:
            runner.stop(TurnStatus.INTERRUPTED)

    def _ran(self, runner: Runner, task: "asyncio.Task[None]") -> None:
        self._runner_tasks.discard(task)
        self._runners.pop(runner.turn_id, None)
        self.hub.ring(runner.conversation_id)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("runner died", turn_id=str(runner.turn_id), error=type(error).__name__)
        if not self.draining:
            self._titles.consider(runner.turn)
            cleaner = self._loop.create_task(self._clean_up(runner.conversation_id, runner.turn_id))
            self._runner_tasks.add(cleaner)
            cleaner.add_done_callback(self._runner_tasks.discard)

    def stop(self, turn_id: UUID) -> None:
        """The stop is stored; if the turn is ours, its runner need not wait for the heartbeat."""
        if (runner := self._runners.get(turn_id)) is not None:
            runner.stop()

    def runs(self, turn_id: UUID) -> bool:
        return turn_id in self._runners

    async def _clean_up(self, conversation_id: UUID, turn_id: UUID) -> None:
        try:
            deleted = CLEAN_UP
            while deleted >= CLEAN_UP:
                deleted = await self.writer.write(DeleteEntries(conversation_id, turn_id))
        except (Refused, *AWAY):
            logger.info("journal clean-up left to the sweeper", turn_id=str(turn_id))

    @property
    def running(self) -> int:
        """How many turns this process runs."""
        return len(self._runners)

    def _own_tokens(self) -> frozenset[UUID]:
        return frozenset(runner.token for runner in self._runners.values())

    def _database_away(self, away: bool) -> None:
        """Called from the writer thread."""
        self.hub.threadsafe(self._tell_database_away, away)

    def _tell_database_away(self, away: bool) -> None:
        for runner in self._runners.values():
            runner.database_away(away)

    # --- the tasks -----------------------------------------------------------------------------------------------

    async def _heartbeat(self) -> None:
        tokens = tuple(runner.token for runner in self._runners.values())
        if not tokens:
            return
        known = {runner.token: runner for runner in self._runners.values()}
        ours = await self.writer.write(Heartbeat(tokens))
        for runner in known.values():
            if runner.turn_id in ours:
                if ours[runner.turn_id]:
                    runner.stop()
            elif self._runners.get(runner.turn_id) is runner:
                await self._fence_if_ended(runner)

    async def _fence_if_ended(self, runner: Runner) -> None:
        """A turn that the heartbeat did not find was ended: by ourselves just now, or by another process."""
        running = Turn.objects.filter(pk=runner.turn_id, token=runner.token, status=TurnStatus.RUNNING)
        own = await read(running.exists)
        if not own:
            runner.fence()

    async def _sweep(self) -> None:
        await self._end_the_dead()
        # who is in doubt is looked at again as soon as that can be certain, not a sweep later
        if (seconds := self._observer.until_certain()) is not None:
            await asyncio.sleep(seconds)
            await self._end_the_dead()

    async def _end_the_dead(self) -> None:
        dead = self._observer.dead(await read(recovery.all_running, self._own_tokens()))
        await self._interrupt(dead)

    async def _interrupt(self, dead: Iterable[recovery.Suspect]) -> None:
        for suspect in dead:
            if self.runs(suspect.turn_id):
                continue
            try:
                await self.writer.write(recovery.interruption(suspect))
            except Fenced:
                continue  # somebody was faster, or its owner lives
            except AWAY:
                raise
            except Exception:
                # one turn that cannot be ended keeps neither the others running nor the server from starting
                logger.exception("turn not ended", turn_id=str(suspect.turn_id))
                continue
            logger.warning("turn interrupted", turn_id=str(suspect.turn_id), conversation=str(suspect.conversation_id))
            self.hub.ring(suspect.conversation_id)

    async def _delete_left_entries(self) -> None:
        """Entries of turns that ended without their own clean-up."""
        if self._runners:
            return
        left = await read(left_entries)
        if left is not None:
            await self._clean_up(*left)


def left_entries() -> tuple[UUID, UUID] | None:
    """A turn that has entries and does not run any more, or is gone with its conversation; and its conversation."""
    running = Turn.objects.filter(pk=OuterRef("turn_id"), status=TurnStatus.RUNNING)
    turn_id = JournalEntry.objects.filter(~Exists(running)).order_by().values_list("turn_id", flat=True).first()
    if turn_id is None:
        return None
    conversation_id = Turn.objects.filter(pk=turn_id).values_list("conversation_id", flat=True).first()
    return conversation_id or NOBODYS, turn_id


async def _every(name: str, step: Callable[[], Coroutine[Any, Any, None]], seconds: float) -> None:
    """Repeat a step for ever; a step that fails is logged and tried again, since the turns depend on it."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await step()
        except AWAY as error:
            logger.debug("task waits for the database", task=name, error=type(error).__name__)
        except Exception:
            logger.exception("task failed", task=name)


_current: Runtime | None = None
_starting: asyncio.Lock | None = None
_pid: int | None = None


def current() -> Runtime | None:
    """The runtime of this process, or None in a management command."""
    return _current


async def ensure_started() -> Runtime:
    """The running runtime; servers without a lifespan (daphne) start it with their first connection."""
    global _starting, _pid
    if _pid != os.getpid():
        _starting, _pid = asyncio.Lock(), os.getpid()
    if _starting is None:
        _starting = asyncio.Lock()
    async with _starting:
        if _current is None:
            await Runtime().start()
    if _current is None:
        raise RuntimeError("The runtime did not start.")
    return _current
