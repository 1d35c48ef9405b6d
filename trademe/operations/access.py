"""The one gate to what people said: who may read it, and the row of each look, written before the page is sent."""

from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from chat.models import Conversation
from trademe.accounts.models import User
from trademe.operations.models import AccessRecord

Action = AccessRecord.Action


def staff_of(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise TypeError("The administration is for signed-in users.")
    return request.user


def may(request: HttpRequest, permission: str) -> bool:
    """Whether the active member of the staff holds ``operations.<permission>``; a superuser holds all."""
    user = request.user
    return bool(user.is_active and user.is_staff and user.has_perm(f"operations.{permission}"))


def log(request: HttpRequest, action: Action, what: str, conversations: Iterable[UUID]) -> None:
    """A row for each of the conversations that is another person's: one query to read, one to write."""
    staff = staff_of(request)
    owners = Conversation.objects.filter(pk__in=set(conversations)).exclude(owner=staff)
    AccessRecord.objects.bulk_create(
        AccessRecord(
            staff=staff,
            staff_name=staff.username,
            action=action,
            owner_number=owner,
            owner_name=name,
            conversation_uuid=pk,
            what=what[:120],
        )
        for pk, owner, name in owners.values_list("pk", "owner_id", "owner__username")
    )


def log_person(request: HttpRequest, action: Action, what: str, owner: User) -> None:
    """A look at something of a person that belongs to no conversation (any more)."""
    staff = staff_of(request)
    if owner.pk != staff.pk:
        AccessRecord.objects.create(
            staff=staff,
            staff_name=staff.username,
            action=action,
            owner_number=owner.pk,
            owner_name=owner.username,
            what=what[:120],
        )


def require(request: HttpRequest, permission: str) -> None:
    """Raise PermissionDenied unless ``may``."""
    if not may(request, permission):
        raise PermissionDenied


def log_repair(request: HttpRequest, what: str, conversation: UUID) -> None:
    """A row for each repair, also in one's own conversation and where the conversation is gone."""
    staff = staff_of(request)
    owner = User.objects.filter(conversations=conversation).first()
    AccessRecord.objects.create(
        staff=staff,
        staff_name=staff.username,
        action=Action.REPAIR,
        owner_number=owner.pk if owner else None,
        owner_name=owner.username if owner else "",
        conversation_uuid=conversation,
        what=what[:120],
    )
