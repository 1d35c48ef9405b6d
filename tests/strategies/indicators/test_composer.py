"""Composed indicators: by the contract, with the values that their definition gives, and blind to the future."""

import itertools
from typing import Any

import numpy as np
import pytest
import talib
from numpy.typing import NDArray

from strategies import contract
from strategies.engine.bars import Bars
from strategies.engine.job import Job, Outcome, run
from strategies.grammar import DEFAULT_PARAMS, LINES
from strategies.indicators.composer import NotComposable, compose
from strategies.indicators.spec import IndicatorSpec, read_spec
from tests.strategies.random_bars import random_bars
from tests.strategies.spec_interpreter import indicator_lines

BARS = random_bars(11, 400)


def use(name: str, line: str | None = None, **params: Any) -> dict[str, Any]:
    return {"name": name, "params": params, "line": line}


def params_of(name: str) -> dict[str, Any]:
    return DEFAULT_PARAMS[name] or {"period": 20}


def ran(spec: IndicatorSpec, bars: Bars = BARS) -> Outcome:
    code = compose(spec)
    report = contract.inspect(code, "indicator")
    assert report.ok, (report.findings, code)
    assert compose(spec) == code, "the same spec gives the same bytes"
    assert "".join(compose(spec, "zh-hans").split("#")[0]) == "".join(code.split("#")[0])
    outcome = run(Job("indicator", code, bars))
    assert outcome.error is None, (outcome.error, code)
    assert outcome.lookahead is not None
    assert outcome.lookahead.passed, code
    assert {series.name for series in outcome.series} == set(report.lines), code
    return outcome


def lines(outcome: Outcome) -> dict[str, NDArray[np.float64]]:
    return {series.name: series.values for series in outcome.series}


def only(outcome: Outcome) -> NDArray[np.float64]:
    (series,) = outcome.series
    return series.values


def spec_of(measure: str, *inputs: dict[str, Any], **more: Any) -> IndicatorSpec:
    return read_spec({"measure": measure, "inputs": list(inputs), **more})


@pytest.mark.parametrize("name", [*DEFAULT_PARAMS])
def test_each_indicator_of_the_spec_is_what_its_definition_says(name: str) -> None:
    found = lines(ran(spec_of("lines", use(name, **params_of(name)))))
    expected = indicator_lines(name, params_of(name), BARS)
    assert len(found) == len(expected)
    for series, line in zip(found.values(), LINES.get(name, (None,)), strict=True):
        np.testing.assert_array_equal(series, expected[line])


@pytest.mark.parametrize("name", [*LINES])
def test_one_line_of_several_is_one_line(name: str) -> None:
    for line in LINES[name]:
        found = only(ran(spec_of("lines", use(name, line, **params_of(name)))))
        np.testing.assert_array_equal(found, indicator_lines(name, params_of(name), BARS)[line])


def test_difference_ratio_smoothing_and_signal() -> None:
    fast, slow = talib.EMA(BARS.close, 12), talib.EMA(BARS.close, 26)
    pair = (use("EMA", period=12), use("EMA", period=26))
    np.testing.assert_array_equal(only(ran(spec_of("difference", *pair))), fast - slow)
    np.testing.assert_array_equal(only(ran(spec_of("ratio", *pair))), fast / slow)
    np.testing.assert_array_equal(only(ran(spec_of("percent", *pair))), (fast - slow) / slow * 100)
    smooth = ran(spec_of("difference", *pair, smoothing={"name": "SMA", "period": 5}))
    np.testing.assert_array_equal(only(smooth), talib.SMA(fast - slow, 5))
    both = lines(ran(spec_of("difference", *pair, signal={"name": "EMA", "period": 9})))
    np.testing.assert_array_equal(both["signal"], talib.EMA(fast - slow, 9))
    np.testing.assert_array_equal(both["difference"], fast - slow)


@pytest.mark.parametrize("name", ["STDDEV", "ATR", "PERCENT"])
def test_bands_stand_off_by_their_width(name: str) -> None:
    found = lines(ran(spec_of("bands", use("SMA", period=20), width={"name": name, "factor": 2})))
    middle = talib.SMA(BARS.close, 20)
    away = {
        "STDDEV": 2 * talib.STDDEV(BARS.close, 20),
        "ATR": 2 * talib.ATR(BARS.high, BARS.low, BARS.close, 14),
        "PERCENT": middle * 0.02,
    }[name]
    np.testing.assert_allclose(found["upper"], middle + away, rtol=1e-12)
    np.testing.assert_allclose(found["lower"], middle - away, rtol=1e-12)
    np.testing.assert_array_equal(found["middle"], middle)


def test_a_ratio_has_no_value_where_it_is_divided_by_nothing() -> None:
    bars = random_bars(5, 200)
    bars.volume[50:60] = 0
    found = only(ran(spec_of("ratio", {"name": "close"}, {"name": "volume"}), bars))
    assert np.isnan(found[50:60]).all()
    assert np.isfinite(found[:50]).all()


@pytest.mark.parametrize("measure", ["lines", "difference", "percent", "ratio"])
def test_any_two_inputs_go_together(measure: str) -> None:
    """Names of parameters and lines never meet, whatever is combined; every indicator named is in the code."""
    several = [use(name, LINES.get(name, (None,))[-1], **params_of(name)) for name in DEFAULT_PARAMS]
    for one, other in itertools.combinations([*several, use("SMA", period=5), {"name": "close"}], 2):
        spec = spec_of(measure, one, other, smoothing={"name": "EMA", "period": 3})
        code = compose(spec)
        report = contract.inspect(code, "indicator")
        assert report.ok, (report.findings, code)
        assert len(report.lines) == (2 if measure == "lines" else 1), code
        named = {item["name"] for item in report.indicators} - {"EMA"}
        known = {item["name"] for item in (one, other)} - {"close", "EMA", "KDJ", "DONCHIAN"}
        assert known <= named, code
    ran(spec_of(measure, several[3], several[5], signal={"name": "WMA", "period": 4}))


def test_it_stands_on_few_bars_and_on_none() -> None:
    spec = spec_of(
        "difference", use("EMA", period=12), use("KDJ", "j", n=9, m1=3, m2=3), signal={"name": "EMA", "period": 9}
    )
    for count in (1, 2, 10):
        outcome = run(Job("indicator", compose(spec), random_bars(1, count), tests=False))
        assert outcome.error is None


@pytest.mark.parametrize(
    "data",
    [
        {"measure": "difference", "inputs": [use("SMA", period=5)]},
        {"measure": "bands", "inputs": [use("SMA", period=5)]},
        {"measure": "lines", "inputs": [use("SMA")]},
        {"inputs": [use("SMA", period=5), use("SMA", period=9)]},
        {},
    ],
)
def test_an_incomplete_plan_is_not_composed(data: dict[str, Any]) -> None:
    with pytest.raises(NotComposable):
        compose(read_spec(data))
