"""The shape of strategy code: one subclass of Strategy, its methods, and the documented subset of what they may use."""

import ast
from collections.abc import Iterator
from typing import TypeAlias

from django.utils.translation import gettext as _

from strategies.contract.parameters import UNKNOWN, constant
from strategies.contract.report import Finding

DATA = frozenset(("Open", "High", "Low", "Close", "Volume", "index"))
POSITION = frozenset(("size", "is_long", "is_short", "pl", "pl_pct", "close"))
ORDER = ("size", "limit", "stop", "sl", "tp", "tag")
OWN = frozenset(("init", "next", "I", "data", "buy", "sell", "position", "equity", "orders", "trades"))

Method: TypeAlias = ast.FunctionDef


def classes(tree: ast.Module) -> list[ast.ClassDef]:
    """The top-level classes that derive from Strategy."""
    return [
        node for node in tree.body if isinstance(node, ast.ClassDef) and any(_is_strategy(base) for base in node.bases)
    ]


def methods(found: ast.ClassDef) -> list[Method]:
    return [node for node in found.body if isinstance(node, ast.FunctionDef)]


def findings(tree: ast.Module) -> list[Finding]:
    """What is missing in the class, and what in it is certain to fail."""
    found = classes(tree)
    if not found:
        return [Finding("structure", None, _("There is no class that derives from Strategy."))]
    if len(found) > 1:
        return [Finding("structure", found[1].lineno, _("There must be only one class that derives from Strategy."))]
    only = found[0]
    return [*_shape(only), *_uses(only), *_unknown_attributes(only)]


def _is_strategy(base: ast.expr) -> bool:
    return (isinstance(base, ast.Name) and base.id == "Strategy") or (
        isinstance(base, ast.Attribute) and base.attr == "Strategy"
    )


def _shape(found: ast.ClassDef) -> list[Finding]:
    results = []
    by_name = {node.name: node for node in methods(found)}
    for name in ("init", "next"):
        if name not in by_name:
            what = _("The class %(class)s has no method %(name)s.") % {"class": found.name, "name": name}
            results.append(Finding("structure", found.lineno, what))
        elif not _takes_only_self(by_name[name]):
            what = _("The method %(name)s takes only self.") % {"name": name}
            results.append(Finding("structure", by_name[name].lineno, what))
    if found.keywords or found.decorator_list:
        results.append(Finding("structure", found.lineno, _("The strategy class has no decorator and no metaclass.")))
    return results


def _takes_only_self(method: Method) -> bool:
    arguments = method.args
    return len(arguments.args) + len(arguments.posonlyargs) == 1 and not (
        arguments.kwonlyargs or arguments.vararg or arguments.kwarg
    )


# --- the subset: what is certain to fail when the line is reached ---------------------------------------------------


def _uses(found: ast.ClassDef) -> Iterator[Finding]:
    for method in methods(found):
        own = _own_name(method)
        if own is None:
            continue
        for node in ast.walk(method):
            if isinstance(node, ast.Attribute):
                yield from _attribute(node, own)
            elif isinstance(node, ast.Call):
                yield from _call(node, own, method.name)


def _own_name(method: Method) -> str | None:
    """What the method calls its strategy: ``self``."""
    arguments = [*method.args.posonlyargs, *method.args.args]
    return arguments[0].arg if arguments else None


def of_self(node: ast.expr, own: str, name: str | None = None) -> bool:
    """Whether this is ``self.name``."""
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == own
        and name in (None, node.attr)
    )


def _attribute(node: ast.Attribute, own: str) -> Iterator[Finding]:
    if of_self(node.value, own, "data") and node.attr not in DATA:
        what = _("self.data has no %(name)s.") % {"name": node.attr}
        instead = _("It has Open, High, Low, Close, Volume and index, and len(self.data).")
        if node.attr.capitalize() in DATA:
            instead = _("Write self.data.%(name)s.") % {"name": node.attr.capitalize()}
        yield Finding("subset", node.lineno, what, instead)
    if of_self(node.value, own, "position") and node.attr not in POSITION:
        what = _("self.position has no %(name)s.") % {"name": node.attr}
        instead = _("It has size, is_long, is_short, pl, pl_pct and close(); single trades are in self.trades.")
        yield Finding("subset", node.lineno, what, instead)


def _call(node: ast.Call, own: str, method: str) -> Iterator[Finding]:
    if of_self(node.func, own, "buy") or of_self(node.func, own, "sell"):
        yield from _order(node)
    elif of_self(node.func, own, "I"):
        yield from _declaration(node, method)


def _order(node: ast.Call) -> Iterator[Finding]:
    if node.args:
        what = _("The arguments of an order have names.")
        yield Finding("subset", node.lineno, what, _("For example self.buy(size=0.5, sl=price * 0.98)."))
    for keyword in node.keywords:
        if keyword.arg is not None and keyword.arg not in ORDER:
            what = _("An order has no %(name)s.") % {"name": keyword.arg}
            instead = _("It has %(known)s.") % {"known": ", ".join(ORDER)}
            yield Finding("subset", node.lineno, what, instead)
        if keyword.arg == "size":
            size = constant(keyword.value)
            if size is UNKNOWN or isinstance(size, bool) or not isinstance(size, int | float):
                continue
            if size <= 0 or (size > 1 and size != int(size)):
                what = _("An order of this size is refused.")
                instead = _(
                    "size is a share of the available cash below 1, such as 0.5, or a whole number of units; "
                    "to go short call self.sell."
                )
                yield Finding("subset", node.lineno, what, instead)


def _declaration(node: ast.Call, method: str) -> Iterator[Finding]:
    if method == "next":
        what = _("self.I belongs into init.")
        instead = _("In next read what it returned there: self.average[-1].")
        yield Finding("subset", node.lineno, what, instead)
    if not node.args:
        yield Finding("subset", node.lineno, _("self.I needs a function and its arguments."))
    elif isinstance(node.args[0], ast.Call) and _is_talib(node.args[0].func):
        what = _("self.I needs the function itself, not its result.")
        instead = _("For example self.I(talib.SMA, self.data.Close, 10).")
        yield Finding("subset", node.lineno, what, instead)


def _is_talib(func: ast.expr) -> bool:
    return isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id in ("talib", "ta")


def _unknown_attributes(found: ast.ClassDef) -> list[Finding]:
    """``self.x`` that is read and nowhere made: an AttributeError as soon as the line is reached."""
    if len(found.bases) != 1 or found.keywords:
        return []  # something else may make it
    made = set(OWN)
    for node in ast.walk(found):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            made.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            made.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            made.add(node.attr)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            made |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    missing: dict[str, int] = {}
    for method in methods(found):
        own = _own_name(method)
        if own is None or method.decorator_list:
            continue
        for node in ast.walk(method):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.ctx, ast.Load)
                and of_self(node, own)
                and node.attr not in made
                and not node.attr.startswith("__")  # told by names
            ):
                missing[node.attr] = min(node.lineno, missing.get(node.attr, node.lineno))
    return [
        Finding(
            "subset",
            line,
            _("self.%(name)s is made nowhere in this class.") % {"name": name},
            _("Make it a class attribute or set it in init. A strategy itself has %(known)s.")
            % {"known": ", ".join(sorted(OWN))},
        )
        for name, line in missing.items()
    ]
