"""A case as the engine runs it, in the form in which the oracle answers; with the replay held against the live run."""

from typing import Any

from strategies.engine import execution, job
from strategies.engine.bars import Bars
from strategies.engine.config import RunConfig
from strategies.engine.facade import installed
from strategies.engine.replay import Result, replay
from strategies.engine.strategy import Strategy
from tests.strategies.engine.random_cases import Case


def ours(case: Case) -> dict[str, Any]:
    """Run the case live, replay its actions, and answer as the oracle does."""
    config = RunConfig(cash=case.cash, fee_pct=case.fee_pct, slippage_pct=0.0, pieces=1)
    return answer(case.code, case.bars, config)


def replayed(code: str, bars: Bars, config: RunConfig) -> Result:
    """What comes of the code's actions."""
    done = job.run(job.Job("strategy", code, bars, config, tests=False))
    assert done.error is None, done.error
    return replay(bars, config, done.actions)


def answer(code: str, bars: Bars, config: RunConfig) -> dict[str, Any]:
    """Closed and open trades and equity by the replay, and what the strategy saw live."""
    made: list[Strategy] = []
    with installed():
        program = execution.compile_program("strategy", code, {}, 1)
        assert isinstance(program, execution.Program)
        done = execution.execute(program, bars, config, keep=made.append)
    assert done.error is None, done.error
    result = replay(bars, config, done.actions)
    (strategy,) = made
    return {
        "trades": closed(result),
        "open": [[trade.size, trade.entry_bar, trade.entry_price] for trade in result.open_trades],
        "equity": result.equity.tolist(),
        "seen": getattr(strategy, "seen", None),
        "refused": getattr(strategy, "refused", None),
    }


def closed(result: Result) -> list[list[float]]:
    """Size, bars, prices, profit and fees of the closed trades, in the oracle's order of columns."""
    return [
        [one.size, one.entry_bar, one.exit_bar or 0, one.entry_price, one.exit_price, one.pl, one.fees]
        for one in result.closed_trades
    ]
