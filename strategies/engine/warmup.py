"""The warm-up test: with other bars at the beginning, the last values of every indicator have to come out the same."""

from collections.abc import Callable

import numpy as np

from strategies.engine import noise
from strategies.engine.bars import Bars
from strategies.engine.config import RunConfig
from strategies.engine.execution import Executed, Program, Series, execute
from strategies.engine.lookahead import series_name
from strategies.engine.outcome import MAX_FINDINGS, Finding, HonestyReport

REPLACED = 0.3  # of the bars, at the beginning
LAST = 5  # values that are compared
TOLERANCE = 0.01  # relative to the value, or to how much the series moves
LEAST_BARS = 10


def check_warmup(
    program: Program,
    bars: Bars,
    config: RunConfig,
    first_run: Executed,
    seed: int,
    report: Callable[[float], None] | None = None,
) -> HonestyReport:
    """Replace the first bars by noise, compute the indicators again, compare their last values."""
    if len(bars) < LEAST_BARS or not first_run.series:
        return HonestyReport(True, 0)
    start = int(len(bars) * REPLACED)
    again = execute(program, noise.before(bars, start, seed), config, -1)
    if report:
        report(1.0)
    if again.error is not None or len(again.series) != len(first_run.series):
        what = again.error.code if again.error else "indicators"
        return HonestyReport(False, 1, (Finding("error-with-other-beginning", what, 0, start),))
    findings = []
    for one, other in zip(first_run.series, again.series, strict=True):
        bar = _not_converged(one, other, start)
        if bar is not None:
            findings.append(Finding("indicator-not-converged", series_name(one), bar, start))
    return HonestyReport(not findings, 1, tuple(findings[:MAX_FINDINGS]))


def _not_converged(one: Series, other: Series, start: int) -> int | None:
    """The first of the last bars at which the two are further apart than the tolerance."""
    a, b = one.values[-LAST:], other.values[-LAST:]
    tail = one.values[start:]
    tail = tail[np.isfinite(tail)]
    scale = float(tail.std()) if len(tail) else 0.0
    with np.errstate(all="ignore"):
        same = np.isclose(a, b, rtol=TOLERANCE, atol=max(TOLERANCE * scale, 1e-12), equal_nan=True)
    return None if same.all() else len(one.values) - len(a) + int((~same).argmax())
