"""What the person does not want: "without MACD", "不想用布林带"."""

from strategies.parsing.lexer import Token
from strategies.parsing.patch import SpecPatch

_PASSED = frozenset(("filler", "when", "at", "to", "soft_no"))


def read_exclusions(text: str, sentence: list[Token], patch: SpecPatch) -> None:
    """Takes each indicator behind a negation, with the ones joined to it by "and" or a list."""
    for place, token in enumerate(sentence):
        if token.kind != "neg" or token.used:
            continue
        at = place + 1
        if at < len(sentence) and sentence[at].kind == "soft" and text[token.start : token.end].lower() == "no":
            continue  # "no, without MACD": the next negation speaks
        while at < min(len(sentence), place + 6) and sentence[at].kind in ("filler", "neg", "at"):
            at += 1
        names: list[Token] = []
        while at < len(sentence) and sentence[at].kind == "ind" and not sentence[at].used:
            if _is_compared(sentence, at):
                break
            names.append(sentence[at])
            at += 1
            if at + 1 < len(sentence) and sentence[at].kind in ("list", "and", "or") and sentence[at + 1].kind == "ind":
                at += 1
        if not names:
            continue
        end = names[-1].end
        token.used = True
        for name in names:
            name.used = True
            patch.excluded.append(str(name.value))
            patch.sources[f"excluded.{name.value}"] = text[token.start : end]


def _is_compared(sentence: list[Token], place: int) -> bool:
    """ "Not RSI below 30" denies the comparison, not the indicator."""
    behind = sentence[place + 1 : place + 3]
    return bool(behind) and (
        behind[0].kind in ("rel", "cross", "turn")
        or (len(behind) > 1 and behind[0].kind == "num" and behind[1].kind == "rel")
    )
