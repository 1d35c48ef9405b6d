"""Rows as they are told, many in one statement: Django's own way would write today into each time of creation.

A row is a mapping of columns to values. Composing a statement and looking for converters happens once for a kind of
row, since at a million rows everything that is done for each value counts.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import lru_cache
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from django.db import connections, transaction
from django.db.models import Field, Model

Row = Mapping[str, Any]
Convert = Callable[[Any], Any]
SQLITE_CACHE_KIB = 65_536


def insert(model: type[Model], rows: Sequence[Row]) -> None:
    """Store new rows, all with the columns of the first; the others get their default, numbers the database gives."""
    if not rows:
        return
    connection = connections["default"]
    plan = _plan(model, tuple(rows[0]), connection.vendor)
    values = [plan.values(row) for row in rows]
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            with cursor.copy(plan.copy) as copy:
                for row in values:
                    copy.write_row(row)
        else:
            cursor.executemany(plan.statement, values)


class Batch:
    """Rows of several kinds that are committed together, after as little time in a transaction as can be.

    Whoever holds more than fits into memory spills; then the transaction begins there. Without ``stored`` nothing is.
    """

    def __init__(self, *order: type[Model], stored: bool = True) -> None:
        self._waiting: dict[type[Model], list[Row]] = {model: [] for model in order}
        self._stored = stored
        self._transaction = ExitStack()
        self._begun = False

    def add(self, model: type[Model], row: Row) -> None:
        self._waiting[model].append(row)

    def extend(self, model: type[Model], rows: Iterable[Row]) -> None:
        self._waiting[model].extend(rows)

    def waiting(self, model: type[Model]) -> int:
        return len(self._waiting[model])

    def spill(self) -> None:
        """Write what waits, into the transaction that ends with the batch."""
        if self._stored and any(self._waiting.values()):
            if not self._begun:
                self._transaction.enter_context(transaction.atomic())
                self._begun = True
            for model, rows in self._waiting.items():
                insert(model, rows)
        for rows in self._waiting.values():
            rows.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self.spill()
        except BaseException as failed:
            self._transaction.__exit__(type(failed), failed, failed.__traceback__)
            raise
        self._transaction.__exit__(kind, error, trace)


def with_room() -> None:
    """Let SQLite keep the inner pages of its indexes: ids come in no order, and its own 2 MB are read over and over."""
    connection = connections["default"]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = -{SQLITE_CACHE_KIB}")


class _Plan:
    """How rows of one model with these columns are written."""

    def __init__(self, model: type[Model], given: tuple[str, ...]) -> None:
        connection = connections["default"]
        fields = {field.attname: field for field in model._meta.concrete_fields}
        self._columns = [(name, _converter(fields[name])) for name in given]
        rest = [
            field for name, field in fields.items() if name not in given and field.get_internal_type() != "BigAutoField"
        ]
        self._constant = tuple(field.get_db_prep_save(_default(field), connection) for field in rest)
        named = ", ".join(f'"{field.column}"' for field in (*(fields[name] for name in given), *rest))
        places = ", ".join(["%s"] * (len(given) + len(rest)))
        table = model._meta.db_table
        self.statement = f'INSERT INTO "{table}" ({named}) VALUES ({places})'  # noqa: S608
        self.copy = f'COPY "{table}" ({named}) FROM STDIN'

    def values(self, row: Row) -> tuple[Any, ...]:
        told = [row[name] if convert is None else convert(row[name]) for name, convert in self._columns]
        return (*told, *self._constant)


@lru_cache(maxsize=64)
def _plan(model: type[Model], given: tuple[str, ...], vendor: str) -> _Plan:
    return _Plan(model, given)


def _default(field: "Field[Any, Any]") -> Any:
    if field.get_internal_type() == "UUIDField" and field.has_default():
        raise KeyError(field.attname)  # one for all rows would be wrong
    return field.get_default()


def _converter(field: "Field[Any, Any]") -> Convert | None:
    """From a value to the database's; None where both are the same."""
    connection = connections["default"]
    inner = field
    while inner.remote_field is not None:
        inner = inner.target_field  # type: ignore[attr-defined]
    kind = inner.get_internal_type()
    if kind in ("CharField", "TextField", "BooleanField") or kind.endswith("IntegerField") or kind == "BigAutoField":
        return None
    if connection.vendor == "sqlite":
        if kind == "UUIDField":
            return _hex
        if kind == "DateTimeField":
            return _naive
    elif kind in ("UUIDField", "DateTimeField", "DateField"):
        return None
    return lambda value: field.get_db_prep_save(value, connection)


def _hex(value: UUID | None) -> str | None:
    return None if value is None else f"{value.int:032x}"


def _naive(value: datetime | None) -> str | None:
    """As Django's backend writes it: in UTC, without saying so."""
    if value is None:
        return None
    return str((value if value.tzinfo is UTC else value.astimezone(UTC)).replace(tzinfo=None))
