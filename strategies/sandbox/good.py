"""The good job of the self-test: a small strategy whose result is known."""

import numpy as np

from strategies.engine import job
from strategies.engine.bars import Bars
from strategies.sandbox.errors import Unavailable
from strategies.sandbox.launcher import Finished, launch
from strategies.sandbox.limits import Limits

CODE = """
import numpy as np
from backtesting import Strategy
from backtesting.lib import crossover


def mean(values, n):
    result = np.full(len(values), np.nan)
    result[n - 1 :] = np.convolve(values, np.ones(n) / n, "valid")
    return result


class Good(Strategy):
    n = 5

    def init(self):
        self.mean = self.I(mean, self.data.Close, self.n)

    def next(self):
        if crossover(self.data.Close, self.mean):
            self.buy(size=0.5)
        elif crossover(self.mean, self.data.Close):
            self.position.close()
"""
BARS = 120


def bars() -> Bars:
    """A wave of 120 daily bars."""
    place = np.arange(BARS)
    close = 100 + 10 * np.sin(place / 5) + place / 20
    opens = np.concatenate(([close[0]], close[:-1]))
    return Bars(
        time=place.astype(np.int64) * 86_400_000_000,
        open=opens,
        high=np.maximum(opens, close) + 1,
        low=np.minimum(opens, close) - 1,
        close=close,
        volume=np.full(BARS, 1000.0),
    )


def good_job() -> job.Job:
    """The job itself, honesty tests included."""
    return job.Job(kind="strategy", code=CODE, bars=bars())


def check_good(level: str, limits: Limits | None = None) -> Finished:
    """Run it through the real launcher; raises SandboxError, Unavailable when its result is another than here."""
    good = good_job()
    finished = launch(level, job.encode_job(good), limits or Limits())
    if finished.result != job.encode_outcome(job.run(good)):
        raise Unavailable("not-repeated")
    return finished
