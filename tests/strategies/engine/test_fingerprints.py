"""Fingerprints say whether two runs, or two results, are the same."""

from dataclasses import replace

import numpy as np

from strategies.engine import job
from strategies.engine.config import RunConfig
from strategies.engine.fingerprints import fingerprints, result_fingerprint
from strategies.engine.job import Job
from strategies.engine.replay import Result, replay
from tests.strategies.engine.random_cases import random_bars

BARS = random_bars(np.random.default_rng(8), 200)
CODE = """\
from backtesting import Strategy

class Tagged(Strategy):
    def next(self):
        tags = ("in", 7, 2.5, True, None)
        if len(self.data) % 9 == 1:
            self.buy(size=0.3, sl=self.data.Close[-1] * 0.95, tag=tags[len(self.data) % 5])
        elif len(self.data) % 9 == 6:
            self.position.close()
"""


def result(code: str = CODE) -> Result:
    return replay(BARS, RunConfig(), job.run(Job("strategy", code, BARS, tests=False)).actions)


def test_the_same_run_has_the_same_result() -> None:
    one, other = result(), result()
    assert {type(trade.tag) for trade in one.trades} == {str, int, float, bool, type(None)}
    assert any(trade.is_open for trade in result(CODE.replace("== 6", "== 99")).trades)
    assert result_fingerprint(one) == result_fingerprint(other)
    assert len(result_fingerprint(one)) == 64


def test_every_trade_and_every_close_counts() -> None:
    whole = result()
    first = whole.trades[0]
    equity = whole.equity.copy()
    equity[50] = np.nextafter(equity[50], 0)
    others = [
        replace(whole, trades=whole.trades[1:]),
        replace(whole, trades=(first._replace(fees=np.nextafter(first.fees, 0)), *whole.trades[1:])),
        replace(whole, trades=(first._replace(tag="other"), *whole.trades[1:])),
        replace(whole, equity=equity),
    ]
    assert len({result_fingerprint(item) for item in (whole, *others)}) == 5


def test_each_of_the_four_is_its_own() -> None:
    one = fingerprints(CODE, BARS, RunConfig(), {"fast": 5})
    assert fingerprints(CODE, BARS, RunConfig(), {"fast": 5}) == one
    assert fingerprints(CODE + " ", BARS, RunConfig(), {"fast": 5}).code != one.code
    assert fingerprints(CODE, BARS.slice(0, 199), RunConfig(), {"fast": 5}).data != one.data
    assert fingerprints(CODE, BARS, RunConfig(cash=1), {"fast": 5}).configuration != one.configuration
    assert fingerprints(CODE, BARS, RunConfig(), {"fast": 6}).configuration != one.configuration
