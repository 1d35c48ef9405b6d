"""The built-in provider: small pieces that join to the exact text, at no cost."""

import asyncio
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from chat import providers
from chat.providers.base import Finished, ProviderRequest, StreamEvent, TextDelta, Usage
from strategies.strategist import Script, Strategist, pieces


@given(st.text())
def test_pieces_join_to_the_text(text: str) -> None:
    assert "".join(pieces(text)) == text


def test_a_reply_comes_in_small_pieces() -> None:
    assert len(list(pieces("五日均线上穿十日均线时买入"))) >= 4
    assert list(pieces("one two\n\nthree")) == ["one ", "two\n\n", "three"]
    assert len(list(pieces("word " * 50_000))) <= 60_000


def test_it_streams_its_script_for_nothing() -> None:
    async def listen() -> list[StreamEvent]:
        request = ProviderRequest("builtin", "", (), 100, "chat", "en", Script("a b c"))
        return [event async for event in Strategist(seconds=0).stream(request)]

    events = asyncio.run(listen())
    assert events[:-1] == [TextDelta("a "), TextDelta("b "), TextDelta("c")]
    assert events[-1] == Finished(Usage(0, 0), "stop")


def test_it_is_registered_and_costs_nothing() -> None:
    assert providers.get("builtin").price("builtin", Usage(0, 0)) == Decimal(0)
