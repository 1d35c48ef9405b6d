"""Operands in a sentence: averages, other indicators with their lines and parameters, prices, numbers."""

from dataclasses import dataclass, field

from strategies.conditions import IndicatorUse, Number, Operand, PriceUse, indicator
from strategies.parsing.lexer import Token
from strategies.spec import LINES, MOVING_AVERAGES, PARAM_NAMES, check_params, full_params

_COUNTS = ("num", "days", "bars")
_SKIPPED = ("filler", "at")
MOST_AVERAGES = 8
MOST_SKIPPED = 6  # words before an operand; also what keeps the reading linear


@dataclass(slots=True)
class Context:
    """What was spoken of before, in this message and in the spec."""

    uses: list[IndicatorUse] = field(default_factory=list)  # newest last
    subject: Operand | None = None
    pair: tuple[Operand, Operand] | None = None
    pair_op: str = "cross_above"
    kdj: bool = False

    def latest(self, *names: str) -> IndicatorUse | None:
        return next((use for use in reversed(self.uses) if use.name in names), None)

    def averages(self) -> list[IndicatorUse]:
        """The averages of the newest kind with their periods, shortest first."""
        newest = self.latest(*MOVING_AVERAGES)
        if newest is None:
            return []
        same = {use for use in self.uses if use.name == newest.name and use.complete}
        return sorted(same, key=lambda use: use.params_dict()["period"])


@dataclass(frozen=True, slots=True)
class Found:
    """Operands at a place; ``named_line`` tells whether the person said which line is meant."""

    operands: tuple[Operand, ...]
    end: int  # index of the token behind them
    named_line: bool = False


def read_operands(sentence: list[Token], place: int, context: Context) -> Found | None:
    """The operand at ``place``, or several averages that share one word (``5 and 10 day averages``)."""
    offset = 0
    stop = min(len(sentence), place + MOST_SKIPPED)
    while place < stop and (sentence[place].kind in ("back", *_SKIPPED)) and not sentence[place].used:
        offset += 1 if sentence[place].kind == "back" else 0
        place += 1
    if place >= len(sentence) or sentence[place].used:
        return None
    found = (
        _counted(sentence, place, context)
        or _indicator(sentence, place, context)
        or _line(sentence, place, context)
        or _price(sentence, place)
        or _figure(sentence, place)
    )
    if found is None:
        return None
    found, offset = _ago(sentence, found, offset)
    if offset:
        shifted = tuple(_shifted(operand, offset) for operand in found.operands)
        found = Found(shifted, found.end, found.named_line)
    for operand in found.operands:
        if isinstance(operand, IndicatorUse):
            remember(context, operand)
    return found


def remember(context: Context, use: IndicatorUse) -> None:
    plain = IndicatorUse(use.name, use.params)
    if plain in context.uses:
        context.uses.remove(plain)
    context.uses.append(plain)
    if use.name == "KDJ":
        context.kdj = True


def valid_params(name: str, values: list[float]) -> dict[str, float] | None:
    """Parameters in their declared order when they are possible ones."""
    names = PARAM_NAMES[name]
    if len(values) > len(names):
        return None
    problems: dict[str, str] = {}
    params = check_params(name, dict(zip(names, values, strict=False)), "params", problems)
    return None if problems else params


def _shifted(operand: Operand, offset: int) -> Operand:
    match operand:
        case PriceUse(price, before):
            return PriceUse(price, before + offset)
        case IndicatorUse(name, params, line, before):
            return IndicatorUse(name, params, line, before + offset)
    return operand


def _ago(sentence: list[Token], found: Found, offset: int) -> tuple[Found, int]:
    at = found.end
    if at + 1 < len(sentence) and sentence[at].kind in _COUNTS and sentence[at + 1].kind == "ago":
        return Found(found.operands, at + 2, found.named_line), offset + int(sentence[at].value)
    return found, offset


def _skip(sentence: list[Token], place: int, *kinds: str) -> int:
    while place < len(sentence) and sentence[place].kind in kinds:
        place += 1
    return place


