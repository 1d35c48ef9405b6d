"""One file, unchanged, under the engine and under backtesting.py: composed strategies and ones written by hand."""

from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings

from strategies.composer import compose
from strategies.engine.bars import Bars
from strategies.engine.config import RunConfig
from strategies.spec import read_spec
from tests.strategies.engine import oracle
from tests.strategies.engine.clean import CLEAN
from tests.strategies.engine.compare import answer
from tests.strategies.engine.random_cases import random_bars
from tests.strategies.random_specs import specs

CASH = 100_000_000.0
FEE_PCT = 0.1
RANDOM_SPECS = 60
OURS_ONLY = {"unseeded random numbers"}  # the engine seeds them, the oracle does not

pytestmark = oracle.needs_oracle


def compare(codes: dict[str, str], bars: Bars) -> int:
    """Trades, open trades and equity of every file are the same; returns how many trades there were."""
    config = RunConfig(cash=CASH, fee_pct=FEE_PCT, slippage_pct=0.0, pieces=1)
    answers = oracle.ask(oracle.job(code, bars, CASH, FEE_PCT) for code in codes.values())
    trades = 0
    for (name, code), theirs in zip(codes.items(), answers, strict=True):
        assert "error" not in theirs, f"{name}: {theirs.get('error')}\n{code}"
        ours = answer(code, bars, config)
        if theirs["trades"]:
            ours["trades"] = [trade[: len(theirs["trades"][0])] for trade in ours["trades"]]
        for part in ("trades", "open", "equity"):
            assert oracle.differences(ours[part], theirs[part], part) == [], f"{name}\n{code}"
        trades += len(ours["trades"])
    return trades


def test_composed_strategies() -> None:
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
    assert len(codes) >= RANDOM_SPECS // 2
    assert compare(codes, random_bars(np.random.default_rng(11), 400)) > 300


def test_strategies_written_by_hand() -> None:
    codes = {name: code for name, code in CLEAN.items() if name not in OURS_ONLY}
    assert compare(codes, random_bars(np.random.default_rng(12), 400)) > 300
