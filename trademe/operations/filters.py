"""Filters of the lists whose values are too many to be listed: they are typed."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chat import offer


class TypedFilter(admin.ListFilter):
    """One text field: the rows whose ``lookup`` is what was typed."""

    template = "admin/operations/typed_filter.html"
    parameter_name: ClassVar[str]
    lookup: ClassVar[str]

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: type[Model], model_admin: "admin.ModelAdmin[Any]"
    ) -> None:
        super().__init__(request, params, model, model_admin)
        given = params.pop(self.parameter_name, None)
        if given is not None:
            # lists of parameters since Django 5.0
            self.used_parameters[self.parameter_name] = given[-1] if isinstance(given, list) else given

    @property
    def value(self) -> str:
        return str(self.used_parameters.get(self.parameter_name, "")).strip()

    @property
    def suggestions(self) -> tuple[str, ...]:
        """What the field offers while one types."""
        return ()

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return [self.parameter_name]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """One choice: what the form keeps of the address."""
        kept = [(name, value) for name, value in changelist.params.items() if name != self.parameter_name]
        searched = [("q", changelist.query)] if changelist.query else []
        yield {"kept": [*kept, *searched], "removed": changelist.get_query_string(remove=[self.parameter_name])}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.lookup: self.value}) if self.value else queryset


def by_person(path: str) -> type[TypedFilter]:
    """Rows of the user whose name was typed; ``path`` leads to the user."""
    return type("PersonFilter", (_PersonFilter,), {"lookup": f"{path}__username"})


class _PersonFilter(TypedFilter):
    title = _("owner")
    parameter_name = "person"


class ModelFilter(TypedFilter):
    """Rows of the model whose name was typed, such as gpt-5-mini."""

    title = _("model")
    parameter_name = "by_model"
    lookup = "model"

    @property
    def suggestions(self) -> tuple[str, ...]:
        return tuple(offered.model for offered in offer.offers() if offered.model)
