"""Pages of the library: each view fetches through the owner and renders."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from chat import hooks
from chat.access import conversation_for
from chat.errors import Refused, sentence
from chat.models import Conversation
from strategies import contexts, edits
from strategies.access import strategy_for, version_for
from strategies.download import file_of, filename
from strategies.kinds import is_indicator
from strategies.indicators.panel import IndicatorForm
from strategies.panel import SpecForm, spec_form, spec_panel
from trademe.accounts.models import User


class Signed(HttpRequest):
    """A request behind ``login_required``."""

    user: User


@require_GET
@login_required
def strategy_list(request: Signed) -> HttpResponse:
    """All strategies of the person."""
    page = request.GET.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    library = contexts.library(request.user, request.GET.get("search", ""), number)
    return render(request, "strategies/list.html", {"library": library})


@require_GET
@login_required
def strategy(request: Signed, strategy_id: int) -> HttpResponse:
    """One strategy and its versions."""
    page = contexts.strategy_page(strategy_for(request.user, strategy_id))
    return render(request, "strategies/detail.html", {"page": page})


@require_GET
@login_required
def version(request: Signed, strategy_id: int, number: int) -> HttpResponse:
    """One version: code, report, parameters, plan and the difference from the version before."""
    from strategies.backtests import contexts as backtests
    from strategies.backtests import pool
    from strategies.previews import contexts as previews

    found = version_for(request.user, strategy_id, number)
    context: dict[str, object] = {"page": contexts.version_page(found)}
    if is_indicator(found):
        context["preview"] = previews.page(request.user, found, None)
    else:
        pool.expect()
        context["backtests"] = backtests.panel(request.user, found)
    return render(request, "strategies/version.html", context)


@require_GET
@login_required
def download(request: Signed, strategy_id: int, number: int) -> HttpResponse:
    """The code as a file that runs elsewhere, below comments that say how."""
    found = version_for(request.user, strategy_id, number)
    response = HttpResponse(file_of(found), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename(found)}"'
    return response


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
