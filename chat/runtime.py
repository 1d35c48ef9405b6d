"""What one server process runs: the writer, the runners, the followers, and the tasks that keep them truthful."""

import asyncio
import fcntl
import os
import sys
import time
from collections.abc import Callable, Coroutine, Iterable
from typing import IO, Any
from uuid import UUID

import structlog
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import InterfaceError, OperationalError

from chat import doorbell, providers, reads, recovery
from chat.errors import DatabaseUnavailable, Fenced, Refused
from chat.followers import Follower
from chat.journal import CLEAN_UP, DeleteEntries
from chat.models import Conversation, JournalEntry, Turn
from chat.models.turn import TurnStatus
from chat.protocol import AiProgressUpdate, CloseCode
from chat.reads import read
from chat.runner import Runner
from chat.turns import Heartbeat, Started, StartTurn
from chat.writer import Writer

logger = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 0.5
SWEEP_SECONDS = 1.0
POLL_SECONDS = 1.0
POLL_RUNNING_SECONDS = 0.3
SESSION_SECONDS = 3.0
DOORBELL_SECONDS = 0.05
DRAIN_SECONDS = 5.0
SWITCH_SECONDS = 0.0005
AWAY = (OperationalError, InterfaceError, DatabaseUnavailable)


class AlreadyServed(Exception):
    """Another server process works on this SQLite file."""


