"""Stop, target, trailing stop, size and holding time in a message."""

import re
from itertools import pairwise

from strategies.parsing.patch import SpecPatch, Unread
from strategies.parsing.tokens import Token
from strategies.spec import Spec, risk_problem

_EACH = re.compile(r"\b(?:per|each|every|a|any) (?:trade|position|entry|bet)\b|每笔|单笔|每次|每单")
_BETWEEN = frozenset(
    (
        "figure",
        "filler",
        "at",
        "to",
        "change",
        "rel",
        "open",
        "shut",
        "list",
        "hold",
        "and",
        "when",
        "size",
        "both",
        "it",
        "trend",
        "returned",
        "post",
        "vague",
    )
)
_INSTEAD = ("instead of", "rather than", "而不是", "不是", "不要", "not")
_BESIDE_BARS = ("bars", "filler", "at", "rel", "hard", "soft")
_NO_ANSWER = ("neg", "ind", "cross", "act")
_ASKABLE = ("stop_loss_pct", "take_profit_pct", "trailing_stop_pct", "position_pct")


def read_risk(text: str, sentence: list[Token], spec: Spec, timeframe: str | None, patch: SpecPatch) -> None:
    """Takes the percentages and bar counts that belong to a risk word of the sentence."""
    _drop_the_old(text, sentence)
    _read_refusals(text, sentence, patch)
    for place, token in enumerate(sentence):
        if token.kind == "whole" and not token.used:
            _take(text, patch, "position_pct", token.value, [token])
        elif token.kind == "pct" and not token.used:
            if _is_what_it_was(sentence, place, spec):
                token.used = True
                token.kind = "figure"
            else:
                _read_percent(text, sentence, place, patch)
    _read_apart(text, sentence, patch)
    _read_bare_numbers(text, sentence, patch)
    _read_holding(text, sentence, timeframe, patch)


def read_answers(text: str, tokens: list[Token], asked: tuple[str, ...], patch: SpecPatch) -> None:
    """Plain figures that answer the questions that were asked, in their order."""
    told_bars = [token for token in tokens if token.kind == "bars" and not token.used]
    if "risk.max_bars" in asked and len(told_bars) == 1 and all(token.kind in _BESIDE_BARS for token in tokens):
        _take(text, patch, "max_bars", told_bars[0].value, told_bars)
        return
    wanted = [name for path in asked if (name := path.removeprefix("risk.")) in _ASKABLE and name not in patch.risk]
    figures = [token for token in tokens if token.kind in ("pct", "num") and not token.used]
    others = [
        token
        for token in tokens
        if token.kind
        in (
            "neg",
            "speed",
            "price",
            "generic",
            "extreme",
            "risk",
            "ind",
            "rel",
            "cross",
            "turn",
            "change",
            "bars",
            "days",
        )
        and not token.used
    ]
    told = any(
        token.kind in ("neg", "ind", "cross", "act") or str(token.value).startswith("cross_") for token in tokens
    )
    if any(token.kind == "num" for token in figures) and not "".join(asked[:1]).startswith("risk."):
        return  # "70", when asked for the way out, is no stop of 70 percent
    if not wanted or not figures or others or told or len(figures) > len(wanted):
        return
    for name, token in zip(wanted, figures, strict=False):
        _take(text, patch, name, token.value, [token])


def _read_refusals(text: str, sentence: list[Token], patch: SpecPatch) -> None:
    _read_swap(text, sentence, patch)
    for place, token in enumerate(sentence):
        if token.kind == "unlimited":
            patch.risk[token.value] = None
            patch.sources[f"risk.{token.value}"] = text[token.start : token.end]
            token.used = True
        if token.kind != "risk" or token.used or token.value == "per_trade":
            continue
        before = place - 1
        while before >= 0 and sentence[before].kind == "filler":
            before -= 1
        follower = sentence[place + 1] if place + 1 < len(sentence) else None
        behind = sentence[place + 2] if place + 2 < len(sentence) else None
        twins = [part for part in sentence[place + 1 : place + 5] if part.kind not in ("list", "and", "both", "filler")]
        if len(twins) > 1 and twins[0].kind == "risk" and twins[1].kind == "neg" and twins[0].value in _ASKABLE:
            last = sentence.index(twins[1]) + 1  # "止损止盈都去掉"
            if last == len(sentence) or sentence[last].kind in ("soft", "hard"):
                patch.risk[token.value] = patch.risk[twins[0].value] = None
                patch.sources[f"risk.{token.value}"] = text[token.start : twins[1].end]
                patch.sources[f"risk.{twins[0].value}"] = text[token.start : twins[1].end]
                token.used = twins[0].used = twins[1].used = True
                continue
        if follower is not None and follower.kind == "neg" and (behind is None or behind.kind in ("soft", "hard")):
            # "止损不要了"
            patch.risk[token.value] = None
            patch.sources[f"risk.{token.value}"] = text[token.start : follower.end]
            token.used = follower.used = True
            continue
        if (
            before >= 0
            and sentence[before].kind == "neg"
            and not (follower and follower.kind in ("rel", "pct", "change", "to"))
        ):
            patch.risk[token.value] = None
            patch.sources[f"risk.{token.value}"] = text[sentence[before].start : token.end]
            token.used = sentence[before].used = True


