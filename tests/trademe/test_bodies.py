"""What is too large is refused before it is stored, in the API's own shape."""

import json
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.test import Client

from trademe.accounts.models import User
from trademe.bodies import MAX_BODY, MAX_UPLOAD, BoundedBodies

CHUNK = 64 * 1024


@pytest.fixture
def api(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
def test_an_oversize_body_is_answered_in_json(api: Client, content_type: str) -> None:
    body = json.dumps({"kind": "general", "title": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE})
    answer = api.post("/api/conversations/", body, content_type=content_type)
    # the API reads no forms
    expected = (413, "too_large") if content_type == "application/json" else (415, "unsupported_media_type")
    assert (answer.status_code, answer.json()["code"]) == expected
    assert isinstance(answer.json()["message"], str)


def test_what_django_refuses_is_answered_in_json_too(api: Client) -> None:
    answer = api.get("/api/conversations/", headers={"Host": "elsewhere.example"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert "text/html" in api.get("/chat/", headers={"Host": "elsewhere.example"})["Content-Type"]


def test_a_body_may_be_as_large_as_the_bound() -> None:
    assert send("/chat/", MAX_BODY) == (200, b"read", MAX_BODY)


def test_a_file_of_bars_may_be_larger_and_is_bounded_too() -> None:
    assert send("/strategies/data/new/", MAX_UPLOAD) == (200, b"read", MAX_UPLOAD)
    assert send("/strategies/data/new/", MAX_UPLOAD + CHUNK)[0] == 413


def test_a_body_that_announces_its_size_is_not_read() -> None:
    status, body, read = send("/api/conversations/", MAX_BODY + 1, announced=True)
    assert (status, json.loads(body)["code"], read) == (413, "too_large", 0)


def test_a_body_that_grows_is_read_up_to_the_bound() -> None:
    status, body, read = send("/chat/", 4 * MAX_BODY)
    assert (status, body) == (413, b"The request is too large.")
    assert read <= MAX_BODY + CHUNK


def test_the_refusal_is_in_the_browsers_language() -> None:
    _, body, _ = send("/api/usage/", MAX_BODY + 1, announced=True, language="zh-CN")
    assert json.loads(body)["message"] == "请求过大。"


def send(path: str, size: int, announced: bool = False, language: str = "en") -> tuple[int, bytes, int]:
    """Status, answer, and how much of the body was read, of an application that reads it whole."""
    left, sent = size, []

    async def receive() -> dict[str, Any]:
        nonlocal left
        count = min(CHUNK, left)
        left -= count
        return {"type": "http.request", "body": bytes(count), "more_body": left > 0}

    async def remember(message: dict[str, Any]) -> None:
        sent.append(message)

    async def reader(scope: dict[str, Any], receive: Any, send: Any) -> None:
        while (await receive())["more_body"]:
            continue
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"read"})

    headers = [(b"accept-language", language.encode())]
    if announced:
        headers.append((b"content-length", str(size).encode()))
    scope = {"type": "http", "path": path, "headers": headers}
    async_to_sync(BoundedBodies(reader))(scope, receive, remember)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent), size - left
