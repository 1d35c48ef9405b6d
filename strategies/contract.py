"""Static checks of strategy code against ``docs/strategy.md``: for good messages; the sandbox is the boundary."""

import ast
import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from strategies.spec import DEFAULT_PARAMS, MOVING_AVERAGES, PARAM_NAMES, full_params, plain_number

MAX_BYTES = 100_000
MAX_FINDINGS = 50
MAX_NUMBER = 10**15  # beyond, a class attribute is no parameter: JSON, databases and browsers disagree about it
MAX_TEXT = 200  # characters of a parameter
ALLOWED_IMPORTS: dict[str, frozenset[str] | None] = {
    "backtesting": frozenset(("Strategy",)),
    "backtesting.lib": frozenset(("crossover", "cross", "barssince")),
    "numpy": None,
    "talib": None,
    "math": None,
    "statistics": None,
    "collections": None,
    "dataclasses": None,
    "typing": None,
    "enum": None,
}
FORBIDDEN_NAMES = frozenset(
    (
        "open", "exec", "eval", "compile", "__import__", "input", "breakpoint", "globals", "locals", "vars", "getattr",
        "setattr", "delattr", "memoryview", "help", "exit", "quit", "dir", "__builtins__", "__loader__", "__spec__",
    )
)  # fmt: skip
# numpy reaches files and foreign memory by these
FORBIDDEN_ATTRIBUTES = frozenset(
    (
        "load", "save", "savez", "savez_compressed", "savetxt", "loadtxt", "genfromtxt", "fromfile", "tofile", "memmap",
        "fromregex",
        "ctypeslib", "ctypes", "f2py", "DataSource", "lib", "f_globals", "f_builtins", "f_back", "gi_frame",
        "tb_frame", "cr_frame",
    )
)  # fmt: skip
CHECKS = ("size", "syntax", "structure", "imports", "names")


@dataclass(frozen=True, slots=True)
class Finding:
    check: str
    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at and what was found; ``parameters`` and ``indicators`` only when the code parses."""

    findings: tuple[Finding, ...]
    parameters: dict[str, Any] = field(default_factory=dict)
    indicators: list[dict[str, Any]] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.findings

    def checked(self) -> list[dict[str, Any]]:
        """One row a check for the version's report, or one a finding."""
        titles = {
            "size": _("The code has a reasonable size."),
            "syntax": _("The code is valid Python."),
            "structure": _("There is exactly one strategy class, with init and next."),
            "imports": _("Only the allowed modules are imported."),
            "names": _("Nothing outside of the strategy's reach is used."),
        }
        rows: list[dict[str, Any]] = []
        for check in CHECKS:
            found = [item for item in self.findings if item.check == check]
            rows += [{"check": check, "ok": False, "line": item.line, "message": item.message} for item in found]
            if not found:
                rows.append({"check": check, "ok": True, "line": None, "message": titles[check]})
        return rows


def inspect(code: str) -> Report:
    """Check the code without running it."""
    size = len(code.encode("utf-8", errors="replace"))
    if size > MAX_BYTES:
        message = _("The code has %(size)s bytes; at most %(most)s are allowed.") % {"size": size, "most": MAX_BYTES}
        return Report((Finding("size", None, message),))
    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        message = _("Python cannot read this line: %(reason)s.") % {"reason": error.msg}
        return Report((Finding("syntax", error.lineno, message),))
    except (ValueError, RecursionError, MemoryError):
        return Report((Finding("syntax", None, _("Python cannot read this code: it is nested too deeply.")),))
    findings = [*_class_findings(tree), *_import_findings(tree), *_name_findings(tree)]
    findings.sort(key=lambda item: (CHECKS.index(item.check), item.line or 0))
    del findings[MAX_FINDINGS:]
    strategy = next(iter(_strategies(tree)), None)
    if strategy is None:
        return Report(tuple(findings))
    parameters = parameters_of(strategy)
    return Report(tuple(findings), parameters, indicators_in(tree, parameters))


def _strategies(tree: ast.Module) -> list[ast.ClassDef]:
    return [
        node
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        and any(
            (isinstance(base, ast.Name) and base.id == "Strategy")
            or (isinstance(base, ast.Attribute) and base.attr == "Strategy")
            for base in node.bases
        )
    ]


def _class_findings(tree: ast.Module) -> list[Finding]:
    found = _strategies(tree)
    if not found:
        return [Finding("structure", None, _("There is no class that derives from Strategy."))]
    if len(found) > 1:
        return [Finding("structure", found[1].lineno, _("There must be only one class that derives from Strategy."))]
    methods = {node.name: node for node in found[0].body if isinstance(node, ast.FunctionDef)}
    findings = []
    for name in ("init", "next"):
        if name not in methods:
            message = _("The class %(class)s has no method %(name)s.") % {"class": found[0].name, "name": name}
            findings.append(Finding("structure", found[0].lineno, message))
        elif len(methods[name].args.args) != 1:
            message = _("The method %(name)s takes only self.") % {"name": name}
            findings.append(Finding("structure", methods[name].lineno, message))
    if found[0].keywords or found[0].decorator_list:
        findings.append(
            Finding("structure", found[0].lineno, _("The strategy class has no decorator and no metaclass."))
        )
    findings += [
        Finding("structure", node.lineno, _("Coroutines are not part of a strategy."))
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith)
    ]
    return findings


