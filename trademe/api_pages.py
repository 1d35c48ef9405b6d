"""Cursor pages ``{next, previous, results}`` by keyset: each costs the same, and new rows shift none."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from trademe.keyset import BadCursor, Page, page_of

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


class KeysetPages(BasePagination):
    """Pages in the order of ``ordering``, whose last field is unique."""

    ordering: ClassVar[tuple[str, ...]] = ("pk",)

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        self._url = request.build_absolute_uri()
        limit = _limit(request.query_params.get("limit"))
        try:
            self._page: Page[Any] = page_of(queryset, self.ordering, request.query_params.get("cursor") or "", limit)
        except BadCursor as error:
            raise ValidationError({"cursor": [_("This is no cursor of this list.")]}) from error
        return self._page.rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {"next": self._link(self._page.next), "previous": self._link(self._page.previous), "results": data}
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        following = {**link, "example": "http://127.0.0.1:8000/api/…/?cursor=WzAsNTBd"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": following,
                "previous": {**link, "example": "http://127.0.0.1:8000/api/…/?cursor=WzEsMV0"},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
        return [
            {"name": "cursor", "in": "query", "required": False, "schema": {"type": "string"}},
            {"name": "limit", "in": "query", "required": False, "schema": limit},
        ]

    def _link(self, cursor: str) -> str | None:
        return (
            replace_query_param(remove_query_param(self._url, "after_sequence"), "cursor", cursor) if cursor else None
        )


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= MAX_LIMIT):
        raise ValidationError({"limit": [_("A number from 1 to {most}.").format(most=MAX_LIMIT)]})
    return int(text)
