"""docs/asyncapi.yaml says what the frame classes say, and what a server really sends fits it."""

from typing import Any

import jsonschema
import pytest
import yaml

from chat.protocol import COMMANDS, FRAMES
from scripts import asyncapi
from tests.support.product import Product

DOCUMENT: dict[str, Any] = yaml.safe_load(asyncapi.FILE.read_text(encoding="utf-8"))


def test_it_is_of_today() -> None:
    assert asyncapi.FILE.read_text(encoding="utf-8") == asyncapi.text(), "run python -m scripts.asyncapi"


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if "$ref" in node else []
        return own + [found for value in node.values() for found in references(value)]
    return [found for value in node for found in references(value)] if isinstance(node, list) else []


def test_every_reference_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        found: Any = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
    assert len(DOCUMENT["components"]["messages"]) == len(COMMANDS) + len(FRAMES)
    assert all(message["summary"] for message in DOCUMENT["components"]["messages"].values())


def fits(frame: dict[str, Any]) -> None:
    messages = {message["name"]: message for message in DOCUMENT["components"]["messages"].values()}
    schema = {**messages[frame["type"]]["payload"], "components": DOCUMENT["components"]}
    jsonschema.validate(frame, schema)
    known = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["properties"]
    assert set(frame) <= set(known), "a field that nobody documented"


def test_a_command_with_an_unknown_field_does_not_fit() -> None:
    with pytest.raises(jsonschema.ValidationError):
        fits({"type": "ping", "request_id": "7c0e5b0e-5d64-4a2c-9d7e-0f6a2f0e8a11", "more": 1})


def test_what_a_server_sends_fits_it(product: Product) -> None:
    person = product.person("alice")
    with person.socket(person.new_conversation("strategy")) as socket:
        socket.established()
        socket.say("Buy BTC/USDT spot on 1h when SMA 5 crosses above SMA 10, sell when it crosses below.")
        socket.say("Stop loss 2%, take profit 5%, position 50%.")
        maturity = [frame for frame in socket.frames if frame["type"] == "strategy_maturity"][-1]
        assert maturity["ready"]
        socket.send("confirm_generation", spec_revision=maturity["spec_revision"])
        assert socket.expect("ai_stream_end")["status"] == "complete"
        refused = socket.send("confirm_generation", spec_revision=99)
        socket.refusal(refused)
        socket.send("ping")
        socket.expect("pong")
    for frame in socket.frames:
        fits(frame)
    seen = {frame["type"] for frame in socket.frames}
    assert {"ai_stream_chunk", "ai_stream_end", "strategy_version_created", "error", "pong"} <= seen
