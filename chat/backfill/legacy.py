"""The earlier system's SQLite database: opened read-only, in whatever state its rows are, in the order of the talk."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chat.backfill.report import Report
from chat.backfill.times import epoch
from chat.backfill.wording import read_text, unwrapped

MESSAGES = "claude_conversations"
SESSIONS = "ai_chat_sessions"
CODES = ("generated_strategies", "strategies")
COLUMNS = ("user_id", "session_id", "message_type", "content", "tokens_used", "model", "success", "error_message")
_ROLES = {
    **dict.fromkeys(("user", "human", "question", "user_message", "request", "prompt"), "user"),
    **dict.fromkeys(("assistant", "ai", "bot", "claude", "model", "ai_response", "response", "reply"), "assistant"),
    **dict.fromkeys(("system", "notice", "error", "info"), "notice"),
}


class SourceUnreadable(Exception):
    """The file is no database of the earlier system, or is damaged where SQLite itself cannot read on."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Said:
    """One row as it was meant."""

    table: str
    row: int
    role: str  # user, assistant, notice
    content: str
    at: float
    model: str = ""
    tokens: int | None = None
    error: str = ""
    failed: bool = False
    is_code: bool = False

    @property
    def where(self) -> str:
        return f"{self.table}:{self.row}"


@dataclass(frozen=True, slots=True)
class Talk:
    """One user's rows of one session. ``rows`` is read once, while the source is open."""

    user: str
    session: str
    title: str
    kind: str
    note: str  # the code of what is strange about its session
    rows: Iterator[Said] = field(repr=False)

    @property
    def where(self) -> str:
        return f"{MESSAGES}:user={self.user}:session={self.session or 'none'}"


