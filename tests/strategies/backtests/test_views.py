"""Pages and files of backtests: only one's own, only what exists, complete without scripts."""

import csv
import io
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from strategies.backtests import results, service
from strategies.backtests.worker import Worker
from strategies.models import Backtest, BacktestResult, BacktestState, Dataset, StrategyVersion
from tests.strategies.backtests.conftest import COUNT, make_dataset
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)

ROUTES = ("backtest", "backtest-chart", "backtest-trades")


@pytest.fixture
def page(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def complete(waiting: Backtest, worker: Worker) -> Backtest:
    assert worker.run_next()
    waiting.refresh_from_db()
    assert waiting.state == BacktestState.COMPLETE
    return waiting


def list_of(version: StrategyVersion) -> str:
    return reverse("strategies:backtests", args=[version.strategy_id, version.number])


def test_a_form_starts_a_run_and_leads_to_it(page: Client, version: StrategyVersion, dataset: Dataset) -> None:
    fields = {"dataset": dataset.pk, "start": "2024-01-02", "cash": "5000", "p_fast": "7", "p_slow": "20"}
    answer = page.post(list_of(version), {**fields, "p_stop_loss_pct": "2.0"})
    backtest = Backtest.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("strategies:backtest", args=[backtest.pk]))
    assert (backtest.cash, backtest.fee_pct, backtest.parameters) == (5000.0, 0.1, {"fast": 7})
    assert backtest.state == BacktestState.QUEUED
    html = page.get(answer["Location"]).content.decode()
    assert reverse("strategies:backtest-cancel", args=[backtest.pk]) in html
    assert str(backtest.pk) in page.get(list_of(version)).content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"start": "2030-01-01"}, "has 0 bars there; it has bars from 2024-01-01 to 2024-01-25"),
        ({"start": "2024-01-09", "stop": "2024-01-02"}, "The range ends before it begins."),
        ({"cash": "0"}, "This must be above 0"),
        ({"cash": "nan"}, ""),
        ({"fee_pct": "90"}, "This must be from 0 to 50."),
        ({"p_fast": "many"}, ""),
        ({"dataset": "12345"}, ""),
    ],
)
def test_what_does_not_exist_is_refused_in_words(
    page: Client, version: StrategyVersion, dataset: Dataset, wrong: dict[str, str], words: str
) -> None:
    answer = page.post(list_of(version), {"dataset": dataset.pk, **wrong})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Backtest.objects.exists()


def test_bars_of_somebody_else_are_not_offered(page: Client, version: StrategyVersion, stranger: User) -> None:
    foreign = make_dataset(stranger, key="foreign")
    assert f'value="{foreign.pk}"' not in page.get(list_of(version)).content.decode()
    assert page.post(list_of(version), {"dataset": foreign.pk}).status_code == 422


def test_the_plans_wish_is_chosen_and_what_is_missing_said(
    page: Client, version: StrategyVersion, dataset: Dataset
) -> None:
    make_dataset(key="other", count=100)
    Dataset.objects.filter(key="other").update(instrument="ZZZ", timeframe="4h")
    StrategyVersion.objects.update(spec={"market": {"instrument": "WAVE/USD", "timeframe": "1h"}})
    html = page.get(list_of(version)).content.decode()
    assert f'value="{dataset.pk}" selected' in html
    assert "The plan asks for" not in html
    StrategyVersion.objects.update(spec={"market": {"instrument": "BTC/USDT", "timeframe": "4h"}})
    html = page.get(list_of(version)).content.decode()
    assert "The plan asks for BTC/USDT · 4h. There are no such bars" in html


def test_the_result_is_shown_drawn_and_downloaded(page: Client, complete: Backtest) -> None:
    html = page.get(reverse("strategies:backtest", args=[complete.pk])).content.decode()
    assert "Sharpe ratio" in html
    assert "These bars are synthetic" in html
    chart = page.get(reverse("strategies:backtest-chart", args=[complete.pk])).json()
    assert (len(chart["bars"]), chart["aggregated"]) == (COUNT, 1)
    assert {len(chart[name]) for name in ("equity", "hold", "drawdown")} == {COUNT}
    assert [(line["name"], line["overlay"], len(line["values"])) for line in chart["series"]] == [
        ("SMA(5)", True, COUNT),
        ("SMA(20)", True, COUNT),
    ]
    assert chart["series"][0]["values"][0] is None
    assert chart["series"][0]["values"][4] is not None
    assert {marker["kind"] for marker in chart["markers"]} <= {"entry", "exit", "stop", "target"}
    assert {marker["tag"] for marker in chart["markers"]} == {"in"}
    times = {bar[0] for bar in chart["bars"]}
    assert all(marker["time"] in times for marker in chart["markers"])
    answer = page.get(reverse("strategies:backtest-trades", args=[complete.pk]))
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert complete.figures is not None
    assert len(rows) == complete.figures["trades"] + complete.figures["open_trades"]
    assert {row["side"] for row in rows} == {"long"}


def test_a_damaged_result_is_not_shown(page: Client, complete: Backtest) -> None:
    BacktestResult.objects.update(data=results.compress(b"something else"))
    assert page.get(reverse("strategies:backtest-chart", args=[complete.pk])).status_code == 404
    html = page.get(reverse("strategies:backtest", args=[complete.pk])).content.decode()
    assert "The stored result is damaged" in html


def test_a_run_is_cancelled_by_its_form(page: Client, waiting: Backtest) -> None:
    assert page.post(reverse("strategies:backtest-cancel", args=[waiting.pk])).status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == BacktestState.CANCELLED
    assert page.get(reverse("strategies:backtest-cancel", args=[waiting.pk])).status_code == 405


@pytest.mark.parametrize("name", ROUTES)
def test_nobody_elses(client: Client, stranger: User, complete: Backtest, name: str) -> None:
    url = reverse(f"strategies:{name}", args=[complete.pk])
    assert client.get(url).status_code == 302  # to the sign-in
    client.force_login(stranger)
    assert client.get(url).status_code == 404
    assert client.get(reverse(f"strategies:{name}", args=[uuid4()])).status_code == 404
    assert client.post(reverse("strategies:backtest-cancel", args=[complete.pk])).status_code == 404
    assert client.post(list_of(complete.version), {}).status_code == 404


def test_too_many_runs_are_refused_in_words(page: Client, waiting: Backtest, dataset: Dataset) -> None:
    for _ in range(service.MAX_ACTIVE - 1):
        assert page.post(list_of(waiting.version), {"dataset": dataset.pk}).status_code == 302
    answer = page.post(list_of(waiting.version), {"dataset": dataset.pk})
    assert answer.status_code == 409
    assert "runs of yours wait" in answer.content.decode()
