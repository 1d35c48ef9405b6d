"""What no rule can mean: a line against itself, a level that is never reached, an exit that is the entry."""

import re

from strategies.conditions import (
    OPPOSITES,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    IndicatorUse,
    Negation,
    Number,
    Operand,
    PriceUse,
    comparisons,
)
from strategies.parsing.account import Account
from strategies.parsing.context import COUNTS
from strategies.parsing.crosses import same_series
from strategies.parsing.patch import SpecPatch, Unread
from strategies.parsing.trees import Atom, bare

_RANGES = {"RSI": (0.0, 100.0), "ADX": (0.0, 100.0), "ATR": (0.0, float("inf"))}
_STATES = ("SMA", "EMA", "WMA", "ADX", "ATR", "VOLUME_SMA")
_UNITS = dict.fromkeys(("SMA", "EMA", "WMA", "BOLL", "DONCHIAN"), "price") | {"VOLUME_SMA": "volume"}
_LEVELS = ("超卖", "超买", "oversold", "overbought", "低位", "高位")
_SEQUENCE = re.compile(
    r"然后|之后|以后|后|再(?![次加])|接着|随后|等到|\bthen\b|\bafter|\bfollowed\b|\bsubsequently\b|\blater\b"
)


def is_sequence(gap: str) -> bool:
    """Whether words between two conditions put one after the other."""
    return _SEQUENCE.search(gap) is not None


def is_filter(atom: Atom) -> bool:
    """``the close is above its 200 day average``: a state of the market, not the first of two events."""
    compare = atom.condition
    if not isinstance(compare, Compare) or compare.op.startswith("cross"):
        return False
    told = [operand for operand in _operands(compare) if not isinstance(operand, Number)]
    return all(
        isinstance(operand, PriceUse) or (isinstance(operand, IndicatorUse) and operand.name in _STATES)
        for operand in told
    )


def goes_on(clause: str) -> bool:
    """Whether a clause begins as what comes next."""
    return clause.lstrip().startswith(("再", "然后", "接着", "then", "and then", "之后"))


def names_a_level(words: str) -> bool:
    return words.startswith(_LEVELS)


def of_atom(atom: Atom, account: Account) -> str:
    """Why a condition cannot stand; empty when it can."""
    for compare in comparisons(atom.condition):
        reason = _of_compare(compare)
        if reason:
            return reason
    inside = account.inside((atom.start, atom.end))
    if inside and inside[-1].kind == "num" and account.plain.startswith((" of ", "个", "种"), atom.end):
        return "unclear"  # "at least two of RSI, MACD and KDJ" counts them
    told = any(token.kind in ("cross", "generic", "tone", "rel", "turn", "again", "post") for token in inside)
    unknown = [use for use in _uses(atom.condition) if not use.complete]
    if unknown and (_denies(atom.condition) or not told):
        return "unclear"
    figures = _figures(atom.condition)
    for token in inside:
        if token.kind == "times":
            return "scaled"
        if token.kind in ("num", "dev", *COUNTS) and float(token.value) not in figures:
            return "unclear"
        if token.kind == "back" and not any(_offset(use) for use in _operands(atom.condition)):
            return "unclear"
    return ""


def contradicts_itself(condition: Condition) -> bool:
    """Whether parts that must hold together never can: above and below one thing at once."""
    if not isinstance(condition, AllOf):
        return any(contradicts_itself(item) for item in condition.items) if isinstance(condition, AnyOf) else False
    places = [item for item in condition.items if isinstance(item, Compare) and item.op in OPPOSITES]
    for first in places:
        for second in places:
            if first.left != second.left or not (first.op in ("gt", "ge") and second.op in ("lt", "le")):
                continue
            if first.right == second.right and not (first.op == "ge" and second.op == "le"):
                return True
            levels = isinstance(first.right, Number) and isinstance(second.right, Number)
            if levels and first.right.value >= second.right.value:  # type: ignore[union-attr]
                return True
    return False


def of_sides(patch: SpecPatch) -> None:
    """An exit that is the entry: one of both was misunderstood, so neither stands."""
    entry, leaving = patch.sides.get("entry"), patch.sides.get("exit")
    if entry is None or leaving is None or bare(entry) != bare(leaving):
        return
    words = "; ".join(dict.fromkeys(patch.sources.pop(side, "") for side in ("entry", "exit")))
    patch.unread.append(Unread(words, "same_sides"))
    patch.sides.clear()
    patch.joins.clear()


def range_of(operand: Operand) -> tuple[float, float]:
    """Between which numbers an operand lies."""
    if isinstance(operand, PriceUse):
        return 0.0, float("inf")
    if isinstance(operand, IndicatorUse):
        if operand.name == "KDJ" and operand.line in ("k", "d"):
            return 0.0, 100.0
        if operand.name in ("SMA", "EMA", "WMA", "BOLL", "DONCHIAN"):
            return 0.0, float("inf")
        return _RANGES.get(operand.name, (float("-inf"), float("inf")))
    return float("-inf"), float("inf")


def _of_compare(compare: Compare) -> str:
    left, right = compare.left, compare.right
    same = same_series(left, right) and getattr(left, "offset", 0) == getattr(right, "offset", 0)
    if same and (not isinstance(left, IndicatorUse) or left.complete):
        return "unclear"
    if isinstance(left, Number) and isinstance(right, Number):
        return "unclear"
    if not isinstance(left, Number) and not isinstance(right, Number) and _unit(left) != _unit(right):
        return "unclear"  # RSI against an average of the price
    if _is_never(compare):
        return "unclear"
    for operand, level in ((left, right), (right, left)):
        if not isinstance(level, Number):
            continue
        low, high = range_of(operand)
        if not low <= level.value <= high or (level.value in (low, high) and isinstance(operand, PriceUse)):
            return "out_of_range"
    return ""


def _unit(operand: Operand) -> str:
    """What a series is measured in: only series of one unit can be compared."""
    if isinstance(operand, PriceUse):
        return "volume" if operand.price == "volume" else "price"
    if isinstance(operand, IndicatorUse):
        return _UNITS.get(operand.name, operand.name)
    return ""


def _is_never(compare: Compare) -> bool:
    """Above the high or below the low of its own bar."""
    left, right = compare.left, compare.right
    if not isinstance(left, PriceUse) or not isinstance(right, PriceUse) or left.offset != right.offset:
        return False
    above = compare.op in ("gt", "cross_above")
    below = compare.op in ("lt", "cross_below")
    return (above and right.price == "high") or (below and right.price == "low")


def _operands(condition: Condition) -> list[Operand]:
    return [operand for compare in comparisons(condition) for operand in (compare.left, compare.right)]


def _uses(condition: Condition) -> list[IndicatorUse]:
    return [operand for operand in _operands(condition) if isinstance(operand, IndicatorUse)]


def _offset(operand: Operand) -> int:
    return 0 if isinstance(operand, Number) else operand.offset


def _denies(condition: Condition) -> bool:
    return isinstance(condition, Negation) or any(
        isinstance(item, Negation) for item in getattr(condition, "items", ())
    )


def _figures(condition: Condition) -> set[float]:
    """Every figure that the condition holds: levels, parameters, bars ago, and of how many bars it is."""
    compares = list(comparisons(condition))
    figures = {float(count) for count in range(2, len(compares) + 1)} | {1.0}
    for operand in _operands(condition):
        if isinstance(operand, Number):
            figures.add(float(operand.value))
        else:
            figures.add(float(operand.offset))
            if isinstance(operand, IndicatorUse):
                figures |= {float(value) for value in operand.params_dict().values()}
    return figures
