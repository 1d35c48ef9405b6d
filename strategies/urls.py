"""Pages of the library."""

from django.urls import path

from strategies import views

app_name = "strategies"

urlpatterns = [
    path("", views.strategy_list, name="list"),
    path("plans/<uuid:conversation_id>/", views.edit_spec, name="spec"),
    path("<int:strategy_id>/", views.strategy, name="detail"),
    path("<int:strategy_id>/versions/<int:number>/", views.version, name="version"),
    path("<int:strategy_id>/versions/<int:number>/download/", views.download, name="download"),
]
