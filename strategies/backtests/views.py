"""Pages of backtests: each view fetches through the owner, calls and renders."""

import csv
from collections.abc import Iterator
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from chat.errors import Refused, sentence
from strategies.access import version_for
from strategies.backtests import contexts, pool, service
from strategies.backtests.access import backtest_for
from strategies.backtests.chart import chart
from strategies.backtests.forms import BacktestForm
from strategies.backtests.queries import result_of
from strategies.backtests.results import BadResult, StoredResult, Trade
from strategies.backtests.setup import offer
from strategies.data.storage import moment
from strategies.models import Backtest, StrategyVersion
from strategies.requests import Signed

UNCHANGED = "private, max-age=86400, immutable"  # of what is made from a result: it never changes
CSV_COLUMNS = (
    "number", "side", "size", "entry_time", "entry_price", "exit_time", "exit_price", "reason", "profit",
    "return_pct", "fees", "stop", "target", "tag",
)  # fmt: skip
# a spreadsheet would execute a text that begins so; in some languages also with the wide forms
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@login_required
def backtests(request: Signed, strategy_id: int, number: int) -> HttpResponse:
    """The runs of a version with the form for another one; a POST starts it and leads to it."""
    version = version_for(request.user, strategy_id, number)
    pool.expect()
    if request.method == "POST":
        return _start(request, version)
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST"})
    page = request.GET.get("page", "")
    shown = contexts.panel(
        request.user, version, page=int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    )
    return render(request, "strategies/backtests/list.html", {"backtests": shown})


def _start(request: Signed, version: StrategyVersion) -> HttpResponse:
    form = BacktestForm(version, offer(request.user, version), request.user.pk, request.POST)
    status = 422
    if form.is_valid() and form.setup is not None:
        try:
            return redirect("strategies:backtest", service.start(request.user, form.setup, get_language() or "en").pk)
        except Refused as error:
            form.add_error(None, error.message or sentence(error.code))
            status = 409
    shown = contexts.panel(request.user, version, form=form)
    return render(request, "strategies/backtests/list.html", {"backtests": shown}, status=status)


@require_safe
@login_required
def backtest(request: Signed, backtest_id: UUID) -> HttpResponse:
    """One run: how far it is, or its result."""
    page = contexts.page(backtest_for(request.user, backtest_id))
    return render(request, "strategies/backtests/detail.html", {"page": page})


@require_POST
@login_required
def cancel(request: Signed, backtest_id: UUID) -> HttpResponse:
    """End a run that waits or goes on."""
    found = backtest_for(request.user, backtest_id)
    if not service.cancel(found):
        messages.info(request, _("The run had ended already."))
    return redirect("strategies:backtest", found.pk)


@require_GET
@login_required
def chart_json(request: Signed, backtest_id: UUID) -> HttpResponse:
    """Candles, lines and markers of a complete run."""
    result = _result_or_404(backtest_for(request.user, backtest_id))
    response = JsonResponse(chart(result), json_dumps_params={"separators": (",", ":")})
    response["Cache-Control"] = UNCHANGED
    return response


@require_GET
@login_required
def trades(request: Signed, backtest_id: UUID) -> HttpResponse | StreamingHttpResponse:
    """All trades as CSV."""
    found = backtest_for(request.user, backtest_id)
    result = _result_or_404(found)
    response = StreamingHttpResponse(_csv(result), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="backtest-{str(found.pk)[:8]}-trades.csv"'
    return response


def _result_or_404(found: Backtest) -> StoredResult:
    try:
        result = result_of(found)
    except BadResult as error:
        raise Http404(_("The stored result is damaged. Run it again.")) from error
    if result is None:
        raise Http404(_("This run has no result."))
    return result


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _csv(result: StoredResult) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(CSV_COLUMNS)
    for number, trade in enumerate(result.trades(), 1):
        yield writer.writerow(_csv_row(number, trade))


def _csv_row(number: int, trade: Trade) -> list[object]:
    return [
        number,
        "long" if trade.is_long else "short",
        repr(abs(trade.size)),
        moment(trade.entry_time).isoformat(),
        repr(trade.entry_price),
        "" if trade.exit_time is None else moment(trade.exit_time).isoformat(),
        "" if trade.is_open else repr(trade.exit_price),
        trade.reason,
        repr(trade.pl),
        repr(trade.return_pct),
        repr(trade.fees),
        "" if trade.sl is None else repr(trade.sl),
        "" if trade.tp is None else repr(trade.tp),
        _cell(trade.tag),
    ]


def _cell(tag: object) -> object:
    if isinstance(tag, str) and tag.startswith(_FORMULA):
        return f"'{tag}"
    return "" if tag is None else tag
