"""The account of a message: which of its words a reader has claimed, and which words of a clause nobody has."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from strategies.parsing.market import named_spans
from strategies.parsing.text import is_chinese
from strategies.parsing.tokens import Token
from strategies.parsing.words.fillers import CHINESE_FIRST, ENGLISH

Span = tuple[int, int]

_LATIN = re.compile(r"[a-z][a-z']*")
_CLAUSE_ENDS = ",;:!?\n。."
# tokens that join, introduce or fill; unclaimed ones change nothing
_SMALL = frozenset(
    ("filler", "soft", "hard", "and", "or", "list", "when", "at", "open", "shut", "to", "also", "either")
)
_SMALL |= {"anyof", "act", "denied", "dir", "it", "both", "noun", "kline", "asked", "figure", "partial", "denial"}
_SMALL |= {"turtle", "mean", "change", "until", "makes"}
_SMALL_WORDS = frozenset(
    (
        "for",
        "the",
        "持仓",
        "持有",
        "hold",
        "holding",
        "hold the position",
        "hold the trade",
        "hold it",
        "price",
        "prices",
        "价格",
        "股价",
        "收",
    )
)


def clauses_of(plain: str) -> list[Span]:
    """What stands between commas, colons and stops; those between digits or in brackets part nothing."""
    spans: list[Span] = []
    start = depth = 0
    for place, char in enumerate(plain):
        depth = depth + 1 if char == "(" else max(depth - 1, 0) if char == ")" else 0 if char == "\n" else depth
        if char not in _CLAUSE_ENDS:
            continue
        between = char in ".,:" and plain[place + 1 : place + 2].isdigit() and plain[place - 1 : place].isdigit()
        if not between and not (depth and char == "," and plain.find(")", place, place + 40) >= 0):
            spans.append((start, place))
            start = place + 1
    spans.append((start, len(plain)))
    return [span for span in spans if plain[span[0] : span[1]].strip()]


@dataclass(slots=True)
class Account:
    """``said``: parts that were already named as unread, with their reason."""

    plain: str
    tokens: list[Token]
    text: str
    said: list[Span] = field(default_factory=list)
    named: list[Span] = field(default_factory=list)  # instruments and kinds of market
    starts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.named = sorted(named_spans(self.text, self.plain))
        self.starts = [token.start for token in self.tokens]

    def inside(self, span: Span) -> list[Token]:
        """The tokens that start in ``span``."""
        return self.tokens[bisect_left(self.starts, span[0]) : bisect_left(self.starts, span[1])]

    def unclaimed(self, span: Span) -> list[Span]:
        """Where words of ``span`` stand that no reader claimed and that are no fillers."""
        inside = self.inside(span)
        free = [(token.start, token.end) for token in inside if self._changes_meaning(token)]
        covered = sorted([(token.start, token.end) for token in inside] + self._within(self.named, span))
        place = span[0]
        for start, end in (*covered, (span[1], span[1])):
            if start > place:
                free += self._content(place, min(start, span[1]))
            place = max(place, end)
        return sorted(part for part in free if not self.is_said(part[0]))

    def names_a_market(self, span: Span) -> bool:
        return bool(self._within(self.named, span))

    def is_said(self, place: int) -> bool:
        return any(start <= place < end for start, end in self.said)

    def content(self, span: Span) -> list[Span]:
        """Unclaimed words of ``span`` that are no tokens: nobody even knows them."""
        known = {token.start for token in self.inside(span)}
        return [part for part in self.unclaimed(span) if part[0] not in known]

    def _within(self, spans: list[Span], span: Span) -> list[Span]:
        return [part for part in spans if part[0] < span[1] and part[1] > span[0]]

    def _changes_meaning(self, token: Token) -> bool:
        if token.used or token.kind in _SMALL or self.plain[token.start : token.end] in _SMALL_WORDS:
            return False
        if token.kind == "num" and self.plain[token.end : token.end + 1] in "、)" and self._begins(token.start):
            return False  # "1、…; 2、…" numbers a list
        return not any(start <= token.start < end for start, end in self.named)

    def _begins(self, place: int) -> bool:
        before = self.plain[max(place - 3, 0) : place].rstrip(" (")
        return not before or before[-1] in _CLAUSE_ENDS

    def _content(self, start: int, end: int) -> Iterator[Span]:
        """Words between the tokens that are not on the list of fillers."""
        place = start
        while place < end:
            char = self.plain[place]
            if "a" <= char <= "z":
                match = _LATIN.match(self.plain, place, end)
                after = match.end() if match is not None else place + 1
                word = self.plain[place:after].strip("'")
                leads = word in ("first", "second") and self._begins(place)
                if word not in ENGLISH and after - place > 1 and not leads:
                    yield place, after
                place = after
            elif is_chinese(char):
                length = self._filler(place, end)
                if not length:
                    yield place, place + 1
                place += length or 1
            else:
                if char.isdigit() or char in "<>=":
                    yield place, place + 1
                place += 1

    def _filler(self, place: int, end: int) -> int:
        for word in CHINESE_FIRST.get(self.plain[place], ()):
            if place + len(word) <= end and self.plain.startswith(word, place):
                return len(word)
        return 0
