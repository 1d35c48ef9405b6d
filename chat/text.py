"""Text as every database, encoder and browser takes it."""

import re

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
        return _cleaned(rest)


def _cleaned(text: str) -> str:
    text = _HALVES.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
    return _UNCLEAN.sub(REPLACEMENT, text)
