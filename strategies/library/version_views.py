"""Pages of versions: one version, two compared, an old one restored, one edited by hand."""

from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chat.errors import Refused
from strategies import edits
from strategies.access import strategy_for, version_for
from strategies.contract import MAX_BYTES
from strategies.download import file_of, filename
from strategies.kinds import is_indicator
from strategies.library import comparisons, editing, versions
from strategies.models import StrategyVersion
from strategies.requests import Signed
from strategies.versions import Made

DRAFTS = "code_drafts"  # session key: code typed by somebody who was signed out meanwhile, by place
MAX_KEPT = 2 * MAX_BYTES  # characters of it


@require_GET
@login_required
def version(request: Signed, strategy_id: int, number: int) -> HttpResponse:
    """One version: code, report, parameters, plan and the difference from the version before."""
    from strategies.backtests import contexts as backtests
    from strategies.backtests import pool
    from strategies.previews import contexts as previews

    found = version_for(request.user, strategy_id, number)
    context: dict[str, object] = {"page": versions.version_page(found)}
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


@require_GET
@login_required
def compare(request: Signed, strategy_id: int) -> HttpResponse:
    """Two versions beside each other: ``from`` and ``to``, by default the newest and the one before it."""
    strategy = strategy_for(request.user, strategy_id)
    new = _wanted(request, strategy_id, request.GET.get("to"), strategy.last_number)
    before = new.number - 1 if new is not None else 0
    old = _wanted(request, strategy_id, request.GET.get("from"), before)
    view = request.GET.get("view", "")
    page = comparisons.compare_page(strategy, old, new, view if view in comparisons.VIEWS else comparisons.VIEWS[0])
    return render(request, "strategies/compare.html", {"page": page})


def _wanted(request: Signed, strategy_id: int, text: str | None, default: int) -> StrategyVersion | None:
    """The version of that number; 404 for one that is not there. None where there is no default either."""
    if not text:
        return version_for(request.user, strategy_id, default) if default > 0 else None
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
    return version_for(request.user, strategy_id, number)


@require_POST
@login_required
def restore(request: Signed, strategy_id: int, number: int) -> HttpResponse:
    """An old version's code as the newest one."""
    found = version_for(request.user, strategy_id, number)
    try:
        made = edits.restore_version(found)
    except edits.InvalidCode as error:
        messages.error(
            request,
            _("Version %(number)s was not restored, it would not pass the checks of today: %(reason)s")
            % {"number": number, "reason": error.findings[0].message},
        )
        return redirect("strategies:version", strategy_id, number)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("strategies:version", strategy_id, number)
    if made.created:
        words = _("Version %(old)s is restored as version %(number)s.")
        messages.success(request, words % {"old": number, "number": made.version.number})
    else:
        _say_same(request, made)
    return redirect("strategies:version", strategy_id, made.version.number)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, strategy_id: int, number: int) -> HttpResponse:
    """Edit a version's code by hand; what is saved becomes the next version.

    Who has been signed out meanwhile finds the text again after signing in, which leads here by GET.
    """
    if request.method == "POST" and not request.user.is_authenticated and (code := request.POST.get("code")):
        request.session[DRAFTS] = {f"{strategy_id}/{number}": code[:MAX_KEPT]}
    return _edit(request, strategy_id, number)  # type: ignore[arg-type]


@login_required
def _edit(request: Signed, strategy_id: int, number: int) -> HttpResponse:
    found = version_for(request.user, strategy_id, number)
    if request.method != "POST":
        kept = request.session.get(DRAFTS, {}).get(f"{strategy_id}/{number}")
        code = (kept or found.code).replace("\r\n", "\n")
        page = editing.EditPage(found, code, found.strategy.last_number, brought_back=kept is not None)
        return _edit_page(request, page, 200)
    code = request.POST.get("code", "").replace("\r\n", "\n")
    text = request.POST.get("expected", "")
    expected = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else found.strategy.last_number
    page = editing.EditPage(found, code, expected)
    try:
        if request.POST.get("action") == "check":
            checked = edits.check_code(found.strategy, code, found)
            return _edit_page(request, replace(page, outcome="passed", not_run=checked.run_reason), 200)
        made = edits.add_version(found.strategy, code, base=found, expected=expected)
    except edits.InvalidCode as error:
        wrong = replace(page, outcome="invalid", findings=editing.finding_rows(error.findings, code))
        return _edit_page(request, wrong, 422)
    except edits.NewerVersion as error:
        newest = version_for(request.user, strategy_id, error.number)
        return _edit_page(request, editing.conflict(found, code, newest), 409)
    except Refused as refused:
        return _edit_page(request, replace(page, outcome="refused", refusal=refused.message), 409)
    return _saved(request, made)


def _saved(request: Signed, made: Made) -> HttpResponse:
    request.session.pop(DRAFTS, None)
    if made.created:
        messages.success(request, _("Version %(number)s is made.") % {"number": made.version.number})
    else:
        _say_same(request, made)
    url = reverse("strategies:version", args=[made.version.strategy_id, made.version.number])
    if "X-Requested-With" in request.headers:
        return JsonResponse({"url": url, "number": made.version.number}, status=201 if made.created else 200)
    return redirect(url)


def _edit_page(request: Signed, page: editing.EditPage, status: int) -> HttpResponse:
    """The whole page, or for a script what came of it: the script keeps the text."""
    template = "strategies/_edit_result.html" if "X-Requested-With" in request.headers else "strategies/edit.html"
    response = render(request, template, {"page": page, "most": MAX_BYTES}, status=status)
    response["Cache-Control"] = "no-store"  # going back in the browser must not show an old text as the present one
    return response


def _say_same(request: Signed, made: Made) -> None:
    words = _("This is the same code as version %(number)s, so no new version was made.")
    messages.info(request, words % {"number": made.version.number})


__all__ = ["compare", "download", "edit", "restore", "version"]
