"""The OpenAPI description is whole, without a warning, and public."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client

from tests.support.rest import Api
from trademe.accounts.models import User

ROUTES = {
    "/api/conversations/": {"get", "post"},
    "/api/conversations/{conversation_id}/": {"get", "patch", "delete"},
    "/api/conversations/{conversation_id}/messages/": {"get"},
    "/api/conversations/{conversation_id}/attachments/": {"post"},
    "/api/conversations/{conversation_id}/spec/": {"get", "patch"},
    "/api/attachments/": {"post"},
    "/api/attachments/{attachment_id}/": {"get", "delete"},
    "/api/models/": {"get"},
    "/api/strategies/": {"get"},
    "/api/strategies/{strategy_id}/": {"get", "patch"},
    "/api/strategies/{strategy_id}/versions/": {"get", "post"},
    "/api/strategies/{strategy_id}/versions/{number}/": {"get"},
    "/api/strategies/{strategy_id}/versions/{number}/restore/": {"post"},
    "/api/strategies/{strategy_id}/versions/{number}/backtests/": {"get", "post"},
    "/api/strategies/{strategy_id}/versions/{number}/preview/": {"get"},
    "/api/backtests/{backtest_id}/": {"get", "delete"},
    "/api/datasets/": {"get"},
    "/api/usage/": {"get"},
}


def test_it_is_generated_without_a_warning(tmp_path: Path) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_it_names_every_route_and_its_errors() -> None:
    answer = Client().get("/api/schema/", {"format": "json"})
    assert answer.status_code == 200
    paths = answer.json()["paths"]
    assert {route: set(methods) for route, methods in paths.items()} == ROUTES
    for methods in paths.values():
        for operation in methods.values():
            assert {"400", "401", "404", "429"} <= set(operation["responses"])
            assert operation["description"]
    messages = paths["/api/conversations/{conversation_id}/messages/"]["get"]
    assert {parameter["name"] for parameter in messages["parameters"]} == {
        "conversation_id",
        "after_sequence",
        "cursor",
        "limit",
    }
    example = messages["responses"]["200"]["content"]["application/json"]["examples"]
    assert example


@pytest.mark.django_db
def test_an_unknown_route_of_the_api_is_not_found() -> None:
    answer = Api().get("/api/nothing/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert Api().get("/nothing/")["Content-Type"].startswith("text/html")


@pytest.mark.django_db
def test_a_bug_is_said_in_the_same_shape(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **keywords: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("chat.queries.conversation_list", broken)
    api = Api(owner)
    api.client.raise_request_exception = False
    answer = api.get("/api/conversations/")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")


@pytest.mark.django_db
def test_a_database_that_is_away_is_said(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*arguments: object, **keywords: object) -> None:
        raise OperationalError

    monkeypatch.setattr("chat.queries.conversation_list", away)
    answer = Api(owner).get("/api/conversations/")
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert answer["Retry-After"]
