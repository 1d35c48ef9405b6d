"""How complete an idea is, and what is asked next."""

from typing import Any

import pytest
from django.utils import translation

from strategies.maturity import WEIGHTS, assess
from strategies.panel import _choice
from strategies.parsing import apply, parse
from strategies.spec import read_spec

CROSS = {
    "op": "cross_above",
    "left": {"name": "SMA", "params": {"period": 5}},
    "right": {"name": "SMA", "params": {"period": 10}},
}
FULL: dict[str, Any] = {
    "market": {"instrument": "BTC/USDT", "timeframe": "15m", "kind": "spot"},
    "entry": CROSS,
    "exit": {**CROSS, "op": "cross_below"},
    "risk": {"stop_loss_pct": 2, "take_profit_pct": 5, "position_pct": 50},
    "direction": "long",
}


def test_nothing_said_is_nothing_and_everything_said_is_one() -> None:
    assert assess(read_spec({})).overall == 0
    full = assess(read_spec(FULL))
    assert full.overall == 1
    assert full.ready
    assert full.missing == []
    assert sum(WEIGHTS.values()) == pytest.approx(1)


@pytest.mark.parametrize("missing", ["market", "entry"])
def test_one_empty_dimension_keeps_it_from_being_ready(missing: str) -> None:
    assert not assess(read_spec({**FULL, missing: None})).ready


def test_without_a_stop_it_is_not_ready() -> None:
    assert not assess(read_spec({**FULL, "risk": {"take_profit_pct": 5}})).ready


def test_a_period_that_was_not_said_keeps_it_from_being_ready() -> None:
    unsaid = {**CROSS, "left": {"name": "SMA", "params": {}}}
    found = assess(read_spec({**FULL, "entry": unsaid}))
    assert not found.ready
    assert found.missing[0]["field"] == "indicators.SMA.period"


def test_a_trading_system_needs_its_size_and_the_higher_bar() -> None:
    unsized = {**FULL, "risk": {"stop_loss_pct": 2, "take_profit_pct": 5}}
    assert assess(read_spec(unsized)).ready
    assert not assess(read_spec(unsized), "trading_system").ready
    assert assess(read_spec(FULL), "trading_system").ready


def test_a_trading_system_is_asked_for_what_keeps_it_back_first() -> None:
    unsized = {**FULL, "risk": {"stop_loss_pct": 2, "take_profit_pct": 5}}
    found = assess(read_spec(unsized), "trading_system")
    assert found.missing[0]["field"] == "risk.position_pct"
    assert found.needed == 0.7
    unstopped = {**FULL, "risk": {"take_profit_pct": 5, "position_pct": 50}}
    assert assess(read_spec(unstopped)).ready
    assert not assess(read_spec(unstopped), "trading_system").ready
    assert assess(read_spec(unstopped), "trading_system").missing[0]["field"] == "risk.stop_loss_pct"


def test_each_dimension_of_a_trading_system_has_the_higher_bar() -> None:
    assert not assess(read_spec({**FULL, "entry": None}), "trading_system").ready
    bare = {"stop_loss_pct": 2, "position_pct": 50}
    assert not assess(read_spec({**FULL, "exit": None, "risk": bare}), "trading_system").ready
    for part in ("instrument", "timeframe"):
        market = {**FULL["market"], part: None}
        assert not assess(read_spec({**FULL, "market": market}), "trading_system").ready


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_each_choice_of_a_trading_system_answers_its_question(language: str) -> None:
    """Also those that only it is asked: how long it may hold, and what kind of market it is."""
    spec = read_spec({"market": {"instrument": "BTC/USDT", "timeframe": "15m"}, "entry": CROSS, "exit": CROSS})
    questions = assess(spec, "trading_system", language).missing
    assert {"risk.max_bars", "market.kind"} < {item["field"] for item in questions}
    with translation.override(language):
        for item in questions:
            for choice in item["choices"]:
                said = _choice(item["field"], choice).say
                after = apply(spec, parse(said, spec=spec, asked=(item["field"],)))
                left = {one["field"] for one in assess(after, "trading_system", language).missing}
                assert item["field"] not in left, said


def test_questions_come_most_useful_first_and_in_the_language() -> None:
    questions = assess(read_spec({}), language="zh-hans").missing
    assert [item["field"] for item in questions][:2] == ["entry", "exit"]
    assert set(questions[0]) == {"field", "question", "choices"}
    assert "入场" in questions[0]["question"]
    assert "open a position" in assess(read_spec({}), language="en").missing[0]["question"]


def test_what_is_not_wanted_is_not_asked_again() -> None:
    data = {**FULL, "risk": {"stop_loss_pct": 2, "position_pct": 50}}
    assert [item["field"] for item in assess(read_spec(data)).missing] == ["risk.take_profit_pct"]
    assert assess(read_spec(data), declined=frozenset({"risk.take_profit_pct"})).missing == []
