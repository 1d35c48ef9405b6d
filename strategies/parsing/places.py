"""Places without a verb: ``A 在 B 上方``, ``RSI 30 以下``, between two figures, larger than one bar ago."""

from dataclasses import dataclass

from strategies.conditions import (
    AllOf,
    Compare,
    IndicatorUse,
    Number,
    Operand,
    PriceUse,
)
from strategies.grammar import MOVING_AVERAGES
from strategies.parsing import shapes
from strategies.parsing.context import COUNTS, OSCILLATORS, Context, Found
from strategies.parsing.crosses import (
    BANDS,
    CLOSE,
    averages_only,
)
from strategies.parsing.operands import earlier, read_operands, shifted
from strategies.parsing.sides import Read, Side, past, settled
from strategies.parsing.tokens import Token

_WAYS_OUT = {"lt": "cross_above", "gt": "cross_below"}


@dataclass(slots=True)
class Places:
    context: Context

    def placed(self, sentence: list[Token], place: int, left: Operand, at_word: bool) -> Read | None:
        """``A 在 B 上方``, ``RSI 30 以下``, ``RSI 在 40 到 60 之间``."""
        if isinstance(left, Number):
            return None
        kinds = [part.kind for part in sentence[place : place + 4]]
        if kinds[:1] == ["num"] and kinds[2:] == ["num", "within"] and kinds[1] in ("at", "to", "and", "list"):
            return self.within(float(sentence[place].value), float(sentence[place + 2].value), left, place + 4)
        right = read_operands(sentence, place, self.context)
        if right is not None:
            right = self.both_of(sentence, right)
        if right is None or right.end >= len(sentence) or sentence[right.end].kind != "post":
            return None
        if right.end < len(sentence) and sentence[right.end].value in ("le", "ge"):
            at_word = True
        if not at_word and not isinstance(right.operands[0], Number):
            return None
        op, end = str(sentence[right.end].value), right.end + 1
        if end < len(sentence) and sentence[end].kind == "heading" and sentence[end].value == _WAYS_OUT.get(op):
            op, end = str(sentence[end].value), end + 1  # "从30以下回升"
        conditions = tuple(Compare(op, left, operand) for operand in right.operands if operand != left)
        if not conditions:
            return None
        made = settled(self.context, conditions[0], end)
        return made if len(conditions) == 1 else (AllOf(conditions), end)

    def both_of(self, sentence: list[Token], right: Found) -> Found:
        """``在20日均线和60日均线之上``."""
        if right.end >= len(sentence) or sentence[right.end].kind not in ("and", "list"):
            return right
        more = read_operands(sentence, right.end + 1, self.context)
        if more is None or not averages_only(right.operands + more.operands):
            return right
        if more.end >= len(sentence) or sentence[more.end].kind != "post":
            return right
        return Found(right.operands + more.operands, more.end, True)

    def between(self, sentence: list[Token], place: int, left: Operand) -> Read | None:
        parts = sentence[place + 1 : place + 4]
        kinds = [part.kind for part in parts]
        if len(parts) == 3 and kinds[0] == kinds[2] == "num" and kinds[1] in ("and", "list", "to"):
            return self.within(float(parts[0].value), float(parts[2].value), left, place + 4)
        return None

    def within(self, first: float, second: float, left: Operand, end: int) -> Read:
        low, high = sorted((first, second))
        self.context.subject = left
        return AllOf((Compare("gt", left, Number(low)), Compare("lt", left, Number(high)))), end

    def beside(self, token: Token, place: int, operand: Operand) -> Read | None:
        """``70以上``; ``布林带中轨上方`` is where the price is."""
        if isinstance(operand, Number):
            return self.beyond(token, place, operand)
        line = isinstance(operand, IndicatorUse) and operand.name in (*MOVING_AVERAGES, *BANDS)
        return settled(self.context, Compare(str(token.value), CLOSE, operand), place + 1) if line else None

    def beyond(self, token: Token, place: int, figure: Number) -> Read | None:
        """``70以上`` with the indicator named before; ``零轴上方`` is MACD's."""
        known = self.context.subject
        if figure.value == 0 and not (isinstance(known, IndicatorUse) and known.name in OSCILLATORS):
            known = self.context.latest("MACD")
            known = IndicatorUse("MACD", known.params, "macd") if known is not None else None
        if not isinstance(known, IndicatorUse) or known.name not in OSCILLATORS:
            return None
        return settled(self.context, Compare(str(token.value), known, figure), place + 1)

    def than(self, sentence: list[Token], place: int, left: Side) -> Read | None:
        """``ATR比前一根大``."""
        source = left.operands[0] if left else self.context.subject
        if source is None or isinstance(source, Number):
            return None
        right = read_operands(sentence, place + 1, self.context)
        if right is not None:
            target, end = right.operands[0], right.end
        else:
            offset, end = earlier(sentence, place + 1)
            if not offset:
                return None
            target = shifted(source, offset)
        end = past(sentence, end)
        if end >= len(sentence) or sentence[end].kind != "size" or target == source:
            return None
        return settled(self.context, Compare(str(sentence[end].value), source, target), end + 1)

    def shape(self, sentence: list[Token], place: int, left: Side) -> Read | None:
        token = sentence[place]
        op = str(token.value)
        if token.kind == "flow":
            if any(part.kind == "times" for part in sentence[place + 1 : place + 3]):
                return None
            right = read_operands(sentence, place + 1, self.context) if past(sentence, place + 1) > place + 1 else None
            if right is not None and right.end < len(sentence) and sentence[right.end].kind == "post":
                return settled(self.context, Compare(op, PriceUse("volume"), right.operands[0]), right.end + 1)
            return shapes.volume(op, self.context), place + 1
        if token.kind == "trend":
            known = self.context.subject
            operand = left.operands[0] if left else known if isinstance(known, IndicatorUse) else None
            made = shapes.trend(op, operand) if operand is not None else None
            return settled(self.context, made, place + 1) if made is not None else None
        operands, end = left.operands, place + 1
        if not averages_only(operands) and end < len(sentence) and sentence[end].kind == "open":
            operands, end = self.listed(sentence, end + 1)
        stack = shapes.stacked(op, operands, self.context)
        return (stack, end) if stack is not None else None

    def run(self, sentence: list[Token], place: int) -> Read | None:
        """``连跌三天``: so many closes in a row, each below the one before."""
        at = past(sentence, place + 1)
        if at >= len(sentence) or sentence[at].kind not in ("days", "bars") or sentence[at].used:
            return None
        step = Compare(str(sentence[place].value), CLOSE, shifted(CLOSE, 1))
        made = step if sentence[at].value == 1 else shapes.repeated(step, float(sentence[at].value))
        return (made, at + 1) if made is not None else None

    def listed(self, sentence: list[Token], place: int) -> tuple[tuple[Operand, ...], int]:
        """``（5、10、20）`` behind averages that were named without their periods."""
        known = self.context.latest(*MOVING_AVERAGES)
        found: list[Operand] = []
        while place < len(sentence) and (sentence[place].kind in COUNTS or sentence[place].kind in ("list", "soft")):
            if sentence[place].kind in COUNTS and float(sentence[place].value).is_integer():
                period = (("period", float(sentence[place].value)),)
                found.append(IndicatorUse(known.name if known is not None else "SMA", period))
            place += 1
        return tuple(found), place

    def sign(self, token: Token, place: int, left: Side) -> Read | None:
        """``MACD柱为正``."""
        operand = left.operands[0] if left else self.context.subject
        if not isinstance(operand, IndicatorUse) or operand.name not in OSCILLATORS:
            return None
        return settled(self.context, Compare(str(token.value), operand, Number(0)), place + 1)
