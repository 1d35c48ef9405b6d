"""Lines of Python as HTML: coloured as everywhere, with marks on what changed."""

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from django.utils.safestring import SafeString, mark_safe
from pygments.lexers.python import PythonLexer
from pygments.token import STANDARD_TYPES

from chat.rendering import MAX_HIGHLIGHTED
from strategies.comparing.words import Marks

PLAIN = frozenset(("", "n", "p", "w", "o"))  # classes that have no colour
Token = tuple[str, str]  # class, text


def coloured(code: str, lines: Sequence[str]) -> list[list[Token]]:
    """The tokens of each line; plain text where the code is long, or holds what the lexer would not give back."""
    plain = [[("", line)] for line in lines]
    if len(code) > MAX_HIGHLIGHTED:
        return plain
    found: list[list[Token]] = [[]]
    for kind, text in PythonLexer(stripnl=False, ensurenl=False).get_tokens(code):
        css = _css(kind)
        first, *others = text.split("\n")
        for place, part in enumerate([first, *others]):
            if place:
                found.append([])
            if part:
                found[-1].append((css, part))
    return [
        found[place] if place < len(found) and "".join(text for _css, text in found[place]) == line else plain[place]
        for place, line in enumerate(lines)
    ]


def _css(kind: object) -> str:
    while kind not in STANDARD_TYPES and getattr(kind, "parent", None) is not None:
        kind = kind.parent  # type: ignore[attr-defined]
    name = STANDARD_TYPES.get(kind, "")  # type: ignore[call-overload]
    return "" if name in PLAIN else f"c-{name}"


def html_of(tokens: Sequence[Token], marked: Marks) -> SafeString:
    """A line; what is marked stands in ``<mark>``."""
    parts: list[str] = []
    position = 0
    for css, text in tokens:
        end = position + len(text)
        edges = sorted({position, end, *(edge for mark in marked for edge in mark if position < edge < end)})
        for start, stop in pairwise(edges):
            piece = escape(text[start - position : stop - position]).replace("\r", "␍")
            if css:
                piece = f'<span class="{css}">{piece}</span>'
            if any(first <= start < last for first, last in marked):
                piece = f"<mark>{piece}</mark>"
            parts.append(piece)
        position = end
    return mark_safe("".join(parts).replace("</mark><mark>", ""))  # noqa: S308 - escaped above


def phrase(text: str, marked: Marks) -> SafeString:
    """Words as HTML, with their marks."""
    return html_of([("", text)], marked)