def _import_findings(tree: ast.Module) -> list[Finding]:
    findings = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name not in ALLOWED_IMPORTS:
                    findings.append(_refused_import(node.lineno, alias.name))
        elif isinstance(node, ast.ImportFrom):
            module = node.module or "."
            if node.level or module not in ALLOWED_IMPORTS:
                findings.append(_refused_import(node.lineno, module))
                continue
            allowed = ALLOWED_IMPORTS[module]
            for alias in node.names:
                if alias.name == "*" or (allowed is not None and alias.name not in allowed):
                    findings.append(_refused_import(node.lineno, f"{module}.{alias.name}"))
    return findings


def _refused_import(line: int, name: str) -> Finding:
    return Finding("imports", line, _("%(name)s cannot be imported; allowed are %(allowed)s.") % {
        "name": name,
        "allowed": ", ".join(ALLOWED_IMPORTS),
    })  # fmt: skip


def _name_findings(tree: ast.Module) -> list[Finding]:
    findings = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and (node.id in FORBIDDEN_NAMES or _is_dunder(node.id)):
            findings.append(_refused_name(node.lineno, node.id))
        elif isinstance(node, ast.Attribute) and (node.attr in FORBIDDEN_ATTRIBUTES or _is_dunder(node.attr)):
            findings.append(_refused_name(node.lineno, node.attr))
        elif (isinstance(node, ast.FunctionDef | ast.ClassDef) and _is_dunder(node.name)) or (
            isinstance(node, ast.alias) and (node.name in FORBIDDEN_ATTRIBUTES or _is_dunder(node.name))
        ):
            findings.append(_refused_name(node.lineno, node.name))
        elif isinstance(node, ast.Global | ast.Nonlocal) and any(_is_dunder(name) for name in node.names):
            findings.append(_refused_name(node.lineno, node.names[0]))
    return findings


def _is_dunder(name: str) -> bool:
    return name.startswith("__")


def _refused_name(line: int, name: str) -> Finding:
    return Finding("names", line, _("%(name)s is not available to a strategy.") % {"name": name})


# --- what the code says about itself -----------------------------------------------------------------------------


def parameters_of(strategy: ast.ClassDef) -> dict[str, Any]:
    """Class attributes with plain values, in order."""
    found: dict[str, Any] = {}
    for node in strategy.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            target, value = node.target, node.value
        else:
            continue
        if isinstance(target, ast.Name):
            constant = _constant(value)
            if constant is not _UNKNOWN:
                found[target.id] = constant
    return found


_UNKNOWN = object()


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _constant(node: ast.expr) -> Any:
    """The plain value that every database can keep; ``_UNKNOWN`` for infinity, half a surrogate and the like."""
    negative, signed = False, False
    while isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        negative, signed, node = not negative, True, node.operand
    value = node.value if isinstance(node, ast.Constant) else _UNKNOWN
    if isinstance(value, bool | None):
        return _UNKNOWN if signed else value
    if isinstance(value, int | float):
        # also false for infinity
        return (-value if negative else value) if value < MAX_NUMBER else _UNKNOWN
    if isinstance(value, str) and not signed and len(value) <= MAX_TEXT and not _UNSTORABLE.search(value):
        return value
    return _UNKNOWN


_TALIB = {"BBANDS": "BOLL"}


def indicators_in(tree: ast.Module, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Each indicator that the code declares with ``self.I``, once, with the parameters that can be read."""
    found: dict[tuple[str, tuple[Any, ...]], dict[str, Any]] = {}
    for node in ast.walk(tree):
        if not (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "I" and node.args
        ):
            continue
        name = _indicator_name(node)
        if name is None:
            continue
        params = _indicator_params(name, node, parameters)
        found.setdefault((name, tuple(params.items())), {"name": name, "params": params})
    return list(found.values())


def _indicator_name(call: ast.Call) -> str | None:
    func = call.args[0]
    if isinstance(func, ast.Attribute):
        name = _TALIB.get(func.attr, func.attr)
    elif isinstance(func, ast.Name):
        name = func.id.upper()
    else:
        return None
    if name in MOVING_AVERAGES and len(call.args) > 1:
        series = call.args[1]
        if isinstance(series, ast.Attribute) and series.attr == "Volume" and name == "SMA":
            return "VOLUME_SMA"
    return name


def _indicator_params(name: str, call: ast.Call, parameters: dict[str, Any]) -> dict[str, Any]:
    values = []
    for argument in [
        *call.args[1:],
        *(item.value for item in call.keywords if item.arg not in ("name", "overlay", "plot", "color")),
    ]:
        if isinstance(argument, ast.Attribute) and isinstance(argument.value, ast.Name) and argument.value.id == "self":
            value = parameters.get(argument.attr, _UNKNOWN)
        else:
            value = _constant(argument)
        if isinstance(value, int | float) and not isinstance(value, bool):
            values.append(plain_number(value))
    if name not in DEFAULT_PARAMS:
        return {}
    return full_params(name, dict(zip(PARAM_NAMES[name], values, strict=False)))
