"""Reading the future, as far as a line shows it by itself.

``findings`` are certain: the line fails when it is reached, or can mean nothing else. ``hints`` are not: numpy code
that rolls, reverses or takes a mean of everything usually looks ahead, and sometimes is undone a line later; reading
cannot tell. Only the lookahead test decides there, by running the code; a hint then names the line.
"""

import ast
from collections.abc import Iterator

from django.utils.translation import gettext as _

from strategies.contract.parameters import constant
from strategies.contract.report import Finding
from strategies.contract.strategy import DATA, classes, methods, of_self

WHOLE = frozenset(("mean", "std", "var", "min", "max", "median", "argmax", "argmin", "ptp", "sum"))
WHOLE_FUNCTIONS = WHOLE | frozenset(
    ("nanmean", "nanstd", "nanmin", "nanmax", "amax", "amin", "quantile", "percentile", "sort", "argsort")
)
FITTED = frozenset(("gradient", "polyfit", "interp", "rfft", "fft", "irfft", "ifft"))


def findings(tree: ast.Module) -> list[Finding]:
    """What is certain to read a later bar than it may."""
    found = [*_shifts(tree)]
    for strategy in classes(tree)[:1]:
        for method in methods(strategy):
            if method.name == "next" and method.args.args:
                found += _positive_indices(method, method.args.args[0].arg)
    return found


