"""A backtest: one run of one version on one range of bars, from its wish to its end; and its result's bytes."""

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from trademe.accounts.models import User


class BacktestState(models.TextChoices):
    """QUEUED until a worker takes it; the only allowed steps are in TRANSITIONS."""

    QUEUED = "queued", pgettext_lazy("backtest", "Waiting")
    RUNNING = "running", pgettext_lazy("backtest", "Running")
    COMPLETE = "complete", pgettext_lazy("backtest", "Complete")
    FAILED = "failed", pgettext_lazy("backtest", "Failed")
    CANCELLED = "cancelled", pgettext_lazy("backtest", "Cancelled")
    LOST = "lost", pgettext_lazy("backtest", "Worker lost")


TRANSITIONS: dict[BacktestState, tuple[BacktestState, ...]] = {
    BacktestState.QUEUED: (BacktestState.RUNNING, BacktestState.CANCELLED),
    BacktestState.RUNNING: (
        BacktestState.COMPLETE,
        BacktestState.FAILED,
        BacktestState.CANCELLED,
        BacktestState.LOST,
        # its worker was asked to end: another one begins anew
        BacktestState.QUEUED,
    ),
    BacktestState.COMPLETE: (),
    BacktestState.FAILED: (),
    BacktestState.CANCELLED: (),
    BacktestState.LOST: (),
}
ACTIVE = (BacktestState.QUEUED, BacktestState.RUNNING)


class IllegalTransition(Exception):
    """A step that no backtest takes: the caller's fault."""


def check_transition(old: str, new: str) -> None:
    """Raises IllegalTransition."""
    if BacktestState(new) not in TRANSITIONS[BacktestState(old)]:
        raise IllegalTransition(f"A backtest cannot go from {old} to {new}.")


class BacktestQuerySet(models.QuerySet["Backtest"]):
    def visible_to(self, user: "User | int") -> Self:
        return self.filter(owner=user)

    def active(self) -> Self:
        return self.filter(state__in=ACTIVE)


class Backtest(models.Model):
    State = BacktestState

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(
        "strategies.StrategyVersion", verbose_name=_("version"), on_delete=models.CASCADE, related_name="backtests"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("owner"), on_delete=models.CASCADE, related_name="backtests"
    )
    # what the data was is also kept in columns of its own: a dataset may be deleted, the result stays
    dataset = models.ForeignKey(
        "strategies.Dataset",
        verbose_name=_("dataset"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="backtests",
    )
    instrument = models.CharField(_("instrument"), max_length=40)
    timeframe = models.CharField(_("timeframe"), max_length=4)
    synthetic = models.BooleanField(_("synthetic"), default=False)
    dataset_fingerprint = models.CharField(max_length=64)  # of the whole dataset

    # --- configuration
    start = models.DateTimeField(_("from"), null=True, blank=True)  # NULL: the first bar
    stop = models.DateTimeField(_("to"), null=True, blank=True)  # included; NULL: the last bar
    cash = models.FloatField(_("cash"))
    fee_pct = models.FloatField(_("fee, %"))
    slippage_pct = models.FloatField(_("slippage, %"))
    parameters = models.JSONField(_("parameters"), default=dict)  # only those that differ from the version's
    trial_sha256 = models.CharField(max_length=64)  # of code and parameters: what is tried, whatever it costs
    language = models.CharField(max_length=10, default="en")  # of the card in the conversation

    # --- the run
    state = models.CharField(_("state"), max_length=12, choices=BacktestState.choices, default=BacktestState.QUEUED)
    token = models.UUIDField(null=True, blank=True)  # of the run that holds it; a new one each time it is taken
    worker = models.UUIDField(_("worker"), null=True, blank=True)  # the process that took it
    lease = models.BigIntegerField(default=0)  # until when, ms since the epoch on the database's clock
    cancel_requested = models.BooleanField(_("cancel asked for"), default=False)
    progress = models.FloatField(_("progress"), default=0.0)  # 0 to 1
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)  # how often a worker has taken it
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    # --- the four fingerprints: the same four give the same bytes
    code_sha256 = models.CharField(_("SHA-256 of the code"), max_length=64)
    data_fingerprint = models.CharField(_("fingerprint of the bars"), max_length=64, blank=True, default="")
    configuration_sha256 = models.CharField(_("SHA-256 of the configuration"), max_length=64)
    engine_version = models.CharField(_("engine"), max_length=20, blank=True, default="")

    # --- the end
    error_code = models.CharField(_("error code"), max_length=60, blank=True, default="")
    error_message = models.TextField(
        _("error message"), blank=True, default=""
    )  # what the code itself said; "" where words follow the code
    error_line = models.PositiveIntegerField(_("error at line"), null=True, blank=True)
    error_bar = models.PositiveIntegerField(_("error at bar"), null=True, blank=True)
    printed = models.TextField(_("printed"), blank=True, default="")  # the beginning of what the code printed
    bar_count = models.PositiveIntegerField(_("bars"), null=True, blank=True)
    first_time = models.DateTimeField(null=True, blank=True)  # of the first and last bar that was run on
    last_time = models.DateTimeField(null=True, blank=True)
    figures = models.JSONField(_("figures"), null=True, blank=True)  # strategies.engine.metrics.Figures
    honesty = models.JSONField(_("tests of honesty"), default=dict)  # {"lookahead": {...}, "warmup": {...}}
    no_trades = models.CharField(
        _("no trades"), max_length=30, blank=True, default=""
    )  # why, by code, where there was none
    result_sha256 = models.CharField(_("SHA-256 of the result"), max_length=64, blank=True, default="")
    # the card in the conversation
    message = models.ForeignKey(
        "chat.Message",
        verbose_name=_("message"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="backtests",
    )

    objects = BacktestQuerySet.as_manager()

    class Meta:
        verbose_name = _("backtest")
        verbose_name_plural = _("backtests")
        ordering = ("-created_at",)
        indexes = (
            models.Index(
                fields=("state", "created_at"),
                condition=models.Q(state__in=("queued", "running")),
                name="backtest_active",
            ),
            models.Index(fields=("version", "-created_at"), name="backtest_of_version"),
            models.Index(fields=("owner", "dataset_fingerprint"), name="backtest_tried"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=("queued", "running", "complete", "failed", "cancelled", "lost")),
                name="backtest_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=("queued", "running"), ended_at__isnull=True)
                | (~models.Q(state__in=("queued", "running")) & models.Q(ended_at__isnull=False)),
                name="backtest_ended_when_not_active",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="running") | models.Q(token__isnull=False),
                name="backtest_running_has_token",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="complete") | ~models.Q(result_sha256=""),
                name="backtest_complete_has_result",
            ),
        )

    def __str__(self) -> str:
        return f"{self.instrument} {self.timeframe} {self.state}"

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE


class BacktestResult(models.Model):
    """What a complete run left, compressed; ``Backtest.result_sha256`` is of the bytes before that."""

    backtest = models.OneToOneField(Backtest, primary_key=True, on_delete=models.CASCADE, related_name="result")
    data = models.BinaryField()  # zlib of strategies.backtests.results

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")

    def __str__(self) -> str:
        return str(self.backtest_id)
