"""A turn: one command of a person and the one reply that it starts, streamed under a lease."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chat.models.conversation import MODEL_SETTING


class TurnStatus(models.TextChoices):
    """RUNNING ends exactly once, in one of the others; an end is final."""

    RUNNING = "running", pgettext_lazy("status", "Running")
    COMPLETE = "complete", pgettext_lazy("status", "Complete")
    STOPPED = "stopped", pgettext_lazy("status", "Stopped")
    TRUNCATED = "truncated", pgettext_lazy("status", "Cut off")
    FAILED = "failed", pgettext_lazy("status", "Failed")
    INTERRUPTED = "interrupted", pgettext_lazy("status", "Interrupted")


# a reply that ended so can be continued
CONTINUABLE = frozenset({TurnStatus.STOPPED, TurnStatus.TRUNCATED, TurnStatus.INTERRUPTED})


class Turn(models.Model):
    Status = TurnStatus

    class Command(models.TextChoices):
        """The frame type that started the turn."""

        AI_CHAT = "ai_chat"
        CONFIRM_GENERATION = "confirm_generation"
        CONTINUE = "continue"
        REGENERATE = "regenerate"
        EDIT = "edit"

    class Purpose(models.TextChoices):
        CHAT = "chat", _("Chat")
        GENERATE = "generate", _("Code generation")

    id = models.UUIDField(_("id"), primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey("chat.Conversation", on_delete=models.CASCADE, related_name="turns")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, related_name="+"
    )
    request_id = models.UUIDField(_("request"))
    command = models.CharField(_("command"), max_length=24, choices=Command.choices)
    fields_sha256 = models.CharField(max_length=64)
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose.choices, default=Purpose.CHAT)
    language = models.CharField(_("language"), max_length=10, default="en")  # of the reply and of its notices

    status = models.CharField(_("status"), max_length=16, choices=TurnStatus.choices, default=TurnStatus.RUNNING)
    token = models.UUIDField(default=uuid.uuid4)  # whoever holds it may write into the running turn
    lease = models.BigIntegerField(default=0)  # until when, ms since the epoch on the database's clock
    rev = models.PositiveBigIntegerField(default=0)  # Conversation.rev at this row's last change that a tab shows
    stop_requested = models.BooleanField(_("stop asked for"), default=False)

    # the running reply: place reserved at the start, text in the journal until the end
    user_message = models.ForeignKey(
        "chat.Message",
        verbose_name=_("user's message"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="answering_turns",
    )
    reply_id = models.UUIDField(default=uuid.uuid4)
    reply_sequence = models.PositiveIntegerField()
    reply_parent = models.ForeignKey("chat.Message", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # "continue" lengthens this reply
    continues = models.ForeignKey(
        "chat.Message", verbose_name=_("continues"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    last_seq = models.PositiveIntegerField(_("last chunk"), default=0)
    chars = models.PositiveIntegerField(_("characters"), default=0)  # Unicode code points journalled so far
    digest = models.CharField(
        _("SHA-256 of the text"), max_length=64, blank=True, default=""
    )  # running SHA-256 of the UTF-8 text, hex

    # who answers, as it stood when the turn started: ``provider:model``; the two below are of the last call
    choice = models.CharField(_("model asked for"), max_length=MODEL_SETTING, blank=True, default="")
    provider = models.CharField(_("provider"), max_length=32, blank=True, default="")
    model = models.CharField(_("model"), max_length=120, blank=True, default="")
    prompt_version = models.CharField(_("prompt version"), max_length=40, blank=True, default="")
    stop_reason = models.CharField(_("stop reason"), max_length=40, blank=True, default="")
    error_code = models.CharField(_("error code"), max_length=40, blank=True, default="")
    error_message = models.TextField(_("error message"), blank=True, default="")
    error_retryable = models.BooleanField(_("can be tried again"), default=False)

    # what stood for the oldest messages in its calls: minutes, or nothing for so many of them
    summary = models.ForeignKey("chat.Summary", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    left_out = models.PositiveIntegerField(_("messages left out"), default=0)

    started_at = models.DateTimeField(_("started at"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("turn")
        verbose_name_plural = _("turns")
        ordering = ("started_at",)
        indexes = (
            models.Index(fields=("lease",), condition=models.Q(status="running"), name="turn_running_lease"),
            models.Index(fields=("-started_at", "-id"), name="turn_newest"),
            models.Index(fields=("conversation", "rev"), name="turn_conversation_rev"),
        )
        constraints = (
            models.UniqueConstraint(fields=("user", "request_id"), name="turn_request_once"),
            models.UniqueConstraint(
                fields=("conversation",), condition=models.Q(status="running"), name="turn_one_running"
            ),
            models.UniqueConstraint(fields=("reply_id",), name="turn_reply_once"),
            models.UniqueConstraint(fields=("conversation", "reply_sequence"), name="turn_reply_place"),
            models.CheckConstraint(
                condition=models.Q(status__in=("running", "complete", "stopped", "truncated", "failed", "interrupted")),
                name="turn_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(status="running", ended_at__isnull=True)
                | (~models.Q(status="running") & models.Q(ended_at__isnull=False)),
                name="turn_ended_when_not_running",
            ),
        )

    def __str__(self) -> str:
        return f"{self.command} {self.id}"

    @property
    def is_running(self) -> bool:
        return self.status == TurnStatus.RUNNING
