"""Indicator code: one function ``indicator(open, high, low, close, volume, **params)`` that gives a dict."""

import ast
from collections.abc import Iterator

from django.utils.translation import gettext as _

from strategies.contract.parameters import UNKNOWN, constant
from strategies.contract.report import Finding

NAME = "indicator"
SERIES = ("open", "high", "low", "close", "volume")
SIGNATURE = "def indicator(open, high, low, close, volume, period=14):"
RESULT = 'return {"line": values}'


def functions(tree: ast.Module) -> list[ast.FunctionDef]:
    """The top-level functions of that name."""
    return [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == NAME]


def findings(tree: ast.Module) -> list[Finding]:
    """What keeps the function from being called, or its result from being drawn."""
    found = functions(tree)
    if not found:
        instead = _("Write %(signature)s") % {"signature": SIGNATURE}
        return [Finding("structure", None, _("There is no function named indicator."), instead)]
    if len(found) > 1:
        return [Finding("structure", found[1].lineno, _("There must be only one function named indicator."))]
    only = found[0]
    return [*_signature(only), *_result(only)]


def lines_of(function: ast.FunctionDef) -> tuple[str, ...]:
    """The names of the lines that it returns, where the dict is written out."""
    names: dict[str, None] = {}
    for node in _returns(function):
        if isinstance(node.value, ast.Dict):
            for key in node.value.keys:
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    names.setdefault(key.value)
    return tuple(names)


def _signature(function: ast.FunctionDef) -> Iterator[Finding]:
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args]
    instead = _("Write %(signature)s") % {"signature": SIGNATURE}
    if function.decorator_list:
        yield Finding("structure", function.lineno, _("The function indicator has no decorator."))
    if tuple(item.arg for item in named[:5]) != SERIES or len(arguments.defaults) > len(named) - 5:
        what = _("The function indicator has to begin with open, high, low, close, volume.")
        yield Finding("structure", function.lineno, what, instead)
        return
    if arguments.vararg is not None:
        what = _("The function indicator takes no *%(name)s: each parameter has a name.") % {
            "name": arguments.vararg.arg
        }
        yield Finding("structure", function.lineno, what, instead)
    rest = named[5:]
    defaults: list[ast.expr | None] = [*[None] * (len(rest) - len(arguments.defaults)), *arguments.defaults]
    for item, default in [
        *zip(rest, defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]:
        if default is None or constant(default) is UNKNOWN:
            what = _("The parameter %(name)s has no plain default.") % {"name": item.arg}
            yield Finding("structure", item.lineno, what, _("Write %(name)s=14.") % {"name": item.arg})


def _result(function: ast.FunctionDef) -> Iterator[Finding]:
    instead = _("Write %(result)s with one value a bar, NaN where there is none yet.") % {"result": RESULT}
    if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in _inside(function)):
        yield Finding("structure", function.lineno, _("The function indicator returns; it does not yield."), instead)
        return
    given = [node for node in _returns(function) if node.value is not None]
    if not given:
        yield Finding("structure", function.lineno, _("The function indicator returns nothing."), instead)
    for node in given:
        if isinstance(node.value, ast.Tuple | ast.List | ast.Constant | ast.ListComp | ast.BinOp | ast.Compare) or (
            isinstance(node.value, ast.Dict) and not node.value.keys
        ):
            what = _("The function indicator has to return a dict of named lines.")
            yield Finding("structure", node.lineno, what, instead)


def _returns(function: ast.FunctionDef) -> list[ast.Return]:
    return sorted((node for node in _inside(function) if isinstance(node, ast.Return)), key=lambda node: node.lineno)


def _inside(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """The function's own nodes, without those of functions in it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)
