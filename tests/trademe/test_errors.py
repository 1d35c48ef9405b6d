"""Errors that are met before any view: by the session, in the middleware."""

from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def without_database(monkeypatch: pytest.MonkeyPatch, client: Client, owner: Any) -> Client:
    client.force_login(owner)
    client.raise_request_exception = False

    def away(self: SessionStore) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(SessionStore, "load", away)
    return client


@pytest.mark.parametrize(("language", "words"), [("en", "does not answer"), ("zh-hans", "没有响应")])
def test_a_page_says_in_words_that_the_database_is_away(without_database: Client, language: str, words: str) -> None:
    answer = without_database.get("/chat/", headers={"accept-language": language})
    assert answer.status_code == 503
    assert answer["Retry-After"] == "2"
    assert words in answer.content.decode()


def test_the_api_says_it_with_its_code(without_database: Client) -> None:
    answer = without_database.get("/api/conversations/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert answer.json()["code"] == "database_unavailable"


def test_a_bug_stays_an_internal_error(
    client: Client, owner: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client.force_login(owner)
    client.raise_request_exception = False

    def broken(self: SessionStore) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(SessionStore, "load", broken)
    answer = client.get("/api/conversations/")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
