"""Appending to the journal: the batches of all turns that wait, in one fenced statement each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection

from chat import failpoints, rows
from chat.clock import POSTGRESQL_NOW_MS, SQLITE_NOW_MS
from chat.errors import Fenced
from chat.models import Turn
from chat.writer import BatchUnit, Unit

CLEAN_UP = 1_000  # entries deleted in one statement


@dataclass(slots=True, eq=False)
class Append(BatchUnit[int]):
    """One batch of a running reply. Its result is ``seq``; Fenced when the turn is no longer this token's."""

    conversation_id: UUID
    turn_id: UUID
    token: UUID
    seq: int
    text: str
    chars: int  # of the whole reply so far, Unicode code points
    digest: str  # SHA-256 of the whole reply so far, hex
    repeated: bool = False  # an earlier commit of it may have happened

    @classmethod
    def run_batch(cls, units: Sequence["Append"]) -> list[int | Fenced]:
        ordered = sorted(units, key=lambda unit: unit.turn_id.hex)
        swap = _swap_postgresql if connection.vendor == "postgresql" else _swap_sqlite
        with connection.wrap_database_errors:
            accepted = swap(ordered)
        failpoints.reach(failpoints.APPEND_COMMITTING)
        outcomes: dict[UUID, int | Fenced] = {}
        for unit in units:
            if unit.turn_id in accepted or (unit.repeated and _already_stored(unit)):
                outcomes[unit.turn_id] = unit.seq
            else:
                outcomes[unit.turn_id] = Fenced()
        return [outcomes[unit.turn_id] for unit in units]


def _lease_ms() -> int:
    return int(settings.CONFIG.lease_seconds * 1000)


# One statement for all batches of a group, whatever their number: each SQLite step gives up the interpreter's lock, and
# a thread that does so a hundred times in a commit waits a hundred times for a busy event loop.
# Constants of this module only: every value is a parameter.
_SQLITE_BATCHES = (
    "SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS token,"
    " json_extract(value, '$[2]') AS seq,"
    " json_extract(value, '$[3]') AS chars, json_extract(value, '$[4]') AS digest FROM json_each(?)"
)
_SQLITE_SWAP = (
    "UPDATE chat_turn SET last_seq = b.seq, chars = b.chars, digest = b.digest,"  # noqa: S608
    f" lease = {SQLITE_NOW_MS} + ? FROM ({_SQLITE_BATCHES}) AS b"
    " WHERE chat_turn.id = b.id AND status = 'running' AND chat_turn.token = b.token AND last_seq = b.seq - 1"
)
_SQLITE_SWAPPED = (
    f"SELECT t.id FROM chat_turn AS t JOIN ({_SQLITE_BATCHES}) AS b ON t.id = b.id"  # noqa: S608
    " WHERE t.status = 'running' AND t.token = b.token AND t.last_seq = b.seq"
)
_SQLITE_INSERT = (
    "INSERT INTO chat_journalentry (turn_id, seq, text)"
    " SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]') FROM json_each(?)"
)
# the rows are locked by an earlier statement, so this one sees them as they are; it inserts for what it updated only
_POSTGRESQL_APPEND = (
    "WITH b AS (SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::int[], %s::int[], %s::text[], %s::text[])"  # noqa: S608
    " AS b(id, token, seq, chars, digest, text)),"
    " swapped AS (UPDATE chat_turn AS t SET last_seq = b.seq, chars = b.chars, digest = b.digest,"
    f" lease = {POSTGRESQL_NOW_MS} + %s FROM b"
    " WHERE t.id = b.id AND t.status = 'running' AND t.token = b.token AND t.last_seq = b.seq - 1"
    " RETURNING t.id, b.seq),"
    " stored AS (INSERT INTO chat_journalentry (turn_id, seq, text)"
    " SELECT b.id, b.seq, b.text FROM b JOIN swapped AS s ON s.id = b.id AND s.seq = b.seq)"
    " SELECT id FROM swapped"
)


def _swap_sqlite(units: Sequence[Append]) -> set[UUID]:
    connection.ensure_connection()
    raw: Any = connection.connection
    accepted: set[UUID] = set()
    # after an unknown commit a batch may stand there already: then one by one, so that it is told from a new one
    groups = [units] if not any(unit.repeated for unit in units) else [[unit] for unit in units]
    for group in groups:
        batches = msgspec.json.encode([(u.turn_id.hex, u.token.hex, u.seq, u.chars, u.digest) for u in group]).decode()
        swapped = raw.execute(_SQLITE_SWAP, (_lease_ms(), batches)).rowcount
        if swapped == len(group):
            accepted.update(unit.turn_id for unit in group)
        elif swapped:
            accepted.update(UUID(hex=row[0]) for row in raw.execute(_SQLITE_SWAPPED, (batches,)).fetchall())
    stored = [(unit.turn_id.hex, unit.seq, unit.text) for unit in units if unit.turn_id in accepted]
    if stored:
        raw.execute(_SQLITE_INSERT, (msgspec.json.encode(stored).decode(),))
    return accepted


def _swap_postgresql(units: Sequence[Append]) -> set[UUID]:
    connection.ensure_connection()
    raw: Any = connection.connection
    ids = [unit.turn_id for unit in units]
    # rows are locked in order of their ids; two processes can then never wait for each other
    raw.execute("SELECT 1 FROM chat_turn WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [ids])
    values = [
        ids,
        [unit.token for unit in units],
        [unit.seq for unit in units],
        [unit.chars for unit in units],
        [unit.digest for unit in units],
        [unit.text for unit in units],
        _lease_ms(),
    ]
    return {turn_id for (turn_id,) in raw.execute(_POSTGRESQL_APPEND, values).fetchall()}


def _already_stored(unit: Append) -> bool:
    """After an unknown commit: the batch is there, so this is not fencing but the same write again."""
    return Turn.objects.filter(pk=unit.turn_id, token=unit.token, last_seq__gte=unit.seq).exists()


def texts(turn_id: UUID) -> Sequence[str]:
    """The committed batches of a turn, in order."""
    return [
        text for (text,) in rows.fetch("SELECT text FROM chat_journalentry WHERE turn_id = %s ORDER BY seq", turn_id)
    ]


_DELETE = (
    "DELETE FROM chat_journalentry WHERE id IN (SELECT id FROM chat_journalentry WHERE turn_id = %s"
    " AND NOT EXISTS (SELECT 1 FROM chat_turn WHERE id = %s AND status = 'running') ORDER BY seq LIMIT %s)"
)


@dataclass(slots=True, eq=False)
class DeleteEntries(Unit[int]):
    """Delete up to 1,000 entries of a turn that has ended or is gone; the result is how many went."""

    conversation_id: UUID
    turn_id: UUID
    patience = 0.0

    def run(self) -> int:
        return rows.execute(_DELETE, self.turn_id, self.turn_id, CLEAN_UP)
