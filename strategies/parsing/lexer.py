"""Text into tokens with their places: one pass, no regular expression that could look back."""

# ruff: noqa: E501 - tables of words; wide characters count twice

from dataclasses import dataclass
from typing import Any

from strategies.parsing.vocabulary import FIRST
from strategies.spec import TIMEFRAMES


@dataclass(slots=True)
class Token:
    """A word that means something; ``used`` once a reading has taken it."""

    kind: str
    value: Any
    start: int
    end: int
    used: bool = False


_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_SCALES = {"十": 10, "百": 100, "千": 1000}
_CHINESE = frozenset(_DIGITS) | frozenset(_SCALES) | {"点", "半"}

# after a number: what it counts
_UNITS: tuple[tuple[str, str], ...] = tuple(
    sorted(
        {
            **dict.fromkeys(("%", "percent", "pct", "per cent", "个百分点", "个点", "百分点", "趴"), "pct"),
            "成": "tenth",
            **dict.fromkeys(
                ("分钟线", "分钟级别", "分钟k线", "分钟", "分线", "分", "minutes", "minute", "mins", "min", "m"),
                "minute",
            ),
            **dict.fromkeys(
                ("小时线", "小时级别", "小时k线", "个小时", "小时", "hours", "hour", "hrs", "hr", "h"), "hour"
            ),
            **dict.fromkeys(("日", "天", "days", "day", "d"), "day"),
            **dict.fromkeys(("周线", "周", "weeks", "week", "w"), "week"),
            **dict.fromkeys(
                ("根k线", "根", "个周期", "周期", "期", "bars", "bar", "periods", "period", "candles", "candle"), "bar"
            ),
            **dict.fromkeys(("倍", "times", "x"), "times"),
        }.items(),
        key=lambda unit: -len(unit[0]),
    )
)
_NEEDS_UNIT_AFTER_CHINESE = frozenset({"pct", "tenth", "minute", "hour", "day", "week", "bar", "times"})
_NAMED_TIMEFRAMES = {
    "日线级别": "1d", "日线": "1d", "日k": "1d", "日图": "1d", "每日": "1d", "daily": "1d", "周线级别": "1w", "周线": "1w", "周k": "1w",
    "weekly": "1w", "hourly": "1h", "小时线": "1h", "小时级别": "1h", "半小时": "30m", "半个小时": "30m", "half hour": "30m", "half-hour": "30m",
    "m1": "1m", "m5": "5m", "m15": "15m", "m30": "30m", "h1": "1h", "h4": "4h", "d1": "1d", "w1": "1w",
    "minutely": "1m", "一刻钟": "15m",
}  # fmt: skip
_TIMEFRAME_FIRST: dict[str, list[str]] = {}
for _name in sorted(_NAMED_TIMEFRAMES, key=len, reverse=True):
    _TIMEFRAME_FIRST.setdefault(_name[0], []).append(_name)


def is_latin(char: str) -> bool:
    return "a" <= char <= "z"


def tokens_of(text: str) -> list[Token]:
    """Tokens of comparable ``text``, in order; characters that mean nothing to the rules are passed over."""
    tokens: list[Token] = []
    place = 0
    while place < len(text):
        char = text[place]
        token = (
            _number(text, place, tokens)
            or _percent_in_words(text, place)
            or _named_timeframe(text, place, tokens)
            or _word(text, place)
            or _full_stop(text, place)
        )
        if token is not None:
            tokens.append(token)
            place = token.end
        elif is_latin(char):
            place = _end_of_word(text, place)
        else:
            place += 1
    return tokens


def _end_of_word(text: str, place: int) -> int:
    while place < len(text) and is_latin(text[place]):
        place += 1
    return place


def _full_stop(text: str, place: int) -> Token | None:
    if text[place] == "." and not (text[place + 1 : place + 2].isdigit()):
        return Token("hard", None, place, place + 1)
    return None


