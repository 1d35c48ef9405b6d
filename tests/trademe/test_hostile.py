"""What a stranger or a signed-in attacker sends is answered with a code, never with a 500."""

import base64
import json

import pytest
from django.test import Client

from chat.models import Conversation
from chat.protocol import FrameError, decode
from trademe.accounts.models import User
from trademe.origin import is_allowed


@pytest.fixture
def api(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


@pytest.mark.parametrize("body", ["[" * 100_000, '{"a":' * 50_000, '{"title": "\\ud800"}', '{"\\udfff": 1}'])
def test_json_that_cannot_be_repeated_is_refused(api: Client, body: str) -> None:
    answer = api.post("/api/conversations/", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["code"]


@pytest.mark.parametrize(
    "spec", ['{"market": {"instrument": "\\ud800"}}', '{"market": {"\\ud800": 1}}', '{"entry": {"op": "\\ud800"}}']
)
def test_a_spec_with_half_a_character_is_refused(api: Client, conversation: Conversation, spec: str) -> None:
    path = f"/api/conversations/{conversation.pk}/spec/"
    answer = api.patch(path, data=f'{{"spec": {spec}, "revision": 0}}', content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "cursor",
    [
        base64.urlsafe_b64encode(b"[" * 9_000).decode(),
        base64.urlsafe_b64encode(json.dumps([0, False, "0001-01-01T00:00:00+14:00", "x"]).encode()).decode(),
        base64.urlsafe_b64encode(json.dumps([0, False, "9999-12-31T23:59:59-14:00", "x"]).encode()).decode(),
        "%%%",
    ],
)
@pytest.mark.parametrize("path", ["/api/conversations/", "/api/strategies/", "/api/usage/"])
def test_a_made_up_cursor_is_refused(api: Client, path: str, cursor: str) -> None:
    assert api.get(path, {"cursor": cursor}).status_code == 400


@pytest.mark.parametrize("path", ["/api/conversations/", "/chat/", "/api/strategies/", "/strategies/"])
def test_a_very_long_search_finds_nothing(api: Client, conversation: Conversation, path: str) -> None:
    assert api.get(path, {"search": "_%" * 25_000}).status_code == 200


INVISIBLE = ["\u200b", "\u200b\u2060\ufeff", "\u3164\u3164", "\u2800 \ufe0f", "\u202e\u202c"]


@pytest.mark.parametrize("title", INVISIBLE)
def test_a_title_of_nothing_visible_is_none(api: Client, conversation: Conversation, title: str) -> None:
    made = api.post("/api/conversations/", {"kind": "general", "title": title}, content_type="application/json")
    assert (made.status_code, made.json()["title"]) == (201, "")
    path = f"/api/conversations/{conversation.pk}/"
    assert api.patch(path, {"title": title}, content_type="application/json").json()["title"] == ""
    api.post(f"/chat/{conversation.pk}/update/", {"title": title})
    conversation.refresh_from_db()
    assert conversation.title == ""


def test_a_title_may_hold_joined_emoji(api: Client, conversation: Conversation) -> None:
    family = " \U0001f468\u200d\U0001f469\u200d\U0001f467 "
    path = f"/api/conversations/{conversation.pk}/"
    assert api.patch(path, {"title": family}, content_type="application/json").json()["title"] == family.strip()


@pytest.mark.parametrize(
    "frame", ['{"type": []}', '{"type": {}}', '{"a":' * 40_000, '{"type": "ping", "x": ' + "[" * 100_000]
)
def test_a_frame_of_any_shape_is_a_bad_frame(frame: str) -> None:
    with pytest.raises(FrameError) as refused:
        decode(frame)
    assert refused.value.code in ("bad_frame", "unknown_type")


@pytest.mark.parametrize("content", ["\u200b \ufeff", *INVISIBLE])
def test_a_message_of_nothing_visible_is_empty(content: str) -> None:
    frame = {"type": "ai_chat", "request_id": "12345678-1234-5678-1234-567812345678", "content": content}
    with pytest.raises(FrameError, match="empty"):
        decode(json.dumps(frame))


@pytest.mark.parametrize("host", ["[", "a]b[", "", "elsewhere.example"])
def test_a_host_that_is_none_opens_no_socket(host: str) -> None:
    assert not is_allowed(None, host)
    assert not is_allowed("http://127.0.0.1", host)


@pytest.mark.parametrize(
    "origin", ["http://[", "null", "http://127.0.0.1:1", "ftp://127.0.0.1:8000", "http://127.0.0.1"]
)
def test_a_foreign_origin_opens_no_socket(origin: str) -> None:
    assert not is_allowed(origin, "127.0.0.1:8000")


def test_our_own_origin_opens_a_socket() -> None:
    assert is_allowed("http://127.0.0.1:8000", "127.0.0.1:8000")
    assert is_allowed(None, "127.0.0.1:8000")


@pytest.mark.django_db
def test_a_session_key_that_is_none_is_nobody(client: Client) -> None:
    client.cookies["sessionid"] = "\x00" * 12
    assert client.get("/accounts/login/").status_code == 200
    assert client.get("/chat/").status_code == 302
