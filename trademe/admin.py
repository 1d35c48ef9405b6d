"""What every admin page of Trademe shares: records that nobody changes, and a search that takes ids."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

admin.site.site_header = _("Trademe administration")
admin.site.site_title = _("Trademe administration")
admin.site.index_title = _("Everything that is stored")


class SearchByIdMixin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A UUID in the search box finds the rows that have it in one of ``id_search_fields``; any other text is words."""

    id_search_fields: tuple[str, ...] = ("pk",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not self.id_search_fields:
            return super().get_search_results(request, queryset, search_term)
        try:
            wanted = UUID(search_term.strip())
        except ValueError:
            return super().get_search_results(request, queryset, search_term)
        condition = Q()
        for field in self.id_search_fields:
            condition |= Q(**{field: wanted})
        return queryset.filter(condition), False


class RecordAdmin(SearchByIdMixin):
    """Rows that are only looked at: what was said, streamed, billed or generated stays as it was."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
