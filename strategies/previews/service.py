"""An indicator on bars of one's choice: run in the sandbox while the person waits, drawn, not stored."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from chat.errors import Refused
from strategies import drawing, runs, sandbox
from strategies.backtests.setup import BadSetup, check_range, overrides
from strategies.data.storage import NoData, bars_of
from strategies.engine.bars import InvalidBars, check
from strategies.engine.job import InvalidOutcome, Job, Outcome
from strategies.engine.strategy import Scalar
from strategies.indicators.spec import is_indicator_spec
from strategies.kinds import is_indicator
from strategies.models import Dataset, StrategyVersion
from strategies.sandbox import words as sandbox_words

MAX_BARS = 100_000
LIMITS = sandbox.Limits(cpu=5, wall=15.0)
PATIENCE = 10.0  # seconds that one waits for those before
_places = threading.BoundedSemaphore(2)  # of this process: the others who wait only hold a thread


@dataclass(frozen=True, slots=True)
class Wish:
    """A preview that can be made. ``start`` and ``stop`` bound the beginnings of bars, both included."""

    version: StrategyVersion
    dataset: Dataset
    start: datetime | None
    stop: datetime | None
    parameters: dict[str, Scalar]


def wish(
    version: StrategyVersion,
    dataset: Dataset,
    start: datetime | None = None,
    stop: datetime | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> Wish:
    """A checked wish; raises BadSetup: ``not_an_indicator``, ``no_data``, ``bad_range``, ``bad_parameter``, …"""
    if not is_indicator(version):
        words = _("Only an indicator can be previewed; a strategy is backtested.")
        raise BadSetup("not_an_indicator", words, "version")
    check_range(dataset, start, stop, MAX_BARS)
    return Wish(version, dataset, start, stop, overrides(version, parameters or {}))


def draw(wished: Wish) -> dict[str, Any]:
    """Candles and the indicator's lines as the chart reads them. Blocks; raises Refused with the reason."""
    if not _places.acquire(timeout=PATIENCE):
        raise Refused(_("Too many previews are being made at the moment. Try again soon."), code="too_many_runs")
    try:
        bars = bars_of(wished.dataset, wished.start, wished.stop)
        check(bars)
        job = Job("indicator", wished.version.code, bars, parameters=wished.parameters, tests=False)
        outcome = runs.run_job(job, limits=LIMITS)
    except (NoData, InvalidBars) as error:
        raise Refused(str(error), code="no_data" if isinstance(error, NoData) else "bad_bars") from error
    except sandbox.SandboxError as error:
        raise Refused(sandbox_words.ended(error), code=error.code.replace("-", "_")) from error
    except InvalidOutcome as error:
        words = _("What came out of the sandbox cannot be the result of a run.")
        raise Refused(words, code="not_believed") from error
    finally:
        _places.release()
    if outcome.error is not None:
        raise Refused(_words(outcome), code="code_failed")
    group, starts, ends = drawing.grouped(len(bars))
    columns = drawing.candles(bars, starts, ends)
    over = _over(wished.version)
    series = [
        replace(line, values=line.values[ends], overlay=line.overlay if over is None else over)
        for line in outcome.series
    ]
    return {
        "bars": drawing.rows(drawing.seconds(bars.time[starts]), columns),
        "aggregated": group,
        "series": drawing.lines(series, columns[3]),
    }


def _over(version: StrategyVersion) -> bool | None:
    """Where the plan says that it is drawn: over the candles, below them, or nothing."""
    pane = version.spec.get("pane") if is_indicator_spec(version.spec) and version.spec else None
    return None if pane is None else pane == "price"


def _words(outcome: Outcome) -> str:
    error = outcome.error
    if error is None:
        return ""
    return f"{_('line %(line)s') % {'line': error.line}}: {error.message}" if error.line else error.message
