"""Code in a Markdown reply as models really write it: the fenced block that defines what was asked for, or nothing.

Read line by line in one pass: a model may write anything, and a pattern that tries again holds up the whole process.
"""

import ast
import re
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from strategies.contract.report import Kind
from strategies.contract.source import MAX_BYTES, Unreadable, parse
from strategies.fences import Block, read_blocks, unescaped

_DEFINES: dict[Kind, re.Pattern[str]] = {
    "strategy": re.compile(r"^class[ \t]++\w++[ \t]*+\(([^)\n]*+)\)[ \t]*+:", re.MULTILINE),
    "indicator": re.compile(r"^def[ \t]++(indicator)[ \t]*+\(", re.MULTILINE),
}
_WANTED: dict[Kind, re.Pattern[str]] = {
    "strategy": re.compile(r"\bStrategy\b"),
    "indicator": re.compile(r"\bindicator\b"),
}
# in an unclosed block: it has begun to be code of that kind
_BEGUN: dict[Kind, re.Pattern[str]] = {
    "strategy": re.compile(r"\bbacktesting\b|\bStrategy\b"),
    "indicator": re.compile(r"^(?:def|import|from)\b", re.MULTILINE),
}
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#39|#x27|#34);")
_ENTITY_NAMES = frozenset(("lt", "gt", "amp", "quot"))
_ADDED = re.compile(r"^\+(?!\+)|^@@ ", re.MULTILINE)
_LEFT_OUT = re.compile(
    r"\b(?:unchanged|same as (?:before|above)|as before|rest of the|existing code|omitted)\b|不变|同上|省略|其余", re.I
)
MOST_BLOCKS = 200  # the last ones of a reply: each may have to be parsed
MOST_PARSED = 4 * MAX_BYTES  # characters of them
_DIFFS = frozenset(("diff", "patch", "udiff"))


@dataclass(frozen=True, slots=True)
class Extraction:
    """``code`` is None where the reply holds none, and ``reason`` says why: ``none``, ``unclosed``, ``diff``,
    ``excerpt`` or ``thought``. ``several`` complete files: the last one is taken; ``changed``: a diff stands after it.
    """

    code: str | None
    reason: str = ""
    several: int = 1
    changed: bool = False


def extract(text: str, kind: Kind = "strategy") -> Extraction:
    """The last complete file of the kind; half a block, a diff, an excerpt and a thought are none."""
    blocks = read_blocks(text)
    said = [block for block in blocks if not block.thought]
    if said and not said[-1].closed and _begins(said[-1], kind):
        return Extraction(None, "unclosed")
    closed = [_unescaped(block) for block in _last([block for block in said if block.closed])]
    diffs = [place for place, block in enumerate(closed) if _is_diff(block)]
    defining = [
        (place, block.text) for place, block in enumerate(closed) if place not in diffs and _defines(block.text, kind)
    ]
    shown = [(place, code) for place, code in defining if not _is_excerpt(code, kind)]
    if kind == "indicator":  # beside it a strategy that uses it may be shown
        shown = [item for item in shown if not _defines(item[1], "strategy")] or shown
    whole = [item for item in shown if _has_all_methods(item[1], kind)] or shown
    if whole:
        place, code = whole[-1]
        several = len({one for _place, one in whole})
        return Extraction(code, several=several, changed=any(diff > place for diff in diffs))
    if diffs:
        return Extraction(None, "diff")
    if defining:
        return Extraction(None, "excerpt")
    if said and not said[-1].closed:
        return Extraction(None, "unclosed")
    thought = any(block.thought and _defines(block.text, kind) for block in blocks)
    return Extraction(None, "thought" if thought else "none")


def _last(blocks: list[Block]) -> list[Block]:
    """The last ones, as many as can be looked at before whoever waits."""
    kept: list[Block] = []
    chars = 0
    for block in reversed(blocks[-MOST_BLOCKS:]):
        chars += len(block.text)
        if kept and chars > MOST_PARSED:
            break
        kept.append(block)
    return kept[::-1]


def missing_words(found: Extraction, kind: Kind = "strategy") -> str:
    """Why there is no code, in a sentence."""
    words = {
        "unclosed": _("The last block of code does not end, so it may be incomplete."),
        "diff": _("The reply shows changes (lines with + and -), not the whole file."),
        "excerpt": _("The reply shows only a part of the code, not the whole file."),
        "thought": _("The code stands only in the model's thoughts, not in its answer."),
    }
    if kind == "indicator":
        return words.get(found.reason) or _("The reply holds no complete indicator code.")
    return words.get(found.reason) or _("The reply holds no complete strategy code.")


def chosen_words(found: Extraction) -> str:
    """What a person should know about the choice; empty where there was none to make."""
    if found.changed:
        return _("After the code the reply shows changes to it as a diff. They are not part of this version.")
    if found.several > 1:
        return _("The reply holds %(count)s different complete files; the last one was taken.") % {
            "count": found.several
        }
    return ""


# --- what a block is --------------------------------------------------------------------------------------------------


def _defines(code: str, kind: Kind) -> bool:
    return any(_WANTED[kind].search(found[1]) for found in _DEFINES[kind].finditer(code))


def _begins(block: Block, kind: Kind) -> bool:
    return _BEGUN[kind].search(block.text) is not None


def _is_diff(block: Block) -> bool:
    """Marked as one, or lines with + that keep it from being Python."""
    return block.language in _DIFFS or (_ADDED.search(block.text) is not None and _tree(block.text) is None)


def _is_excerpt(code: str, kind: Kind) -> bool:
    """Whether parts are left out: a method missing, a body of dots, a comment in the place of code."""
    tree = _tree(code)
    if tree is None:
        return False  # not Python: the contract names the line
    if kind == "indicator":
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "indicator"]
        return bool(functions) and all(_says_nothing(function, code) for function in functions)
    methods = _methods(tree)
    if not methods.keys() & {"init", "next"}:
        return True
    if "init" in methods and _hollow(methods["init"]) and _leaves_out(methods["init"], code):
        return True
    return "next" in methods and _says_nothing(methods["next"], code)


def _has_all_methods(code: str, kind: Kind) -> bool:
    tree = _tree(code)
    return kind == "indicator" or tree is None or {"init", "next"} <= _methods(tree).keys()


def _methods(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return {item.name: item for node in classes for item in node.body if isinstance(item, ast.FunctionDef)}


def _says_nothing(function: ast.FunctionDef, code: str) -> bool:
    """Dots, or nothing and a comment that says what stood here."""
    return _hollow(function) and (_dots(function) or _leaves_out(function, code))


def _hollow(function: ast.FunctionDef) -> bool:
    return all(
        isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in function.body
    )


def _dots(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value is ...
        for node in function.body
    )


def _leaves_out(function: ast.FunctionDef, code: str) -> bool:
    lines = code.split("\n")[function.lineno - 1 : (function.end_lineno or function.lineno) + 1]
    return any(_LEFT_OUT.search(line.partition("#")[2]) for line in lines)


def _tree(code: str) -> ast.Module | None:
    if len(code) > MAX_BYTES:
        return None
    try:
        return parse(code)
    except Unreadable:
        return None


def _unescaped(block: Block) -> Block:
    """The block with ``&lt;`` and the like read, where it is code only so."""
    if _ENTITY.search(block.text) is None:
        return block
    plain = unescaped(block.text)
    if _tree(plain) is None:
        return block
    tree = _tree(block.text)
    escaped = tree is None or any(isinstance(node, ast.Name) and node.id in _ENTITY_NAMES for node in ast.walk(tree))
    return replace(block, text=plain) if escaped else block
