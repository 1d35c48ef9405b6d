"""A server process that does as a test tells it, line by line: the product's own ASGI application, sockets, writer,
runners and recovery, with a scripted model and a database that can be taken away.

``told_parent`` forks it, ``told_servers`` is the test's side of its line.
"""

import asyncio
import json
import logging
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from chat import consumers, conversations, followers, hooks, providers, recovery, running, runtime, writer
from chat.models import Conversation
from chat.reads import read
from tests.support.scripted_model import NamedTalk, ScriptedModel
from trademe.asgi import application

WRITER_THREAD = "trademe-writer"
Line = dict[str, Any]


class Faults:
    """What is wrong with this process's database, seen from all of its threads."""

    def __init__(self) -> None:
        self.away = False
        self.commits: deque[str] = (
            deque()
        )  # of the writer: "lost" is done but its answer is not heard, "refused" is not

    def install(self) -> None:
        ensure_connection, commit = BaseDatabaseWrapper.ensure_connection, BaseDatabaseWrapper._commit  # type: ignore[attr-defined]

        def ensure(wrapper: BaseDatabaseWrapper) -> None:
            if self.away:
                raise OperationalError("the database is away, as told")
            ensure_connection(wrapper)

        def commits(wrapper: BaseDatabaseWrapper) -> None:
            fault = ""
            if self.commits and threading.current_thread().name == WRITER_THREAD:
                fault = self.commits.popleft()
            if fault == "refused":
                raise OperationalError("the commit did not happen, as told")
            commit(wrapper)
            if fault == "lost":
                raise OperationalError("the answer to the commit was lost, as told")

        BaseDatabaseWrapper.ensure_connection = ensure  # type: ignore[method-assign, assignment]
        BaseDatabaseWrapper._commit = commits  # type: ignore[attr-defined]


class Clock:
    """Stands for ``time`` in recovery, so that a test lets time pass for the dead."""

    def __init__(self) -> None:
        self.passed = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.passed


class Socket:
    """One open tab's connection: an ASGI scope whose other end is the test."""

    def __init__(self, tab: int, path: str, query: str, session: str, tell: Callable[[Line], None]) -> None:
        self._tab = tab
        self._tell = tell
        self._inbox: asyncio.Queue[Line] = asyncio.Queue()
        self.is_open = True
        self._inbox.put_nowait({"type": "websocket.connect"})
        host = b"127.0.0.1:8000"
        self.scope = {
            "type": "websocket",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [
                (b"host", host),
                (b"origin", b"http://" + host),
                (b"cookie", f"{settings.SESSION_COOKIE_NAME}={session}".encode()),
            ],
            "subprotocols": [],
        }

    def put(self, frame: Line) -> None:
        self._inbox.put_nowait({"type": "websocket.receive", "text": json.dumps(frame)})

    def vanish(self, code: int = 1006) -> None:
        if self.is_open:
            self.is_open = False
            self._inbox.put_nowait({"type": "websocket.disconnect", "code": code})

    async def receive(self) -> Line:
        return await self._inbox.get()

    async def send(self, message: Line) -> None:
        if not self.is_open:
            raise OSError("the socket is gone")  # as uvicorn says it
        if message["type"] == "websocket.send":
            self._tell({"event": "frame", "tab": self._tab, "frame": json.loads(message["text"])})
        elif message["type"] == "websocket.close":
            self._tell({"event": "closed", "tab": self._tab, "code": message.get("code", 1000)})
            self.vanish(message.get("code", 1000))


