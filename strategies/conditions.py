"""Condition trees: read from JSON with checks, written back in one normal form, walked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from strategies.grammar import (
    DEFAULT_LINES,
    DEFAULT_PARAMS,
    LINES,
    MAX_OFFSET,
    OPS,
    PRICES,
    check_params,
    full_params,
    is_complete,
    plain_number,
)

MAX_DEPTH = 8
MAX_COMPARISONS = 40

OPPOSITES = {"gt": "le", "ge": "lt", "lt": "ge", "le": "gt"}
MIRRORED = {"cross_above": "cross_below", "cross_below": "cross_above"}


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class PriceUse:
    price: str
    offset: int = 0


@dataclass(frozen=True, slots=True)
class IndicatorUse:
    """One line of an indicator, ``offset`` bars ago."""

    name: str
    params: tuple[tuple[str, float], ...] = ()
    line: str | None = None
    offset: int = 0

    def params_dict(self) -> dict[str, float]:
        return dict(self.params)

    @property
    def complete(self) -> bool:
        return is_complete(self.name, self.params_dict())


Operand = Number | PriceUse | IndicatorUse


@dataclass(frozen=True, slots=True)
class Compare:
    op: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class AllOf:
    items: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    items: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Negation:
    item: "Condition"


Condition = Compare | AllOf | AnyOf | Negation


def indicator(
    name: str, params: dict[str, float] | None = None, line: str | None = None, offset: int = 0
) -> IndicatorUse:
    """An indicator with its defaults filled in."""
    return IndicatorUse(name, tuple(full_params(name, params or {}).items()), line or DEFAULT_LINES.get(name), offset)


def read(data: Any, path: str, errors: dict[str, str]) -> Condition | None:
    """The tree in ``data``; what is wrong goes into ``errors`` by path, and None comes back."""
    before = len(errors)
    tree = _read(data, path, errors, 1)
    if len(errors) > before or tree is None:
        return None
    if len(list(comparisons(tree))) > MAX_COMPARISONS:
        errors[path] = _("A condition has at most %(count)s comparisons.") % {"count": MAX_COMPARISONS}
        return None
    return tree


def from_json(data: dict[str, Any]) -> Condition:
    """A stored tree; it was checked when it was written."""
    errors: dict[str, str] = {}
    tree = read(data, "condition", errors)
    if tree is None:
        raise ValueError(f"A stored condition is not valid: {errors}")
    return tree


def to_json(tree: Condition) -> dict[str, Any]:
    match tree:
        case Compare(op, left, right):
            return {"op": op, "left": _operand_to_json(left), "right": _operand_to_json(right)}
        case AllOf(items):
            return {"all": [to_json(item) for item in items]}
        case AnyOf(items):
            return {"any": [to_json(item) for item in items]}
        case Negation(item):
            return {"not": to_json(item)}


def comparisons(tree: Condition) -> Iterator[Compare]:
    """Every comparison, left to right."""
    match tree:
        case Compare():
            yield tree
        case AllOf(items) | AnyOf(items):
            for item in items:
                yield from comparisons(item)
        case Negation(item):
            yield from comparisons(item)


def operands(tree: Condition) -> Iterator[Operand]:
    for compare in comparisons(tree):
        yield compare.left
        yield compare.right


def indicators_of(tree: Condition | None) -> list[IndicatorUse]:
    """Each indicator once, without line and offset, in order of appearance."""
    if tree is None:
        return []
    found: dict[IndicatorUse, None] = {}
    for operand in operands(tree):
        if isinstance(operand, IndicatorUse):
            found[IndicatorUse(operand.name, operand.params)] = None
    return list(found)


def without(tree: Condition, names: set[str]) -> Condition | None:
    """The tree without every comparison that uses one of ``names``; None when nothing is left."""
    return _kept(tree, lambda use: use.name not in names)


def without_use(tree: Condition, dropped: IndicatorUse) -> Condition | None:
    """The tree without every comparison that uses this indicator with these parameters; None when nothing is left."""
    return _kept(tree, lambda use: (use.name, use.params) != (dropped.name, dropped.params))


def _kept(tree: Condition, stays: Callable[[IndicatorUse], bool]) -> Condition | None:
    match tree:
        case Compare(_op, left, right):
            used = (operand for operand in (left, right) if isinstance(operand, IndicatorUse))
            return tree if all(map(stays, used)) else None
        case AllOf(items):
            kept = tuple(item for item in (_kept(item, stays) for item in items) if item is not None)
            return AllOf(kept) if kept else None
        case AnyOf(items):
            kept = tuple(item for item in (_kept(item, stays) for item in items) if item is not None)
            return AnyOf(kept) if kept else None
        case Negation(item):
            inner = _kept(item, stays)
            return Negation(inner) if inner is not None else None


def _read(data: Any, path: str, errors: dict[str, str], depth: int) -> Condition | None:
    if depth > MAX_DEPTH:
        errors[path] = _("Conditions are nested at most %(count)s deep.") % {"count": MAX_DEPTH}
        return None
    if not isinstance(data, dict):
        errors[path] = _("A condition must be an object with op, left and right, or with all, any or not.")
        return None
    keys = set(data)
    if keys in ({"all"}, {"any"}):
        key = next(iter(keys))
        items = data[key]
        if not isinstance(items, list) or not items or len(items) > MAX_COMPARISONS:
            errors[f"{path}.{key}"] = _("This must be a list of one to %(count)s conditions.") % {
                "count": MAX_COMPARISONS
            }
            return None
        read_items = [_read(item, f"{path}.{key}.{place}", errors, depth + 1) for place, item in enumerate(items)]
        kept = tuple(item for item in read_items if item is not None)
        return AllOf(kept) if key == "all" else AnyOf(kept)
    if keys == {"not"}:
        inner = _read(data["not"], f"{path}.not", errors, depth + 1)
        return Negation(inner) if inner is not None else None
    if keys != {"op", "left", "right"}:
        errors[path] = _("A condition must be an object with op, left and right, or with all, any or not.")
        return None
    return _read_compare(data, path, errors)


def _read_compare(data: dict[str, Any], path: str, errors: dict[str, str]) -> Compare | None:
    if data["op"] not in OPS:
        errors[f"{path}.op"] = _("This must be one of %(choices)s.") % {"choices": ", ".join(OPS)}
        return None
    left = _read_operand(data["left"], f"{path}.left", errors)
    right = _read_operand(data["right"], f"{path}.right", errors)
    if left is None or right is None:
        return None
    if isinstance(left, Number) and isinstance(right, Number):
        errors[path] = _("Two numbers are always the same; one side must be a price or an indicator.")
        return None
    if left == right and not (isinstance(left, IndicatorUse) and not left.complete):
        errors[path] = _("Both sides are the same.")
        return None
    return Compare(data["op"], left, right)


def _read_operand(data: Any, path: str, errors: dict[str, str]) -> Operand | None:
    if isinstance(data, bool):
        errors[path] = _("This must be a number, a price or an indicator.")
        return None
    if isinstance(data, int | float):
        if not abs(data) <= 1e12:  # also what is no number
            errors[path] = _("This number is out of range.")
            return None
        return Number(plain_number(data))
    if isinstance(data, str):
        if data not in PRICES:
            errors[path] = _("A price must be one of %(choices)s.") % {"choices": ", ".join(PRICES)}
            return None
        return PriceUse(data)
    if not isinstance(data, dict):
        errors[path] = _("This must be a number, a price or an indicator.")
        return None
    offset = data.get("offset", 0)
    if isinstance(offset, bool) or not isinstance(offset, int) or not 0 <= offset <= MAX_OFFSET:
        errors[f"{path}.offset"] = _("This must be a whole number from %(low)s to %(high)s.") % {
            "low": 0,
            "high": MAX_OFFSET,
        }
        return None
    if "price" in data and set(data) <= {"price", "offset"}:
        if data["price"] not in PRICES:
            errors[f"{path}.price"] = _("A price must be one of %(choices)s.") % {"choices": ", ".join(PRICES)}
            return None
        return PriceUse(data["price"], offset)
    return _read_indicator(data, offset, path, errors)


def _read_indicator(data: dict[str, Any], offset: int, path: str, errors: dict[str, str]) -> IndicatorUse | None:
    name = data.get("name")
    if not isinstance(name, str) or name not in DEFAULT_PARAMS:
        errors[f"{path}.name"] = _("This must be one of %(choices)s.") % {"choices": ", ".join(DEFAULT_PARAMS)}
        return None
    for key in data:
        if key not in ("name", "params", "line", "offset"):
            errors[f"{path}.{str(key)[:60]}"] = _("There is no such field.")
    problems: dict[str, str] = {}
    params = check_params(name, data.get("params") or {}, f"{path}.params", problems)
    errors.update(problems)
    line = data.get("line") or DEFAULT_LINES.get(name)
    lines = LINES.get(name, ())
    if lines and line not in lines:
        errors[f"{path}.line"] = _("This must be one of %(choices)s.") % {"choices": ", ".join(lines)}
        return None
    if not lines and line is not None:
        errors[f"{path}.line"] = _("%(name)s has only one line.") % {"name": name}
        return None
    if problems:
        return None
    return IndicatorUse(name, tuple(params.items()), line, offset)


def _operand_to_json(operand: Operand) -> Any:
    match operand:
        case Number(value):
            return plain_number(value)
        case PriceUse(price, 0):
            return price
        case PriceUse(price, offset):
            return {"price": price, "offset": offset}
        case IndicatorUse(name, params, line, offset):
            data: dict[str, Any] = {"name": name, "params": dict(params)}
            if line is not None:
                data["line"] = line
            if offset:
                data["offset"] = offset
            return data
