"""What every admin page of Trademe shares: records that nobody changes, a search that takes ids, and the access log."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from trademe.operations import access

admin.site.site_header = _("Trademe administration")
admin.site.site_title = _("Trademe administration")
admin.site.index_title = _("Everything that is stored")

MOST_LISTED = 5_000  # rows that a list pages through; beyond them a filter or a search is needed


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


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than ``MOST_LISTED``, however many rows there are."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[:MOST_LISTED].values("pk").count())


class RecordAdmin(SearchByIdMixin):
    """Rows that are only looked at: what was said, streamed, billed or generated stays as it was."""

    class Media:
        css = {"all": ("css/operations.css",)}

    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # a count of each choice is a look at every row
    paginator = BoundedPaginator

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class TextAdmin(RecordAdmin):
    """Rows of a conversation. Words of people are shown to whoever may read them, and each look is logged.

    ``text_fields`` are columns and methods that hold words; ``text_search`` are the fields that a search for words
    reads. A list shows words only where somebody searched for words, and then each conversation in it is logged.
    """

    conversation_field = "conversation_id"  # of a row, with dots where it is another row's
    text_fields: tuple[str, ...] = ()
    text_search: tuple[str, ...] = ()
    only_texts = False  # the rows are nothing without their words

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        allowed: bool = super().has_view_permission(request, obj)
        return allowed and (not self.only_texts or self.reads_texts(request))

    def reads_texts(self, request: HttpRequest) -> bool:
        return access.may(request, "read_texts")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)
        return fields if self.reads_texts(request) else [name for name in fields if name not in self.text_fields]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if self.reads_texts(request) else [name for name in fields if name not in self.text_fields]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return [*self.search_fields, *(self.text_search if self.reads_texts(request) else ())]

    def get_list_display(self, request: HttpRequest) -> Any:
        columns = super().get_list_display(request)
        return columns if self._shows_words(request) else [name for name in columns if name not in self.text_fields]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """What the page itself links to; else an address could ask for words, letter by letter, unseen."""
        if lookup in {getattr(item, "parameter_name", None) for item in self.list_filter}:
            return True  # of a filter that is a class: it looks at what it means to
        columns: Any = [item for item in self.list_filter if not callable(item)]
        filtered = {item if isinstance(item, str) else item[0] for item in columns}
        name = lookup.split("__")[0]
        known = name in filtered or lookup in {"conversation__id__exact", "strategy__id__exact", "turn__id__exact"}
        return known and name not in self.text_fields and super().lookup_allowed(lookup, value, request)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response: HttpResponse = super().changelist_view(request, extra_context)
        if self._shows_words(request) and isinstance(response, TemplateResponse) and response.context_data:
            changelist = response.context_data.get("cl")
            if changelist is not None:
                self._log(request, "found", self.opts.model_name, list(changelist.result_list))
        return response

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        extra = {**(extra_context or {}), "title": self.opts.verbose_name, "subtitle": None}
        response: HttpResponse = super().changeform_view(request, object_id, form_url, extra)
        if isinstance(response, TemplateResponse) and response.context_data and self.reads_texts(request):
            row = response.context_data.get("original")
            if row is not None:
                self._log(request, "read", f"{self.opts.model_name} {row.pk}", [row])
        return response

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Without the right to read, the row has no words at all: its name stands in headings."""
        row = super().get_object(request, object_id, from_field)
        if row is not None and not self.reads_texts(request):
            for name in {field.attname for field in self.opts.concrete_fields} & set(self.text_fields):
                setattr(row, name, "")
        return row

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        raise PermissionDenied  # nothing here is ever changed, and the heading would name the row unlogged

    def action_checkbox(self, obj: Model) -> SafeString:
        """Django's names the row by its words."""
        return super().action_checkbox(_Numbered(obj.pk))

    def _shows_words(self, request: HttpRequest) -> bool:
        return bool(request.GET.get("q", "").strip()) and self.reads_texts(request)

    def _log(self, request: HttpRequest, action: str, what: Any, shown: Iterable[Any]) -> None:
        found = [(row, _follow(row, self.conversation_field)) for row in shown]
        access.log(request, access.Action(action), str(what), (pk for _row, pk in found if pk is not None))
        for row, pk in found:
            if pk is None and (owner := _follow(row, "owner")) is not None:
                access.log_person(request, access.Action(action), f"{self.opts.model_name} {row.pk}", owner)

    @admin.display(description=_("conversation"))
    def conversation_link(self, row: Any) -> SafeString | str:
        """By its number: a title is words of a person."""
        pk = _follow(row, self.conversation_field)
        if pk is None:
            return "–"
        url = reverse("admin:chat_conversation_change", args=[pk])
        return format_html('<a href="{}">{}</a>', url, str(pk)[:8])


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A row that is called by its number."""

    pk: Any

    def __str__(self) -> str:
        return str(self.pk)


def _follow(row: Any, path: str) -> Any:
    for name in path.split("."):
        row = getattr(row, name, None)
    return row
