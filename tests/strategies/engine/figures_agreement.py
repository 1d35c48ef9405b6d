"""How far our figures are from those of two independent libraries on the same equity, bars and trades."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from strategies.engine.config import RunConfig
from strategies.engine.metrics import figures
from strategies.engine.replay import Result
from tests.strategies.engine import oracle
from tests.strategies.engine.compare import replayed
from tests.strategies.engine.random_cases import case, random_bars

RUNNER = Path(__file__).with_name("figures_run.py")
TOLERANCE = 1e-9  # relative
NOTHING = 1e-12  # below that, both are zero with rounding
EQUITIES, CASES = range(40), range(5000, 5030)


@dataclass(slots=True)
class Agreement:
    """One figure: how often it was compared, and the largest relative difference."""

    name: str
    count: int = 0
    apart: int = 0  # further than the tolerance
    largest: float = 0.0

    def add(self, ours: float | None, theirs: float) -> None:
        self.count += 1
        difference = _relative(ours, theirs)
        self.largest = max(self.largest, difference)
        self.apart += difference > TOLERANCE


def _relative(ours: float | None, theirs: float) -> float:
    if ours is None:
        return float("inf")
    size = max(abs(ours), abs(theirs))
    return abs(ours - theirs) / size if size > NOTHING else 0.0


def beside_empyrical(seeds: Iterable[int] = EQUITIES) -> dict[str, Agreement]:
    """Returns, ratios, drawdown and moments of random equities; the moments are SciPy's."""
    results, jobs = [], []
    for seed in seeds:
        random = np.random.default_rng(seed)
        bars = random_bars(random, int(random.integers(20, 400)))
        equity = 1000 * np.exp(np.cumsum(np.append(0.0, random.normal(0.0005, 0.02, len(bars) - 1))))
        found = figures(Result((), equity, np.zeros(len(bars)), (), None), bars, RunConfig(cash=1000.0))
        results.append(found)
        jobs.append({"equity": equity.tolist(), "per_year": found.bars_per_year})
    compared: dict[str, Agreement] = {}
    for found, theirs in zip(results, oracle.ask(jobs, RUNNER), strict=True):
        for name, value in theirs.items():
            compared.setdefault(name, Agreement(name)).add(getattr(found, name), value)
    return compared


def beside_backtesting(seeds: Iterable[int] = CASES) -> dict[str, Agreement]:
    """What it computes from the trades of random cases, as far as it is defined as ours is."""
    cases = [case(seed, count=80) for seed in seeds]
    jobs = [{**oracle.job(one.code, one.bars, one.cash, one.fee_pct), "statistics": True} for one in cases]
    compared: dict[str, Agreement] = {}
    for one, theirs in zip(cases, oracle.ask(jobs), strict=True):
        config = RunConfig(cash=one.cash, fee_pct=one.fee_pct, slippage_pct=0.0, pieces=1)
        found = figures(replayed(one.code, one.bars, config), one.bars, config)
        for name, value in theirs["figures"].items():
            if name == "exposure_pct" and found.open_trades:
                continue  # it does not count what is still open
            if value is not None:
                compared.setdefault(name, Agreement(name)).add(getattr(found, name), value)
    return compared
