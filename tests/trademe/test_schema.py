"""The OpenAPI description is whole, without a warning, and public."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from tests.support.rest import Api

ROUTES = {
    "/api/conversations/": {"get", "post"},
    "/api/conversations/{conversation_id}/": {"get", "patch", "delete"},
    "/api/conversations/{conversation_id}/messages/": {"get"},
    "/api/conversations/{conversation_id}/spec/": {"get", "patch"},
    "/api/strategies/": {"get"},
    "/api/strategies/{strategy_id}/": {"get"},
    "/api/strategies/{strategy_id}/versions/": {"get", "post"},
    "/api/strategies/{strategy_id}/versions/{number}/": {"get"},
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
    assert Api().get("/api/nothing/").status_code == 404
