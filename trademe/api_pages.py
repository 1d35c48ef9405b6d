"""Cursor pages ``{next, previous, results}`` by keyset: each costs the same, and new rows shift none."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError as ModelValidationError
from django.db.models import Model, Q
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
MAX_CURSOR = 500  # characters


class KeysetPages(BasePagination):
    """Pages in the order of ``ordering``, whose last field is unique."""

    ordering: ClassVar[tuple[str, ...]] = ("pk",)

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        self._url = request.build_absolute_uri()
        limit = _limit(request.query_params.get("limit"))
        backwards, edge = self._cursor(request.query_params.get("cursor"), queryset.model)
        ordering = _reversed(self.ordering) if backwards else self.ordering
        if edge is not None:
            queryset = queryset.filter(_beyond(ordering, edge))
        found = list(queryset.order_by(*ordering)[: limit + 1])
        has_more, rows = len(found) > limit, found[:limit]
        if backwards:
            rows.reverse()
        self._has_next = backwards or has_more
        self._has_previous = has_more if backwards else edge is not None
        self._edges = (rows[0], rows[-1]) if rows else None
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        first, last = self._edges or (None, None)
        return Response(
            {
                "next": self._link(last, backwards=False) if self._has_next and last is not None else None,
                "previous": self._link(first, backwards=True) if self._has_previous and first is not None else None,
                "results": data,
            }
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

    def _link(self, row: Model, *, backwards: bool) -> str:
        values = [_plain(getattr(row, name.lstrip("-"))) for name in self.ordering]
        packed = json.dumps([int(backwards), *values], separators=(",", ":")).encode()
        url = remove_query_param(self._url, "after_sequence")
        return replace_query_param(url, "cursor", base64.urlsafe_b64encode(packed).decode().rstrip("="))

    def _cursor(self, text: str | None, model: type[Model]) -> tuple[bool, list[Any] | None]:
        if not text:
            return False, None
        try:
            if len(text) > MAX_CURSOR:
                raise ValueError
            padded = text + "=" * (-len(text) % 4)
            direction, *values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            if direction not in (0, 1) or len(values) != len(self.ordering):
                raise ValueError
            names = [name.lstrip("-") for name in self.ordering]
            fields = [model._meta.pk if name == "pk" else model._meta.get_field(name) for name in names]
            edge = [field.to_python(value) for field, value in zip(fields, values, strict=True)]  # type: ignore[union-attr]
            if any(isinstance(value, datetime) and not _is_plausible(value) for value in edge):
                raise ValueError
        except (ValueError, TypeError, RecursionError, ModelValidationError, OverflowError) as error:
            raise ValidationError({"cursor": [_("This is no cursor of this list.")]}) from error
        if any(value is None for value in edge):
            raise ValidationError({"cursor": [_("This is no cursor of this list.")]})
        return bool(direction), edge


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= MAX_LIMIT):
        raise ValidationError({"limit": [_("A number from 1 to {most}.").format(most=MAX_LIMIT)]})
    return int(text)


def _is_plausible(when: datetime) -> bool:
    """Years at the ends of the calendar overflow when they are moved to another time zone."""
    return when.tzinfo is not None and 1900 < when.year < 9000


def _reversed(ordering: Sequence[str]) -> tuple[str, ...]:
    return tuple(name[1:] if name.startswith("-") else f"-{name}" for name in ordering)


def _beyond(ordering: Sequence[str], edge: Sequence[Any]) -> Q:
    """Rows strictly after ``edge`` in this order: (a > x) or (a = x and b > y) or …"""
    condition, same = Q(pk__in=[]), Q()
    for name, value in zip(ordering, edge, strict=True):
        field = name.lstrip("-")
        condition |= same & Q(**{f"{field}__{'lt' if name.startswith('-') else 'gt'}": value})
        same &= Q(**{field: value})
    return condition


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