def _counted(sentence: list[Token], place: int, context: Context) -> Found | None:
    """``5-day average``, ``5日线``, ``14-period RSI``, ``20-day high``; also ``5, 10 and 20 day averages``."""
    if sentence[place].kind not in _COUNTS:
        return None
    values = [sentence[place].value]
    at = place + 1
    while len(values) < MOST_AVERAGES:
        joint = at
        if joint < len(sentence) and sentence[joint].kind in ("list", "and", "soft"):
            joint += 1
        if joint > at and joint < len(sentence) and sentence[joint].kind in _COUNTS and not sentence[joint].used:
            values.append(sentence[joint].value)
            at = joint + 1
        else:
            break
    behind = _skip(sentence, at, "filler")
    name = sentence[behind].value if behind < len(sentence) and sentence[behind].kind == "ind" else None
    if name in MOVING_AVERAGES:
        return _averages(str(name), values, behind + 1)
    if len(values) > 1:
        known = context.latest(*MOVING_AVERAGES)
        if known is not None and not known.complete and all(token.kind in _COUNTS for token in sentence[place:at:2]):
            return _averages(known.name, values, at)  # "双均线策略，5和20"
        # "5 and 10 day averages" only counts as a whole; a lone figure is read again without the list
        return _single(sentence, place) or _bare_period(sentence, place, context)
    single = sentence[place]
    if name and single.kind in ("days", "bars"):
        params = valid_params(str(name), values)
        if params is not None:
            return _with_line(sentence, indicator(str(name), params), behind + 1, context)
    if behind < len(sentence) and single.kind in ("days", "bars"):
        extreme = sentence[behind]
        upper = (extreme.kind == "extreme" and extreme.value == "upper") or (
            extreme.kind == "price" and extreme.value == "high"
        )
        lower = (extreme.kind == "extreme" and extreme.value == "lower") or (
            extreme.kind == "price" and extreme.value == "low"
        )
        if (upper or lower) and valid_params("DONCHIAN", values) is not None:
            # the channel holds the bar itself, so a break is measured against the bar before
            line = "upper" if upper else "lower"
            use = indicator("DONCHIAN", {"period": values[0]}, line, 1)
            return Found((use,), behind + 1, True)
    return _single(sentence, place) or _bare_period(sentence, place, context)


def _day_line(sentence: list[Token], place: int) -> bool:
    return place + 1 < len(sentence) and _is_line_word(sentence, place + 1)


def _is_line_word(sentence: list[Token], place: int) -> bool:
    token = sentence[place]
    return (
        token.kind == "filler"
        and token.end - token.start == 1
        and token.start == sentence[place - 1].end
        and token.value == "线"
    )


def _single(sentence: list[Token], place: int) -> Found | None:
    """``10日线``: a moving average by custom."""
    if _day_line(sentence, place):
        return _averages("SMA", [sentence[place].value], place + 2)
    return None


def _bare_period(sentence: list[Token], place: int, context: Context) -> Found | None:
    """``5日上穿10日`` where averages were spoken of."""
    known = context.latest(*MOVING_AVERAGES)
    if sentence[place].kind == "days" and known is not None:
        return _averages(known.name, [sentence[place].value], place + 1)
    return None


def _averages(name: str, values: list[float], end: int) -> Found | None:
    uses = []
    for value in values:
        params = valid_params(name, [value])
        if params is None:
            return None
        uses.append(indicator(name, params))
    return Found(tuple(uses), end)


def _indicator(sentence: list[Token], place: int, context: Context) -> Found | None:
    token = sentence[place]
    if token.kind != "ind":
        return None
    name = str(token.value)
    values, end = _parameters(sentence, place)
    if name in MOVING_AVERAGES:
        if values:
            return _averages(name, values, end)
        return Found((indicator(name),), end)
    params = valid_params(name, values) if values else None
    if params is None:
        end = place + 1 if values else end
        known = context.latest(name)
        params = known.params_dict() if known is not None and not values else full_params(name, {})
    return _with_line(sentence, indicator(name, params), end, context)


