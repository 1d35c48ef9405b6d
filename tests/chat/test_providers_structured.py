"""Calls whose answer is JSON by a schema, over real sockets, in both wire formats."""

import asyncio
import base64
import json
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from chat.providers.anthropic import AnthropicProvider
from chat.providers.base import (
    ProviderError,
    ProviderFailed,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnreachable,
)
from chat.providers.http import HttpProvider
from chat.providers.openai import OpenAIProvider
from chat.providers.structured import Answer, StructuredRequest
from tests.support.model_server import ModelServer, running_model_server
from tests.support.processes import free_port

SCHEMA = {"type": "object", "properties": {"period": {"type": "integer"}}}
MakeProvider = Callable[..., HttpProvider]


@pytest.fixture(scope="module")
def model_server() -> Iterator[ModelServer]:
    with running_model_server() as server:
        yield server


@pytest.fixture(params=["openai", "anthropic"])
def make_provider(request: pytest.FixtureRequest, model_server: ModelServer) -> MakeProvider:
    def make(key: str = "key", url: str = "") -> HttpProvider:
        if request.param == "openai":
            return OpenAIProvider(url or f"{model_server.url}/v1", key)
        return AnthropicProvider(url or model_server.url, key)

    return make


def ask(provider: HttpProvider, directive: str, seconds: float = 30.0) -> Answer:
    content = f"Read this. [[late=60s]] [[tool: {directive}]]"
    asked = StructuredRequest("model", "You read.", content, "plan", SCHEMA, 500, seconds)

    async def run() -> Answer:
        return await provider.ask(asked)

    return asyncio.run(run())


def answer(value: object) -> str:
    return "answer64=" + base64.b64encode(json.dumps(value).encode()).decode()


def test_it_works(make_provider: MakeProvider, model_server: ModelServer) -> None:
    before = len(model_server.ledger("works"))
    got = ask(make_provider(), f"marker=works {answer({'period': 14})}")
    assert got.value == {"period": 14}
    assert got.usage.output_tokens == 7
    assert got.usage.input_tokens
    assert [entry["tool"] for entry in model_server.ledger("works")[before:]] == ["plan"]


@pytest.mark.parametrize("directive", ["notool text=I would rather talk.", answer([1, 2]), answer("words")])
def test_an_answer_that_is_no_object_is_none(make_provider: MakeProvider, directive: str) -> None:
    assert ask(make_provider(), directive).value is None


REFUSALS: list[tuple[str, type[ProviderError], bool]] = [
    ("status=429 retry=7", ProviderFailed, True),
    ("status=503", ProviderFailed, True),
    ("status=500", ProviderFailed, False),
    ("status=400", ProviderRejected, False),
    ("drop", ProviderUnreachable, False),
    ("garbage", ProviderFailed, False),
]


@pytest.mark.parametrize(("directive", "kind", "again"), REFUSALS)
def test_p5_a_failure_is_one_call_and_one_of_our_errors(
    make_provider: MakeProvider, model_server: ModelServer, directive: str, kind: type[ProviderError], again: bool
) -> None:
    """The SDKs try again by themselves unless they are told not to, and such a try is in no ledger."""
    marker = "refused" + "".join(letter for letter in directive if letter.isalnum())
    before = len(model_server.ledger(marker))
    with pytest.raises(ProviderError) as failed:
        ask(make_provider(), f"marker={marker} {directive}")
    assert type(failed.value) is kind
    assert failed.value.refused_before_start is again
    assert len(model_server.ledger(marker)) == before + 1
    assert "Read this" not in str(failed.value)


def test_a_wrong_key_is_rejected(make_provider: MakeProvider) -> None:
    with pytest.raises(ProviderRejected):
        ask(make_provider(key="wrong"), "text=x")


def test_the_deadline_is_of_the_whole_call(make_provider: MakeProvider, model_server: ModelServer) -> None:
    with pytest.raises(ProviderTimeout):
        ask(make_provider(), "marker=slow late=30s", seconds=1.0)
    assert model_server.wait_for_end("slow")["ended"] == "client gone"


def test_nobody_there(make_provider: MakeProvider) -> None:
    with pytest.raises(ProviderUnreachable):
        ask(make_provider(url=f"http://127.0.0.1:{free_port()}"), "text=x")


def test_a_server_that_asks_nothing_structured_does_not_hold_the_library() -> None:
    """It costs about 100 MB."""
    imports = "import sys, chat.providers.structured, chat.providers.openai; print('pydantic_ai' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", imports], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
