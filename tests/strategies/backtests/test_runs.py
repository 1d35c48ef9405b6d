"""What a run comes to: a result that repeats, an error with its line, a reason for no trades; never "running"."""

import uuid
import zlib
from datetime import UTC, datetime

import numpy as np
import pytest

from chat.errors import Refused
from chat.models import Conversation
from strategies import runs
from strategies.backtests import claims, queries, service
from strategies.backtests.setup import configure
from strategies.backtests.words import error_words
from strategies.backtests.worker import Worker
from strategies.data.storage import bars_of
from strategies.engine.bars import COLUMNS, column_bytes
from strategies.models import Backtest, BacktestResult, BacktestState, Dataset, Strategy, StrategyVersion
from strategies.sandbox import levels
from strategies.sandbox.limits import Limits
from tests.strategies.backtests import codes
from tests.strategies.backtests.conftest import make_version, run_code
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_works(waiting: Backtest, worker: Worker) -> None:
    assert worker.run_next()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.error_code, waiting.progress) == (BacktestState.COMPLETE, "", 1.0)
    assert waiting.figures is not None
    assert waiting.figures["trades"] > 5, waiting.figures
    assert waiting.honesty["lookahead"]["passed"]
    result = queries.result_of(waiting)
    assert result is not None
    assert len(result.time) == waiting.bar_count == 600
    assert [series.name for series in result.series] == ["SMA", "SMA"]
    assert len([trade for trade in result.trades() if not trade.is_open]) == waiting.figures["trades"]
    assert result.figures == waiting.figures
    assert not worker.run_next()


def test_the_same_four_give_the_same_bytes(waiting: Backtest, worker: Worker) -> None:
    again = service.start(waiting.owner, configure(waiting.version, waiting.dataset))  # type: ignore[arg-type]
    other = service.start(waiting.owner, configure(waiting.version, waiting.dataset, fee_pct=0.2))  # type: ignore[arg-type]
    while worker.run_next():
        pass
    rows = {row.pk: row for row in Backtest.objects.all()}
    one, two, three = rows[waiting.pk], rows[again.pk], rows[other.pk]
    four = ("code_sha256", "data_fingerprint", "configuration_sha256", "engine_version")
    assert [getattr(one, name) for name in four] == [getattr(two, name) for name in four]
    assert one.result_sha256 == two.result_sha256
    assert bytes(one.result.data) == bytes(two.result.data)
    assert three.configuration_sha256 != one.configuration_sha256
    assert three.result_sha256 != one.result_sha256
    assert one.configuration_sha256 == waiting.configuration_sha256  # of the wish and of the run alike


def test_tried_counts_different_versions_on_these_data(
    strategy: Strategy, version: StrategyVersion, dataset: Dataset
) -> None:
    first = run_code(strategy, dataset, codes.CROSS)
    assert queries.tried(first).count == 1
    alone = queries.tried(first).deflated_sharpe
    run_code(strategy, dataset, codes.CROSS, fee_pct=0.5)  # the same trial, at other costs
    assert queries.tried(first).count == 1
    run_code(strategy, dataset, codes.CROSS, parameters={"fast": 7})
    run_code(strategy, dataset, codes.NEVER)
    tried = queries.tried(first)
    assert tried.count == 3
    assert alone is not None
    assert tried.deflated_sharpe is not None
    assert tried.deflated_sharpe < alone


@pytest.mark.parametrize(
    ("code", "error", "line", "bar"),
    [
        (codes.ERROR_IN_INIT, "exception", 8, None),
        (codes.ERROR_AT_500, "exception", 11, 500),
        (codes.NAN_ORDER, "order-size", 11, 1),
        (codes.LOOP, "timed-out", None, None),
        (codes.LOOP_IN_INIT, "timed-out", None, None),
        (codes.ALLOCATION, "memory", 11, 1),
        (codes.PRINTING, "too-much-output", None, None),
    ],
    ids=["init", "bar-500", "nan", "loop", "loop-init", "allocation", "printing"],
)
def test_an_error_fails_the_run_and_names_its_line(
    strategy: Strategy,
    dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    error: str,
    line: int | None,
    bar: int | None,
) -> None:
    short = Limits(cpu=2)  # of the ten seconds that an endless loop may have
    monkeypatch.setattr(runs, "limits_for", lambda bars: short)
    backtest = run_code(strategy, dataset, code)
    assert (backtest.state, backtest.error_code) == (BacktestState.FAILED, error)
    assert (backtest.error_line, backtest.error_bar) == (line, bar)
    assert backtest.figures is None
    assert not BacktestResult.objects.exists()
    assert backtest.message is not None  # the conversation is told


@pytest.mark.parametrize("code", [codes.NEGATIVE_ORDER, codes.ABSURD_ORDER], ids=["negative", "absurd"])
def test_absurd_orders_fail_the_run(strategy: Strategy, dataset: Dataset, code: str) -> None:
    backtest = run_code(strategy, dataset, code)
    assert backtest.state == BacktestState.FAILED
    assert backtest.error_code.startswith("order-")
    assert backtest.error_line == 11


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (codes.NEVER, "never_ordered"),
        (codes.LONG_WARM_UP, "warmup"),
        (codes.TOO_SMALL, "size-too-small"),
        (codes.NO_CASH, "no-cash"),
        (codes.LAST_BAR, "last_bar"),
        (codes.NOT_REACHED, "not_reached"),
    ],
)
def test_no_trades_says_why(strategy: Strategy, dataset: Dataset, code: str, why: str) -> None:
    backtest = run_code(strategy, dataset, code)
    assert (backtest.state, backtest.no_trades) == (BacktestState.COMPLETE, why), backtest.error_message
    assert backtest.figures is not None
    assert backtest.figures["trades"] == 0
    assert backtest.figures["win_rate_pct"] is None


