"""What the parser reads from Chinese and English, and what it must not read."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

import time
from typing import Any

import pytest

from strategies.conditions import AllOf, AnyOf, Compare, Condition, IndicatorUse, Negation, Number, PriceUse, from_json
from strategies.parsing import apply, parse
from strategies.spec import Spec, read_spec, to_json


def spec_of(*messages: str, asked: tuple[str, ...] = ()) -> Spec:
    spec = Spec()
    for message in messages:
        spec = apply(spec, parse(message, spec=spec, asked=asked))
        assert to_json(read_spec(to_json(spec))) == to_json(spec), "what was read is a valid, normal spec"
    return spec


def unread_of(message: str, spec: Spec | None = None) -> dict[str, str]:
    return {item.reason: item.words for item in parse(message, spec=spec or Spec()).unread}


def short(tree: dict[str, Any] | None) -> str:
    """A tree in one line: ``SMA(5) cross_above SMA(10)``."""
    return _short(from_json(tree)) if tree else ""


def _short(tree: Condition) -> str:
    match tree:
        case Compare(op, left, right):
            return f"{_operand(left)} {op} {_operand(right)}"
        case AllOf(items) | AnyOf(items):
            if len(items) == 1:
                return _short(items[0])
            return (" & " if isinstance(tree, AllOf) else " | ").join(_short(item) for item in items)
        case Negation(item):
            return f"not {_short(item)}"


def _operand(operand: Number | PriceUse | IndicatorUse) -> str:
    match operand:
        case Number(value):
            return f"{value:g}"
        case PriceUse(price, offset):
            return price + (f"[-{offset}]" if offset else "")
        case IndicatorUse(name, params, line, offset):
            values = ",".join(f"{value:g}" for _name, value in params)
            return f"{name}({values})" + (f".{line}" if line else "") + (f"[-{offset}]" if offset else "")


MACD_UP = "MACD(12,26,9).macd cross_above MACD(12,26,9).signal"
MACD_DOWN = "MACD(12,26,9).macd cross_below MACD(12,26,9).signal"
KDJ_UP = "KDJ(9,3,3).k cross_above KDJ(9,3,3).d"


@pytest.mark.parametrize(
    ("message", "entry", "exit_"),
    [
        ("5日均线上穿10日均线买入，下穿卖出", "SMA(5) cross_above SMA(10)", "SMA(5) cross_below SMA(10)"),
        ("五日均线上穿二十日均线买入", "SMA(5) cross_above SMA(20)", ""),
        ("５日均線上穿１０日均線買入，下穿賣出", "SMA(5) cross_above SMA(10)", "SMA(5) cross_below SMA(10)"),
        ("MA5上穿MA10时买入，MA5下穿MA10时卖出", "SMA(5) cross_above SMA(10)", "SMA(5) cross_below SMA(10)"),
        ("10日线和5日线金叉买入", "SMA(5) cross_above SMA(10)", ""),
        ("EMA12和EMA26金叉买入，死叉卖出", "EMA(12) cross_above EMA(26)", "EMA(12) cross_below EMA(26)"),
        ("Buy when SMA 5 crosses above SMA 10", "SMA(5) cross_above SMA(10)", ""),
        (
            "Buy when the 20-day moving average crosses above the 50-day moving average; exit when RSI(14) is above 70",
            "SMA(20) cross_above SMA(50)",
            "RSI(14) gt 70",
        ),
        (
            "when the 5 EMA crosses the 20 EMA from below buy, and sell when it crosses from above",
            "EMA(5) cross_above EMA(20)",
            "EMA(5) cross_below EMA(20)",
        ),
        (
            "use a fast SMA of 10 and a slow SMA of 30; buy on golden cross and sell on death cross",
            "SMA(10) cross_above SMA(30)",
            "SMA(10) cross_below SMA(30)",
        ),
        ("MACD金叉买入，死叉卖出", MACD_UP, MACD_DOWN),
        ("MACD golden cross and RSI below 30 buy, death cross sell", f"{MACD_UP} & RSI(14) lt 30", MACD_DOWN),
        (
            "金叉做多，死叉平仓，用MACD(6,13,5)",
            MACD_UP.replace("12,26,9", "6,13,5"),
            MACD_DOWN.replace("12,26,9", "6,13,5"),
        ),
        (
            "MACD柱由负转正时买入，histogram turns negative sell",
            "MACD(12,26,9).hist cross_above 0",
            "MACD(12,26,9).hist cross_below 0",
        ),
        ("RSI低于30买入，高于70卖出", "RSI(14) lt 30", "RSI(14) gt 70"),
        ("RSI 30以下买入，70以上卖出", "RSI(14) lt 30", "RSI(14) gt 70"),
        ("RSI(6) < 30 buy; RSI(6) > 70 sell", "RSI(6) lt 30", "RSI(6) gt 70"),
        ("RSI不高于70且MACD金叉买入", f"RSI(14) le 70 & {MACD_UP}", ""),
        ("RSI小于30或者KDJ金叉时买入", f"RSI(14) lt 30 | {KDJ_UP}", ""),
        ("RSI is between 30 and 50 buy", "RSI(14) gt 30 & RSI(14) lt 50", ""),
        ("KDJ的K线上穿D线买入，J值大于100卖出", KDJ_UP, "KDJ(9,3,3).j gt 100"),
        (
            "价格跌破布林带(20,2)下轨买入，回到中轨上方卖出",
            "close cross_below BOLL(20,2).lower",
            "close cross_above BOLL(20,2).middle",
        ),
        ("price closes above the upper Bollinger band buy", "close gt BOLL(20,2).upper", ""),
        ("价格在200日均线上方且RSI(14)上穿30时买入", "close gt SMA(200) & RSI(14) cross_above 30", ""),
        ("成交量大于20日均量买入", "volume gt VOLUME_SMA(20)", ""),
        (
            "Buy when price breaks above the 20-day high, sell when price drops below the 10-day low",
            "close cross_above DONCHIAN(20).upper[-1]",
            "close cross_below DONCHIAN(10).lower[-1]",
        ),
        ("入场：收盘价大于昨日最高价。出场：收盘价小于昨日最低价。", "close gt high[-1]", "close lt low[-1]"),
        (
            "CCI crosses above -100 buy; sell when CCI crosses below 100",
            "CCI(20) cross_above -100",
            "CCI(20) cross_below 100",
        ),
        ("买入条件：MACD金叉，RSI小于50；卖出条件：MACD死叉", f"{MACD_UP} & RSI(14) lt 50", MACD_DOWN),
        (
            "SMA5 crosses above SMA20 buy, sell on the opposite cross",
            "SMA(5) cross_above SMA(20)",
            "SMA(5) cross_below SMA(20)",
        ),
    ],
)
def test_rules(message: str, entry: str, exit_: str) -> None:
    spec = spec_of(message)
    assert (short(spec.entry), short(spec.exit)) == (entry, exit_)


@pytest.mark.parametrize(
    ("message", "risk"),
    [
        ("止损2%，止盈5%，仓位50%", {"stop_loss_pct": 2, "take_profit_pct": 5, "position_pct": 50}),
        ("2% stop loss and 6% take profit, using 25% of my capital", {"stop_loss_pct": 2, "take_profit_pct": 6, "position_pct": 25}),
        ("Stop loss: 5%. Take profit: 10%. Position: 20%", {"stop_loss_pct": 5, "take_profit_pct": 10, "position_pct": 20}),
        ("stop at 4 percent", {"stop_loss_pct": 4}),
        ("止损百分之三，止盈百分之八，三成仓位", {"stop_loss_pct": 3, "take_profit_pct": 8, "position_pct": 30}),
        ("亏损3%止损，盈利10%卖出，最多持有20根K线，半仓", {"stop_loss_pct": 3, "take_profit_pct": 10, "max_bars": 20, "position_pct": 50}),
        ("移动止损5%", {"trailing_stop_pct": 5}),
        ("Trailing stop 3%. Hold at most 20 bars.", {"trailing_stop_pct": 3, "max_bars": 20}),
        ("止損２％", {"stop_loss_pct": 2}),
    ],
)  # fmt: skip
def test_risk(message: str, risk: dict[str, float]) -> None:
    said = {name: value for name, value in to_json(spec_of(message))["risk"].items() if value is not None}
    assert said == risk


@pytest.mark.parametrize(
    ("message", "timeframe"),
    [
        ("15分钟", "15m"), ("十五分钟", "15m"), ("15m", "15m"), ("15-minute chart", "15m"), ("M15", "15m"), ("5分钟", "5m"),
        ("1小时", "1h"), ("四小时", "4h"), ("4h", "4h"), ("hourly", "1h"), ("60分钟", "1h"), ("日线", "1d"), ("daily", "1d"),
        ("weekly", "1w"), ("周线", "1w"), ("半小时", "30m"), ("10日线上穿20日线买入", None), ("3分钟", None),
    ],
)  # fmt: skip
def test_timeframe(message: str, timeframe: str | None) -> None:
    assert spec_of(message).market.timeframe == timeframe


@pytest.mark.parametrize(
    ("message", "instrument"),
    [
        ("BTC/USDT", "BTC/USDT"), ("btcusdt 15m", "BTC/USDT"), ("ETH-USDT永续", "ETH/USDT"), ("比特币", "BTC"), ("trade AAPL daily", "AAPL"),
        ("EURUSD", "EUR/USD"), ("I have a method for trading", None), ("something together", None), ("the solution", None),
    ],
)  # fmt: skip
def test_instrument(message: str, instrument: str | None) -> None:
    assert spec_of(message).market.instrument == instrument


def test_pain_k_line_read_as_kdj() -> None:
    spec = spec_of("在15分钟K线上，K线突破布林带上轨买入")
    assert [item.name for item in spec.indicators] == ["BOLL"]


def test_pain_macd_read_as_ma() -> None:
    assert [item.name for item in spec_of("用MACD金叉买入").indicators] == ["MACD"]


def test_pain_15_minutes_read_as_5m() -> None:
    assert spec_of("15分钟").market.timeframe == "15m"


@pytest.mark.parametrize(
    "message", ["不想用布林带，用MACD", "不要布林带，用MACD", "without Bollinger bands, with MACD"]
)
def test_pain_not_wanting_boll_read_as_a_wish_for_it(message: str) -> None:
    spec = spec_of(message)
    assert [item.name for item in spec.indicators] == ["MACD"]
    assert spec.excluded == ["BOLL"]


def test_an_exclusion_takes_the_conditions_along_and_can_be_taken_back() -> None:
    spec = spec_of("MACD金叉且RSI低于30买入", "no, without MACD")
    assert short(spec.entry) == "RSI(14) lt 30"
    assert spec.excluded == ["MACD"]
    assert spec_of("不要MACD", "MACD金叉买入").excluded == []


def test_pain_one_of_two_periods_lost() -> None:
    for message in ("5日和20日均线", "MA5和MA20", "SMA 5 and 20", "5 and 20 day moving averages", "双均线，5和20"):
        periods = [item.params.get("period") for item in spec_of(message).indicators]
        assert periods == [5, 20], message


def test_pain_the_exit_lost_when_it_stands_in_the_same_sentence() -> None:
    spec = spec_of("5日均线上穿20日均线买入并且跌破20日均线卖出")
    assert short(spec.entry) == "SMA(5) cross_above SMA(20)"
    assert short(spec.exit) == "close cross_below SMA(20)"


def test_pain_eth_found_in_method() -> None:
    assert spec_of("this method uses RSI").market.instrument is None


@pytest.mark.parametrize(
    ("first", "correction", "entry"),
    [
        ("5日均线上穿10日均线买入", "改成10日和30日", "SMA(10) cross_above SMA(30)"),
        ("5日均线上穿10日均线买入", "change it to 10 and 30", "SMA(10) cross_above SMA(30)"),
        ("50日均线上穿200日均线买入", "把50日换成20日", "SMA(20) cross_above SMA(200)"),
        ("5日均线上穿10日均线买入", "换成EMA", "EMA(5) cross_above EMA(10)"),
        ("RSI低于30买入", "RSI周期改成6", "RSI(6) lt 30"),
        ("RSI低于30买入", "买入改成RSI低于20", "RSI(14) lt 20"),
        ("5日均线上穿10日均线买入", "另外RSI要低于70才买入", "SMA(5) cross_above SMA(10) & RSI(14) lt 70"),
        ("均线金叉买入", "改成5日和20日", "SMA(5) cross_above SMA(20)"),
    ],
)
def test_corrections(first: str, correction: str, entry: str) -> None:
    spec = spec_of(first, correction)
    assert short(spec.entry) == entry
    named = [f"{item.name}({item.params['period']})" for item in spec.indicators if item.name != "RSI"]
    assert all(name in entry for name in named), "no indicator of before is left"


@pytest.mark.parametrize(
    "message", ["止损改为3%", "stop at 3 percent", "Change the stop loss to 3%.", "把止损改成3%。"]
)
def test_a_corrected_stop(message: str) -> None:
    assert spec_of("止损5%", message).risk.stop_loss_pct == 3


def test_averages_that_were_only_mentioned_are_corrected_too() -> None:
    spec = spec_of("用5日和10日均线", "改成10日和30日")
    assert [item.params["period"] for item in spec.indicators] == [10, 30]


def test_an_answer_is_read_as_the_answer() -> None:
    assert spec_of("3%", asked=("risk.stop_loss_pct",)).risk.stop_loss_pct == 3
    assert short(spec_of("RSI高于70", asked=("exit",)).exit) == "RSI(14) gt 70"
    spec = spec_of("均线金叉买入", "5和20", asked=("indicators.SMA.period",))
    assert short(spec.entry) == "SMA(5) cross_above SMA(20)"


def test_what_was_not_said_stays_null() -> None:
    data = to_json(spec_of("MACD金叉买入"))
    assert data["market"] == {"instrument": None, "kind": None, "timeframe": None}
    assert set(data["risk"].values()) == {None}
    assert data["exit"] is None
    assert to_json(spec_of("你好")) == to_json(Spec())


def test_directions() -> None:
    assert spec_of("5日线上穿10日线做多，5日线下穿10日线做空").direction == "both"
    short_spec = spec_of("sell short when SMA10 crosses below SMA30, cover when SMA10 crosses above SMA30")
    assert short_spec.direction == "short"
    assert short(short_spec.exit) == "SMA(10) cross_above SMA(30)"
    assert spec_of("只做多").direction == "long"


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("RSI超卖买入", "vague_level"),
        ("buy when RSI is oversold", "vague_level"),
        ("止损2", "percent_sign"),
        ("risk 2% per trade", "per_trade"),
        ("3分钟图", "timeframe"),
        ("用1小时和15分钟", "one_timeframe"),
        ("BTC/USDT 和 ETH/USDT", "one_instrument"),
        ("用VWAP", "unknown_indicator"),
        ("成交量大于20日均量的1.5倍时买入", "scaled"),
        ("Don't buy when RSI is above 70", "negated_action"),
        ("MACD金叉", "which_side"),
        ("只在月亮圆的时候交易", "unclear"),
        ("stop loss 120%", "out_of_range"),
        ("持有5天", "bars_not_days"),
    ],
)
def test_what_is_not_understood_is_said_and_never_guessed(message: str, reason: str) -> None:
    assert reason in unread_of(message)
    spec = spec_of(message)
    assert spec.entry is None
    assert spec.exit is None
    assert set(to_json(spec)["risk"].values()) == {None}


def test_a_question_is_no_wish() -> None:
    patch = parse("什么是MACD？", spec=Spec())
    assert patch.question
    assert patch.is_empty
    assert short(spec_of("能帮我做一个MACD金叉买入的策略吗？").entry) == MACD_UP


def test_an_item_keeps_the_words_it_came_from() -> None:
    patch = parse("BTC/USDT，５日均線上穿１０日均線買入，停損２％", spec=Spec())
    assert patch.sources["market.instrument"] == "BTC/USDT"
    assert patch.sources["entry"] == "５日均線上穿１０日均線"
    assert patch.sources["risk.stop_loss_pct"] == "停損２％"


@pytest.mark.parametrize(
    "unit", ["金叉买入，", "5,", "不", "前一根", "MA5和", "RSI低于30且", "或", "参数", "(", "1", "改成5 "]
)
def test_32000_characters_are_read_in_linear_time(unit: str) -> None:
    text = (unit * 32_000)[:32_000]
    begun = time.process_time()
    apply(Spec(), parse(text, spec=Spec()))
    assert time.process_time() - begun < 4


def test_what_is_beyond_the_bound_is_said_and_not_guessed() -> None:
    wish = "BTC/USDT 1h, buy when SMA 5 crosses above SMA 20. "
    read = parse(wish + "x " * 3_000 + "stop loss 2%", spec=Spec())
    assert read.market["timeframe"] == "1h"
    assert "entry" in read.sides
    assert read.risk == {}
    assert read.unread[-1].reason == "too_much"


@pytest.mark.parametrize(
    ("message", "side", "condition"),
    [
        ("把30改成25", "entry", "RSI(14) lt 25"),
        ("RSI高于70改成RSI高于80", "exit", "RSI(14) gt 80"),
        ("change the RSI thresholds to 20 and 80", "entry", "RSI(14) lt 20"),
    ],
)
def test_a_changed_level_keeps_the_words_it_came_from(message: str, side: str, condition: str) -> None:
    spec = spec_of("RSI低于30买入，高于70卖出")
    patch = parse(message, spec=spec)
    assert short(to_json(apply(spec, patch))[side]) == condition
    assert patch.sources[side] in message


def test_one_more_entry_condition_narrows_and_one_more_exit_condition_is_one_more_way_out() -> None:
    spec = spec_of("5日均线上穿20日均线买入，下穿卖出", "买入再加上RSI低于70", "RSI高于80也要卖出")
    assert short(spec.entry) == "SMA(5) cross_above SMA(20) & RSI(14) lt 70"
    spec = spec_of("buy when RSI < 30, sell when RSI > 70", "also exit when the close is below the 20 SMA")
    assert short(spec.exit) == "RSI(14) gt 70 | close lt SMA(20)"


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("出现底背离的时候买入", "divergence"),
        ("short a head and shoulders top", "pattern"),
        ("buy when the news is good", "outside"),
        ("每跌5%加仓一次", "scaling_in"),
        ("only trade between 9:30 and 11:00", "session"),
        ("我想用海龟交易法", "named_system"),
        ("止损两倍ATR", "in_atr"),
        ("put 10k into each trade", "money"),
        ("撤回", "undo"),
    ],
)
def test_what_no_spec_can_hold_is_named_with_its_reason(message: str, reason: str) -> None:
    assert reason in unread_of(message)
    spec = spec_of(message)
    assert (spec.entry, spec.exit) == (None, None)
    assert set(to_json(spec)["risk"].values()) == {None}
