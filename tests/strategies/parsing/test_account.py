"""What is not understood is said, never guessed: unclaimed words, and rules that nobody can mean."""

import time

import pytest

from strategies.parsing import apply, parse
from strategies.parsing.account import clauses_of
from strategies.spec import Market, Spec


@pytest.mark.parametrize(
    "message",
    [
        "If CCI wobbles through 100 from above, sell",
        "布林带收口后突破上轨买入",
        "价格回踩20日均线不破买入",
        "short SOL when price loses the 50 day MA and volume is at least twice its 20 day average",
        "once price breaks the 20 bar high, wait for a retest and then buy",
        "先等RSI超卖，再等MACD金叉才买",
        "buy if the daily RSI is under 30 and the weekly RSI is above 50",
        "MACD金叉三次后买入",
        "buy when the 20 SMA crosses above the 50 SMA twice",
        "golden cross of MACD after RSI drops below 30, buy",
        "buy when price bounces off the 50 day moving average",
        "价格离20日均线超过5%就做空",
    ],
)
def test_a_clause_with_words_that_nobody_claims_is_no_rule(message: str) -> None:
    patch = parse(message, spec=Spec())
    assert not patch.sides
    assert patch.unread


@pytest.mark.parametrize(
    "message",
    [
        "buy when RSI is above 140",  # out of its range
        "buy when SMA 20 crosses above SMA 20",  # a line against itself
        "buy when RSI crosses above its own 9 day average",  # of another unit
        "buy when price closes above the high",  # never true
        "buy when RSI is above 60 and RSI is below 40",  # never at once
        "MACD金叉买入，MACD金叉卖出",  # the exit is the entry
        "go long if at least two of RSI, MACD and KDJ are bullish",
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_and_said(message: str) -> None:
    patch = parse(message, spec=Spec())
    assert not patch.sides
    assert patch.unread


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("突破20日高点做多，時空停損5%", "stop_loss_pct"),
        ("move the stop to breakeven after 2% profit", "position_pct"),
        ("add to the position every time it drops 5%", "position_pct"),
    ],
)
def test_a_figure_beside_unknown_words_is_no_setting(message: str, field: str) -> None:
    patch = parse(message, spec=Spec())
    assert field not in patch.risk
    assert patch.unread


def test_a_timeframe_of_a_condition_that_was_not_read_is_not_the_plans() -> None:
    patch = parse("long only when the weekly trend is up", spec=Spec())
    assert "timeframe" not in patch.market
    assert patch.unread


def test_an_exit_word_at_the_end_of_its_clause_keeps_its_condition() -> None:
    spec = apply(Spec(), parse("連續三根陽線之後買進，跌破五日均線賣出", spec=Spec()))
    assert spec.entry is not None
    assert spec.exit is not None
    assert spec.exit["any"][0]["op"] == "cross_below"


def test_small_talk_beside_what_was_read_needs_no_complaint() -> None:
    patch = parse("hi, I have a bit of money and want to trade bitcoin", spec=Spec())
    assert patch.market == {"instrument": "BTC"}
    assert patch.unread == []


def test_a_new_level_takes_the_place_of_the_old_one() -> None:
    spec = Spec(market=Market(instrument="BTC"))
    for message in ("RSI低于30买入", "改成RSI低于25，再加上站上200日线才买"):
        spec = apply(spec, parse(message, spec=spec))
    assert spec.entry is not None
    assert [item["op"] for item in spec.entry["all"]] == ["lt", "cross_above"]
    assert spec.entry["all"][0]["right"] == 25


def test_a_comma_in_brackets_and_a_colon_between_digits_part_nothing() -> None:
    text = "bands (20, 2): above, 10:30"
    assert [text[start:end] for start, end in clauses_of(text)] == ["bands (20, 2)", " above", " 10:30"]


@pytest.mark.parametrize(
    "unit", ["zq ", "怪", "（", "RSI<30 zq，", "SMA5 zq，买，", "5%怪，", "BTC zq ", "买，RSI<30，", "KDJ的K值、"]
)
def test_the_account_keeps_the_reading_linear(unit: str) -> None:
    text = (unit * 4_000)[:4_000]
    begun = time.process_time()
    parse(text, spec=Spec())
    assert time.process_time() - begun < 2
