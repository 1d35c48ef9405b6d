"""Text as every database, encoder and browser takes it."""

import re
import unicodedata

REPLACEMENT = "\ufffd"
_UNCLEAN = re.compile("[\x00\ud800-\udfff]")
_HALVES = re.compile("[\ud800-\udbff][\udc00-\udfff]")


class CleanText:
    """Cleans a stream of text piece by piece: NUL and lone surrogate halves become U+FFFD.

    A first half at the end of a piece waits for the next piece, because streams cut an emoji's escapes in two.
    """

    __slots__ = ("_half",)

    def __init__(self) -> None:
        self._half = ""

    def feed(self, text: str) -> str:
        if not self._half and _UNCLEAN.search(text) is None:
            return text
        text = self._half + text
        self._half = ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            self._half, text = text[-1], text[:-1]
        return _cleaned(text)

    def flush(self) -> str:
        """What a half that never found its other half becomes."""
        rest, self._half = self._half, ""
        if not rest:
            return ""
        return _cleaned(rest)


def _cleaned(text: str) -> str:
    text = _HALVES.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
    return _UNCLEAN.sub(REPLACEMENT, text)


_BLANK_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})
# drawn as nothing, though letters, symbols or marks by category: Hangul fillers, blank Braille, variation selectors
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")


def is_blank(text: str) -> bool:
    """Whether nothing of it can be seen: spaces, controls, zero-width characters."""
    return all(unicodedata.category(char) in _BLANK_CATEGORIES or _BLANK.match(char) for char in text)


# they would act on the words around a title: turn the direction of reading, or work a terminal
_ACTING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def as_title(text: str) -> str:
    """One line of what the column holds; "" when there is nothing to see."""
    plain = _CONTROLS.sub(" ", _ACTING.sub("", text))
    return "" if is_blank(plain) else plain.strip()[:200]