def _word(text: str, place: int) -> Token | None:
    if is_latin(text[place]) and place and is_latin(text[place - 1]):
        return None
    for parts, kind, value in FIRST.get(text[place], ()):
        end = _match(text, place, parts)
        if end:
            return Token(kind, value, place, end)
    return None


def _match(text: str, place: int, parts: tuple[str, ...]) -> int:
    for number, part in enumerate(parts):
        if number:
            gap = 0
            while gap < 3 and text[place : place + 1] in (" ", "-", "_", "\t"):
                place += 1
                gap += 1
        if not text.startswith(part, place):
            return 0
        place += len(part)
    if is_latin(parts[-1][-1]) and place < len(text) and is_latin(text[place]):
        return 0
    return place


def _named_timeframe(text: str, place: int, tokens: list[Token]) -> Token | None:
    if is_latin(text[place]) and place and is_latin(text[place - 1]):
        return None
    if tokens and tokens[-1].kind == "num" and tokens[-1].end == place:
        return None
    for name in _TIMEFRAME_FIRST.get(text[place], ()):
        if text.startswith(name, place):
            end = place + len(name)
            if (
                (is_latin(name[-1]) or name[-1].isdigit())
                and end < len(text)
                and (is_latin(text[end]) or text[end].isdigit())
            ):
                continue
            return Token("tf", _NAMED_TIMEFRAMES[name], place, end)
    return None


def _number(text: str, place: int, tokens: list[Token]) -> Token | None:
    start = place
    sign = 1.0
    if text[place] in "-负" and place + 1 < len(text) and (text[place + 1].isascii() and text[place + 1].isdigit()):
        if tokens and tokens[-1].end == place and tokens[-1].kind in ("num", "pct", "bars", "tf"):
            return None
        if place and is_latin(text[place - 1]):
            return None
        sign, place = -1.0, place + 1
    if text[place].isascii() and text[place].isdigit():
        end = place
        dots = 0
        while end < len(text) and end - place < 16:
            if text[end].isascii() and text[end].isdigit():
                end += 1
            elif text[end] == "." and not dots and text[end + 1 : end + 2].isdigit() and text[end + 1].isascii():
                dots, end = 1, end + 1
            else:
                break
        return _with_unit(text, start, end, sign * float(text[place:end]), False)
    if text[place] in _CHINESE and text[place] != "点":
        end = place
        while end < len(text) and text[end] in _CHINESE and end - place < 10:
            end += 1
        while end > place:
            value = chinese_number(text[place:end])
            if value is not None:
                return _with_unit(text, place, end, value, True)
            end -= 1
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


def _percent_in_words(text: str, place: int) -> Token | None:
    if not text.startswith("百分之", place):
        return None
    end = place + 3
    while end < len(text) and end - place < 13 and text[end] in _CHINESE:
        end += 1
    value = chinese_number(text[place + 3 : end])
    if value is None:
        digits = place + 3
        while (
            digits < len(text)
            and digits - place < 12
            and (text[digits].isascii() and (text[digits].isdigit() or text[digits] == "."))
        ):
            digits += 1
        try:
            value, end = float(text[place + 3 : digits]), digits
        except ValueError:
            return None
    return Token("pct", value, place, end)


def _with_unit(text: str, start: int, end: int, value: float, chinese: bool) -> Token | None:
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
        if word == "分" and text.startswith("分之", at):
            continue
        return _counted(text, start, after, value, unit)
    if chinese:
        # a numeral without a unit counts only before a line or an average: "五线", "五均线"
        return Token("num", value, start, end) if text[at : at + 1] in ("线", "均") else None
    return Token("num", value, start, end)


def _counted(text: str, start: int, end: int, value: float, unit: str) -> Token:
    if unit == "pct":
        return Token("pct", value, start, end)
    if unit == "tenth":
        return Token("pct", value * 10, start, end)
    if unit == "times":
        return Token("times", value, start, end)
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
