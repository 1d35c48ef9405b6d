"""A follower is what one socket has been told so far, and the one task that tells it more.

State frames are always made from rows, live text from the journal or, when it comes in order, from the runner's own
batch after its commit (``docs/turns.md``, rules 18 to 21).
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError

from chat import changes
from chat.protocol import CloseCode, Frame, encode
from chat.reads import read

logger = structlog.get_logger(__name__)

SEND_TIMEOUT = 10.0  # seconds for one frame
MAX_UNANSWERED = 16 * 1024 * 1024  # bytes sent since the client's last frame
MAX_LIVE = 256  # batches kept for one socket; beyond, it reads the journal
JOURNAL_PAGE = 500  # entries read at once
RETRY_SECONDS = 0.5  # after a failed look into the database


class Disconnected(Exception):
    """The socket is gone; nothing of the turn is touched by it."""


class Follower:
    """Tells one socket about one conversation."""

    def __init__(
        self,
        conversation_id: UUID,
        user_id: int,
        session_key: str,
        language: str,
        send: Callable[[str], Awaitable[None]],
        close: Callable[[int], Awaitable[None]],
    ) -> None:
        self.conversation_id = conversation_id
        self.user_id = user_id
        self.session_key = session_key
        self.language = language
        self._send = send
        self._close = close
        self._wake = asyncio.Event()
        self._frames: deque[str] = deque()  # answers to this socket's own commands, and progress
        self._live: deque[tuple[UUID, int, str]] = deque()  # (turn, seq, frame) after commit, in order
        self._streams: dict[UUID, changes.Stream] = {}  # running turns that this socket follows
        self._behind = False  # rows have changed beyond `seen`
        self._newest: dict[UUID, int] = {}  # newest seq known of a turn, from the poll or the doorbell
        self._resumes: dict[UUID, tuple[str, int]] = {}  # the newest of each turn: an answer may be large
        self._replays: dict[UUID, bool] = {}  # turn: only its end
        self._closing: int | None = None
        self._unanswered = 0
        self.seen = changes.Seen()
        # monotonic; the poll drops a socket that takes a frame for too long (a timer for each frame costs more)
        self._sending_since: float | None = None
        self._task: asyncio.Task[None] | None = None
        self._dropped = False
        self.checked_at = 0.0  # monotonic, of the last look at the session

    # --- called on the event loop by consumer, runner, poll and doorbell -------------------------------------------

    def say(self, frame: Frame) -> None:
        self._put(encode(frame))

    def _put(self, text: str) -> None:
        self._frames.append(text)
        self._wake.set()

    def chunk(self, turn_id: UUID, seq: int, frame: str) -> None:
        """A committed batch of this process's own runner."""
        if len(self._live) >= MAX_LIVE:
            self._live.clear()
        self._live.append((turn_id, seq, frame))
        self._newest[turn_id] = seq
        self._wake.set()

    def note(self, turn_id: UUID, seq: int) -> None:
        """Somebody saw that the journal of this turn reaches ``seq``."""
        stream = self._streams.get(turn_id)
        if stream is not None and seq > stream.seq:
            self._newest[turn_id] = max(seq, self._newest.get(turn_id, 0))
            self._wake.set()

    def changed(self, rev: int | None = None) -> None:
        """The conversation's rows changed (up to ``rev``, if known)."""
        if rev is None or rev > self.seen.rev:
            self._behind = True
            self._wake.set()

    def resume(self, request_id: str, turn_id: UUID, after_seq: int) -> None:
        self._resumes[turn_id] = (request_id, after_seq)
        self._wake.set()

    def replay(self, turn_id: UUID) -> None:
        """Tell the state of a turn again: its request was sent again."""
        self._replays[turn_id] = False
        self._wake.set()

    def replay_end(self, turn_id: UUID) -> None:
        """Tell the end of an ended turn again: it was asked to stop."""
        self._replays.setdefault(turn_id, True)
        self._wake.set()

    def drop_if_stuck(self, now: float) -> None:
        """Give up a client that does not read: its frame has been on its way for too long."""
        if self._sending_since is not None and now - self._sending_since > SEND_TIMEOUT and self._task is not None:
            self._dropped = True
            self._task.cancel()

    def close(self, code: int) -> None:
        self._closing = code
        self._wake.set()

    @property
    def follows_running(self) -> bool:
        return bool(self._streams)

    def heard(self) -> None:
        """The client sent a frame, so it reads."""
        self._unanswered = 0

    # --- the task --------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Send until the socket is gone or must be closed."""
        self._task = asyncio.current_task()
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                if self._closing is not None:
                    await self._close(self._closing)
                    return
                try:
                    await self._tell()
                except (OperationalError, InterfaceError) as error:
                    logger.info("follower waits for the database", error=type(error).__name__)
                    await self._flush_frames()
                    self._behind = True
                    asyncio.get_running_loop().call_later(RETRY_SECONDS, self._wake.set)
        except Disconnected:
            return
        except asyncio.CancelledError:
            if not self._dropped:
                raise
            await self._close(CloseCode.TOO_SLOW)

    async def _tell(self) -> None:
        """State first, then live text: a chunk never comes before the frame that begins its turn."""
        await self._flush_frames()
        while True:
            while self._behind:
                self._behind = False
                await self._catch_up()
            while self._replays:
                turn_id, only_end = next(iter(self._replays.items()))
                frames = await self._read(changes.replay, turn_id, only_end)
                if self._replays.get(turn_id) == only_end:  # else more was asked for meanwhile
                    del self._replays[turn_id]
                await self._send_frames(frames)
            while self._resumes:
                await self._resume(next(iter(self._resumes)))
            await self._send_live()
            if not self._behind:
                break
        for turn_id in list(self._streams):
            await self._read_journal(turn_id)

    async def _flush_frames(self) -> None:
        while self._frames:
            await self._send_text(self._frames.popleft())

    async def _catch_up(self) -> None:
        """State frames for everything that changed since ``seen``, in order."""
        news = await self._read(changes.since, self.seen)
        if news is None:
            await self._close(CloseCode.NOT_FOUND)
            raise Disconnected
        for turn in news.turns:
            stream = self._streams.get(turn.turn_id)
            await self._send_frames(turn.start)
            if turn.running:
                if stream is None and turn.follow:
                    self._streams[turn.turn_id] = changes.Stream(turn.request_id, turn.turn_id, turn.message_id)
                continue
            if stream is None and turn.follow:
                stream = self._streams[turn.turn_id] = changes.Stream(turn.request_id, turn.turn_id, turn.message_id)
            await self._send_live(turn.turn_id)
            self._streams.pop(turn.turn_id, None)
            self._newest.pop(turn.turn_id, None)
            await self._send_frames(turn.end)
        await self._send_frames(news.frames)
        self.seen = news.seen

    async def _send_live(self, only: UUID | None = None) -> None:
        """The runner's batches that come in order; others are dropped and read from the journal instead."""
        kept: deque[tuple[UUID, int, str]] = deque()
        while self._live and (only is not None or not self._behind):
            turn_id, seq, frame = self._live.popleft()
            stream = self._streams.get(turn_id)
            if stream is None or (only is not None and turn_id != only):
                # a turn that this socket has not been told of yet is kept until it has
                if only is not None or self._behind:
                    kept.append((turn_id, seq, frame))
                continue
            if seq == stream.seq + 1:
                stream.seq = seq
                await self._send_text(frame)
        kept.extend(self._live)
        self._live = kept

    async def _read_journal(self, turn_id: UUID) -> None:
        """What this socket is behind of a running turn."""
        stream = self._streams.get(turn_id)
        while stream is not None and self._newest.get(turn_id, 0) > stream.seq and not (self._live or self._behind):
            frames = await self._read(changes.chunks, stream, JOURNAL_PAGE)
            if not frames:
                # the turn has ended: its end is told from its row
                self._newest.pop(turn_id, None)
                self._behind = True
                self._wake.set()
                return
            for seq, text in frames:
                stream.seq = seq
                await self._send_text(text)

    async def _resume(self, turn_id: UUID) -> None:
        request_id, after_seq = self._resumes[turn_id]
        answer = await self._read(changes.resume, turn_id, after_seq, request_id)
        if self._resumes.get(turn_id) == (request_id, after_seq):
            del self._resumes[turn_id]
        self.seen.unfollowed.discard(turn_id)
        if answer.stream is not None:
            self._streams[turn_id] = answer.stream
            self._newest[turn_id] = max(answer.newest, self._newest.get(turn_id, 0))
        await self._send_frames(answer.frames)
        if answer.stream is not None:
            self._live = deque(item for item in self._live if item[0] != turn_id)
            await self._read_journal(turn_id)

    async def _read(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return await read(function, self.conversation_id, self.language, *arguments)

    async def _send_frames(self, frames: list[Frame]) -> None:
        for frame in frames:
            await self._send_text(encode(frame))

    async def _send_text(self, text: str) -> None:
        if self._closing is not None:  # also in the middle of a flood
            await self._close(self._closing)
            raise Disconnected
        self._unanswered += len(text)
        if self._unanswered > MAX_UNANSWERED:
            await self._close(CloseCode.TOO_SLOW)
            raise Disconnected
        self._sending_since = time.monotonic()
        try:
            await self._send(text)
        except (OSError, RuntimeError) as error:
            # uvicorn raises an OSError from a dead socket, an already closed one a RuntimeError
            raise Disconnected from error
        finally:
            self._sending_since = None