def test_a_version_that_reads_the_future_is_found_out(strategy: Strategy, dataset: Dataset) -> None:
    backtest = run_code(strategy, dataset, codes.FUTURE)
    assert backtest.state == BacktestState.COMPLETE
    assert not backtest.honesty["lookahead"]["passed"]


def test_only_the_range_is_run(strategy: Strategy, dataset: Dataset) -> None:
    start, stop = datetime(2024, 1, 3, tzinfo=UTC), datetime(2024, 1, 9, 23, 59, tzinfo=UTC)
    backtest = run_code(strategy, dataset, codes.CROSS, start=start, stop=stop)
    assert backtest.bar_count == 7 * 24
    assert (backtest.first_time, backtest.last_time) == (start, datetime(2024, 1, 9, 23, tzinfo=UTC))


def test_bars_that_were_deleted_meanwhile_fail_the_run(waiting: Backtest, dataset: Dataset, worker: Worker) -> None:
    dataset.delete()
    assert worker.run_next()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.error_code) == (BacktestState.FAILED, "dataset_gone")


def test_damaged_bars_are_refused(waiting: Backtest, dataset: Dataset, worker: Worker) -> None:
    chunk = dataset.chunks.get()
    bars = bars_of(dataset)
    bars.high[7] = np.nan
    chunk.data = zlib.compress(b"".join(column_bytes(bars, name) for name in COLUMNS))
    chunk.save()
    assert worker.run_next()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.error_code) == (BacktestState.FAILED, "bad_bars")
    assert "row 7" in error_words(waiting)


def test_without_a_sandbox_running_is_refused_with_reason_and_cure(
    waiting: Backtest, dataset: Dataset, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    off = levels.off("no-bwrap", "")
    monkeypatch.setattr(levels, "level", lambda: off)
    monkeypatch.setattr(levels, "known", lambda: off)
    with pytest.raises(Refused) as refused:
        service.start(waiting.owner, configure(waiting.version, dataset))
    assert refused.value.code == "sandbox_off"
    assert "apt-get install bubblewrap" in str(refused.value)
    assert worker.run_next()  # one that began to wait before
    waiting.refresh_from_db()
    assert (waiting.state, waiting.error_code) == (BacktestState.FAILED, "sandbox-off")
    assert "apt-get install bubblewrap" in error_words(waiting)


def test_a_version_that_was_deleted_meanwhile_leaves_nothing(waiting: Backtest, worker: Worker) -> None:
    claimed = claims.claim(worker.number)
    assert claimed is not None
    waiting.version.strategy.delete()
    assert not claims.fail(claimed, claims.Failure("exception"))
    assert not claims.complete(claimed, claims.Done(b"x", {}))
    assert not Backtest.objects.exists()
    assert not worker.run_next()


def test_a_deleted_conversation_gets_no_card(waiting: Backtest, conversation: Conversation, worker: Worker) -> None:
    from chat.conversations import delete

    delete(conversation)
    assert worker.run_next()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.message) == (BacktestState.COMPLETE, None)


def test_a_run_is_taken_once(waiting: Backtest) -> None:
    assert claims.claim(uuid.uuid4()) is not None
    assert claims.claim(uuid.uuid4()) is None


def test_a_worker_that_must_end_gives_its_run_back(strategy: Strategy, dataset: Dataset) -> None:
    backtest = service.start(strategy.owner, configure(make_version(strategy, codes.LOOP), dataset))
    worker = Worker()
    worker.stop()
    assert worker.run_next()
    backtest.refresh_from_db()
    assert (backtest.state, backtest.token, backtest.started_at) == (BacktestState.QUEUED, None, None)
    assert claims.claim(uuid.uuid4()) is not None


def test_a_wish_to_cancel_ends_it(strategy: Strategy, dataset: Dataset) -> None:
    backtest = service.start(strategy.owner, configure(make_version(strategy, codes.LOOP), dataset))
    worker = Worker()
    claimed = claims.claim(worker.number)
    assert claimed is not None
    assert service.cancel(backtest)
    from strategies.backtests.run import run

    run(claimed, lambda: False)
    backtest.refresh_from_db()
    assert (backtest.state, backtest.error_code) == (BacktestState.CANCELLED, "")
    assert not service.cancel(backtest)


def test_a_waiting_run_is_cancelled_at_once(waiting: Backtest, worker: Worker) -> None:
    assert service.cancel(waiting)
    assert waiting.state == BacktestState.CANCELLED
    assert not worker.run_next()


def test_runs_of_a_dead_worker_are_ended(waiting: Backtest, worker: Worker) -> None:
    claimed = claims.claim(worker.number)
    assert claimed is not None
    assert claims.lose_those_of([uuid.uuid4()]) == 0
    assert claims.lose_those_of([worker.number]) == 1
    waiting.refresh_from_db()
    assert (waiting.state, waiting.error_code) == (BacktestState.LOST, "worker_lost")
    assert not claims.fail(claimed, claims.Failure("exception"))


def test_no_more_than_a_few_wait_for_one_person(
    waiting: Backtest, dataset: Dataset, version: StrategyVersion, stranger: User
) -> None:
    setup = configure(version, dataset)
    for _ in range(service.MAX_ACTIVE - 1):
        service.start(version.strategy.owner, setup)
    with pytest.raises(Refused) as refused:
        service.start(version.strategy.owner, setup)
    assert refused.value.code == "too_many_runs"
    service.cancel(waiting)
    service.start(version.strategy.owner, setup)
