"""One run, from its row to its end: bars, sandbox, replay, figures, result. In a worker process only."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import structlog
from django.db import InterfaceError, OperationalError, connection

from strategies import runs, sandbox
from strategies.backtests import claims, results
from strategies.backtests.claims import Done, Failure
from strategies.backtests.heart import Heart
from strategies.data.storage import NoData, bars_of, moment
from strategies.engine.bars import Bars, InvalidBars, check
from strategies.engine.config import RunConfig
from strategies.engine.fingerprints import fingerprints
from strategies.engine.job import InvalidOutcome, Job, Outcome
from strategies.engine.metrics import figures
from strategies.engine.replay import InvalidActions, Result, replay
from strategies.models import Backtest
from strategies.sandbox import levels

logger = structlog.get_logger(__name__)

Found = TypeVar("Found")

SEED = 1
AWAY = (OperationalError, InterfaceError)
PATIENCE = 600.0  # seconds that a finished run waits for the database
SANDBOX_SHARE = 0.9  # of the progress


def run(backtest: Backtest, stopping: Callable[[], bool]) -> None:
    """Carry out a claimed run and store its end. ``stopping``: this process shall end, so another one begins anew."""
    log = logger.bind(backtest=str(backtest.pk))
    with Heart(backtest, stopping) as heart:
        try:
            end: Done | Failure | None = _outcome(backtest, heart)
        except Exception:  # the outermost edge of a run: it ends in any case, and the next one is not touched
            log.exception("backtest failed")
            end = Failure("internal_error")
        patiently(lambda: _store(backtest, end, heart, stopping), stopping if end is None else lambda: False)
    log.info("backtest ended", end="result" if isinstance(end, Done) else end.code if end else "stopped")


def patiently(write: Callable[[], Found], give_up: Callable[[], bool]) -> Found:
    """Try again while the database is away; raises its error after PATIENCE, or when ``give_up`` says so."""
    deadline, delay = time.monotonic() + PATIENCE, 0.1
    while True:
        try:
            return write()
        except AWAY:
            connection.close()
            if time.monotonic() > deadline or give_up():
                raise
            time.sleep(delay)
            delay = min(delay * 2, 1.0)


def _store(backtest: Backtest, end: Done | Failure | None, heart: Heart, stopping: Callable[[], bool]) -> None:
    if isinstance(end, Done):
        claims.complete(backtest, end)
    elif isinstance(end, Failure):
        claims.fail(backtest, end)
    elif heart.cancel_wished:
        claims.end_cancelled(backtest)
    elif stopping():
        claims.give_back(backtest.pk, backtest.token)


def _outcome(backtest: Backtest, heart: Heart) -> Done | Failure | None:
    """How the run ends; None where it is to be cancelled, given back, or not ours any more."""
    if backtest.dataset is None:
        return Failure("dataset_gone")
    dataset = backtest.dataset
    try:
        bars = patiently(lambda: bars_of(dataset, backtest.start, backtest.stop), heart.must_stop)
        check(bars)
    except NoData:
        return Failure("no_data")
    except InvalidBars as error:  # checked when they were stored: the rows are damaged
        return Failure("bad_bars", error.reason)
    config = RunConfig(cash=backtest.cash, fee_pct=backtest.fee_pct, slippage_pct=backtest.slippage_pct)
    code = backtest.version.code
    found = fingerprints(code, bars, config, backtest.parameters)
    columns: dict[str, Any] = {
        "code_sha256": found.code,
        "data_fingerprint": found.data,
        "configuration_sha256": found.configuration,
        "engine_version": found.engine,
        "bar_count": len(bars),
        "first_time": moment(int(bars.time[0])),
        "last_time": moment(int(bars.time[-1])),
    }
    job = Job("strategy", code, bars, config, backtest.parameters, tests=True, seed=SEED)
    try:
        outcome = runs.run_job(job, report=lambda share: heart.report(share * SANDBOX_SHARE), cancelled=heart.must_stop)
    except sandbox.Cancelled:
        return None
    except sandbox.SandboxError as error:
        return Failure(error.code, _problem(error), printed=error.printed, columns=columns)
    except InvalidOutcome as error:
        return Failure("not_believed", str(error), columns=columns)
    return _judge(job, outcome, columns)


def _judge(job: Job, outcome: Outcome, columns: dict[str, Any]) -> Done | Failure:
    """The figures, computed here from the orders alone."""
    honesty = {"lookahead": results.honesty(outcome.lookahead), "warmup": results.honesty(outcome.warmup)}
    if outcome.error is not None:
        error = outcome.error
        return Failure(error.code, error.message, error.line, error.bar, columns=columns)
    try:
        result = replay(job.bars, job.config, outcome.actions)
    except InvalidActions as error:
        return Failure("not_believed", str(error), columns=columns)
    found = figures(result, job.bars, job.config)
    try:
        data = results.write(job.bars, job.config, outcome, result, found)
    except results.BadResult:
        return Failure("result_too_long", columns=columns)
    columns |= {
        "figures": results.plain_figures(found),
        "honesty": honesty,
        "no_trades": why_no_trades(job.bars, outcome, result),
    }
    return Done(data, columns)


def why_no_trades(bars: Bars, outcome: Outcome, result: Result) -> str:
    """A code for why nothing was traded; empty where something was."""
    if result.trades:
        return ""
    if not outcome.actions:
        # a line without any value: it warms up for longer than there are bars
        endless = any(np.isnan(series.values).all() for series in outcome.series)
        return "warmup" if outcome.first_bar is None or endless else "never_ordered"
    if result.rejected:
        codes = [item.code for item in result.rejected]
        return max(set(codes), key=codes.count)
    if outcome.actions[0].bar == len(bars) - 1:
        return "last_bar"
    return "not_reached"


def _problem(error: sandbox.SandboxError) -> str:
    """What keeps the sandbox from running, by code."""
    if isinstance(error, sandbox.Unavailable):
        return error.problem
    level = levels.known()
    return level.problem if isinstance(error, sandbox.SandboxOff) and level is not None else ""