def _drop_the_old(text: str, sentence: list[Token]) -> None:
    """``3% instead of 2%``: what it was is no wish."""
    for token, follower in pairwise(sentence):
        if token.kind == "neg" and follower.kind == "pct" and text[token.start : token.end].lower() in _INSTEAD:
            token.used = follower.used = True
            follower.kind = "figure"


def _read_swap(text: str, sentence: list[Token], patch: SpecPatch) -> None:
    """``swap the fixed stop for a 4% trailing stop``, ``止盈换成5%的移动止损``: the one goes, the other comes."""
    told = [token for token in sentence if token.kind != "filler"]
    kinds = [token.kind for token in told]
    for place in range(len(told) - 3):
        first = place + 1 if kinds[place] == "change" else place
        old = told[first]
        behind = kinds[first + 1 : first + 4]
        if old.kind != "risk" or old.used or behind[1:] not in (["pct", "risk"], ["risk", "pct"]):
            continue
        if behind[0] not in (("streak", "to") if first > place else ("change",)):
            continue
        new = told[first + 2 + behind[1:].index("risk")]
        if old.value == new.value or (behind[2] == "risk" and kinds[first + 4 : first + 5] == ["pct"]):
            continue  # "止损改成5% 止盈10%"
        patch.risk[old.value] = None
        patch.sources[f"risk.{old.value}"] = text[told[place].start : told[first + 1].end]
        old.used = True


def _read_percent(text: str, sentence: list[Token], place: int, patch: SpecPatch) -> None:
    behind = _nearest(text, sentence, place, -1)
    ahead = _nearest(text, sentence, place, 1)
    chosen = behind if behind is not None else ahead
    if ahead == place + 1 and sentence[ahead].value == "position_pct" and _begins_with_of(text, sentence[ahead]):
        chosen = ahead  # "risk 20 % of my capital"
    if ahead == place + 1 and chosen is not None and sentence[chosen].value == "per_trade":
        chosen = ahead  # "risk 2% stop"
    each = behind is not None and sentence[behind].value == "per_trade" and _is_of_each(text, sentence, place)
    if each and sentence[chosen or 0].value == "position_pct":
        chosen = behind  # "risk 1% of equity per trade" is no position of 1 %
    if chosen is None:
        _read_signed(text, sentence[place], patch)
        return
    key = "position_pct" if sentence[chosen].kind == "hold" else str(sentence[chosen].value)
    first, last = min(chosen, place), max(chosen, place)
    part = sentence[first : last + 1]
    # "lose 3 % stop": the same word once more on the other side
    if last + 1 < len(sentence) and sentence[last + 1].kind == "risk" and sentence[last + 1].value == key:
        part = sentence[first : last + 2]
    if key == "per_trade":
        patch.unread.append(Unread(text[part[0].start : part[-1].end], "per_trade"))
        for token in part:
            token.used = True
        return
    _take(text, patch, key, sentence[place].value, part)
    if chosen == behind:
        _read_twin(text, sentence, chosen, place, patch)


def _is_of_each(text: str, sentence: list[Token], place: int) -> bool:
    """Whether the clause around a figure speaks of each trade."""
    ends = [token.start for token in sentence[place:] if token.kind in ("soft", "hard")]
    starts = [token.end for token in sentence[:place] if token.kind in ("soft", "hard")]
    begin = starts[-1] if starts else sentence[0].start
    return _EACH.search(text[begin : ends[0] if ends else None].lower()) is not None


def _read_signed(text: str, token: Token, patch: SpecPatch) -> None:
    """``exit at +8% or -4%``."""
    sign = text[token.start : token.start + 1]
    if sign in ("+", "-"):
        _take(text, patch, "take_profit_pct" if sign == "+" else "stop_loss_pct", abs(token.value), [token])


def _is_what_it_was(sentence: list[Token], place: int, spec: Spec) -> bool:
    """``从2%改到3%``, ``from 2% to 3%``: the first of two figures, where the plan holds it."""
    held = {getattr(spec.risk, name) for name in _ASKABLE}
    if float(sentence[place].value) not in held:
        return False
    behind = [token.kind for token in sentence[place + 1 : place + 4]]
    return "pct" in behind and behind[0] in ("to", "change", "at") and len(behind[: behind.index("pct")]) <= 2


