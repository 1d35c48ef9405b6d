"""Ready answers to the open questions: what may open and close a position, in words that the rules read."""

from strategies.conditions import Compare, IndicatorUse, Number, PriceUse, comparisons, from_json
from strategies.describe import say
from strategies.spec import Spec

MOST = 3
_ANY = ("SMA", "RSI", "DONCHIAN")  # where nothing was named yet: a trend, a fall, a break


def entries(spec: Spec, language: str) -> list[str]:
    """What may open a position, with the indicators that were named; none for a plan that only sells short."""
    if spec.direction == "short":
        return []
    named = list(dict.fromkeys(item.name for item in spec.indicators))
    found = [words for name in named or _ANY if (words := _entry(name, language))]
    return list(dict.fromkeys(found))[:MOST]


def exits(spec: Spec, language: str) -> list[str]:
    """What may close the position that the plan's entry opens: its counterpart."""
    if spec.direction == "short" or spec.entry is None:
        return []
    found = [words for compare in comparisons(from_json(spec.entry)) if (words := _exit(compare, language))]
    return list(dict.fromkeys(found))[:MOST]


def _entry(name: str, language: str) -> str:
    match name:
        case "SMA" | "EMA" | "WMA":
            english = f"buy when {name} 5 crosses above {name} 20"
            return say(language, english, f"{name}5上穿{name}20时买入")
        case "MACD":
            return say(language, "buy when MACD crosses above its signal line", "MACD金叉时买入")
        case "RSI":
            return say(language, "buy when RSI is below 30", "RSI小于30时买入")
        case "KDJ":
            return say(language, "buy when K crosses above D", "KDJ金叉时买入")
        case "BOLL":
            english = "buy when the close crosses below the lower Bollinger band"
            return say(language, english, "收盘价下穿布林带下轨时买入")
        case "CCI":
            return say(language, "buy when CCI crosses above -100", "CCI上穿-100时买入")
        case "DONCHIAN":
            return say(language, "buy when the close breaks the 20 bar high", "收盘价突破20日高点时买入")
        case "ROC":
            return say(language, "buy when ROC crosses above 0", "ROC上穿0时买入")
        case "VOLUME_SMA":
            english = "buy when volume is above its 20 bar average and the close is above the open"
            return say(language, english, "成交量大于20日均量并且收阳线时买入")
    return ""  # ADX and ATR measure strength and range, no direction


def _exit(compare: Compare, language: str) -> str:
    left, right, rising = compare.left, compare.right, compare.op in ("cross_above", "gt", "ge")
    if isinstance(right, Number):
        return _level_exit(left, right.value, rising, language) if isinstance(left, IndicatorUse) else ""
    if isinstance(right, IndicatorUse) and right.name == "DONCHIAN" and rising:
        return say(language, "sell when the close breaks the 10 bar low", "收盘价跌破10日低点时卖出")
    if isinstance(right, IndicatorUse) and right.name == "BOLL" and right.line == "lower":
        english = "sell when the close crosses above the middle Bollinger band"
        return say(language, english, "收盘价上穿布林带中轨时卖出")
    if compare.op == "cross_above" and isinstance(left, IndicatorUse | PriceUse):
        return say(language, "sell when it crosses back below", "下穿时卖出")
    return ""


def _level_exit(line: IndicatorUse, level: float, rising: bool, language: str) -> str:
    """On the other side of the middle: RSI below 30 is left above 70."""
    if line.name == "RSI" and level != 50:
        figures = (f"{line.params_dict()['period']:g}", f"{100 - level:g}")
        if level < 50:
            return say(
                language, "sell when RSI({}) is above {}".format(*figures), "RSI({})大于{}时卖出".format(*figures)
            )
        return say(language, "sell when RSI({}) is below {}".format(*figures), "RSI({})小于{}时卖出".format(*figures))
    if line.name == "CCI" and rising and level < 0:
        return say(language, f"sell when CCI crosses above {-level:g}", f"CCI上穿{-level:g}时卖出")
    if line.name == "ROC" and rising:
        return say(language, f"sell when ROC crosses below {level:g}", f"ROC下穿{level:g}时卖出")
    return ""
