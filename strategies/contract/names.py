"""Names that no strategy needs: ways to files, to other code and to the interpreter's inside."""

import ast
from collections.abc import Iterator

from django.utils.translation import gettext as _

from strategies.contract.report import Finding

FILES = frozenset(("open", "load", "save", "savez", "savez_compressed", "savetxt", "loadtxt", "genfromtxt", "fromfile",
                   "tofile", "memmap", "fromregex", "DataSource"))  # fmt: skip
ATTRIBUTE_BY_NAME = frozenset(("getattr", "setattr", "delattr", "vars"))
CODE_FROM_TEXT = frozenset(("exec", "eval", "compile", "__import__"))
PERSON = frozenset(("input", "breakpoint", "help", "exit", "quit"))
NAMESPACES = frozenset(("globals", "locals", "dir"))
FORBIDDEN_NAMES = (
    frozenset(("open", "memoryview", "__builtins__", "__loader__", "__spec__"))
    | ATTRIBUTE_BY_NAME
    | CODE_FROM_TEXT
    | PERSON
    | NAMESPACES
)
# numpy reaches files and foreign memory by these
FORBIDDEN_ATTRIBUTES = (FILES - {"open"}) | frozenset(
    ("ctypeslib", "ctypes", "f2py", "lib", "f_globals", "f_builtins", "f_back", "gi_frame", "tb_frame", "cr_frame")
)

Bound = frozenset[str]
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def findings(tree: ast.Module) -> list[Finding]:
    """Each use of such a name; a variable that a function has named so itself (``open`` for a price) is its own."""
    found = []
    harmless = _harmless_libs(tree)
    for node, bound in _scoped(tree):
        if isinstance(node, ast.Name):
            if (node.id in FORBIDDEN_NAMES and node.id not in bound) or _is_dunder(node.id):
                found.append(_refused(node.lineno, node.id))
        elif isinstance(node, ast.Attribute):
            if (node.attr in FORBIDDEN_ATTRIBUTES and id(node) not in harmless) or _is_dunder(node.attr):
                found.append(_refused(node.lineno, node.attr))
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            if _is_dunder(node.name):
                found.append(_refused(node.lineno, node.name))
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if _is_dunder(alias.name) or (
                    alias.name in FORBIDDEN_ATTRIBUTES and (node.module, alias.name) != ("backtesting", "lib")
                ):
                    found.append(_refused(node.lineno, alias.name))
        elif isinstance(node, ast.Global | ast.Nonlocal):
            found += [_refused(node.lineno, name) for name in node.names if _is_dunder(name)][:1]
    return found


def _scoped(tree: ast.Module) -> Iterator[tuple[ast.AST, Bound]]:
    """Every node with the names that are variables of the functions around it; without recursion."""
    waiting: list[tuple[ast.AST, Bound]] = [(tree, frozenset())]
    while waiting:
        node, bound = waiting.pop()
        yield node, bound
        if isinstance(node, _FUNCTIONS):
            bound = bound | _variables(node)
        elif isinstance(node, _COMPREHENSIONS):
            bound = bound | frozenset(
                name.id
                for part in node.generators
                for name in ast.walk(part.target)
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
            )
        waiting += [(child, bound) for child in ast.iter_child_nodes(node)]


def _variables(function: "ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda") -> Bound:
    """A function's parameters and what it assigns to."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    found = {item.arg for item in named if item is not None}
    waiting: list[ast.AST] = list(function.body) if not isinstance(function, ast.Lambda) else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Global):
            return frozenset(item.arg for item in named if item is not None)
        if not isinstance(node, (*_FUNCTIONS, ast.ClassDef, *_COMPREHENSIONS)):
            waiting += ast.iter_child_nodes(node)
    return frozenset(found)


def _harmless_libs(tree: ast.Module) -> set[int]:
    """``backtesting.lib`` and ``np.lib.stride_tricks.sliding_window_view``, by the id of their node ``….lib``."""
    found = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        if node.attr == "lib" and isinstance(node.value, ast.Name) and node.value.id == "backtesting":
            found.add(id(node))
        inner = node.value
        if (
            node.attr == "sliding_window_view"
            and isinstance(inner, ast.Attribute)
            and inner.attr == "stride_tricks"
            and isinstance(inner.value, ast.Attribute)
        ):
            found.add(id(inner.value))
    return found


def _is_dunder(name: str) -> bool:
    return name.startswith("__")


def _refused(line: int, name: str) -> Finding:
    what = _("%(name)s is not available to a strategy.") % {"name": name}
    return Finding("names", line, what, _advice(name))


def _advice(name: str) -> str:
    if name in FILES:
        return _("The code reads and writes no files: bars are in self.data, parameters are class attributes.")
    if name in ATTRIBUTE_BY_NAME:
        return _("Name the attribute itself, for example self.fast.")
    if name in CODE_FROM_TEXT:
        return _("Write the code out in this file.")
    if name in PERSON:
        return _("Remove it: the code runs by itself.")
    if name in NAMESPACES:
        return _("Keep what next needs in attributes of self.")
    if name == "__init__":
        return _("Write def init(self) instead; super() is not needed.")
    if name in ("__name__", "__main__"):
        return _("Remove this block: Trademe runs the code itself.")
    return ""
