"""One turn after the other in a runtime of this process, with the real hook, writer and database around it."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable

from chat import hooks
from chat.models import Conversation, Turn
from chat.protocol import AiChat, AiProgressUpdate, Frame
from chat.runtime import Runtime
from chat.turns import StartTurn

DEADLINE = 30.0


class Talk:
    """The running turn, and the stages that a tab was told of."""

    def __init__(self, running: Runtime) -> None:
        self.runtime = running
        self.turn: Turn = Turn()
        self.progress: list[AiProgressUpdate] = []

    async def told(self, stage: str) -> None:
        await until(lambda: any(frame.stage == stage for frame in self.progress))

    async def ended(self) -> None:
        await until(lambda: not self.runtime.runs(self.turn.pk))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not condition():  # noqa: ASYNC110 - of several sources
            await asyncio.sleep(0.005)


def say(conversation: Conversation, content: str, act: Callable[[Talk], Awaitable[None]] = Talk.ended) -> Talk:
    """Send one message, let ``act`` happen, end the runtime; the turn as it then stands in the rows."""
    conversation.refresh_from_db()
    plan = hooks.hook().prepare_message(conversation, conversation.head_id, content, "en")

    async def run() -> Talk:
        running = Runtime()
        await running.start()
        talk = Talk(running)

        def progress(conversation_id: uuid.UUID, frame: Frame) -> None:
            if isinstance(frame, AiProgressUpdate):
                talk.progress.append(frame)

        running.hub.progress = progress  # type: ignore[method-assign]
        command = AiChat(content=content, request_id=uuid.uuid4())
        unit = StartTurn(conversation.pk, conversation.owner_id, command, plan.language or "en", plan)
        talk.turn = (await running.start_turn(unit)).turn
        try:
            await act(talk)
        finally:
            await running.drain()
        return talk

    talk = asyncio.run(run())
    talk.turn.refresh_from_db()
    conversation.refresh_from_db()
    return talk
