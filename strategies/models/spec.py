"""One revision of a conversation's strategy spec; revisions are only added."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class StrategySpec(models.Model):
    class Origin(models.TextChoices):
        RULES = "rules", _("Read by rule")
        MODEL = "model", _("Read by the model")
        PERSON = "person", _("Edited by hand")
        UNDO = "undo", _("Taken back")

    conversation = models.ForeignKey("chat.Conversation", on_delete=models.CASCADE, related_name="specs")
    revision = models.PositiveIntegerField(_("revision"))
    # the message it belongs to in the tree: the user's words, or for a hand edit the head at that time
    message = models.ForeignKey(
        "chat.Message",
        verbose_name=_("message"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="specs",
    )
    spec = models.JSONField(_("spec"))  # schema: strategies.spec.Spec
    # which words each item came from: {path: {"words": str, "message": uuid, "by": "rules" | "model" | "person"}}
    sources = models.JSONField(_("sources"), default=dict)
    origin = models.CharField(_("origin"), max_length=12, choices=Origin.choices, default=Origin.RULES)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("strategy spec")
        verbose_name_plural = _("strategy specs")
        ordering = ("conversation", "revision")
        constraints = (models.UniqueConstraint(fields=("conversation", "revision"), name="spec_revision_once"),)

    def __str__(self) -> str:
        return f"{self.conversation_id} r{self.revision}"
