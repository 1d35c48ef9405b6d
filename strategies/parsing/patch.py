"""What one message changes in a spec, and the spec that comes of it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from strategies import conditions
from strategies.conditions import AllOf, AnyOf, Compare, Condition, IndicatorUse, Negation, Number, Operand
from strategies.grammar import DEFAULT_PARAMS, MOVING_AVERAGES, full_params, plain_number
from strategies.parsing.trees import top_of
from strategies.spec import Indicator, Spec, merge_indicators


@dataclass(frozen=True, slots=True)
class Unread:
    """Words that were not turned into anything, and why (a key of the assistant's wording).

    ``among``: what of the plan they may have meant, where that is more than one thing; a risk figure with its key.
    """

    words: str
    reason: str
    among: tuple[Compare | IndicatorUse | tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Renewal:
    """An indicator that becomes another one wherever the spec names it."""

    name: str
    params: tuple[tuple[str, float], ...]
    new_name: str
    new_params: tuple[tuple[str, float], ...]


@dataclass(slots=True)
class SpecPatch:
    """Everything that a message says about the strategy; what it does not speak of is absent."""

    market: dict[str, str] = field(default_factory=dict)
    risk: dict[str, float | None] = field(default_factory=dict)  # None: the person wants none
    sides: dict[str, Condition] = field(default_factory=dict)  # entry, exit
    joins: dict[str, str] = field(default_factory=dict)  # entry, exit → replace, all, any
    direction: str | None = None
    direction_implied: bool = False
    excluded: list[str] = field(default_factory=list)
    mentioned: list[tuple[str, dict[str, float]]] = field(default_factory=list)
    placed: dict[str, tuple[int, int]] = field(default_factory=dict)  # where a figure or the timeframe was said
    mentioned_at: list[tuple[int, str, tuple[tuple[str, float], ...]]] = field(
        default_factory=list
    )  # where, and which indicator with which parameters
    renewals: list[Renewal] = field(default_factory=list)
    levels: list[tuple[float, float]] = field(default_factory=list)  # a number in a condition and what it becomes
    exchanges: list[tuple[Condition, Condition]] = field(default_factory=list)  # a comparison and what it becomes
    dropped: list[IndicatorUse] = field(default_factory=list)  # and the conditions that use it
    cleared: list[str] = field(default_factory=list)  # entry, exit: the rule is dropped
    sources: dict[str, str] = field(default_factory=dict)  # path → the person's words
    unread: list[Unread] = field(default_factory=list)
    question: bool = False

    @property
    def is_empty(self) -> bool:
        return not (
            self.market
            or self.risk
            or self.sides
            or (self.direction and not self.direction_implied)
            or self.excluded
            or self.mentioned
            or self.renewals
            or self.levels
            or self.exchanges
            or self.dropped
            or self.cleared
        )


def apply(spec: Spec, patch: SpecPatch, held: frozenset[str] = frozenset()) -> Spec:
    """The spec after the message. ``held``: paths that the person set by hand, which only explicit words change."""
    excluded = set(patch.excluded)
    trees: dict[str, Condition | None] = {
        side: conditions.from_json(tree) if tree else None
        for side, tree in (("entry", spec.entry), ("exit", spec.exit))
    }
    before = [use for tree in trees.values() for use in conditions.indicators_of(tree)]
    loose: list[tuple[str, dict[str, float]]] = [
        (item.name, dict(item.params))
        for item in spec.indicators
        if IndicatorUse(item.name, tuple(item.params.items())) not in before
    ]
    if patch.renewals:  # all at once: 5 → 10 and 10 → 30 must not make 30 of both
        trees = {side: renew(tree, patch.renewals) if tree else None for side, tree in trees.items()}
        loose = _unique_items([new for item in loose for new in _renewed(item, patch.renewals)])
    if patch.levels:
        trees = {side: relevelled(tree, dict(patch.levels)) if tree else None for side, tree in trees.items()}
    for old, new in patch.exchanges:
        trees = {side: exchanged(tree, old, new) if tree else None for side, tree in trees.items()}
    for use in patch.dropped:
        trees = {side: conditions.without_use(tree, use) if tree else None for side, tree in trees.items()}
        loose = [item for item in loose if item != (use.name, use.params_dict())]
    for side in patch.cleared:
        trees[side] = None
    for side, tree in patch.sides.items():
        joined = _joined(trees[side], tree, patch.joins.get(side, "replace"), side)
        if len(list(conditions.comparisons(joined))) < conditions.MAX_COMPARISONS:
            trees[side] = joined
    if excluded:
        trees = {side: conditions.without(tree, excluded) if tree else None for side, tree in trees.items()}
    named = [(use.name, use.params_dict()) for tree in trees.values() for use in conditions.indicators_of(tree)]
    used_names = {name for name, _params in named} | {name for name, _params in patch.mentioned}
    mentioned = [item for item in patch.mentioned if item[0] not in excluded and not _superseded(item, named)]
    kept = [item for item in loose if item[0] not in excluded and (item[0] not in used_names or _explicit(item))]
    kept = [item for item in kept if not any(item[0] == name for name, _params in patch.mentioned)]
    positive = {name for name, _params in [*patch.mentioned, *named]}
    direction = patch.direction or spec.direction
    if patch.direction_implied and (spec.direction is not None or "direction" in held):
        direction = spec.direction if spec.direction is not None or "direction" in held else patch.direction
    risk = msgspec.structs.replace(spec.risk, **patch.risk)
    if direction in ("short", "both") and risk.take_profit_pct is not None and risk.take_profit_pct >= 100:
        risk = msgspec.structs.replace(risk, take_profit_pct=spec.risk.take_profit_pct)
    market: Any = patch.market
    return Spec(
        market=msgspec.structs.replace(spec.market, **market),
        indicators=_unique([*kept, *mentioned], named),
        entry=conditions.to_json(trees["entry"]) if trees["entry"] else None,
        exit=conditions.to_json(trees["exit"]) if trees["exit"] else None,
        risk=risk,
        direction=direction,  # type: ignore[arg-type]
        excluded=[
            name
            for name in dict.fromkeys([*spec.excluded, *patch.excluded])
            if name in excluded or name not in positive
        ],
    )


def _unique(loose: list[tuple[str, dict[str, float]]], named: list[tuple[str, dict[str, float]]]) -> list[Indicator]:
    """Conditions' indicators first, then what was only mentioned; an average without a period gives way to one with."""
    merged = merge_indicators(named, loose)
    complete: set[str] = {item.name for item in merged if item.params}
    if complete & set(MOVING_AVERAGES):
        complete |= set(MOVING_AVERAGES)  # "均线用加权的，8和21"
    used = {name for name, params in named if not params}
    return [item for item in merged if item.params or item.name in used or item.name not in complete]


def _explicit(item: tuple[str, dict[str, float]]) -> bool:
    name, params = item
    return bool(params) and full_params(name, params) != full_params(name, DEFAULT_PARAMS[name])


def _superseded(item: tuple[str, dict[str, float]], named: list[tuple[str, dict[str, float]]]) -> bool:
    return not _explicit(item) and any(item[0] == name for name, _params in named)


def _renewed(item: tuple[str, dict[str, float]], renewals: list[Renewal]) -> list[tuple[str, dict[str, float]]]:
    """What becomes of a mentioned indicator; one without a period may become two with one."""
    new = [
        (renewal.new_name, dict(renewal.new_params))
        for renewal in renewals
        if item == (renewal.name, dict(renewal.params))
    ]
    return new or [item]


def _unique_items(items: list[tuple[str, dict[str, float]]]) -> list[tuple[str, dict[str, float]]]:
    return [item for place, item in enumerate(items) if item not in items[:place]]


def renew(tree: Condition, renewals: list[Renewal]) -> Condition:
    """The tree with indicators replaced wherever they stand; two averages without a period take two in turn."""
    turn = 0

    def renewed(value: Operand) -> Operand:
        nonlocal turn
        if not isinstance(value, IndicatorUse):
            return value
        matching = [item for item in renewals if (value.name, value.params) == (item.name, item.params)]
        if not matching:
            return value
        chosen = matching[turn % len(matching)]
        turn += 1
        return replace(value, name=chosen.new_name, params=chosen.new_params)

    return _with_operands(tree, renewed)


def exchanged(tree: Condition, old: Condition, new: Condition) -> Condition:
    """The tree with ``new`` wherever ``old`` stands."""
    match tree:
        case AllOf(items):
            return AllOf(tuple(exchanged(item, old, new) for item in items))
        case AnyOf(items):
            return AnyOf(tuple(exchanged(item, old, new) for item in items))
        case Negation(item):
            return Negation(exchanged(item, old, new))
    return new if tree == old else tree


def relevelled(tree: Condition, levels: dict[float, float]) -> Condition:
    """The tree with numbers replaced: ``30`` by ``25``."""

    def changed(value: Operand) -> Operand:
        return (
            Number(plain_number(levels[value.value])) if isinstance(value, Number) and value.value in levels else value
        )

    return _with_operands(tree, changed)


def _with_operands(tree: Condition, change: Callable[[Operand], Operand]) -> Condition:
    match tree:
        case Compare(op, left, right):
            return Compare(op, change(left), change(right))
        case AllOf(items):
            return AllOf(tuple(_with_operands(item, change) for item in items))
        case AnyOf(items):
            return AnyOf(tuple(_with_operands(item, change) for item in items))
        case Negation(item):
            return Negation(_with_operands(item, change))


def _joined(old: Condition | None, new: Condition, join: str, side: str) -> Condition:
    """The new tree in place of the old one or beside it; the top is all for an entry, any for an exit."""
    if old is not None and join != "replace":
        wanted = AllOf if join == "all" else AnyOf
        parts: list[Condition] = []
        for tree in (old, new):
            if isinstance(tree, wanted) or (isinstance(tree, AllOf | AnyOf) and len(tree.items) == 1):
                parts += tree.items
            else:
                parts.append(tree)
        return wanted(tuple(dict.fromkeys(parts)))
    return top_of(side, new)
