"""Plain values that stand in the code: class attributes of a strategy, keyword defaults of an indicator."""

import ast
import re
from collections.abc import Mapping
from typing import Any, Final

MAX_NUMBER = 10**15  # beyond, a class attribute is no parameter: JSON, databases and browsers disagree about it
MAX_TEXT = 200  # characters of a parameter
MAX_DEPTH = 8  # of arithmetic that is followed

UNKNOWN: Final = object()
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def class_parameters(strategy: ast.ClassDef) -> dict[str, Any]:
    """Class attributes with plain values, in order."""
    found: dict[str, Any] = {}
    for node in strategy.body:
        for name, value in _assigned(node):
            plain = constant(value)
            if plain is not UNKNOWN:
                found[name] = plain
    return found


def function_parameters(function: ast.FunctionDef) -> dict[str, Any]:
    """Keyword defaults with plain values, in order; the five series have none."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args]
    defaulted = named[len(named) - len(arguments.defaults) :]
    pairs = [
        *zip(defaulted, arguments.defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    values = {item.arg: constant(value) for item, value in pairs if value is not None}
    return {name: value for name, value in values.items() if value is not UNKNOWN}


def module_constants(tree: ast.Module) -> dict[str, Any]:
    """Names that the module binds once, to a plain value."""
    found: dict[str, Any] = {}
    for node in tree.body:
        for name, value in _assigned(node):
            found[name] = UNKNOWN if name in found else constant(value)
    return {name: value for name, value in found.items() if value is not UNKNOWN}


def _assigned(node: ast.stmt) -> list[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target, value = node.targets[0], node.value
        if isinstance(target, ast.Name):
            return [(target.id, value)]
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            return [
                (name.id, item)
                for name, item in zip(target.elts, value.elts, strict=True)
                if isinstance(name, ast.Name)
            ]
    elif isinstance(node, ast.AnnAssign) and node.value is not None and isinstance(node.target, ast.Name):
        return [(node.target.id, node.value)]
    return []


def constant(node: ast.expr) -> Any:
    """The plain value that every database can keep; UNKNOWN for infinity, half a surrogate and the like."""
    negative, signed = False, False
    while isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        negative, signed, node = not negative, True, node.operand
    value = node.value if isinstance(node, ast.Constant) else UNKNOWN
    if isinstance(value, bool | None):
        return UNKNOWN if signed else value
    if isinstance(value, int | float):
        # also false for infinity
        return (-value if negative else value) if value < MAX_NUMBER else UNKNOWN
    if isinstance(value, str) and not signed and len(value) <= MAX_TEXT and not _UNSTORABLE.search(value):
        return value
    return UNKNOWN


def number(node: ast.expr, names: Mapping[str, Any], own: Mapping[str, Any], depth: int = 0) -> int | float | None:
    """A number that is written out, named (``names``), an attribute of self (``own``), or arithmetic of those."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(node, ast.BinOp):
        left = number(node.left, names, own, depth + 1)
        right = number(node.right, names, own, depth + 1)
        return None if left is None or right is None else _arithmetic(node.op, left, right)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("int", "round", "float"):
        inner = number(node.args[0], names, own, depth + 1) if len(node.args) == 1 and not node.keywords else None
        if inner is None:
            return None
        return float(inner) if node.func.id == "float" else (int(inner) if node.func.id == "int" else round(inner))
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        value = own.get(node.attr)
    elif isinstance(node, ast.Name):
        value = names.get(node.id)
    else:
        value = constant(node)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _arithmetic(operator: ast.operator, left: int | float, right: int | float) -> int | float | None:
    result: int | float
    if isinstance(operator, ast.Add):
        result = left + right
    elif isinstance(operator, ast.Sub):
        result = left - right
    elif isinstance(operator, ast.Mult):
        result = left * right
    elif isinstance(operator, ast.Div | ast.FloorDiv) and right:
        result = left / right if isinstance(operator, ast.Div) else left // right
    else:
        return None
    return result if abs(result) < MAX_NUMBER else None