def _shifts(tree: ast.Module) -> Iterator[Finding]:
    """``.shift(-1)``: of pandas, which is not there, and the future where it is."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "shift"):
            continue
        given = [*node.args[:1], *(item.value for item in node.keywords if item.arg == "periods")]
        step = constant(given[0]) if given else None
        if isinstance(step, int) and step < 0:
            what = _("shift(%(step)s) reads %(bars)s bars into the future.") % {"step": step, "bars": -step}
            instead = _("Compare with the past: values[-1] is the newest bar, values[-2] the one before.")
            yield Finding("future", node.lineno, what, instead)


def _positive_indices(method: ast.FunctionDef, own: str) -> list[Finding]:
    """``self.data.Close[0]`` or ``[len(self.data)]`` in next, also by a name that stands for the series there."""
    series = _series_names(method, own)
    found = []
    for node in ast.walk(method):
        if not (isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)):
            continue
        value = node.value
        words = ast.unparse(value) if _is_column(value, own) else None
        if isinstance(value, ast.Name):
            words = series.get(value.id)
        if words is not None and _counts_from_the_first(node.slice, own):
            what = _("In next a positive index counts from the first bar and is refused.")
            instead = _("%(series)s[-1] is the newest bar, %(series)s[-2] the one before.") % {"series": words}
            found.append(Finding("future", node.lineno, what, instead))
    return found


def _series_names(method: ast.FunctionDef, own: str) -> dict[str, str]:
    """Names that are bound once in the method, and to a column of the data."""
    bound: dict[str, list[ast.expr | None]] = {}
    for node in ast.walk(method):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            bound.setdefault(node.targets[0].id, []).append(node.value)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.setdefault(node.id, []).append(None)
        elif isinstance(node, ast.arg):
            bound.setdefault(node.arg, []).append(None)
    found = {}
    for name, values in bound.items():
        # an assignment is seen twice: as a statement, and as the name that it stores to
        columns = [value for value in values if value is not None and _is_column(value, own)]
        if len(values) == 2 and len(columns) == 1:
            found[name] = name
    return found


def _is_column(node: ast.expr, own: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in DATA and of_self(node.value, own, "data")


def _counts_from_the_first(index: ast.expr, own: str) -> bool:
    step = constant(index)
    if isinstance(step, int) and not isinstance(step, bool):
        return step >= 0
    if isinstance(index, ast.BinOp) and isinstance(index.op, ast.Add | ast.Sub):
        # len(self.data) - 1 is the newest bar, counted from the first; far back enough it could be anything
        step = constant(index.right)
        return _is_length(index.left, own) and isinstance(step, int) and step <= 1
    return _is_length(index, own)


def _is_length(node: ast.expr, own: str) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "len"
        and len(node.args) == 1
        and (of_self(node.args[0], own, "data") or _is_column(node.args[0], own))
    )


# --- what may be ------------------------------------------------------------------------------------------------------


def hints(tree: ast.Module) -> list[Finding]:
    """Places outside of ``next`` that are worth a look when the lookahead test has failed, in the order of lines."""
    inside_next = {
        id(node)
        for strategy in classes(tree)
        for method in methods(strategy)
        if method.name == "next"
        for node in ast.walk(method)
    }
    found = [hint for node in ast.walk(tree) if id(node) not in inside_next for hint in _hints_at(node)]
    found += [hint for node in _in_loops(tree) if id(node) not in inside_next for hint in _later_cells(node)]
    return sorted(set(found), key=lambda hint: (hint.line or 0, hint.what))


def _hints_at(node: ast.AST) -> Iterator[Finding]:
    if isinstance(node, ast.Call):
        yield from _call_hints(node)
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        step = constant(node.slice.step) if node.slice.step is not None else None
        if isinstance(step, int) and step < 0:
            what = _("A series that is read backwards begins with the future.")
            yield _hint(node, what, _("Compute from the first bar to the last."))


def _call_hints(node: ast.Call) -> Iterator[Finding]:
    name = _called(node.func)
    if name == "roll" and len(node.args) > 1:
        step = constant(node.args[1])
        if isinstance(step, int) and step < 0:
            what = _("np.roll with a negative step puts later values on earlier bars.")
            yield _hint(node, what, _("Roll forwards, and set the first values to NaN."))
    elif name == "convolve" and any(item.arg == "mode" and constant(item.value) == "same" for item in node.keywords):
        what = _("A centred average uses bars after the one that it stands for.")
        yield _hint(node, what, _("Use talib.SMA, or convolve and keep the first len(values)."))
    elif name in FITTED:
        what = _("%(name)s computes each value from the bars on both sides of it.") % {"name": name}
        yield _hint(node, what, _("Compute each value from a window that ends at its bar."))
    elif _of_everything(node, name):
        what = _("%(name)s of a whole series knows all later bars.") % {"name": name}
        yield _hint(node, what, _("Compute each value from a window that ends at its bar."))


def _of_everything(node: ast.Call, name: str) -> bool:
    """``close.mean()`` or ``np.max(self.data.High)``: of a plain name or column, not of a part of it."""
    if any(item.arg == "axis" for item in node.keywords):
        return False
    func = node.func
    if not isinstance(func, ast.Attribute):
        return False
    if isinstance(func.value, ast.Name) and func.value.id in ("np", "numpy"):
        return name in WHOLE_FUNCTIONS and bool(node.args) and _is_series(node.args[0])
    return name in WHOLE and not node.args and _is_series(func.value)


def _is_series(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) or (isinstance(node, ast.Attribute) and node.attr in DATA)


def _in_loops(tree: ast.Module) -> Iterator[ast.Assign]:
    """The assignments in loops, each once."""
    waiting: list[tuple[ast.AST, bool]] = [(tree, False)]
    while waiting:
        node, looped = waiting.pop()
        if looped and isinstance(node, ast.Assign):
            yield node
        looped = looped or isinstance(node, ast.For | ast.While)
        waiting += [(child, looped) for child in ast.iter_child_nodes(node)]


def _later_cells(node: ast.Assign) -> Iterator[Finding]:
    """``out[i] = values[i + 1]``."""
    target = node.targets[0]
    if len(node.targets) != 1 or not (isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Name)):
        return
    counter = target.slice.id
    for part in ast.walk(node.value):
        if (
            isinstance(part, ast.Subscript)
            and isinstance(part.slice, ast.BinOp)
            and isinstance(part.slice.op, ast.Add)
            and isinstance(part.slice.left, ast.Name)
            and part.slice.left.id == counter
            and isinstance(step := constant(part.slice.right), int)
            and step > 0
        ):
            what = _("The value of bar %(counter)s is made from bar %(counter)s + %(step)s.") % {
                "counter": counter,
                "step": step,
            }
            yield _hint(part, what, _("Compute each value from a window that ends at its bar."))


def _called(func: ast.expr) -> str:
    if isinstance(func, ast.Attribute):
        return func.attr
    return func.id if isinstance(func, ast.Name) else ""


def _hint(node: "ast.expr | ast.stmt", what: str, instead: str) -> Finding:
    return Finding("future", node.lineno, what, instead)
