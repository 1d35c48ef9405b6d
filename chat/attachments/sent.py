"""Images as part of a message: taken by it in the transaction that stores it, and read with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.urls import reverse
from django.utils.translation import gettext as _

from chat import rows
from chat.errors import Refused
from chat.models import Attachment, Message
from chat.rows import Rows

ATTACHMENTS = Rows(Attachment)

_OWN = "id = %s AND owner_id = %s AND (conversation_id = %s OR conversation_id IS NULL)"
_TAKE = (
    "UPDATE chat_attachment SET message_id = %s, place = %s, conversation_id = %s WHERE id = %s AND message_id IS NULL"
)
_TAKE_FILE = "UPDATE chat_attachmentfile SET conversation_id = %s WHERE id = %s"


@dataclass(frozen=True, slots=True)
class ImageRef:
    """An image as pages, frames and the API show it."""

    id: UUID
    name: str
    url: str
    media_type: str
    width: int
    height: int
    bytes: int
    was_animated: bool

    @property
    def alt(self) -> str:
        return _("Image “{name}”").format(name=self.name)


def take(message: Message, user_id: int, ids: Sequence[UUID]) -> None:
    """Inside the starting transaction: these images are the message's from now on.

    One that was uploaded before there was a conversation becomes this one's. One that an earlier message of the
    conversation shows (an edit) becomes a row of its own with the same file. What is not there for this person and
    conversation is refused: ``attachment_gone``.
    """
    for place, pk in enumerate(ids):
        found = ATTACHMENTS.first(_OWN, pk, user_id, message.conversation_id)
        if found is None:
            raise Refused(code="attachment_gone")
        if found.message_id is None:
            if rows.execute(_TAKE, message.pk, place, message.conversation_id, pk) != 1:
                raise Refused(code="attachment_gone")  # cleaned away, or taken by another tab's, at this moment
            if found.conversation_id is None:
                rows.execute(_TAKE_FILE, message.conversation_id, found.file_id)
            continue
        found.pk, found.message_id, found.place = uuid4(), message.pk, place
        ATTACHMENTS.insert(found)


def has_images(message_id: UUID) -> bool:
    return bool(rows.fetch("SELECT 1 FROM chat_attachment WHERE message_id = %s LIMIT 1", message_id))


def unsent(user_id: int, ids: Sequence[UUID]) -> list[ImageRef]:
    """Those of a person that no message shows yet, in the order of ``ids``."""
    found = {image.pk: image for image in Attachment.objects.filter(pk__in=ids, owner=user_id, message__isnull=True)}
    return [ref(found[pk]) for pk in ids if pk in found]


def of_message(message_id: UUID) -> list[ImageRef]:
    return [ref(found) for found in ATTACHMENTS.select("message_id = %s ORDER BY place", message_id)]


def of_messages(message_ids: Iterable[UUID]) -> dict[UUID, list[ImageRef]]:
    """By message, in one query."""
    found: dict[UUID, list[ImageRef]] = {}
    for attachment in Attachment.objects.filter(message_id__in=list(message_ids)).order_by("place"):
        if attachment.message_id is not None:
            found.setdefault(attachment.message_id, []).append(ref(attachment))
    return found


def ref(attachment: Attachment) -> ImageRef:
    return ImageRef(
        id=attachment.pk,
        name=attachment.name,
        url=reverse("chat:attachment", args=[attachment.pk]),
        media_type=attachment.media_type,
        width=attachment.width,
        height=attachment.height,
        bytes=attachment.bytes,
        was_animated=attachment.was_animated,
    )
