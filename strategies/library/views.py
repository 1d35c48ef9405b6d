"""Pages of the library and of one strategy: each view fetches through the owner and renders."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chat.queries import MAX_SEARCH
from strategies.access import LARGEST_ID, strategy_for
from strategies.library import changes, contexts
from strategies.models import Strategy
from strategies.requests import Signed
from trademe.keyset import BadCursor


@require_GET
@login_required
def strategy_list(request: Signed) -> HttpResponse:
    """The strategies of the person: searched, narrowed, by pages."""
    kind = request.GET.get("kind", "")
    wanted = contexts.Wanted(
        search=request.GET.get("search", "").replace("\x00", "").strip()[:MAX_SEARCH],
        kind=kind if kind in Strategy.Kind.values else "",
        archived=request.GET.get("archived") == "1",
    )
    try:
        library = contexts.library(request.user, wanted, request.GET.get("cursor", ""), _archived_now(request))
    except BadCursor as error:
        raise Http404(_("There is no such page of the list.")) from error
    return render(request, "strategies/list.html", {"library": library})


@require_GET
@login_required
def strategy(request: Signed, strategy_id: int) -> HttpResponse:
    """One strategy and its versions."""
    found = strategy_for(request.user, strategy_id)
    try:
        page = contexts.strategy_page(found, request.GET.get("cursor", ""))
    except BadCursor as error:
        raise Http404(_("There is no such page of the list.")) from error
    return render(request, "strategies/detail.html", {"page": page})


@require_POST
@login_required
def rename(request: Signed, strategy_id: int) -> HttpResponse:
    """Another name; where it cannot be given, the page comes again with what was typed and the reason."""
    found = strategy_for(request.user, strategy_id)
    typed = request.POST.get("name", "")
    try:
        changes.rename(found, typed)
    except changes.BadName as error:
        page = contexts.strategy_page(found, rename_text=typed[: 2 * changes.MAX_NAME], rename_error=error.message)
        return render(request, "strategies/detail.html", {"page": page}, status=422)
    messages.success(request, _("The strategy is now called “%(name)s”.") % {"name": found.name})
    return redirect("strategies:detail", found.pk)


@require_POST
@login_required
def archive(request: Signed, strategy_id: int) -> HttpResponse:
    """Into the archive, or back with ``archived=0``; the list then offers to undo it."""
    found = strategy_for(request.user, strategy_id)
    archived = request.POST.get("archived", "1") != "0"
    changes.archive(found, archived)
    if archived:
        return redirect(f"{reverse('strategies:list')}?undo={found.pk}")
    messages.success(request, _("“%(name)s” is back in your library.") % {"name": found.name})
    return (
        redirect("strategies:list") if request.POST.get("from") == "list" else redirect("strategies:detail", found.pk)
    )


def _archived_now(request: Signed) -> Strategy | None:
    text = request.GET.get("undo", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
    if not 0 < number <= LARGEST_ID:
        return None
    return Strategy.objects.visible_to(request.user).filter(pk=number, archived_at__isnull=False).first()
