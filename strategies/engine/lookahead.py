"""The lookahead test: with other bars after a moment, everything up to that moment has to stay as it was."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from strategies.engine import noise
from strategies.engine.actions import Action
from strategies.engine.bars import Bars
from strategies.engine.config import RunConfig
from strategies.engine.execution import Executed, Program, RunError, Series, execute
from strategies.engine.outcome import MAX_FINDINGS, Finding, HonestyReport

FEW_BARS = 5_000  # as many as a trial has: the test of a version is the thorough one
STEPS, STEPS_OF_MANY = 15_000, 2_500  # that ``next`` is run over again, over all cuts; beyond, indicators are compared
FRACTIONS, FRACTIONS_OF_MANY = (0.2, 0.5, 0.9), (0.2, 0.9)
APART = 7  # bars between the two cuts at a place: what works in blocks of bars may be right at one of them
_TOLERANCE = 1e-9  # relative: the same sums in another order are no lookahead


def check_lookahead(
    program: Program,
    bars: Bars,
    config: RunConfig,
    first_run: Executed,
    seed: int,
    report: Callable[[float], None] | None = None,
) -> HonestyReport:
    """Cut at several bars, replace what follows with noise, run again up to the cut and compare with the first run."""
    plan = _cuts(len(bars), first_run)
    findings: list[Finding] = []
    left = _steps(len(bars))
    for number, (cut, direction) in enumerate(plan):
        steps = max(0, cut + 1 - (first_run.first_bar or len(bars)))
        runs = 0 < steps <= left
        left -= steps if runs else 0
        changed = noise.after(bars, cut, direction, seed + number)
        again = execute(program, changed, config, cut if runs else -1)
        findings += compare(first_run, again, cut, runs)
        if report:
            report((number + 1) / len(plan))
    if findings and _unsteady(program, bars, config, first_run):
        findings = [Finding("not-repeatable", "order", findings[0].bar, findings[0].cut)]
    found = first_of_each(findings)[:MAX_FINDINGS]
    return HonestyReport(not found, len(plan), tuple(found))


def _cuts(bars: int, first_run: Executed) -> list[tuple[int, int]]:
    """Where to cut and which way the noise goes: bars with actions, and places spread over the range, both ways."""
    last = bars - 2
    if last < 0:
        return []
    acted = sorted({action.bar for action in first_run.actions if action.bar <= last})
    first = first_run.first_bar or 0
    cuts: list[tuple[int, int]] = []
    if acted:
        cuts += [(acted[0], noise.UP), (acted[0], noise.DOWN), (acted[min(2, len(acted) - 1)], noise.DOWN)]
    steps = _steps(bars)
    if last - first > steps:  # too long to run again and again: a stretch of it then
        cuts += [(first + steps // 10, noise.UP), (first + steps // 6, noise.DOWN)]
    way = noise.UP
    for fraction in FRACTIONS if bars <= FEW_BARS else FRACTIONS_OF_MANY:
        place = min(last, first + int((last - first) * fraction))
        cuts += [(place, way), (max(0, place - APART), -way)]
        way = -way
    if acted:
        cuts.append((acted[-1], noise.UP))
    return list(dict.fromkeys(cuts))


def _steps(bars: int) -> int:
    return STEPS if bars <= FEW_BARS else STEPS_OF_MANY


class Ran(Protocol):
    """What a run did: an Executed inside, an Outcome outside."""

    @property
    def series(self) -> tuple[Series, ...]: ...
    @property
    def actions(self) -> Sequence[Action]: ...
    @property
    def error(self) -> RunError | None: ...


def compare(first_run: Ran, again: Ran, cut: int, runs: bool) -> list[Finding]:
    """What is not the same up to the cut; ``runs`` says that ``next`` was run at least so far again."""
    if again.error is not None and (again.error.bar is None or again.error.bar <= cut):
        return [Finding("error-with-other-future", again.error.code, min(again.error.bar or 0, cut), cut)]
    if len(again.series) != len(first_run.series):
        return [Finding("indicators-differ", "indicators", 0, cut)]
    findings = []
    for one, other in zip(first_run.series, again.series, strict=True):
        bar = first_difference(one, other, cut + 1)
        if bar is not None:
            findings.append(Finding("indicator-reads-future", series_name(one), bar, cut))
    if runs:
        bar = _first_action_difference(first_run.actions, again.actions, cut)
        if bar is not None:
            findings.append(Finding("order-reads-future", "order", bar, cut))
    return findings


def series_name(series: Series) -> str:
    """The indicator with its numbers, as a person would write it."""
    numbers = [str(value) for value in series.params if isinstance(value, int | float)]
    inside = f"({','.join(numbers)})" if numbers else ""
    return f"{series.name}{inside}{f' {series.part}' if series.part and series.part != series.name else ''}"


def first_difference(one: Series, other: Series, stop: int) -> int | None:
    """The first bar before ``stop`` at which two series are not the same, NaN being the same as NaN."""
    a, b = one.values[:stop], other.values[:stop]
    if np.array_equal(a, b, equal_nan=True):
        return None
    with np.errstate(all="ignore"):
        size = float(np.nanmax(np.abs(a), initial=0.0, where=np.isfinite(a)))
        same = np.isclose(a, b, rtol=_TOLERANCE, atol=_TOLERANCE * size, equal_nan=True)
    return None if same.all() else int((~same).argmax())


def _first_action_difference(one: Sequence[Action], other: Sequence[Action], cut: int) -> int | None:
    a = [action for action in one if action.bar <= cut]
    b = [action for action in other if action.bar <= cut]
    for left, right in zip(a, b, strict=False):
        if not _same_action(left, right):
            return min(left.bar, right.bar)
    if len(a) != len(b):
        return (a if len(a) > len(b) else b)[min(len(a), len(b))].bar
    return None


def _same_action(one: Action, other: Action) -> bool:
    if one == other:
        return True
    if one[:3] != other[:3] or one.tag != other.tag:
        return False
    for left, right in zip(one[3:8], other[3:8], strict=True):
        if (left is None) != (right is None):
            return False
        if left is not None and right is not None and abs(left - right) > _TOLERANCE * max(abs(left), abs(right)):
            return False
    return True


def _unsteady(program: Program, bars: Bars, config: RunConfig, first_run: Executed) -> bool:
    """Whether the code does not even repeat itself on the very same bars."""
    cut = min(len(bars) - 1, (first_run.first_bar or 0) + _steps(len(bars)))
    again = execute(program, bars, config, cut)
    return bool(compare(first_run, again, cut, runs=True))


def first_of_each(findings: Sequence[Finding]) -> list[Finding]:
    """One finding, the earliest, for each thing."""
    first: dict[tuple[str, str], Finding] = {}
    for item in sorted(findings, key=lambda item: item.bar):
        first.setdefault((item.code, item.what), item)
    return list(first.values())
