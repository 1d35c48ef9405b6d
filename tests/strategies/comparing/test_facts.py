"""What changed in plan and parameters, said in both languages."""

import copy
import re
from typing import Any

from django.utils import translation

from strategies.comparing.facts import Change, indicator_changes, parameter_changes, plan_changes

PLAN: dict[str, Any] = {
    "market": {"instrument": "BTC/USDT", "kind": "spot", "timeframe": "15m"},
    "entry": {
        "op": "cross_above",
        "left": {"name": "SMA", "params": {"period": 5}},
        "right": {"name": "SMA", "params": {"period": 20}},
    },
    "risk": {"stop_loss_pct": 2.0},
    "direction": "long",
}


def changed() -> dict[str, Any]:
    plan = copy.deepcopy(PLAN)
    plan["entry"]["right"]["params"]["period"] = 30
    plan["risk"] = {"take_profit_pct": 5.0}
    return plan


def plain(changes: list[Change]) -> list[tuple[str, str, str, str]]:
    return [(item.kind, item.name, strip(item.before), strip(item.after)) for item in changes]


def strip(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


def test_a_plan_changes_item_by_item() -> None:
    found = plan_changes(PLAN, changed())
    assert plain(found) == [
        ("changed", "Entry", "SMA(5) crosses above SMA(20)", "SMA(5) crosses above SMA(30)"),
        ("removed", "Stop loss", "2 %", ""),
        ("added", "Take profit", "", "5 %"),
    ]
    assert found[0].after == "SMA(5) crosses above SMA(<mark>30</mark>)"


def test_a_plan_changes_in_chinese() -> None:
    with translation.override("zh-hans"):
        found = plan_changes(PLAN, changed())
    assert strip(found[0].after) == "SMA(5) 上穿 SMA(30)"
    assert [item.name for item in found] == ["入场", "止损", "止盈"]


def test_nothing_changed_and_no_plan_at_all() -> None:
    assert plan_changes(PLAN, PLAN) == []
    assert plan_changes(None, None) == []
    assert {item.kind for item in plan_changes(None, PLAN)} == {"added"}


def test_parameters_change_by_name() -> None:
    found = parameter_changes({"fast": 5, "mode": "a", "old": 1}, {"fast": 6, "mode": "a", "new": True})
    assert plain(found) == [("changed", "fast", "5", "6"), ("removed", "old", "1", ""), ("added", "new", "", "True")]


def test_indicators_that_went_and_came() -> None:
    sma, rsi = {"name": "SMA", "params": {"period": 5}}, {"name": "RSI", "params": {"period": 14}}
    assert indicator_changes([sma], [sma, rsi]) == ([], ["RSI(14)"])
