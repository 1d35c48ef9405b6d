"""From text to a syntax tree, or the reason why there is none."""

import ast
import io
import sys
import tokenize
import warnings

from django.utils.translation import gettext as _

from strategies.contract.report import Finding

MAX_BYTES = 100_000


class Unreadable(Exception):
    """The text is too long or no Python; ``finding`` says so."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.what)
        self.finding = finding


def parse(code: str) -> ast.Module:
    """The module's tree; raises Unreadable."""
    size = len(code.encode("utf-8", errors="replace"))
    if size > MAX_BYTES:
        words = _("The code has %(size)s bytes; at most %(most)s are allowed.") % {"size": size, "most": MAX_BYTES}
        raise Unreadable(Finding("size", None, words))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as "\d" in a string: nobody reads the server's output
            return ast.parse(code)
    except SyntaxError as error:
        opened = _left_open(code, sys.maxsize if "never closed" in error.msg else error.lineno or 0)
        if opened is not None:
            words = _("“%(bracket)s” is opened in this line and never closed.") % {"bracket": opened[0]}
            raise Unreadable(Finding("syntax", opened[1], words)) from error
        words = _("Python cannot read this line: %(reason)s.") % {"reason": error.msg}
        raise Unreadable(Finding("syntax", error.lineno, words)) from error
    except ValueError as error:  # U+0000, half a surrogate
        words = _("Python cannot read this code: it holds characters that no file can have.")
        raise Unreadable(Finding("syntax", None, words)) from error
    except (RecursionError, MemoryError) as error:
        raise Unreadable(
            Finding("syntax", None, _("Python cannot read this code: it is nested too deeply."))
        ) from error


_CLOSING = {")": "(", "]": "[", "}": "{"}


def _left_open(code: str, line: int) -> tuple[str, int] | None:
    """The innermost bracket that is still open where a line begins, and its own line: what was forgotten is there.

    Python itself names the first line that it cannot go on with, which may be an innocent one further down.
    """
    opened: list[tuple[str, int]] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.start[0] >= line:
                break
            if token.type == tokenize.OP and token.string in "([{":
                opened.append((token.string, token.start[0]))
            closes = _CLOSING.get(token.string) if token.type == tokenize.OP else None
            if closes and (not opened or opened.pop()[0] != closes):
                return None
    except (tokenize.TokenError, SyntaxError):
        pass  # the end was reached within a bracket
    return opened[-1] if opened else None
