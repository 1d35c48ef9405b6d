"""Parts of a message that no spec can hold: they are named with their reason, and nothing is read out of them."""

from strategies.parsing.patch import SpecPatch, Unread
from strategies.parsing.tokens import Token

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
        free = [token for token in part if token.kind != "hard"]
        patch.unread.append(Unread(text[_start(text, tokens, free[0]) : free[-1].end], reason))
        said.append((free[0].start, free[-1].end))
        for token in free:
            if token.kind not in _KEPT or (reason == "in_atr" and token.kind == "ind"):
                token.used = True
    return said


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
        if token.used:
            continue
        if token.kind in _ENDS_A_PART:
            parts.append([])
        else:
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
    if any(token.kind == "unknown" and token.value == "indicator" for token in part):
        return "unknown_indicator"
    if any(token.kind == "vague" for token in part) and not any(token.kind in _TELLS for token in part):
        return "vague_level"
    return None
