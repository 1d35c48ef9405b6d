"""Runs the programs at a level, and says how each ended."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from strategies.engine import ENGINE_VERSION, job, replay
from strategies.engine.bars import Bars
from strategies.engine.config import RunConfig
from strategies.sandbox.errors import SandboxError
from strategies.sandbox.escapes import corpus
from strategies.sandbox.escapes.corpus import Escape
from strategies.sandbox.escapes.surroundings import Surroundings
from strategies.sandbox.good import columns
from strategies.sandbox.launcher import Finished, launch

FORTUNE = 1e9  # of an account of 10,000: nobody has it honestly
HELD, REFUSED, ESCAPED = "held", "refused", "escaped"


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one program ended."""

    escape: Escape
    end: str
    detail: str
    seconds: float

    @property
    def contained(self) -> bool:
        return self.end in self.escape.ends


def attempt_all(
    level: str,
    escapes: Iterable[Escape],
    surroundings: Surroundings,
    done: Callable[[Attempt], None] | None = None,
    together: int = 2,
) -> list[Attempt]:
    """Run the programs, ``together`` at a time, in their order."""
    bars = good_bars()

    def one(escape: Escape) -> Attempt:
        begin = time.monotonic()
        end, detail = _end(level, escape, surroundings, bars)
        result = Attempt(escape, end, detail, time.monotonic() - begin)
        if done:
            done(result)
        return result

    with ThreadPoolExecutor(together) as pool:
        return list(pool.map(one, escapes))


def good_bars() -> Bars:
    """The bars of the good job."""
    times, *numbers = columns()
    return Bars(np.array(times, dtype=np.int64), *map(np.array, numbers))


def _end(level: str, escape: Escape, surroundings: Surroundings, bars: Bars) -> tuple[str, str]:
    code = f"{surroundings.constants()}BARS = {len(bars)}\n{corpus.prelude()}\n{escape.code}"
    payload = job.encode_job(job.Job(kind=escape.kind, code=code, bars=bars, tests=False))
    try:
        finished = launch(level, payload, escape.limits)
    except SandboxError as error:
        end = ESCAPED if "ESCAPED" in error.printed else error.code
        return end, str(error)
    return _judge(finished, bars)


def _judge(finished: Finished, bars: Bars) -> tuple[str, str]:
    """What the checks outside of the sandbox make of the bytes."""
    if "ESCAPED" in finished.printed:
        return ESCAPED, finished.printed
    try:
        outcome = job.decode_outcome(finished.result)
        result = replay.replay(bars, RunConfig(), outcome.actions)
    except job.InvalidOutcome as error:
        return REFUSED, f"{error.code}: {error}"
    except replay.InvalidActions as error:
        return REFUSED, f"{error.code}: {error}"
    if outcome.bars != len(bars) or outcome.engine_version != ENGINE_VERSION:
        return REFUSED, "not the outcome of this job"
    if any(series.name == ESCAPED for series in outcome.series):
        return ESCAPED, "it reached what it wanted"
    if len(result.equity) and result.equity.max() > FORTUNE:
        return ESCAPED, "it forged its equity"
    if outcome.error is not None:
        return outcome.error.code, outcome.error.message
    return HELD, ""
