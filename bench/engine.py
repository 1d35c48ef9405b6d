"""``python -m bench.engine``: the engine beside backtesting.py, on the same bars and in turn.

CPU seconds, the least of several repetitions. The engine's time holds the run, the replay outside of the sandbox and
all figures; the other side's is ``Backtest.run``, which holds its statistics.
"""

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench import backtesting_py
from strategies.engine import job
from strategies.engine.bars import Bars, make
from strategies.engine.config import RunConfig
from strategies.engine.job import Job
from strategies.engine.metrics import figures
from strategies.engine.replay import replay

SIZES = (10_000, 100_000, 1_000_000)
REPEAT = {10_000: 5, 100_000: 3, 1_000_000: 2}
CASH = 1e9  # whole units are fine enough then, which is what the other side trades
CROSS = """\
import talib
from backtesting import Strategy
from backtesting.lib import crossover


class MaCross(Strategy):
    fast = {fast}
    slow = {slow}
    stop_loss_pct = 2.0

    def init(self):
        self.fast_ma = self.I(talib.SMA, self.data.Close, self.fast)
        self.slow_ma = self.I(talib.SMA, self.data.Close, self.slow)

    def next(self):
        price = self.data.Close[-1]
        if crossover(self.fast_ma, self.slow_ma) and not self.position:
            self.buy(size=0.5, sl=price * (1 - self.stop_loss_pct / 100))
        elif crossover(self.slow_ma, self.fast_ma) and self.position:
            self.position.close()
"""
STRATEGIES = {
    "quiet (averages of 50 and 200)": CROSS.format(fast=50, slow=200),
    "busy (5 and 10)": CROSS.format(fast=5, slow=10),
}
COLUMNS = ("strategy", "bars", "trades", "run s", "with replay and figures s", "backtesting.py s", "times as fast")


def walk(count: int, seed: int = 1) -> Bars:
    """Hourly bars of a random walk that does not run away."""
    random = np.random.default_rng(seed)
    steps = random.normal(0, 0.01, count)
    close = 100 * np.exp(np.cumsum(steps - steps.mean()))
    opened = np.concatenate(([100.0], close[:-1]))
    high, low = np.maximum(opened, close) * 1.003, np.minimum(opened, close) / 1.003
    return make(
        time=np.arange(count) * 3_600_000_000, open=opened, high=high, low=low, close=close,
        volume=random.uniform(50, 150, count),
    )  # fmt: skip


def engine_seconds(code: str, bars: Bars) -> tuple[float, float, int]:
    """CPU seconds of the run alone, and with replay and figures, and the number of trades."""
    config = RunConfig(cash=CASH, fee_pct=0.1, slippage_pct=0.0, pieces=1)
    begin = time.process_time()
    outcome = job.run(Job("strategy", code, bars, config, tests=False))
    alone = time.process_time() - begin
    result = replay(bars, config, outcome.actions)
    figures(result, bars, config)
    return alone, time.process_time() - begin, len(result.closed_trades)


def measure(folder: Path, sizes: Sequence[int] = SIZES) -> Iterator[dict[str, Any]]:
    """One row for each strategy and number of bars."""
    with backtesting_py.Waiting(folder) as other:
        for name, code in STRATEGIES.items():
            for size in sizes:
                bars = walk(size)
                ours, theirs = [], []
                for _ in range(REPEAT.get(size, 2)):
                    ours.append(engine_seconds(code, bars))
                    theirs.append(other.run(code, bars))
                trades = {run[2] for run in ours} | {run["trades"] for run in theirs}
                if len(trades) != 1:
                    raise SystemExit(f"The two sides made different numbers of trades: {sorted(trades)}")
                alone, whole = min(run[0] for run in ours), min(run[1] for run in ours)
                taken = min(run["cpu"] for run in theirs)
                row = {"strategy": name, "bars": size, "trades": trades.pop(), "run_s": alone, "engine_s": whole}
                yield {**row, "backtesting_s": taken, "times_as_fast": taken / whole}


def cells(row: dict[str, Any]) -> tuple[str, ...]:
    """A row as a person reads it."""
    seconds = (f"{row[name]:.3f}" for name in ("run_s", "engine_s", "backtesting_s"))
    return row["strategy"], f"{row['bars']:,}", f"{row['trades']:,}", *seconds, f"{row['times_as_fast']:.1f}"


def main() -> None:
    print(" | ".join(COLUMNS))
    with tempfile.TemporaryDirectory(prefix="trademe-bench-") as folder:
        for row in measure(Path(folder), tuple(map(int, sys.argv[1:])) or SIZES):
            print(" | ".join(cells(row)), flush=True)


if __name__ == "__main__":
    main()
