"""An indicator's version is drawn on chosen bars, by page and API; what goes wrong is said."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from strategies.models import Dataset, Strategy, StrategyVersion
from strategies.previews import service
from tests.strategies.backtests.codes import CROSS
from tests.strategies.backtests.conftest import make_dataset, make_version
from tests.strategies.previews.conftest import body
from tests.support.rest import Api
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db


def route(version: StrategyVersion) -> str:
    return f"/api/strategies/{version.strategy_id}/versions/{version.number}/preview/"


def preview(user: User, version: StrategyVersion, fields: Mapping[str, object]) -> Any:
    return Api(user).get(f"{route(version)}?{urlencode(fields)}")


def page_of(version: StrategyVersion) -> str:
    return reverse("strategies:preview", args=[version.strategy_id, version.number])


def test_it_works(owner: User, version: StrategyVersion, dataset: Dataset) -> None:
    answer = preview(owner, version, {"p_period": "30"})
    assert answer.status_code == 200, answer.content
    drawn = answer.json()
    assert (len(drawn["bars"]), drawn["aggregated"]) == (600, 1)
    names = [line["name"] for line in drawn["series"]]
    assert len(names) == 3
    assert [line["overlay"] for line in drawn["series"]] == [True, True, False], "a strength of 0 to 100 lies below"
    middle = drawn["series"][0]["values"]
    assert middle[:29] == [None] * 29
    closes = [bar[4] for bar in drawn["bars"]]
    assert middle[29] == pytest.approx(sum(closes[:30]) / 30)


def test_a_long_range_is_drawn_in_groups(owner: User, version: StrategyVersion) -> None:
    long = make_dataset(count=25_000, key="long")
    drawn = preview(owner, version, {"dataset": long.pk}).json()
    assert drawn["aggregated"] == 3
    assert len(drawn["bars"]) == len(drawn["series"][0]["values"]) == 8_334


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"dataset": "0"}, "dataset"),
        ({"start": "2031-01-01"}, "start"),
        ({"start": "yesterday"}, "start"),
        ({"start": "2024-01-09", "stop": "2024-01-02"}, "stop"),
        ({"p_period": "many"}, "p_period"),
        ({"p_period": "1e400"}, "p_period"),
        ({"p_width": "nan"}, "p_width"),
        ({"p_smooth": "perhaps"}, "p_smooth"),
    ],
)
def test_what_cannot_be_drawn_is_said_at_its_field(
    owner: User, version: StrategyVersion, dataset: Dataset, fields: dict[str, str], field: str
) -> None:
    answer = preview(owner, version, fields)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    assert list(answer.json()["fields"]) == [field]
    client = Client()
    client.force_login(owner)
    html = client.get(page_of(version), fields)
    assert html.status_code == 422
    assert "data-chart" not in html.content.decode()


@pytest.mark.parametrize(
    ("statement", "code", "words"),
    [
        ("1 / 0", "code_failed", "line 6: "),
        ("while True: pass", "timed_out", "longer than it may"),
        ("np.ones(10**10)", "", ""),
        ("close[:] = 1", "code_failed", "line 6: "),
    ],
)
def test_code_that_fails_is_said(
    owner: User,
    strategy: Strategy,
    dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
    statement: str,
    code: str,
    words: str,
) -> None:
    monkeypatch.setattr(service, "LIMITS", replace(service.LIMITS, cpu=1))
    version = make_version(strategy, body(statement))
    answer = Api(owner).get(route(version))
    assert answer.status_code == 409, answer.content
    assert answer.json()["code"] == code or not code
    assert words in answer.json()["message"]


def test_too_many_at_once_are_refused(
    owner: User, version: StrategyVersion, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PATIENCE", 0.01)
    assert service._places.acquire()
    assert service._places.acquire()
    try:
        answer = Api(owner).get(route(version))
    finally:
        service._places.release(2)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_runs")
    assert Api(owner).get(route(version)).status_code == 200


def test_a_strategy_has_no_preview(owner: User, strategy: Strategy, dataset: Dataset) -> None:
    version = make_version(strategy, CROSS)
    answer = Api(owner).get(route(version))
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    client = Client()
    client.force_login(owner)
    assert client.get(page_of(version)).status_code == 404


def test_the_page_draws_what_was_chosen(owner: User, version: StrategyVersion, dataset: Dataset) -> None:
    client = Client()
    client.force_login(owner)
    shown = client.get(reverse("strategies:version", args=[version.strategy_id, version.number])).content.decode()
    assert page_of(version) in shown
    assert "data-backtest-form" not in shown, "an indicator is not backtested"
    html = client.get(page_of(version), {"dataset": str(dataset.pk), "p_period": "9"}).content.decode()
    assert f"{route(version)}?dataset={dataset.pk}&amp;p_period=9" in html
    assert route(version) in client.get(page_of(version)).content.decode()


def test_p11_only_the_owner_and_only_ones_own_bars(
    owner: User, stranger: User, version: StrategyVersion, dataset: Dataset
) -> None:
    assert Api(stranger).get(route(version)).status_code == 404
    assert Api().get(route(version)).status_code == 401
    client = Client()
    assert client.get(page_of(version)).status_code == 302
    client.force_login(stranger)
    assert client.get(page_of(version)).status_code == 404
    theirs = make_dataset(owner=stranger, key="theirs")
    assert preview(owner, version, {"dataset": theirs.pk}).json()["fields"].keys() == {"dataset"}
