"""A conversation: the owner's talk with the assistant, and where its strategy flow stands."""

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from trademe.accounts.models import User


MODEL_SETTING = 140  # characters of ``provider:model``


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, user: "User | int") -> Self:
        """What ``user`` may see: their own, unless deleted."""
        return self.filter(owner=user, deleted_at__isnull=True)


class Conversation(models.Model):
    class Kind(models.TextChoices):
        STRATEGY = "strategy", _("Strategy")
        TRADING_SYSTEM = "trading_system", _("Trading system")
        INDICATOR = "indicator", _("Indicator")
        GENERAL = "general", _("General")

    class State(models.TextChoices):
        """Where the strategy flow stands; the only allowed steps are in STATE_TRANSITIONS."""

        DISCUSSING = "discussing", _("Discussing")
        READY = "ready", pgettext_lazy("strategy flow", "Ready to generate")
        GENERATING = "generating", _("Generating")
        GENERATED = "generated", _("Generated")

    class TitleBy(models.TextChoices):
        """Whose the title is; a model's name replaces only the first words."""

        WORDS = "words", _("First words")
        MODEL = "model", _("Model")
        PERSON = "person", pgettext_lazy("whose title", "Person")

    STATE_TRANSITIONS = {
        State.DISCUSSING: (State.READY,),
        State.READY: (State.DISCUSSING, State.GENERATING),
        State.GENERATING: (State.GENERATED, State.READY),
        # a generation can be asked for again as it was (regenerate, continue)
        State.GENERATED: (State.DISCUSSING, State.READY, State.GENERATING),
    }

    id = models.UUIDField(_("id"), primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("owner"), on_delete=models.CASCADE, related_name="conversations"
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.STRATEGY)
    title = models.CharField(_("title"), max_length=200, blank=True, default="")
    title_by = models.CharField(_("title by"), max_length=8, choices=TitleBy.choices, default=TitleBy.WORDS)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.DISCUSSING)
    # what the person chose of the models on offer; empty: the default, whichever that is
    model = models.CharField(_("model"), max_length=MODEL_SETTING, blank=True, default="")
    # the last message of the path that the page shows; its ancestors are the path
    head = models.ForeignKey("chat.Message", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # grows by one with each transaction that changes what a tab shows
    rev = models.PositiveBigIntegerField(default=0, editable=False)
    next_sequence = models.PositiveIntegerField(default=1, editable=False)
    archived = models.BooleanField(_("archived"), default=False)
    pinned = models.BooleanField(_("pinned"), default=False)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        ordering = ("-pinned", "-updated_at")
        indexes = (
            models.Index(fields=("owner", "archived", "-pinned", "-updated_at"), name="conversation_list"),
            models.Index(fields=("-updated_at", "-id"), name="conversation_newest"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind__in=("strategy", "trading_system", "indicator", "general")),
                name="conversation_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=("discussing", "ready", "generating", "generated")),
                name="conversation_state_known",
            ),
        )

    def __str__(self) -> str:
        return self.title or str(self.id)

    def move_to(self, state: str) -> None:
        """Take a step of the flow (saved by the caller); an illegal one raises ValueError."""
        if state == self.state:
            return
        if state not in self.STATE_TRANSITIONS[self.State(self.state)]:
            raise ValueError(f"A conversation cannot go from {self.state} to {state}.")
        self.state = state
