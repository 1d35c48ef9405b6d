"""The self-check writes, reads, sends, and leaves nothing behind; each step says how it went."""

import asyncio
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chat.models import Conversation, Turn
from chat.rates import TokenBucket
from tests.chat.turn_rows import started
from trademe import status
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def begin(client: Client) -> Any:
    return client.post(reverse("status-begin")).json()


def test_it_works(signed_in: Client, owner: User) -> None:
    assert 'data-step="database"' in signed_in.get(reverse("status")).content.decode()
    begun = begin(signed_in)
    assert {name: step["ok"] for name, step in begun["steps"].items()} == {"database": True, "channel_layer": True}
    probe = Conversation.objects.get(pk=begun["conversation"])
    assert (probe.owner, probe.kind, probe.archived, begun["builtin"]) == (owner, "general", True, True)

    for _ in range(2):  # the page may not have heard the first answer
        ended = signed_in.post(reverse("status-end"), {"ticket": begun["ticket"]}).json()
        assert ended["steps"]["removal"]["ok"]
        assert not Conversation.objects.exists()


def test_it_is_for_signed_in_people(client: Client) -> None:
    assert client.get(reverse("status")).status_code == 302
    assert client.post(reverse("status-begin")).status_code == 302
    assert client.post(reverse("status-end"), {"ticket": "x"}).status_code == 302
    assert not Conversation.objects.exists()


def test_a_database_that_is_away_is_red_and_nothing_else_is_tried(signed_in: Client) -> None:
    with patch("chat.conversations.create", side_effect=OperationalError("a password would stand here")):
        begun = begin(signed_in)
    assert begun["steps"]["database"] | {"milliseconds": 0} == {
        "ok": False,
        "milliseconds": 0,
        "detail": "OperationalError",
    }
    assert begun["conversation"] is None


class DroppingLayer:
    """Takes everything and brings nothing."""

    async def new_channel(self) -> str:
        return "channel"

    async def send(self, channel: str, message: object) -> None:
        return None

    async def receive(self, channel: str) -> object:
        return await asyncio.Event().wait()


def test_a_layer_that_drops_is_red(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "SECONDS", 0.2)
    monkeypatch.setattr("trademe.status.get_channel_layer", DroppingLayer)
    step = begin(signed_in)["steps"]["channel_layer"]
    assert (step["ok"], step["detail"]) == (False, "TimeoutError")


def test_only_its_own_rows_are_removed(signed_in: Client, owner: User, stranger: User) -> None:
    kept = Conversation.objects.create(owner=owner, title="Golden cross")
    ticket = begin(signed_in)["ticket"]
    other = Client()
    other.force_login(stranger)
    for client, given in ((other, ticket), (signed_in, ticket + "x"), (signed_in, str(kept.pk)), (signed_in, "")):
        assert client.post(reverse("status-end"), {"ticket": given}).status_code == 404
    assert Conversation.objects.count() == 2
    assert signed_in.get(reverse("status-end")).status_code == 405


def test_a_reply_that_runs_is_not_torn_away(signed_in: Client) -> None:
    begun = begin(signed_in)
    turn = started(Conversation.objects.get(pk=begun["conversation"]))
    removal = signed_in.post(reverse("status-end"), {"ticket": begun["ticket"]}).json()["steps"]["removal"]
    assert removal["ok"] is False
    assert Turn.objects.filter(pk=turn.pk).exists()


def test_what_a_closed_tab_left_goes_with_the_next_check(signed_in: Client, owner: User, stranger: User) -> None:
    theirs = Client()
    theirs.force_login(stranger)
    left, running, of_stranger, young = (
        begin(one)["conversation"] for one in (signed_in, signed_in, theirs, signed_in)
    )
    own = Conversation.objects.create(owner=owner, title="Status check", kind="general", archived=True)
    started(Conversation.objects.get(pk=running))
    over = timezone.now() - timedelta(seconds=status.TICKET_SECONDS + 1)
    Conversation.objects.exclude(pk=young).update(created_at=over)
    new = begin(signed_in)["conversation"]
    assert {str(pk) for pk in Conversation.objects.values_list("pk", flat=True)} == {
        *(running, of_stranger, young, new),
        str(own.pk),
    }
    assert left not in (running, new)


def test_checks_are_bounded(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "checks", TokenBucket(0.0, 1))
    assert signed_in.post(reverse("status-begin")).status_code == 200
    answer = signed_in.post(reverse("status-begin"))
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
