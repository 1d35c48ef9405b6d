"""Removing what nobody will see: images never sent, of deleted conversations, and files that no row names.

Rows go first, by compare-and-swap, and files after their commit: what is shown is never without its file.
"""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.db.models import Q, QuerySet
from django.utils import timezone

from chat.attachments import files
from chat.models import Attachment, Conversation
from trademe.accounts.models import User

KEPT_UNSENT = timedelta(days=1)


def unsent(user: User | None = None) -> QuerySet[Attachment]:
    """Images uploaded more than a day ago that no message shows."""
    found = Attachment.objects.filter(message__isnull=True, created_at__lt=timezone.now() - KEPT_UNSENT)
    return found if user is None else found.filter(owner=user)


def of_deleted() -> QuerySet[Attachment]:
    return Attachment.objects.filter(conversation__deleted_at__isnull=False)


def clean_unsent_of(user: User) -> None:
    for attachment in unsent(user):
        remove_unsent(attachment)


def remove_unsent(attachment: Attachment) -> bool:
    """Remove it unless a message shows it; whether it is gone."""
    deleted, _by_model = Attachment.objects.filter(pk=attachment.pk, message__isnull=True).delete()
    if deleted:
        files.remove(attachment)
    return bool(deleted)


def remove_of(conversation: Conversation) -> None:
    """All images of a conversation that nobody sees any more."""
    gone = list(Attachment.objects.filter(conversation=conversation))
    Attachment.objects.filter(pk__in=[attachment.pk for attachment in gone]).delete()
    for attachment in gone:
        files.remove(attachment)


def clean_one(attachment: Attachment) -> bool:
    """Remove one that `unsent` or `of_deleted` found, if that is still so."""
    still = Q(message__isnull=True) | Q(conversation__deleted_at__isnull=False)
    found = Attachment.objects.filter(still, pk=attachment.pk).values_list("pk", flat=True)
    deleted, _by_model = Attachment.objects.filter(pk__in=list(found)).delete()
    if deleted and not Attachment.objects.filter(file=attachment.file).exists():
        files.remove(attachment)
    return bool(deleted)


def nameless_files() -> Iterator[Path]:
    """Files older than a day that no row names: their process died between file and row, or row and file."""
    oldest = time.time() - KEPT_UNSENT.total_seconds()
    for path, file in files.stored():
        try:
            is_old = path.stat().st_mtime < oldest
        except FileNotFoundError:
            continue
        if is_old and (file is None or not Attachment.objects.filter(file=file).exists()):
            yield path
