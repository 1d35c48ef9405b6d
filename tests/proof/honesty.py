"""The lookahead test: planted bugs that it has to catch, clean code that it has to let pass."""

from collections.abc import Callable, Iterator

import numpy as np

from strategies.engine import job
from strategies.engine.bars import Bars
from strategies.engine.job import HonestyReport, Job, Kind, Outcome
from strategies.runs import run_job
from strategies.sandbox.levels import level
from strategies.sandbox.spare import SPARE
from tests.proof.row import Row, not_run, row
from tests.strategies.engine.clean import CLEAN, CLEAN_INDICATORS
from tests.strategies.engine.planted import PLANTED, PLANTED_INDICATORS
from tests.strategies.engine.random_cases import random_bars
from tests.strategies.forgeries import CAUGHT, FORGED, in_cents

PART = "lookahead test"
BARS, SEED = 600, 5
TABLES: tuple[tuple[str, Kind, dict[str, str], bool], ...] = (
    ("planted bugs in strategies, caught", "strategy", PLANTED, False),
    ("planted bugs in indicators, caught", "indicator", PLANTED_INDICATORS, False),
    ("clean strategies, passed", "strategy", CLEAN, True),
    ("clean indicators, passed", "indicator", CLEAN_INDICATORS, True),
)
FORGERIES = "code that deceives the test, found out by the witness"


def rows(say: Callable[[str], None]) -> Iterator[Row]:
    """One row for each table, in the sandbox where this machine has one."""
    found = level()
    execute, where = (run_job, f"in the sandbox, {found.name}") if found.runs else (job.run, "in this process")
    bars = random_bars(np.random.default_rng(SEED), BARS)
    for what, kind, codes, passes in TABLES:
        yield _told(_row(what, kind, codes, passes, bars, execute, where), say)
    if found.runs:
        yield _told(_row(FORGERIES, "strategy", FORGED | CAUGHT, False, in_cents(), execute, where), say)
    else:
        yield not_run(PART, FORGERIES, f"there is no sandbox: {found.reason}")
    SPARE.drop()


def _row(
    what: str,
    kind: Kind,
    codes: dict[str, str],
    passes: bool,
    bars: Bars,
    execute: Callable[[Job], Outcome],
    where: str,
) -> Row:
    off = {}
    for name, code in codes.items():
        outcome = execute(Job(kind, code, bars))
        if outcome.error is not None or outcome.lookahead is None or outcome.lookahead.passed != passes:
            off[name] = _words(outcome, outcome.lookahead)
    return row(PART, what, off, len(codes), where)


def _told(made: Row, say: Callable[[str], None]) -> Row:
    say(f"{PART}: {made.what}: {made.held} of {made.total}")
    return made


def _words(outcome: Outcome, report: HonestyReport | None) -> str:
    if outcome.error is not None:
        return f"it failed: {outcome.error.message}"
    return "passed" if report is not None and report.passed else str(report)
