"""Specs from JSON: checked with paths and reasons, brought into one form."""

from typing import Any

import pytest

from strategies.spec import InvalidSpec, read_spec, to_json

RSI = {"name": "RSI", "params": {"period": 14}}


def test_defaults_are_filled_in_and_indicators_of_conditions_are_listed() -> None:
    spec = to_json(
        read_spec(
            {
                "market": {"instrument": " btc/usdt "},
                "indicators": [{"name": "MACD"}],
                "entry": {"op": "gt", "left": {"name": "KDJ"}, "right": 80.0},
            }
        )
    )
    assert spec["market"] == {"instrument": "BTC/USDT", "kind": None, "timeframe": None}
    assert spec["indicators"] == [
        {"name": "MACD", "params": {"fast": 12, "slow": 26, "signal": 9}},
        {"name": "KDJ", "params": {"n": 9, "m1": 3, "m2": 3}},
    ]
    assert spec["entry"] == {
        "op": "gt",
        "left": {"name": "KDJ", "params": {"n": 9, "m1": 3, "m2": 3}, "line": "k"},
        "right": 80,
    }
    assert to_json(read_spec(spec)) == spec


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ([], "spec"),
        ({"foo": 1}, "foo"),
        ({"market": {"timeframe": "2m"}}, "market.timeframe"),
        ({"market": {"instrument": "<script>"}}, "market.instrument"),
        ({"risk": {"stop_loss_pct": -1}}, "risk.stop_loss_pct"),
        ({"risk": {"stop_loss_pct": "2"}}, "risk.stop_loss_pct"),
        ({"risk": {"max_bars": 1.5}}, "risk.max_bars"),
        ({"risk": {"position_pct": float("nan")}}, "risk.position_pct"),
        ({"direction": "up"}, "direction"),
        ({"excluded": ["FOO"]}, "excluded"),
        ({"excluded": ["RSI"], "entry": {"op": "lt", "left": RSI, "right": 30}}, "excluded"),
        ({"indicators": [{"name": "FOO"}]}, "indicators.0"),
        ({"indicators": [{"name": []}]}, "indicators.0"),
        ({"indicators": [{"name": {}}]}, "indicators.0"),
        ({"indicators": [{"name": "RSI", "params": {"period": 10**400}}]}, "indicators.0.params.period"),
        (
            {"entry": {"op": "lt", "left": {"name": "RSI", "params": {"period": 10**400}}, "right": 1}},
            "entry.left.params.period",
        ),
        ({"entry": {"op": "lt", "left": RSI, "right": 10**400}}, "entry.right"),
        ({"entry": {"op": "lt", "left": RSI, "right": float("inf")}}, "entry.right"),
        ({"entry": {"op": "lt", "left": RSI, "right": float("nan")}}, "entry.right"),
        ({"risk": {"max_bars": 10**400}}, "risk.max_bars"),
        ({"indicators": [{"name": "RSI", "params": {"period": 1}}]}, "indicators.0.params.period"),
        ({"entry": {"op": "over", "left": RSI, "right": 30}}, "entry.op"),
        ({"entry": {"op": "lt", "left": 1, "right": 2}}, "entry"),
        ({"entry": {"op": "lt", "left": RSI, "right": RSI}}, "entry"),
        ({"entry": {"all": []}}, "entry.all"),
        ({"entry": {"all": [{"op": "lt", "left": RSI, "right": "price"}]}}, "entry.all.0.right"),
        ({"entry": {"op": "lt", "left": {"name": "BOLL", "line": "k"}, "right": 1}}, "entry.left.line"),
        ({"entry": {"op": "lt", "left": {**RSI, "offset": -1}, "right": 1}}, "entry.left.offset"),
        (
            {"entry": {"op": "lt", "left": {"name": "MACD", "params": {"fast": 30}}, "right": 1}},
            "entry.left.params.fast",
        ),
        ({"direction": "short", "risk": {"take_profit_pct": 150}}, "risk.take_profit_pct"),
    ],
)
def test_a_mistake_is_named_with_its_path(data: Any, path: str) -> None:
    with pytest.raises(InvalidSpec) as caught:
        read_spec(data)
    assert path in caught.value.fields
    assert all(isinstance(reason, str) and reason for reason in caught.value.fields.values())


def test_deep_nesting_is_refused() -> None:
    tree: dict[str, Any] = {"op": "lt", "left": RSI, "right": 30}
    for _level in range(200):
        tree = {"not": tree}
    with pytest.raises(InvalidSpec):
        read_spec({"entry": tree})
