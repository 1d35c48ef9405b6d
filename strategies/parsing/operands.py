"""Operands in a sentence: averages, other indicators with their lines and parameters, prices, numbers."""

from strategies.conditions import IndicatorUse, Number, Operand, PriceUse, indicator
from strategies.grammar import MOVING_AVERAGES, PARAM_NAMES, full_params
from strategies.parsing.context import COUNTS, Context, Found, averages_of, is_line_word, remember, skip, valid_params
from strategies.parsing.counted import read_channel, read_counted, read_mean, read_speed
from strategies.parsing.lines import read_line, with_line
from strategies.parsing.tokens import Token

_SKIPPED = ("filler", "at", "both")
MOST_SKIPPED = 6  # words before an operand; also what keeps the reading linear


def read_operands(sentence: list[Token], place: int, context: Context) -> Found | None:
    """The operand at ``place``, or several averages that share one word (``5 and 10 day averages``)."""
    offset = 0
    stop = min(len(sentence), place + MOST_SKIPPED)
    while place < stop and not sentence[place].used:
        kind = sentence[place].kind
        if kind == "ago" and place + 1 < len(sentence) and sentence[place + 1].kind in ("days", "bars"):
            place += 1  # "前20根K线最高点"
            continue
        if kind not in ("back", *_SKIPPED) and not (kind == "kline" and offset):  # "前一根K线的最高价"
            break
        offset += kind == "back"
        place += 1
    if place >= len(sentence) or sentence[place].used:
        return None
    ago = skip(sentence, place + 2, "filler", "kline") if _is_ago(sentence, place) else place
    if ago > place and ago < len(sentence) and sentence[ago].kind in ("price", "ind", "line"):
        offset, place = offset + int(sentence[place].value), ago  # "3根K线前的收盘价"
    found = (
        read_counted(sentence, place, context)
        or _indicator(sentence, place, context)
        or read_speed(sentence, place, context)
        or read_line(sentence, place, context)
        or read_channel(sentence, place)
        or read_mean(sentence, place, None, context)
        or _pronoun(sentence, place, context)
        or _price(sentence, place)
        or _figure(sentence, place)
    )
    if found is None:
        return None
    found, offset = _ago(sentence, found, offset)
    if offset:
        moved = tuple(shifted(operand, offset) for operand in found.operands)
        found = Found(moved, found.end, found.named_line)
    for operand in found.operands:
        if isinstance(operand, IndicatorUse):
            remember(context, operand)
    return found


def _is_ago(sentence: list[Token], place: int) -> bool:
    behind = sentence[place + 1] if place + 1 < len(sentence) else None
    return sentence[place].kind in ("days", "bars") and behind is not None and behind.kind == "ago"


def shifted(operand: Operand, offset: int) -> Operand:
    match operand:
        case PriceUse(price, before):
            return PriceUse(price, before + offset)
        case IndicatorUse(name, params, line, before):
            return IndicatorUse(name, params, line, before + offset)
    return operand


def _ago(sentence: list[Token], found: Found, offset: int) -> tuple[Found, int]:
    """``the close 5 bars ago``, ``RSI of the previous bar``."""
    at = skip(sentence, found.end, "filler", "at")
    if at + 1 < len(sentence) and sentence[at].kind in COUNTS and sentence[at + 1].kind == "ago":
        return Found(found.operands, at + 2, found.named_line), offset + int(sentence[at].value)
    if at > found.end and at < len(sentence) and sentence[at].kind == "back" and not sentence[at].used:
        behind = sentence[at + 1].kind if at + 1 < len(sentence) else ""
        if behind not in ("ind", "price", "line", "letter", "kline", "filler", *COUNTS):
            return Found(found.operands, at + 1, found.named_line), offset + 1
    return found, offset


def earlier(sentence: list[Token], place: int) -> tuple[int, int]:
    """How many bars ago is meant where no operand is named: ``on the previous bar``, ``one bar ago``; 0 when none."""
    at = skip(sentence, place, "filler", "at", "it", "when")
    if at < len(sentence) and sentence[at].kind == "back":
        return 1, skip(sentence, at + 1, "kline", "filler")
    if at + 1 < len(sentence) and sentence[at].kind in COUNTS and sentence[at + 1].kind == "ago":
        return int(sentence[at].value), at + 2
    return 0, place


def _pronoun(sentence: list[Token], place: int, context: Context) -> Found | None:
    """``above it``: what was compared with before; ``than it was one bar ago``: the left side itself."""
    if sentence[place].kind != "it":
        return None
    at = skip(sentence, place + 1, "filler", "at")
    past = at < len(sentence) and (
        sentence[at].kind == "back"
        or (sentence[at].kind in COUNTS and at + 1 < len(sentence) and sentence[at + 1].kind == "ago")
    )
    meant = context.left if past else context.reference
    return Found((meant,), place + 1, True) if meant is not None else None


