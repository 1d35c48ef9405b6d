"""Composed code says the range of each of its parameters, and what is read back is what was meant."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strategies import contract, ranges
from strategies.composer import compose
from strategies.contract.ranges import Parameter, parameters_in
from strategies.grammar import DEFAULT_PARAMS, MAX_PERIOD, PARAM_NAMES
from strategies.indicators import composer as indicators
from strategies.indicators.spec import MAX_FACTOR, WIDTHS
from strategies.indicators.spec import read_spec as read_indicator
from strategies.ranges import Range
from strategies.spec import RISK_LIMITS, read_spec
from tests.strategies.random_specs import trading_specs

LANGUAGES = ("en", "zh-hans")
RULE = {"op": "gt", "left": "close", "right": {"price": "close", "offset": 1}}
PARAMS = [(name, param) for name in DEFAULT_PARAMS for param in PARAM_NAMES[name]]
# the least, the usual and the most that a plan may have
VALUES = {"dev": (0.1, 0.35, 2, 2.5, 10), "signal": (1, 9, MAX_PERIOD), "m1": (1, 3, MAX_PERIOD), "m2": (1, MAX_PERIOD)}
PERIODS = (2, 20, 99, 101, MAX_PERIOD)


def by_name(code: str) -> dict[str, Parameter]:
    return {parameter.name: parameter for parameter in parameters_in(code)}


def is_said(parameter: Parameter, meant: Range) -> None:
    """What was read is what was meant, whole: range and words."""
    assert (parameter.low, parameter.high) == (meant.low, meant.high)
    assert meant.low < meant.high
    assert meant.low <= parameter.default <= meant.high
    assert parameter.words
    assert not parameter.words.startswith(("%", ":", "：", "."))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "param"), PARAMS)
def test_of_every_indicator(name: str, param: str, language: str) -> None:
    for value in VALUES.get(param, PERIODS):
        if name == "MACD" and param != "signal":
            params: dict[str, Any] = {"fast": 2, "slow": MAX_PERIOD, param: min(max(3, value), MAX_PERIOD - 1)}
        else:
            params = {**(DEFAULT_PARAMS[name] or {"period": 20}), param: value}
        drawn = {"entry": RULE, "indicators": [{"name": name, "params": params}], "risk": {"take_profit_pct": 5}}
        found = by_name(compose(read_spec(drawn), language))
        is_said(found[f"{name.lower()}_{param}"], ranges.of_indicator(name, param, params[param]))
        used = read_indicator({"measure": "lines", "inputs": [{"name": name, "params": params}]})
        again = by_name(indicators.compose(used, language))
        assert again[f"{name.lower()}_{param}"] == found[f"{name.lower()}_{param}"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", sorted(RISK_LIMITS))
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_of_every_risk_item(key: str, language: str, data: st.DataObject) -> None:
    low, high = RISK_LIMITS[key]
    whole = key == "max_bars"
    value = data.draw(st.integers(1, int(high)) if whole else st.floats(low, high, exclude_min=True))
    risk = {"take_profit_pct": 5.0, key: value}
    found = by_name(compose(read_spec({"entry": RULE, "risk": risk, "direction": "long"}), language))
    meant = ranges.of_risk(key, value)
    is_said(found[key], meant)
    assert meant.high <= high, "as far as a plan may go"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
@settings(max_examples=15, deadline=None)
@given(factor=st.floats(0, MAX_FACTOR, exclude_min=True), period=st.integers(2, MAX_PERIOD))
def test_of_bands_smoothing_and_signal(width: str, language: str, factor: float, period: int) -> None:
    spec = read_indicator(
        {
            "measure": "bands",
            "inputs": [{"name": "EMA", "params": {"period": period}}],
            "width": {"name": width, "factor": factor, "period": None if width == "PERCENT" else period},
            "smoothing": {"name": "SMA", "period": period},
            "signal": {"name": "WMA", "period": period},
        }
    )
    code = indicators.compose(spec, language)
    assert contract.inspect(code, "indicator").ok
    found = by_name(code)
    is_said(found.pop("percent" if width == "PERCENT" else "factor"), ranges.of_width(width, factor, MAX_FACTOR))
    is_said(found.pop("ema_period"), ranges.of_indicator("EMA", "period", period))
    periods = {"STDDEV": {"deviation_period"}, "ATR": {"atr_period"}}.get(width, set())
    assert set(found) == {"smoothing", "signal_period"} | periods
    for parameter in found.values():
        is_said(parameter, ranges.of_period(period))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(trading_specs())
def test_every_parameter_of_any_strategy_has_a_range_that_holds_its_default(data: dict[str, Any]) -> None:
    spec = read_spec(data)
    for language in LANGUAGES:
        code = compose(spec, language)
        found = by_name(code)
        assert {name: parameter.default for name, parameter in found.items()} == contract.inspect(code).parameters
        for parameter in found.values():
            assert parameter.low is not None, code
            assert parameter.high is not None, code
            assert parameter.low <= parameter.default <= parameter.high, code
            assert parameter.words, code
        beside = [line for line in code.splitlines() if "  # " in line.lstrip(" ") and line.lstrip()[0] != "#"]
        assert all(len(line) <= 120 for line in beside), code


def test_two_averages_are_told_apart() -> None:
    cross = {
        "op": "cross_above",
        "left": {"name": "SMA", "params": {"period": 5}},
        "right": {"name": "EMA", "params": {"period": 120}},
    }
    code = compose(read_spec({"entry": cross, "risk": {"take_profit_pct": 5}}))
    assert "    fast = 5  # 2..200: bars of the fast SMA\n" in code
    assert "    slow = 120  # 2..240: bars of the slow EMA\n" in code
    assert "    take_profit_pct = 5.0  # 0.5..100: gain in percent that closes a position\n" in code
