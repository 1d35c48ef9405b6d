"""Pages of the library: each view fetches through the owner and renders."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from strategies import contexts
from strategies.access import strategy_for, version_for
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
    page = contexts.version_page(version_for(request.user, strategy_id, number))
    return render(request, "strategies/version.html", {"page": page})


@require_GET
@login_required
def download(request: Signed, strategy_id: int, number: int) -> HttpResponse:
    """The code as a file, byte for byte."""
    found = version_for(request.user, strategy_id, number)
    response = HttpResponse(found.code.encode(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{contexts.download_name(found)}"'
    return response
