"""Narrow rows for checks, and text compared inside the database so that it need not be read."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from django.db.models.functions import SHA256
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row", bound=NamedTuple)


def rows(queryset: "QuerySet[Any]", kind: type[Row]) -> list[Row]:
    """The fields of ``kind`` and nothing else, unordered: a default order may join a table, and so hide an orphan."""
    return [kind._make(values) for values in queryset.order_by().values_list(*kind._fields)]


def by_first(found: Sequence[Row]) -> dict[Any, Row]:
    """By the first field, the key."""
    return {row[0]: row for row in found}


class TextSHA256(SHA256):
    """SHA-256 of the UTF-8 text, hex; on PostgreSQL without the extension that Django's needs."""

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        template = "encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')"
        sql, parameters = self.as_sql(compiler, connection, template=template, **extra)
        return sql, tuple(parameters)
