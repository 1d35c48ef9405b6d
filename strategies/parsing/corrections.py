"""Corrections of the plan's indicators: "改成10日和30日", "change the RSI period to 6", "EMA instead".

Words that aim at one figure by its old value or by its side were taken before, by ``aims``.
"""

from itertools import pairwise

from strategies.conditions import IndicatorUse, Number, comparisons, from_json
from strategies.grammar import MOVING_AVERAGES, PARAM_NAMES, full_params
from strategies.parsing.context import COUNTS, valid_params
from strategies.parsing.counted import channel_side
from strategies.parsing.patch import Renewal, SpecPatch, Unread
from strategies.parsing.tokens import Token
from strategies.spec import Spec

_FIGURES = (*COUNTS, "dev")
_RELATIONS = frozenset(
    (
        "rel",
        "cross",
        "turn",
        "post",
        "between",
        "again",
        "returned",
        "touch",
        "trend",
        "stack",
        "flow",
        "heading",
    )
)

_INSTEAD = ("instead of", "rather than", "而不是", "不是", "not", "不要", "不用")
_FOR_ANOTHER = ("instead of", "rather than", "而不是")
_GENERIC = ("均线", "ma", "mas", "移动平均线", "moving average", "moving averages", "averages", "平均线")

_ONE_LINE = ("RSI", "CCI", "ADX", "ROC")
_PERIODS = ("period", "periods", "周期", "参数", "length", "window", "params", "parameter", "parameters")

Known = tuple[str, dict[str, float]]


def read_corrections(text: str, sentence: list[Token], spec: Spec, asked: tuple[str, ...], patch: SpecPatch) -> None:
    """Takes the words of each part of the sentence that corrects something."""
    if not spec.indicators:
        return
    answers = any(path.startswith("indicators.") for path in asked)
    for part in _parts(sentence):
        _read_part(text, part, sentence, spec, answers, patch)


def _parts(sentence: list[Token]) -> list[list[Token]]:
    """What stands between commas; a comma between figures parts nothing."""
    parts: list[list[Token]] = [[]]
    for place, token in enumerate(sentence):
        around = sentence[max(place - 1, 0) : place + 2]
        listed = len(around) == 3 and around[0].kind in _FIGURES and around[2].kind in _FIGURES
        if token.kind == "soft" and not listed:
            parts.append([])
        elif not token.used:
            parts[-1].append(token)
    return [part for part in parts if part]


