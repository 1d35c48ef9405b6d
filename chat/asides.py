"""Calls beside the replies, for a title or for minutes: a short text, waited for as a whole."""

import asyncio
import re
from dataclasses import dataclass

from chat.providers.base import Finished, Provider, ProviderRequest, ProviderTimeout, TextDelta, Usage
from chat.text import CleanText

MAX_CHARS = 20_000  # of an answer, thoughts included

THOUGHT = "think|thinking|thought|thoughts|reasoning|scratchpad|reflection"
OPENED_THOUGHT = re.compile(rf"<(?:{THOUGHT})>|\[THINK\]|◁think▷", re.I)
CLOSED_THOUGHT = re.compile(rf"</(?:{THOUGHT})>|\[/THINK\]|◁/think▷", re.I)


@dataclass(frozen=True, slots=True)
class Said:
    """The answer without thoughts; ``usage`` as the provider stated it. ``whole``: it came to its own end."""

    text: str
    usage: Usage
    whole: bool


async def whole_text(provider: Provider, request: ProviderRequest, seconds: float) -> Said:
    """The answer to one call; raises ProviderError, also when it is not there after so many seconds."""
    stream, clean = provider.stream(request), CleanText()
    parts: list[str] = []
    finished: Finished | None = None
    try:
        async with asyncio.timeout(seconds):
            async for event in stream:
                if isinstance(event, TextDelta):
                    parts.append(clean.feed(event.text))
                    if sum(map(len, parts)) > MAX_CHARS:
                        break
                elif isinstance(event, Finished):
                    finished = event
                    break
    except TimeoutError as error:
        raise ProviderTimeout("no answer in time") from error
    finally:
        await stream.aclose()
    parts.append(clean.flush())
    whole = finished is not None and finished.complete
    return Said(without_thoughts("".join(parts)), finished.usage if finished else Usage(), whole)


def without_thoughts(text: str) -> str:
    """What stands outside of the tags in which models think; what is before a stray closing tag is a thought."""
    answer, place = "", 0
    while opened := OPENED_THOUGHT.search(text, place):
        answer += text[place : opened.start()]
        closed = CLOSED_THOUGHT.search(text, opened.end())
        if closed is None:
            return answer.strip()
        place = closed.end()
    rest = text[place:]
    while stray := CLOSED_THOUGHT.search(rest):
        answer, rest = "", rest[stray.end() :]
    return (answer + rest).strip()


def estimated(request: ProviderRequest) -> Usage:
    """Tokens of a call that nobody counted to its end: about four bytes of what was sent a token."""
    sent = len(request.system.encode()) + sum(len(message.content.encode()) for message in request.messages)
    return Usage(-(-sent // 4), None)