def _indicator(sentence: list[Token], place: int, context: Context) -> Found | None:
    token = sentence[place]
    if token.kind != "ind":
        return None
    name = str(token.value)
    values, end = _parameters(sentence, place)
    if name in MOVING_AVERAGES:
        if values:
            return averages_of(name, values, end)
        return Found((indicator(name),), end)
    params = valid_params(name, values) if values else None
    if name == "BOLL":
        params, end = _with_deviations(sentence, place, values, params, end)
    if params is None:
        end = place + 1 if values else end
        known = context.latest(name)
        params = known.params_dict() if known is not None and not values else full_params(name, {})
    return with_line(sentence, indicator(name, params), end, context)


def _with_deviations(
    sentence: list[Token], place: int, values: list[float], params: dict[str, float] | None, end: int
) -> tuple[dict[str, float] | None, int]:
    """``Bollinger bands with 2.5 standard deviations``."""
    at = skip(sentence, end, "filler", "to", "list", "soft", "open", "and", "change")
    if at < len(sentence) and sentence[at].kind == "dev" and not sentence[at].used and len(values) < 2:
        full = full_params(name := str(sentence[place].value), {**(params or {}), "dev": float(sentence[at].value)})
        if valid_params(name, list(full.values())) is not None:
            return full, skip(sentence, at + 1, "shut")
    return params, end


def _parameters(sentence: list[Token], place: int) -> tuple[list[float], int]:
    """Figures that belong to the indicator at ``place``, and where they end."""
    name = str(sentence[place].value)
    most = 8 if name in MOVING_AVERAGES else len(PARAM_NAMES[name])
    at = place + 1
    bracket = at < len(sentence) and sentence[at].kind == "open"
    if at + 1 < len(sentence) and sentence[at].kind == "soft" and sentence[at + 1].value == "parameter":
        at += 1  # "MACD，参数6、13、5"
    words = skip(sentence, at, "filler", "open", "to")
    if words >= len(sentence) or sentence[words].kind not in COUNTS or sentence[words].used:
        return [], place + 1
    values = [sentence[words].value]
    end = words + 1
    while end < len(sentence) and len(values) < most:
        joint = end
        between = ("list", "soft", "filler", "and") if bracket or name not in MOVING_AVERAGES else ("list", "and")
        if sentence[joint].kind in between:
            joint += 1
        if joint >= len(sentence) or sentence[joint].kind not in COUNTS or sentence[joint].used:
            break
        if (
            joint + 1 < len(sentence) and sentence[joint + 1].kind in ("ind", "ago", "post") and not bracket
        ) or _is_level_pair(sentence, joint):
            break
        if joint + 1 < len(sentence) and is_line_word(sentence, joint + 1) and joint > end:
            break  # "EMA12并且5日线…"
        values.append(sentence[joint].value)
        end = joint + 1
    if not bracket and name not in MOVING_AVERAGES:
        glued = sentence[place].end == sentence[words].start
        told = words > at
        counted = sentence[words].kind in ("days", "bars")
        follower = sentence[end].kind if end < len(sentence) else ""
        headed = follower == "when" and sentence[end].value == ":" and len(values) == 1  # "Donchian 40: …"
        headed = headed or (name in ("DONCHIAN", "BOLL") and follower in ("", "soft", "hard", "line"))
        before_relation = follower in ("rel", "cross", "turn", "at", "between", "neg", "line") and len(values) == 1
        if not (glued or told or counted or before_relation or headed or len(values) == most > 1):
            return [], place + 1
        if follower == "post" and len(values) == 1:
            return [], place + 1
    named_again = name in MOVING_AVERAGES and end < len(sentence) and sentence[end].kind == "ind"
    if bracket and named_again and sentence[end].value == name:
        end += 1  # "年线（250日均线）"
    while end < len(sentence) and bracket and sentence[end].kind in ("shut", "filler"):
        end += 1
    if end < len(sentence) and is_line_word(sentence, end):
        end += 1
    return values, end


def _is_level_pair(sentence: list[Token], place: int) -> bool:
    """Whether the figure at ``place`` starts another thing: ``10 day average`` after ``SMA 5 and``."""
    behind = skip(sentence, place + 1, "filler")
    return behind < len(sentence) and sentence[behind].kind == "ind" and behind > place + 1


def _price(sentence: list[Token], place: int) -> Found | None:
    token = sentence[place]
    return Found((PriceUse(str(token.value)),), place + 1, True) if token.kind == "price" else None


def _figure(sentence: list[Token], place: int) -> Found | None:
    token = sentence[place]
    if token.kind in ("num", "zero"):
        return Found((Number(float(token.value)),), place + 1, True)
    return None
