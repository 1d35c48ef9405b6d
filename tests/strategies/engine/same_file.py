"""Whole strategy files, unchanged, under the engine and under backtesting.py: composed and written by hand."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings

from strategies.composer import compose
from strategies.engine.config import RunConfig
from strategies.spec import read_spec
from tests.strategies.engine import oracle
from tests.strategies.engine.clean import CLEAN
from tests.strategies.engine.compare import answer
from tests.strategies.engine.random_cases import random_bars
from tests.strategies.random_specs import specs

CASH = 100_000_000.0
FEE_PCT = 0.1
BARS = 400
RANDOM_SPECS = 60
OURS_ONLY = {"unseeded random numbers"}  # the engine seeds them, the oracle does not


@dataclass(slots=True)
class Compared:
    """What differs, by file, in words; and how many trades there were."""

    trades: int = 0
    differing: dict[str, str] = field(default_factory=dict)


def composed() -> dict[str, str]:
    """What the built-in strategist writes for random specs, always the same."""
    codes: dict[str, str] = {}

    @given(specs())
    @settings(
        max_examples=RANDOM_SPECS,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def collect(data: dict[str, Any]) -> None:
        codes[f"spec {len(codes)}"] = compose(read_spec(data))

    collect()
    return codes


def by_hand() -> dict[str, str]:
    """The clean strategies that repeat themselves anywhere."""
    return {name: code for name, code in CLEAN.items() if name not in OURS_ONLY}


def compare(codes: dict[str, str]) -> Compared:
    """Trades, open trades and equity of every file, on the same bars."""
    bars = random_bars(np.random.default_rng(11), BARS)
    config = RunConfig(cash=CASH, fee_pct=FEE_PCT, slippage_pct=0.0, pieces=1)
    answers = oracle.ask(oracle.job(code, bars, CASH, FEE_PCT) for code in codes.values())
    found = Compared()
    for (name, code), theirs in zip(codes.items(), answers, strict=True):
        if "error" in theirs:
            found.differing[name] = theirs["error"]
            continue
        ours = answer(code, bars, config)
        if theirs["trades"]:
            ours["trades"] = [trade[: len(theirs["trades"][0])] for trade in ours["trades"]]
        parts = ("trades", "open", "equity")
        lines = [line for part in parts for line in oracle.differences(ours[part], theirs[part], part)]
        if lines:
            found.differing[name] = "; ".join(lines[:5])
        found.trades += len(ours["trades"])
    return found
