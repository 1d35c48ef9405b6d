"""Code that forges the verdict of its own lookahead test is found out by the witness outside of the sandbox."""

import numpy as np
import pytest

from strategies import runs, sandbox
from strategies.engine.bars import Bars, make
from strategies.engine.job import Job, decode_outcome, encode_job
from tests.strategies.forgeries import CAUGHT, FORGED
from tests.strategies.sandbox.jobs import available

HOUR = 3_600_000_000


@pytest.fixture(autouse=True)
def _full() -> None:
    available("full")


@pytest.fixture(scope="module")
def bars() -> Bars:
    """Prices with two decimals that wander."""
    random = np.random.default_rng(11)
    count = 700
    close = np.round(100 * np.exp(np.cumsum(random.normal(0, 0.01, count))), 2)
    opened = np.concatenate(([100.0], close[:-1]))
    return make(
        time=np.arange(count) * HOUR,
        open=opened,
        high=np.round(np.maximum(opened, close) * (1 + random.uniform(0, 0.005, count)), 2),
        low=np.round(np.minimum(opened, close) * (1 - random.uniform(0, 0.005, count)), 2),
        close=close,
        volume=np.round(random.uniform(50, 150, count)),
    )


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
