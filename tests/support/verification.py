"""Looking at a database through ``verify_chats``, and taking back what a test broke in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models, transaction

from chat import verification
from chat.verification import Finding, Scope, Verification


def findings(scope: Scope | None = None) -> list[Finding]:
    """What the checks of all apps find."""
    verification.load()
    return list(Verification(scope or Scope()).findings())


def codes(scope: Scope | None = None) -> set[str]:
    return {finding.code for finding in findings(scope)}


@contextmanager
def undone() -> Iterator[None]:
    """What is broken inside is taken back, before any deferred constraint is looked at."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def lose(queryset: "models.QuerySet[Any]") -> None:
    """Delete rows as a damaged file does: nothing that points to them hears of it."""
    queryset._raw_delete(queryset.db)


@contextmanager
def unconstrained(table: str) -> Iterator[None]:
    """A block in which ``table`` has no unique constraint (taken back with everything else by ``undone``)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"ALTER TABLE {table} RENAME TO {table}_before")
            cursor.execute(f"CREATE TABLE {table} AS SELECT * FROM {table}_before")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # pending checks would forbid what follows
            cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'u'", [table])
            for (name,) in cursor.fetchall():
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            cursor.execute(
                "SELECT indexrelid::regclass::text FROM pg_index"
                " WHERE indrelid = %s::regclass AND indisunique AND NOT indisprimary",
                [table],
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP INDEX {name}")
    yield
