"""What all who work for one running turn share: its token, whether it must stop, and what is said meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
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

    def progress(self, stage: str, seconds: int = 0) -> None:
        """Say what the turn waits for or does; an empty stage: the wait is over."""
        with translation.override(self.turn.language):
            message = progress_words(stage, seconds)
        self.hub.progress(
            self.conversation_id,
            AiProgressUpdate(
                request_id=str(self.turn.request_id), turn_id=str(self.turn_id), stage=stage, message=message
            ),
        )
