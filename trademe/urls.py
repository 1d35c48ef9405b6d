"""All routes; the fixed ones are named in ``docs/protocol.md``."""

from django.contrib import admin
from django.urls import path

urlpatterns = [
    path("admin/", admin.site.urls),
]
