"""Each route with a parameter shows and does nothing of somebody else's; a new one fails here until it is tried."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from chat.attachments.uploads import store
from chat.models import Conversation, Turn
from strategies.backtests import service
from strategies.backtests.setup import configure
from strategies.data import uploads
from strategies.models import Strategy
from tests.strategies.backtests.codes import CROSS
from tests.strategies.backtests.conftest import make_dataset, make_version
from tests.support import pictures
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db

ELSEWHERE = ("/admin/", "/accounts/one-time/")  # their own tests
METHODS = ("get", "post", "put", "patch", "delete")


def routes(patterns: "list[URLPattern | URLResolver]", before: str = "/") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif "<" in route and not route.startswith(ELSEWHERE) and "format" not in route:
            yield route


ROUTES = sorted(set(routes(get_resolver().url_patterns)))


@pytest.fixture
def owned(
    owner: User, conversation: Conversation, finished_turn: Turn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """One object of the owner's for each parameter that a route has."""
    monkeypatch.setattr(uploads, "_folder", lambda user: tmp_path / str(user.pk))
    strategy = Strategy.objects.create(owner=owner, conversation=conversation, name="Golden cross")
    version = make_version(strategy, CROSS)
    dataset = make_dataset(owner, count=50, key="own")
    backtest = service.start(owner, configure(version, dataset))
    upload = uploads.keep(owner, SimpleUploadedFile("bars.csv", b"date,open,high,low,close\n"))
    image = store(owner, conversation, SimpleUploadedFile("chart.png", pictures.png()))
    message = conversation.messages.first()
    assert message is not None
    return {
        "<uuid:conversation_id>": str(conversation.pk),
        "<uuid:message_id>": str(message.pk),
        "<uuid:attachment_id>": str(image.pk),
        "<int:strategy_id>": str(strategy.pk),
        "<int:number>": str(version.number),
        "<int:dataset_id>": str(dataset.pk),
        "<uuid:backtest_id>": str(backtest.pk),
        "<uuid:upload_id>": str(upload.id),
    }


def filled(route: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        route = route.replace(name, value)
    assert "<" not in route, "a parameter that no fixture fills"
    return route


def test_there_are_routes() -> None:
    assert len(ROUTES) > 20
    assert reverse("strategies:backtest", args=[uuid4()])


@pytest.mark.parametrize("route", ROUTES)
def test_a_stranger_finds_nothing(client: Client, stranger: User, owned: dict[str, str], route: str) -> None:
    url = filled(route, owned)
    client.force_login(stranger)
    answers = {method: getattr(client, method)(url).status_code for method in METHODS}
    assert set(answers.values()) <= {404, 405}, answers
    assert 404 in answers.values()


@pytest.mark.parametrize("route", ROUTES)
def test_nobody_is_asked_to_sign_in(client: Client, owned: dict[str, str], route: str) -> None:
    answers = {method: getattr(client, method)(filled(route, owned)) for method in METHODS}
    for method, answer in answers.items():
        assert answer.status_code in (302, 401, 403, 405), (method, answer.status_code)
        if answer.status_code == 302:
            assert answer["Location"].startswith("/accounts/login/")
