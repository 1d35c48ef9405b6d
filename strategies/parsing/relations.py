"""One comparison at a place of a sentence, in the many ways that people put it."""

from dataclasses import dataclass, replace

from strategies.conditions import (
    MIRRORED,
    OPPOSITES,
    AllOf,
    Compare,
    Condition,
    IndicatorUse,
    Negation,
    Number,
    Operand,
    PriceUse,
)
from strategies.parsing import shapes
from strategies.parsing.context import COUNTS, Context
from strategies.parsing.crosses import (
    BANDS,
    CLOSE,
    OSCILLATORS,
    averages_only,
    banded,
    cross_pair,
    same_params,
    same_series,
)
from strategies.parsing.operands import earlier, read_operands, shifted
from strategies.parsing.tokens import Token
from strategies.spec import MOVING_AVERAGES

# words that speak of the price when nobody else is named
_PRICE_WORDS = ("突破", "跌破", "站上", "站稳", "升破", "涨破", "失守", "击穿", "break", "fall", "drop", "dip", "close")
_EITHER_WAY = ("突破", "breaks", "breaks through", "break", "break of", "breakout of", "breakout", "breaking", "破")
_OPERANDS = frozenset(
    ("ind", "line", "price", "num", "days", "bars", "letter", "kline", "back", "zero", "speed", "candle", "open")
)
_RELATIONS = frozenset(
    (
        "rel",
        "cross",
        "turn",
        "again",
        "generic",
        "returned",
        "makes",
        "heading",
        "touch",
        "trend",
        "stack",
        "flow",
        "tone",
    )
)

_WAYS_OUT = {"lt": "cross_above", "gt": "cross_below"}

Read = tuple[Condition, int]  # what was read, and the index of the token behind it


@dataclass(slots=True)
class Side:
    """The left side of a comparison; ``named`` tells whether its line was said."""

    operands: tuple[Operand, ...] = ()
    named: bool = True

    def __bool__(self) -> bool:
        return bool(self.operands)


