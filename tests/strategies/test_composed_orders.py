"""Composed code does exactly what its spec says: the orders, bar by bar, of an interpreter that never saw the code.

``python -m tests.strategies.test_composed_orders 1000`` tries so many random specs and tells what it saw.
"""

import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from strategies import contract
from strategies.composer import compose
from strategies.engine.actions import Action
from strategies.engine.job import Job, run
from strategies.engine.replay import replay
from strategies.spec import read_spec, to_json
from tests.strategies.random_bars import random_bars
from tests.strategies.random_specs import trading_specs
from tests.strategies.spec_interpreter import Interpreter

CASES = 200


@dataclass(slots=True)
class Seen:
    """What the cases were, so that nobody believes in a test of specs that never trade."""

    cases: int = 0
    ordered: int = 0
    orders: int = 0
    trades: int = 0
    kinds: Counter[str] = field(default_factory=Counter)


def played(data: dict[str, Any], bar_seed: int, count: int, seen: Seen) -> None:
    """One case: the code's orders are the interpreter's, and its indicators are the spec's."""
    spec = read_spec(data)
    whole = to_json(spec)
    code = compose(spec)
    bars = random_bars(bar_seed, count)
    outcome = run(Job("strategy", code, bars, tests=False))
    case = f"{json.dumps(whole)}\nbars {bar_seed}, {count}\n{code}"
    assert outcome.error is None, f"{outcome.error}\n{case}"
    expected = [_order(action) for action in Interpreter(whole, bars).orders()]
    found = [_order(action) for action in outcome.actions]
    for bar, (mine, theirs) in enumerate(zip(expected, found, strict=False)):
        assert mine == theirs, f"order {bar}: expected {mine}, the code placed {theirs}\n{case}"
    assert len(found) == len(expected), f"{len(found)} orders for {len(expected)}\n{case}"
    named = {(item.name, tuple(sorted(item.params.items()))) for item in spec.indicators}
    used = {(item["name"], tuple(sorted(item["params"].items()))) for item in contract.inspect(code).indicators}
    assert used == named, f"{used} for {named}\n{case}"
    seen.cases += 1
    seen.ordered += bool(found)
    seen.orders += len(found)
    seen.trades += len(replay(bars, Job("strategy", code, bars).config, outcome.actions).trades)
    seen.kinds.update(_features(whole))


def _order(action: Action) -> tuple[Any, ...]:
    return tuple(float(value) if isinstance(value, float) else value for value in action)


def _features(spec: dict[str, Any]) -> list[str]:
    text = json.dumps(spec)
    words = [word for word in ("all", "any", "not", "offset", "cross_above", "cross_below") if f'"{word}"' in text]
    return [*words, str(spec["direction"]), *(name for name, value in spec["risk"].items() if value is not None)]


def try_cases(count: int, start: int = 0) -> Seen:
    seen = Seen()

    @seed(start)
    @settings(
        max_examples=count,
        derandomize=False,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(trading_specs(), st.integers(0, 10_000), st.sampled_from([2, 40, 120, 250]))
    def each(data: dict[str, Any], bar_seed: int, bars: int) -> None:
        played(data, bar_seed, bars, seen)

    each()
    return seen


def test_composed_code_places_the_orders_that_its_spec_means() -> None:
    seen = try_cases(CASES)
    assert seen.cases >= CASES
    assert seen.ordered > seen.cases / 3
    assert not {"all", "any", "not", "offset", "long", "short", "both"} - set(seen.kinds)
    assert not {"trailing_stop_pct", "max_bars", "position_pct", "stop_loss_pct"} - set(seen.kinds)


SMA = {"name": "SMA", "params": {"period": 3}}
LATE = {"name": "SMA", "params": {"period": 99}}


@pytest.mark.parametrize(
    "data",
    [
        # a value that is not there yet is neither above nor "not above"
        {
            "entry": {"not": {"op": "gt", "left": {**SMA, "offset": 9}, "right": "close"}},
            "risk": {"take_profit_pct": 1},
        },
        {"entry": {"not": {"op": "gt", "left": LATE, "right": "close"}}, "risk": {"max_bars": 2}},
        {"entry": {"not": {"op": "cross_above", "left": SMA, "right": "close"}}, "risk": {"max_bars": 2}},
        # exit and longest holding on one bar: one order
        {
            "entry": {"op": "gt", "left": "close", "right": 0},
            "exit": {"op": "gt", "left": "close", "right": 0},
            "risk": {"max_bars": 1, "trailing_stop_pct": 3},
        },
        # both rules hold on every bar: it turns on every bar
        {
            "entry": {"op": "gt", "left": "close", "right": 0},
            "exit": {"op": "gt", "left": "close", "right": 0},
            "risk": {"max_bars": 1, "trailing_stop_pct": 3, "position_pct": 100},
            "direction": "both",
        },
    ],
)  # fmt: skip
@pytest.mark.parametrize("bar_seed", [1, 2, 3])
def test_cases_that_were_wrong_once(data: dict[str, Any], bar_seed: int) -> None:
    played(data, bar_seed, 60, Seen())


if __name__ == "__main__":
    import django

    django.setup()
    told = try_cases(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    print(
        f"{told.cases} specs, the same orders in all of them: {told.orders} orders, {told.trades} trades, "
        f"{told.ordered} specs that order\n{dict(told.kinds)}"
    )
