"""REST of backtests."""

from uuid import uuid4

import pytest

from strategies.backtests.worker import Worker
from strategies.models import Backtest, BacktestState, Dataset, StrategyVersion
from tests.support.rest import Api
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)


def list_of(version: StrategyVersion) -> str:
    return f"/api/strategies/{version.strategy_id}/versions/{version.number}/backtests/"


def test_it_works(owner: User, version: StrategyVersion, dataset: Dataset, worker: Worker) -> None:
    api = Api(owner)
    answer = api.post(list_of(version), {"dataset": dataset.key, "fee_pct": 0.2, "parameters": {"fast": 6}})
    assert answer.status_code == 201
    started = answer.json()
    assert (started["state"], started["progress"], started["figures"]) == ("queued", 0.0, None)
    assert started["parameters"] == {"fast": 6}
    assert worker.run_next()
    ended = api.get(f"/api/backtests/{started['id']}/").json()
    assert (ended["state"], ended["error"], ended["tried"]) == ("complete", None, 1)
    assert ended["figures"]["trades"] > 0
    assert all(ended["fingerprints"].values())
    [listed] = api.get(list_of(version)).json()["results"]
    assert listed == ended


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"cash": True}, "invalid", "cash"),
        ({"cash": "1_000"}, "invalid", "cash"),
        ({"dataset": "nothing"}, "unknown_dataset", "dataset"),
        ({"start": "2031-01-01T00:00:00Z"}, "no_data", "start"),
        ({"start": "2024-01-09T00:00:00Z", "stop": "2024-01-08T00:00:00Z"}, "bad_range", "stop"),
        ({"cash": -1}, "bad_cash", "cash"),
        ({"slippage_pct": 51}, "bad_slippage_pct", "slippage_pct"),
        ({"parameters": {"nope": 1}}, "unknown_parameter", "parameters"),
        ({"parameters": {"fast": "many"}}, "bad_parameter", "parameters.fast"),
        ({"parameters": {"fast": 1e300}}, "bad_parameter", "parameters.fast"),
        ({"start": "soon"}, "invalid", "start"),
    ],
)
def test_what_cannot_be_run_is_refused_with_a_code(
    owner: User, version: StrategyVersion, dataset: Dataset, fields: dict[str, object], code: str, field: str
) -> None:
    answer = Api(owner).post(list_of(version), {"dataset": dataset.key, **fields})
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert field in answer.json()["fields"]
    assert not Backtest.objects.exists()


def test_delete_cancels(owner: User, waiting: Backtest) -> None:
    answer = Api(owner).delete(f"/api/backtests/{waiting.pk}/")
    assert (answer.status_code, answer.json()["state"]) == (200, BacktestState.CANCELLED)
    assert Api(owner).delete(f"/api/backtests/{waiting.pk}/").json()["state"] == BacktestState.CANCELLED


def test_nobody_elses(stranger: User, waiting: Backtest) -> None:
    api = Api(stranger)
    assert api.get(f"/api/backtests/{waiting.pk}/").status_code == 404
    assert api.delete(f"/api/backtests/{waiting.pk}/").status_code == 404
    assert api.get(f"/api/backtests/{uuid4()}/").status_code == 404
    assert api.get(list_of(waiting.version)).status_code == 404
    assert api.post(list_of(waiting.version), {"dataset": "waves"}).status_code == 404
    assert Api().get(f"/api/backtests/{waiting.pk}/").status_code == 401
