"""A message: what was said, for ever; messages form a tree by ``parent``."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from chat.models.turn import TurnStatus


class Message(models.Model):
    class Role(models.TextChoices):
        USER = "user", _("User")
        ASSISTANT = "assistant", _("Assistant")
        NOTICE = "notice", _("Notice")

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        CONFIRMATION = "confirmation", _("Confirmation")
        CODE = "code", _("Code")
        BACKTEST = "backtest", _("Backtest")

    id = models.UUIDField(_("id"), primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey("chat.Conversation", on_delete=models.CASCADE, related_name="messages")
    # the turn whose command wrote it (user) or whose reply it is (assistant)
    turn = models.ForeignKey(
        "chat.Turn", verbose_name=_("turn"), null=True, blank=True, on_delete=models.SET_NULL, related_name="messages"
    )
    parent = models.ForeignKey(
        "self", verbose_name=_("follows"), null=True, blank=True, on_delete=models.SET_NULL, related_name="children"
    )
    sequence = models.PositiveIntegerField(_("sequence"))
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.TEXT)
    content = models.TextField(_("content"), blank=True, default="")
    status = models.CharField(_("status"), max_length=16, choices=TurnStatus.choices, default=TurnStatus.COMPLETE)
    model = models.CharField(_("model"), max_length=120, blank=True, default="")
    # rendered content, made again whenever it is NULL or its renderer's version is old
    html = models.TextField(null=True, blank=True, editable=False)  # noqa: DJ001 - NULL means "not rendered"
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("conversation", "sequence")
        indexes = (models.Index(fields=("-created_at", "-id"), name="message_newest"),)
        constraints = (
            models.UniqueConstraint(fields=("conversation", "sequence"), name="message_place"),
            models.CheckConstraint(
                condition=models.Q(role__in=("user", "assistant", "notice")), name="message_role_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=("complete", "stopped", "truncated", "failed", "interrupted")),
                name="message_status_ended",
            ),
        )

    def __str__(self) -> str:
        return f"{self.role} {self.sequence}"
