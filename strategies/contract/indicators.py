"""Which indicators the code computes, by the names of the spec, with the parameters that can be read from it."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from strategies.contract.parameters import function_parameters, module_constants, number
from strategies.contract.report import Kind
from strategies.grammar import DEFAULT_PARAMS, PARAM_NAMES, plain_number

TALIB_NAMES = {"BBANDS": "BOLL", "ROCP": "ROC", "ROCR": "ROC"}
SERIES = {"ATR": 3, "CCI": 3, "ADX": 3}  # price series before the numbers; one for all others
KEYWORDS = {
    "timeperiod": "period",
    "fastperiod": "fast",
    "slowperiod": "slow",
    "signalperiod": "signal",
    "nbdevup": "dev",
}
# what TA-Lib takes when nothing is said, where that is not what a spec means
TALIB_DEFAULTS: dict[str, dict[str, float]] = {
    "SMA": {"period": 30},
    "EMA": {"period": 30},
    "WMA": {"period": 30},
    "VOLUME_SMA": {"period": 30},
    "BOLL": {"period": 5, "dev": 2},
    "CCI": {"period": 14},
}
DRAWN = frozenset(("name", "overlay", "plot", "color", "scatter"))  # keywords of self.I itself


@dataclass(frozen=True, slots=True)
class _Use:
    """A function that is given series and numbers: ``self.I(f, *args)`` or ``talib.F(*args)``."""

    func: ast.expr
    args: list[ast.expr]
    keywords: list[ast.keyword]


@dataclass(frozen=True, slots=True)
class _Known:
    """What names stand for in this file."""

    own: Mapping[str, Any]  # class attributes, or parameters of the indicator
    names: Mapping[str, Any]
    functions: Mapping[str, ast.FunctionDef]


def indicators_in(tree: ast.Module, kind: Kind, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Each indicator once, in the order of the file; a parameter that cannot be read is left out."""
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    as_names = parameters if kind == "indicator" else {}
    known = _Known(parameters, {**module_constants(tree), **as_names}, functions)
    found: dict[str, dict[str, Any]] = {}
    for use in _uses(tree, kind):
        name = _name(use)
        if name is not None:
            entry = {"name": name, "params": _params(name, use, known)}
            found.setdefault(repr(entry), entry)
    return list(found.values())


def _uses(tree: ast.Module, kind: Kind) -> Iterator[_Use]:
    """In the order of the file; TA-Lib inside a function beside a strategy belongs to that function."""
    inner = {
        id(node)
        for function in tree.body
        if kind == "strategy" and isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
    }
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for node in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        if _is_declaration(node):
            yield _Use(node.args[0], node.args[1:], [item for item in node.keywords if item.arg not in DRAWN])
        elif _is_talib(node.func) and id(node) not in inner:
            yield _Use(node.func, node.args, node.keywords)


def _is_declaration(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr == "I" and bool(node.args)


def _is_talib(func: ast.expr) -> bool:
    return (
        isinstance(func, ast.Attribute)
        and isinstance(func.value, ast.Name)
        and func.value.id in ("talib", "ta")
        and func.attr.isupper()
    )


def _name(use: _Use) -> str | None:
    if isinstance(use.func, ast.Attribute):
        name = TALIB_NAMES.get(use.func.attr, use.func.attr)
    elif isinstance(use.func, ast.Name):
        name = use.func.id.upper()
    else:
        return None
    if name == "SMA" and use.args:
        series = use.args[0]
        if (isinstance(series, ast.Attribute) and series.attr == "Volume") or (
            isinstance(series, ast.Name) and series.id == "volume"
        ):
            return "VOLUME_SMA"
    return name


def _params(name: str, use: _Use, known: _Known) -> dict[str, int | float]:
    if name not in DEFAULT_PARAMS:
        return {}
    given = _given(name, use, known)
    defaults = _defaults(name, use, known, given)
    read: dict[str, int | float] = {}
    for key in PARAM_NAMES[name]:
        value = given[key] if key in given else defaults.get(key)
        if value is not None:
            read[key] = plain_number(value)
    return read


def _given(name: str, use: _Use, known: _Known) -> dict[str, int | float | None]:
    """Values by parameter; None for one that is given and cannot be read."""
    keys = PARAM_NAMES[name]
    numbers = use.args[SERIES.get(name, 1) :] if isinstance(use.func, ast.Attribute) else _after_series(use, known)
    given = {
        key: number(node, known.names, known.own)
        for key, node in zip(keys, numbers, strict=False)
        if not isinstance(node, ast.Starred)
    }
    for item in use.keywords:
        key = KEYWORDS.get(item.arg or "", item.arg or "")
        if key in keys or (key == "length" and keys == ("period",)):
            given["period" if key == "length" else key] = number(item.value, known.names, known.own)
    return given


def _after_series(use: _Use, known: _Known) -> list[ast.expr]:
    """The numbers that a function of the file itself is given: all from the first one on."""
    for place, node in enumerate(use.args):
        if number(node, known.names, known.own) is not None:
            return use.args[place:]
    return []


def _defaults(name: str, use: _Use, known: _Known, given: Mapping[str, Any]) -> Mapping[str, float | None]:
    if isinstance(use.func, ast.Attribute):
        return TALIB_DEFAULTS.get(name, DEFAULT_PARAMS[name])
    function = known.functions.get(use.func.id) if isinstance(use.func, ast.Name) else None
    if function is None:
        return {}
    own = function_parameters(function)
    if set(own) & set(PARAM_NAMES[name]):
        return {key: value for key, value in own.items() if isinstance(value, int | float)}
    missing = [key for key in PARAM_NAMES[name] if key not in given]
    last = [value for value in own.values() if isinstance(value, int | float)][-len(missing) :] if missing else []
    return dict(zip(missing, last, strict=False)) if len(last) == len(missing) else {}