class Runtime:
    """One for each process and event loop; ``start`` and ``drain`` belong to the ASGI lifespan."""

    def __init__(self) -> None:
        self.writer = Writer(self._database_away)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._runners: dict[UUID, Runner] = {}
        self._runner_tasks: set[asyncio.Task[Any]] = set()
        self._followers: dict[UUID, set[Follower]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._observer = recovery.Observer()
        self._rung: set[str] = set()  # conversations whose other processes must look
        self._rings = asyncio.Event()
        self._channel: str | None = None
        self._lock: IO[str] | None = None
        self._polled_at = 0.0
        self.draining = False

    # --- life ----------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the writer and the tasks; raises AlreadyServed."""
        global _current
        self._loop = asyncio.get_running_loop()
        only_server = self._take_lock()
        # the writer thread takes the interpreter's lock back after each database call: at the default of 5 ms a busy
        # event loop makes each of its commits wait 20 ms
        sys.setswitchinterval(SWITCH_SECONDS)
        self.writer.start()
        _current = self
        await self._recover_at_start(only_server)
        tasks: list[tuple[str, Callable[[], Coroutine[Any, Any, None]], float]] = [
            ("heartbeat", self._heartbeat, HEARTBEAT_SECONDS),
            ("sweep", self._sweep, SWEEP_SECONDS),
            ("poll", self._poll, POLL_RUNNING_SECONDS),
        ]
        for name, step, seconds in tasks:
            self._tasks.append(asyncio.create_task(_every(name, step, seconds), name=f"trademe-{name}"))
        if settings.CONFIG.redis_url:
            self._tasks.append(asyncio.create_task(self._send_rings(), name="trademe-ring"))
            self._tasks.append(asyncio.create_task(self._hear_rings(), name="trademe-hear"))

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
        for task in (*self._tasks, *self._runner_tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._runner_tasks, return_exceptions=True)
        await providers.close_all()
        await asyncio.to_thread(self.writer.close)
        await asyncio.to_thread(reads.close)
        if self._lock is not None:
            self._lock.close()
        if _current is self:
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
            while found := await read(recovery.all_running, self._own_tokens()):
                await self._interrupt(found)
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
        if started.created:
            self.run(started.turn)
        return started

    def run(self, turn: Turn) -> None:
        """Start the runner of a turn that this process has just stored."""
        runner = Runner(self, turn)
        self._runners[turn.pk] = runner
        task = asyncio.create_task(runner.run(), name=f"turn-{turn.pk}")
        self._runner_tasks.add(task)
        task.add_done_callback(lambda done: self._ran(runner, done))
        self.ring(turn.conversation_id)
        if self.draining:
            runner.stop(TurnStatus.INTERRUPTED)

    def _ran(self, runner: Runner, task: "asyncio.Task[None]") -> None:
        self._runner_tasks.discard(task)
        self._runners.pop(runner.turn_id, None)
        self.ring(runner.conversation_id)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("runner died", turn_id=str(runner.turn_id), error=type(error).__name__)
        if self._loop is not None and not self.draining:
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

    def _own_tokens(self) -> frozenset[UUID]:
        return frozenset(runner.token for runner in self._runners.values())

    # --- telling -------------------------------------------------------------------------------------------------

    def follow(self, follower: Follower) -> None:
        self._followers.setdefault(follower.conversation_id, set()).add(follower)

    def unfollow(self, follower: Follower) -> None:
        followers = self._followers.get(follower.conversation_id)
        if followers is not None:
            followers.discard(follower)
            if not followers:
                del self._followers[follower.conversation_id]

    def followers_of(self, user_id: int) -> list[Follower]:
        return [f for followers in self._followers.values() for f in followers if f.user_id == user_id]

    def chunk(self, conversation_id: UUID, turn_id: UUID, seq: int, frame: str) -> None:
        for follower in self._followers.get(conversation_id, ()):
            follower.chunk(turn_id, seq, frame)
        self._ring_others(conversation_id)

    def progress(self, conversation_id: UUID, frame: AiProgressUpdate) -> None:
        for follower in self._followers.get(conversation_id, ()):
            follower.progress(frame)

    def ring(self, conversation_id: UUID) -> None:
        """Rows of this conversation changed."""
        for follower in self._followers.get(conversation_id, ()):
            follower.changed()
        self._ring_others(conversation_id)

    def ring_threadsafe(self, conversation_id: UUID) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.ring, conversation_id)

    def close_sockets(self, user_id: int, session_key: str | None = None) -> None:
        """Close the sockets of a user, or of one session of theirs."""
        for follower in self.followers_of(user_id):
            if session_key is None or follower.session_key == session_key:
                follower.close(CloseCode.NOT_SIGNED_IN)

    def close_sockets_threadsafe(self, user_id: int, session_key: str | None = None) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.close_sockets, user_id, session_key)

    def check_sessions_threadsafe(self, user_id: int) -> None:
        """Look at the sessions of a user's sockets with the next poll."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._doubt_sessions, user_id)

    def _doubt_sessions(self, user_id: int) -> None:
        for follower in self.followers_of(user_id):
            follower.checked_at = 0.0
        self._polled_at = 0.0

    def _database_away(self, away: bool) -> None:
        """Called from the writer thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell_database_away, away)

    def _tell_database_away(self, away: bool) -> None:
        for runner in self._runners.values():
            runner.database_away(away)

    # --- the doorbell --------------------------------------------------------------------------------------------

    def _ring_others(self, conversation_id: UUID) -> None:
        if settings.CONFIG.redis_url:
            self._rung.add(conversation_id.hex)
            self._rings.set()

    async def _send_rings(self) -> None:
        layer = get_channel_layer()
        while True:
            await self._rings.wait()
            await asyncio.sleep(DOORBELL_SECONDS)
            self._rings.clear()
            rung, self._rung = sorted(self._rung), set()
            message = {"type": doorbell.MESSAGE_TYPE, "from": self._channel, "conversations": rung}
            try:
                await layer.group_send(doorbell.GROUP, message)
            except Exception as error:  # noqa: BLE001 - only a doorbell: the poll finds what it would have said
                logger.info("doorbell failed", error=type(error).__name__)

    async def _hear_rings(self) -> None:
        layer = get_channel_layer()
        while True:
            try:
                self._channel = await layer.new_channel()
                await layer.group_add(doorbell.GROUP, self._channel)
                while True:
                    message = await layer.receive(self._channel)
                    if message.get("from") != self._channel:
                        await self._look(UUID(hex=name) for name in message["conversations"])
            except Exception as error:  # noqa: BLE001 - only a doorbell, see above
                logger.info("doorbell not heard", error=type(error).__name__)
                await asyncio.sleep(1.0)

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
        dead = self._observer.dead(await read(recovery.suspects, self._own_tokens()))
        await self._interrupt(dead)
        await self._delete_left_entries()

    async def _interrupt(self, dead: Iterable[recovery.Suspect]) -> None:
        for suspect in dead:
            if self.runs(suspect.turn_id):
                continue
            try:
                await self.writer.write(recovery.interruption(suspect))
            except Fenced:
                continue  # somebody was faster, or its owner lives
            logger.warning("turn interrupted", turn_id=str(suspect.turn_id), conversation=str(suspect.conversation_id))
            self.ring(suspect.conversation_id)

    async def _delete_left_entries(self) -> None:
        """Entries of turns that ended without their own clean-up."""
        if self._runners:
            return
        left = await read(_turn_with_left_entries)
        if left is not None:
            await self._clean_up(*left)

    async def _poll(self) -> None:
        """See what other processes changed, and whether the signed-in people still are."""
        if not self._followers:
            return
        now = time.monotonic()
        for followers in self._followers.values():
            for follower in followers:
                follower.drop_if_stuck(now)
        running = any(f.follows_running for followers in self._followers.values() for f in followers)
        if not running and now - self._polled_at < POLL_SECONDS:
            return
        self._polled_at = now
        await self._look(list(self._followers))
        await self._check_sessions(now)

    async def _look(self, conversation_ids: Iterable[UUID]) -> None:
        """Compare rows with what the followers were told."""
        ids = [conversation_id for conversation_id in conversation_ids if conversation_id in self._followers]
        if not ids:
            return
        revs, running = await read(_read_cursors, ids)
        for conversation_id in ids:
            for follower in list(self._followers.get(conversation_id, ())):
                if conversation_id not in revs:
                    follower.changed()
                    continue
                follower.changed(revs[conversation_id])
                if conversation_id in running:
                    follower.note(*running[conversation_id])

    async def _check_sessions(self, now: float) -> None:
        due = [
            follower
            for followers in self._followers.values()
            for follower in followers
            if now - follower.checked_at > SESSION_SECONDS
        ]
        if not due:
            return
        from trademe.accounts.sessions import valid_sessions

        valid = await read(valid_sessions, {(f.session_key, f.user_id) for f in due})
        for follower in due:
            follower.checked_at = now
            if (follower.session_key, follower.user_id) not in valid:
                follower.close(CloseCode.NOT_SIGNED_IN)


def _read_cursors(ids: list[UUID]) -> tuple[dict[UUID, int], dict[UUID, tuple[UUID, int]]]:
    """``rev`` by conversation, and the running turn with its ``last_seq`` where there is one."""
    alive = Conversation.objects.filter(pk__in=ids, deleted_at__isnull=True)
    revs = dict(alive.values_list("pk", "rev"))
    turns = Turn.objects.filter(conversation_id__in=ids, status=TurnStatus.RUNNING)
    running = {cid: (pk, last_seq) for cid, pk, last_seq in turns.values_list("conversation_id", "pk", "last_seq")}
    return revs, running


def _turn_with_left_entries() -> tuple[UUID, UUID] | None:
    first = JournalEntry.objects.exclude(turn__status=TurnStatus.RUNNING).values_list(
        "turn__conversation_id", "turn_id"
    )[:1]
    for conversation_id, turn_id in first:
        if conversation_id is not None:
            return conversation_id, turn_id
    return None


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
