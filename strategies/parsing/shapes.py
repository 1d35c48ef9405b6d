"""Conditions in one word: a green candle, rising volume, a rising average, averages stacked in order."""

from itertools import pairwise

from strategies.conditions import AllOf, Compare, Condition, IndicatorUse, Number, Operand, PriceUse, indicator
from strategies.parsing.context import Context
from strategies.parsing.crosses import averages_only
from strategies.parsing.operands import shifted

MOST_CANDLES = 10


def candles(op: str, count: float, offset: int = 0) -> Condition | None:
    """``count`` candles in a row that close above (``gt``) or below their open, the newest one now."""
    if not 1 <= count <= MOST_CANDLES or not float(count).is_integer():
        return None
    items = tuple(
        Compare(op, PriceUse("close", ago), PriceUse("open", ago)) for ago in range(offset, offset + int(count))
    )
    return items[0] if len(items) == 1 else AllOf(items)


def repeated(condition: Condition, count: float) -> Condition | None:
    """A comparison of places that holds for ``count`` bars, the newest one now; None for a crossing."""
    if not 2 <= count <= MOST_CANDLES or not float(count).is_integer():
        return None
    if not isinstance(condition, Compare) or condition.op.startswith("cross"):
        return None
    return AllOf(
        tuple(
            Compare(condition.op, shifted(condition.left, ago), shifted(condition.right, ago))
            for ago in range(int(count))
        )
    )


def volume(op: str, context: Context) -> Condition:
    """More or less volume than its average."""
    known = context.latest("VOLUME_SMA") or indicator("VOLUME_SMA")
    return Compare(op, PriceUse("volume"), known)


def trend(op: str, operand: Operand) -> Condition | None:
    """A series that is above (``gt``) or below what it was one bar ago."""
    if isinstance(operand, Number) or (isinstance(operand, IndicatorUse) and not operand.complete):
        return None
    return Compare(op, operand, shifted(operand, 1))


def stacked(op: str, operands: tuple[Operand, ...], context: Context) -> Condition | None:
    """Averages in order: each of the faster ones above (``gt``) or below the next slower one."""
    uses = list(operands) if averages_only(operands) else list(context.averages())
    if len(uses) < 2 or not all(isinstance(use, IndicatorUse) and use.complete for use in uses):
        return None
    ordered = sorted(uses, key=lambda use: use.params_dict()["period"] if isinstance(use, IndicatorUse) else 0)
    items = tuple(Compare(op, left, right) for left, right in pairwise(ordered))
    return items[0] if len(items) == 1 else AllOf(items)
