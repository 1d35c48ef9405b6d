"""Slips in the longer words of the trade: one letter left out, doubled, swapped or wrong."""

import re

_KNOWN = [
    "average",
    "averages",
    "bollinger",
    "exponential",
    "weighted",
    "crosses",
    "crossing",
    "crossover",
    "histogram",
    "donchian",
    "trailing",
    "position",
    "overbought",
    "oversold",
    "percent",
    "stoploss",
    "takeprofit",
    "perpetual",
    "volume",
    "moving",
    "bitcoin",
    "ethereum",
    "relative",
    "strength",
    "channel",
    "standard",
    "deviation",
    "deviations",
    "signal",
    "candles",
    "profit",
    "target",
]
_WORD = re.compile(r"[a-z]{5,14}")
_RIGHT = frozenset(_KNOWN) | {
    "candle",
    "percents",
    "signals",
    "profits",
    "targets",
    "channels",
    "strengths",
    "positions",
}


def _shorter(word: str) -> set[str]:
    return {word[:place] + word[place + 1 :] for place in range(len(word))}


_BY_SHORTER: dict[str, str] = {}
for _known in _KNOWN:
    for _left in {_known, *_shorter(_known)}:
        _BY_SHORTER.setdefault(_left, _known)


def mended(text: str) -> tuple[str, list[int] | None]:
    """``text`` with the slips mended, and for each place of it the place in ``text``; None when nothing was."""
    parts: list[str] = []
    places: list[int] = []
    at = 0
    for match in _WORD.finditer(text):
        right = _right(match.group())
        if right is None:
            continue
        parts += (text[at : match.start()], right)
        places += range(at, match.start())
        places += [min(match.start() + step, match.end() - 1) for step in range(len(right) - 1)] + [match.end() - 1]
        at = match.end()
    if not parts:
        return text, None
    return "".join((*parts, text[at:])), [*places, *range(at, len(text))]


def _right(word: str) -> str | None:
    if word in _RIGHT:
        return None
    for candidate in (word, *sorted(_shorter(word))):
        known = _BY_SHORTER.get(candidate)
        if known is not None and known[0] == word[0] and abs(len(known) - len(word)) <= 1:
            return known
    return None
