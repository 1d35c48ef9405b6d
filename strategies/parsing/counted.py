"""Figures in front of what they count: ``5-day average``, ``20-day high``; and averages told by speed or as a mean."""

from strategies.conditions import IndicatorUse, PriceUse, indicator
from strategies.grammar import MOVING_AVERAGES, full_params
from strategies.parsing.context import (
    COUNTS,
    OSCILLATORS,
    Context,
    Found,
    averages_of,
    is_line_word,
    skip,
    valid_params,
)
from strategies.parsing.lines import with_line
from strategies.parsing.tokens import Token

MOST_AVERAGES = 8
_JOINTS = ("list", "and", "soft")


def read_counted(sentence: list[Token], place: int, context: Context) -> Found | None:
    """``5-day average``, ``5日线``, ``14-period RSI``, ``20-day high``; also ``5, 10 and 20 day averages``."""
    if sentence[place].kind not in COUNTS:
        return None
    left = context.left
    if sentence[place].kind == "num" and isinstance(left, IndicatorUse) and left.name in OSCILLATORS:
        return None  # "RSI>=80且12日EMA…": the figure is the level
    values, at = _listed(sentence, place)
    deviations, at = _deviations(sentence, at)
    behind = skip(sentence, at, "filler", "open") if deviations else skip(sentence, at, "filler", "kline")
    follower = sentence[behind] if behind < len(sentence) and not sentence[behind].used else None
    name = str(follower.value) if follower is not None and follower.kind == "ind" else ""
    if name in MOVING_AVERAGES:
        return averages_of(name, values, behind + 1)
    if name == "BOLL" and (deviations or len(values) == 2):
        params = valid_params(name, [*values, deviations] if deviations else values)
        if params is not None:
            return with_line(sentence, indicator(name, params), behind + 1, context)
    if len(values) > 1:
        kind = context.latest(*MOVING_AVERAGES)
        if follower is not None and follower.kind == "cross":
            return averages_of(kind.name if kind is not None else "SMA", values, at)  # "a 50/200 golden cross"
        if kind is not None and not kind.complete and all(token.kind in COUNTS for token in sentence[place:at:2]):
            return averages_of(kind.name, values, at)  # "双均线策略，5和20"
        # "5 and 10 day averages" only counts as a whole; a lone figure is read again without the list
        return _single(sentence, place) or _bare_period(sentence, place, context)
    if sentence[place].kind in ("days", "bars"):
        found = _of_bars(sentence, place, name, values[0], behind, context)
        if found is not None:
            return found
    return _single(sentence, place) or _bare_period(sentence, place, context)


def _listed(sentence: list[Token], place: int) -> tuple[list[float], int]:
    values = [float(sentence[place].value)]
    at = place + 1
    while len(values) < MOST_AVERAGES:
        joint = at
        if joint < len(sentence) and sentence[joint].kind in _JOINTS:
            joint += 1
            if place and sentence[place - 1].kind == "filler":
                joint = skip(sentence, joint, "filler")  # "the 20 and the 60 SMA"
        if joint > at and joint < len(sentence) and sentence[joint].kind in COUNTS and not sentence[joint].used:
            values.append(float(sentence[joint].value))
            at = joint + 1
        else:
            break
    return values, at


def _deviations(sentence: list[Token], place: int) -> tuple[float | None, int]:
    at = skip(sentence, place, *_JOINTS, "filler")
    if at < len(sentence) and sentence[at].kind == "dev" and not sentence[at].used:
        return float(sentence[at].value), at + 1
    return None, place


def _of_bars(sentence: list[Token], place: int, name: str, bars: float, behind: int, context: Context) -> Found | None:
    """What ``20 bar …`` or ``20日…`` counts."""
    if name:
        params = valid_params(name, [bars])
        if params is not None:
            return with_line(sentence, indicator(name, params), behind + 1, context)
    if behind >= len(sentence) or sentence[behind].used:
        return None
    side = channel_side(sentence[behind])
    if side:
        return _channel(bars, side, behind + 1)
    if sentence[behind].kind == "mean":
        return read_mean(sentence, behind, bars, context)
    broken = context.turtles or _stands_alone(sentence, behind, context)
    if broken and sentence[behind].kind == "rel" and valid_params("DONCHIAN", [bars]) is not None:
        side = "upper" if sentence[behind].value == "cross_above" else "lower"
        return _channel(bars, side, behind)
    return None


def _stands_alone(sentence: list[Token], behind: int, context: Context) -> bool:
    """``20日突破买入``, ``a 20 day breakout``: a break of nothing else, where no averages are spoken of."""
    if context.latest(*MOVING_AVERAGES) is not None or not str(sentence[behind].value).startswith("cross_"):
        return False
    follower = skip(sentence, behind + 1, "filler")
    return follower >= len(sentence) or sentence[follower].kind in ("act", "soft", "hard", "and", "or", "when", "list")


