"""Plain rules put together from the usual words: what most people say, in many wordings, with the spec of each."""

# ruff: noqa: E501 - tables of words; the randomness is for coverage

import random
from collections.abc import Iterator
from dataclasses import dataclass

from tests.strategies.corpus.case import Case


@dataclass(frozen=True)
class Series:
    """An operand in the notation and its wordings; ``levels`` are what it is compared with where it is no price."""

    label: str
    zh: str
    en: str
    levels: tuple[float, ...] = ()

    def words(self, chinese: bool, chance: random.Random) -> str:
        return chance.choice((self.zh if chinese else self.en).split("|"))


AVERAGES = (
    Series("SMA(5)", "MA5|5日均线|五日均线|5日线|SMA(5)|5周期均线", "SMA 5|the 5 day SMA|the 5-day moving average|5 SMA|the five day average|MA5"),
    Series("SMA(20)", "MA20|20日均线|二十日均线|20日线", "SMA 20|the 20-period SMA|the 20 SMA|MA(20)|the twenty day moving average"),
    Series("EMA(12)", "EMA12|12日EMA|EMA(12)|12日指数均线", "EMA 12|the 12 EMA|EMA(12)|the 12 period exponential moving average"),
    Series("WMA(30)", "WMA30|30日加权均线|WMA(30)", "WMA 30|the 30-day WMA|the 30 period weighted moving average"),
)  # fmt: skip
OSCILLATORS = (
    Series("RSI(14)", "RSI|RSI(14)|14日RSI|相对强弱指标", "RSI|the RSI|RSI(14)|the 14-period RSI", (20, 30, 70, 80)),
    Series("CCI(20)", "CCI|CCI(20)|20日CCI", "CCI|the CCI|CCI(20)", (100, -100)),
    Series("ADX(14)", "ADX|ADX(14)", "ADX|the ADX|the 14-period ADX", (20, 25)),
    Series("ROC(10)", "ROC|变动率", "ROC|the rate of change", (0, 5)),
    Series("ATR(14)", "ATR|ATR(14)|平均真实波幅", "ATR|the average true range", (2, 1.5)),
    Series("KDJ.j", "J值|KDJ的J值|KDJ的J线", "KDJ's J|the J line of KDJ|J value", (0, 100)),
    Series("KDJ.k", "K值|KDJ的K值", "the K line of KDJ|KDJ's K", (20, 80)),
    Series("MACD.hist", "MACD柱|MACD柱状图|MACD的柱子", "the MACD histogram|MACD hist", (0,)),
    Series("MACD.macd", "DIF|MACD的DIF", "the MACD line|DIF", (0,)),
)
PRICE = Series("close", "收盘价|价格|股价|收盘", "price|the close|the price|close")
BANDS = (
    Series(
        "BOLL.upper", "布林带上轨|布林上轨|BOLL上轨", "the upper Bollinger band|the upper band of the Bollinger bands"
    ),
    Series("BOLL.middle", "布林带中轨|布林中轨", "the middle Bollinger band|the Bollinger middle band"),
)
HIGHS = (
    ("x>", Series("DONCHIAN(20).upper[-1]", "20日新高|20日最高价|20日高点", "the 20 day high|the 20-bar high|the highest high of the last 20 bars")),
    ("x<", Series("DONCHIAN(10).lower[-1]", "10日新低|10日低点", "the 10 day low|the 10-bar low|the lowest low of the last 10 bars")),
    (">", Series("high[-1]", "昨天的最高价|前一根K线的最高价|昨日最高价", "yesterday's high|the previous high|the high of the previous bar")),
    ("<", Series("close[-1]", "昨天的收盘价|昨日收盘价|前一根的收盘价", "yesterday's close|the previous close|the close of the previous bar")),
)  # fmt: skip
VOLUME = Series("volume", "成交量", "volume|the volume")
USUAL_VOLUME = Series(
    "VOLUME_SMA(20)", "20日均量|20日平均成交量|20日均量线", "its 20 bar average|the 20-day average volume"
)
OPS_ZH = {"x>": "上穿|升破|向上突破", "x<": "下穿|跌破|向下突破", ">": "大于|高于|超过|>", "<": "小于|低于|<", ">=": "不低于|>=|大于等于", "<=": "不高于|<=|小于等于"}  # fmt: skip
OPS_EN = {
    "x>": "crosses above|rises above|breaks above|moves above|crosses over", "x<": "crosses below|falls below|drops below|crosses under",
    ">": "is above|is over|is greater than|>|is higher than", "<": "is below|is under|is less than|<|is lower than",
    ">=": "is at least|>=", "<=": "is at most|<=",
}  # fmt: skip
JOINTS = {"&": ("并且|且|，同时", " and "), "|": ("或者|或", " or ")}


def plain_rules(seed: int, count: int) -> Iterator[Case]:
    """``count`` messages, the same for the same seed."""
    chance = random.Random(seed)
    for _number in range(count):
        yield _rule(chance, chinese=chance.random() < 0.5)


def _rule(chance: random.Random, chinese: bool) -> Case:
    words, label = _comparison(chance, chinese)
    more, other = _comparison(chance, chinese)
    if chance.random() < 0.5 and not _share_a_series(label, other):
        sign = chance.choice("&|")
        joint = chance.choice(JOINTS[sign][0].split("|")) if chinese else JOINTS[sign][1]
        words, label = words + joint + more, f"{label} {sign} {other}"
    out, leaving = _comparison(chance, chinese)
    while leaving == label:
        out, leaving = _comparison(chance, chinese)  # an exit that is the entry is refused
    form = chance.randrange(4)
    if chinese:
        text = (
            f"{words}时买入",
            f"{words}就买，{out}就卖",
            f"买入条件：{words}；卖出条件：{out}",
            f"当{words}的时候做多",
        )[form]
    else:
        text = (
            f"buy when {words}",
            f"buy when {words}, sell when {out}",
            f"Entry: {words}. Exit: {out}.",
            f"go long when {words}",
        )[form]
    told = chinese or form != 2
    return Case(text=text, entry=label, exit=leaving if form in (1, 2) else "", side="long" if told else "")


def _share_a_series(first: str, second: str) -> bool:
    """Two comparisons of the same left side may deny each other, which no label can judge."""
    return first.split()[0] == second.split()[0]


def _comparison(chance: random.Random, chinese: bool) -> tuple[str, str]:
    ops = OPS_ZH if chinese else OPS_EN
    kind = chance.choice(("averages", "averages", "level", "level", "price", "high", "volume"))
    if kind == "level":
        left = chance.choice(OSCILLATORS)
        op, level = chance.choice(list(ops)), chance.choice(left.levels)
        return _told(chance, chinese, left, op, f"{level:g}"), f"{left.label} {op} {level}"
    if kind == "high":
        op, right = chance.choice(HIGHS)
        return _told(chance, chinese, PRICE, op, right.words(chinese, chance)), f"close {op} {right.label}"
    op = chance.choice(("x>", "x<", ">", "<"))
    if kind == "volume":
        left, right, op = VOLUME, USUAL_VOLUME, chance.choice("><")
    elif kind == "price":
        left, right = PRICE, chance.choice((*AVERAGES, *BANDS))
    else:
        left, right = chance.sample(AVERAGES, 2)
    return _told(chance, chinese, left, op, right.words(chinese, chance)), f"{left.label} {op} {right.label}"


def _told(chance: random.Random, chinese: bool, left: Series, op: str, right: str) -> str:
    relation = chance.choice((OPS_ZH if chinese else OPS_EN)[op].split("|"))
    return ("" if chinese else " ").join((left.words(chinese, chance), relation, right))
