"""A mention: a message that shows a version which it did not make, as its own button."""

from django.db import models


class VersionMention(models.Model):
    message = models.ForeignKey("chat.Message", on_delete=models.CASCADE, related_name="version_mentions")
    version = models.ForeignKey("strategies.StrategyVersion", on_delete=models.CASCADE, related_name="mentions")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("message", "version"), name="version_mentioned_once"),)

    def __str__(self) -> str:
        return f"{self.message_id} shows {self.version_id}"
