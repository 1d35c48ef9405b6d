"""Parts of a message that no spec can hold: they are named with their reason, and nothing is read out of them."""

import re

from strategies.grammar import MOVING_AVERAGES
from strategies.parsing.context import COUNTS
from strategies.parsing.patch import SpecPatch, Unread
from strategies.parsing.tokens import Token

_STOPPING = re.compile("[,.;:!?，。；：！？\n]")
_ENDS_A_PART = ("soft", "and", "or", "hard")
_STOPS = ",.;:!?，。；：！？\n"
_KEPT = ("act", "dir", "ind", "denied")  # still told: the direction and the indicators that were named
_TELLS = frozenset(("rel", "cross", "num", "bars", "days", "post", "returned", "pct", "figure", "between", "turn"))
_SIZED = ("stop_loss_pct", "take_profit_pct", "trailing_stop_pct", "position_pct")


def read_refusals(text: str, tokens: list[Token], patch: SpecPatch) -> list[tuple[int, int]]:
    """Where the parts stand that were named."""
    said: list[tuple[int, int]] = []
    for part in _parts(tokens):
        reason = _reason(part)
        if reason is None:
            continue
        if reason == "account_rule":
            part = _whole_clause(text, tokens, part)  # "回撤20%就停止交易": its figure belongs to it
        free = [token for token in part if token.kind != "hard"]
        patch.unread.append(Unread(text[_start(text, tokens, free[0]) : free[-1].end], reason))
        end = free[-1].end
        while reason == "account_rule" and end < len(text) and text[end] not in _STOPS:
            end += 1  # "… after 20% drawdown"
        said.append((free[0].start, end))
        for token in free:
            kept = (*_KEPT, *COUNTS) if reason == "distance" else _KEPT  # the 20 of the 20 day average
            if token.kind not in kept or (reason == "in_atr" and token.kind == "ind"):
                token.used = True
    return said


def _whole_clause(text: str, tokens: list[Token], part: list[Token]) -> list[Token]:
    """The tokens from one comma to the next around a part."""
    first, last = tokens.index(part[0]), tokens.index(part[-1])
    while first and not _STOPPING.search(text[tokens[first - 1].end - 1 : tokens[first].start]):
        first -= 1
    while (
        last + 1 < len(tokens)
        and tokens[last + 1].kind != "hard"
        and not _STOPPING.search(text[tokens[last].end : tokens[last + 1].start + 1])
    ):
        last += 1
    return [token for token in tokens[first : last + 1] if not token.used]


def _is_distance(part: list[Token]) -> bool:
    """``the close is 5% below the 20 day average``, ``低于60日均线5%``."""
    kinds = {token.kind for token in part}
    lines = any(token.kind == "ind" and token.value in (*MOVING_AVERAGES, "BOLL", "DONCHIAN") for token in part)
    measured = any(token.kind == "ind" and token.value in ("RSI", "KDJ", "ROC", "ADX", "CCI") for token in part)
    related = any(token.kind in ("rel", "post") and not str(token.value).startswith("cross") for token in part)
    return (
        "pct" in kinds
        and related
        and (lines or "mean" in kinds or "extreme" in kinds)
        and not measured
        and not kinds & {"risk", "hold", "vague"}
    )


def _start(text: str, tokens: list[Token], first: Token) -> int:
    """Where the words before the part begin that no rule knows: "I'd like to …"."""
    start = first.start
    place = tokens.index(first)
    least = tokens[place - 1].end if place else 0
    while start > least and text[start - 1] not in _STOPS:
        start -= 1
    while start < first.start and text[start] == " ":
        start += 1
    return start


def read_systems(text: str, tokens: list[Token], patch: SpecPatch) -> None:
    """A system called by its name alone: its rules are not guessed."""
    for token in tokens:
        if token.kind != "turtle":
            continue
        token.used = True
        if not patch.sides:
            patch.unread.append(Unread(text[token.start : token.end], "named_system"))
            return


def _parts(tokens: list[Token]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.kind in _ENDS_A_PART:
            parts.append([])
        elif not token.used:
            parts[-1].append(token)
    return [part for part in parts if part]


def _reason(part: list[Token]) -> str | None:
    for token in part:
        if token.kind == "unbuilt":
            return str(token.value)
    risky = any(token.kind == "risk" and token.value in _SIZED for token in part)
    if any(token.kind == "money" for token in part):
        return "money"
    measured = any(token.kind == "ind" and token.value == "ATR" for token in part)
    if risky and measured and any(token.kind in ("num", "times") for token in part):
        return "in_atr"
    if _is_distance(part):
        return "distance"
    if any(token.kind == "unknown" and token.value == "indicator" for token in part):
        return "unknown_indicator"
    if any(token.kind == "vague" for token in part) and not any(token.kind in _TELLS for token in part):
        return "vague_level"
    return None
