"""Pages by keyset: each costs the same, and new rows shift none. For the lists of the API and those of pages."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)

MAX_CURSOR = 500  # characters


class BadCursor(ValueError):
    """The client sent what is no cursor of this list."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows in the list's order, and the cursors of the pages on either side; empty where there is none."""

    rows: list[Row]
    next: str = ""
    previous: str = ""


def page_of(queryset: "QuerySet[Row]", ordering: Sequence[str], cursor: str, limit: int) -> Page[Row]:
    """One page in the order of ``ordering``, whose last field is unique, in one query. Raises BadCursor."""
    backwards, edge = read_cursor(cursor, queryset.model, ordering) if cursor else (False, None)
    order = reverse(ordering) if backwards else tuple(ordering)
    if edge is not None:
        queryset = queryset.filter(beyond(order, edge))
    found = list(queryset.order_by(*order)[: limit + 1])
    has_more, rows = len(found) > limit, found[:limit]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([])
    has_next = backwards or has_more
    has_previous = has_more if backwards else edge is not None
    return Page(
        rows,
        cursor_at(rows[-1], ordering, backwards=False) if has_next else "",
        cursor_at(rows[0], ordering, backwards=True) if has_previous else "",
    )


def cursor_at(row: Model, ordering: Sequence[str], *, backwards: bool) -> str:
    values = [_plain(getattr(row, name.lstrip("-"))) for name in ordering]
    packed = json.dumps([int(backwards), *values], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_cursor(text: str, model: type[Model], ordering: Sequence[str]) -> tuple[bool, list[Any]]:
    """Whether it goes backwards, and the values at the edge; raises BadCursor."""
    try:
        if len(text) > MAX_CURSOR:
            raise ValueError
        padded = text + "=" * (-len(text) % 4)
        direction, *values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if direction not in (0, 1) or len(values) != len(ordering):
            raise ValueError
        names = [name.lstrip("-") for name in ordering]
        fields = [model._meta.pk if name == "pk" else model._meta.get_field(name) for name in names]
        edge = [field.to_python(value) for field, value in zip(fields, values, strict=True)]  # type: ignore[union-attr]
        if any(isinstance(value, datetime) and not _is_plausible(value) for value in edge):
            raise ValueError
    except (ValueError, TypeError, RecursionError, ValidationError, OverflowError) as error:
        raise BadCursor from error
    if any(value is None for value in edge):
        raise BadCursor
    return bool(direction), edge


def _is_plausible(when: datetime) -> bool:
    """Years at the ends of the calendar overflow when they are moved to another time zone."""
    return when.tzinfo is not None and 1900 < when.year < 9000


def reverse(ordering: Sequence[str]) -> tuple[str, ...]:
    return tuple(name[1:] if name.startswith("-") else f"-{name}" for name in ordering)


def beyond(ordering: Sequence[str], edge: Sequence[Any]) -> Q:
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