def _begins_with_of(text: str, token: Token) -> bool:
    return text[token.start : token.end].lower().startswith("of ")


def _read_twin(text: str, sentence: list[Token], chosen: int, place: int, patch: SpecPatch) -> None:
    """``止盈止损都是5%``: two risk words side by side share the figure."""
    at = chosen - 1
    while at >= 0 and sentence[at].kind in ("list", "and", "filler"):
        at -= 1
    twin = sentence[at] if at >= 0 else None
    if (
        twin is None
        or twin.kind != "risk"
        or twin.used
        or twin.value in (sentence[chosen].value, "per_trade", "trailing_stop_pct")
    ):
        return
    if sentence[chosen].value == "trailing_stop_pct":
        return
    if at and sentence[at - 1].kind in ("pct", "figure"):
        return
    _take(text, patch, str(twin.value), sentence[place].value, sentence[at : place + 1])


def _read_apart(text: str, sentence: list[Token], patch: SpecPatch) -> None:
    """``止损再宽一点，5%吧``: the only figure of the sentence and its only risk word."""
    free = [token for token in sentence if not token.used]
    figures = [token for token in free if token.kind == "pct"]
    words = [token for token in free if token.kind == "risk" and token.value in _ASKABLE]
    others = any(token.kind in ("ind", "rel", "cross", "turn", "price", "line", "act", "unbuilt") for token in free)
    if len(figures) == 1 and len(words) == 1 and not others:
        first, last = sorted((figures[0], words[0]), key=lambda token: token.start)
        _take(text, patch, str(words[0].value), figures[0].value, [first, last])


def _nearest(text: str, sentence: list[Token], place: int, step: int) -> int | None:
    """The free risk word closest to a figure, not beyond another figure or a comma."""
    at = place + step
    for _distance in range(4):
        if not 0 <= at < len(sentence):
            return None
        token = sentence[at]
        holds = token.kind == "hold" and step < 0 and sentence[place].kind == "pct"
        if token.kind == "risk" or (holds and not _is_after(text, token)):
            return None if token.used else at
        if token.kind not in _BETWEEN or (step > 0 and token.kind in ("list", "and", "rel")):
            return None
        at += step
    return None


def _is_after(text: str, token: Token) -> bool:
    """``after 2% profit`` is a time, no size."""
    words = text[token.start : token.end].lower()
    return words.endswith("after") or words.startswith("后")


def _read_bare_numbers(text: str, sentence: list[Token], patch: SpecPatch) -> None:
    told = [token for token in sentence if token.kind not in ("filler", "at", "to")]
    for token, follower in pairwise(told):
        if token.kind == "risk" and follower.kind == "num" and not token.used and not follower.used:
            patch.unread.append(Unread(text[token.start : follower.end], "percent_sign"))
            token.used = follower.used = True


def _read_holding(text: str, sentence: list[Token], timeframe: str | None, patch: SpecPatch) -> None:
    for place, token in enumerate(sentence):
        if token.kind not in ("bars", "days") or token.used:
            continue
        hold = None
        for at in (place - 1, place - 2, place - 3, place + 1, place + 2):
            if 0 <= at < len(sentence) and sentence[at].kind == "hold" and not sentence[at].used:
                if at > place and text[sentence[at].start : sentence[at].end].lower() == "after":
                    continue  # "two bars after the cross" hold nothing
                between = sentence[min(at, place) + 1 : max(at, place)]
                if all(
                    item.kind in ("filler", "rel", "at", "kline", "hold", "act", "change", "to") for item in between
                ):
                    hold = at
                    break
        if hold is None:
            continue
        part = sentence[min(hold, place) : max(hold, place) + 1]
        if token.kind == "days" and timeframe != "1d":
            patch.unread.append(Unread(text[part[0].start : part[-1].end], "bars_not_days"))
            for item in part:
                item.used = True
            continue
        _take(text, patch, "max_bars", token.value, part)


def _take(text: str, patch: SpecPatch, key: str, value: float, part: list[Token]) -> None:
    words = text[part[0].start : part[-1].end]
    for token in part:
        if token.kind not in ("and", "list"):
            token.used = True
        if token.kind in ("pct", "bars", "days"):
            token.kind = "figure"  # and what is told beside it needs no condition any more
    if risk_problem(key, value):
        patch.unread.append(Unread(words, "out_of_range"))
        return
    patch.risk[key] = int(value) if key == "max_bars" else value
    patch.placed[key] = (part[0].start, part[-1].end)
    patch.sources[f"risk.{key}"] = words
