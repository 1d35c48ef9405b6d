"""Code that forges the verdict of its own lookahead test is found out by the witness outside of the sandbox."""

import pytest

from strategies import runs, sandbox
from strategies.engine.bars import Bars
from strategies.engine.job import InvalidOutcome, Job, decode_outcome, encode_job
from tests.strategies.forgeries import CAUGHT, CLEAN, DIES_WHEN_ASKED, FORGED, FORGED_INDICATOR, SAYS_NOTHING, in_cents
from tests.strategies.sandbox.jobs import available


@pytest.fixture(autouse=True)
def _full() -> None:
    available("full")


@pytest.fixture(scope="module")
def bars() -> Bars:
    return in_cents()


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_verdict_is_found_out(name: str, bars: Bars) -> None:
    job = Job("strategy", FORGED[name], bars)
    claimed = decode_outcome(sandbox.run(encode_job(job)), len(bars))
    assert claimed.error is None, claimed.error
    assert claimed.lookahead is not None
    assert claimed.lookahead.passed, "it does not even deceive the test inside"
    assert claimed.actions

    outcome = runs.run_job(job)
    assert outcome.lookahead is not None
    assert not outcome.lookahead.passed
    assert all(finding.bar <= finding.cut for finding in outcome.lookahead.findings)


@pytest.mark.parametrize("name", CAUGHT)
def test_reading_the_future_without_forging_is_found_out(name: str, bars: Bars) -> None:
    outcome = runs.run_job(Job("strategy", CAUGHT[name], bars))
    assert outcome.error is None, outcome.error
    assert outcome.lookahead is not None
    assert not outcome.lookahead.passed


def test_an_indicator_cannot_forge_either(bars: Bars) -> None:
    job = Job("indicator", FORGED_INDICATOR, bars)
    claimed = decode_outcome(sandbox.run(encode_job(job)), len(bars)).lookahead
    assert claimed is not None
    assert claimed.passed
    heard = runs.run_job(job).lookahead
    assert heard is not None
    assert {finding.code for finding in heard.findings} == {"indicator-reads-future"}


def test_an_outcome_without_a_verdict_is_not_believed(bars: Bars) -> None:
    with pytest.raises(InvalidOutcome) as caught:
        runs.run_job(Job("strategy", SAYS_NOTHING, bars))
    assert caught.value.code == "outcome-tests"


def test_code_that_gives_the_witness_no_answer_has_no_outcome(bars: Bars) -> None:
    with pytest.raises(sandbox.SandboxError) as caught:
        runs.run_job(Job("strategy", DIES_WHEN_ASKED, bars))
    assert not isinstance(caught.value, sandbox.SandboxOff | sandbox.Unavailable)


def test_a_verdict_that_nobody_asked_for_is_left_out(bars: Bars) -> None:
    code = FORGED["makes every report a good one"]
    outcome = runs.run_job(Job("strategy", code, bars, tests=False))
    assert (outcome.lookahead, outcome.warmup) == (None, None)


def test_honest_code_is_heard_the_same_each_time(bars: Bars) -> None:
    shares: list[float] = []
    first = runs.run_job(Job("strategy", CLEAN, bars), report=shares.append)
    assert first.lookahead is not None
    assert (first.lookahead.passed, first.lookahead.cuts) == (True, 6)
    assert runs.run_job(Job("strategy", CLEAN, bars)).lookahead == first.lookahead
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
