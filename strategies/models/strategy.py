"""A strategy: a named line of versions in its owner's library."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from trademe.accounts.models import User


class StrategyQuerySet(models.QuerySet["Strategy"]):
    def visible_to(self, user: "User | int") -> Self:
        return self.filter(owner=user)


class Strategy(models.Model):
    class Kind(models.TextChoices):
        """As the conversation's that it came from; kept here, since the strategy outlives it."""

        STRATEGY = "strategy", _("Strategy")
        TRADING_SYSTEM = "trading_system", _("Trading system")
        INDICATOR = "indicator", _("Indicator")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("owner"), on_delete=models.CASCADE, related_name="strategies"
    )
    # one strategy a conversation; it stays when the conversation goes
    conversation = models.OneToOneField(
        "chat.Conversation", null=True, blank=True, on_delete=models.SET_NULL, related_name="strategy"
    )
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.STRATEGY)
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True)
    # what else the search of the library finds it by: market and indicators of the newest version, in both languages
    keywords = models.TextField(blank=True, default="", editable=False)
    last_number = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = StrategyQuerySet.as_manager()

    class Meta:
        verbose_name = _("strategy")
        verbose_name_plural = _("strategies")
        ordering = ("-updated_at",)
        constraints = (models.UniqueConstraint(fields=("owner", "name"), name="strategy_name_once"),)

    def __str__(self) -> str:
        return self.name
