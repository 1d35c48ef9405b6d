"""Text into tokens with their places: one pass, no regular expression that could look back."""

# ruff: noqa: E501 - tables of words; wide characters count twice

from strategies.parsing.numbers import chinese_number, number
from strategies.parsing.spelling import mended
from strategies.parsing.tokens import Token, is_latin
from strategies.parsing.vocabulary import FIRST, LAST

_NAMED_TIMEFRAMES = {
    "日线级别": "1d", "日线": "1d", "日k": "1d", "日图": "1d", "每日": "1d", "daily": "1d", "周线级别": "1w", "周线": "1w", "周k": "1w",
    "weekly": "1w", "hourly": "1h", "小时线": "1h", "小时级别": "1h", "半小时": "30m", "半个小时": "30m", "half hour": "30m", "half-hour": "30m",
    "m1": "1m", "m5": "5m", "m15": "15m", "m30": "30m", "h1": "1h", "h4": "4h", "d1": "1d", "w1": "1w",
    "minutely": "1m", "一刻钟": "15m", "quarter-hour": "15m", "quarter hour": "15m", "quarter of an hour": "15m",
    "half an hour": "30m", "half-hourly": "30m", "quarter-hourly": "15m",
}  # fmt: skip
_TIMEFRAME_FIRST: dict[str, list[str]] = {}
for _name in sorted(_NAMED_TIMEFRAMES, key=len, reverse=True):
    _TIMEFRAME_FIRST.setdefault(_name[0], []).append(_name)
_ENDS = " \t"
_STOPS = ",;.!?。;!?)\n"


def tokens_of(text: str) -> list[Token]:
    """Tokens of comparable ``text``, in order; characters that mean nothing to the rules are passed over."""
    text, places = mended(text)
    tokens: list[Token] = []
    place = 0
    while place < len(text):
        token = (
            _named_timeframe(text, place, tokens)
            or _last_word(text, place)
            or _ago(text, place, tokens)
            or number(text, place, tokens[-1] if tokens else None)
            or _word(text, place)
            or _full_stop(text, place)
        )
        if token is not None:
            tokens.append(token)
            place = token.end
        elif is_latin(text[place]):
            place = _end_of_word(text, place)
        else:
            place += 1
    if places is not None:
        for token in tokens:
            token.start, token.end = places[token.start], places[token.end - 1] + 1
    return tokens


def _ago(text: str, place: int, tokens: list[Token]) -> Token | None:
    """``比3天前高``: not the high that was before."""
    counted = bool(tokens) and tokens[-1].kind in ("days", "bars") and tokens[-1].end == place
    return Token("ago", None, place, place + 1) if counted and text.startswith(("前高", "前低"), place) else None


def _end_of_word(text: str, place: int) -> int:
    while place < len(text) and is_latin(text[place]):
        place += 1
    return place


def _full_stop(text: str, place: int) -> Token | None:
    if text[place] == "." and not (text[place + 1 : place + 2].isdigit()):
        return Token("hard", None, place, place + 1)
    return None


def _last_word(text: str, place: int) -> Token | None:
    """Short slang that only counts where a clause ends with it: ``…就走``, ``golden cross in``."""
    for word, kind, value in LAST.get(text[place], ()):
        if not text.startswith(word, place) or (is_latin(word[0]) and place and is_latin(text[place - 1])):
            continue
        end = place + len(word)
        at = end
        while at < len(text) and text[at] in _ENDS:
            at += 1
        if (
            at == len(text)
            or text[at] in _STOPS
            or (is_latin(word[0]) and text.startswith(("when ", "if ", "once "), at))
        ):
            return Token(kind, value, place, end)
    return None


def _word(text: str, place: int) -> Token | None:
    if is_latin(text[place]) and place and (is_latin(text[place - 1]) or text[max(place - 2, 0) : place] == "i'"):
        return None  # inside of a word; "I'd" is no line of KDJ
    for parts, kind, value in FIRST.get(text[place], ()):
        end = _match(text, place, parts)
        if end:
            return Token(kind, value, place, end)
    return None


def _match(text: str, place: int, parts: tuple[str, ...]) -> int:
    for number_of_part, part in enumerate(parts):
        if number_of_part:
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


__all__ = ["Token", "chinese_number", "is_latin", "tokens_of"]
