"""Each ending of a model call, over real sockets, in both wire formats."""

import asyncio
import email.utils
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from asgiref.sync import async_to_sync

from chat import providers
from chat.providers.anthropic import AnthropicProvider
from chat.providers.base import (
    ChatMessage,
    Finished,
    ProviderError,
    ProviderFailed,
    ProviderRejected,
    ProviderRequest,
    ProviderTimeout,
    ProviderUnreachable,
    StreamEvent,
    TextDelta,
    Usage,
)
from chat.providers.http import Deadlines, HttpProvider
from chat.providers.openai import OpenAIProvider
from chat.providers.refusals import retry_after
from chat.text import CleanText
from tests.support.model_server import ModelServer, running_model_server
from tests.support.processes import free_port

SHORT = Deadlines(connect=2.0, first_text=0.3, between=0.3, after_finish=0.3)
MakeProvider = Callable[..., HttpProvider]


@pytest.fixture(scope="module")
def model_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    with running_model_server(tmp_path_factory.mktemp("model") / "ledger.jsonl") as server:
        yield server


@pytest.fixture(params=["openai", "anthropic"])
def api(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def make_provider(api: str, model_server: ModelServer) -> MakeProvider:
    def make(key: str = "key", deadlines: Deadlines | None = None, url: str = "") -> HttpProvider:
        if api == "openai":
            return OpenAIProvider(url or f"{model_server.url}/v1", key, deadlines)
        return AnthropicProvider(url or model_server.url, key, deadlines)

    return make


@dataclass
class Heard:
    """What a caller of the provider got."""

    deltas: list[str] = field(default_factory=list)
    finished: Finished | None = None
    error: ProviderError | None = None

    @property
    def text(self) -> str:
        return "".join(self.deltas)


def request(content: str, model: str = "model") -> ProviderRequest:
    return ProviderRequest(
        model=model,
        system="You help.",
        messages=(ChatMessage("user", content),),
        max_tokens=1000,
        purpose="chat",
        language="en",
    )


async def listen(events: AsyncIterator[StreamEvent]) -> Heard:
    heard = Heard()
    try:
        async for event in events:
            assert heard.finished is None, "nothing comes after Finished"
            if isinstance(event, TextDelta):
                assert event.text
                heard.deltas.append(event.text)
            elif isinstance(event, Finished):
                heard.finished = event
    except ProviderError as error:
        heard.error = error
    return heard


def call(provider: HttpProvider, content: str, model: str = "model") -> Heard:
    async def run() -> Heard:
        try:
            return await listen(provider.stream(request(content, model)))
        finally:
            await provider.aclose()

    return run_async(run())


def run_async(work: Coroutine[object, object, Heard]) -> Heard:
    async def run() -> Heard:
        return await work

    return async_to_sync(run)()


def counted(marker: str, count: int) -> str:
    return "".join(f"{marker}.{number} " for number in range(count))


# --- replies that end by themselves -------------------------------------------------------------------------------


def test_it_works(make_provider: MakeProvider, model_server: ModelServer, api: str) -> None:
    heard = call(make_provider(), "[[marker=plain deltas=7 every=1ms]]")
    assert heard.error is None
    assert heard.text == counted("plain", 7)
    assert heard.finished is not None
    assert heard.finished.complete
    assert heard.finished.stop_reason == ("stop" if api == "openai" else "end_turn")
    assert heard.finished.usage.output_tokens == 7
    assert heard.finished.usage.input_tokens
    entry = model_server.wait_for_end("plain")
    assert (entry["api"], entry["ended"], entry["system"], entry["messages"]) == (api, "finished", True, 2)


def test_text_comes_as_it_is_sent(make_provider: MakeProvider) -> None:
    heard = call(make_provider(), "[[marker=pace deltas=5 every=40ms]]")
    assert heard.text == counted("pace", 5)
    assert len(heard.deltas) > 1  # a busy machine may see two of them at once, never all


@pytest.mark.parametrize("how", ["crlf", "pings", "split=7", "crlf split=1", "every=1ms pings"])
def test_the_way_of_sending_changes_nothing(make_provider: MakeProvider, how: str) -> None:
    heard = call(make_provider(), f"[[marker=way deltas=12 {how}]]")
    assert heard.text == counted("way", 12)
    assert heard.finished is not None
    assert heard.finished.usage.output_tokens == 12


def test_chinese_text_cut_anywhere(make_provider: MakeProvider) -> None:
    heard = call(make_provider(), "[[split=3 deltas=5 text=五日均线上穿十日均线时买入，\n下穿时卖出 \U0001f600]]")
    assert heard.text == "五日均线上穿十日均线时买入，\n下穿时卖出 \U0001f600"


def test_halves_of_an_emoji_in_two_deltas(make_provider: MakeProvider) -> None:
    heard = call(make_provider(), "[[marker=e deltas=3 surrogates split=50]]")
    clean = CleanText()
    text = "".join(clean.feed(delta) for delta in heard.deltas) + clean.flush()
    assert heard.error is None
    assert text == "e.0 \U0001f600e.1 \U0001f600e.2 "


def test_bytes_that_are_no_utf8_are_replaced(make_provider: MakeProvider) -> None:
    heard = call(make_provider(), "[[marker=bad deltas=2 badutf8]]")
    assert heard.text == "bad.0\ufffd bad.1\ufffd "


def test_the_token_limit_makes_it_incomplete(make_provider: MakeProvider, api: str) -> None:
    finished = call(make_provider(), "[[length]]").finished
    assert finished is not None
    assert not finished.complete
    assert finished.stop_reason == ("length" if api == "openai" else "max_tokens")


def test_a_filter_makes_it_incomplete(make_provider: MakeProvider, api: str) -> None:
    finished = call(make_provider(), "[[filter]]").finished
    assert finished is not None
    assert not finished.complete
    assert finished.stop_reason == ("content_filter" if api == "openai" else "refusal")


def test_an_empty_reply_finishes_without_text(make_provider: MakeProvider) -> None:
    heard = call(make_provider(), "[[empty]]")
    assert heard.text == ""
    assert heard.finished is not None
    assert heard.finished.complete


def test_counts_that_are_not_stated_are_unknown(make_provider: MakeProvider) -> None:
    heard = call(make_provider(), "[[nousage]]")
    assert heard.finished is not None
    assert heard.finished.usage == Usage(None, None)


def test_calls_share_one_connection(make_provider: MakeProvider, model_server: ModelServer, api: str) -> None:
    provider = make_provider()

    async def run() -> Heard:
        for number in range(3):
            heard = await listen(provider.stream(request(f"[[marker=shared{api}{number} deltas=2]]")))
        await provider.aclose()
        return heard

    assert run_async(run()).finished is not None
    assert len({model_server.entry(f"shared{api}{number}")["client_port"] for number in range(3)}) == 1


def test_many_calls_at_once_keep_their_own_text(make_provider: MakeProvider) -> None:
    provider = make_provider()

    async def run() -> Heard:
        names = [f"own{number}" for number in range(120)]
        streams = (provider.stream(request(f"[[marker={name} deltas=10 every=5ms]]")) for name in names)
        all_heard = await asyncio.gather(*(listen(stream) for stream in streams))
        assert [heard.text for heard in all_heard] == [counted(name, 10) for name in names]
        await provider.aclose()
        return all_heard[0]

    assert run_async(run()).finished is not None


# --- replies that are cut -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["cut=3", "cut=3 reset", "cut=3 every=1ms", "deltas=3 nofinish"])
def test_a_cut_reply_ends_without_finished(make_provider: MakeProvider, how: str) -> None:
    heard = call(make_provider(), f"[[marker=cut {how}]]")
    assert heard.error is None
    assert heard.finished is None
    # a reset may overtake bytes on their way
    assert heard.text == counted("cut", 3) or "reset" in how


@pytest.mark.parametrize("how", ["cut=0", "drop", "drop reset"])
def test_a_cut_before_the_first_text_is_unreachable(make_provider: MakeProvider, how: str) -> None:
    heard = call(make_provider(), f"[[{how}]]")
    assert type(heard.error) is ProviderUnreachable
    assert heard.error.retryable
    assert not heard.error.refused_before_start


def test_nobody_listens(make_provider: MakeProvider) -> None:
    assert type(call(make_provider(url=f"http://127.0.0.1:{free_port()}"), "hello").error) is ProviderUnreachable


def test_an_error_event_keeps_what_had_come(make_provider: MakeProvider) -> None:
    heard = call(make_provider(), "[[marker=err errorframe=5]]")
    assert heard.text == counted("err", 5)
    assert type(heard.error) is ProviderFailed
    assert heard.error.retryable
    assert not heard.error.refused_before_start
    assert "Overloaded" not in heard.error.detail


def test_counts_before_a_failure_are_told() -> None:
    with running_model_server() as server:
        heard = call(AnthropicProvider(server.url, "key"), "[[errorframe=5]]")
    assert heard.error is not None
    assert heard.error.usage is not None
    assert heard.error.usage.input_tokens


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 302])
def test_a_refusal_for_good(make_provider: MakeProvider, status: int) -> None:
    heard = call(make_provider(), f"[[status={status}]]")
    assert type(heard.error) is ProviderRejected
    assert heard.error.status == status
    assert not heard.error.retryable
    assert heard.error.detail == f"HTTP {status} refused_{status}"


