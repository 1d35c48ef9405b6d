"""What a person does to a conversation as a whole; each function is one transaction."""

from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.http import Http404
from django.utils.translation import gettext as _

from chat import doorbell, offer
from chat.attachments import cleaning
from chat.models import Conversation, Message, Turn
from chat.text import as_title
from trademe.accounts.models import User


def create(user: "User", kind: str, title: str = "", id: UUID | None = None, model: str = "") -> Conversation:
    """A new conversation. With a client-made ``id`` it can be repeated; a foreign ``id`` raises Http404."""
    conversation_id = id or uuid4()
    try:
        with transaction.atomic():
            return Conversation.objects.create(
                pk=conversation_id, owner=user, kind=kind, model=offer.as_stored(model), **_titled(title)
            )
    except IntegrityError:
        existing = Conversation.objects.visible_to(user).filter(pk=conversation_id).first()
        if existing is None:
            raise Http404(_("There is no such conversation.")) from None
        return existing


def update(
    conversation: Conversation,
    *,
    title: str | None = None,
    archived: bool | None = None,
    pinned: bool | None = None,
    model: str | None = None,
) -> Conversation:
    """Rename, archive, pin, or choose who answers: that holds from the next turn on."""
    changes: dict[str, object] = {"title": title, "archived": archived, "pinned": pinned}
    changes = {name: value for name, value in changes.items() if value is not None}
    if isinstance(title, str):
        changes |= _titled(title)
    if model is not None:
        changes["model"] = offer.as_stored(model)
    if changes:
        _change(conversation, **changes)
    return conversation


def _titled(title: str) -> dict[str, str]:
    """A person's title stays theirs; without one the talk names itself again."""
    plain = as_title(title)
    by = Conversation.TitleBy.PERSON if plain else Conversation.TitleBy.WORDS
    return {"title": plain, "title_by": by}


def delete(conversation: Conversation) -> None:
    """Hide it from everybody, remove its images, stop its running turn; its versions stay in the library."""
    with transaction.atomic():
        _bump(conversation, deleted_at=Now())
        Turn.objects.filter(conversation=conversation, status=Turn.Status.RUNNING).update(stop_requested=True)
        cleaning.remove_of(conversation)
    doorbell.ring(conversation.pk)


def choose_branch(conversation: Conversation, message_id: UUID) -> Conversation:
    """Show the branch that ``message_id`` is on, down to its newest end. Raises Http404 for a foreign message."""
    if not Message.objects.filter(pk=message_id, conversation=conversation).exists():
        raise Http404(_("There is no such message."))
    _change(conversation, head_id=newest_leaf(conversation, message_id))
    return conversation


def newest_leaf(conversation: Conversation, message_id: UUID) -> UUID:
    """The end that a person left last: at each fork the newest child."""
    children: dict[UUID, UUID] = {}
    for pk, parent_id in (
        Message.objects.filter(conversation=conversation, parent__isnull=False)
        .order_by("sequence")
        .values_list("pk", "parent_id")
    ):
        children[parent_id] = pk
    while message_id in children:
        message_id = children[message_id]
    return message_id


def _change(conversation: Conversation, **changes: object) -> None:
    with transaction.atomic():
        _bump(conversation, **changes)
    conversation.refresh_from_db()
    doorbell.ring(conversation.pk)


def _bump(conversation: Conversation, **changes: object) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(rev=F("rev") + 1, **changes)
