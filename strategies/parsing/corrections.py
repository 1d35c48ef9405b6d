"""Corrections of what the spec already holds: "改成10日和30日", "change the RSI period to 6", "EMA instead"."""

from strategies.parsing.lexer import Token
from strategies.parsing.operands import valid_params
from strategies.parsing.patch import Renewal, SpecPatch, Unread
from strategies.spec import MOVING_AVERAGES, PARAM_NAMES, Spec, full_params

_COUNTS = ("num", "days", "bars")
_RELATIONS = ("rel", "cross", "turn", "post", "between", "again")

Known = tuple[str, dict[str, float]]


def read_corrections(text: str, sentence: list[Token], spec: Spec, asked: tuple[str, ...], patch: SpecPatch) -> bool:
    """Whether the sentence was a correction; then its words are taken."""
    free = [token for token in sentence if not token.used]
    answers = any(path.startswith("indicators.") for path in asked)
    if any(token.kind in _RELATIONS for token in free):
        return False
    changing = any(token.kind == "change" for token in free)
    if not changing and not (answers and not any(token.kind == "act" for token in free)):
        return False
    values = [token for token in free if token.kind in _COUNTS]
    names = [token for token in free if token.kind == "ind"]
    if not changing and not values:
        return False
    known: list[Known] = [(item.name, dict(item.params)) for item in spec.indicators]
    if not known or not (values or names):
        return False
    renewals = _renewals(free, known, values, names, patch, answers)
    if renewals is None:
        if changing and (values or names):
            patch.unread.append(Unread(text[free[0].start : free[-1].end], "unclear_change"))
            for token in free:
                token.used = True
            return True
        return False
    for renewal in renewals:
        patch.renewals.append(renewal)
        patch.sources[f"indicators.{renewal.new_name}"] = text[free[0].start : free[-1].end]
    for token in free:
        token.used = True
    return True


def _renewals(
    free: list[Token], known: list[Known], values: list[Token], names: list[Token], patch: SpecPatch, answers: bool
) -> list[Renewal] | None:
    figures = [float(token.value) for token in values]
    spoken = [str(token.value) for token in names]
    averages = sorted((item for item in known if item[0] in MOVING_AVERAGES), key=lambda item: item[1].get("period", 0))
    others = [name for name in spoken if name not in MOVING_AVERAGES]
    kinds = list(dict.fromkeys(name for name in spoken if name in MOVING_AVERAGES))
    if others:
        return _other(others, kinds, figures, known)
    if kinds and not figures:
        return _new_kind(kinds, averages)
    if not averages:
        sole = [item for item in known if item[0] not in MOVING_AVERAGES]
        return _other([sole[0][0]], [], figures, known) if len(sole) == 1 else None
    kind = kinds[-1] if kinds else averages[0][0]
    split = next((place for place, token in enumerate(free) if token.kind in ("change", "to") and place), None)
    if split is not None and len(figures) == 2:
        behind = [token for token in free[split:] if token.kind in _COUNTS]
        if len(behind) == 1 or (free[0].kind == "change" and any(token.kind == "to" for token in free)):
            return _one_for_another(figures, averages, kind)
    if len(figures) == len(averages):
        return _in_order(figures, averages, kind)
    if not any(item[1] for item in averages) and len(figures) in (1, 2):
        return _in_order(figures, averages * len(figures), kind)
    return None


def _in_order(figures: list[float], averages: list[Known], kind: str) -> list[Renewal] | None:
    renewals = []
    ordered = sorted(figures)
    for (name, params), value in zip(averages, ordered, strict=False):
        new = valid_params(kind, [value])
        if new is None:
            return None
        renewals.append(Renewal(name, tuple(params.items()), kind, tuple(new.items())))
    return renewals


def _one_for_another(figures: list[float], averages: list[Known], kind: str) -> list[Renewal] | None:
    old, new = figures
    params = valid_params(kind, [new])
    match = next((item for item in averages if item[1].get("period") == old), None)
    if params is None or match is None:
        return None
    return [Renewal(match[0], tuple(match[1].items()), kind, tuple(params.items()))]


def _new_kind(kinds: list[str], averages: list[Known]) -> list[Renewal] | None:
    new = kinds[-1]
    old = [item for item in averages if item[0] != new]
    if len(kinds) == 2:
        old = [item for item in old if item[0] == kinds[0]]
    return [Renewal(name, tuple(params.items()), new, tuple(params.items())) for name, params in old] or None


def _other(others: list[str], kinds: list[str], figures: list[float], known: list[Known]) -> list[Renewal] | None:
    name = others[0]
    old = [item for item in known if item[0] == name]
    if len(set(others)) > 1 or kinds or len(old) != 1 or not figures:
        return None
    if len(figures) == 2 and len(PARAM_NAMES[name]) == 1:
        figures = figures[1:]
    params = valid_params(name, figures)
    if params is None:
        return None
    if len(figures) < len(PARAM_NAMES[name]):
        params = full_params(name, {**old[0][1], **dict(zip(PARAM_NAMES[name], figures, strict=False))})
    return [Renewal(name, tuple(old[0][1].items()), name, tuple(params.items()))]
