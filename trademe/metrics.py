"""``/metrics`` for Prometheus: what this process did and does. Closed unless the operator sets a token."""

import hmac
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from chat import runtime
from chat.metrics import REGISTRY


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures as Prometheus reads them, for ``Authorization: Bearer`` with ``TRADEME_METRICS_TOKEN``."""
    wanted = settings.CONFIG.metrics_token
    if not wanted:
        raise Http404
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {wanted}".encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"}, content_type="text/plain")
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


class _Now(Collector):
    """What is so at this moment, read when it is asked for."""

    def collect(self) -> Iterable[Metric]:
        return self._gauges()

    def _gauges(self) -> Iterator[Metric]:
        running = runtime.current()
        if running is None:
            return
        writer = running.writer
        yield GaugeMetricFamily("trademe_turns_running", "Turns that this process runs.", running.running)
        yield GaugeMetricFamily("trademe_sockets_open", "Open sockets of this process.", sum(1 for _ in running.hub))
        yield GaugeMetricFamily("trademe_writes_waiting", "Writes that wait for a group commit.", writer.waiting)
        yield GaugeMetricFamily(
            "trademe_write_lag_seconds", "How long the oldest write has waited for its commit.", writer.lag
        )
        away = writer.away_since
        yield GaugeMetricFamily("trademe_database_up", "1 while the writer reaches the database.", float(away is None))


REGISTRY.register(_Now())
ProcessCollector(registry=REGISTRY)