def _read_part(
    text: str, part: list[Token], sentence: list[Token], spec: Spec, answers: bool, patch: SpecPatch
) -> None:
    if any(token.kind in _RELATIONS for token in part):
        return
    changing = any(token.kind == "change" for token in part)
    adding = any(token.kind == "also" for token in part)
    acting = any(token.kind == "act" for token in part)
    part_words = text[part[0].start : part[-1].end]
    whole = part
    part = _without_the_old(text, part)
    replaced = len(part) < len(whole)
    changing = changing or any(text[token.start : token.end].lower() in _FOR_ANOTHER for token in sentence)
    changing = changing or replaced
    if any(token.kind in ("hold", "risk") for token in part):
        return  # "the holding time becomes 20 bars" changes no indicator
    values = [token for token in part if token.kind in _FIGURES]
    named = any(token.kind == "speed" for token in part)
    changing = changing or (named and len(values) == 1 and not acting and not adding)
    names = [token for token in part if token.kind == "ind"]
    speeds = [token for token in part if token.kind == "speed"]
    known: list[Known] = [(item.name, dict(item.params)) for item in spec.indicators]
    if not values and not (names and changing):
        return
    if not changing and not (answers and not acting) and (adding or acting or not _renames(names, known)):
        return
    if names and all(name.value not in [item[0] for item in known] for name in names) and not _averages(names, known):
        return  # an indicator that is new is mentioned, not changed
    words = part_words
    generic = [name for name in names if text[name.start : name.end].lower() in _GENERIC]
    if values and any(item[0] in MOVING_AVERAGES for item in known):
        names = [name for name in names if name not in generic]  # "均线改成20和120" keeps their kind
    levels = _levels(part, values, names, spec)
    if not levels and _may_be_a_level(text, part, values, names, spec):
        patch.unread.append(Unread(words, "unclear_change"))
        for token in part:
            token.used = True
        return
    high = next((channel_side(token) for token in whole if channel_side(token)), "")
    if not levels and high:
        figures = [float(token.value) for token in whole if token.kind in COUNTS]
        channel = [item for item in known if item[0] == "DONCHIAN" and item[1].get("period") in figures[1:]]
        params = valid_params("DONCHIAN", figures[:1]) if len(figures) == 2 and replaced else None
        if len(channel) == 1 and params is not None:
            old = tuple(channel[0][1].items())
            patch.renewals.append(Renewal("DONCHIAN", old, "DONCHIAN", tuple(params.items())))
            patch.sources["indicators.DONCHIAN"] = words
        else:
            patch.unread.append(Unread(words, "unclear_change"))
        for token in whole:
            token.used = True
        return
    renewals = [] if levels else _renewals(part, known, values, names, speeds)
    if renewals is None:
        if not changing:
            return
        patch.unread.append(Unread(words, "unclear_change"))
    for renewal in renewals or []:
        patch.renewals.append(renewal)
        patch.sources[f"indicators.{renewal.new_name}"] = words
    _change(levels, words, spec, patch)
    for token in part:
        token.used = True


def _may_be_a_level(text: str, part: list[Token], values: list[Token], names: list[Token], spec: Spec) -> bool:
    """``RSI should be 25``: its period or its level, where the plan holds the indicator against a figure."""
    if len(values) != 1 or len(names) != 1 or values[0].kind != "num" or names[0].value not in _ONE_LINE:
        return False
    told = any(text[token.start : token.end].lower() in _PERIODS for token in part)
    glued = text[names[0].end : values[0].start] in ("", "(", " ")
    trees = [from_json(tree) for tree in (spec.entry, spec.exit) if tree]
    held = any(
        isinstance(compare.left, IndicatorUse)
        and compare.left.name == names[0].value
        and isinstance(compare.right, Number)
        for tree in trees
        for compare in comparisons(tree)
    )
    return held and not told and not glued


def _without_the_old(text: str, part: list[Token]) -> list[Token]:
    """``10 and 100 instead of 10 and 50``: what stands behind is what it was."""
    for place, token in enumerate(part):
        if token.kind == "neg" and text[token.start : token.end].lower() in _INSTEAD and place:
            if not any(old.kind in _FIGURES for old in part[place:]):
                break
            for old in part[place:]:
                old.used = True
            return part[:place]
    return part


def _change(levels: list[tuple[float, float]], words: str, spec: Spec, patch: SpecPatch) -> None:
    """Numbers of conditions become others; each side that holds one says where it comes from."""
    patch.levels += levels
    old = {before for before, _after in levels}
    for side, tree in (("entry", spec.entry), ("exit", spec.exit)):
        compares = comparisons(from_json(tree)) if tree else ()
        if any(isinstance(compare.right, Number) and compare.right.value in old for compare in compares):
            patch.sources[side] = words


def _renames(names: list[Token], known: list[Known]) -> bool:
    """``MACD with 8, 21 and 5``: one indicator that the plan has once, told with figures."""
    said = {str(name.value) for name in names}
    return len(said) == 1 and not said & set(MOVING_AVERAGES) and len([item for item in known if item[0] in said]) == 1


def _averages(names: list[Token], known: list[Known]) -> bool:
    """Another kind of average for those that the plan has."""
    return any(name.value in MOVING_AVERAGES for name in names) and any(item[0] in MOVING_AVERAGES for item in known)


