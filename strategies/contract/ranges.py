"""Which values a parameter takes, as far as its code says: in a comment beside it, or by what TA-Lib takes."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from strategies.contract import indicator, strategy
from strategies.contract.parameters import class_parameters, function_parameters
from strategies.contract.source import Unreadable, parse

# the least that TA-Lib takes, by the place among the numbers that follow the series, or by the keyword
LEAST = {
    **dict.fromkeys(("SMA", "EMA", "WMA", "RSI", "CCI", "ADX", "BBANDS", "DEMA", "TEMA", "STDDEV"), (2,)),
    **dict.fromkeys(("ATR", "NATR", "ROC", "MOM", "ROCP", "ROCR"), (1,)),
    **dict.fromkeys(("MAX", "MIN", "WILLR", "LINEARREG"), (2,)),
    "MACD": (2, 2, 1),
}
KEYWORDS = {"timeperiod": 0, "fastperiod": 0, "slowperiod": 1, "signalperiod": 2}
TYPES = {bool: "bool", int: "int", float: "float", str: "str"}

_NUMBER = r"[-+]?\d+(?:\.\d+)?"
_RANGE = re.compile(
    rf"\s*[\[(]?\s*({_NUMBER})\s*(?:\.{{2,3}}|–|—|~|to|-|,|至|到)\s*({_NUMBER})\s*[\])]?\s*(%?)\s*[:：,，;.]?\s*"
)
_BOUND = re.compile(rf"\s*(>=|≥|<=|≤)\s*({_NUMBER})\s*[:：,，;.]?\s*")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as the code has it. ``low`` and ``high`` are None where the code says nothing of them."""

    name: str
    default: Any
    type: str
    low: float | None = None
    high: float | None = None
    words: str = ""  # of the comment beside it


def parameters_in(code: str) -> list[Parameter]:
    """In the order of the file; nothing where the code cannot be read."""
    try:
        tree = parse(code)
    except Unreadable:
        return []
    classes = strategy.classes(tree)
    functions = indicator.functions(tree)
    if classes:
        defaults, lines = class_parameters(classes[0]), _class_lines(classes[0])
    elif functions:
        defaults, lines = function_parameters(functions[0]), _argument_lines(functions[0])
    else:
        return []
    comments, least = _comments(code), dict(_least(tree, bool(classes), frozenset(defaults)))
    return [
        _parameter(name, value, comments.get(lines.get(name, 0), ""), least.get(name))
        for name, value in defaults.items()
    ]


def _parameter(name: str, default: Any, comment: str, least: float | None) -> Parameter:
    low, high, words = read_comment(comment) if isinstance(default, int | float) else (None, None, comment)
    return Parameter(name, default, TYPES.get(type(default), ""), least if low is None else low, high, words)


def read_comment(comment: str) -> tuple[float | None, float | None, str]:
    """``2..50: bars of the fast average`` is 2, 50 and the rest; ``>= 2`` has no high."""
    if (found := _RANGE.match(comment)) and float(found[1]) < float(found[2]):
        return float(found[1]), float(found[2]), comment[found.end() :].strip()
    if found := _BOUND.match(comment):
        low = float(found[2]) if found[1] in (">=", "≥") else None
        return low, None if low is not None else float(found[2]), comment[found.end() :].strip()
    return None, None, comment


def _class_lines(node: ast.ClassDef) -> dict[str, int]:
    found: dict[str, int] = {}
    for statement in node.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            found |= {target.id: statement.end_lineno or 0 for target in targets if isinstance(target, ast.Name)}
    return found


def _argument_lines(node: ast.FunctionDef) -> dict[str, int]:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    lines = [argument.lineno for argument in arguments]
    # a comment belongs to a parameter that stands in a line of its own
    return {argument.arg: argument.lineno for argument in arguments if lines.count(argument.lineno) == 1}


def _comments(code: str) -> dict[int, str]:
    """Comments beside code, by line."""
    found: dict[int, str] = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.COMMENT and token.line[: token.start[1]].strip():
                found[token.start[0]] = token.string.lstrip("#").strip()[:200]
    except (tokenize.TokenError, SyntaxError):
        return {}
    return found


def _least(tree: ast.Module, own: bool, names: frozenset[str]) -> Iterator[tuple[str, float]]:
    """The least that TA-Lib takes for a parameter, where it is given as it is."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function, arguments = node.func, node.args
        if isinstance(function, ast.Attribute) and function.attr == "I" and arguments:
            function, arguments = arguments[0], arguments[1:]
        least = LEAST.get(function.attr) if isinstance(function, ast.Attribute) else None
        if least is None:
            continue
        read = [_name(argument, own) for argument in arguments]
        numbers = [
            name for name, node in zip(read, arguments, strict=True) if name in names or isinstance(node, ast.Constant)
        ]
        pairs = zip(numbers, (float(bound) for bound in least), strict=False)
        yield from ((name, bound) for name, bound in pairs if name is not None)
        for item in node.keywords:
            place = KEYWORDS.get(item.arg or "")
            if place is not None and place < len(least) and (name := _name(item.value, own)) is not None:
                yield name, float(least[place])


def _name(node: ast.expr, own: bool) -> str | None:
    """``self.fast`` in a strategy, ``fast`` in an indicator."""
    if own:
        at_self = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
        return node.attr if at_self and isinstance(node, ast.Attribute) else None
    return node.id if isinstance(node, ast.Name) else None
