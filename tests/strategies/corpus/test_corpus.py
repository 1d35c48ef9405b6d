"""The parser and the reader of assent against the labelled corpus (``docs/corpus.md``)."""

from collections import Counter

import pytest

from strategies.reasons import REASONS
from strategies.spec import read_spec, to_json
from tests.strategies.corpus import figures, notation, report
from tests.strategies.corpus.__main__ import DOCUMENT
from tests.strategies.corpus.case import SAID

LEAST = 0.97


@pytest.fixture(scope="module")
def results() -> list[figures.Result]:
    return figures.measure()


@pytest.fixture(scope="module")
def intents() -> list[figures.IntentResult]:
    return figures.measure_intents()


def test_the_whole_spec_is_equal_for_nearly_all(results: list[figures.Result]) -> None:
    right = sum(result.equal for result in results)
    assert right / len(results) >= LEAST, report.figures(results, [], [])


def test_hardly_anything_is_wrong_without_a_word() -> None:
    """What is not understood is said, never guessed."""
    results = [*figures.measure(), *figures.measure({**figures.HELD_OUT, **figures.FRESH})]
    silent = [result.case.text for result in results if result.silent]
    assert len(silent) <= 3, silent


def test_the_fresh_tables_are_read_nearly_as_well() -> None:
    results = figures.measure(figures.FRESH)
    right = sum(result.equal for result in results)
    assert right / len(results) >= 0.93, report.figures(results, [], [])


def test_what_cannot_be_built_is_said_with_its_reason(results: list[figures.Result]) -> None:
    asked = [result for result in results if result.case.unread]
    right = sum(result.said for result in asked)
    assert right / len(asked) >= LEAST, report.figures(results, [], [])


def test_no_message_starts_a_generation_that_nobody_asked_for(intents: list[figures.IntentResult]) -> None:
    assert [result.said.text for result in intents if result.false_start] == []


def test_confirmations_and_refusals_are_read(intents: list[figures.IntentResult]) -> None:
    assert sum(result.right for result in intents) / len(intents) >= LEAST, report.figures([], [], intents)


def test_the_corpus_is_large_and_in_both_languages() -> None:
    languages = Counter(language for _theme, language, _case in figures.cases())
    assert languages.total() >= 320
    assert min(languages["ZH"], languages["EN"]) >= 160
    assert languages["MIXED"] >= 20
    assert len(figures.measure_intents()) >= 150


def test_each_label_is_a_spec_and_stands_once() -> None:
    seen: set[tuple[object, ...]] = set()
    for theme, _language, case in figures.cases((*figures.THEMES, *figures.HELD_OUT, *figures.FRESH)):
        wanted = case.wanted()
        assert to_json(read_spec(to_json(wanted))) == to_json(wanted), case.text
        assert set(case.unread) - {SAID} <= set(REASONS), case.text
        key = (case.text, case.before, case.given)
        assert key not in seen, f"{theme}: {case.text}"
        seen.add(key)


@pytest.mark.parametrize(
    "line",
    [
        "SMA(5) x> SMA(20)",
        "RSI(14) < 30 & (MACD(12,26,9).macd x> 0 | close >= high[-1])",
        "!(CCI(20) <= -100) | volume > 5",
    ],
)
def test_the_notation_is_read_back(line: str) -> None:
    assert notation.written(notation.condition(line)) == line


def test_the_notation_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="cannot read"):
        notation.condition("RSI is low")


def test_plain_rules_are_read_in_every_wording() -> None:
    results = figures.measure_plain(600)
    wrong = [f"{result.case.text}: {result.differences}" for result in results if not result.equal]
    assert len(wrong) <= 6, "\n".join(wrong)


def test_the_document_holds_the_figures_of_today(results: list[figures.Result]) -> None:
    table = report.figures(results, [], [])
    assert table in DOCUMENT.read_text(), "python -m tests.strategies.corpus --write"
