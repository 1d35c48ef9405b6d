"""Pages of market data."""

from django.urls import path

from strategies.data import views

app_name = "datasets"

urlpatterns = [
    path("", views.dataset_list, name="list"),
    path("new/", views.upload, name="upload"),
    path("imports/<uuid:upload_id>/", views.import_file, name="import"),
    path("<int:dataset_id>/delete/", views.delete, name="delete"),
]
