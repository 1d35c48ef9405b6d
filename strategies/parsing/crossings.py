"""Crossings and turns: golden crosses, ``crosses from below``, ``回到``, ``touches``, ``makes a new high``."""

from dataclasses import dataclass

from strategies.conditions import (
    Compare,
    IndicatorUse,
    Number,
    Operand,
    PriceUse,
)
from strategies.grammar import MOVING_AVERAGES
from strategies.parsing import shapes
from strategies.parsing.context import COUNTS, OSCILLATORS, Context, averages_of
from strategies.parsing.crosses import (
    CLOSE,
    averages_only,
    cross_pair,
    same_series,
)
from strategies.parsing.operands import read_operands
from strategies.parsing.sides import Read, Side, past, same_band, settled
from strategies.parsing.tokens import Token


@dataclass(slots=True)
class Crossings:
    plain: str
    context: Context

    def named_cross(self, sentence: list[Token], place: int, left: Side) -> Read | None:
        """Golden and death cross: the fast line over or under the slow one."""
        op, end = str(sentence[place].value), place + 1
        operands = left.operands
        if not operands:
            operands, end = self.named_behind(sentence, end)
        elif len(operands) == 1 and end < len(sentence) and sentence[end].kind in ("ind", "days", "bars"):
            other = read_operands(sentence, end, self.context)  # "10日线金叉30日线"
            if other is not None and averages_only(operands + other.operands):
                operands, end = operands + other.operands, other.end
        pair = cross_pair(operands, self.context)
        return settled(self.context, Compare(op, *pair), end) if pair is not None else None

    def named_behind(self, sentence: list[Token], end: int) -> tuple[tuple[Operand, ...], int]:
        """``golden cross of the 50 and 200 day averages``."""
        at = past(sentence, end)
        while at < len(sentence) and (sentence[at].kind in ("between", "open") or self._is_on(sentence[at])):
            at = past(sentence, at + 1)
        if at >= len(sentence) or sentence[at].kind not in ("ind", "days", "bars", "num"):
            return (), end
        if [token.kind for token in sentence[at : at + 3]] == ["num", "list", "num"]:
            kind = self.context.latest(*MOVING_AVERAGES)
            pair = averages_of(
                kind.name if kind is not None else "SMA", [s.value for s in sentence[at : at + 3 : 2]], at + 3
            )
            return (pair.operands, pair.end) if pair is not None else ((), end)
        more = read_operands(sentence, at, self.context)
        if more is None or not all(isinstance(operand, IndicatorUse) for operand in more.operands):
            return (), end
        if len(more.operands) == 1 and more.end < len(sentence) and sentence[more.end].kind in ("and", "list"):
            other = read_operands(sentence, more.end + 1, self.context)
            if other is not None and averages_only(more.operands + other.operands):
                return more.operands + other.operands, other.end
        return more.operands, more.end

    def _is_on(self, token: Token) -> bool:
        return token.kind == "when" and self.plain[token.start : token.end] == "on"

    def toned(self, sentence: list[Token], place: int) -> Read | None:
        """``bullish MACD crossover``."""
        found = read_operands(sentence, place + 1, self.context)
        if found is None or found.end >= len(sentence) or sentence[found.end].kind != "generic":
            return None
        pair = cross_pair(found.operands, self.context)
        return (
            settled(self.context, Compare(str(sentence[place].value), *pair), found.end + 1)
            if pair is not None
            else None
        )

    def turn(self, token: Token, place: int, left: Side) -> Read | None:
        operand = left.operands[0] if left else self.context.subject
        words = self.plain[token.start : token.end]
        if isinstance(operand, IndicatorUse) and operand.name == "MACD" and ("红" in words or "绿" in words):
            operand = IndicatorUse("MACD", operand.params, "hist", operand.offset)
        if operand is None and ("红" in words or "绿" in words):
            known = self.context.latest("MACD")
            operand = IndicatorUse("MACD", known.params, "hist") if known is not None else None
        if not isinstance(operand, IndicatorUse) or operand.name not in OSCILLATORS:
            return None
        return settled(self.context, Compare(str(token.value), operand, Number(0)), place + 1)

    def headed(self, sentence: list[Token], place: int, left: Side) -> Read | None:
        """``crosses X from below``: the way is told behind the other side, or before it."""
        at = place + 1
        heading = sentence[at] if at < len(sentence) and sentence[at].kind == "heading" else None
        if heading is not None:
            at += 1
        right = read_operands(sentence, at, self.context)
        end = right.end if right is not None else at
        if heading is None and end < len(sentence) and sentence[end].kind == "heading":
            heading, end = sentence[end], end + 1
        return self.crossed(heading, left, right.operands if right is not None else (), end)

    def heading(self, sentence: list[Token], place: int, left: Side) -> Read | None:
        """``从下往上穿过40``; an average ``向上`` is a rising one."""
        at = place + 1
        if at < len(sentence) and sentence[at].kind == "generic":
            right = read_operands(sentence, at + 1, self.context)
            if right is not None:
                return self.crossed(sentence[place], left, right.operands, right.end)
            return None
        if not left:
            return None
        made = shapes.trend("gt" if sentence[place].value == "cross_above" else "lt", left.operands[0])
        return settled(self.context, made, at) if made is not None else None

    def crossed(self, heading: Token | None, left: Side, right: tuple[Operand, ...], end: int) -> Read | None:
        pair = self.context.pair
        subject = self.context.subject
        if right and left:
            pair = (left.operands[0], right[0])
        elif right and subject is not None and not same_series(subject, right[0]):
            pair = (subject, right[0])
        elif right or left:
            pair = cross_pair(left.operands, self.context) if not right and len(left.operands) == 2 else None
        if heading is None or pair is None or pair[0] == pair[1]:
            return None
        return settled(self.context, Compare(str(heading.value), *pair), end)

    def returned(self, sentence: list[Token], place: int, left: Side) -> Read | None:
        """``回到中轨上方``: a cross, since it was on the other side before."""
        right = read_operands(sentence, place + 1, self.context)
        if right is None:
            return None
        behind = sentence[right.end] if right.end < len(sentence) else None
        op, end = sentence[place].value, right.end
        target = right.operands[0]
        source = left.operands[0] if left else self.context.subject
        if behind is not None and behind.kind == "post":
            back = op not in ("ge", "le")  # "跌到25以下" is a place, "回到中轨上方" a way
            op, end = (("cross_above" if behind.value == "gt" else "cross_below") if back else behind.value), end + 1
        elif op is None and isinstance(target, IndicatorUse) and target.line == "middle":
            op = self.way_back(target)
        bounds = {"upper": ("ge", "high"), "lower": ("le", "low")}
        line = target.line if isinstance(target, IndicatorUse) and target.name == "BOLL" and right.named_line else ""
        if line in bounds and op == bounds[line][0]:
            source = PriceUse(bounds[line][1])  # "涨到上轨": the bar's high reaches it
        banded_source = isinstance(source, IndicatorUse) and same_band(source, target)
        if isinstance(target, IndicatorUse) and (source is None or banded_source):
            source = CLOSE
        if op is None or source is None or same_series(source, target):
            return None
        if isinstance(source, Number) and isinstance(target, Number):
            return None
        return settled(self.context, Compare(str(op), source, target), end)

    def way_back(self, middle: IndicatorUse) -> str | None:
        """Back to the middle band: up from below when the lower band was broken, down when the upper one was."""
        pair = self.context.last
        if pair is None or not isinstance(pair[1], IndicatorUse) or pair[1].name != middle.name:
            pair = self.context.pair
        if pair is None or not isinstance(pair[1], IndicatorUse) or pair[1].name != middle.name:
            return None
        ways = {"lower": "cross_above", "upper": "cross_below"}
        return ways.get(pair[1].line or "")

    def extreme(self, sentence: list[Token], place: int, left: Side) -> Read | None:
        """``makes a 20-day high``: beyond everything of the bars before."""
        right = read_operands(sentence, place + 1, self.context)
        use = right.operands[0] if right is not None else None
        if right is not None and isinstance(use, IndicatorUse) and use.name == "BOLL":
            return self.touched(sentence, place, left)
        if right is None or not isinstance(use, IndicatorUse) or use.name != "DONCHIAN":
            return None
        source = left.operands[0] if left and isinstance(left.operands[0], PriceUse) else CLOSE
        op = "cross_above" if use.line == "upper" else "cross_below"
        return settled(self.context, Compare(op, source, use), right.end)

    def touched(self, sentence: list[Token], place: int, left: Side) -> Read | None:
        """``touches the lower band``: the bar's low reaches it."""
        right = read_operands(sentence, place + 1, self.context)
        use = right.operands[0] if right is not None else None
        if right is None or not isinstance(use, IndicatorUse) or use.line not in ("upper", "lower"):
            return None
        if not right.named_line:
            return None
        op, price = ("ge", "high") if use.line == "upper" else ("le", "low")
        return settled(self.context, Compare(op, PriceUse(price), use), right.end)

    def reached(self, before: Token, line: Operand, end: int) -> Read | None:
        """``到中轨走``, ``到上轨卖``."""
        if not self.plain.startswith("到", before.start) or not isinstance(line, IndicatorUse) or line.name != "BOLL":
            return None
        if line.line == "middle":
            way = self.way_back(line)
            return settled(self.context, Compare(way, CLOSE, line), end) if way is not None else None
        op, price = ("ge", "high") if line.line == "upper" else ("le", "low")
        return settled(self.context, Compare(op, PriceUse(price), line), end)

    def standing_alone(self, sentence: list[Token], place: int, use: Operand, end: int) -> Read | None:
        """``enter on a 20-day high``: the break of it."""
        if not isinstance(use, IndicatorUse) or use.name != "DONCHIAN" or sentence[place].kind not in COUNTS:
            return None
        before = place - 1
        while before >= 0 and sentence[before].kind == "filler":
            before -= 1
        if before < 0 or sentence[before].kind not in ("when", "act", "at"):
            return None
        return settled(self.context, Compare("cross_above" if use.line == "upper" else "cross_below", CLOSE, use), end)
