"""The parser and the reader of assent measured against the labels."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from strategies.hook import confirms
from strategies.intent import Intent, read_intent
from strategies.maturity import assess
from strategies.parsing import apply, parse
from strategies.replies import MOST_QUESTIONS
from strategies.spec import Spec
from tests.strategies.corpus import intents, notation
from tests.strategies.corpus.case import SAID, Case, meaning
from tests.strategies.corpus.plain import plain_rules

THEMES = {
    "averages": "Moving averages",
    "macd": "MACD",
    "oscillators": "RSI and KDJ",
    "bands": "Bands, channels, highs and lows",
    "strength": "Volume, ROC, CCI, ADX, ATR, candles",
    "nesting": "Conditions joined and nested",
    "market": "Instrument, bars, direction",
    "risk": "Stop, target, size, holding time",
    "exclusions": "What is not wanted",
    "second_thoughts": "Second thoughts",
    "plans": "Whole plans, several messages",
    "typos": "Slips and slang",
    "refused": "What cannot be built",
    "talk": "Questions and small talk",
    "voices": "Longer and looser voices",
    "unseen": "Chat as it comes",
}
FRESH = {f"fresh_{number}": f"Fresh {number}" for number in range(1, 15)}
HELD_OUT = {"held_out": "Held out", "held_out_later": "Held out later", "held_out_usual": "Held out, usual"}
LANGUAGES = {"ZH": "Chinese", "EN": "English", "MIXED": "mixed"}


@dataclass(frozen=True, slots=True)
class Result:
    """``equal``: the whole spec is the label's. ``said``: every reason that the label asks for was given."""

    theme: str
    language: str
    case: Case
    equal: bool
    said: bool
    needless: tuple[str, ...]  # reasons that were given though the label asks for none
    differences: tuple[str, ...]
    other: bool  # some field has another value than the label's, instead of none
    silent: bool  # a field differs, and nothing was said to be unread


@dataclass(frozen=True, slots=True)
class IntentResult:
    language: str
    said: intents.Said
    started: bool
    intent: Intent

    @property
    def false_start(self) -> bool:
        return self.started and not self.said.starts

    @property
    def right(self) -> bool:
        if self.said.starts:
            return self.started
        return not self.started and (self.intent is Intent.REFUSE) == self.said.refuses


def cases(themes: Iterable[str] = THEMES) -> Iterator[tuple[str, str, Case]]:
    """Theme, language, case."""
    for theme in themes:
        table = import_module(f"tests.strategies.corpus.themes.{theme}")
        for language in LANGUAGES:
            for case in getattr(table, language, ()):
                yield theme, language, case


def measure(themes: Iterable[str] = THEMES) -> list[Result]:
    return [result(theme, language, case) for theme, language, case in cases(themes)]


def measure_plain(count: int = 2_000) -> list[Result]:
    """Generated rules, the same ones each time."""
    return [result("plain", "", case) for case in plain_rules(seed=1, count=count)]


def measure_intents() -> list[IntentResult]:
    found = []
    for language in LANGUAGES:
        for said in getattr(intents, language):
            intent = read_intent(said.text)
            found.append(IntentResult(language, said, confirms(intent, said.state), intent))
    return found


def read(case: Case) -> tuple[Spec, set[str]]:
    """The spec after the case's last message, read as a conversation reads it, and why words of that were not used."""
    spec = case.given.spec() if case.given else Spec()
    declined: set[str] = set()
    reasons: set[str] = set()
    for message in (*case.before, case.text):
        asked = tuple(item["field"] for item in assess(spec, declined=frozenset(declined)).missing[:MOST_QUESTIONS])
        patch = parse(message, spec=spec, asked=asked if spec != Spec() else ())
        spec = apply(spec, patch)
        declined |= {f"risk.{name}" for name, value in patch.risk.items() if value is None}
        reasons = {item.reason for item in patch.unread}
    return spec, reasons


def result(theme: str, language: str, case: Case) -> Result:
    spec, reasons = read(case)
    got, wanted = meaning(spec), meaning(case.wanted())
    expected = set(case.unread) - {SAID}
    return Result(
        theme=theme,
        language=language,
        case=case,
        equal=got == wanted,
        said=expected <= reasons and (not case.unread or bool(reasons)),
        needless=() if case.unread else tuple(sorted(reasons)),
        differences=tuple(_differences(wanted, got)),
        silent=got != wanted and not reasons,
        other=any(_is_other(wanted[key], got[key]) for key in wanted if key != "indicators"),
    )


def _is_other(wanted: Any, got: Any) -> bool:
    if isinstance(wanted, dict) and isinstance(got, dict) and wanted.keys() == got.keys() and "op" not in wanted:
        return any(_is_other(wanted[key], got[key]) for key in wanted)
    return bool(got) and got != wanted


def _differences(wanted: dict[str, Any], got: dict[str, Any]) -> Iterator[str]:
    for key, value in wanted.items():
        if value == got[key]:
            continue
        if key in ("market", "risk"):
            yield from (f"{name} {value[name]} ≠ {got[key][name]}" for name in value if value[name] != got[key][name])
        else:
            yield f"{key} {_short(key, value)} ≠ {_short(key, got[key])}"


def _short(key: str, value: Any) -> str:
    if not value:
        return "nothing"
    if key in ("entry", "exit"):
        return notation.written(value)
    if key == "indicators":
        return " ".join(map(notation.indicator_written, value))
    return " ".join(value) if isinstance(value, list) else str(value)
