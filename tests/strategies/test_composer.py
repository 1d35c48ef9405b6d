"""Composed code: by the contract, the same every time, with the spec's indicators and no other."""

import ast
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from strategies import conditions, contract
from strategies.composer import NotComposable, compose
from strategies.spec import read_spec
from tests.strategies.random_specs import specs

CROSS = {
    "op": "cross_above",
    "left": {"name": "SMA", "params": {"period": 5}},
    "right": {"name": "SMA", "params": {"period": 10}},
}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(specs())
def test_every_spec_gives_code_that_keeps_to_the_contract(data: dict[str, Any]) -> None:
    spec = read_spec(data)
    code = compose(spec)
    report = contract.inspect(code)
    assert report.ok, report.findings
    named = {
        (use.name, use.params)
        for tree in (spec.entry, spec.exit)
        if tree
        for use in conditions.indicators_of(conditions.from_json(tree))
    }
    assert {(item["name"], tuple(item["params"].items())) for item in report.indicators} == named
    assert compose(spec) == code, "the same spec gives the same bytes"
    for language in ("en", "zh-hans"):
        lines = compose(spec, language).splitlines()
        assert all(line == line.rstrip() for line in lines)


def test_the_stop_and_the_size_are_parameters() -> None:
    code = compose(
        read_spec(
            {
                "entry": CROSS,
                "risk": {"stop_loss_pct": 2, "take_profit_pct": 5, "position_pct": 50, "max_bars": 20},
                "direction": "long",
            }
        )
    )
    assert contract.inspect(code).parameters == {
        "fast": 5,
        "slow": 10,
        "stop_loss_pct": 2.0,
        "take_profit_pct": 5.0,
        "position_pct": 50.0,
        "max_bars": 20,
    }
    assert "sl=price * (1 - self.stop_loss_pct / 100)" in code


def test_a_short_has_its_stop_above_and_its_target_below() -> None:
    code = compose(
        read_spec({"entry": CROSS, "risk": {"stop_loss_pct": 2, "take_profit_pct": 5}, "direction": "short"})
    )
    assert "sl=price * (1 + self.stop_loss_pct / 100)" in code
    assert "tp=price * (1 - self.take_profit_pct / 100)" in code
    assert "self.buy(" not in code


def test_no_symbol_and_no_timeframe_stand_in_the_code() -> None:
    code = compose(
        read_spec(
            {
                "market": {"instrument": "BTC/USDT", "timeframe": "15m"},
                "entry": CROSS,
                "risk": {"take_profit_pct": 5},
            }
        )
    )
    assert "BTC" not in code
    assert "15m" not in code


def test_comments_stand_in_the_language_of_the_talk() -> None:
    spec = read_spec({"entry": CROSS, "exit": {**CROSS, "op": "cross_below"}})
    assert "# 做多入场：" in compose(spec, "zh-hans")
    assert ast.dump(ast.parse(compose(spec, "zh-hans"))) == ast.dump(ast.parse(compose(spec, "en")))


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"exit": CROSS},
        {"entry": CROSS},
        {"entry": {**CROSS, "left": {"name": "SMA", "params": {}}}, "risk": {"take_profit_pct": 5}},
        {"entry": CROSS, "direction": "both", "risk": {"take_profit_pct": 5}},
    ],
)
def test_an_incomplete_spec_is_not_composed(data: dict[str, Any]) -> None:
    with pytest.raises(NotComposable):
        compose(read_spec(data))
