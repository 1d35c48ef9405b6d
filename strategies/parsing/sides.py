"""The left side of a comparison, what a reading gives, and what is spoken of after it."""

from dataclasses import dataclass

from strategies.conditions import Compare, Condition, IndicatorUse, Number, Operand
from strategies.parsing.context import Context, skip
from strategies.parsing.crosses import BANDS, same_series
from strategies.parsing.tokens import Token

Read = tuple[Condition, int]  # what was read, and the index of the token behind it


@dataclass(slots=True)
class Side:
    """The left side of a comparison; ``named`` tells whether its line was said."""

    operands: tuple[Operand, ...] = ()
    named: bool = True

    def __bool__(self) -> bool:
        return bool(self.operands)


def settled(context: Context, condition: Condition, end: int) -> Read:
    """The condition, after which its sides are what "it" and a bare "crosses back" speak of."""
    if isinstance(condition, Compare):
        left, right = condition.left, condition.right
        context.subject = left if not isinstance(left, Number) else right
        context.reference = right if isinstance(right, IndicatorUse) and not same_series(left, right) else left
        context.last = (left, right)
        if condition.op.startswith("cross"):
            context.pair, context.pair_op = (left, right), condition.op
    return condition, end


def past(sentence: list[Token], place: int) -> int:
    return skip(sentence, place, "filler", "at", "back", "times")


def same_band(left: Operand, right: Operand) -> bool:
    uses = isinstance(left, IndicatorUse) and isinstance(right, IndicatorUse)
    return uses and left.name == right.name and left.name in BANDS  # type: ignore[union-attr]
