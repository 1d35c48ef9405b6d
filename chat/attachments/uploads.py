"""Taking an image in, before the message that will show it."""

import hashlib
import os
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum

from chat.attachments import cleaning, images
from chat.errors import NotFound, Refused
from chat.models import Attachment, AttachmentFile, Conversation
from chat.rates import TokenBucket
from trademe.accounts.models import User

QUOTA = 500 * 1024 * 1024  # bytes of one person's stored images
UPLOADS_A_SECOND = 0.5
UPLOAD_BURST = 20
MAX_NAME = 100

_buckets: dict[int, TokenBucket] = {}


def may_upload(user: User) -> bool:
    """How often this person may, counted for each process."""
    return _buckets.setdefault(user.pk, TokenBucket(UPLOADS_A_SECOND, UPLOAD_BURST)).take()


def store(user: User, conversation: Conversation | None, upload: "UploadedFile[Any]") -> Attachment:
    """The image, safe and durable, as an attachment that no message shows yet; without a conversation for a new one.

    Refused as `chat.attachments.images.read`, or with ``image_quota``; then nothing is kept.
    """
    if (upload.size or 0) > images.MAX_BYTES:
        raise Refused(code="image_too_large")
    cleaning.clean_unsent_of(user)
    picture = images.read(upload.read())
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # one upload of a person after the other
        _check_quota(user, len(picture.data))
        if conversation and not Conversation.objects.visible_to(user).filter(pk=conversation.pk).exists():
            raise NotFound  # deleted meanwhile
        file = AttachmentFile.objects.create(conversation=conversation, data=picture.data)
        return Attachment.objects.create(
            owner=user,
            conversation=conversation,
            file=file,
            media_type=picture.media_type,
            name=plain_name(upload.name),
            sha256=hashlib.sha256(picture.data).hexdigest(),
            width=picture.width,
            height=picture.height,
            bytes=len(picture.data),
            was_animated=picture.was_animated,
        )


def discard(attachment: Attachment) -> None:
    """Take an image back that no message shows yet; one that was sent stays: ``attachment_sent``."""
    if not cleaning.remove_unsent(attachment):
        raise Refused(code="attachment_sent")


def plain_name(name: str | None) -> str:
    """The file's own name without what cannot be shown."""
    plain = "".join(letter for letter in os.path.basename(name or "") if letter.isprintable()).strip()
    return plain[:MAX_NAME] or "image"


def _check_quota(user: User, more: int) -> None:
    used = Attachment.objects.filter(owner=user).aggregate(sum=Sum("bytes"))["sum"] or 0
    if used + more > QUOTA:
        raise Refused(code="image_quota")
