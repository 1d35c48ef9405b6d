"""What a model is told in place of the oldest messages of a long talk."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Summary(models.Model):
    """Minutes of the path from the first message down to ``upto``, for every branch that goes on from there."""

    conversation = models.ForeignKey("chat.Conversation", on_delete=models.CASCADE, related_name="summaries")
    upto = models.OneToOneField(
        "chat.Message", verbose_name=_("up to"), on_delete=models.CASCADE, related_name="summary"
    )
    messages = models.PositiveIntegerField(_("messages"))  # that it stands for
    text = models.TextField(_("text"))
    language = models.CharField(_("language"), max_length=10)
    model = models.CharField(_("model"), max_length=120)
    prompt_version = models.CharField(_("prompt version"), max_length=40)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("summary")
        verbose_name_plural = _("summaries")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.messages} · {self.conversation_id}"
