"""The form of a plan beside its conversation."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from chat import hooks
from chat.access import conversation_for
from chat.errors import Refused, sentence
from chat.models import Conversation
from strategies import edits
from strategies.indicators.panel import IndicatorForm
from strategies.panel import SpecForm, spec_form, spec_panel
from strategies.requests import Signed


@require_POST
@login_required
def edit_spec(request: Signed, conversation_id: UUID) -> HttpResponse:
    """Change the plan by hand. A script gets the panel back (422 with what is wrong), a form the whole page."""
    conversation = conversation_for(request.user, conversation_id)
    fields = hooks.hook().spec_frame(conversation)
    if fields is None:
        raise Http404
    form = spec_form(conversation, fields["spec"] or {}, fields["spec_revision"], request.POST)
    saved = form.is_valid() and _save(form, conversation)
    if saved:
        conversation.refresh_from_db()
        fields = hooks.hook().spec_frame(conversation) or fields
    if "X-Requested-With" in request.headers:
        panel = spec_panel(conversation, fields, None if saved else form)
        return render(request, "chat/_spec_panel.html", {"panel": panel}, status=200 if saved else 422)
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        messages.error(request, f"{label} {errors[0]}".strip())
    return redirect("chat:conversation", conversation.pk)


def _save(form: SpecForm | IndicatorForm, conversation: Conversation) -> bool:
    try:
        edits.edit_spec(conversation, form.edited(), form.cleaned_data["revision"])
    except edits.InvalidSpec as error:
        form.add_error(None, str(error))
    except Refused as error:
        form.add_error(None, str(error) if error.message else sentence(error.code))
    return not form.errors
