"""Pages of the library."""

from django.urls import path

from strategies import views
from strategies.backtests import views as backtests
from strategies.previews import views as previews

app_name = "strategies"

urlpatterns = [
    path("", views.strategy_list, name="list"),
    path("plans/<uuid:conversation_id>/", views.edit_spec, name="spec"),
    path("<int:strategy_id>/", views.strategy, name="detail"),
    path("<int:strategy_id>/versions/<int:number>/", views.version, name="version"),
    path("<int:strategy_id>/versions/<int:number>/download/", views.download, name="download"),
    path("<int:strategy_id>/versions/<int:number>/backtests/", backtests.backtests, name="backtests"),
    path("<int:strategy_id>/versions/<int:number>/preview/", previews.preview, name="preview"),
    path("backtests/<uuid:backtest_id>/", backtests.backtest, name="backtest"),
    path("backtests/<uuid:backtest_id>/cancel/", backtests.cancel, name="backtest-cancel"),
    path("backtests/<uuid:backtest_id>/chart.json", backtests.chart_json, name="backtest-chart"),
    path("backtests/<uuid:backtest_id>/trades.csv", backtests.trades, name="backtest-trades"),
]