def _levels(part: list[Token], values: list[Token], names: list[Token], spec: Spec) -> list[tuple[float, float]]:
    """``the thresholds to 25 and 75``: the numbers of the conditions in their order, each with what it becomes."""
    if not values or any(token.kind != "num" for token in values) or not any(t.kind == "threshold" for t in part):
        return []
    spoken = {str(name.value) for name in names}
    numbers = sorted(
        {
            compare.right.value
            for tree in (spec.entry, spec.exit)
            if tree
            for compare in comparisons(from_json(tree))
            if isinstance(compare.right, Number)
            and (not spoken or (isinstance(compare.left, IndicatorUse) and compare.left.name in spoken))
        }
    )
    figures = sorted(float(token.value) for token in values)
    return list(zip(numbers, figures, strict=True)) if len(figures) == len(numbers) else []


def _renewals(
    free: list[Token], known: list[Known], values: list[Token], names: list[Token], speeds: list[Token]
) -> list[Renewal] | None:
    figures = [float(token.value) for token in values]
    spoken = [str(token.value) for token in names]
    averages = sorted((item for item in known if item[0] in MOVING_AVERAGES), key=lambda item: item[1].get("period", 0))
    others = [name for name in spoken if name not in MOVING_AVERAGES]
    kinds = list(dict.fromkeys(name for name in spoken if name in MOVING_AVERAGES))
    if others:
        return _other(others, kinds, values, known)
    if kinds and not figures:
        return _new_kind(kinds, averages)
    if not averages:
        sole = [item for item in known if item[0] not in MOVING_AVERAGES]
        return _other([sole[0][0]], [], values, known) if len(sole) == 1 else None
    kind = kinds[-1] if kinds else averages[0][0]
    if len(speeds) == 1 and len(figures) == 1 and len(averages) == 2:
        old = averages[0] if speeds[0].value == "fast" else averages[1]
        return _in_order(figures, [old], kind)
    split = next((place for place, token in enumerate(free) if token.kind in ("change", "to") and place), None)
    if split is not None and len(figures) == 2:
        behind = [token for token in free[split:] if token.kind in COUNTS]
        if len(behind) == 1 or (free[0].kind == "change" and _parted(free)):
            return _one_for_another(figures, averages, kind)
    if len(figures) == len(averages):
        return _in_order(figures, averages, kind)
    if not any(item[1] for item in averages) and len(figures) in (1, 2):
        return _in_order(figures, averages * len(figures), kind)
    return None


def _parted(free: list[Token]) -> bool:
    """``replace the 10 day with a 20 day``: a "to" between the two figures."""
    return any(
        first.kind in COUNTS and any(token.kind == "to" for token in free[free.index(first) : free.index(second)])
        for first, second in pairwise([token for token in free if token.kind in COUNTS])
    )


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


def _other(others: list[str], kinds: list[str], values: list[Token], known: list[Known]) -> list[Renewal] | None:
    name = others[0]
    old = [item for item in known if item[0] == name]
    figures = [float(token.value) for token in values if token.kind != "dev"]
    if len(set(others)) > 1 or kinds or len(old) != 1 or not values:
        return None
    if len(figures) == 2 and len(PARAM_NAMES[name]) == 1:
        if figures[0] != old[0][1].get("period"):
            return None
        figures = figures[1:]
    new = dict(zip(PARAM_NAMES[name], figures, strict=False))
    if name == "BOLL" and len(figures) == 1 and not float(figures[0]).is_integer():
        new = {"dev": figures[0]}
    deviations = [float(token.value) for token in values if token.kind == "dev"]
    if name == "BOLL" and deviations:
        new["dev"] = deviations[0]
    params = full_params(name, {**old[0][1], **new})
    if len(figures) > len(PARAM_NAMES[name]) or valid_params(name, list(params.values())) is None:
        return None
    return [Renewal(name, tuple(old[0][1].items()), name, tuple(params.items()))]
