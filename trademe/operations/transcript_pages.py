"""A whole conversation as its trader sees it, every branch of it, with the numbers that lead to turn and ledger."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chat import contexts, queries
from chat.attachments.views import served
from chat.models import Attachment, Conversation, Message, Turn, UsageRecord
from chat.rendering import escape_exactly
from trademe.operations import access, exports

PAGE = 50
LARGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A message with its place in the tree. ``shown``: it lies on the path that the trader's page shows."""

    view: contexts.MessageView
    shown: bool
    follows: int | None
    turn: Turn | None


@dataclass(frozen=True, slots=True)
class Transcript:
    conversation: Conversation
    entries: list[Entry]
    running: Turn | None
    live_text: SafeString
    usage: queries.UsageTotals
    before: int
    after: int | None

    @property
    def title(self) -> str:
        return self.conversation.title or _("New conversation")


@require_GET
def transcript(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Fifty messages at a time in the order in which they were said."""
    access.require(request, "read_texts")
    conversation = _conversation(conversation_id)
    after = _number(request.GET.get("after", "0"))
    page = _transcript(conversation, after)
    access.log(request, access.Action.READ, f"transcript {after + 1}–{page.after or ''}", [conversation.pk])
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Transcript"),
        "page": page,
        "exports": access.may(request, "export_texts"),
    }
    return render(request, "admin/operations/transcript.html", context)


@require_POST
def export(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The conversation as ``export_conversations`` writes it."""
    if not exports.may(request):
        raise PermissionDenied
    conversation = _conversation(conversation_id)
    form: exports.Form = "markdown" if request.POST.get("format") == "markdown" else "jsonl"
    try:
        made = exports.export(request, [conversation.pk], form)
    except exports.TooMuch:
        return HttpResponse(_("This is more than a page can hold. Run export_conversations."), status=413)
    if made.running:
        return HttpResponse(_("A reply is being written. Export when it has ended."), status=409)
    return exports.download(made, f"conversation-{conversation.pk}")


@require_GET
def image(request: HttpRequest, attachment_id: UUID) -> HttpResponse:
    """An image that a person showed, as it was stored."""
    access.require(request, "read_texts")
    found = Attachment.objects.select_related("owner").filter(pk=attachment_id).first()
    if found is None:
        raise Http404(_("There is no such image."))
    if found.conversation_id is None:
        access.log_person(request, access.Action.READ, f"attachment {found.pk}", found.owner)
    else:
        access.log(request, access.Action.READ, f"attachment {found.pk}", [found.conversation_id])
    return served(request, found)


def _conversation(pk: UUID) -> Conversation:
    found = Conversation.objects.select_related("owner").filter(pk=pk).first()
    if found is None:
        raise Http404(_("There is no such conversation."))
    return found


def _number(text: str) -> int:
    return min(int(text), LARGEST) if text.isascii() and text.isdigit() else 0


def _transcript(conversation: Conversation, after: int) -> Transcript:
    stored = Message.objects.filter(conversation=conversation, sequence__gt=after).select_related("turn", "parent")
    found = list(stored.defer("parent__content", "parent__html").order_by("sequence")[: PAGE + 1])
    messages = found[:PAGE]
    shown = set(queries.path_ids(conversation.head_id)) if conversation.head_id else set()
    views = contexts.message_views(messages)
    running = queries.running_turn(conversation.pk)
    records = UsageRecord.objects.filter(conversation_uuid=conversation.pk)
    return Transcript(
        conversation=conversation,
        entries=[
            Entry(view, message.pk in shown, message.parent.sequence if message.parent else None, message.turn)
            for message, view in zip(messages, views, strict=True)
        ],
        running=running,
        live_text=SafeString(escape_exactly(queries.journal_text(running.pk))) if running else SafeString(),
        usage=queries.usage_totals(records),
        before=after,
        after=messages[-1].sequence if len(found) > PAGE else None,
    )
