"""Lines of indicators: ``MACD histogram``, ``upper band``, ``J值``, with or without their indicator beside them."""

from dataclasses import replace

from strategies.conditions import IndicatorUse, indicator
from strategies.grammar import LINES, full_params
from strategies.parsing.context import COUNTS, Context, Found, skip, valid_params
from strategies.parsing.tokens import Token


def with_line(sentence: list[Token], use: IndicatorUse, end: int, context: Context) -> Found:
    lines = LINES.get(use.name, ())
    at = skip(sentence, end, "filler", "noun")
    if lines and at < len(sentence):
        line = _line_of(sentence, at, use.name)
        if use.name == "DONCHIAN" and sentence[at].kind in ("price", "extreme"):
            line = {"high": "upper", "low": "lower"}.get(str(sentence[at].value), str(sentence[at].value))
        if line in lines:
            offset = 1 if use.name == "DONCHIAN" else 0
            params, end = _in_brackets(sentence, at + 1, use)
            return Found((IndicatorUse(use.name, params, line, offset),), end, True)
    return Found((use,), end, not lines)


def _in_brackets(sentence: list[Token], place: int, use: IndicatorUse) -> tuple[tuple[tuple[str, float], ...], int]:
    """``the upper Bollinger band (20, 2)``: the parameters behind the line."""
    at = skip(sentence, place, "noun")
    if at >= len(sentence) or sentence[at].kind != "open":
        return use.params, place
    values: list[float] = []
    end = at + 1
    while end < len(sentence) and sentence[end].kind in (*COUNTS, "dev", "list", "soft"):
        values += [float(sentence[end].value)] if sentence[end].kind not in ("list", "soft") else []
        end += 1
    params = valid_params(use.name, values) if values else None
    if params is None or end >= len(sentence) or sentence[end].kind != "shut":
        return use.params, place
    return tuple(full_params(use.name, params).items()), end + 1


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


def read_line(sentence: list[Token], place: int, context: Context) -> Found | None:
    """A line without its indicator beside it: ``upper band``, ``DIF``, ``K``."""
    token = sentence[place]
    if token.kind == "line":
        owner, line = token.value
        behind = _owner(sentence, place + 1, str(owner))
        if behind is not None:
            use, end = behind
            offset = 1 if use.name == "DONCHIAN" else 0
            return Found((replace(use, line=str(line), offset=offset),), end, True)
        name = owner if owner != "BAND" else "BOLL"
        if owner == "BAND":
            known = context.latest("BOLL", "DONCHIAN")
            name = known.name if known is not None else "BOLL"
        found = _of_line(str(name), str(line), place + 1, context)
        named = found.operands[0]
        if isinstance(named, IndicatorUse):
            params, end = _in_brackets(sentence, found.end, named)
            return Found((replace(named, params=params),), end, True)
        return found
    spoken = context.kdj or _letters_cross(sentence, place)
    if spoken and (token.kind == "letter" or (token.kind == "kline" and _letters_cross(sentence, place))):
        return _of_line("KDJ", "k" if token.kind == "kline" else str(token.value), place + 1, context)
    return None


def _owner(sentence: list[Token], place: int, owner: str) -> tuple[IndicatorUse, int] | None:
    """The indicator behind its line: ``the histogram of the MACD``, ``the upper band of the 20, 2 Bollinger``."""
    at = skip(sentence, place, "filler")
    values: list[float] = []
    while at < len(sentence) and sentence[at].kind in (*COUNTS, "dev", "list", "soft") and len(values) < 3:
        if sentence[at].kind not in ("list", "soft"):
            values.append(float(sentence[at].value))
        at += 1
    at = skip(sentence, at, "filler")
    if at >= len(sentence) or sentence[at].kind != "ind" or sentence[at].used:
        return None
    name = str(sentence[at].value)
    if name != owner and not (owner == "BAND" and name in ("BOLL", "DONCHIAN")):
        return None
    at += 1
    params = valid_params(name, values) if values else {}
    while at < len(sentence) and sentence[at].kind == "noun":
        at += 1  # "the upper Donchian channel"
    if params is None:
        return None
    use = indicator(name, params)
    if not values:
        inside, at = _in_brackets(sentence, at, use)
        use = replace(use, params=inside)
    return use, at


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