class Legacy:
    """What is in the file. A temporary index of SQLite's, on disk, keeps the order; memory does not grow with it."""

    def __init__(self, connection: sqlite3.Connection, report: Report) -> None:
        self._source = connection
        self._report = report
        self._tables = {
            name: [column[1].decode() if isinstance(column[1], bytes) else column[1] for column in info]
            for name in (MESSAGES, SESSIONS, *CODES, "users")
            if (info := connection.execute(f"PRAGMA table_info({name})").fetchall())
        }
        if MESSAGES not in self._tables:
            raise SourceUnreadable("source-foreign", f"the database has no table {MESSAGES}")

    def names_of_users(self) -> dict[str, str]:
        """Names by number, where the source has a table of users."""
        columns = self._tables.get("users", [])
        name = next((name for name in ("username", "name", "email") if name in columns), None)
        if name is None or "id" not in columns:
            return {}
        found = self._source.execute(f'SELECT id, "{name}" FROM users')  # noqa: S608
        return {_key(number): read_text(value)[0] for number, value in found}

    def index(self) -> int:
        """Put every row into its place; how many there are."""
        run = self._source.execute
        run("PRAGMA temp_store = FILE")
        run("BEGIN")
        run("CREATE TEMP TABLE plan (person TEXT, session TEXT, at REAL, source TEXT, place INTEGER)")
        run("CREATE TEMP TABLE known (session TEXT PRIMARY KEY, person TEXT, title TEXT, kind TEXT) WITHOUT ROWID")
        self._know_sessions()
        self._plan(MESSAGES)
        run("CREATE INDEX temp.plan_session ON plan (session)")
        for table in CODES:
            if table in self._tables:
                self._plan_codes(table)
        run("CREATE INDEX temp.plan_order ON plan (person, session, at, place)")
        run("COMMIT")
        return int(run("SELECT count(*) FROM plan").fetchone()[0])

    def talks(self) -> Iterator[Talk]:
        """Each user's sessions, in a stable order."""
        groups = self._source.execute("SELECT DISTINCT person, session FROM plan ORDER BY person, session")
        for person, session in groups:
            person, session = person.decode(), session.decode()
            known = self._source.execute(
                "SELECT person, title, kind FROM known WHERE session = ?", (session,)
            ).fetchone()
            own = known is not None and known[0] in (None, b"", person.encode())
            title, kind = (known[1].decode(), known[2].decode()) if known is not None and own else ("", "strategy")
            note = ""
            if not session:
                note = "session-unknown"
            elif known is None and SESSIONS in self._tables:
                note = "session-missing"
            elif known is not None and not own:
                note = "session-foreign"
            yield Talk(person, session, title, kind, note, self._rows(person, session))

    # --- the order --------------------------------------------------------------------------------------------------

    def _know_sessions(self) -> None:
        for row in self._read(SESSIONS):
            session = _key(row.get("session_id") or row.get("id"))
            title = read_text(row.get("title") or row.get("session_name") or row.get("name"))[0]
            said = read_text(row.get("session_type") or row.get("kind"))[0]
            kind = next((kind for kind in ("indicator", "trading_system", "general") if kind in said), "strategy")
            self._source.execute(
                "INSERT OR IGNORE INTO known VALUES (?, ?, ?, ?)", (session, _key(row.get("user_id")), title, kind)
            )

    def _plan(self, table: str) -> None:
        self._source.executemany("INSERT INTO plan VALUES (?, ?, ?, ?, ?)", self._places(table))

    def _places(self, table: str) -> Iterator[tuple[str, str, float, str, int]]:
        last = 0.0  # of the row before, whatever its session
        for row in self._read(table, ("session_id", "user_id", "created_at")):
            self._report.read += 1
            at = epoch(row.get("created_at"))
            if at is None:
                self._report.decide("time-unreadable", f"{table}:{row['rowid']}")
                at = last
            last = at
            session = _key(row.get("session_id"))
            person = _key(row.get("user_id")) or self._owner_of(session)
            yield person, session, at, table, row["rowid"]

    def _plan_codes(self, table: str) -> None:
        """Code that stands in no reply of its session is a reply that was lost."""
        stands = (
            f"SELECT 1 FROM plan JOIN {MESSAGES} m ON m.rowid = plan.place AND plan.source = '{MESSAGES}'"  # noqa: S608
            " WHERE plan.session = ? AND instr(CAST(m.content AS BLOB), CAST(? AS BLOB)) LIMIT 1"
        )
        for row in self._read(table):
            self._report.read += 1
            where = f"{table}:{row['rowid']}"
            code = read_text(_code(row))[0].strip()
            session = _key(row.get("session_id"))
            person = _key(row.get("user_id")) or self._owner_of(session)
            if not code:
                self._report.decide("empty", where)
                continue
            if self._source.execute(stands, (session, code)).fetchone() or self._stands_in_codes(session, person, code):
                continue
            at = epoch(row.get("created_at"))
            if at is None:
                self._report.decide("time-unreadable", where)
                found = self._source.execute("SELECT max(at) FROM plan WHERE session = ?", (session,)).fetchone()
                at = found[0] or 0.0
            self._report.decide("code-restored", where)
            self._source.execute("INSERT INTO plan VALUES (?, ?, ?, ?, ?)", (person, session, at, table, row["rowid"]))

    def _stands_in_codes(self, session: str, person: str, code: str) -> bool:
        """Both tables of code hold the same file: once is enough."""
        planned = self._source.execute(
            "SELECT source, place FROM plan WHERE session = ? AND person = ? AND source <> ?",
            (session, person, MESSAGES),
        ).fetchall()
        return any(read_text(_code(self._row(source.decode(), place)))[0].strip() == code for source, place in planned)

    def _owner_of(self, session: str) -> str:
        found = self._source.execute("SELECT person FROM known WHERE session = ?", (session,)).fetchone()
        return found[0].decode() if found and found[0] else ""

    # --- rows -------------------------------------------------------------------------------------------------------

    def _rows(self, person: str, session: str) -> Iterator[Said]:
        columns = [name for name in COLUMNS if name in self._tables[MESSAGES]]
        told = "".join(f', m."{name}"' for name in columns)
        order = (
            f"SELECT plan.source, plan.at, plan.place{told} FROM plan"  # noqa: S608
            f" LEFT JOIN {MESSAGES} m ON m.rowid = plan.place AND plan.source = '{MESSAGES}'"
            " WHERE plan.person = ? AND plan.session = ? ORDER BY plan.at, plan.place"
        )
        for source, at, place, *values in self._source.execute(order, (person, session)):
            table = source.decode()
            if table == MESSAGES:
                yield self._message(table, {"rowid": place, **dict(zip(columns, values, strict=True))}, at)
            else:
                yield _restored(table, self._row(table, place), at)

    def _message(self, table: str, row: dict[str, Any], at: float) -> Said:
        where = f"{table}:{row['rowid']}"
        content, codes = read_text(row.get("content"))
        for code in codes:
            self._report.decide(code, where)
        inside = unwrapped(content)
        if inside is not None:
            self._report.decide("json-unwrapped", where)
            content = inside
        role = _ROLES.get(read_text(row.get("message_type"))[0].strip().lower(), "")
        if not role:
            self._report.decide("role-unknown", where)
        success = row.get("success")
        failed = success is not None and read_text(success)[0].strip().lower() in ("0", "false", "f", "no")
        return Said(
            table=table,
            row=row["rowid"],
            role=role or "notice",
            content=content,
            at=at,
            model=read_text(row.get("model"))[0].strip()[:120],
            tokens=_count(row.get("tokens_used")),
            error=read_text(row.get("error_message"))[0].strip(),
            failed=failed,
        )

    def _row(self, table: str, place: int) -> dict[str, Any]:
        found = self._source.execute(f'SELECT rowid, * FROM "{table}" WHERE rowid = ?', (place,)).fetchone()  # noqa: S608
        return dict(zip(("rowid", *self._tables[table]), found, strict=True))

    def _read(self, table: str, wanted: tuple[str, ...] = ()) -> Iterator[dict[str, Any]]:
        if table not in self._tables:
            return
        columns = ("rowid", *(name for name in self._tables[table] if not wanted or name in wanted))
        told = ", ".join(f'"{name}"' for name in columns[1:])
        for row in self._source.execute(f'SELECT rowid{told and ", "}{told} FROM "{table}" ORDER BY rowid'):  # noqa: S608
            yield dict(zip(columns, row, strict=True))


@contextmanager
def opened(path: Path, report: Report) -> Iterator[Legacy]:
    """The source, for as long as it is read; raises SourceUnreadable, also in the middle."""
    if not path.is_file():
        raise SourceUnreadable("source-missing", f"there is no file {path}")
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
    connection.text_factory = bytes
    try:
        yield Legacy(connection, report)
    except sqlite3.DatabaseError as error:
        raise SourceUnreadable("source-damaged", f"SQLite cannot read {path}: {error}") from error
    finally:
        connection.close()


def _restored(table: str, row: dict[str, Any], at: float) -> Said:
    code = read_text(_code(row))[0].strip()
    fence = "````" if "```" in code else "```"
    return Said(table, row["rowid"], "assistant", f"{fence}python\n{code}\n{fence}", at, is_code=True)


def _code(row: dict[str, Any]) -> object:
    return next((row[name] for name in ("code", "strategy_code", "generated_code", "content") if row.get(name)), None)


def _key(value: object) -> str:
    return read_text(value)[0].strip()


def _count(value: object) -> int | None:
    try:
        number = int(float(read_text(value)[0]))
    except (ValueError, OverflowError):
        return None
    return number if 0 < number < 2**31 else None
