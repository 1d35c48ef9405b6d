"""Why a run has no trades: in codes, for the page that has to say it."""

from dataclasses import dataclass

import numpy as np

from strategies.engine.actions import ORDER
from strategies.engine.bars import Bars
from strategies.engine.lookahead import series_name
from strategies.engine.outcome import Outcome
from strategies.engine.replay import Result


@dataclass(frozen=True, slots=True)
class Silence:
    """``code`` is why nothing was traded; ``what`` an indicator, ``count`` how many bars or orders, where it helps."""

    code: str
    what: str = ""
    count: int = 0


def why_no_trades(outcome: Outcome, result: Result, bars: Bars) -> Silence | None:
    """None when there were trades or the run failed; else ``too-few-bars``, ``warm-up-too-long`` (an indicator has no
    value on any bar), ``never-ordered`` (the condition was never true), ``size-too-small``, ``no-cash``,
    ``ordered-on-last-bar`` or ``never-reached`` (limit or stop prices that no bar touched)."""
    if result.trades or outcome.error is not None:
        return None
    if len(bars) < 2:
        return Silence("too-few-bars", count=len(bars))
    orders = [action for action in outcome.actions if action.kind == ORDER]
    if not orders:
        for series in outcome.series:
            if not np.isfinite(series.values).any():
                return Silence("warm-up-too-long", series_name(series), len(bars))
        if outcome.first_bar is None:
            return Silence("warm-up-too-long", count=len(bars))
        return Silence("never-ordered", count=len(bars) - outcome.first_bar)
    if result.rejected:
        codes = [item.code for item in result.rejected]
        code = max(sorted(set(codes)), key=codes.count)
        return Silence(code, count=codes.count(code))
    if all(order.bar == len(bars) - 1 for order in orders):
        return Silence("ordered-on-last-bar", count=len(orders))
    return Silence("never-reached", count=len(orders))
