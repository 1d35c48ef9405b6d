"""Names that a strategy gets from its spec: in the language of the talk, each once for its person."""

from typing import Any

import pytest

from chat.models import Conversation
from strategies import describe
from strategies.grammar import DEFAULT_PARAMS
from strategies.indicators import describe as indicator_words
from strategies.indicators import spec as indicator_spec
from strategies.spec import TIMEFRAMES, read_spec
from strategies.versions import create_version, draft
from tests.strategies.backtests.codes import CROSS
from trademe.accounts.models import User


def use(name: str, **params: float) -> dict[str, Any]:
    return {"name": name, "params": params}


def spec_of(*named: tuple[str, dict[str, float]], entry: dict[str, Any] | None = None, **market: str) -> Any:
    indicators = [{"name": name, "params": params} for name, params in named]
    return read_spec({"indicators": indicators, "entry": entry, "market": market})


AVERAGES: tuple[tuple[str, dict[str, float]], ...] = (("SMA", {"period": 5}), ("SMA", {"period": 20}))
CROSSING = {"op": "cross_above", "left": use("SMA", period=5), "right": use("SMA", period=20)}


@pytest.mark.parametrize(
    ("spec", "english", "chinese"),
    [
        (
            spec_of(*AVERAGES, entry=CROSSING, instrument="BTC/USDT", timeframe="15m"),
            "BTC/USDT 15m SMA cross",
            "BTC/USDT 15 分钟 均线交叉",
        ),
        (spec_of(("RSI", {}), AVERAGES[0], timeframe="4h"), "4h RSI SMA rules", "4 小时 RSI + 均线策略"),
        (spec_of(AVERAGES[0], ("RSI", {}), timeframe="1d"), "1d SMA RSI rules", "日线 均线 + RSI 策略"),
        (spec_of(("DONCHIAN", {}), instrument="AAPL"), "AAPL DONCHIAN rules", "AAPL 唐奇安通道策略"),
        (spec_of(), "Price rules", "价格策略"),
    ],
)
def test_a_strategy_is_named_in_the_language_of_the_talk(spec: Any, english: str, chinese: str) -> None:
    assert describe.short_name(spec, "en") == english
    assert describe.short_name(spec, "zh-hans") == chinese


@pytest.mark.parametrize(
    ("spec", "english", "chinese"),
    [
        ({"measure": "difference", "inputs": ["EMA", "EMA"]}, "EMA difference", "EMA 差值"),
        ({"measure": "lines", "inputs": ["RSI"]}, "RSI indicator", "RSI 指标"),
        ({"measure": "bands", "inputs": ["DONCHIAN"]}, "DONCHIAN bands", "唐奇安通道"),
        ({"measure": "lines", "inputs": ["close"], "smoothing": 5}, "Smoothed Close indicator", "收盘价指标（平滑）"),
        ({"measure": None, "inputs": []}, "Custom indicator", "自定义指标"),
    ],
)
def test_so_is_an_indicator(spec: dict[str, Any], english: str, chinese: str) -> None:
    smoothing = indicator_spec.Average(name="SMA", period=spec["smoothing"]) if spec.get("smoothing") else None
    inputs = [indicator_spec.Input(name=name) for name in spec["inputs"]]
    built = indicator_spec.IndicatorSpec(measure=spec["measure"], inputs=inputs, smoothing=smoothing)
    assert indicator_words.short_name(built, "en") == english
    assert indicator_words.short_name(built, "zh-hans") == chinese


def test_every_timeframe_and_long_lists_have_a_name() -> None:
    for timeframe in TIMEFRAMES:
        assert describe.short_name(spec_of(timeframe=timeframe), "zh").endswith(" 价格策略")
    everything = [(name, params or {"period": 20.0}) for name, params in DEFAULT_PARAMS.items()]
    assert describe.short_name(spec_of(*everything), "zh") == "均线 + EMA + WMA 策略"


@pytest.mark.django_db
def test_the_same_name_again_gets_a_number(owner: User, stranger: User) -> None:
    made = draft(CROSS, origin="hand", name="BTC/USDT 15 分钟 均线交叉")
    talks = [Conversation.objects.create(owner=person) for person in (owner, owner, stranger)]
    names = [create_version(talk.owner, talk, made).version.strategy.name for talk in talks]
    assert names == [made.name, f"{made.name} 2", made.name]
