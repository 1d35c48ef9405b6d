"""A run while the database is away, and runs that nobody runs any more."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from chat.clock import DatabaseNow
from strategies.backtests import claims, run, service
from strategies.backtests.heart import Heart
from strategies.backtests.worker import Worker
from strategies.models import Backtest, BacktestState
from tests.support.verification import codes as findings

pytestmark = pytest.mark.django_db(transaction=True)


class Outage:
    """Every statement of every thread fails for as long as it lasts, as if the server were away."""

    def __init__(self) -> None:
        self.lasts = False
        self.refused = threading.Semaphore(0)

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if self.lasts:
            self.refused.release()
            raise OperationalError("the database is away")
        return execute(sql, params, many, context)


@pytest.fixture
def outage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outage]:
    found = Outage()
    original = BaseDatabaseWrapper.connect

    def connect(wrapper: Any) -> None:
        if found.lasts:
            found.refused.release()
            raise OperationalError("the database is away")
        original(wrapper)
        wrapper.execute_wrappers[:] = [found]

    monkeypatch.setattr(BaseDatabaseWrapper, "connect", connect)
    connection.execute_wrappers.append(found)
    yield found
    found.lasts = False
    connection.execute_wrappers[:] = []


def test_a_run_ends_when_the_database_is_back(
    waiting: Backtest, outage: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Worker()
    claimed = claims.claim(worker.number)
    assert claimed is not None
    judge = run._judge

    def go_away(*arguments: Any) -> Any:
        outage.lasts = True  # between the sandbox and the result
        back = threading.Thread(target=come_back)
        back.start()
        return judge(*arguments)

    def come_back() -> None:
        for _ in range(3):  # it is tried again and again
            outage.refused.acquire()
        outage.lasts = False

    monkeypatch.setattr(run, "_judge", go_away)
    run.run(claimed, lambda: False)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.error_code) == (BacktestState.COMPLETE, "")


def test_the_heart_goes_on_beating_after_an_outage(waiting: Backtest, outage: Outage) -> None:
    claimed = claims.claim(Worker().number)
    assert claimed is not None
    with Heart(claimed, lambda: False) as heart:
        outage.lasts = True
        for _ in range(2):
            outage.refused.acquire()
        assert not heart.must_stop()
        outage.lasts = False
        service.cancel(waiting)
        while not heart.must_stop():
            threading.Event().wait(0.01)
    assert heart.cancel_wished


def test_recover_ends_only_who_is_silent(waiting: Backtest, capsys: pytest.CaptureFixture[str]) -> None:
    assert claims.claim(Worker().number) is not None
    call_command("recover_backtests")
    assert "0 runs ended" in capsys.readouterr().out
    Backtest.objects.update(lease=DatabaseNow() - 120_000)
    assert "backtest-stuck" in findings()
    call_command("recover_backtests", "--dry-run")
    assert "1 runs would be ended" in capsys.readouterr().out
    assert Backtest.objects.get().state == BacktestState.RUNNING
    call_command("recover_backtests")
    assert "1 runs ended, 0 found alive" in capsys.readouterr().out
    found = Backtest.objects.get()
    assert (found.state, found.error_code) == (BacktestState.LOST, "worker_lost")
    assert findings() == set()


def test_the_command_runs_what_waits(waiting: Backtest, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("run_backtests", "--dry-run")
    assert "1 runs wait" in capsys.readouterr().out
    call_command("run_backtests", "--once")
    assert "1 runs carried out" in capsys.readouterr().out
    waiting.refresh_from_db()
    assert waiting.state == BacktestState.COMPLETE


def test_what_is_broken_is_found(waiting: Backtest, worker: Worker) -> None:
    from strategies.backtests import results
    from strategies.models import BacktestResult
    from tests.support.verification import undone

    assert worker.run_next()
    assert findings() == set()
    with undone():
        BacktestResult.objects.update(data=results.compress(b"forged"))
        assert findings() == {"backtest-result-changed"}
    with undone():
        BacktestResult.objects.all().delete()
        assert findings() == {"backtest-without-result"}
    with undone():
        Backtest.objects.update(code_sha256="0" * 64)
        assert findings() == {"backtest-of-other-code"}
