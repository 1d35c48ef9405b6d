from django.contrib import admin
from django.urls import path

from trademe.operations import cost_pages, integrity_pages, transcript_pages

app_name = "operations-pages"
view = admin.site.admin_view
urlpatterns = [
    path("transcripts/<uuid:conversation_id>/", view(transcript_pages.transcript), name="transcript"),
    path("transcripts/<uuid:conversation_id>/export/", view(transcript_pages.export), name="export"),
    path("images/<uuid:attachment_id>/", view(transcript_pages.image), name="image"),
    path("costs/", view(cost_pages.costs_page), name="costs"),
    path("costs.csv", view(cost_pages.as_csv), name="costs-csv"),
    path("integrity/", view(integrity_pages.integrity), name="integrity"),
    path("integrity/repair/", view(integrity_pages.repair), name="repair"),
]
