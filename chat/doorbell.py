"""Ringing: "a tab of this conversation has something new to show", from any thread, command or process.

The channel layer is a doorbell only: a lost ring delays a screen by at most a poll, nothing more.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from uuid import UUID

import structlog
from channels.layers import get_channel_layer
from django.conf import settings

logger = structlog.get_logger(__name__)

NO_LAYER = "none"  # an alias that is not configured: a consumer without a channel of its own
GROUP = "trademe.doorbell"
MESSAGE_TYPE = "doorbell.ring"
TOGETHER_SECONDS = 0.05  # rings of this long go out as one message, whatever the number of conversations
RETRY_SECONDS = 1.0

_answer: Callable[[UUID], None] | None = None


def ring(conversation_id: UUID) -> None:
    """Say that rows of this conversation changed; where no server runs in this process, its poll will find it."""
    if _answer is not None:
        _answer(conversation_id)


def answered_by(answer: Callable[[UUID], None] | None) -> None:
    """``answer`` is called for each ring of this process, from any thread."""
    global _answer
    _answer = answer


class Doorbell:
    """Rings the other server processes, and hears them, where there is a channel layer between processes."""

    def __init__(self) -> None:
        self._rung: set[str] = set()
        self._rings = asyncio.Event()
        self._channel = ""

    def ring_others(self, conversation_id: UUID) -> None:
        if settings.CONFIG.redis_url:
            self._rung.add(conversation_id.hex)
            self._rings.set()

    async def send(self) -> None:
        """For ever: one message for all conversations that changed meanwhile."""
        layer = get_channel_layer()
        while True:
            await self._rings.wait()
            await asyncio.sleep(TOGETHER_SECONDS)
            self._rings.clear()
            rung, self._rung = sorted(self._rung), set()
            message = {"type": MESSAGE_TYPE, "from": self._channel, "conversations": rung}
            try:
                await layer.group_send(GROUP, message)
            except Exception as error:  # noqa: BLE001 - only a doorbell: the poll finds what it would have said
                logger.info("doorbell failed", error=type(error).__name__)

    async def hear(self, look: Callable[[Iterable[UUID]], Awaitable[None]]) -> None:
        """For ever: look at the conversations that another process rang for."""
        layer = get_channel_layer()
        while True:
            try:
                self._channel = await layer.new_channel()
                await layer.group_add(GROUP, self._channel)
                while True:
                    message = await layer.receive(self._channel)
                    if message.get("from") != self._channel:
                        await look([UUID(hex=name) for name in message["conversations"]])
            except Exception as error:  # noqa: BLE001 - only a doorbell, see above
                logger.info("doorbell not heard", error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