def channel_side(token: Token) -> str:
    """``upper`` for a high, ``lower`` for a low."""
    if token.kind == "extreme":
        return str(token.value)
    return {"high": "upper", "low": "lower"}.get(str(token.value), "") if token.kind == "price" else ""


def _channel(bars: float, side: str, end: int) -> Found | None:
    """The channel holds the bar itself, so a break is measured against the bar before."""
    if valid_params("DONCHIAN", [bars]) is None:
        return None
    return Found((indicator("DONCHIAN", {"period": bars}, side, 1),), end, True)


def read_channel(sentence: list[Token], place: int) -> Found | None:
    """``the highest high of the last 12 bars``."""
    side = channel_side(sentence[place])
    at = skip(sentence, place + 1, "filler", "back")
    if not side or at == place + 1 or at >= len(sentence) or sentence[at].kind not in ("days", "bars"):
        return None
    if at + 1 < len(sentence) and sentence[at + 1].kind in ("ago", "ind", "line"):
        return None
    return _channel(float(sentence[at].value), side, at + 1)


def _single(sentence: list[Token], place: int) -> Found | None:
    """``10日线``: a moving average by custom."""
    if place + 1 < len(sentence) and is_line_word(sentence, place + 1):
        return averages_of("SMA", [float(sentence[place].value)], place + 2)
    return None


def _bare_period(sentence: list[Token], place: int, context: Context) -> Found | None:
    """``5日上穿10日`` where averages were spoken of."""
    follower = sentence[place + 1].kind if place + 1 < len(sentence) else ""
    if sentence[place].kind != "days" or follower == "ago" or (place and sentence[place - 1].kind == "streak"):
        return None
    known = context.latest(*MOVING_AVERAGES)
    # "the 50-day crosses the 200-day": a day line by custom
    beside = follower in ("generic", "cross", "rel") or (place > 0 and _is_behind_a_cross(sentence, place))
    if known is None and not beside:
        return None
    return averages_of(known.name if known is not None else "SMA", [float(sentence[place].value)], place + 1)


def _is_behind_a_cross(sentence: list[Token], place: int) -> bool:
    at = place - 1
    while at >= 0 and sentence[at].kind == "filler":
        at -= 1
    return at >= 0 and (sentence[at].kind == "generic" or str(sentence[at].value).startswith("cross_"))


def read_mean(sentence: list[Token], place: int, bars: float | None, context: Context) -> Found | None:
    """``its 20 bar average``: of the volume where that is compared, else of the price."""
    if sentence[place].kind != "mean":
        return None
    left = context.left
    if isinstance(left, PriceUse) and left.price == "volume":
        params = full_params("VOLUME_SMA", {"period": bars} if bars is not None else {})
        use = indicator("VOLUME_SMA", params)
        return Found((use,), place + 1, True) if valid_params("VOLUME_SMA", [params["period"]]) else None
    if bars is None or (isinstance(left, IndicatorUse) and left.name not in MOVING_AVERAGES):
        return None
    return averages_of("SMA", [bars], place + 1)


def read_speed(sentence: list[Token], place: int, context: Context) -> Found | None:
    """``fast``, ``慢线``: the average whose period is told beside it, or the one of two that were named."""
    token = sentence[place]
    if token.kind != "speed":
        return None
    at = skip(sentence, place + 1, "filler", "speed")
    known = context.latest("MACD", *MOVING_AVERAGES)
    kind = known.name if known is not None and known.name in MOVING_AVERAGES else "SMA"
    if at < len(sentence) and sentence[at].kind == "ind" and sentence[at].value in MOVING_AVERAGES:
        kind, at = str(sentence[at].value), at + 1
        known = context.latest(kind) or indicator(kind)
    figure = skip(sentence, at, "filler", "open", "at", "when")
    if figure < len(sentence) and sentence[figure].kind in COUNTS and not sentence[figure].used:
        end = figure + 1
        while end < len(sentence) and (sentence[end].kind == "shut" or is_line_word(sentence, end)):
            end += 1
        if end >= len(sentence) or sentence[end].kind not in ("ind", "mean"):
            return averages_of(kind, [float(sentence[figure].value)], end)
    if known is None:
        return None
    if known.name == "MACD":
        line = "macd" if token.value == "fast" else "signal"
        return Found((indicator("MACD", known.params_dict(), line),), at, True)
    pair = context.averages()
    if len(pair) == 2:
        return Found((pair[0] if token.value == "fast" else pair[1],), at, True)
    return Found((indicator(kind),), at, True)
