"""Attachments: what a message shows is as it was stored, and is its own conversation's."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from chat.models import Attachment, AttachmentFile
from chat.verification.walk import Scope, Suspect, Walk


@dataclass(frozen=True, slots=True)
class AttachmentPage:
    attachments: list[Attachment]  # those that a message shows, with message and conversation
    sha256: dict[UUID, str]  # of the bytes as they are stored


def keys(scope: Scope) -> "QuerySet[Any, Any]":
    sent = Attachment.objects.filter(message__isnull=False, conversation__deleted_at__isnull=True)
    found = sent.order_by("pk").values_list("pk", flat=True)
    return found.filter(conversation=scope.conversation) if scope.conversation else found


def load(pks: Sequence[UUID]) -> AttachmentPage:
    shown = Attachment.objects.filter(pk__in=pks).select_related("message", "conversation", "file")
    found = list(shown.defer("file__data"))
    return AttachmentPage(found, {attachment.pk: _sha256(attachment) for attachment in found})


walk = Walk("attachments", keys, load)


def _sha256(attachment: Attachment) -> str:
    """One at a time: each may have megabytes."""
    return hashlib.sha256(AttachmentFile.objects.values_list("data", flat=True).get(pk=attachment.file_id)).hexdigest()


def _suspect(attachment: Attachment, sentence: str) -> Suspect:
    ids = {
        "attachment": attachment.pk,
        "message": attachment.message_id,
        "conversation": attachment.conversation_id,
    }
    return Suspect(attachment.pk, sentence, ids)


@walk.check("attachment-changed")
def file_is_as_stored(page: AttachmentPage) -> Iterator[Suspect]:
    for attachment in page.attachments:
        if page.sha256[attachment.pk] != attachment.sha256:
            yield _suspect(attachment, "The bytes of an image are not the ones that its hash was taken of.")


@walk.check("attachment-foreign")
def is_of_its_conversation(page: AttachmentPage) -> Iterator[Suspect]:
    for attachment in page.attachments:
        conversation, message = attachment.conversation, attachment.message
        if conversation is None or message is None:
            continue  # taken back meanwhile
        of_message = message.conversation_id == conversation.pk and message.role == "user"
        of_message = of_message and attachment.file.conversation_id == conversation.pk
        if not of_message or conversation.owner_id != attachment.owner_id:
            yield _suspect(attachment, "An image belongs to another conversation or owner than its message.")
