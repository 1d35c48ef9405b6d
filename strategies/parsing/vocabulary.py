"""The words the parser knows, in both languages. A space in an entry stands for any blank, a hyphen or nothing."""

from typing import Any

from strategies.parsing.words import actions, loose, refused, relations, series

Entry = tuple[str, Any]  # kind of token, value

ENTRIES: dict[str, Entry] = {}
for _table in (series, relations, actions, loose, refused):
    for _kind, _value, _words in _table.WORDS:
        ENTRIES.update((_word, (_kind, _value)) for _word in _words.split("|"))

for _word, (_kind, _value) in list(ENTRIES.items()):
    if _kind == "act" and _word[0] > "\u3400" and not _word.startswith("就"):
        ENTRIES.setdefault("就" + _word, (_kind, _value))

# slang that counts only where a clause ends with it
LAST: dict[str, list[tuple[str, str, Any]]] = {}
for _slang, _act in (
    *((word, ("entry", None)) for word in ("进", "in")),
    *((word, ("entry", "long")) for word in ("冲", "追", "抄")),
    *((word, ("exit", None)) for word in ("出", "走", "跑", "割", "砍", "平", "撤", "清", "out", "flat")),
):
    LAST.setdefault(_slang[0], []).append((_slang, "act", _act))

_UP = "cross move rise go climb get break jump push pop run shoot come close back turn recover bounce snap"
_DOWN = "cross move fall go drop dip slip slide sink break come dive plunge tumble roll get trade back turn decline"
_ENDED = {"go": "goes", "cross": "crosses", "push": "pushes"}
_PAST = {"rise": "rose", "go": "went", "get": "got", "break": "broke", "run": "ran", "shoot": "shot", "come": "came",
         "fall": "fell", "slide": "slid", "sink": "sank"}  # fmt: skip


def _forms(verb: str) -> tuple[str, ...]:
    ending = (
        verb[:-1] if verb.endswith("e") else verb + verb[-1] if verb in ("get", "run", "drop", "dip", "slip") else verb
    )
    past = _PAST.get(verb, ending + "ed")
    return verb, _ENDED.get(verb, verb + "s"), ending + "ing", past


def _add_moves(value: str, verbs: str, ways: str) -> None:
    for verb in verbs.split():
        for form in _forms(verb):
            for way in ways.split("|"):
                if verb != "close":
                    ENTRIES.setdefault(f"{form} {way}", ("rel", value))


_add_moves("cross_above", _UP, "above|over|up above|up through|back above|back over|through|out above|up over")
_add_moves(
    "cross_below", _DOWN, "below|under|beneath|down below|down through|back below|back under|underneath|out below"
)

FIRST: dict[str, list[tuple[tuple[str, ...], str, Any]]] = {}
for _word, (_kind, _value) in ENTRIES.items():
    _parts = tuple(_word.split(" ")) if _word != "\n" else ("\n",)
    FIRST.setdefault(_parts[0][0], []).append((_parts, _kind, _value))
for _candidates in FIRST.values():
    # the longest first; of two that are as long the one that is written in fewer words
    _candidates.sort(key=lambda candidate: (-sum(map(len, candidate[0])), len(candidate[0])))
