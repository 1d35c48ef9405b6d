"""Reading several tables as they were at one moment, without keeping any writer waiting."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# Not ``atomic()``: on SQLite that takes the write lock. A deferred transaction in WAL mode reads the state of its first
# statement and blocks nobody; so does this level on PostgreSQL.
_BEGIN = {"sqlite": "BEGIN DEFERRED", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything read inside is of one committed state. Inside a transaction of the caller's it is that transaction."""
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN[connection.vendor])
    try:
        yield
    except BaseException:
        connection.close()  # ends the transaction in whatever state the connection is
        raise
    with connection.cursor() as cursor:
        cursor.execute("ROLLBACK")
