"""Ending the turns whose process died: what was shown is folded into the reply, marked interrupted.

An expired lease alone ends nothing: the same value must be seen twice, at least 1.5 s apart on this process's
monotonic clock (``docs/turns.md``, rules 11 and 12), and the end is a swap on that value.
"""

import time
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from django.db.models import F, Q, QuerySet

from chat.clock import DatabaseNow
from chat.models import Turn
from chat.models.turn import TurnStatus
from chat.turns import EndTurn, lease_ms

logger = structlog.get_logger(__name__)

OBSERVE_SECONDS = 1.5
FAR_AHEAD = 10  # leases: a value so far in the future comes from a clock that was set back


@dataclass(frozen=True, slots=True)
class Suspect:
    """A running turn whose lease has not moved and is expired or absurd."""

    turn_id: UUID
    conversation_id: UUID
    token: UUID
    lease: int


@dataclass(slots=True)
class Observer:
    """One process's memory of the suspicious leases that it has seen."""

    _first_seen: dict[tuple[UUID, int], float] = field(default_factory=dict)

    def dead(self, suspects: list[Suspect], now: float | None = None) -> list[Suspect]:
        """Those that were seen with the same lease long enough ago."""
        now = time.monotonic() if now is None else now
        seen = {(suspect.turn_id, suspect.lease): suspect for suspect in suspects}
        self._first_seen = {key: self._first_seen.get(key, now) for key in seen}
        return [suspect for key, suspect in seen.items() if now - self._first_seen[key] >= OBSERVE_SECONDS]


def suspects(own_tokens: frozenset[UUID] = frozenset(), conversation_id: UUID | None = None) -> list[Suspect]:
    """Running turns of others whose lease is over or absurdly far ahead; one indexed query."""
    running = _running(own_tokens, conversation_id)
    doubtful = running.annotate(now=DatabaseNow()).filter(
        Q(lease__lt=F("now")) | Q(lease__gt=F("now") + FAR_AHEAD * lease_ms())
    )
    return _suspects(doubtful)


def all_running(own_tokens: frozenset[UUID] = frozenset()) -> list[Suspect]:
    """Every running turn that is not ours: all dead where this process holds the only server's lock."""
    return _suspects(_running(own_tokens, None))


def _running(own_tokens: frozenset[UUID], conversation_id: UUID | None) -> "QuerySet[Turn]":
    running = Turn.objects.filter(status=TurnStatus.RUNNING).exclude(token__in=own_tokens)
    return running.filter(conversation_id=conversation_id) if conversation_id is not None else running


def _suspects(turns: "QuerySet[Turn]") -> list[Suspect]:
    rows = turns.order_by("pk").values_list("pk", "conversation_id", "token", "lease")[:500]
    return [Suspect(*row) for row in rows]


def interruption(suspect: Suspect) -> EndTurn:
    """The unit of work that ends a dead turn."""
    unit = EndTurn(
        conversation_id=suspect.conversation_id,
        turn_id=suspect.turn_id,
        token=suspect.token,
        status=TurnStatus.INTERRUPTED,
        lease=suspect.lease,
    )
    unit.alone = True
    return unit