def _parameters(sentence: list[Token], place: int) -> tuple[list[float], int]:
    """Figures that belong to the indicator at ``place``, and where they end."""
    name = str(sentence[place].value)
    most = 8 if name in MOVING_AVERAGES else len(PARAM_NAMES[name])
    at = place + 1
    bracket = at < len(sentence) and sentence[at].kind == "open"
    words = _skip(sentence, at, "filler", "open", "to")
    if words >= len(sentence) or sentence[words].kind not in _COUNTS or sentence[words].used:
        return [], place + 1
    values = [sentence[words].value]
    end = words + 1
    while end < len(sentence) and len(values) < most:
        joint = end
        between = ("list", "soft", "filler", "and") if bracket or name not in MOVING_AVERAGES else ("list", "and")
        if sentence[joint].kind in between:
            joint += 1
        if joint >= len(sentence) or sentence[joint].kind not in _COUNTS or sentence[joint].used:
            break
        if (joint + 1 < len(sentence) and sentence[joint + 1].kind in ("ind", "ago", "post")) or _is_level_pair(
            sentence, joint
        ):
            break
        values.append(sentence[joint].value)
        end = joint + 1
    if not bracket and name not in MOVING_AVERAGES:
        glued = sentence[place].end == sentence[words].start
        told = words > at
        counted = sentence[words].kind in ("days", "bars")
        follower = sentence[end].kind if end < len(sentence) else ""
        before_relation = follower in ("rel", "cross", "turn", "at", "between", "neg", "line") and len(values) == 1
        if not (glued or told or counted or before_relation or len(values) == most > 1):
            return [], place + 1
        if follower == "post" and len(values) == 1:
            return [], place + 1
    while end < len(sentence) and (
        (sentence[end].kind == "shut" and bracket) or (sentence[end].kind == "filler" and bracket)
    ):
        end += 1
    if end < len(sentence) and _is_line_word(sentence, end):
        end += 1
    return values, end


def _is_level_pair(sentence: list[Token], place: int) -> bool:
    """Whether the figure at ``place`` starts another thing: ``10 day average`` after ``SMA 5 and``."""
    behind = _skip(sentence, place + 1, "filler")
    return behind < len(sentence) and sentence[behind].kind == "ind" and behind > place + 1


def _with_line(sentence: list[Token], use: IndicatorUse, end: int, context: Context) -> Found:
    lines = LINES.get(use.name, ())
    at = _skip(sentence, end, "filler")
    if lines and at < len(sentence):
        line = _line_of(sentence, at, use.name)
        if line in lines:
            offset = 1 if use.name == "DONCHIAN" else 0
            return Found((IndicatorUse(use.name, use.params, line, offset),), at + 1, True)
    return Found((use,), end, not lines)


def _line_of(sentence: list[Token], place: int, name: str) -> str | None:
    token = sentence[place]
    if token.kind == "line":
        owner, line = token.value
        if owner == name or (owner == "BAND" and name in ("BOLL", "DONCHIAN")):
            return str(line)
        if name == "MACD" and token.value == ("BOLL", "middle"):
            return None
    if name == "KDJ":
        if token.kind == "letter":
            return str(token.value)
        if token.kind == "kline" and place + 1 < len(sentence) and sentence[place + 1].kind in ("rel", "again"):
            return "k"
    return None


def _line(sentence: list[Token], place: int, context: Context) -> Found | None:
    """A line without its indicator beside it: ``upper band``, ``DIF``, ``K``."""
    token = sentence[place]
    if token.kind == "line":
        owner, line = token.value
        name = owner if owner != "BAND" else "BOLL"
        if owner == "BAND":
            known = context.latest("BOLL", "DONCHIAN")
            name = known.name if known is not None else "BOLL"
        return _of_line(str(name), str(line), place + 1, context)
    spoken = context.kdj or _letters_cross(sentence, place)
    if spoken and (token.kind == "letter" or (token.kind == "kline" and _letters_cross(sentence, place))):
        return _of_line("KDJ", "k" if token.kind == "kline" else str(token.value), place + 1, context)
    return None


def _letters_cross(sentence: list[Token], place: int) -> bool:
    """``K`` … ``D`` on both sides of a relation."""
    if sentence[place].kind not in ("letter", "kline"):
        return False
    for at in (place + 2, place - 2):
        if 0 <= at < len(sentence) and sentence[(at + place) // 2].kind == "rel":
            other = sentence[at]
            if other.kind == "letter" or (other.kind == "line" and other.value[0] == "KDJ"):
                return True
    return False


def _of_line(name: str, line: str, end: int, context: Context) -> Found:
    known = context.latest(name)
    params = known.params_dict() if known is not None else {}
    return Found((indicator(name, params, line, 1 if name == "DONCHIAN" else 0),), end, True)


def _price(sentence: list[Token], place: int) -> Found | None:
    token = sentence[place]
    return Found((PriceUse(str(token.value)),), place + 1, True) if token.kind == "price" else None


def _figure(sentence: list[Token], place: int) -> Found | None:
    token = sentence[place]
    if token.kind in ("num", "zero"):
        return Found((Number(float(token.value)),), place + 1, True)
    return None
