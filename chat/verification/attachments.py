"""Attachments: what a message shows lies in the data folder as it was stored, and is its own conversation's."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from chat.attachments import files
from chat.models import Attachment, Conversation
from chat.verification.walk import Scope, Suspect, Walk


@dataclass(frozen=True, slots=True)
class AttachmentPage:
    attachments: list[Attachment]  # those that a message shows, with message and conversation
    sha256: dict[UUID, str | None]  # of the file as it lies there; None: it is not there


def keys(scope: Scope) -> "QuerySet[Any, Any]":
    sent = Attachment.objects.filter(message__isnull=False, conversation__deleted_at__isnull=True)
    found = sent.order_by("pk").values_list("pk", flat=True)
    return found.filter(conversation=scope.conversation) if scope.conversation else found


def load(pks: Sequence[UUID]) -> AttachmentPage:
    found = list(Attachment.objects.filter(pk__in=pks).select_related("message", "conversation"))
    return AttachmentPage(found, {attachment.pk: _sha256(attachment) for attachment in found})


walk = Walk("attachments", keys, load)


def _sha256(attachment: Attachment) -> str | None:
    try:
        with files.path_of(attachment).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def _suspect(attachment: Attachment, sentence: str) -> Suspect:
    ids = {
        "attachment": attachment.pk,
        "message": attachment.message_id,
        "conversation": attachment.conversation_id,
    }
    return Suspect(attachment.pk, sentence, ids)


@walk.check("attachment-missing")
def file_is_stored(page: AttachmentPage) -> Iterator[Suspect]:
    for attachment in page.attachments:
        if page.sha256[attachment.pk] is None:
            yield _suspect(attachment, "The file of an image that a message shows is missing.")


@walk.check("attachment-changed")
def file_is_as_stored(page: AttachmentPage) -> Iterator[Suspect]:
    for attachment in page.attachments:
        if page.sha256[attachment.pk] not in (None, attachment.sha256):
            yield _suspect(attachment, "The file of an image is not the one that its hash was taken of.")


@walk.check("attachment-foreign")
def is_of_its_conversation(page: AttachmentPage) -> Iterator[Suspect]:
    for attachment in page.attachments:
        conversation: Conversation = attachment.conversation
        message = attachment.message
        of_message = message is not None and message.conversation_id == conversation.pk and message.role == "user"
        if not of_message or conversation.owner_id != attachment.owner_id:
            yield _suspect(attachment, "An image belongs to another conversation or owner than its message.")
