"""What a server sees of the runs: in one query all that wait or go on; who is lost is ended, who moved is told."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import QuerySet
from django.urls import reverse

from chat import recovery
from chat.clock import DatabaseNow
from chat.turns import lease_ms
from strategies.backtests import claims
from strategies.models import Backtest, BacktestState

logger = structlog.get_logger(__name__)

MOST = 1_000  # runs in one look


@dataclass(frozen=True, slots=True)
class Seen:
    """A run as it stood at a look."""

    id: UUID
    state: str
    progress: float
    conversation_id: UUID | None
    strategy_id: int
    number: int

    @property
    def url(self) -> str:
        return reverse("strategies:backtest", args=[self.id])


class Watch:
    """One process's memory of the runs. ``tell`` is called for each that moved since the last look."""

    def __init__(self, tell: Callable[[Seen], None]) -> None:
        self._tell = tell
        self._seen: dict[UUID, Seen] = {}
        self._observer = recovery.Observer()
        self._workers: list[UUID | None] = []
        self.waiting = 0
        self.running = 0

    @property
    def active(self) -> bool:
        return bool(self._seen)

    def look(self) -> None:
        """See what moved, tell it, and end what is lost."""
        rows = _read(Backtest.objects.active())
        found = {seen.id: seen for seen, _worker in rows}
        self._workers = [worker for _seen, worker in rows]
        gone = [pk for pk in self._seen if pk not in found]
        ended = {seen.id: seen for seen, _worker in _read(Backtest.objects.filter(pk__in=gone))} if gone else {}
        self.waiting = sum(seen.state == BacktestState.QUEUED for seen in found.values())
        self.running = len(found) - self.waiting
        before, self._seen = self._seen, found
        for seen in (*ended.values(), *found.values()):
            if before.get(seen.id) != seen:
                self._tell(seen)
        self._end_the_lost()

    def running_by(self, workers: Collection[UUID]) -> int:
        """How many of the runs these processes had at the last look."""
        return sum(worker in workers for worker in self._workers)

    def lose(self, worker: UUID) -> None:
        """A process of this server died."""
        lost = claims.lose_those_of([worker])
        if lost:
            logger.warning("backtests lost", worker=str(worker), count=lost)

    def give_back(self, workers: Collection[UUID]) -> None:
        """Processes of this server were too slow to end: what they did waits for the next server, as it would have."""
        try:
            count = claims.give_back_those_of(workers)
        except (DatabaseError, InterfaceError) as error:
            # the next server finds them silent, and ends them as lost
            logger.warning("backtests not given back", error=type(error).__name__)
        else:
            logger.warning("backtests given back for killed workers", workers=len(workers), count=count)
        finally:
            connection.close()

    def _end_the_lost(self) -> None:
        # also without anyone running: the observer must know that somebody looked
        for suspect in self._observer.dead(suspects() if self.running else []):
            if claims.lose(suspect.turn_id, suspect.token, suspect.lease):
                logger.warning("backtest lost", backtest=str(suspect.turn_id))


def suspects() -> list[recovery.Suspect]:
    """Every run that goes on, as turns are observed: one rule for both says when a silent process is dead."""
    running = Backtest.objects.filter(state=BacktestState.RUNNING).annotate(now=DatabaseNow()).order_by("lease")
    far_ahead = recovery.FAR_AHEAD * lease_ms()
    return [
        recovery.Suspect(pk, pk, token, lease, overdue=not now <= lease <= now + far_ahead)
        for pk, token, lease, now in running.values_list("pk", "token", "lease", "now")[:MOST]
        if token is not None
    ]


def _read(found: "QuerySet[Backtest]") -> list[tuple[Seen, UUID | None]]:
    strategy = "version__strategy"
    rows = found.order_by("created_at").values_list(
        "pk", "state", "progress", f"{strategy}__conversation_id", f"{strategy}_id", "version__number", "worker"
    )
    return [
        (Seen(pk, state, progress, conversation_id, strategy_id, number), worker)
        for pk, state, progress, conversation_id, strategy_id, number, worker in rows[:MOST]
    ]
