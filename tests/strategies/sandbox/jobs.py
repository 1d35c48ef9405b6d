"""Jobs whose code is written in the tests, and the sandbox's levels that this machine has."""

import functools

import pytest

from strategies.engine import job
from strategies.sandbox.errors import Unavailable
from strategies.sandbox.escapes.attempts import good_bars
from strategies.sandbox.good import check_good

STRATEGY = """
from backtesting import Strategy
import numpy as np
{before}

class Tried(Strategy):
    def init(self):
        {init}

    def next(self):
        {next}
"""
ENDLESS_NEXT = "while len(self.data) > 60: pass"  # after the first progress is reported


def strategy(init: str = "pass", next: str = "pass", before: str = "") -> bytes:
    code = STRATEGY.format(init=init, next=next, before=before)
    return job.encode_job(job.Job(kind="strategy", code=code, bars=good_bars(), tests=False))


def outcome(data: bytes) -> job.Outcome:
    return job.decode_outcome(data)


@functools.cache
def missing(level: str) -> Unavailable | None:
    """What keeps this machine from a level."""
    try:
        check_good(level)
    except Unavailable as problem:
        return problem
    return None


def available(level: str) -> str:
    """The level, or the test is skipped with the reason why this machine does not have it."""
    problem = missing(level)
    if problem is not None:
        pytest.skip(f"no {level} sandbox here: {problem}")
    return level
