"""The upgrade drill: data of the migrations before come through today's, and a restart loses nothing that was shown."""

import threading
from typing import Any

import pytest

from tests.conftest import MakeProduct
from tests.support.rig import Rig

# the last migration of each app whose successor changes tables that hold data
BEFORE = {"chat": "0002", "strategies": "0003"}


@pytest.mark.parametrize("configuration", ["uvicorn-sqlite", "uvicorn-postgres"], indirect=True)
def test_data_of_the_migrations_before_come_through(make_product: MakeProduct) -> None:
    product = make_product()
    product.start()
    person = product.person("alice")
    conversation = person.new_conversation("strategy")
    with person.socket(conversation) as socket:
        socket.established()
        socket.say("Buy BTC/USDT on 1h when SMA 5 crosses above SMA 10, sell when it crosses below. Stop loss 2%.")
    messages = person.messages(conversation)
    product.terminate()

    for app, name in BEFORE.items():
        product.manage("migrate", app, name, "--verbosity=0")
    product.manage("migrate", "--verbosity=0")
    assert "verify_chats: 0 errors" in product.manage("verify_chats")
    product.start()
    assert person.http.get("/readyz").json()["migrations"] == "ok"
    assert product.person("alice").messages(conversation) == messages
    with person.socket(conversation) as socket:
        socket.established()
        assert socket.say("Take profit 5%.", parent=messages[-1]["id"])["status"] == "complete"


@pytest.mark.parametrize("configuration", ["uvicorn-postgres"], indirect=True)
def test_processes_are_restarted_one_after_the_other_while_replies_stream(make_product: MakeProduct, rig: Rig) -> None:
    first = make_product(**rig.model_settings)
    first.start()
    second = make_product(beside=first, **rig.model_settings)
    second.start()
    person = first.person("alice")
    lanes = []
    for at in (first, second):
        conversation = person.new_conversation("general")
        socket = person.at(at).socket(conversation)
        socket.established()
        socket.send("ai_chat", content="[[deltas=3000 every=10ms]]", parent=None)
        turn = str(socket.expect("ai_stream_chunk", seq=3)["turn_id"])
        lanes.append((conversation, socket, turn))
    ends: list[dict[str, Any]] = []
    for at, other, (conversation, socket, turn) in zip((first, second), (second, first), lanes, strict=True):
        closing = threading.Thread(target=_read_to_the_close, args=(socket,))
        closing.start()
        at.terminate()
        closing.join()
        with person.at(other).socket(conversation, transcripts=socket.transcripts) as again:  # as a page reconnects
            again.established()
            again.resume(turn)
            end = again.expect("ai_stream_end", turn_id=turn)
        assert end["content"].startswith(socket.shown(turn))
        assert len(socket.shown(turn)) > 0
        ends.append(end)
        at.start()
    assert {end["status"] for end in ends} == {"interrupted"}
    assert "verify_chats: 0 errors" in first.manage("verify_chats")


def _read_to_the_close(socket: Any) -> None:
    """Everything that is shown until the server closes; the socket keeps what it was."""
    socket.close_code()