def test_a_wrong_key(make_provider: MakeProvider) -> None:
    heard = call(make_provider(key="wrong"), "hello")
    assert type(heard.error) is ProviderRejected
    assert heard.error.status == 401


def test_an_unknown_model(make_provider: MakeProvider) -> None:
    heard = call(make_provider(), "hello", model="unknown")
    assert type(heard.error) is ProviderRejected


@pytest.mark.parametrize("status", [429, 503, 529])
def test_a_refusal_for_now(make_provider: MakeProvider, status: int) -> None:
    heard = call(make_provider(), f"[[status={status} retry=1.5]]")
    assert type(heard.error) is ProviderFailed
    assert heard.error.refused_before_start
    assert heard.error.retry_after == 1.5


def test_when_to_ask_again() -> None:
    in_a_minute = email.utils.formatdate(time.time() + 60, usegmt=True)
    assert retry_after(httpx.Headers({"Retry-After": "20"})) == 20
    assert retry_after(httpx.Headers({"Retry-After-Ms": "250", "Retry-After": "1"})) == 0.25
    assert retry_after(httpx.Headers({"Retry-After": in_a_minute})) == pytest.approx(60, abs=5)
    assert retry_after(httpx.Headers({"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"})) == 0
    assert retry_after(httpx.Headers({"Retry-After": "soon"})) is None
    assert retry_after(httpx.Headers({"Retry-After": "nan"})) is None
    assert retry_after(httpx.Headers({"Retry-After": "Mon, 99 Nov 2026 99:99:99 GMT"})) is None
    assert retry_after(httpx.Headers({"Retry-After": "Mon, 01 Jan 2026 00:00:00 +999999"})) is None
    assert retry_after(httpx.Headers()) is None


