"""The append-only ledger of model calls, and each user's reserved and settled cost of a day."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class UsageRecord(models.Model):
    """One model call. OPEN before the call, then once SETTLED, or ESTIMATED where its process died.

    Ids are copied beside the foreign keys, so the row still tells whose call it was after they are gone.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("ledger", "Open")
        SETTLED = "settled", pgettext_lazy("ledger", "Settled")
        ESTIMATED = "estimated", pgettext_lazy("ledger", "Estimated")

    turn = models.ForeignKey(
        "chat.Turn", verbose_name=_("turn"), null=True, blank=True, on_delete=models.SET_NULL, related_name="usage"
    )
    turn_uuid = models.UUIDField(_("turn"))
    conversation_uuid = models.UUIDField(_("conversation"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="usage",
    )
    user_number = models.BigIntegerField(_("user id"))
    purpose = models.CharField(_("purpose"), max_length=16)  # chat, generate, repair, spec, summary, title
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    provider = models.CharField(_("provider"), max_length=32)
    model = models.CharField(_("model"), max_length=120)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.OPEN)
    outcome = models.CharField(_("outcome"), max_length=40, blank=True, default="")  # turn status or error code
    input_tokens = models.PositiveIntegerField(_("input tokens"), null=True, blank=True)
    output_tokens = models.PositiveIntegerField(_("output tokens"), null=True, blank=True)
    # NULL: the price is not known
    cost_usd = models.DecimalField(_("cost, US dollars"), max_digits=14, decimal_places=8, null=True, blank=True)
    reserved_usd = models.DecimalField(_("reserved, US dollars"), max_digits=14, decimal_places=8, default=0)
    day = models.DateField(_("day"))  # UTC, of the reservation
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("usage record")
        verbose_name_plural = _("usage records")
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=("user", "-created_at"), name="usage_user_time"),
            models.Index(fields=("day",), name="usage_day"),
            models.Index(fields=("conversation_uuid",), name="usage_conversation"),
            models.Index(fields=("created_at",), condition=models.Q(state="open"), name="usage_open"),
        )
        constraints = (
            models.UniqueConstraint(fields=("turn_uuid", "purpose", "attempt"), name="usage_call_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=("open", "settled", "estimated")), name="usage_state_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.provider}:{self.model} {self.purpose} {self.attempt}"


class DailySpend(models.Model):
    """What a user has reserved and settled on one UTC day; the daily limit is a conditional UPDATE of this row."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, related_name="daily_spend"
    )
    day = models.DateField(_("day"))
    reserved_usd = models.DecimalField(_("reserved, US dollars"), max_digits=14, decimal_places=8, default=0)
    settled_usd = models.DecimalField(_("settled, US dollars"), max_digits=14, decimal_places=8, default=0)

    class Meta:
        verbose_name = _("daily spend")
        verbose_name_plural = _("daily spends")
        constraints = (models.UniqueConstraint(fields=("user", "day"), name="spend_user_day"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.day}"
