"""The lookahead test that is believed: made outside of the sandbox, by asking the code where the future is another.

What the code says of itself may be forged. Here it is run anew by ``ask``, in a process that has never seen the real
bars after a cut, and what it does up to the cut has to be what it did in the run that is to be believed. It may find
out that it is asked, but not where the cut is: the other bars look like real ones (``futures``), and a secret draws
the cut, most often before the bars on which the money was made.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from strategies.engine.futures import other_future
from strategies.engine.job import Job
from strategies.engine.lookahead import FEW_BARS, compare, first_of_each
from strategies.engine.outcome import MAX_FINDINGS, Finding, HonestyReport, Outcome
from strategies.engine.replay import TradeRecord

_ENDS = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 3 / 4, 1.0)
_ENDS_OF_MANY = (1 / 16, 1 / 4, 1.0)  # the last question takes as long as the run itself did
MOST_QUESTIONS = len(_ENDS) + 1
_SHARES = (0.5, 0.75, 1.0)  # of the draws: by money made, by fills, by orders

Ask = Callable[[Job], Outcome]


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The bars among which a cut is drawn; the code is run up to the last of them, which does not tell where it is."""

    start: int
    stop: int


def witness(
    job: Job,
    first: Outcome,
    trades: Sequence[TradeRecord],
    ask: Ask,
    secret: bytes,
    report: Callable[[float], None] | None = None,
) -> HonestyReport:
    """Ask at each cut, from the first to the last: no answer can use bars that belong to a later question.

    ``first`` is what the job brought back, ``trades`` what came of it. Two runs with the same secret ask the same.
    """
    stretches = list(_stretches(len(job.bars)))
    findings: list[Finding] = []
    for number, stretch in enumerate(stretches):
        random = _random(secret, number)
        cut = _cut(first, trades, stretch, random)
        question = replace(job, bars=other_future(job.bars, cut, random), tests=False, stop=stretch.stop)
        findings = compare(first, ask(question), cut, runs=True)
        if report:
            report((number + 1) / len(stretches))
        if findings:
            if not _repeats(job, first, ask):
                findings = [Finding("not-repeatable", "order", findings[0].bar, cut)]
            break
    found = first_of_each(findings)[:MAX_FINDINGS]
    return HonestyReport(not found, len(stretches), tuple(found))


def _stretches(bars: int) -> Iterator[_Stretch]:
    start = 0
    for end in _ENDS if bars <= FEW_BARS else _ENDS_OF_MANY:
        stop = int((bars - 2) * end)  # the last bar has no future
        if stop >= start:
            yield _Stretch(start, stop)
            start = stop + 1


def _random(secret: bytes, number: int) -> np.random.Generator:
    seed = hmac.digest(secret, str(number).encode(), hashlib.sha256)
    return np.random.default_rng(int.from_bytes(seed, "little"))


def _cut(first: Outcome, trades: Sequence[TradeRecord], stretch: _Stretch, random: np.random.Generator) -> int:
    """Before a fill that made money, before any fill, at any order, or anywhere: what the stretch has."""
    fills: dict[int, float] = {}
    for trade in trades:
        fills[trade.entry_bar - 1] = fills.get(trade.entry_bar - 1, 0.0) + max(trade.pl, 0.0)
        if trade.exit_bar is not None:
            fills.setdefault(trade.exit_bar - 1, 0.0)
    orders = dict.fromkeys((action.bar for action in first.actions), 1.0)
    ways = [_within(bars, stretch) for bars in (fills, dict.fromkeys(fills, 1.0), orders)]
    draw = random.random()
    for bars, up_to in zip(ways, _SHARES, strict=True):
        if bars and draw < up_to and sum(bars.values()) > 0:
            weights = np.array(list(bars.values()))
            return int(random.choice(list(bars), p=weights / weights.sum()))
    return int(random.integers(stretch.start, stretch.stop + 1))


def _within(bars: dict[int, float], stretch: _Stretch) -> dict[int, float]:
    return {bar: bars[bar] for bar in sorted(bars) if stretch.start <= bar <= stretch.stop}


def _repeats(job: Job, first: Outcome, ask: Ask) -> bool:
    """Whether it does the same on the very same bars."""
    return not compare(first, ask(replace(job, tests=False)), len(job.bars) - 1, runs=True)
