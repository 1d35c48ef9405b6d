"""Numbers as people write them: figures, 二十, twenty-five, 百分之三, a third, 10k, 9:30, each with what it counts."""

import re

from strategies.parsing.tokens import Token, is_latin
from strategies.spec import TIMEFRAMES

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_SCALES = {"十": 10, "百": 100, "千": 1000}
_CHINESE = frozenset(_DIGITS) | frozenset(_SCALES) | {"点", "半"}
_ONES = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
)
_WORDS = {word: place for place, word in enumerate(_ONES.split(), start=1)}
_TENS = {
    word: 10 * place
    for place, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_ENGLISH = re.compile(r"[a-z]+")
_FRACTIONS = {"half": 50.0, "third": 33.33, "quarter": 25.0, "fifth": 20.0, "tenth": 10.0}
_FRACTION = re.compile(
    r"(?:(?P<count>a|one|two|three|1|2|3)[ -])?(?P<part>half|third|quarter|fifth|tenth)s?"
    r"(?=(?: of)? (?:my|the|our|capital|equity|account|position|cash|money)\b)"
)
_SLASHED = re.compile(
    r"(?P<top>[1-9])/(?P<bottom>[2-9]|10)(?= ?(?:的?仓|的?资金|的?本金|of (?:my|the|our|capital|equity)))"
)
_CLOCK = re.compile(r"[0-2]?[0-9]:[0-5][0-9](?![0-9])|[0-2]?[0-9] ?[ap]m\b")
_CHINESE_CLOCK = re.compile(
    r"[一二三四五六七八九十两0-9]{1,3}点(?:半|钟|整|[一二三四五六0-9]{1,3}分|(?=到|前|后|之前|之后|以前|以后))"
)
_MONEY = re.compile(r" ?(?:美元|美金|块钱|块|元|万|dollars?\b|bucks\b|usd\b|k(?![a-z线]))[块元美金]{0,2}")

# after a number: what it counts
_UNITS: tuple[tuple[str, str], ...] = tuple(
    sorted(
        {
            **dict.fromkeys(
                ("%", "percent", "pct", "per cent", "percents", "个百分点", "个点", "百分点", "趴", "个percent"), "pct"
            ),
            **dict.fromkeys(("成", "成的"), "tenth"),
            **dict.fromkeys(
                (
                    "分钟线",
                    "分钟级别",
                    "分钟k线",
                    "分钟k",
                    "分k线",
                    "分k",
                    "分钟",
                    "分种",
                    "分线",
                    "分",
                    "minutes",
                    "minute",
                    "mins",
                    "min",
                    "m",
                ),
                "minute",
            ),
            **dict.fromkeys(
                ("小时线", "小时级别", "小时k线", "个小时", "小时", "hours", "hour", "hrs", "hr", "h"), "hour"
            ),
            **dict.fromkeys(("日", "天", "个交易日", "days", "day", "d"), "day"),
            **dict.fromkeys(("周线", "周", "weeks", "week", "w"), "week"),
            **dict.fromkeys(
                (
                    "根k线",
                    "根",
                    "个周期",
                    "周期",
                    "期",
                    "bars",
                    "bar",
                    "periods",
                    "period",
                    "candles",
                    "candle",
                    "个bar",
                ),
                "bar",
            ),
            **dict.fromkeys(
                ("倍标准差", "个标准差", "标准差", "standard deviations", "standard deviation", "std", "sd", "sigma"),
                "dev",
            ),
            **dict.fromkeys(("倍", "times", "x"), "times"),
        }.items(),
        key=lambda unit: -len(unit[0]),
    )
)


# "half a percent", "a quarter of a percent", "半个点", "一个半点"
_PART_OF_PERCENT = re.compile(
    r"(?:half|(?P<quarter>a quarter))(?: of)?(?: an?| one)? ?(?:percent\b|per cent\b|pct\b|%)"
    r"|(?:(?P<whole>[一两二三四五六七八九])个半|半个)(?:百分点|点(?!钟))"
)


def number(text: str, place: int, before: Token | None) -> Token | None:
    """The number at ``place`` with its unit; ``before`` is the token in front of it."""
    if text.startswith("百分之", place):
        return _percent_in_words(text, place)
    part = _PART_OF_PERCENT.match(text, place)
    if part is not None and not (place and is_latin(text[place - 1])):
        whole, _end = _chinese_end(text, place) if part["whole"] else (0.0, place)
        return Token("pct", (whole or 0.0) + (0.25 if part["quarter"] else 0.5), place, part.end())
    char = text[place]
    start = place
    if place and text[place - 1] == "第":
        return None  # an ordinal counts nothing
    if char == "$" and text[place + 1 : place + 2].isdigit():
        end = _digits_end(text, place + 1)
        return Token("money", float(text[place + 1 : end]), start, end)
    sign = 1.0
    if char in "-+负正" and place + 1 < len(text) and (_is_digit(text[place + 1]) or text[place + 1] in _CHINESE):
        follows_figure = before is not None and before.end == place and before.kind in ("num", "pct", "bars", "tf")
        if follows_figure or (place and is_latin(text[place - 1])):
            return None
        if char in "负正" and not _is_digit(text[place + 1]) and _chinese_end(text, place + 1)[0] is None:
            return None
        sign, place = -1.0 if char in "-负" else 1.0, place + 1
    if _is_digit(text[place]):
        clock = _CLOCK.match(text, place)
        if clock is not None:
            return Token("unbuilt", "session", start, clock.end())
        slashed = _SLASHED.match(text, place)
        if slashed is not None:
            share = round(100 * int(slashed["top"]) / int(slashed["bottom"]), 2)
            return Token("pct", share, start, slashed.end())
        end = _digits_end(text, place)
        if text.startswith(" and a half", end):
            return _with_unit(text, start, end + len(" and a half"), sign * (float(text[place:end]) + 0.5), False)
        return _with_unit(text, start, end, sign * float(text[place:end]), False)
    if text[place] in _CHINESE and text[place] not in "点半":
        clock = _CHINESE_CLOCK.match(text, place)
        if clock is not None:
            return Token("unbuilt", "session", start, clock.end())
        value, end = _chinese_end(text, place)
        return None if value is None else _with_unit(text, start, end, sign * value, True)
    if is_latin(char) and not (place and is_latin(text[place - 1])):
        return _in_english(text, place)
    return None


def chinese_number(word: str) -> float | None:
    """``二十`` → 20, ``一百二十`` → 120, ``三点五`` → 3.5; None for what is no number."""
    whole, dot, fraction = word.partition("点")
    if dot and (not fraction or any(char not in _DIGITS for char in fraction)):
        return None
    if not whole or any(char not in _DIGITS and char not in _SCALES for char in whole):
        return None
    total = 0.0
    if all(char in _DIGITS for char in whole):
        for char in whole:
            total = total * 10 + _DIGITS[char]
    else:
        digit = 0
        for char in whole:
            if char in _SCALES:
                total += (digit or 1) * _SCALES[char]
                digit = 0
            else:
                digit = _DIGITS[char]
        total += digit
    if fraction:
        total += float("0." + "".join(str(_DIGITS[char]) for char in fraction))
    return total


def _chinese_end(text: str, place: int) -> tuple[float | None, int]:
    """The longest Chinese number at ``place``, and where it ends."""
    end = place
    while end < len(text) and text[end] in _CHINESE and end - place < 10:
        end += 1
    while end > place:
        value = chinese_number(text[place:end])
        if value is not None:
            return value, end
        end -= 1
    return None, place


def _is_digit(char: str) -> bool:
    return char.isascii() and char.isdigit()


def _digits_end(text: str, place: int) -> int:
    end, dots = place, 0
    while end < len(text) and end - place < 16:
        if _is_digit(text[end]):
            end += 1
        elif text[end] == "." and not dots and text[end + 1 : end + 2].isdigit() and text[end + 1].isascii():
            dots, end = 1, end + 1
        else:
            break
    return end


def _in_english(text: str, place: int) -> Token | None:
    """``twenty-five percent``, ``a third of my capital``; ``one`` and ``a`` only where something is counted."""
    fraction = _FRACTION.match(text, place)
    if fraction is not None:
        count = {"two": 2, "three": 3, "2": 2, "3": 3}.get(fraction["count"] or "a", 1)
        share = round(_FRACTIONS[fraction["part"]] * count, 2)
        return Token("pct", 66.67 if share == 66.66 else share, place, fraction.end())
    value, at = 0.0, place
    last = ""
    while (word := _ENGLISH.match(text, at)) is not None and at - place < 40:
        name = word.group()
        if name in _TENS and not last:
            value += _TENS[name]
        elif name in _WORDS and (not last or (last in _TENS and _WORDS[name] < 10) or last == "hundred"):
            value += _WORDS[name]
        elif name in _TENS and last == "hundred":
            value += _TENS[name]
        elif name == "hundred" and last in _WORDS:
            value *= 100
        else:
            break
        last, end = name, word.end()
        at = end + 1 if text[end : end + 1] in (" ", "-") else end
        if at == end:
            break
    if not last:
        return None
    if value <= 4 and text.startswith((" moving averages", " averages", " emas", " smas", " mas", " lines"), end):
        return None  # so many of them
    if text.startswith(" and a half", end):
        value, end = value + 0.5, end + len(" and a half")
    token = _with_unit(text, place, end, value, False)
    return None if text[place:end] == "one" and token is not None and token.kind == "num" else token


def _percent_in_words(text: str, place: int) -> Token | None:
    value, end = _chinese_end(text, place + 3)
    if value is None:
        end = _digits_end(text, place + 3)
        if end == place + 3:
            return None
        value = float(text[place + 3 : end])
    return Token("pct", value, place, end)


def _with_unit(text: str, start: int, end: int, value: float, chinese: bool) -> Token | None:
    if chinese and text.startswith("分之", end):
        top, after = _chinese_end(text, end + 2)
        return Token("pct", round(100 * top / value, 2), start, after) if top and value else None
    money = _MONEY.match(text, end)
    if money is not None:
        return Token("money", value, start, money.end())
    if text.startswith("轴", end):
        return Token("num", value, start, end + 1)
    at = end
    while at < len(text) and at - end < 2 and text[at] in " -":
        at += 1
    for word, unit in _UNITS:
        if not text.startswith(word, at):
            continue
        after = at + len(word)
        if is_latin(word[-1]) and after < len(text) and is_latin(text[after]):
            continue
        if len(word) == 1 and is_latin(word) and at != end:
            continue  # "5 m" is no unit, "5m" is
        if word == "根" and text.startswith(("均线", "线", "移动平均"), after):
            return None  # "三根均线" are three of them
        if word == "分" and (text.startswith("分之", at) or (chinese and value == 10)):
            continue  # 十分 is "very"
        if unit == "week" and value != 1 and any(weekly in text for weekly in ("周线", "周k", "weekly")):
            unit = "bar"
        return _counted(text, start, after, value, unit)
    if chinese:
        # a numeral without a unit counts where it has tens or hundreds, or before a line: "五线", "五均线"
        if text.startswith("均线", at) and value < 5:
            return None  # "三均线策略"
        scaled = end - start > 1 and any(char in _SCALES for char in text[start:end])
        return (
            Token("num", value, start, end)
            if scaled or text[at : at + 1] in ("线", "均") or text.startswith(("连阳", "连阴"), at)
            else None
        )
    return Token("num", value, start, end)


def _counted(text: str, start: int, end: int, value: float, unit: str) -> Token:
    if unit == "pct":
        return Token("pct", value, start, end)
    if unit == "tenth":
        return Token("pct", value * 10, start, end)
    if unit in ("times", "dev"):
        return Token(unit, value, start, end)
    if unit in ("minute", "hour"):
        minutes = value * (60 if unit == "hour" else 1)
        return Token("tf", _timeframe(minutes), start, end)
    if unit == "week":
        return Token("tf", "1w" if value == 1 else None, start, end)
    if unit == "day":
        return Token("days", value, start, end)
    return Token("bars", value, start, end)


def _timeframe(minutes: float) -> str | None:
    names = {1.0: "1m", 5.0: "5m", 15.0: "15m", 30.0: "30m", 60.0: "1h", 240.0: "4h", 1440.0: "1d"}
    name = names.get(minutes)
    return name if name in TIMEFRAMES else None
