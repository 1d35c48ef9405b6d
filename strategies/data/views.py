"""Pages of market data: what there is, and the way of a person's own file into it."""

from dataclasses import asdict
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from strategies.access import own_dataset_for
from strategies.data import contexts, uploads
from strategies.data.csv_form import Form
from strategies.data.csv_import import ImportRefused, Options, guess_timeframe, preview, read_bars
from strategies.data.forms import ImportForm, UploadForm, guessed_instrument
from strategies.data.imports import add_dataset
from strategies.data.uploads import Upload
from trademe.accounts.models import User


class Signed(HttpRequest):
    """A request behind ``login_required``."""

    user: User


@require_GET
@login_required
def dataset_list(request: Signed) -> HttpResponse:
    """The bars that there are."""
    return render(request, "strategies/data/list.html", {"datasets": contexts.datasets(request.user)})


@require_http_methods(["GET", "POST"])
@login_required
def upload(request: Signed) -> HttpResponse:
    """Take a file and look at it on the next page."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        kept = uploads.keep(request.user, form.cleaned_data["file"])
        return redirect("datasets:import", kept.id)
    status = 400 if request.method == "POST" else 200
    return render(
        request, "strategies/data/upload.html", {"form": form, "most": uploads.MAX_BYTES // 2**20}, status=status
    )


@require_http_methods(["GET", "POST"])
@login_required
def import_file(request: Signed, upload_id: UUID) -> HttpResponse:
    """What was found in the file; check it whole, import it, or throw it away."""
    kept = uploads.upload_for(request.user, upload_id)
    if request.method == "POST" and "discard" in request.POST:
        uploads.discard(kept)
        return redirect("datasets:list")
    recognised, problem = _recognised(kept, request.POST.get("encoding", ""), request.POST.get("decimal", ""))
    if request.method == "GET":
        form = ImportForm(recognised, initial=_initial(kept, recognised))
        return _page(request, contexts.import_page(kept, form, recognised, problem))
    form = ImportForm(recognised, request.POST)
    if not form.is_valid():
        return _page(request, contexts.import_page(kept, form, recognised, problem), 400)
    return _read(request, kept, form, recognised)


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: Signed, dataset_id: int) -> HttpResponse:
    """Delete an import, after asking."""
    dataset = own_dataset_for(request.user, dataset_id)
    if request.method == "POST":
        dataset.delete()
        messages.success(request, _("The bars were deleted."))
        return redirect("datasets:list")
    return render(request, "strategies/data/delete.html", {"dataset": dataset})


def _read(request: Signed, kept: Upload, form: ImportForm, recognised: Form | None) -> HttpResponse:
    try:
        with kept.path.open("rb") as file:
            bars, report = read_bars(file, form.options())
        if "import" not in request.POST:
            looked = contexts.looked_at(bars, report)
            return _page(request, contexts.import_page(kept, form, recognised, looked=looked))
        made = add_dataset(
            bars,
            report=asdict(report),
            owner=request.user,
            instrument=form.cleaned_data["instrument"],
            kind=form.cleaned_data["kind"],
            timeframe=form.cleaned_data["timeframe"],
            source=form.cleaned_data["source"] or kept.name,
            licence=form.cleaned_data["licence"],
        )
    except ImportRefused as error:
        looked = contexts.looked_at(None, error.report, error)
        return _page(request, contexts.import_page(kept, form, recognised, looked=looked), 422)
    uploads.discard(kept)
    words = ngettext(
        "%(count)d bar of %(name)s was imported.", "%(count)d bars of %(name)s were imported.", made.bar_count
    )
    messages.success(request, words % {"count": made.bar_count, "name": made.instrument})
    return redirect("datasets:list")


def _recognised(kept: Upload, encoding: str, decimal: str) -> tuple[Form | None, str]:
    """How the file is written, or why that cannot be told."""
    options = Options("1d", encoding=encoding[:20], decimal="," if decimal == "," else "." if decimal == "." else "")
    try:
        with kept.path.open("rb") as file:
            return preview(file, options), ""
    except ImportRefused as error:
        if error.code != "ambiguous_decimal":
            return None, str(error)
        with kept.path.open("rb") as file:
            return preview(file, Options("1d", encoding=encoding[:20], decimal=".")), str(error)


def _initial(kept: Upload, recognised: Form | None) -> dict[str, object]:
    timeframe = ""
    if recognised is not None and not recognised.missing:
        try:
            timeframe = guess_timeframe(recognised, Options("1d"))
        except ImportRefused:
            timeframe = ""  # told when the file is read
    return {"instrument": guessed_instrument(kept.name), "timeframe": timeframe or "1d", "timezone": "UTC"}


def _page(request: Signed, page: contexts.ImportPage, status: int = 200) -> HttpResponse:
    return render(request, "strategies/data/import.html", {"page": page}, status=status)
