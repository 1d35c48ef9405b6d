"""Each object of a conversation is fetched through its owner, or not at all; pages, API and socket all come here."""

from uuid import UUID

from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from chat.models import Attachment, Conversation, Message
from trademe.accounts.models import User


def conversation_for(user: "User | int", conversation_id: UUID) -> Conversation:
    """The user's own conversation; raises Http404 for a foreign, deleted or unknown one alike."""
    try:
        return Conversation.objects.visible_to(user).get(pk=conversation_id)
    except Conversation.DoesNotExist:
        raise Http404(_("There is no such conversation.")) from None


def message_for(user: "User | int", message_id: UUID) -> Message:
    """A message of one of the user's own conversations; raises Http404 otherwise."""
    try:
        return Message.objects.select_related("conversation").get(
            pk=message_id, conversation__in=Conversation.objects.visible_to(user)
        )
    except Message.DoesNotExist:
        raise Http404(_("There is no such message.")) from None


def attachment_for(user: "User | int", attachment_id: UUID) -> Attachment:
    """An image of one of the user's own conversations, or of one not made yet; raises Http404 otherwise."""
    seen = Q(conversation__isnull=True) | Q(conversation__in=Conversation.objects.visible_to(user))
    try:
        return Attachment.objects.get(seen, pk=attachment_id, owner=user)
    except Attachment.DoesNotExist:
        raise Http404(_("There is no such image.")) from None
