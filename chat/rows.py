"""Rows of a turn's way, read and written by statements that are composed once.

Composing a query takes the ORM ten times as long as the database takes to answer it, and each turn has some forty of
them: at 100 conversations that alone filled a core. So what happens in every turn and for every tab goes through here;
everything else stays with the ORM. Instances are the models' own, with their converters. Conditions are constants of
the calling module: every value is a parameter.
"""

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import Model

Row = TypeVar("Row", bound=Model)


class Rows(Generic[Row]):
    """The table of one model."""

    def __init__(self, model: type[Row]) -> None:
        self._model = model
        self._fields = model._meta.concrete_fields
        self._names = [field.attname for field in self._fields]
        self.table = model._meta.db_table
        self.columns = ", ".join(f'"{self.table}"."{field.column}"' for field in self._fields)
        self._select = f'SELECT {self.columns} FROM "{self.table}" WHERE '  # noqa: S608
        self._saves: dict[tuple[str, ...], str] = {}
        self._converters: dict[str, list[tuple[int, list[Callable[..., Any]], Any]]] = {}

    def select(self, condition: str, *values: object) -> list[Row]:
        """All rows for which ``condition`` holds; it may end in an ORDER BY."""
        return self._made(fetch(self._select + condition, *values))

    def first(self, condition: str, *values: object) -> Row | None:
        return next(iter(self.select(condition, *values)), None)

    def locked(self, condition: str, *values: object) -> Row | None:
        """The same, kept from others until the transaction ends; on SQLite its writer has the whole file already."""
        return self.first(condition + _for_update(), *values)

    def locked_in_order(self, condition: str, *values: object) -> list[Row]:
        """All such rows, locked in order of their ids, as everywhere: two processes then never wait for each other."""
        return self.select(f"{condition} ORDER BY id{_for_update()}", *values)

    def swapped(self, assignments: str, condition: str, *values: object) -> Row | None:
        """Update at most one row and return it as it then is; None where none was found."""
        table = f'"{self.table}"'
        sql = f"UPDATE {table} SET {assignments} WHERE {condition} RETURNING {self.columns}"  # noqa: S608
        return next(iter(self._made(fetch(sql, *values))), None)

    def stored(self, name: str, value: object) -> Any:
        """A value as this column stores it: decimals are rounded."""
        return self._model._meta.get_field(name).get_db_prep_save(value, connection)  # type: ignore[union-attr]

    def insert(self, row: Row, **computed: str) -> None:
        """Store a new row; ``computed`` names columns whose value the database works out."""
        names, places, values = [], [], []
        for field in self._fields:
            if field.primary_key and field.get_internal_type() == "BigAutoField":
                continue
            names.append(f'"{field.column}"')
            if field.attname in computed:
                places.append(computed[field.attname])
            else:
                places.append("%s")
                values.append(field.get_db_prep_save(field.pre_save(row, add=True), connection))
        key = self._model._meta.pk.column
        sql = f'INSERT INTO "{self.table}" ({", ".join(names)}) VALUES ({", ".join(places)}) RETURNING "{key}"'  # noqa: S608
        number = fetch(sql, *values)[0][0]
        if row.pk is None:
            row.pk = number
        row._state.adding, row._state.db = False, connection.alias

    def save(self, row: Row, *names: str) -> None:
        """Store these columns of a row that exists."""
        fields = [field for field in self._fields if field.attname in names]
        sql = self._saves.get(names)
        if sql is None:
            assignments = ", ".join(f'"{field.column}" = %s' for field in fields)
            sql = f'UPDATE "{self.table}" SET {assignments} WHERE "{self._model._meta.pk.column}" = %s'  # noqa: S608
            self._saves[names] = sql
        values = [field.get_db_prep_save(field.pre_save(row, add=False), connection) for field in fields]
        execute(sql, *values, row.pk)

    def _made(self, rows: list[tuple[Any, ...]]) -> list[Row]:
        converters = self._converters.get(connection.vendor)
        if converters is None:
            converters = self._converters[connection.vendor] = self._find_converters()
        made = []
        for row in rows:
            values = list(row)
            for place, converts, column in converters:
                for convert in converts:
                    values[place] = convert(values[place], column, connection)
            made.append(self._model.from_db(connection.alias, self._names, values))
        return made

    def _find_converters(self) -> list[tuple[int, list[Callable[..., Any]], Any]]:
        found = []
        for place, field in enumerate(self._fields):
            column = field.get_col(self.table)
            converts = [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
            if converts:
                found.append((place, converts, column))
        return found


def _for_update() -> str:
    return " FOR UPDATE" if connection.vendor == "postgresql" else ""


def fetch(sql: str, *values: object) -> list[tuple[Any, ...]]:
    """All rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, [_parameter(value) for value in values])
        return list(cursor.fetchall())


def execute(sql: str, *values: object) -> int:
    """Carry a statement out; how many rows it reached."""
    with connection.cursor() as cursor:
        cursor.execute(sql, [_parameter(value) for value in values])
        return int(cursor.rowcount)


def among(ids: Iterable[UUID]) -> tuple[str, Any]:
    """What stands behind a column that is one of these ids, and its one parameter: the same SQL for any number."""
    if connection.vendor == "postgresql":
        return "= ANY(%s)", list(ids)
    return "IN (SELECT value FROM json_each(%s))", msgspec.json.encode([named.hex for named in ids]).decode()


def _parameter(value: Any) -> Any:
    if isinstance(value, UUID) and connection.vendor == "sqlite":
        return value.hex
    return value
