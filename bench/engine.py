"""python -m bench.engine: the engine beside backtesting.py on the same bars, and whole jobs from a cold interpreter.

CPU seconds, the least of several repetitions, both sides in turn. The engine's time holds the run, the replay outside
of the sandbox and all figures; the other side's is ``Backtest.run``, which holds its statistics.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from strategies.engine import job
from strategies.engine.bars import COLUMNS, Bars, make
from strategies.engine.config import RunConfig
from strategies.engine.job import Job
from strategies.engine.metrics import figures
from strategies.engine.replay import replay

ROOT = Path(__file__).resolve().parents[1]
ORACLE = ROOT / ".venv-oracle" / "bin" / "python"
SIZES = (10_000, 100_000, 1_000_000)
REPEAT = {10_000: 5, 100_000: 3, 1_000_000: 2}
CASH = 1e9
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
COLD = "import sys; from strategies.engine import job; job.serve(sys.stdin.buffer.read(), lambda share: None)"


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


class Oracle:
    """The other side, kept running."""

    def __init__(self) -> None:
        script = str(Path(__file__).with_name("engine_oracle.py"))
        self._process = subprocess.Popen(
            [str(ORACLE), "-P", script],  # -P: bench/socket.py is not the socket module
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def seconds(self, code: str, bars: Bars) -> tuple[float, int]:
        """CPU seconds of one run, and the number of trades."""
        assert self._process.stdin
        assert self._process.stdout
        columns = {name: getattr(bars, name).tolist() for name in COLUMNS}
        self._process.stdin.write(json.dumps({"code": code, "bars": columns, "repeat": 1}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer["seconds"][0], answer["trades"]

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


def cold_job(code: str, bars: Bars) -> tuple[float, float]:
    """Wall and CPU seconds of a whole job with lookahead and warm-up tests in a new interpreter, without a sandbox."""
    payload = job.encode_job(Job("strategy", code, bars))
    begin, before = time.perf_counter(), _children_seconds()
    subprocess.run([sys.executable, "-c", COLD], input=payload, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin, _children_seconds() - before


def _children_seconds() -> float:
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(sizes: tuple[int, ...] = SIZES) -> Iterator[dict[str, Any]]:
    """One row for each strategy and number of bars."""
    oracle = Oracle()
    for name, code in STRATEGIES.items():
        for size in sizes:
            bars = walk(size)
            ours, theirs = [], []
            for _ in range(REPEAT.get(size, 2)):
                ours.append(engine_seconds(code, bars))
                theirs.append(oracle.seconds(code, bars))
            trades = {run[-1] for run in (*ours, *theirs)}
            if len(trades) != 1:
                raise SystemExit(f"The two sides made different numbers of trades: {sorted(trades)}")
            alone, whole, other = (
                min(run[0] for run in ours),
                min(run[1] for run in ours),
                min(run[0] for run in theirs),
            )
            row = {"strategy": name, "bars": size, "trades": trades.pop(), "run_s": alone, "engine_s": whole}
            yield {**row, "backtesting_s": other, "times_as_fast": other / whole, "run_times_as_fast": other / alone}
    oracle.close()


def main() -> None:
    print("| strategy | bars | trades | run, s | with replay and figures, s | backtesting.py, s | times as fast |")
    print("|---|---|---|---|---|---|---|")
    for row in measure(tuple(map(int, sys.argv[1:])) or SIZES):
        print(
            f"| {row['strategy']} | {row['bars']:,} | {row['trades']:,} | {row['run_s']:.3f} | {row['engine_s']:.3f} "
            f"| {row['backtesting_s']:.3f} | {row['run_times_as_fast']:.1f} alone, "
            f"{row['times_as_fast']:.1f} with all |",
            flush=True,
        )
    for name, code in STRATEGIES.items():
        walls, cpus = zip(*(cold_job(code, walk(10_000)) for _ in range(5)), strict=True)
        print(f"Whole cold job, 10,000 bars, with tests, {name}: {min(walls):.3f} s wall, {min(cpus):.3f} s CPU")


if __name__ == "__main__":
    main()