@pytest.mark.parametrize("count", [-1, 2**31, 10**20])
@pytest.mark.parametrize("api", ["openai", "anthropic"])
def test_a_count_that_cannot_be_one_says_nothing(api: str, count: int) -> None:
    """It would be paid back to the daily limit, or fit no column so that the turn could not end."""
    if api == "openai":
        reply = OpenAIProvider("http://127.0.0.1:1", "").reply()
        reply.read(b'{"choices":[],"usage":{"prompt_tokens":%d,"completion_tokens":7}}' % count)
    else:
        reply = AnthropicProvider("http://127.0.0.1:1", "key").reply()
        reply.read(b'{"type":"message_delta","delta":{},"usage":{"input_tokens":%d,"output_tokens":7}}' % count)
    assert reply.usage == Usage(None, 7)


@pytest.mark.parametrize("status", [500, 502, 504])
def test_the_servers_own_failure_is_not_asked_again_by_itself(make_provider: MakeProvider, status: int) -> None:
    heard = call(make_provider(), f"[[status={status}]]")
    assert type(heard.error) is ProviderFailed
    assert heard.error.retryable
    assert not heard.error.refused_before_start


@pytest.mark.parametrize("how", ["garbage", "html"])
def test_bytes_that_are_no_stream(make_provider: MakeProvider, how: str) -> None:
    heard = call(make_provider(), f"[[{how}]]")
    assert type(heard.error) is ProviderFailed
    assert heard.text == ""


