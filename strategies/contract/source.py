"""From text to a syntax tree, or the reason why there is none."""

import ast
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
        words = _("Python cannot read this line: %(reason)s.") % {"reason": error.msg}
        raise Unreadable(Finding("syntax", error.lineno, words)) from error
    except ValueError as error:  # U+0000, half a surrogate
        words = _("Python cannot read this code: it holds characters that no file can have.")
        raise Unreadable(Finding("syntax", None, words)) from error
    except (RecursionError, MemoryError) as error:
        raise Unreadable(
            Finding("syntax", None, _("Python cannot read this code: it is nested too deeply."))
        ) from error
