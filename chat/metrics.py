"""What this process did, for Prometheus: counted from the writer's commits, so that nothing uncommitted is counted."""

import time
from collections import OrderedDict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

from chat.journal import Append
from chat.ledger import OpenCall, SettleCall
from chat.models.turn import TurnStatus
from chat.providers.base import Usage
from chat.questions import SettleAnswer
from chat.turns import EndTurn, StartTurn
from chat.writer import Unit

logger = structlog.get_logger(__name__)

REMEMBERED = 10_000  # turns and calls whose end this process may never commit itself
COMMIT_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
FIRST_TEXT_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
UNITS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
GOOD_OUTCOMES = frozenset({*TurnStatus.values, "repaired"} - {TurnStatus.FAILED})

disable_created_metrics()  # type: ignore[no-untyped-call]  # a series more for each, which nobody asks for
REGISTRY = CollectorRegistry()

TURNS = Counter("trademe_turns", "Turns that ended, by ending.", ["ending"], registry=REGISTRY)
FIRST_TEXT = Histogram(
    "trademe_first_text_seconds",
    "From the commit of a message to the commit of the first text of its reply.",
    buckets=FIRST_TEXT_SECONDS,
    registry=REGISTRY,
)
COMMIT = Histogram(
    "trademe_commit_seconds", "Time of a group commit of the journal.", buckets=COMMIT_SECONDS, registry=REGISTRY
)
BATCH = Histogram("trademe_commit_units", "Writes in one group commit.", buckets=UNITS, registry=REGISTRY)
CALLS = Counter(
    "trademe_model_calls", "Model calls that were settled, by outcome.", ["provider", "model", "outcome"],
    registry=REGISTRY,
)  # fmt: skip
ERRORS = Counter(
    "trademe_model_errors", "Model calls that failed, by error code.", ["provider", "model", "code"], registry=REGISTRY
)
COST = Counter(
    "trademe_model_cost_usd", "Cost of settled model calls whose price is known, in US dollars.",
    ["provider", "model"], registry=REGISTRY,
)  # fmt: skip
UNPRICED = Counter(
    "trademe_model_calls_unpriced", "Settled model calls whose price is not known.", ["provider", "model"],
    registry=REGISTRY,
)  # fmt: skip
TOKENS = Counter(
    "trademe_model_tokens", "Tokens of settled model calls, where the count is known.",
    ["provider", "model", "direction"], registry=REGISTRY,
)  # fmt: skip

for _ending in TurnStatus.values:
    if _ending != TurnStatus.RUNNING:
        TURNS.labels(_ending)  # a rate needs its zero


class _Recent(OrderedDict[Any, Any]):
    """Remembers the newest things only: what another process ends is never asked for here."""

    def remember(self, key: Any, value: Any) -> None:
        self[key] = value
        if len(self) > REMEMBERED:
            self.popitem(last=False)


_started: _Recent = _Recent()  # turn id: when its message was committed, monotonic
_opened: _Recent = _Recent()  # ledger row: (provider, model)


def committed(units: Sequence[Unit[Any]], outcomes: Sequence[Any], seconds: float) -> None:
    """Called from the writer thread after each commit; a mistake in here must not stop it."""
    try:
        COMMIT.observe(seconds)
        BATCH.observe(len(units))
        for unit, outcome in zip(units, outcomes, strict=True):
            if not isinstance(outcome, BaseException):
                _count(unit, outcome)
    except Exception:
        logger.exception("metrics failed")


def _count(unit: Unit[Any], outcome: Any) -> None:
    if isinstance(unit, Append):
        if unit.seq == 1:
            _first_text(unit.turn_id)
    elif isinstance(unit, StartTurn):
        if outcome.created:
            _started.remember(outcome.turn.pk, time.monotonic())
    elif isinstance(unit, OpenCall):
        _opened.remember(outcome, (unit.provider, unit.model))
    elif isinstance(unit, SettleCall | SettleAnswer):
        _settled(unit.record_id, unit.usage, unit.cost_usd, unit.outcome)
    elif isinstance(unit, EndTurn):
        _started.pop(unit.turn_id, None)
        TURNS.labels(outcome.status).inc()
        if unit.call is not None:
            _settled(unit.call.record_id, unit.call.usage, unit.call.cost_usd, unit.call.outcome)


def _first_text(turn_id: UUID) -> None:
    if (began := _started.pop(turn_id, None)) is not None:
        FIRST_TEXT.observe(time.monotonic() - began)


def _settled(record_id: int, usage: Usage, cost: Decimal | None, outcome: str) -> None:
    called = _opened.pop(record_id, None)
    if called is None:  # counted already: the same settlement after an unknown commit
        return
    CALLS.labels(*called, outcome).inc()
    if outcome not in GOOD_OUTCOMES:
        ERRORS.labels(*called, outcome).inc()
    if cost is None:
        UNPRICED.labels(*called).inc()
    else:
        COST.labels(*called).inc(float(cost))
    for direction, count in (("input", usage.input_tokens), ("output", usage.output_tokens)):
        if count is not None:
            TOKENS.labels(*called, direction).inc(count)
