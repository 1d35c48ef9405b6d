"""Images as a model is shown them: those of the newest messages, within what a call may carry."""

import base64
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count

from chat.models import Attachment, AttachmentFile
from chat.providers.base import ChatMessage, Image

MOST = 8  # of one call
MOST_BYTES = 16 * 1024 * 1024

NOT_SHOWN = "[An image was shown here that you cannot see.]"


def images_of(message_ids: Iterable[UUID], takes_images: bool) -> dict[UUID, list[Image | None]]:
    """By message; None in place of one that this call does not carry. ``message_ids`` come newest first."""
    ids = list(message_ids)
    found: dict[UUID, list[Attachment]] = {}
    for attachment in Attachment.objects.filter(message_id__in=ids).order_by("place"):
        if attachment.message_id is not None:
            found.setdefault(attachment.message_id, []).append(attachment)
    fitting: dict[UUID, list[bool]] = {}
    count, total = 0, 0
    for message_id in ids:
        for attachment in found.get(message_id, ()):
            count, total = count + 1, total + attachment.bytes
            fits = takes_images and count <= MOST and total <= MOST_BYTES
            fitting.setdefault(message_id, []).append(fits)
    carried = {
        attachment.file_id
        for message_id, fits in fitting.items()
        for attachment, is_carried in zip(found[message_id], fits, strict=True)
        if is_carried
    }
    data = dict(AttachmentFile.objects.filter(pk__in=carried).values_list("pk", "data"))
    return {
        message_id: [
            _image(attachment, bytes(data[attachment.file_id])) if is_carried else None
            for attachment, is_carried in zip(found[message_id], fits, strict=True)
        ]
        for message_id, fits in fitting.items()
    }


def count_of(message_ids: list[UUID]) -> dict[UUID, int]:
    """How many images each of these messages shows."""
    found = Attachment.objects.filter(message_id__in=message_ids).order_by().values_list("message_id")
    return {message_id: count for message_id, count in found.annotate(count=Count("pk")) if message_id is not None}


def with_images(message: ChatMessage, images: list[Image | None]) -> ChatMessage:
    """The message as this call carries it; the model is told of each image that it cannot see."""
    if not images:
        return message
    hidden = [NOT_SHOWN for image in images if image is None]
    content = "\n\n".join((*hidden, message.content))
    return ChatMessage(message.role, content, tuple(image for image in images if image is not None))


def _image(attachment: Attachment, data: bytes) -> Image:
    return Image(attachment.media_type, base64.b64encode(data).decode("ascii"))
