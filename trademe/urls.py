"""All routes; the fixed ones are named in ``docs/protocol.md``."""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import JavaScriptCatalog
from drf_spectacular.views import SpectacularAPIView

from chat.api import urlpatterns as chat_api
from chat.attachments.api import urlpatterns as attachments_api
from strategies.api import urlpatterns as strategies_api
from strategies.api_backtests import urlpatterns as backtests_api
from strategies.api_datasets import urlpatterns as datasets_api
from strategies.api_previews import urlpatterns as previews_api
from trademe import health, metrics, status

handler400 = "trademe.api_errors.bad_request"
handler404 = "trademe.api_errors.page_not_found"
handler500 = "trademe.api_errors.server_error"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="chat:list"), name="home"),
    path("chat/", include("chat.urls")),
    path("strategies/data/", include("strategies.data.urls")),
    path("strategies/", include("strategies.urls")),
    path("accounts/", include("trademe.accounts.urls")),
    path("api/", include([*chat_api, *attachments_api, *strategies_api, *backtests_api, *previews_api, *datasets_api])),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("admin/operations/", include("trademe.operations.urls")),
    path("admin/", admin.site.urls),
    path("favicon.ico", RedirectView.as_view(url=static("img/icon.svg")), name="favicon"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("i18n/catalogue.js", JavaScriptCatalog.as_view(), name="jsi18n"),
    path("healthz", health.healthz, name="healthz"),
    path("status/", status.page, name="status"),
    path("status/begin/", status.begin, name="status-begin"),
    path("status/end/", status.end, name="status-end"),
    path("metrics", metrics.metrics, name="metrics"),
    path("readyz", health.readyz, name="readyz"),
]