@dataclass(slots=True)
class Comparisons:
    """Reads comparisons; what was spoken of before is in ``context``."""

    plain: str
    context: Context

    def read(self, sentence: list[Token], place: int) -> Read | None:
        """The comparison that starts at ``place``."""
        token = sentence[place]
        if token.kind == "both":
            return self._of_both(sentence, place)
        if token.kind in COUNTS or token.kind == "candle":
            found = self._candles(sentence, place)
            if found is not None:
                return found
        if token.kind in _OPERANDS and token.kind != "open":
            return self._from_operand(sentence, place)
        if token.kind in _RELATIONS or (token.kind == "neg" and _negates(sentence, place)):
            return self._relation(sentence, place, Side())
        return None

    # --- where it starts ---------------------------------------------------------------------------------------

    def _from_operand(self, sentence: list[Token], place: int) -> Read | None:
        self.context.left = None
        left = read_operands(sentence, place, self.context)
        if left is None:
            return None
        operands, end = left.operands, left.end
        # "MA5 and MA20 golden cross", "5日线、10日线金叉"
        if end < len(sentence) and sentence[end].kind in ("list", "and", "soft"):
            more = read_operands(sentence, end + 1, self.context)
            if more is not None and averages_only(operands + more.operands):
                behind = _past(sentence, more.end)
                kinds = ("cross", "stack") if sentence[end].kind == "soft" else ("cross", "rel", "turn", "stack")
                if behind < len(sentence) and sentence[behind].kind in kinds:
                    operands, end = operands + more.operands, more.end
        found = self._relation(sentence, end, Side(operands, left.named_line))
        if found is None and place and sentence[place - 1].kind == "at":
            found = self._reached(sentence[place - 1], operands[0], end)
        return found or self._standing_alone(sentence, place, operands[0], end)

    def _reached(self, before: Token, line: Operand, end: int) -> Read | None:
        """``到中轨走``, ``到上轨卖``."""
        if not self.plain.startswith("到", before.start) or not isinstance(line, IndicatorUse) or line.name != "BOLL":
            return None
        if line.line == "middle":
            way = self._way_back(line)
            return self._done(Compare(way, CLOSE, line), end) if way is not None else None
        op, price = ("ge", "high") if line.line == "upper" else ("le", "low")
        return self._done(Compare(op, PriceUse(price), line), end)

    def _standing_alone(self, sentence: list[Token], place: int, use: Operand, end: int) -> Read | None:
        """``enter on a 20-day high``: the break of it."""
        if not isinstance(use, IndicatorUse) or use.name != "DONCHIAN" or sentence[place].kind not in COUNTS:
            return None
        before = place - 1
        while before >= 0 and sentence[before].kind == "filler":
            before -= 1
        if before < 0 or sentence[before].kind not in ("when", "act", "at"):
            return None
        return self._done(Compare("cross_above" if use.line == "upper" else "cross_below", CLOSE, use), end)

    def _candles(self, sentence: list[Token], place: int) -> Read | None:
        count, at = 1.0, place
        if sentence[place].kind in COUNTS:
            count, at = float(sentence[place].value), _skip(sentence, place + 1, "filler")
        if at >= len(sentence) or sentence[at].kind != "candle" or sentence[at].used:
            return None
        made = shapes.candles(str(sentence[at].value), count)
        self.context.subject = CLOSE
        return (made, at + 1) if made is not None else None

    def _of_both(self, sentence: list[Token], place: int) -> Read | None:
        """``both are below 20``: the two sides of the cross before."""
        at = _past(sentence, place + 1)
        pair = self.context.pair
        if pair is None or at >= len(sentence) or sentence[at].kind not in ("rel", "neg", "num"):
            return None
        if sentence[at].kind != "num":
            return self._relation(sentence, at, Side(pair))
        first, second = (self._placed(sentence, at, operand, True) for operand in pair)
        return (AllOf((first[0], second[0])), first[1]) if first is not None and second is not None else None

    # --- the relation ------------------------------------------------------------------------------------------

    def _relation(self, sentence: list[Token], place: int, left: Side) -> Read | None:
        behind = _past(sentence, place)
        at_word = any(token.kind == "at" for token in sentence[place:behind])
        place = self._past_vague(sentence, behind, left)
        if (
            left
            and place + 1 < len(sentence)
            and sentence[place].kind == "streak"
            and sentence[place + 1].kind in COUNTS
        ):
            # "收盘价连续两天高于…"
            found = self._relation(sentence, place + 2, left)
            repeated = shapes.repeated(found[0], float(sentence[place + 1].value)) if found is not None else None
            return (repeated, found[1]) if repeated is not None and found is not None else None
        negated = place < len(sentence) and sentence[place].kind == "neg" and _negates(sentence, place)
        place += negated
        if place + 1 < len(sentence) and sentence[place].kind == "heading" and sentence[place + 1].kind == "rel":
            place += 1  # "从下方上穿"
        if place >= len(sentence) or sentence[place].used:
            return None
        found = self._of_kind(sentence, place, left, at_word)
        if found is None or not negated:
            return found
        condition, end = found
        if isinstance(condition, Compare) and condition.op in OPPOSITES:
            return Compare(OPPOSITES[condition.op], condition.left, condition.right), end
        return Negation(condition), end

    def _past_vague(self, sentence: list[Token], place: int, left: Side) -> int:
        """``RSI超卖（低于25）``, ``KDJ低位金叉``: the number or the cross says what is meant."""
        if not left or place >= len(sentence) or sentence[place].kind != "vague":
            return place
        at = _skip(sentence, place + 1, "open", "filler", "at", "when")
        behind = _skip(sentence, at + 1, "num") if at < len(sentence) and sentence[at].kind == "num" else at
        told = behind < len(sentence) and sentence[behind].kind in ("rel", "cross", "post")
        return at if told else place

    def _of_kind(self, sentence: list[Token], place: int, left: Side, at_word: bool) -> Read | None:
        token = sentence[place]
        match token.kind:
            case "cross":
                return self._named_cross(sentence, place, left)
            case "tone":
                return self._toned(sentence, place)
            case "turn":
                return self._turn(token, place, left)
            case "rel":
                return self._compared(sentence, place, left)
            case "again":
                pair = self.context.pair
                return (Compare(MIRRORED[self.context.pair_op], *pair), place + 1) if not left and pair else None
            case "generic":
                return self._headed(sentence, place, left)
            case "heading":
                return self._heading(sentence, place, left)
            case "returned":
                return self._returned(sentence, place, left)
            case "makes":
                return self._extreme(sentence, place, left)
            case "touch":
                return self._touched(sentence, place, left)
            case "trend" | "stack" | "flow":
                return self._shape(sentence, place, left)
            case "than":
                return self._than(sentence, place, left)
            case "sign":
                operand = left.operands[0] if left else self.context.subject
                if not isinstance(operand, IndicatorUse) or operand.name not in OSCILLATORS:
                    return None
                return self._done(Compare(str(token.value), operand, Number(0)), place + 1)
            case "between":
                return self._between(sentence, place, left.operands[0]) if left else None
            case "post" if len(left.operands) == 1 and isinstance(left.operands[0], Number):
                return self._beyond(token, place, left.operands[0])
        return self._placed(sentence, place, left.operands[0], at_word) if left else None

    def _done(self, condition: Condition, end: int) -> Read:
        if isinstance(condition, Compare):
            left, right = condition.left, condition.right
            self.context.subject = left if not isinstance(left, Number) else right
            self.context.reference = right if isinstance(right, IndicatorUse) else left
            if isinstance(right, IndicatorUse) and same_series(left, right):
                self.context.reference = left
            if condition.op.startswith("cross"):
                self.context.pair, self.context.pair_op = (left, right), condition.op
        return condition, end

    def _named_cross(self, sentence: list[Token], place: int, left: Side) -> Read | None:
        """Golden and death cross: the fast line over or under the slow one."""
        op, end = str(sentence[place].value), place + 1
        operands = left.operands
        if not operands:
            operands, end = self._named_behind(sentence, end)
        elif len(operands) == 1 and end < len(sentence) and sentence[end].kind in ("ind", "days", "bars"):
            other = read_operands(sentence, end, self.context)  # "10日线金叉30日线"
            if other is not None and averages_only(operands + other.operands):
                operands, end = operands + other.operands, other.end
        pair = cross_pair(operands, self.context)
        return self._done(Compare(op, *pair), end) if pair is not None else None

    def _named_behind(self, sentence: list[Token], end: int) -> tuple[tuple[Operand, ...], int]:
        """``golden cross of the 50 and 200 day averages``."""
        at = _past(sentence, end)
        if at < len(sentence) and sentence[at].kind in ("between", "open"):
            at += 1
        if at >= len(sentence) or sentence[at].kind not in ("ind", "days", "bars", "num"):
            return (), end
        more = read_operands(sentence, at, self.context)
        if more is None or not all(isinstance(operand, IndicatorUse) for operand in more.operands):
            return (), end
        if len(more.operands) == 1 and more.end < len(sentence) and sentence[more.end].kind in ("and", "list"):
            other = read_operands(sentence, more.end + 1, self.context)
            if other is not None and averages_only(more.operands + other.operands):
                return more.operands + other.operands, other.end
        return more.operands, more.end

    def _toned(self, sentence: list[Token], place: int) -> Read | None:
        """``bullish MACD crossover``."""
        found = read_operands(sentence, place + 1, self.context)
        if found is None or found.end >= len(sentence) or sentence[found.end].kind != "generic":
            return None
        pair = cross_pair(found.operands, self.context)
        return self._done(Compare(str(sentence[place].value), *pair), found.end + 1) if pair is not None else None

    def _turn(self, token: Token, place: int, left: Side) -> Read | None:
        operand = left.operands[0] if left else self.context.subject
        words = self.plain[token.start : token.end]
        if isinstance(operand, IndicatorUse) and operand.name == "MACD" and ("红" in words or "绿" in words):
            operand = IndicatorUse("MACD", operand.params, "hist", operand.offset)
        if operand is None and ("红" in words or "绿" in words):
            known = self.context.latest("MACD")
            operand = IndicatorUse("MACD", known.params, "hist") if known is not None else None
        if not isinstance(operand, IndicatorUse) or operand.name not in OSCILLATORS:
            return None
        return self._done(Compare(str(token.value), operand, Number(0)), place + 1)

    def _compared(self, sentence: list[Token], place: int, left: Side) -> Read | None:
        token = sentence[place]
        op, at = str(token.value), place + 1
        if op in MIRRORED and at < len(sentence) and sentence[at].kind == "rel":
            at += 1  # "breaks out above", "rises back above"
        self.context.left = left.operands[0] if left else self.context.subject
        right = read_operands(sentence, at, self.context)
        self.context.left = None
        if right is None:
            return self._one_sided(sentence, place, at, left)
        end = right.end
        if any(part.kind == "times" for part in sentence[end : end + 2]):
            return None  # "1.5 times the average" is outside of the spec: nothing rather than something else
        words = self.plain[token.start : token.end]
        first = right.operands[0]
        if op == "cross_above" and words in _EITHER_WAY and _is_lower(first):
            op = "cross_below"
        sources = left.operands
        if not sources:
            subject = self._subject(token, first)
            if subject is None:
                return None
            sources = (subject,)
        if len(sources) == 1 and not left.named and _same_band(sources[0], first):
            sources = (CLOSE,)  # "布林带突破上轨"
        conditions = _pairs(op, sources, right.operands, right.named_line)
        if conditions is None:
            return None
        if end < len(sentence) and sentence[end].kind == "post" and not sentence[end].used:
            sentence[end].used = True
            end += 1
        if len(left.operands) < 2 and len(conditions) == 1:
            conditions, end = self._chained(sentence, end, conditions)
        for condition in conditions[1:]:
            self._done(condition, end)
        made = self._done(conditions[0], end)
        return made if len(conditions) == 1 else (AllOf(tuple(conditions)), end)

    def _chained(self, sentence: list[Token], end: int, conditions: list[Compare]) -> tuple[list[Compare], int]:
        """``5日大于10日大于20日``."""
        while end < len(sentence) and len(conditions) < 8 and not sentence[end].used:
            token = sentence[end]
            if token.kind != "rel" or token.value != conditions[-1].op or token.value in MIRRORED:
                break
            right = read_operands(sentence, end + 1, self.context)
            if right is None or isinstance(conditions[-1].right, Number) or right.operands[0] == conditions[-1].right:
                break
            conditions.append(Compare(str(token.value), conditions[-1].right, right.operands[0]))
            end = right.end
        return conditions, end

    def _one_sided(self, sentence: list[Token], place: int, at: int, left: Side) -> Read | None:
        """A relation with nothing readable behind it: what was spoken of before, or the operand in front."""
        token = sentence[place]
        op = str(token.value)
        if at < len(sentence) and sentence[at].kind == "pct" and left and isinstance(left.operands[0], IndicatorUse):
            sentence[at].used = True
            return self._done(Compare(op, left.operands[0], Number(float(sentence[at].value))), at + 1)
        offset, end = earlier(sentence, at)
        source = left.operands[0] if left else self.context.subject
        if offset and source is not None and not isinstance(source, Number):
            return self._done(Compare(op, source, shifted(source, offset)), end)  # "higher than one bar ago"
        if op not in MIRRORED:
            return self._same_two(op, at) if not left else None
        if not left:
            pair = self.context.pair or cross_pair((), self.context)
            return self._done(Compare(op, *pair), at) if pair is not None else None
        use = left.operands[0]
        if not isinstance(use, IndicatorUse) or len(left.operands) > 1:
            pair = cross_pair(left.operands, self.context) if len(left.operands) == 2 else None
            return self._done(Compare(op, *pair), at) if pair is not None else None
        if use.name in ("MACD", "KDJ") and not left.named:
            pair = cross_pair((use,), self.context)  # "MACD crosses up"
            return self._done(Compare(op, *pair), at) if pair is not None else None
        words = self.plain[token.start : token.end]
        if use.name in (*MOVING_AVERAGES, *BANDS) and words.startswith(_PRICE_WORDS):
            if op == "cross_above" and words in _EITHER_WAY and _is_lower(use):
                op = "cross_below"
            return self._done(Compare(op, CLOSE, banded(op, use, left.named)), at)  # "20日线跌破"
        return None

    def _same_two(self, op: str, end: int) -> Read | None:
        """``short when it's under``: what was compared before, the other way."""
        subject, reference = self.context.subject, self.context.reference
        if subject is None or not isinstance(reference, IndicatorUse) or same_series(subject, reference):
            return None
        return self._done(Compare(op, subject, reference), end)

    def _headed(self, sentence: list[Token], place: int, left: Side) -> Read | None:
        """``crosses X from below``: the way is told behind the other side, or before it."""
        at = place + 1
        heading = sentence[at] if at < len(sentence) and sentence[at].kind == "heading" else None
        if heading is not None:
            at += 1
        right = read_operands(sentence, at, self.context)
        end = right.end if right is not None else at
        if heading is None and end < len(sentence) and sentence[end].kind == "heading":
            heading, end = sentence[end], end + 1
        return self._crossed(heading, left, right.operands if right is not None else (), end)

    def _heading(self, sentence: list[Token], place: int, left: Side) -> Read | None:
        """``从下往上穿过40``; an average ``向上`` is a rising one."""
        at = place + 1
        if at < len(sentence) and sentence[at].kind == "generic":
            right = read_operands(sentence, at + 1, self.context)
            if right is not None:
                return self._crossed(sentence[place], left, right.operands, right.end)
            return None
        if not left:
            return None
        made = shapes.trend("gt" if sentence[place].value == "cross_above" else "lt", left.operands[0])
        return self._done(made, at) if made is not None else None

    def _crossed(self, heading: Token | None, left: Side, right: tuple[Operand, ...], end: int) -> Read | None:
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
        return self._done(Compare(str(heading.value), *pair), end)

    def _returned(self, sentence: list[Token], place: int, left: Side) -> Read | None:
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
            op = self._way_back(target)
        banded_source = isinstance(source, IndicatorUse) and _same_band(source, target)
        if isinstance(target, IndicatorUse) and (source is None or banded_source):
            source = CLOSE
        if op is None or source is None or same_series(source, target):
            return None
        if isinstance(source, Number) and isinstance(target, Number):
            return None
        return self._done(Compare(str(op), source, target), end)

    def _way_back(self, middle: IndicatorUse) -> str | None:
        """Back to the middle band: up from below when the lower band was broken, down when the upper one was."""
        pair = self.context.pair
        if pair is None or not isinstance(pair[1], IndicatorUse) or pair[1].name != middle.name:
            return None
        ways = {"lower": "cross_above", "upper": "cross_below"}
        return ways.get(pair[1].line or "")

    def _extreme(self, sentence: list[Token], place: int, left: Side) -> Read | None:
        """``makes a 20-day high``: beyond everything of the bars before."""
        right = read_operands(sentence, place + 1, self.context)
        use = right.operands[0] if right is not None else None
        if right is not None and isinstance(use, IndicatorUse) and use.name == "BOLL":
            return self._touched(sentence, place, left)
        if right is None or not isinstance(use, IndicatorUse) or use.name != "DONCHIAN":
            return None
        source = left.operands[0] if left and isinstance(left.operands[0], PriceUse) else CLOSE
        op = "cross_above" if use.line == "upper" else "cross_below"
        return self._done(Compare(op, source, use), right.end)

    def _touched(self, sentence: list[Token], place: int, left: Side) -> Read | None:
        """``touches the lower band``: the bar's low reaches it."""
        right = read_operands(sentence, place + 1, self.context)
        use = right.operands[0] if right is not None else None
        if right is None or not isinstance(use, IndicatorUse) or use.line not in ("upper", "lower"):
            return None
        if not right.named_line:
            return None
        op, price = ("ge", "high") if use.line == "upper" else ("le", "low")
        return self._done(Compare(op, PriceUse(price), use), right.end)

    def _shape(self, sentence: list[Token], place: int, left: Side) -> Read | None:
        token = sentence[place]
        op = str(token.value)
        if token.kind == "flow":
            if any(part.kind == "times" for part in sentence[place + 1 : place + 3]):
                return None
            return shapes.volume(op, self.context), place + 1
        if token.kind == "trend":
            made = shapes.trend(op, left.operands[0]) if left else None
            return self._done(made, place + 1) if made is not None else None
        operands, end = left.operands, place + 1
        if not averages_only(operands) and end < len(sentence) and sentence[end].kind == "open":
            operands, end = self._listed(sentence, end + 1)
        stack = shapes.stacked(op, operands, self.context)
        return (stack, end) if stack is not None else None

    def _listed(self, sentence: list[Token], place: int) -> tuple[tuple[Operand, ...], int]:
        """``（5、10、20）`` behind averages that were named without their periods."""
        known = self.context.latest(*MOVING_AVERAGES)
        found: list[Operand] = []
        while place < len(sentence) and (sentence[place].kind in COUNTS or sentence[place].kind in ("list", "soft")):
            if sentence[place].kind in COUNTS and float(sentence[place].value).is_integer():
                period = (("period", float(sentence[place].value)),)
                found.append(IndicatorUse(known.name if known is not None else "SMA", period))
            place += 1
        return tuple(found), place

    def _than(self, sentence: list[Token], place: int, left: Side) -> Read | None:
        """``ATR比前一根大``."""
        if not left or isinstance(left.operands[0], Number):
            return None
        source: Operand = left.operands[0]
        right = read_operands(sentence, place + 1, self.context)
        if right is not None:
            target, end = right.operands[0], right.end
        else:
            offset, end = earlier(sentence, place + 1)
            if not offset:
                return None
            target = shifted(source, offset)
        end = _past(sentence, end)
        if end >= len(sentence) or sentence[end].kind != "size" or target == source:
            return None
        return self._done(Compare(str(sentence[end].value), source, target), end + 1)

    def _subject(self, token: Token, right: Operand) -> Operand | None:
        """Who is meant when the sentence leaves it out."""
        words = self.plain[token.start : token.end]
        known = self.context.subject
        oscillating = isinstance(known, IndicatorUse) and known.name in OSCILLATORS
        if words.startswith(_PRICE_WORDS) and not (isinstance(right, Number) and oscillating):
            return CLOSE
        fits = isinstance(right, Number) or isinstance(known, PriceUse)
        if isinstance(known, PriceUse) and known.price == "volume" and isinstance(right, IndicatorUse):
            fits = right.name == "VOLUME_SMA"
        if known is not None and not same_series(known, right) and (fits or averages_only((known, right))):
            return known
        if isinstance(right, IndicatorUse) and right.line in ("signal", "d"):
            return replace(right, line="macd" if right.line == "signal" else "k")
        if isinstance(right, IndicatorUse) and right.name in (*MOVING_AVERAGES, *BANDS):
            return CLOSE
        if isinstance(right, Number) and known is None:
            spoken = {use for use in self.context.uses if use.name in OSCILLATORS}
            return spoken.pop() if len(spoken) == 1 else None  # "只用RSI，低于30买入"
        if isinstance(right, IndicatorUse) and right.name == "VOLUME_SMA":
            return PriceUse("volume")
        return None

    def _beyond(self, token: Token, place: int, figure: Number) -> Read | None:
        """``70以上`` with the indicator named before; ``零轴上方`` is MACD's."""
        known = self.context.subject
        if figure.value == 0 and not (isinstance(known, IndicatorUse) and known.name in OSCILLATORS):
            known = self.context.latest("MACD")
            known = IndicatorUse("MACD", known.params, "macd") if known is not None else None
        if not isinstance(known, IndicatorUse) or known.name not in OSCILLATORS:
            return None
        return self._done(Compare(str(token.value), known, figure), place + 1)

    def _between(self, sentence: list[Token], place: int, left: Operand) -> Read | None:
        parts = sentence[place + 1 : place + 4]
        kinds = [part.kind for part in parts]
        if len(parts) == 3 and kinds[0] == kinds[2] == "num" and kinds[1] in ("and", "list", "to"):
            return self._within(float(parts[0].value), float(parts[2].value), left, place + 4)
        return None

    def _within(self, first: float, second: float, left: Operand, end: int) -> Read:
        low, high = sorted((first, second))
        self.context.subject = left
        return AllOf((Compare("gt", left, Number(low)), Compare("lt", left, Number(high)))), end

    def _placed(self, sentence: list[Token], place: int, left: Operand, at_word: bool) -> Read | None:
        """``A 在 B 上方``, ``RSI 30 以下``, ``RSI 在 40 到 60 之间``."""
        if isinstance(left, Number):
            return None
        kinds = [part.kind for part in sentence[place : place + 4]]
        if kinds[:1] == ["num"] and kinds[2:] == ["num", "within"] and kinds[1] in ("at", "to", "and", "list"):
            return self._within(float(sentence[place].value), float(sentence[place + 2].value), left, place + 4)
        right = read_operands(sentence, place, self.context)
        if right is None or right.end >= len(sentence) or sentence[right.end].kind != "post":
            return None
        if not at_word and not isinstance(right.operands[0], Number):
            return None
        op, end = str(sentence[right.end].value), right.end + 1
        if end < len(sentence) and sentence[end].kind == "heading" and sentence[end].value == _WAYS_OUT.get(op):
            op, end = str(sentence[end].value), end + 1  # "从30以下回升"
        conditions = tuple(Compare(op, left, operand) for operand in right.operands if operand != left)
        if not conditions:
            return None
        made = self._done(conditions[0], end)
        return made if len(conditions) == 1 else (AllOf(conditions), end)


