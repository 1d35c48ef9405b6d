"""What a worker does to a run, each a compare-and-swap on its row: taken, kept alive, ended, or lost."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from chat.clock import DatabaseNow
from chat.models import Conversation
from chat.tables import CONVERSATIONS
from strategies.backtests import bell, cards, results
from strategies.models import Backtest, BacktestResult, BacktestState
from strategies.models.backtest import check_transition

# --- while it runs ----------------------------------------------------------------------------------------------------


def claim(worker: UUID, backtest_id: UUID | None = None) -> Backtest | None:
    """Take the run that has waited longest (or the named one, if it waits); None where there is none."""
    waiting = Backtest.objects.filter(state=BacktestState.QUEUED)
    if backtest_id is not None:
        waiting = waiting.filter(pk=backtest_id)
    for pk in waiting.order_by("created_at", "pk").values_list("pk", flat=True)[:10]:
        taken = swap(
            pk,
            BacktestState.QUEUED,
            BacktestState.RUNNING,
            token=uuid.uuid4(),
            worker=worker,
            lease=DatabaseNow() + lease_ms(),
            started_at=Now(),
            progress=0.0,
            attempts=F("attempts") + 1,
        )
        if taken:
            found = Backtest.objects.select_related("version__strategy", "dataset", "owner")
            return found.filter(pk=pk, worker=worker).first()
    return None


@dataclass(frozen=True, slots=True)
class Beat:
    """What a worker hears of its run: whether it still is its own, and whether it shall end."""

    ours: bool
    cancel: bool


def beat(backtest: Backtest, progress: float) -> Beat:
    """Prolong the lease and say how far the run is."""
    own = Backtest.objects.filter(pk=backtest.pk, token=backtest.token, state=BacktestState.RUNNING)
    own.update(lease=DatabaseNow() + lease_ms(), progress=progress)
    return look(backtest)


def look(backtest: Backtest) -> Beat:
    """The same without writing."""
    own = Backtest.objects.filter(pk=backtest.pk, token=backtest.token, state=BacktestState.RUNNING)
    wish = own.values_list("cancel_requested", flat=True).first()
    return Beat(wish is not None, bool(wish))


@dataclass(frozen=True, slots=True)
class Done:
    """A complete run: ``data`` are its result's bytes."""

    data: bytes
    columns: dict[str, Any]  # of the row


@dataclass(frozen=True, slots=True)
class Failure:
    """A run without a result. ``message`` is what the code itself said."""

    code: str
    message: str = ""
    line: int | None = None
    bar: int | None = None
    printed: str = ""
    columns: dict[str, Any] = field(default_factory=dict)


def complete(backtest: Backtest, done: Done) -> bool:
    """Result, state and card in one transaction; False where the run is not this token's any more."""
    sha256 = results.sha256_of(done.data)
    stored = results.compress(done.data)
    with transaction.atomic():
        conversation = _locked_conversation(backtest)
        columns = {**done.columns, "result_sha256": sha256, "progress": 1.0}
        if not _end(backtest, BacktestState.COMPLETE, **columns):
            return False
        BacktestResult.objects.create(backtest=backtest, data=stored)
        _add_card(backtest, conversation)
    return True


def fail(backtest: Backtest, failure: Failure) -> bool:
    """State and card in one transaction; False where the run is not this token's any more."""
    with transaction.atomic():
        conversation = _locked_conversation(backtest)
        ended = _end(
            backtest,
            BacktestState.FAILED,
            error_code=failure.code[:60],
            error_message=_storable(failure.message),
            error_line=failure.line,
            error_bar=failure.bar,
            printed=_storable(failure.printed),
            **failure.columns,
        )
        if ended:
            _add_card(backtest, conversation)
    return ended


def end_cancelled(backtest: Backtest) -> bool:
    """The worker has stopped, as was wished."""
    return _end(backtest, BacktestState.CANCELLED)


def give_back(backtest_id: UUID, token: UUID | None) -> bool:
    """The worker must end: another one shall begin the run anew."""
    with transaction.atomic():
        given = swap(
            backtest_id,
            BacktestState.RUNNING,
            BacktestState.QUEUED,
            token,
            token=None,
            worker=None,
            lease=0,
            progress=0.0,
            started_at=None,
        )
        if given:
            bell.announce(backtest_id)
    return given


def give_back_those_of(workers: Iterable[UUID]) -> int:
    """Every run of processes that were ended before they could do it themselves."""
    return sum(give_back(pk, token) for pk, token in _running_by(workers))


# --- the dead ---------------------------------------------------------------------------------------------------------


def lose(backtest_id: UUID, token: UUID | None, lease: int | None = None) -> bool:
    """End a run whose worker died; with ``lease`` only if nobody has prolonged it since."""
    return swap(
        backtest_id,
        BacktestState.RUNNING,
        BacktestState.LOST,
        token,
        lease,
        ended_at=Now(),
        error_code="worker_lost",
    )


def lose_those_of(workers: Iterable[UUID]) -> int:
    """End every run of processes that are known to be gone."""
    return sum(lose(pk, token) for pk, token in _running_by(workers))


def _running_by(workers: Iterable[UUID]) -> list[tuple[UUID, UUID | None]]:
    running = Backtest.objects.filter(state=BacktestState.RUNNING, worker__in=list(workers))
    return list(running.values_list("pk", "token"))


# --- rows -------------------------------------------------------------------------------------------------------------


def lease_ms() -> int:
    return int(settings.CONFIG.lease_seconds * 1000)


def swap(
    backtest_id: UUID, old: str, new: str, held_by: UUID | None = None, at_lease: int | None = None, **changes: Any
) -> bool:
    """Take one declared step, if the row still stands where it is taken from."""
    check_transition(old, new)
    row = Backtest.objects.filter(pk=backtest_id, state=old)
    if held_by is not None:
        row = row.filter(token=held_by)
    if at_lease is not None:
        row = row.filter(lease=at_lease)
    return row.update(state=new, **changes) == 1


def _end(backtest: Backtest, state: str, **columns: Any) -> bool:
    return swap(backtest.pk, BacktestState.RUNNING, state, backtest.token, ended_at=Now(), **columns)


def _locked_conversation(backtest: Backtest) -> Conversation | None:
    """The conversation that the version came from, locked before any other row; None where it is gone or hidden."""
    conversation_id = backtest.version.strategy.conversation_id
    if conversation_id is None:
        return None
    return CONVERSATIONS.locked("id = %s AND deleted_at IS NULL", conversation_id)


def _add_card(backtest: Backtest, conversation: Conversation | None) -> None:
    if conversation is None:
        return
    ended = Backtest.objects.select_related("version__strategy").get(pk=backtest.pk)
    message = cards.add(ended, conversation)
    Backtest.objects.filter(pk=backtest.pk).update(message=message)


def _storable(text: str) -> str:
    """PostgreSQL keeps no U+0000, UTF-8 no half surrogates."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
