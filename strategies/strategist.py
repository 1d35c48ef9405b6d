"""The provider ``builtin``: the strategist without a model and without a network; it says what the rules worked out."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from decimal import Decimal

from chat.providers.base import Finished, ProviderRequest, StreamEvent, TextDelta, Usage
from strategies.describe import say

MOST_SECONDS = 3.0  # that a long reply takes to stream
PIECE_SECONDS = 0.01
MOST_PIECES = 500
CHINESE_PIECE = 3  # characters


@dataclass(frozen=True, slots=True)
class Script:
    """The reply that the hook worked out before the call."""

    text: str


class Strategist:
    """Streams a script in small pieces. ``seconds`` is the pause between them, 0 for tests."""

    name = "builtin"

    def __init__(self, seconds: float = PIECE_SECONDS) -> None:
        self._seconds = seconds

    async def stream(self, request: ProviderRequest) -> AsyncGenerator[StreamEvent, None]:
        """The script, piece by piece, then Finished with a usage of nothing."""
        script = request.context
        text = script.text if isinstance(script, Script) else _nothing_to_say(request.language)
        parts = list(pieces(text))
        pause = min(self._seconds, MOST_SECONDS / max(len(parts), 1)) if self._seconds else 0.0
        for part in parts:
            yield TextDelta(part)
            await asyncio.sleep(pause)
        yield Finished(usage=Usage(0, 0), stop_reason="stop")

    def price(self, model: str, usage: Usage) -> Decimal | None:
        """Nothing is called, so nothing is to be paid."""
        return Decimal(0)

    async def aclose(self) -> None:
        return None


def pieces(text: str) -> Iterator[str]:
    """Words with the blank behind them, a few Chinese characters at a time; joined they are the text."""
    size = max(1, -(-len(text) // (MOST_PIECES * 8)))  # a very long text goes in larger pieces
    piece = ""
    count = 0
    for place, char in enumerate(text):
        piece += char
        wide = "\u2e80" <= char <= "\uffef"
        count += 1 if wide else 0
        blank = char in " \n" and text[place + 1 : place + 2] not in (" ", "\n")
        if (blank or count >= CHINESE_PIECE) and len(piece) >= size:
            yield piece
            piece, count = "", 0
    if piece:
        yield piece


def _nothing_to_say(language: str) -> str:
    return say(
        language,
        "I am the built-in strategist and work by fixed rules. "
        "Open a strategy conversation and describe your rules there.",
        "我是内置策略助手，按固定规则工作。请新建一个策略对话来描述你的规则。",
    )
