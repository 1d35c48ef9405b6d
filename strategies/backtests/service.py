"""What a person does to a run: starts and cancels it."""

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from chat.errors import Refused
from chat.models import Turn
from strategies.backtests import bell, claims, pool
from strategies.backtests.setup import Setup
from strategies.models import Backtest, BacktestState
from strategies.sandbox import levels
from trademe.accounts.models import User

MAX_ACTIVE = 5  # of one person


def start(user: User, setup: Setup, language: str = "en") -> Backtest:
    """Store a run and let a worker know; raises Refused: ``sandbox_off``, ``too_many_runs``."""
    level = levels.known()
    if level is not None and not level.runs:
        raise Refused(f"{level.reason} {level.cure}", code="sandbox_off")
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # two starts at once cannot both be the last that is allowed
        if Backtest.objects.visible_to(user).active().count() >= MAX_ACTIVE:
            words = _("%(count)s runs of yours wait or go on already. Wait for one or cancel it.") % {
                "count": MAX_ACTIVE
            }
            raise Refused(words, code="too_many_runs")
        backtest = Backtest.objects.create(
            version=setup.version,
            owner=user,
            dataset=setup.dataset,
            instrument=setup.dataset.instrument,
            timeframe=setup.dataset.timeframe,
            synthetic=setup.dataset.synthetic,
            dataset_fingerprint=setup.dataset.fingerprint,
            start=setup.start,
            stop=setup.stop,
            cash=setup.config.cash,
            fee_pct=setup.config.fee_pct,
            slippage_pct=setup.config.slippage_pct,
            parameters=setup.parameters,
            trial_sha256=setup.trial_sha256,
            code_sha256=setup.version.code_sha256,
            configuration_sha256=setup.configuration_sha256,
            language=_language_of(setup.version.strategy.conversation_id, language),
        )
        bell.announce(backtest.pk)
    pool.wake()
    return backtest


def cancel(backtest: Backtest) -> bool:
    """End a run that waits at once, one that goes on within a second; False where it has ended already."""
    active = claims.swap(backtest.pk, BacktestState.QUEUED, BacktestState.CANCELLED, ended_at=Now()) or bool(
        Backtest.objects.filter(pk=backtest.pk, state=BacktestState.RUNNING).update(cancel_requested=True)
    )
    backtest.refresh_from_db()
    pool.wake()
    return active


def _language_of(conversation_id: UUID | None, language: str) -> str:
    """The one that the talk is held in."""
    if conversation_id is None:
        return language
    turns = Turn.objects.filter(conversation_id=conversation_id).order_by("-reply_sequence")
    return turns.values_list("language", flat=True).first() or language
