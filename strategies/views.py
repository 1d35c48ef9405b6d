"""The plan beside a conversation: changed by hand, and taken back to what it was."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chat import contexts, hooks
from chat.access import conversation_for
from chat.errors import Refused, sentence
from chat.models import Conversation
from chat.protocol import MAX_CONTENT
from strategies import edits, revisions
from strategies.indicators.panel import IndicatorForm
from strategies.models import StrategySpec
from strategies.panel import spec_form, spec_panel
from strategies.requests import Signed
from strategies.spec_form import SpecForm
from strategies.wording import changes_in_words

AnyForm = SpecForm | IndicatorForm
MOST_LINES = 5  # of what changed meanwhile


@require_POST
@login_required
def edit_spec(request: Signed, conversation_id: UUID) -> HttpResponse:
    """Change the plan by hand. A script gets the panel back (422 with what is wrong), a form the whole page."""
    conversation = conversation_for(request.user, conversation_id)
    fields = _fields(conversation)
    form = _posted(conversation, fields, request.POST.dict())
    saved = form.is_valid() and _save(form, conversation)
    return _answer(request, conversation, None if saved else form)


@require_POST
@login_required
def revert_spec(request: Signed, conversation_id: UUID) -> HttpResponse:
    """Bring back what the plan was at revision ``to``, as a revision of its own."""
    conversation = conversation_for(request.user, conversation_id)
    fields = _fields(conversation)
    form = spec_form(conversation, fields["spec"] or {}, fields["spec_revision"])
    numbers = [request.POST.get(name, "") for name in ("to", "revision")]
    if not all(number.isdecimal() and len(number) < 10 for number in numbers):
        raise Http404
    try:
        edits.revert_spec(conversation, int(numbers[0]), int(numbers[1]))
    except Refused as error:
        if error.code == "not_found":
            raise Http404 from error
        form = spec_form(conversation, form.spec, fields["spec_revision"], _shown(form))
        form.add_error(None, str(error) if error.message else sentence(error.code))
        return _answer(request, conversation, form)
    return _answer(request, conversation, None)


@require_GET
@login_required
def plan_changes(request: Signed, conversation_id: UUID) -> HttpResponse:
    """All changes of the plan on the shown branch, a page at a time."""
    conversation = conversation_for(request.user, conversation_id)
    fields = _fields(conversation)
    below = request.GET.get("below", "")
    changes = revisions.page(conversation, int(below) if below.isdecimal() and len(below) < 10 else None)
    shown = {"conversation": conversation, "changes": changes, "revision": fields["spec_revision"], "below": below}
    return render(request, "strategies/plan_changes.html", shown)


def _fields(conversation: Conversation) -> dict[str, Any]:
    fields = hooks.hook().spec_frame(conversation)
    if fields is None:
        raise Http404
    return fields


def _posted(conversation: Conversation, fields: dict[str, Any], data: dict[str, Any]) -> AnyForm:
    """What was sent, as a form of today's plan.

    Where the plan was changed meanwhile, what the person changed stands in the form as typed, everything else as it
    is now, and nothing is saved before they have seen it.
    """
    spec, revision = fields["spec"] or {}, int(fields["spec_revision"])
    form = spec_form(conversation, spec, revision, data)
    sent = str(data.get("revision", ""))
    if not sent.isdecimal() or len(sent) > 9 or int(sent) == revision:
        return form
    row = StrategySpec.objects.filter(conversation=conversation, revision=int(sent)).first()
    base = row.spec if row is not None else {}
    typed = {name: data.get(name, "") for name in spec_form(conversation, base, int(sent), data).changed_data}
    merged = spec_form(conversation, spec, revision, _shown(form) | {n: v for n, v in typed.items() if n != "revision"})
    changed = changes_in_words(base, spec)[:MOST_LINES]
    words = _("The plan was changed meanwhile. What you typed is still here: look at it and save again.")
    merged.add_error(None, " ".join([words, *(f"({line})" for line in changed)]))
    return merged


def _shown(form: AnyForm) -> dict[str, Any]:
    """What the form shows before anybody types."""
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {name: "" if value is None else value for name, value in values.items()}


def _save(form: AnyForm, conversation: Conversation) -> bool:
    try:
        edits.edit_spec(conversation, form.edited(), form.cleaned_data["revision"])
    except edits.InvalidSpec as error:
        form.refuse(error.fields)
    except Refused as error:
        form.add_error(None, str(error) if error.message else sentence(error.code))
    return not form.errors


def _answer(request: Signed, conversation: Conversation, refused: AnyForm | None) -> HttpResponse:
    """The panel for a script; without one the conversation, with the refused form in it as it was typed."""
    status = 422 if refused is not None else 200
    conversation.refresh_from_db()
    if "X-Requested-With" in request.headers:
        panel = spec_panel(conversation, _fields(conversation), refused)
        return render(request, "chat/_spec_panel.html", {"panel": panel}, status=status)
    if refused is None:
        return redirect("chat:conversation", conversation.pk)
    page = contexts.conversation_page(request.user, conversation)
    page = replace(page, panel=spec_panel(conversation, _fields(conversation), refused))
    return render(request, "chat/conversation.html", {"page": page, "max_content": MAX_CONTENT}, status=status)
