"""Removing what nobody will see: images never sent, and those of deleted conversations, each with its bytes."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from chat.models import Attachment, AttachmentFile, Conversation
from trademe.accounts.models import User

KEPT_UNSENT = timedelta(days=1)


def unsent(user: User | None = None) -> QuerySet[Attachment]:
    """Images uploaded more than a day ago that no message shows."""
    found = Attachment.objects.filter(message__isnull=True, created_at__lt=timezone.now() - KEPT_UNSENT)
    return found if user is None else found.filter(owner=user)


def of_deleted() -> QuerySet[Attachment]:
    """Uploaded while their conversation was being deleted."""
    return Attachment.objects.filter(conversation__deleted_at__isnull=False)


def clean_unsent_of(user: User) -> None:
    for attachment in unsent(user):
        remove_unsent(attachment)


def remove_unsent(attachment: Attachment) -> bool:
    """Remove it unless a message shows it; whether it is gone."""
    return _remove(attachment, Q(message__isnull=True))


def clean_one(attachment: Attachment) -> bool:
    """Remove one that `unsent` or `of_deleted` found, if that is still so."""
    return _remove(attachment, Q(message__isnull=True) | Q(conversation__deleted_at__isnull=False))


def remove_of(conversation: Conversation) -> None:
    """All images of a conversation that nobody sees any more."""
    AttachmentFile.objects.filter(conversation=conversation).delete()


def _remove(attachment: Attachment, unseen: Q) -> bool:
    with transaction.atomic():
        found = Attachment.objects.select_for_update(of=("self",)).filter(unseen, pk=attachment.pk)
        deleted, _by_model = Attachment.objects.filter(pk__in=list(found.values_list("pk", flat=True))).delete()
        if deleted:
            # an edited message may show the same bytes
            AttachmentFile.objects.filter(pk=attachment.file_id, attachments__isnull=True).delete()
    return bool(deleted)
