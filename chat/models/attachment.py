"""An image that a person shows: stored before its message, shown and kept with it."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AttachmentFile(models.Model):
    """The bytes of an image, apart from its row so that only who shows it reads them.

    In the database rather than beside it: one transaction, one backup, one place for all processes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # as its row's: none before the first message of a new conversation
    conversation = models.ForeignKey(
        "chat.Conversation", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    data = models.BinaryField()

    def __str__(self) -> str:
        return str(self.id)


class Attachment(models.Model):
    """One image of one message; before that message is sent, of none."""

    id = models.UUIDField(_("id"), primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("owner"), on_delete=models.CASCADE, related_name="+"
    )
    # none while it waits for the first message of a conversation that is not made yet
    conversation = models.ForeignKey(
        "chat.Conversation", null=True, blank=True, on_delete=models.CASCADE, related_name="attachments"
    )
    message = models.ForeignKey(
        "chat.Message", null=True, blank=True, on_delete=models.CASCADE, related_name="attachments"
    )
    place = models.PositiveSmallIntegerField(_("place"), default=0)  # in its message
    # an edited message shows the images of the first one: rows of their own, the same file
    file = models.ForeignKey("chat.AttachmentFile", on_delete=models.CASCADE, related_name="attachments")
    media_type = models.CharField(_("media type"), max_length=20)
    name = models.CharField(_("name"), max_length=100)  # of the person's file
    sha256 = models.CharField(_("SHA-256"), max_length=64)  # of the stored file
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    bytes = models.PositiveIntegerField(_("bytes"))
    was_animated = models.BooleanField(_("was animated"), default=False)  # its first picture was kept
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ("message", "place")
        indexes = (
            models.Index(fields=("created_at",), condition=models.Q(message__isnull=True), name="attachment_unsent"),
        )
        constraints = (
            models.UniqueConstraint(fields=("message", "place"), name="attachment_place"),
            models.CheckConstraint(
                condition=models.Q(media_type__in=("image/png", "image/jpeg")), name="attachment_type_known"
            ),
            models.CheckConstraint(
                condition=models.Q(message__isnull=True) | models.Q(conversation__isnull=False),
                name="attachment_sent_somewhere",
            ),
        )

    def __str__(self) -> str:
        return self.name
