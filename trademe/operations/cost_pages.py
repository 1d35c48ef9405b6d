"""The cost of model calls as table, plot and CSV."""

import csv
from datetime import date, timedelta

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from trademe.operations import access, costs


@require_GET
def costs_page(request: HttpRequest) -> HttpResponse:
    access.require(request, "see_costs")
    first, last, by, problem = _asked(request)
    days = costs.table(first, last, "day")
    labels = {"day": _("Day"), "person": _("Person"), "model": _("Model"), "purpose": _("Purpose")}
    context = {
        **admin.site.each_context(request),
        "title": _("Costs"),
        "first": first,
        "last": last,
        "by": by,
        "label": labels[by],
        "choices": list(labels.items()),
        "problem": problem,
        "rows": days if by == "day" else costs.table(first, last, by),
        "total": costs.total(first, last),
        "highest": max((row.cost_usd for row in days), default=0),
        "bars": costs.bars(days, first, last),
        "most": costs.MOST_ROWS,
    }
    return render(request, "admin/operations/costs.html", context, status=400 if problem else 200)


@require_GET
def as_csv(request: HttpRequest) -> HttpResponse:
    """The same table for a spreadsheet."""
    access.require(request, "see_costs")
    first, last, by, problem = _asked(request)
    if problem:
        return HttpResponse(problem, status=400, content_type="text/plain; charset=utf-8")
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="costs-{first}-{last}-{by}.csv"'
    writer = csv.writer(response)
    writer.writerow([by, "calls", "calls_without_price", "input_tokens", "output_tokens", "cost_usd"])
    for row in costs.table(first, last, by):
        # a name that begins like a formula is text
        key = f"'{row.key}" if row.key[:1] in "=+-@\t\r" else row.key
        writer.writerow([key, row.calls, row.unpriced, row.input_tokens, row.output_tokens, f"{row.cost_usd:f}"])
    return response


def _asked(request: HttpRequest) -> tuple[date, date, str, str]:
    """The range and grouping that are asked for; with a sentence where they make no sense."""
    today = timezone.now().date()
    standard = (today - timedelta(days=costs.DAYS - 1), today)
    by = request.GET.get("by", "day")
    try:
        first = date.fromisoformat(request.GET.get("from") or standard[0].isoformat())
        last = date.fromisoformat(request.GET.get("to") or standard[1].isoformat())
    except ValueError:
        return *standard, "day", _("A date is written as 2026-01-31.")
    if by not in costs.BY or not 0 <= (last - first).days < costs.MOST_DAYS:
        return *standard, "day", _("Choose a range of 1 to %d days.") % costs.MOST_DAYS
    return first, last, by, ""
