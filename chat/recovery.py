"""Ending the turns whose process died: what was shown is folded into the reply, marked interrupted.

An expired lease alone ends nothing: the same value must be seen twice, at least 1.5 s apart on this process's
monotonic clock (``docs/turns.md``, rules 11 and 12), and the end is a swap on that value. A lease in the future is not
believed for ever either, since a clock that is set back leaves it there: who has not moved it for a whole lease on this
process's monotonic clock is dead, whatever the database's clock says.
"""

import time
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from django.conf import settings

from chat.clock import DatabaseNow
from chat.models import Turn
from chat.models.turn import TurnStatus
from chat.turns import EndTurn, lease_ms

logger = structlog.get_logger(__name__)

OBSERVE_SECONDS = 1.5
STILL_SECONDS = 1.0  # beyond a whole lease, in which a living owner had moved it many times
BLIND_SECONDS = 3.0  # between two looks: nobody who was silent meanwhile is blamed for it
FAR_AHEAD = 10  # leases: a value so far in the future comes from a clock that was set back
MOST = 5_000  # turns in one look


@dataclass(frozen=True, slots=True)
class Suspect:
    """A running turn of another process. ``overdue``: its lease is over, or absurdly far ahead."""

    turn_id: UUID
    conversation_id: UUID
    token: UUID
    lease: int
    overdue: bool = True


@dataclass(slots=True)
class _Silence:
    """Since when a lease has stood still, and since when it was overdue besides; monotonic seconds."""

    still: float
    overdue: float | None

    def ends(self) -> float:
        """When its owner is certainly dead."""
        still = self.still + settings.CONFIG.lease_seconds + STILL_SECONDS
        return still if self.overdue is None else min(still, self.overdue + OBSERVE_SECONDS)


@dataclass(slots=True)
class Observer:
    """One process's memory of the leases that it has seen."""

    _silences: dict[tuple[UUID, int], _Silence] = field(default_factory=dict)
    _last_look: float = float("-inf")

    def dead(self, suspects: list[Suspect], now: float | None = None) -> list[Suspect]:
        """Those whose lease has stood still for long enough."""
        now = time.monotonic() if now is None else now
        if now - self._last_look > BLIND_SECONDS:
            # the database was away, or this process slept: the owners could not be heard
            self._silences.clear()
        self._last_look = now
        seen: dict[tuple[UUID, int], _Silence] = {}
        found = []
        for suspect in suspects:
            key = (suspect.turn_id, suspect.lease)
            silence = seen[key] = self._silences.get(key) or _Silence(now, None)
            if not suspect.overdue:
                silence.overdue = None
            elif silence.overdue is None:
                silence.overdue = now
            if silence.ends() <= now:
                found.append(suspect)
        self._silences = seen
        return found

    def until_certain(self, now: float | None = None) -> float | None:
        """Seconds until the next one that stays silent is dead; None without one in the time of an observation."""
        now = time.monotonic() if now is None else now
        left = (silence.ends() - now for silence in self._silences.values())
        return min((seconds for seconds in left if 0 < seconds <= OBSERVE_SECONDS), default=None)


def all_running(own_tokens: frozenset[UUID] = frozenset()) -> list[Suspect]:
    """Every running turn that is not ours, the longest silent first; one indexed query."""
    running = Turn.objects.filter(status=TurnStatus.RUNNING).exclude(token__in=own_tokens).annotate(now=DatabaseNow())
    rows = running.order_by("lease").values_list("pk", "conversation_id", "token", "lease", "now")[:MOST]
    far_ahead = FAR_AHEAD * lease_ms()
    return [
        Suspect(turn_id, conversation_id, token, lease, overdue=not now <= lease <= now + far_ahead)
        for turn_id, conversation_id, token, lease, now in rows
    ]


def suspects(own_tokens: frozenset[UUID] = frozenset()) -> list[Suspect]:
    """Those of them whose lease is over or absurdly far ahead."""
    return [suspect for suspect in all_running(own_tokens) if suspect.overdue]


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
