"""The database's clock in milliseconds: the only clock that leases are measured with."""

from typing import Any

from django.db import connection, models
from django.db.models.sql.compiler import SQLCompiler

SQLITE_NOW_MS = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
POSTGRESQL_NOW_MS = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"

# a time column's value, as the ORM's Now() writes it; percent signs doubled as in every statement with parameters
SQLITE_NOW = "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')"
POSTGRESQL_NOW = "STATEMENT_TIMESTAMP()"


class DatabaseNow(models.Func):
    """``now`` as ms since the epoch, read by the database at the statement."""

    output_field = models.BigIntegerField()

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> tuple[str, tuple[str | int, ...]]:
        return SQLITE_NOW_MS, ()

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> tuple[str, tuple[str | int, ...]]:
        return POSTGRESQL_NOW_MS, ()


def now_ms_sql() -> str:
    """The active database's expression for ms since the epoch."""
    return POSTGRESQL_NOW_MS if connection.vendor == "postgresql" else SQLITE_NOW_MS


def now_sql() -> str:
    """The active database's expression for the time of the statement."""
    return POSTGRESQL_NOW if connection.vendor == "postgresql" else SQLITE_NOW
