"""What the person does not want: "without MACD", "不想用布林带", "forget the 200 day filter"."""

from strategies.conditions import IndicatorUse
from strategies.grammar import MOVING_AVERAGES
from strategies.parsing.patch import SpecPatch
from strategies.parsing.tokens import Token
from strategies.spec import Spec

_LAST_WORD = (
    "不要了",
    "不用了",
    "leave it out",
    "去掉",
    "取消",
    "算了",
    "别加",
    "别放",
    "不要",
    "不用",
    "不看",
    "不看了",
    "不考虑了",
    "scrap it",
)


_FOR_ANOTHER = ("instead of", "rather than")
_NAMING = ("filler", "ind", "mean", "also", "when", "noun")


def read_exclusions(text: str, sentence: list[Token], spec: Spec, patch: SpecPatch) -> None:
    """Takes each indicator behind a negation, with the ones joined to it by "and" or a list."""
    for place, token in enumerate(sentence):
        if token.kind != "neg" or token.used:
            continue
        words = text[token.start : token.end].lower()
        at = place + 1
        if at < len(sentence) and sentence[at].kind == "soft" and words == "no":
            token.used = True
            continue  # "no, without MACD": the next negation speaks
        while at < min(len(sentence), place + 6) and sentence[at].kind in ("filler", "neg", "at", "to"):
            at += 1
        if _drops(sentence, place, at, spec, patch, text):
            continue
        if _clears(sentence, place, at, patch, text):
            continue
        names = _names(text, sentence, at)
        if words in _FOR_ANOTHER and any(part.kind == "ind" for part in sentence[at + len(names) :]):
            continue  # "instead of the EMAs use SMAs"
        if names:
            _exclude(text, patch, token, names, token.start, names[-1].end)
        elif words in _LAST_WORD:
            _read_last_word(text, sentence, place, patch)


def _drops(sentence: list[Token], place: int, at: int, spec: Spec, patch: SpecPatch, text: str) -> bool:
    """``forget the 200 day filter``, ``200日均线那个条件去掉``: the conditions of that one average."""
    if at < len(sentence) and sentence[at].kind in ("days", "bars", "num"):
        figure, end = at, at + 1
        while end < len(sentence) and sentence[end].kind in _NAMING:
            end += 1
        part = sentence[place:end]
        alone = end == len(sentence) or sentence[end].kind in ("soft", "hard")
    else:
        alone = place + 1 == len(sentence) or sentence[place + 1].kind in ("soft", "hard")
        figure = place - 1
        while figure >= 0 and sentence[figure].kind in _NAMING:
            figure -= 1
        part = sentence[max(figure, 0) : place + 1]
        if figure < 0 or sentence[figure].kind not in ("days", "bars", "num"):
            return False
    named = any(token.kind in ("ind", "mean", "also", "when") or token.value == "线" for token in part)
    if not alone or not named or any(token.used for token in part):
        return False
    kinds = {str(token.value) for token in part if token.kind == "ind"}
    known = [item for item in spec.indicators if item.name in MOVING_AVERAGES and item.params.get("period")]
    known = [item for item in known if item.params["period"] == float(sentence[figure].value)]
    if len(known) != 1 or not kinds <= set(MOVING_AVERAGES):
        return False
    patch.dropped.append(IndicatorUse(known[0].name, tuple(known[0].params.items())))
    patch.sources[f"indicators.{known[0].name}"] = text[part[0].start : part[-1].end]
    for token in part:
        token.used = True
    return True


def _names(text: str, sentence: list[Token], at: int) -> list[Token]:
    names: list[Token] = []
    while at < len(sentence) and sentence[at].kind == "ind" and not sentence[at].used:
        if _is_compared(sentence, at):
            break
        if names and sentence[at - 1].kind == "ind" and text[names[-1].end : sentence[at].start].strip(" 、,"):
            break  # "not KDJ but RSI"
        names.append(sentence[at])
        at += 1
        if at + 1 < len(sentence) and sentence[at].kind in ("list", "and", "or") and sentence[at + 1].kind == "ind":
            at += 1
    return names


def _exclude(text: str, patch: SpecPatch, token: Token, names: list[Token], start: int, end: int) -> None:
    token.used = True
    for name in names:
        name.used = True
        patch.excluded.append(str(name.value))
        patch.sources[f"excluded.{name.value}"] = text[start:end]


def _read_last_word(text: str, sentence: list[Token], place: int, patch: SpecPatch) -> None:
    """``RSI就不要了``, ``I hate ATR, leave it out``: the negation stands behind."""
    if place + 1 < len(sentence) and sentence[place + 1].kind not in ("soft", "hard"):
        return
    at = place - 1
    while at >= 0 and sentence[at].kind in ("soft", "filler", "it", "to", "also"):
        at -= 1
    if at >= 0 and sentence[at].kind == "ind" and not sentence[at].used:
        _exclude(text, patch, sentence[place], [sentence[at]], sentence[at].start, sentence[place].end)
    elif at >= 1 and sentence[at].kind == "when" and sentence[at].value == "rule":
        before = at - 1
        while before > 0 and sentence[before].kind == "filler":
            before -= 1
        if sentence[before].kind == "ind" and not sentence[before].used:  # "ADX那个条件去掉"
            _exclude(text, patch, sentence[place], [sentence[before]], sentence[before].start, sentence[place].end)
            return
        _clear(sentence[at - 1], [sentence[at], sentence[place]], patch, text)


def _clears(sentence: list[Token], place: int, at: int, patch: SpecPatch, text: str) -> bool:
    """``remove the exit rule``."""
    if at + 1 >= len(sentence) or sentence[at].kind != "act":
        return False
    rule = sentence[at + 1]
    return rule.kind == "when" and rule.value == "rule" and _clear(sentence[at], [sentence[place], rule], patch, text)


def _clear(act: Token, others: list[Token], patch: SpecPatch, text: str) -> bool:
    if act.kind != "act" or act.used:
        return False
    patch.cleared.append(str(act.value[0]))
    for token in (act, *others):
        token.used = True
    return True


def _is_compared(sentence: list[Token], place: int) -> bool:
    """ "Not RSI below 30" denies the comparison, not the indicator."""
    behind = sentence[place + 1 : place + 3]
    return bool(behind) and (
        behind[0].kind in ("rel", "cross", "turn")
        or (len(behind) > 1 and behind[0].kind == "num" and behind[1].kind == "rel")
    )
