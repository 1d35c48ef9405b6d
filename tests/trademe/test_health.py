"""A load balancer learns whether the process answers and whether it can work."""

from unittest.mock import Mock, patch

import pytest
from django.db import OperationalError
from django.test import Client

from chat.runtime import Runtime
from trademe import health


@pytest.mark.django_db
def test_it_works(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json().pop("sandbox") in ("unknown", "full", "contained", "off")
    assert {name: state for name, state in ready.json().items() if name != "sandbox"} == {
        "status": "ok",
        "database": "ok",
        "migrations": "ok",
        "writer": "ok",
        "channel_layer": "ok",
    }


@pytest.mark.django_db
def test_a_database_with_open_migrations_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_is_migrated", lambda: False)
    monkeypatch.setattr(health._seen, "migrated", False)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["migrations"]) == (503, "pending")


@pytest.mark.django_db
def test_a_process_whose_writer_died_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.runtime.current", Runtime)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["writer"]) == (503, "stopped")


@pytest.mark.django_db
def test_a_process_whose_writer_is_behind_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    running = Mock(draining=False, writer=Mock(alive=True, away_since=None, lag=health.LAG))
    monkeypatch.setattr("chat.runtime.current", lambda: running)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["writer"]) == (503, "behind")
    running.writer.lag = 0.1
    assert client.get("/readyz").json()["writer"] == "ok"


def test_without_its_database_it_is_alive_but_not_ready(client: Client) -> None:
    with patch.object(health, "_ask_database", side_effect=OperationalError("gone")):
        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "unavailable"
