"""Static checks of strategy and indicator code (``docs/strategy.md``): for good messages; the sandbox is the boundary.

``inspect`` says which of the two a text is, what breaks the contract (line, what, what to write instead), and what the
code says about itself: parameters, indicators, lines.
"""

import ast

from django.utils.translation import gettext as _

from strategies.contract import future, imports, indicator, names, strategy
from strategies.contract.indicators import indicators_in
from strategies.contract.parameters import class_parameters, function_parameters
from strategies.contract.report import CHECKS, MAX_FINDINGS, Finding, Kind, Report
from strategies.contract.source import MAX_BYTES, Unreadable, parse

__all__ = ["CHECKS", "MAX_BYTES", "MAX_FINDINGS", "Finding", "Kind", "Report", "inspect"]


def inspect(code: str, wanted: Kind | None = None) -> Report:
    """Check the code without running it; never raises. ``wanted`` refuses code of the other kind."""
    try:
        tree = parse(code)
    except Unreadable as unreadable:
        return Report(wanted, (unreadable.finding,))
    kind = kind_of(tree)
    checked: Kind = wanted or kind or "strategy"
    found = [
        *(strategy.findings(tree) if checked == "strategy" else indicator.findings(tree)),
        *_coroutines(tree),
        *imports.findings(tree),
        *names.findings(tree),
        *future.findings(tree),
    ]
    found.sort(key=lambda item: (CHECKS.index(item.check), item.line or 0))
    return _with_contents(tree, kind, checked, tuple(found[:MAX_FINDINGS]))


def kind_of(tree: ast.Module) -> Kind | None:
    """What the text is. A strategy may have an indicator's function pasted into it and stays one."""
    if strategy.classes(tree):
        return "strategy"
    return "indicator" if indicator.functions(tree) else None


def _with_contents(tree: ast.Module, kind: Kind | None, checked: Kind,
                   findings: tuple[Finding, ...]) -> Report:  # fmt: skip
    hints = tuple(future.hints(tree)[:MAX_FINDINGS])
    if kind is None or kind != checked:
        return Report(kind, findings, hints=hints)
    if kind == "strategy":
        found = strategy.classes(tree)[0]
        parameters = class_parameters(found)
        return Report(kind, findings, parameters, indicators_in(tree, kind, parameters), hints=hints)
    function = indicator.functions(tree)[0]
    parameters = function_parameters(function)
    return Report(
        kind, findings, parameters, indicators_in(tree, kind, parameters), indicator.lines_of(function), hints
    )


def _coroutines(tree: ast.Module) -> list[Finding]:
    return [
        Finding("structure", node.lineno, _("Coroutines are not part of a strategy."))
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith)
    ]
