"""What all who work for one running turn share: its token, whether it must stop, and what is said meanwhile."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from typing import Any, TypeVar
from uuid import UUID

from django.db import InterfaceError, OperationalError
from django.utils import translation

from chat.errors import Fenced
from chat.hub import Hub
from chat.models import Turn
from chat.models.turn import TurnStatus
from chat.progress import progress_words
from chat.protocol import AiProgressUpdate
from chat.reads import read
from chat.writer import Writer, is_away

Result = TypeVar("Result")

DATABASE_RETRY_SECONDS = 0.5
QUIET_SECONDS = 3.0  # after which a wait is said to be one
REPEAT_SECONDS = 5.0  # until what is left of it is said again


class Running:
    """One turn while this process runs it."""

    def __init__(self, writer: Writer, hub: Hub, turn: Turn) -> None:
        self.writer = writer
        self.hub = hub
        self.turn = turn
        self.turn_id: UUID = turn.pk
        self.conversation_id: UUID = turn.conversation_id
        self.token: UUID = turn.token
        self.wake = asyncio.Event()  # something has to be looked at
        self.stopping: str | None = None  # the status to end with
        self.fenced = False

    def stop(self, status: str = TurnStatus.STOPPED) -> None:
        """End after the append in flight, with what has come."""
        if self.stopping is None:
            self.stopping = status
        self.wake.set()

    def fence(self) -> None:
        """Another process ended this turn: close the model's stream and show nothing more."""
        self.fenced = True
        self.wake.set()

    def check_fence(self) -> None:
        if self.fenced:
            raise Fenced

    async def pause(self, seconds: float) -> None:
        """Wait; a stop ends the wait."""
        deadline = asyncio.get_running_loop().time() + seconds
        while self.stopping is None and not self.fenced:
            self.wake.clear()
            try:
                async with asyncio.timeout_at(deadline):
                    await self.wake.wait()
            except TimeoutError:
                break
        self.check_fence()

    async def until_stopped(self, call: Coroutine[Any, Any, Result]) -> Result | None:
        """The call's result; None where the turn was told to stop first, which ends the call."""
        task = asyncio.create_task(call)
        task.add_done_callback(lambda _task: self.wake.set())
        try:
            while not task.done():
                await self.wake.wait()
                self.wake.clear()
                self.check_fence()
                if self.stopping is not None and not task.done():
                    return None
            return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait([task])

    async def with_patience(
        self, function: Callable[..., Result], *arguments: object, by: Callable[..., Awaitable[Any]] = read
    ) -> Result:
        """Read; while the database is away, say so and look again."""
        while True:
            try:
                result: Result = await by(function, *arguments)
                return result
            except (OperationalError, InterfaceError) as error:
                if not is_away(error):
                    raise
                self.check_fence()
                self.progress("database")
                await asyncio.sleep(DATABASE_RETRY_SECONDS)

    def progress(self, stage: str, seconds: float | None = None) -> None:
        """Say what the turn waits for or does, and how long at most; an empty stage: the wait is over."""
        left = None if seconds is None else max(0, round(seconds))
        with translation.override(self.turn.language):
            countdown = "" if left is None else progress_words(stage, counted=True)
            message = progress_words(stage) if left is None else countdown.replace("{seconds}", str(left))
        self.hub.progress(
            self.conversation_id,
            AiProgressUpdate(
                request_id=str(self.turn.request_id),
                turn_id=str(self.turn_id),
                stage=stage,
                message=message,
                seconds=left,
                countdown=countdown,
            ),
        )

    @contextlib.asynccontextmanager
    async def working(self, stage: str, seconds: float) -> AsyncGenerator[None, None]:
        """Say what is done, and when it takes a while how long it may still take, for tabs that come later too."""
        self.progress(stage)
        deadline = asyncio.get_running_loop().time() + seconds
        telling = asyncio.create_task(self._tell_what_is_left(stage, deadline))
        try:
            yield
        finally:
            telling.cancel()
            await asyncio.wait([telling])

    async def _tell_what_is_left(self, stage: str, deadline: float) -> None:
        while True:
            await asyncio.sleep(QUIET_SECONDS)
            self.progress(stage, deadline - asyncio.get_running_loop().time())

    async def counted_pause(self, stage: str, seconds: float) -> None:
        """Wait and say how long; a stop ends the wait."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while (left := deadline - loop.time()) > 0 and self.stopping is None:
            self.progress(stage, left)
            await self.pause(min(left, REPEAT_SECONDS))
        self.check_fence()
        self.progress("")
