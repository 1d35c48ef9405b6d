"""Pages of the library."""

from django.urls import path

from strategies import views
from strategies.backtests import views as backtests
from strategies.library import version_views as versions
from strategies.library import views as library
from strategies.previews import views as previews

app_name = "strategies"

urlpatterns = [
    path("", library.strategy_list, name="list"),
    path("plans/<uuid:conversation_id>/", views.edit_spec, name="spec"),
    path("plans/<uuid:conversation_id>/revert/", views.revert_spec, name="spec-revert"),
    path("plans/<uuid:conversation_id>/changes/", views.plan_changes, name="plan-changes"),
    path("<int:strategy_id>/", library.strategy, name="detail"),
    path("<int:strategy_id>/rename/", library.rename, name="rename"),
    path("<int:strategy_id>/archive/", library.archive, name="archive"),
    path("<int:strategy_id>/compare/", versions.compare, name="compare"),
    path("<int:strategy_id>/versions/<int:number>/", versions.version, name="version"),
    path("<int:strategy_id>/versions/<int:number>/download/", versions.download, name="download"),
    path("<int:strategy_id>/versions/<int:number>/edit/", versions.edit, name="edit"),
    path("<int:strategy_id>/versions/<int:number>/restore/", versions.restore, name="restore"),
    path("<int:strategy_id>/versions/<int:number>/backtests/", backtests.backtests, name="backtests"),
    path("<int:strategy_id>/versions/<int:number>/preview/", previews.preview, name="preview"),
    path("backtests/<uuid:backtest_id>/", backtests.backtest, name="backtest"),
    path("backtests/<uuid:backtest_id>/cancel/", backtests.cancel, name="backtest-cancel"),
    path("backtests/<uuid:backtest_id>/chart.json", backtests.chart_json, name="backtest-chart"),
    path("backtests/<uuid:backtest_id>/trades.csv", backtests.trades, name="backtest-trades"),
]
