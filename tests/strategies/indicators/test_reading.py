"""What is read from talk about an indicator, in both languages."""

import pytest

from strategies.indicators import maturity
from strategies.indicators.describe import spec_lines
from strategies.indicators.reading import read
from strategies.indicators.spec import IndicatorSpec

# what is said, one message after another, and the plan that comes of it, in words
TALKS: dict[str, list[str]] = {
    "MACD": ["MACD(12, 26, 9)"],
    "KDJ 9 3 3": ["KDJ(9, 3, 3)"],
    "the RSI": ["RSI(14)"],
    "CCI指标": ["CCI(20)"],
    "布林带": ["BOLL(20, 2)"],
    "唐奇安通道": ["DONCHIAN(20)"],
    "Donchian 20 channel": ["DONCHIAN(20)"],
    "成交量均线": ["VOLUME_SMA(20)"],
    "SMA | 20": ["SMA(20)"],
    "均线 | 20": ["SMA(20)"],
    "SMA 5, SMA 10 and SMA 20 | draw each": ["SMA(5), SMA(10), SMA(20)"],
    "5日、10日、20日均线 | 分别画出": ["SMA(5), SMA(10), SMA(20)"],
    "the difference of EMA 12 and EMA 26": ["EMA(12) minus EMA(26)"],
    "EMA12和EMA26的差值": ["EMA(12) minus EMA(26)"],
    "EMA 12 minus EMA 26": ["EMA(12) minus EMA(26)"],
    "EMA 12 and EMA 26 | the difference": ["EMA(12) minus EMA(26)"],
    "the difference of EMA 12 and EMA 26 with a signal line of EMA 9": [
        "EMA(12) minus EMA(26)",
        "Signal line: EMA(9) of it",
    ],
    "EMA12和EMA26的差值，信号线用9日EMA": ["EMA(12) minus EMA(26)", "Signal line: EMA(9) of it"],
    "close minus SMA 20": ["the close minus SMA(20)"],
    "收盘价减20日均线": ["the close minus SMA(20)"],
    "ratio of volume and the 20 bar volume average": ["the volume divided by VOLUME_SMA(20)"],
    "收盘价除以200日均线": ["the close divided by SMA(200)"],
    "EMA 10 and EMA 30 | the ratio | change 30 to 50": ["EMA(10) divided by EMA(50)"],
    "EMA10和EMA30的比值 | 30改成50": ["EMA(10) divided by EMA(50)"],
    "SMA 10 minus SMA 30 | use EMA instead": ["EMA(10) minus EMA(30)"],
    "布林带上轨减下轨": ["BOLL(20, 2) upper band minus BOLL(20, 2) lower band"],
    "bollinger bands width: upper band minus lower band": ["BOLL(20, 2) upper band minus BOLL(20, 2) lower band"],
    "bands around EMA 20 | 2 standard deviations": ["bands around EMA(20), 2 standard deviations away"],
    "bands of 3% around the 50 day average": ["bands around SMA(50), 3% away"],
    "20日均线上下2倍ATR的通道，画在主图": ["bands around SMA(20), 2 times ATR away", "Drawn over the candles"],
    "20日均线上下两倍标准差的通道": ["bands around SMA(20), 2 standard deviations away"],
    "RSI 14 smoothed with EMA 5, below the candles": ["RSI(14)", "Smoothed with EMA(5)", "Drawn below the candles"],
    "用9日均线平滑RSI": ["RSI(14)", "Smoothed with SMA(9)"],
    "RSI smoothed with SMA 9 | no smoothing": ["RSI(14)"],
    "RSI | 用5日EMA平滑 | 不要平滑": ["RSI(14)"],
    "MACD histogram smoothed with EMA 3": ["MACD(12, 26, 9) histogram", "Smoothed with EMA(3)"],
    "RSI 14 | draw it below the chart": ["RSI(14)", "Drawn below the candles"],
    "RSI 14 | 画在副图": ["RSI(14)", "Drawn below the candles"],
    "EMA 50 on the price chart": ["EMA(50)", "Drawn over the candles"],
}


def told(talk: str) -> tuple[IndicatorSpec, list[str]]:
    spec, unread = IndicatorSpec(), []
    for said in talk.split(" | "):
        asked = tuple(item["field"] for item in maturity.assess(spec).missing)
        reading = read(said, spec, asked)
        spec = reading.spec
        unread += [item.reason for item in reading.unread]
    return spec, unread


@pytest.mark.parametrize("talk", [*TALKS])
def test_a_talk_gives_its_plan(talk: str) -> None:
    spec, unread = told(talk)
    lines = TALKS[talk]
    assert spec_lines(spec, "en") == [f"Measures: {lines[0]}", *lines[1:]]
    assert unread == []
    assert maturity.assess(spec).ready


@pytest.mark.parametrize(
    ("talk", "asked"),
    [
        ("", "inputs"),
        ("EMA 12 and EMA 26", "measure"),
        ("SMA", "indicators.SMA.period"),
        ("the difference of EMA 12", "inputs"),
        ("bands around SMA 20", "width"),
        ("bands around the close, 2 standard deviations", "width.period"),
        ("smoothed RSI", "smoothing"),
        ("RSI", "pane"),
    ],
)
def test_what_is_missing_is_asked(talk: str, asked: str) -> None:
    found = maturity.assess(told(talk)[0])
    assert found.missing[0]["field"] == asked
    assert found.ready == (asked == "pane")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("talk", ["EMA 12 and EMA 26", "bands around SMA 20", "SMA", "RSI", "smoothed RSI", ""])
def test_every_choice_answers_its_question(talk: str, language: str) -> None:
    spec = told(talk)[0]
    question = maturity.assess(spec, language).missing[0]
    for choice in question["choices"]:
        after = read(choice, spec, (question["field"],)).spec
        left = [item["field"] for item in maturity.assess(after).missing]
        assert question["field"] not in left, (choice, spec_lines(after, "en"))


def test_what_no_indicator_has_is_said() -> None:
    assert told("supertrend")[1] == ["unknown_indicator"]
    assert told("ATR smoothed with EMA 9, stop loss 3%")[1] == ["strategy_words"]
    assert told("RSI，止损2%")[1] == ["strategy_words"]


def test_a_question_is_no_wish() -> None:
    reading = read("what is RSI?", IndicatorSpec())
    assert reading.question
    assert reading.spec == IndicatorSpec()


def test_what_a_person_set_stays_until_it_is_spoken_of() -> None:
    spec = told("RSI 14 below the candles")[0]
    kept = read("smoothed with EMA 3", spec, held=frozenset({"pane", "measure", "inputs"})).spec
    assert (kept.pane, [item.name for item in kept.inputs]) == ("below", ["RSI"])
    assert read("draw it over the candles", spec, held=frozenset({"pane"})).spec.pane == "price"


def test_the_words_are_kept_for_a_model() -> None:
    spec = told("RSI weighted by volume | and make it smoother")[0]
    assert spec.idea == "RSI weighted by volume\nand make it smoother"
    free = maturity.assess(IndicatorSpec(idea="how far the day's close is from its middle"), free=True)
    assert free.ready
    assert not maturity.assess(IndicatorSpec(idea="how far the day's close is from its middle")).ready


@pytest.mark.parametrize("text", ["EMA 12 " * 600, "smoothed " * 500, "2 ATR " * 700, "1 to 2 " * 600, "((((" * 1000])
def test_reading_is_quick_on_hostile_text(text: str) -> None:
    read(text, IndicatorSpec())
