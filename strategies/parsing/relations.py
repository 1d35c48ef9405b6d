"""One comparison at a place of a sentence, in the many ways that people put it."""

from dataclasses import replace

from strategies.conditions import (
    MIRRORED,
    OPPOSITES,
    AllOf,
    Compare,
    IndicatorUse,
    Negation,
    Number,
    Operand,
    PriceUse,
)
from strategies.grammar import MOVING_AVERAGES
from strategies.parsing import shapes
from strategies.parsing.context import COUNTS, OSCILLATORS, Context, skip
from strategies.parsing.crosses import (
    BANDS,
    CLOSE,
    averages_only,
    banded,
    cross_pair,
    listed_together,
    same_params,
    same_series,
)
from strategies.parsing.crossings import Crossings
from strategies.parsing.operands import earlier, read_operands, shifted
from strategies.parsing.places import Places
from strategies.parsing.sides import Read, Side, past, same_band, settled
from strategies.parsing.tokens import Token

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
        "run",
        "than",
    )
)

_STREAKS = [["streak", kind] for kind in COUNTS]
_ONE_LINE = ("RSI", "CCI", "ADX", "ROC", "ATR")


class Comparisons:
    """Reads comparisons; what was spoken of before is in ``context``."""

    def __init__(self, plain: str, context: Context) -> None:
        self.plain = plain
        self.context = context
        self.crossings = Crossings(plain, context)
        self.places = Places(context)

    def read(self, sentence: list[Token], place: int) -> Read | None:
        """The comparison that starts at ``place``."""
        token = sentence[place]
        if token.kind == "both":
            return self._of_both(sentence, place)
        if token.kind in COUNTS or token.kind in ("candle", "back"):
            found = self._candles(sentence, place)
            if found is not None:
                return found
        if token.kind in _OPERANDS and token.kind != "open":
            return self._from_operand(sentence, place)
        if token.kind == "post" and place and sentence[place - 1].kind == "at":
            return self._same_two(str(token.value), place + 1)  # "收在下方就平仓"
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
            while (
                more is not None
                and listed_together(operands + more.operands)
                and self._goes_on(sentence, more.end, len(operands))
            ):
                operands, end = operands + more.operands, more.end
                more = read_operands(sentence, end + 1, self.context)
            if more is not None and listed_together(operands + more.operands):
                behind = past(sentence, more.end)
                kinds = ("cross", "stack") if sentence[end].kind == "soft" else ("cross", "rel", "turn", "stack")
                if behind < len(sentence) and sentence[behind].kind in kinds:
                    operands, end = operands + more.operands, more.end
        found = self._relation(sentence, end, Side(operands, left.named_line))
        if found is None and place and sentence[place - 1].kind == "at":
            found = self.crossings.reached(sentence[place - 1], operands[0], end)
        return found or self.crossings.standing_alone(sentence, place, operands[0], end)

    def _goes_on(self, sentence: list[Token], end: int, so_far: int) -> bool:
        """``5日线、10日线、20日线…``: one more of a list, of which no more than eight are read."""
        return so_far < 8 and end + 1 < len(sentence) and sentence[end].kind == "list" and not sentence[end + 1].used

    def _candles(self, sentence: list[Token], place: int) -> Read | None:
        count, at, offset = 1.0, place, 0
        while at < min(len(sentence), place + 4) and sentence[at].kind in ("back", "filler") and not sentence[at].used:
            offset, at = offset + (sentence[at].kind == "back"), at + 1
        if sentence[place].kind in COUNTS:
            count, at = float(sentence[place].value), skip(sentence, place + 1, "filler", "streak")
        if at >= len(sentence) or sentence[at].kind != "candle" or sentence[at].used:
            return None
        made = shapes.candles(str(sentence[at].value), count, offset)
        if made is not None and count > 1:
            beside = [*sentence[max(place - 2, 0) : at], *sentence[at + 1 : at + 3]]
            for token in beside:
                token.used = token.used or token.kind == "streak"
        self.context.subject = CLOSE
        return (made, at + 1) if made is not None else None

    def _of_both(self, sentence: list[Token], place: int) -> Read | None:
        """``both are below 20``: the two sides of the cross before."""
        at = past(sentence, place + 1)
        pair = self.context.pair
        if pair is None or at >= len(sentence) or sentence[at].kind not in ("rel", "neg", "num"):
            return None
        if sentence[at].kind != "num":
            return self._relation(sentence, at, Side(pair))
        first, second = (self.places.placed(sentence, at, operand, True) for operand in pair)
        return (AllOf((first[0], second[0])), first[1]) if first is not None and second is not None else None

    # --- the relation ------------------------------------------------------------------------------------------

    def _relation(self, sentence: list[Token], place: int, left: Side) -> Read | None:
        behind = past(sentence, place)
        at_word = any(token.kind == "at" for token in sentence[place:behind])
        place = self._past_vague(sentence, behind, left)
        if left and [token.kind for token in sentence[place : place + 2]] in _STREAKS:
            return self._repeated(sentence, place, left)
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

    def _repeated(self, sentence: list[Token], place: int, left: Side) -> Read | None:
        """``收盘价连续两天高于…``: so many bars, the newest one now."""
        if place + 2 < len(sentence) and sentence[place + 2].kind == "streak":
            return None
        found = self._relation(sentence, place + 2, left)
        made = shapes.repeated(found[0], float(sentence[place + 1].value)) if found is not None else None
        return (made, found[1]) if made is not None and found is not None else None

    def _past_vague(self, sentence: list[Token], place: int, left: Side) -> int:
        """``RSI超卖（低于25）``, ``KDJ低位金叉``: the number or the cross says what is meant."""
        if not left or place >= len(sentence) or sentence[place].kind != "vague":
            return place
        at = skip(sentence, place + 1, "open", "filler", "at", "when")
        behind = skip(sentence, at + 1, "num") if at < len(sentence) and sentence[at].kind == "num" else at
        told = behind < len(sentence) and sentence[behind].kind in ("rel", "cross", "post")
        return at if told else place

    def _of_kind(self, sentence: list[Token], place: int, left: Side, at_word: bool) -> Read | None:
        token = sentence[place]
        match token.kind:
            case "cross":
                return self.crossings.named_cross(sentence, place, left)
            case "tone":
                return self.crossings.toned(sentence, place)
            case "turn":
                return self.crossings.turn(token, place, left)
            case "rel":
                return self._compared(sentence, place, left)
            case "again":
                pair = self.context.pair
                return (Compare(MIRRORED[self.context.pair_op], *pair), place + 1) if not left and pair else None
            case "generic":
                return self.crossings.headed(sentence, place, left)
            case "heading":
                return self.crossings.heading(sentence, place, left)
            case "returned":
                return self.crossings.returned(sentence, place, left)
            case "makes":
                return self.crossings.extreme(sentence, place, left)
            case "touch":
                return self.crossings.touched(sentence, place, left)
            case "run":
                return self.places.run(sentence, place)
            case "trend" | "stack" | "flow":
                return self.places.shape(sentence, place, left)
            case "than":
                return self.places.than(sentence, place, left)
            case "sign":
                return self.places.sign(token, place, left)
            case "between":
                return self.places.between(sentence, place, left.operands[0]) if left else None
            case "post" if len(left.operands) == 1:
                return self.places.beside(token, place, left.operands[0])
        return self.places.placed(sentence, place, left.operands[0], at_word) if left else None

    def _compared(self, sentence: list[Token], place: int, left: Side) -> Read | None:
        token = sentence[place]
        op, at = str(token.value), place + 1
        if op in MIRRORED and at < len(sentence) and sentence[at].kind == "rel" and _agree(op, str(sentence[at].value)):
            at += 1  # "breaks out above", "rises back above"; but "crosses up below zero" says two things
        self.context.left = left.operands[0] if left else self.context.subject
        right = read_operands(sentence, at, self.context)
        self.context.left = None
        if right is None:
            return self._one_sided(sentence, place, at, left)
        end = right.end
        op, end = self._headed(sentence, op, end, token)
        if any(part.kind == "times" for part in sentence[end : end + 2]):
            return None  # "1.5 times the average" is outside of the spec: nothing rather than something else
        words = self.plain[token.start : token.end].removeprefix("a ")
        first = right.operands[0]
        if op == "cross_above" and words in _EITHER_WAY and _is_lower(first):
            op = "cross_below"
        if op == "gt" and words.endswith(("outside", "beyond")) and _is_lower(first):
            op = "lt"
        sources = tuple(self._as_average(operand, first) for operand in left.operands)
        if not sources:
            subject = self._subject(token, first)
            if subject is None:
                return None
            sources = (subject,)
        if len(sources) == 1 and not left.named and same_band(sources[0], first):
            sources = (CLOSE,)  # "布林带突破上轨"
        targets = tuple(self._as_average(operand, sources[0]) for operand in right.operands)
        targets, end = self._more_averages(sentence, targets, end)
        conditions = _pairs(op, sources, targets, right.named_line)
        if conditions is None:
            return None
        if end < len(sentence) and sentence[end].kind == "post" and not sentence[end].used:
            sentence[end].used = True
            end += 1
        if len(left.operands) < 2 and len(conditions) == 1:
            conditions, end = self._chained(sentence, end, conditions)
        for condition in conditions[1:]:
            settled(self.context, condition, end)
        made = settled(self.context, conditions[0], end)
        return made if len(conditions) == 1 else (AllOf(tuple(conditions)), end)

    def _headed(self, sentence: list[Token], op: str, end: int, token: Token) -> tuple[str, int]:
        """``goes through 100 from above``: the way is told behind, where the verb leaves it open."""
        if op not in MIRRORED or end >= len(sentence) or sentence[end].kind != "heading" or sentence[end].used:
            return op, end
        open_way = self.plain[token.start : token.end].endswith(("through", "突破", "击穿"))
        way = str(sentence[end].value)
        return (way, end + 1) if way == op or open_way else (op, end)

    def _as_average(self, operand: Operand, other: Operand) -> Operand:
        """``the 5 drops below the 20``: a bare figure that is the period of an average spoken of."""
        if not isinstance(operand, Number) or (isinstance(other, IndicatorUse) and other.name not in MOVING_AVERAGES):
            return operand
        if isinstance(other, PriceUse) and other.price == "volume":
            return operand
        periods = {use.params_dict()["period"]: use for use in self.context.averages()}
        return periods.get(operand.value, operand)

    def _more_averages(
        self, sentence: list[Token], targets: tuple[Operand, ...], end: int
    ) -> tuple[tuple[Operand, ...], int]:
        """``above SMA 20 and SMA 60``, where nothing else is said of the second."""
        if end >= len(sentence) or sentence[end].kind not in ("and", "list") or len(targets) != 1:
            return targets, end
        more = read_operands(sentence, end + 1, self.context)
        if more is None or not averages_only(targets + more.operands):
            return targets, end
        behind = past(sentence, more.end)
        told = behind < len(sentence) and sentence[behind].kind in (
            "rel",
            "cross",
            "turn",
            "generic",
            "heading",
            "trend",
            "neg",
        )
        return (targets, end) if told else (targets + more.operands, more.end)

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
        if at < len(sentence) and sentence[at].kind in ("unknown", "vague", "unbuilt"):
            return None
        named = left.operands[0] if left else None
        if isinstance(named, IndicatorUse) and named.name == "MACD" and self._speaks_of_signal(token):
            return settled(self.context, Compare(op, named, replace(named, line="signal")), at)
        first = left.operands[0] if left else None
        percents = isinstance(first, IndicatorUse) and first.name in ("RSI", "KDJ", "ROC", "ADX")
        if at < len(sentence) and sentence[at].kind == "pct" and left and percents:
            sentence[at].used = True
            return settled(self.context, Compare(op, left.operands[0], Number(float(sentence[at].value))), at + 1)
        offset, end = earlier(sentence, at)
        source = left.operands[0] if left else self.context.subject
        if offset and source is not None and not isinstance(source, Number):
            return settled(self.context, Compare(op, source, shifted(source, offset)), end)  # "higher than one bar ago"
        if op not in MIRRORED:
            return self._same_two(op, at) if not left else None
        if not left:
            pair = self.context.pair or self.context.last or cross_pair((), self.context)
            return settled(self.context, Compare(op, *pair), at) if pair is not None else None
        use = left.operands[0]
        if not isinstance(use, IndicatorUse) or len(left.operands) > 1:
            pair = cross_pair(left.operands, self.context) if len(left.operands) == 2 else None
            return settled(self.context, Compare(op, *pair), at) if pair is not None else None
        if use.name in ("MACD", "KDJ") and not left.named:
            pair = cross_pair((use,), self.context)  # "MACD crosses up"
            return settled(self.context, Compare(op, *pair), at) if pair is not None else None
        words = self.plain[token.start : token.end]
        if use.name in (*MOVING_AVERAGES, *BANDS) and words.startswith(_PRICE_WORDS):
            if op == "cross_above" and words in _EITHER_WAY and _is_lower(use):
                op = "cross_below"
            return settled(self.context, Compare(op, CLOSE, banded(op, use, left.named)), at)  # "20日线跌破"
        return None

    def _speaks_of_signal(self, token: Token) -> bool:
        """``MACD > signal``: elsewhere a signal is what an action waits for."""
        return self.plain[token.end : token.end + 8].lstrip().startswith("signal")

    def _same_two(self, op: str, end: int) -> Read | None:
        """``short when it's under``: what was compared before, the other way."""
        subject, reference = self.context.subject, self.context.reference
        if subject is None or not isinstance(reference, IndicatorUse) or same_series(subject, reference):
            return None
        return settled(self.context, Compare(op, subject, reference), end)

    def _subject(self, token: Token, right: Operand) -> Operand | None:
        """Who is meant when the sentence leaves it out."""
        words = self.plain[token.start : token.end]
        known = self.context.subject
        oscillating = isinstance(known, IndicatorUse) and known.name in OSCILLATORS
        if words.startswith(_PRICE_WORDS) and not (isinstance(right, Number) and oscillating):
            return CLOSE
        if known is None and isinstance(right, PriceUse) and right.price != "volume" and right.offset:
            return CLOSE  # "short below yesterday's low"
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
            spoken = {use for use in self.context.uses if use.name in _ONE_LINE}
            return spoken.pop() if len(spoken) == 1 else None  # "只用RSI，低于30买入"
        if isinstance(right, IndicatorUse) and right.name == "VOLUME_SMA":
            return PriceUse("volume")
        return None


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


def _agree(crossing: str, relation: str) -> bool:
    """Whether a crossing and the relation behind it say the same way."""
    return relation in ((crossing, "gt", "ge") if crossing == "cross_above" else (crossing, "lt", "le"))


def _negates(sentence: list[Token], place: int) -> bool:
    return place + 1 < len(sentence) and sentence[place + 1].kind in ("rel", "cross", "turn")
