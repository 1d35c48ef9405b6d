"""A model at the network's edge of one server process: it says what a test tells it, turn by turn."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable
from decimal import Decimal
from typing import Any

from chat.hooks import CallPlan, PlainTalk
from chat.models import Conversation, Turn
from chat.providers.base import (
    Finished,
    ProviderFailed,
    ProviderRequest,
    StreamEvent,
    TextDelta,
    Usage,
)

# one step of a reply: {"text": ...} or {"end": one of ENDS}
Step = dict[str, Any]

#: how a call can end: as it should, at the model's limit, without a word, with an error, refused before it began
ENDS = ("complete", "length", "cut", "error", "refused")


class NamedTalk(PlainTalk):
    """Plain talk that lets the model know which turn it answers."""

    def plan_call(self, turn: Turn, conversation: Conversation) -> CallPlan:
        return CallPlan(context=str(turn.pk))


class ScriptedModel:
    """``tell`` hears of every call; ``say`` gives the next steps of a turn, also before its call begins."""

    name = "script"

    def __init__(self, tell: Callable[[dict[str, Any]], None]) -> None:
        self._tell = tell
        self._steps: dict[str, asyncio.Queue[Step]] = defaultdict(asyncio.Queue)

    def say(self, turn_id: str, steps: list[Step]) -> None:
        for step in steps:
            self._steps[turn_id].put_nowait(step)

    async def stream(self, request: ProviderRequest) -> AsyncGenerator[StreamEvent, None]:
        turn_id = str(request.context)
        self._tell({"event": "call", "turn": turn_id, "purpose": request.purpose})
        try:
            while True:
                step = await self._steps[turn_id].get()
                if "text" in step:
                    yield TextDelta(step["text"])
                    continue
                match step["end"]:
                    case "complete":
                        yield Finished(Usage(3, 4))
                    case "length":
                        yield Finished(Usage(3, 4), "length", complete=False)
                    case "error":
                        raise ProviderFailed("as told", status=500)
                    case "refused":
                        raise ProviderFailed("as told", status=429, refused_before_start=True, retry_after=0.01)
                return
        finally:
            self._tell({"event": "hung up", "turn": turn_id})

    def price(self, model: str, usage: Usage) -> Decimal | None:
        return Decimal("0.25")

    async def aclose(self) -> None:
        return None
