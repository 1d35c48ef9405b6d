"""Every answer that a button offers is read, and answers the question that it stands under."""

import pytest

from strategies import choices
from strategies.grammar import DEFAULT_PARAMS
from strategies.maturity import assess
from strategies.parsing import apply, parse
from strategies.spec import Spec, read_spec
from tests.strategies.corpus import notation

LANGUAGES = ("en", "zh-hans")
ENTRIES = (
    "SMA(5) x> SMA(20)", "MACD.macd x> MACD.signal", "RSI < 30", "RSI(6) x> 25", "KDJ.k x> KDJ.d",
    "close x< BOLL.lower", "CCI x> -100", "close x> DONCHIAN(20).upper[-1]",
    "ROC x> 0", "close x> SMA(50)", "RSI > 60 & close > SMA(200)",
)  # fmt: skip


def read(words: str, spec: Spec) -> Spec:
    asked = tuple(item["field"] for item in assess(spec).missing)
    patch = parse(words, spec=spec, asked=asked if spec != Spec() else ())
    assert not patch.unread, (words, patch.unread)
    return apply(spec, patch)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["", *DEFAULT_PARAMS])
def test_what_may_open_a_position_is_read_as_an_entry(name: str, language: str) -> None:
    spec = read_spec({"indicators": [{"name": name, "params": {}}]}) if name else Spec()
    offered = choices.entries(spec, language)
    assert offered or name in ("ADX", "ATR")
    for words in offered:
        after = read(words, spec)
        assert after.entry is not None, words
        assert after.direction == "long", words
        if name:
            assert name in {item.name for item in after.indicators}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("entry", ENTRIES)
def test_what_may_close_a_position_is_read_as_its_exit(entry: str, language: str) -> None:
    spec = read_spec({"entry": notation.condition(entry), "direction": "long"})
    offered = choices.exits(spec, language)
    assert offered, entry
    for words in offered:
        after = read(words, spec)
        assert after.exit is not None, words
        assert after.entry == spec.entry, words


def test_a_plan_that_sells_short_is_offered_no_purchase() -> None:
    spec = read_spec({"entry": notation.condition("RSI > 70"), "direction": "short"})
    assert choices.entries(spec, "en") == [] == choices.exits(spec, "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["strategy", "trading_system"])
def test_every_button_of_every_question_is_read(kind: str, language: str) -> None:
    spec = read_spec({"entry": notation.condition("SMA() x> SMA()")})
    for start in (Spec(), spec):
        for place, item in enumerate(assess(start, kind, language).missing):
            for words in item["choices"]:
                asked = tuple(other["field"] for other in assess(start, kind, language).missing[place:])
                patch = parse(words, spec=start, asked=asked)
                assert not patch.unread, (item["field"], words, patch.unread)
                assert apply(start, patch) != start, (item["field"], words)
