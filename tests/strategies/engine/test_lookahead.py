"""Every planted way of reading the future is caught, every clean strategy passes, and findings say what and where."""

import numpy as np
import pytest

from strategies.engine import job
from strategies.engine.job import Job, Outcome
from tests.strategies.engine.clean import CLEAN, CLEAN_INDICATORS
from tests.strategies.engine.planted import PLANTED, PLANTED_INDICATORS
from tests.strategies.engine.random_cases import random_bars


def outcome(kind: job.Kind, code: str, count: int = 600, seed: int = 5) -> Outcome:
    """The outcome of the whole job on a random walk."""
    bars = random_bars(np.random.default_rng(seed), count)
    done = job.run(Job(kind, code, bars))
    assert done.error is None, done.error
    assert done.lookahead is not None
    return done


@pytest.mark.parametrize("name", PLANTED)
def test_planted_bugs_are_caught(name: str) -> None:
    found = outcome("strategy", PLANTED[name]).lookahead
    assert found is not None
    assert not found.passed, name
    assert all(finding.code.endswith(("reads-future", "other-future")) for finding in found.findings)
    assert all(finding.bar <= finding.cut for finding in found.findings)


@pytest.mark.parametrize("name", PLANTED_INDICATORS)
def test_planted_bugs_of_indicators_are_caught(name: str) -> None:
    found = outcome("indicator", PLANTED_INDICATORS[name]).lookahead
    assert found is not None
    assert not found.passed, name


@pytest.mark.parametrize("name", CLEAN)
def test_clean_strategies_pass(name: str) -> None:
    done = outcome("strategy", CLEAN[name])
    assert done.lookahead is not None
    assert done.lookahead.passed, done.lookahead
    assert done.actions or name == "nothing is ever ordered"


@pytest.mark.parametrize("name", CLEAN_INDICATORS)
def test_clean_indicators_pass(name: str) -> None:
    done = outcome("indicator", CLEAN_INDICATORS[name])
    assert done.lookahead is not None
    assert done.lookahead.passed, done.lookahead
    assert done.warmup is not None
    assert done.warmup.passed, done.warmup


def test_the_tables_are_as_long_as_promised() -> None:
    assert len(PLANTED) + len(PLANTED_INDICATORS) >= 12
    assert len(CLEAN) + len(CLEAN_INDICATORS) >= 20


def test_a_finding_names_the_indicator_and_the_bar() -> None:
    found = outcome("strategy", PLANTED["shift(-1)"]).lookahead
    assert found is not None
    finding = next(item for item in found.findings if item.code == "indicator-reads-future")
    assert finding.what == "next_return"
    assert finding.bar == finding.cut  # the next bar's return changes with the next bar


def test_code_that_does_not_repeat_itself_is_called_that() -> None:
    code = """\
import numpy as np
from backtesting import Strategy

class Dice(Strategy):
    def init(self):
        self.dice = np.random.default_rng()

    def next(self):
        if self.dice.random() < 0.3:
            self.buy(size=1)
"""
    found = outcome("strategy", code).lookahead
    assert found is not None
    assert [finding.code for finding in found.findings] == ["not-repeatable"]