class ToldServer:
    """Hears commands, each answered with ``done``; tells of frames, model calls and errors in its log."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._telling = threading.Lock()
        self._sockets: dict[int, Socket] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._clock = Clock()
        self._faults = Faults()
        self._model = ScriptedModel(self.tell)

    def tell(self, event: Line) -> None:
        """On its way before anything else happens: what a person has seen stays seen, whatever dies now."""
        data = json.dumps(event).encode() + b"\n"
        with self._telling:
            self._line.sendall(data)

    async def serve(self) -> None:
        hooks.register(NamedTalk())
        providers.register(self._model.name, lambda: self._model)
        settings.CONFIG = replace(settings.CONFIG, model="script:model")
        recovery.time = self._clock  # type: ignore[attr-defined, assignment]
        _shorten_pauses()
        self._faults.install()
        logging.getLogger().addHandler(_TellErrors(self.tell))
        await runtime.ensure_started()
        loop = asyncio.get_running_loop()
        told: asyncio.Queue[Line | None] = asyncio.Queue()

        def hear() -> None:
            with self._line.makefile("rb") as lines:
                for line in lines:
                    loop.call_soon_threadsafe(told.put_nowait, json.loads(line))
            loop.call_soon_threadsafe(told.put_nowait, None)

        threading.Thread(target=hear, daemon=True).start()
        self.tell({"event": "ready"})
        while (command := await told.get()) is not None:
            self._start(self._obey(command))

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _obey(self, command: Line) -> None:
        error = ""
        try:
            await getattr(self, "_" + command["do"])(**command.get("with", {}))
        except Exception as failure:  # noqa: BLE001 - the test judges it
            error = type(failure).__name__
        self.tell({"event": "done", "n": command["n"], "error": error})

    # --- commands ------------------------------------------------------------------------------------------------

    async def _open(self, tab: int, conversation: str, rev: int, session: str) -> None:
        path = f"/ws/chat/{conversation}/"
        made = self._sockets[tab] = Socket(tab, path, f"rev={rev}", session, self.tell)
        self._start(self._serve_socket(made))

    @staticmethod
    async def _serve_socket(made: Socket) -> None:
        try:
            await application(made.scope, made.receive, made.send)
        except OSError:
            if made.is_open:  # what was said to a socket that had gone is nobody's loss
                raise

    async def _frame(self, tab: int, frame: Line) -> None:
        self._sockets[tab].put(frame)

    async def _close(self, tab: int) -> None:
        self._sockets.pop(tab).vanish()

    async def _say(self, turn: str, steps: list[Line]) -> None:
        self._model.say(turn, steps)

    async def _database(self, away: bool) -> None:
        self._faults.away = away

    async def _commits(self, faults: list[str]) -> None:
        self._faults.commits.extend(faults)

    async def _time(self, seconds: float) -> None:
        self._clock.passed += seconds

    async def _beat(self) -> None:
        await _runtime()._heartbeat()

    async def _sweep(self) -> None:
        await _runtime()._sweep()

    async def _look(self) -> None:
        hub = _runtime().hub
        await hub.look({follower.conversation_id for follower in hub})

    async def _delete(self, conversation: str) -> None:
        def delete() -> None:
            conversations.delete(Conversation.objects.get(pk=UUID(conversation)))

        await read(delete)

    async def _drain(self) -> None:
        """As uvicorn does at SIGTERM: sockets are closed, then the lifespan ends."""
        for opened in self._sockets.values():
            opened.vanish(1012)
        await _runtime().drain()


def _runtime() -> Any:
    running = runtime.current()
    assert running is not None
    return running


def _shorten_pauses() -> None:
    """Pauses between two tries while the database is away: a test has no time for them."""
    writer.RETRY_DELAYS = (0.01, 0.02, 0.05)  # type: ignore[assignment]
    followers.RETRY_SECONDS = running.DATABASE_RETRY_SECONDS = consumers.DATABASE_RETRY_SECONDS = 0.03


class _TellErrors(logging.Handler):
    def __init__(self, tell: Callable[[Line], None]) -> None:
        super().__init__(logging.ERROR)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        fields = record.msg if isinstance(record.msg, dict) else {"event": record.getMessage()}
        words = {name: str(value) for name, value in fields.items() if name != "exc_info"}
        error = fields.get("exc_info") or record.exc_info
        words["exception"] = repr(sys.exc_info()[1]) if error else ""
        self._tell({"event": "error", "words": words})
