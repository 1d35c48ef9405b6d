"""Composed code is run for real: unchanged, under backtesting.py, in a virtual environment of its own."""

import json
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import talib
from hypothesis import HealthCheck, Phase, given, settings

from strategies.composer import compose
from strategies.spec import read_spec
from tests.strategies.random_specs import specs

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-oracle" / "bin" / "python"
RANDOM_SPECS = 60

pytestmark = pytest.mark.skipif(
    not PYTHON.exists(),
    reason="the oracle is missing: python3 -m venv .venv-oracle, pip install -r requirements-oracle.txt",
)


def bars(count: int = 300, seed: int = 7) -> dict[str, list[float]]:
    """A seeded random walk with highs and lows around it."""
    random = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.02, count)))
    opened = np.concatenate(([100.0], close[:-1])) * np.exp(random.normal(0, 0.003, count))
    high = np.maximum(opened, close) * (1 + np.abs(random.normal(0, 0.008, count)))
    low = np.minimum(opened, close) * (1 - np.abs(random.normal(0, 0.008, count)))
    volume = random.uniform(50, 150, count)
    series = {"open": opened, "high": high, "low": low, "close": close, "volume": volume}
    return {name: values.tolist() for name, values in series.items()}


def run(codes: list[str]) -> list[dict[str, Any]]:
    jobs = "".join(json.dumps({"code": code, "bars": bars()}) + "\n" for code in codes)
    done = subprocess.run(
        [str(PYTHON), str(Path(__file__).with_name("oracle_run.py"))],
        input=jobs,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
        cwd="/",
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def sma(period: int) -> dict[str, Any]:
    return {"name": "SMA", "params": {"period": period}}


def crossings(above: np.ndarray[Any, Any], below: np.ndarray[Any, Any]) -> list[int]:
    """Bars at which ``above`` has just crossed over ``below``, told bar by bar."""
    return [bar for bar in range(1, len(above)) if above[bar - 1] < below[bar - 1] and above[bar] > below[bar]]


def test_random_specs_run_unchanged() -> None:
    codes: list[str] = []

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
        codes.append(compose(read_spec(data)))

    collect()
    results = run(codes)
    assert len(results) == len(codes) >= RANDOM_SPECS // 2
    for code, result in zip(codes, results, strict=True):
        assert "error" not in result, f"{result.get('error')}\n{code}"
        assert result["lengths_ok"], code
    assert sum(bool(result["entries"]) for result in results) > len(results) // 4, "most strategies trade"


def test_an_average_cross_trades_where_the_averages_cross() -> None:
    code = compose(
        read_spec(
            {
                "entry": {"op": "cross_above", "left": sma(5), "right": sma(20)},
                "exit": {"op": "cross_below", "left": sma(5), "right": sma(20)},
                "direction": "long",
            }
        )
    )
    (result,) = run([code])
    close = np.array(bars()["close"])
    fast, slow = talib.SMA(close, 5), talib.SMA(close, 20)
    assert [bar for bar, _size in result["entries"]] == [bar + 1 for bar in crossings(fast, slow) if bar + 1 < 300]
    assert all(size > 0 for _bar, size in result["entries"])
    assert result["exits"][:3] == [bar + 1 for bar in crossings(slow, fast) if bar > result["entries"][0][0]][:3]


def test_kdj_is_what_its_definition_says() -> None:
    line = {"name": "KDJ", "params": {"n": 9, "m1": 3, "m2": 3}}
    code = compose(
        read_spec(
            {
                "entry": {"op": "cross_above", "left": {**line, "line": "k"}, "right": {**line, "line": "d"}},
                "exit": {"op": "gt", "left": "close", "right": 0},  # always: each cross is a trade of one bar
                "direction": "short",
            }
        )
    )
    (result,) = run([code])
    data = {name: np.array(values) for name, values in bars().items()}
    k = d = 50.0
    ks, ds = np.full(300, np.nan), np.full(300, np.nan)
    for bar in range(8, 300):
        high, low = data["high"][bar - 8 : bar + 1].max(), data["low"][bar - 8 : bar + 1].min()
        k = (2 * k + (data["close"][bar] - low) / (high - low) * 100) / 3
        d = (2 * d + k) / 3
        ks[bar], ds[bar] = k, d
    assert [bar for bar, _size in result["entries"]] == [bar + 1 for bar in crossings(ks, ds) if bar + 1 < 300]
    assert all(size < 0 for _bar, size in result["entries"])


def test_a_channel_break_is_measured_against_the_bar_before() -> None:
    upper = {"name": "DONCHIAN", "params": {"period": 20}, "line": "upper", "offset": 1}
    code = compose(
        read_spec(
            {
                "entry": {"op": "cross_above", "left": "close", "right": upper},
                "risk": {"take_profit_pct": 3, "max_bars": 4},
                "direction": "long",
            }
        )
    )
    (result,) = run([code])
    data = {name: np.array(values) for name, values in bars().items()}
    upper_line = np.concatenate(([np.nan], talib.MAX(data["high"], 20)[:-1]))
    assert result["entries"][0][0] == crossings(data["close"], upper_line)[0] + 1
    held = [exit_ - entry for (entry, _size), exit_ in zip(result["entries"], result["exits"], strict=True)]
    assert max(held) <= 4


def test_both_directions_turn_around() -> None:
    code = compose(
        read_spec(
            {
                "entry": {"op": "cross_above", "left": sma(5), "right": sma(20)},
                "exit": {"op": "cross_below", "left": sma(5), "right": sma(20)},
                "risk": {"stop_loss_pct": 50, "position_pct": 100},
                "direction": "both",
            }
        )
    )
    (result,) = run([code])
    signs = [size > 0 for _bar, size in result["entries"]]
    assert True in signs
    assert False in signs
    assert all(one != other for one, other in pairwise(signs))