def test_a_key_that_cannot_be_sent_stays_secret(make_provider: MakeProvider) -> None:
    heard = call(make_provider(key="se\ncret"), "hello")
    assert type(heard.error) is ProviderRejected
    assert heard.error.__cause__ is None
    assert "cret" not in str(heard.error)


# --- deadlines ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["late=5s", "slow=5s", "stall_after=0", "stall_after=3", "stall_after=3 pings"])
def test_silence_ends_in_time(make_provider: MakeProvider, model_server: ModelServer, api: str, how: str) -> None:
    marker = f"{api}{how}".replace(" ", "").replace("=", "")
    heard = call(make_provider(deadlines=SHORT), f"[[marker={marker} {how}]]")
    assert type(heard.error) is ProviderTimeout
    assert heard.text == (counted(marker, 3) if "3" in how else "")
    assert model_server.wait_for_end(marker, 1.0)["ended"] == "client gone"


def test_a_slow_reply_within_its_deadlines(make_provider: MakeProvider) -> None:
    heard = call(make_provider(deadlines=SHORT), "[[slow=100ms deltas=8 every=50ms]]")
    assert heard.finished is not None


# --- closing ------------------------------------------------------------------------------------------------------


def test_closing_the_generator_ends_the_call(make_provider: MakeProvider, model_server: ModelServer, api: str) -> None:
    provider, marker = make_provider(), f"close{api}"

    async def run() -> Heard:
        stream = provider.stream(request(f"[[marker={marker} deltas=1000 every=10ms]]"))
        await anext(stream)
        await stream.aclose()
        entry = await asyncio.to_thread(model_server.wait_for_end, marker, 1.0)
        assert entry["ended"] == "client gone"
        await provider.aclose()
        return Heard()

    run_async(run())


def test_cancelling_the_reader_ends_the_call(make_provider: MakeProvider, model_server: ModelServer, api: str) -> None:
    provider, marker = make_provider(), f"cancel{api}"

    async def run() -> Heard:
        stream = provider.stream(request(f"[[marker={marker} stall_after=1]]"))
        await anext(stream)
        waiting = asyncio.ensure_future(listen(stream))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        entry = await asyncio.to_thread(model_server.wait_for_end, marker, 1.0)
        assert entry["ended"] == "client gone"
        await provider.aclose()
        return Heard()

    run_async(run())


# --- what is never said -------------------------------------------------------------------------------------------


def test_no_log_holds_text_or_key(make_provider: MakeProvider, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for content in ("[[text=whisper]]", "[[status=401]] whisper", "[[garbage]] whisper"):
        call(make_provider(key="hush-hush"), content)
    assert "whisper" not in caplog.text
    assert "hush" not in caplog.text


# --- prices and registration --------------------------------------------------------------------------------------


def test_prices_come_from_the_bundled_list() -> None:
    usage = Usage(1_000_000, 1_000_000)
    assert OpenAIProvider("https://api.openai.com/v1", "").price("gpt-5-mini", usage) == Decimal("2.25")
    assert AnthropicProvider("https://api.anthropic.com", "").price("claude-sonnet-4-5", usage) == Decimal("28.50")


def test_an_unknown_price_is_unknown() -> None:
    openai = OpenAIProvider("https://api.openai.com/v1", "")
    assert openai.price("no-such-model", Usage(1, 1)) is None
    assert openai.price("gpt-5-mini", Usage(None, 1)) is None
    assert openai.price("gpt-5-mini", Usage(1, None)) is None
    assert OpenAIProvider("http://127.0.0.1:1/v1", "").price("gpt-5-mini", Usage(1, 1)) is None


def test_both_are_registered() -> None:
    assert isinstance(providers.get("openai"), OpenAIProvider)
    assert isinstance(providers.get("anthropic"), AnthropicProvider)


def test_the_ledger_is_written_down(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    with running_model_server(path) as server:
        call(OpenAIProvider(f"{server.url}/v1", ""), "[[marker=kept]]")
    assert '"marker": "kept"' in path.read_text()
    assert '"ended": "finished"' in path.read_text()
