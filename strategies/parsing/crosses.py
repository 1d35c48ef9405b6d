"""Crosses without both sides named: golden and death crosses, "it crosses back", averages in order."""

from dataclasses import replace

from strategies.conditions import IndicatorUse, Operand, PriceUse, indicator
from strategies.grammar import MOVING_AVERAGES
from strategies.parsing.context import Context

BANDS = ("BOLL", "DONCHIAN")
CLOSE = PriceUse("close")


def cross_pair(left: tuple[Operand, ...], context: Context) -> tuple[Operand, Operand] | None:
    """The fast and the slow line that a golden cross of ``left`` speaks of."""
    uses = [operand for operand in left if isinstance(operand, IndicatorUse)]
    if len(uses) == 2 and averages_only(tuple(uses)):
        if all(use.complete for use in uses):
            uses.sort(key=lambda use: use.params_dict()["period"])
        return uses[0], uses[1]
    if len(uses) == 1 and uses[0].name in ("MACD", "KDJ"):
        return _signal_pair(uses[0])
    if len(uses) == 1 and uses[0].name in MOVING_AVERAGES and not uses[0].complete:
        known = context.averages()
        return (known[0], known[1]) if len(known) == 2 else (uses[0], uses[0])
    if uses:
        return None
    newest = next((use for use in reversed(context.uses) if use.name in ("MACD", "KDJ", *MOVING_AVERAGES)), None)
    if newest is not None and newest.name in ("MACD", "KDJ"):
        return _signal_pair(newest)
    known = context.averages()
    if len(known) == 2:
        return known[0], known[1]
    if newest is not None and not newest.complete:
        return newest, newest
    return context.pair


def averages_only(operands: tuple[Operand, ...]) -> bool:
    return len(operands) > 1 and all(isinstance(use, IndicatorUse) and use.name in MOVING_AVERAGES for use in operands)


def listed_together(operands: tuple[Operand, ...]) -> bool:
    """Averages, or lines of one KDJ: what may share a relation."""
    lines = all(isinstance(use, IndicatorUse) and use.name == "KDJ" and use.line for use in operands)
    return averages_only(operands) or (len(operands) > 1 and lines)


def same_series(left: Operand, right: Operand) -> bool:
    if isinstance(left, IndicatorUse) and isinstance(right, IndicatorUse):
        return (left.name, left.params, left.line) == (right.name, right.params, right.line)
    return left == right


def same_params(source: Operand, target: Operand) -> tuple[Operand, Operand]:
    """``MACD(6,13,5) crosses its signal line``: both sides are one indicator."""
    if not (isinstance(source, IndicatorUse) and isinstance(target, IndicatorUse)):
        return source, target
    if source.name == target.name and source.name in ("MACD", "KDJ") and source.params != target.params:
        target = replace(target, params=source.params)
    return source, target


def banded(op: str, operand: Operand, named_line: bool) -> Operand:
    """A band without its line: broken upwards it is the upper one, downwards the lower one."""
    if isinstance(operand, IndicatorUse) and operand.name in BANDS and (operand.line is None or not named_line):
        line = "upper" if op in ("cross_above", "gt", "ge") else "lower"
        return replace(operand, line=line, offset=1 if operand.name == "DONCHIAN" else operand.offset)
    return operand


def _signal_pair(use: IndicatorUse) -> tuple[Operand, Operand]:
    fast, slow = ("macd", "signal") if use.name == "MACD" else ("k", "d")
    return indicator(use.name, use.params_dict(), fast), indicator(use.name, use.params_dict(), slow)
