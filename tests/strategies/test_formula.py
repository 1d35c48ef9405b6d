"""Conditions as formulas: whatever the grammar allows is written and reads back; what is wrong is said, and where."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies import formula
from strategies.conditions import from_json, to_json
from tests.strategies import random_specs
from tests.strategies.corpus import notation


def settled(tree: Any) -> Any:
    """The tree without groups of one."""
    for key in ("all", "any"):
        if isinstance(tree, dict) and key in tree:
            items = [settled(item) for item in tree[key]]
            return items[0] if len(items) == 1 else {key: items}
    return {"not": settled(tree["not"])} if isinstance(tree, dict) and "not" in tree else tree


@settings(max_examples=300, deadline=None)
@given(random_specs.conditions, st.sampled_from(["en", "zh-hans"]))
def test_every_condition_is_written_and_reads_back(tree: dict[str, Any], language: str) -> None:
    condition = from_json(tree)
    text = formula.written(condition, language)
    assert settled(to_json(formula.read(text))) == settled(to_json(condition)), text


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("SMA(5) crosses above SMA(20)", "SMA(5) x> SMA(20)"),
        ("sma(5) 上穿 sma(20) 且 rsi < 30", "SMA(5) x> SMA(20) & RSI < 30"),
        ("RSI(6)<30 or close<low[1]", "RSI(6) < 30 | close < low[-1]"),
        ("not (MACD.hist > 0 and RSI>=70)", "!(MACD.hist > 0 & RSI >= 70)"),
        (
            "（RSI ＜ 30 或 KDJ.j ＜ 0） 且 close ≥ BOLL(20，2.5).lower",
            "(RSI < 30 | KDJ.j < 0) & close >= BOLL(20,2.5).lower",
        ),
        ("close crosses above DONCHIAN(20).upper[1]", "close x> DONCHIAN(20).upper[-1]"),
    ],
)
def test_a_formula_is_read(text: str, means: str) -> None:
    assert to_json(formula.read(text)) == to_json(from_json(notation.condition(means)))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "The rule ends too early: a price, an indicator or a number is expected."),
        ("RSI", "The rule ends too early: “crosses above”"),
        ("RSI < 30 RSI > 20", "At “RSI” (character 10): “and” or “or” is expected."),
        ("(RSI < 30", "a closing bracket is expected"),
        ("FOO > 3", "“FOO” is not known; there are open, high, low, close, volume, SMA"),
        ("RSI(14, 2) < 30", "RSI has these parameters: period."),
        ("RSI(0) < 30", "RSI.period: This must be a whole number from 2 to 1000."),
        ("close > DONCHIAN(20)", "Which line of DONCHIAN? There are DONCHIAN.upper, DONCHIAN.lower."),
        ("MACD.up > 0", "macd, signal, hist is expected"),
        ("RSI.up > 0", "this indicator has one only"),
        ("close[x] > 1", "how many bars ago"),
        ("close[501] > 1", "how many bars ago"),
        ("close > 1 $ 2", "“$ 2” cannot be read here."),
        ("not " * 20 + "close > 1", "nested at most 8 deep"),
        ("(" * 500 + "close > 1", "nested at most 8 deep"),
        (" and ".join(["close > 1"] * 41), "at most 40 comparisons"),
        ("x" * 5000, "at most 4000 characters"),
    ],
)
def test_what_is_wrong_is_said(text: str, says: str) -> None:
    with pytest.raises(formula.BadFormula) as caught:
        formula.read(text)
    assert says in str(caught.value)
