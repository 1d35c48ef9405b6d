"""Frames from clients: each is a known command with exactly its fields, or a refusal with its code."""

import json
import uuid
from typing import Any

import pytest

from chat.errors import sentence
from chat.protocol import COMMANDS, FRAMES, MAX_CONTENT, MAX_FRAME, AiChat, FrameError, Resume, decode, encode

REQUEST = "3f0c8a52-6f0e-4d0e-9a43-0c7a9b1d2e4f"
MESSAGE = "9b1f7c4e-1d2a-4c3b-8e5f-6a7b8c9d0e1f"


def frame(type: str = "ai_chat", **fields: Any) -> str:
    return json.dumps({"type": type, "request_id": REQUEST, **fields})


@pytest.mark.parametrize(
    ("type", "fields"),
    [
        ("ai_chat", {"content": "均线 🚀"}),
        ("ai_chat", {"content": "x", "parent": MESSAGE}),
        ("ai_chat", {"content": "x", "parent": None}),
        ("confirm_generation", {"spec_revision": 3}),
        ("continue", {"message_id": MESSAGE}),
        ("regenerate", {"message_id": MESSAGE}),
        ("edit", {"message_id": MESSAGE, "content": "y"}),
        ("stop", {"turn_id": MESSAGE}),
        ("resume", {"turn_id": MESSAGE, "after_seq": 0}),
        ("ping", {}),
    ],
)
def test_every_command_is_read(type: str, fields: dict[str, Any]) -> None:
    command = decode(frame(type, **fields))
    assert str(command.request_id) == REQUEST
    for name, value in fields.items():
        read = getattr(command, name)
        assert read == (uuid.UUID(value) if value == MESSAGE else value)


def test_a_parent_that_is_null_is_not_a_parent_that_is_absent() -> None:
    """Rule 23: null is the root, absent is the conversation's head."""
    absent, null = decode(frame(content="x")), decode(frame(content="x", parent=None))
    assert isinstance(absent, AiChat)
    assert isinstance(null, AiChat)
    assert absent.parent is not None
    assert null.parent is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "bad_frame"),
        ("", "bad_frame"),
        ("null", "bad_frame"),
        ("[]", "bad_frame"),
        ('"ai_chat"', "bad_frame"),
        ("{", "bad_frame"),
        ("[" * 100_000, "bad_frame"),
        ('{"type": "ping"}', "bad_frame"),
        ('{"type": "ping", "request_id": null}', "bad_frame"),
        ('{"type": "ping", "request_id": "not a uuid"}', "bad_frame"),
        ("{}", "unknown_type"),
        ('{"type": 7}', "unknown_type"),
        ('{"type": {"ai": "chat"}}', "unknown_type"),
        (frame("ai_stream_end"), "unknown_type"),
        (frame(), "bad_frame"),
        (frame(content=None), "bad_frame"),
        (frame(content=["x"]), "bad_frame"),
        (frame(content="x", parent="7"), "bad_frame"),
        (frame(content="x", model="gpt"), "bad_frame"),
        (frame("edit", content="x"), "bad_frame"),
        (frame("edit", message_id=None, content="x"), "bad_frame"),
        (frame("stop", turn_id=5), "bad_frame"),
        (frame("resume", turn_id=MESSAGE), "bad_frame"),
        (frame("resume", turn_id=MESSAGE, after_seq="1"), "bad_frame"),
        (frame("resume", turn_id=MESSAGE, after_seq=1.5), "bad_frame"),
        (frame("resume", turn_id=MESSAGE, after_seq=-1), "bad_cursor"),
        (frame("confirm_generation", spec_revision="1"), "bad_frame"),
        (frame("confirm_generation", spec_revision=True), "bad_frame"),
        (frame(content="a\x00b"), "bad_frame"),
        (frame("edit", message_id=MESSAGE, content="a\x00b"), "bad_frame"),
        (frame(content="\ud83d"), "bad_frame"),
        (frame(content="\ude80\ud83d"), "bad_frame"),
        ('{"type": "ping", "request_id": "\ud83d"}', "bad_frame"),
        (frame(content=""), "empty_message"),
        (frame(content=" \n\t　"), "empty_message"),
        (frame(content="x" * (MAX_CONTENT + 1)), "too_long"),
        (frame(content="x" * 1_000_000), "too_long"),
        ("x" * (MAX_FRAME + 1), "too_long"),
    ],
)
def test_everything_else_is_refused_with_its_code(text: str | None, code: str) -> None:
    with pytest.raises(FrameError) as refused:
        decode(text)
    assert refused.value.code == code
    assert sentence(code) != code


def test_a_refusal_names_the_request_where_it_can_be_read() -> None:
    with pytest.raises(FrameError) as refused:
        decode(frame(content=7))
    assert refused.value.request_id == REQUEST


def test_the_longest_message_is_accepted() -> None:
    assert decode(frame(content="均" * MAX_CONTENT))


@pytest.mark.parametrize("after_seq", [2**31, 10**30])
def test_a_cursor_as_large_as_it_may_be_is_read(after_seq: int) -> None:
    command = decode(frame("resume", turn_id=MESSAGE, after_seq=after_seq))
    assert isinstance(command, Resume)
    assert command.after_seq == after_seq


def test_types_are_told_apart() -> None:
    tags = [str(kind.__struct_config__.tag) for kind in (*COMMANDS, *FRAMES)]
    assert len(tags) == len(set(tags))


def test_a_frame_is_json_text_with_its_type() -> None:
    from chat.protocol import Pong

    assert json.loads(encode(Pong(request_id=REQUEST))) == {"type": "pong", "request_id": REQUEST}