def _pairs(
    op: str, sources: tuple[Operand, ...], targets: tuple[Operand, ...], named_line: bool
) -> list[Compare] | None:
    """Each source against each target; None where they are no comparison."""
    conditions: list[Compare] = []
    for source in sources:
        for target in targets:
            left, right = same_params(banded(op, source, True), banded(op, target, named_line))
            if isinstance(left, Number) and isinstance(right, Number):
                return None
            if left == right and not (isinstance(left, IndicatorUse) and not left.complete):
                return None
            conditions.append(Compare(op, left, right))
    return conditions


def _is_lower(operand: Operand) -> bool:
    return isinstance(operand, IndicatorUse) and operand.line == "lower"


def _same_band(left: Operand, right: Operand) -> bool:
    uses = isinstance(left, IndicatorUse) and isinstance(right, IndicatorUse)
    return uses and left.name == right.name and left.name in BANDS  # type: ignore[union-attr]


def _negates(sentence: list[Token], place: int) -> bool:
    return place + 1 < len(sentence) and sentence[place + 1].kind in ("rel", "cross", "turn")


def _past(sentence: list[Token], place: int) -> int:
    while (
        place < len(sentence) and sentence[place].kind in ("filler", "at", "back", "times") and not sentence[place].used
    ):
        place += 1
    return place


def _skip(sentence: list[Token], place: int, *kinds: str) -> int:
    while place < len(sentence) and sentence[place].kind in kinds and not sentence[place].used:
        place += 1
    return place
