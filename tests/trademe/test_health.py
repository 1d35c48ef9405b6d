"""A load balancer learns whether the process answers and whether it can work."""

from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client

from trademe import health


@pytest.mark.django_db
def test_it_works(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"status": "ok", "database": "ok", "channel_layer": "ok"}


def test_without_its_database_it_is_alive_but_not_ready(client: Client) -> None:
    with patch.object(health, "_ask_database", side_effect=OperationalError("gone")):
        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "unavailable"
