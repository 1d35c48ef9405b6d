"""The witness asks where the future is another, plausible one; clean code answers the same, and two hearings agree."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from strategies.composer import compose
from strategies.engine import job, witness
from strategies.engine.bars import COLUMNS, Bars, check, make
from strategies.engine.futures import other_future
from strategies.engine.job import HonestyReport, Job, Outcome
from strategies.engine.replay import replay
from strategies.spec import read_spec
from tests.strategies.engine.clean import CLEAN, CLEAN_INDICATORS
from tests.strategies.engine.planted import PLANTED, PLANTED_INDICATORS
from tests.strategies.engine.random_cases import random_bars
from tests.strategies.random_specs import specs

COUNT = 600
BARS = random_bars(np.random.default_rng(5), COUNT)
SECRETS = tuple(b"%d" % number for number in range(5))


def first_run(kind: job.Kind, code: str, bars: Bars = BARS) -> tuple[Job, Outcome]:
    asked = Job(kind, code, bars, tests=False)
    done = job.run(asked)
    assert done.error is None, done.error
    return asked, done


def hear(asked: Job, done: Outcome, secret: bytes, ask: witness.Ask = job.run) -> HonestyReport:
    trades = replay(asked.bars, asked.config, done.actions).trades
    return witness.witness(asked, done, trades, ask, secret)


@pytest.mark.parametrize("name", CLEAN)
@pytest.mark.parametrize("count", [5, 40, COUNT])
def test_clean_strategies_pass(name: str, count: int) -> None:
    asked = Job("strategy", CLEAN[name], random_bars(np.random.default_rng(6), count), tests=False)
    done = job.run(asked)
    if done.error is None:  # some need more bars
        assert hear(asked, done, name.encode()).passed


@pytest.mark.parametrize("name", CLEAN_INDICATORS)
def test_clean_indicators_pass(name: str) -> None:
    assert hear(*first_run("indicator", CLEAN_INDICATORS[name]), name.encode()).passed


def test_composed_strategies_pass() -> None:
    heard: list[HonestyReport] = []

    @given(specs())
    @settings(
        max_examples=60,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def collect(data: dict[str, Any]) -> None:
        code = compose(read_spec(data))
        heard.append(hear(*first_run("strategy", code), code.encode()))

    collect()
    assert len(heard) >= 20
    assert all(report.passed for report in heard), [report for report in heard if not report.passed]


@pytest.mark.parametrize(("kind", "name"), [*(("strategy", name) for name in PLANTED),
                                            *(("indicator", name) for name in PLANTED_INDICATORS)])  # fmt: skip
def test_planted_bugs_are_caught(kind: job.Kind, name: str) -> None:
    """By most secrets: what the test inside sees for certain, the witness may miss once."""
    code = {**PLANTED, **PLANTED_INDICATORS}[name]
    asked, done = first_run(kind, code)
    reports = [hear(asked, done, secret) for secret in SECRETS]
    missed = sum(report.passed for report in reports)
    assert missed <= len(SECRETS) // 2
    assert all(finding.bar <= finding.cut for report in reports for finding in report.findings)


def test_two_hearings_ask_the_same_and_other_secrets_something_else() -> None:
    asked, done = first_run("strategy", CLEAN[next(iter(CLEAN))])

    def questions(secret: bytes) -> list[bytes]:
        found: list[bytes] = []

        def ask(question: Job) -> Outcome:
            found.append(job.encode_job(question))
            return job.run(question)

        assert hear(asked, done, secret, ask).cuts == len(found)
        return found

    assert questions(b"one") == questions(b"one")
    assert not set(questions(b"one")) & set(questions(b"two"))


def test_no_question_holds_real_bars_that_an_earlier_one_was_not_to_see() -> None:
    """Else a copy that speaks for the next one could use them. Nor does the end of the run tell the cut."""
    asked, done = first_run("strategy", CLEAN[next(iter(CLEAN))])
    cuts, stops = [], []

    def ask(question: Job) -> Outcome:
        differs = question.bars.close != asked.bars.close
        cuts.append(int(differs.argmax()) - 1)
        stops.append(question.stop)
        assert not question.tests
        return job.run(question)

    for secret in SECRETS:
        hear(asked, done, secret, ask)
    each = np.array(cuts).reshape(len(SECRETS), -1)
    assert (np.diff(each, axis=1) > 0).all()
    assert (each <= np.array(stops).reshape(each.shape)).all()
    assert len({tuple(row) for row in np.array(stops).reshape(each.shape)}) == 1
    assert len(set(each[:, -1])) > 1


def test_an_error_in_the_other_future_is_no_finding_before_it_an_error_is() -> None:
    asked, done = first_run("strategy", CLEAN[next(iter(CLEAN))])

    def fails_late(question: Job) -> Outcome:
        answer = job.run(question)
        return replace(answer, error=job.RunError("exception", "late", 1, COUNT - 1))

    def fails_early(question: Job) -> Outcome:
        return replace(job.run(question), error=job.RunError("exception", "early", 1, 0))

    assert hear(asked, done, b"", fails_late).passed
    assert [item.code for item in hear(asked, done, b"", fails_early).findings] == ["not-repeatable"]


# --- the other future -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 3, 60, COUNT])
def test_another_future_is_bars_and_leaves_the_past(count: int) -> None:
    bars = random_bars(np.random.default_rng(count), count)
    for cut in {0, count // 2, count - 2}:
        other = other_future(bars, cut, np.random.default_rng(1))
        check(other)
        for name in COLUMNS:
            assert np.array_equal(getattr(other, name)[: cut + 1], getattr(bars, name)[: cut + 1])
        assert np.array_equal(other.time, bars.time)


def test_it_goes_the_other_way_in_every_stretch() -> None:
    for seed in range(20):
        cut = 100 + 7 * seed
        other = other_future(BARS, cut, np.random.default_rng(seed))
        start, length = cut, 1
        while start + length < COUNT and length <= 64:
            real = BARS.close[start + length] - BARS.close[start]
            made = other.close[start + length] - other.close[start]
            assert real * made <= 0
            start, length = start + length, length * 2


def test_it_looks_like_the_real_bars() -> None:
    """As many decimals, moves of the same size, the same closes and opens, no jump at the seam."""
    random = np.random.default_rng(4)
    close = np.round(50 * np.exp(np.cumsum(random.normal(0, 0.01, 3_000))), 2)
    opened = np.concatenate(([50.0], close[:-1]))
    bars = make(
        time=np.arange(3_000) * 60_000_000,
        open=opened,
        high=np.round(np.maximum(opened, close) * 1.002, 2),
        low=np.round(np.minimum(opened, close) * 0.998, 2),
        close=close,
        volume=np.round(random.uniform(50, 150, 3_000)),
    )
    cut = 1_500
    other = other_future(bars, cut, random)
    for name in COLUMNS[1:5]:
        values = getattr(other, name)
        assert np.array_equal(np.round(values, 2), values)
    assert np.array_equal(np.round(other.volume), other.volume)
    assert np.array_equal(other.open[cut + 1 :], other.close[cut:-1])
    moves = np.diff(np.log(other.close))
    assert 0.7 < moves[cut:].std() / moves[:cut].std() < 1.4
    assert abs(moves[cut]) < 6 * moves[:cut].std()
