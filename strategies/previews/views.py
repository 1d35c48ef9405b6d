"""The page of a preview."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from strategies.access import version_for
from strategies.kinds import is_indicator
from strategies.previews import contexts
from strategies.requests import Signed


@require_safe
@login_required
def preview(request: Signed, strategy_id: int, number: int) -> HttpResponse:
    """Choose bars and parameters; the chart is made when its script asks for it."""
    version = version_for(request.user, strategy_id, number)
    if not is_indicator(version):
        raise Http404(_("Only an indicator can be previewed; a strategy is backtested."))
    page = contexts.page(request.user, version, request.GET.dict() or None)
    status = 200 if page.chart_url or not page.form.is_bound or page.off else 422
    return render(request, "strategies/previews/preview.html", {"page": page}, status=status)
