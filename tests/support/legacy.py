"""A database of the earlier system with the damage that it really had, made row by row."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE claude_conversations (id INTEGER PRIMARY KEY, user_id, session_id, message_type, content, context,
  tokens_used, model, response_time_ms, success, error_message, created_at);
CREATE TABLE ai_chat_sessions (id INTEGER PRIMARY KEY, user_id, session_id, title, session_type, created_at);
CREATE TABLE generated_strategies (id INTEGER PRIMARY KEY, user_id, session_id, name, code, created_at);
CREATE TABLE strategies (id INTEGER PRIMARY KEY, user_id, session_id, name, code, created_at);
"""

CODE = """from backtesting import Strategy
from backtesting.lib import crossover
import talib


class MaCross(Strategy):
    fast = 5
    slow = 10

    def init(self):
        self.fast_ma = self.I(talib.SMA, self.data.Close, self.fast)
        self.slow_ma = self.I(talib.SMA, self.data.Close, self.slow)

    def next(self):
        if crossover(self.fast_ma, self.slow_ma) and not self.position:
            self.buy()
        elif crossover(self.slow_ma, self.fast_ma) and self.position:
            self.position.close()"""


class LegacyDatabase:
    """Rows as the earlier system wrote them; ``said`` takes what its columns take, of any type."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.executescript(SCHEMA)
        self._connection.execute("BEGIN")

    def session(self, session: Any, user: Any = 1, title: Any = "", kind: str = "") -> None:
        self._insert("ai_chat_sessions", user_id=user, session_id=session, title=title, session_type=kind)

    def said(self, role: Any, content: Any, at: Any, session: Any = "s1", user: Any = 1, **columns: Any) -> None:
        self._insert(
            "claude_conversations",
            user_id=user,
            session_id=session,
            message_type=role,
            content=content,
            created_at=at,
            **columns,
        )

    def code(self, code: Any, at: Any, session: Any = "s1", user: Any = 1, table: str = "generated_strategies") -> None:
        self._insert(table, user_id=user, session_id=session, code=code, created_at=at)

    def close(self) -> Path:
        self._connection.execute("COMMIT")
        self._connection.close()
        return self.path

    def many(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._connection.executemany(
            "INSERT INTO claude_conversations (user_id, session_id, message_type, content, created_at, model)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            rows,
        )

    def _insert(self, table: str, **columns: Any) -> None:
        names, places = ", ".join(columns), ", ".join("?" * len(columns))
        sql = f"INSERT INTO {table} ({names}) VALUES ({places})"
        self._connection.execute(sql, list(columns.values()))


def damaged(path: Path, user: int) -> Path:
    """Every damage that the documents name, one session each."""
    db = LegacyDatabase(path)
    at = "2024-03-01 10:00:{:02d}".format
    for session in ("plain", "doubled", "order", "lost", "texts", "code", "failed"):
        db.session(session, user, title=f"Session {session}")
    db.said("user", "Buy the golden cross", at(1), "plain", user)
    db.said("assistant", "On which bars?", at(5), "plain", user, model="claude-3-5-sonnet-20241022", tokens_used=900)
    for _ in range(2):
        db.said("user", "Only once", at(1), "doubled", user)
        db.said("assistant", "Once, then", at(2), "doubled", user)
    db.said("assistant", "The reply", at(7), "order", user)
    db.said("user", "The question", at(7), "order", user)
    db.said("user", "Nobody answered", at(1), "lost", user)
    db.said("user", "Nor here", at(30), "lost", user)
    db.said("assistant", "", at(31), "lost", user)
    db.said("user", "用5分钟均线".encode("gb18030"), at(1), "texts", user)
    db.said("assistant", "好的，明白了".encode().decode("latin-1"), at(2), "texts", user)
    db.said("user", '{"content": "In an envelope", "type": "text"}', at(20), "texts", user)
    db.said("assistant", b"\xff\xfe\xfa broken\x00", at(21), "texts", user)
    db.said("whoever", "Who said this?", at(40), "texts", user)
    db.said("user", "", at(41), "texts", user)
    db.said("user", "yes, generate", at(1), "code", user)
    db.code(CODE, at(9), "code", user)
    db.code(CODE, at(9), "code", user, table="strategies")
    db.said("user", "And now?", at(1), "failed", user)
    db.said("assistant", None, at(2), "failed", user, success=0, error_message="overloaded")
    db.said("assistant", "To nobody's question", at(1), "orphan", user)
    db.said("user", "Without a session", "when?", None, user)
    db.said("user", "Of nobody", at(1), "strange", 999)
    db.said("user", "Not my session", at(1), "plain", user, model=None)
    db.said(None, None, None, None, None)
    return db.close()
