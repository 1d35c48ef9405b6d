"""The test's side of ``told_server``: real server processes on the test database, forked, told, frozen and killed."""

import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

Line = dict[str, Any]

DEADLINE = 30.0
STEP = 0.02  # seconds that a wait gives new lines before it looks again


class TooLate(AssertionError):
    """Something that must happen did not."""


class ToldServer:
    """One process. ``unwell`` once it was killed, frozen or told to end: its turns may be ended by others."""

    def __init__(self, house: "House", number: int, pid: int, line: socket.socket, folder: Path) -> None:
        self._house = house
        self.number = number
        self.pid = pid
        self._line = line
        self.folder = folder
        self.alive = True
        self.frozen = False
        self.away = False
        self.unwell = False
        self._asked = 0
        self.answers: dict[int, str] = {}
        threading.Thread(target=self._listen, daemon=True).start()

    def __repr__(self) -> str:
        return f"<server {self.number}>"

    def _listen(self) -> None:
        with self._line.makefile("rb") as lines:
            try:
                for line in lines:
                    self._house.lines.put((self, json.loads(line)))
            except (OSError, ValueError):  # killed in the middle of a line: the rest was never sent
                pass
        self._house.lines.put((self, {"event": "gone"}))

    # --- telling -------------------------------------------------------------------------------------------------

    def tell(self, do: str, **arguments: Any) -> int:
        """Send a command; its number is what the answer will have."""
        self._asked += 1
        data = json.dumps({"n": self._asked, "do": do, "with": arguments}).encode() + b"\n"
        if self.alive:
            with contextlib.suppress(OSError):  # it has just died: its end is on its way to us
                self._line.sendall(data)
        return self._asked

    def ask(self, do: str, **arguments: Any) -> str:
        """Send a command and wait for its answer; the name of the error that it raised, or nothing."""
        number = self.tell(do, **arguments)
        self._house.until(lambda: number in self.answers or not self.responsive, f"{self} answers {do}")
        return self.answers.get(number, "")

    # --- its state -----------------------------------------------------------------------------------------------

    @property
    def responsive(self) -> bool:
        """It hears and answers, though it may wait for its database's answer or be held at a place."""
        return self.alive and not self.away and not self.stops

    @property
    def steady(self) -> bool:
        """It runs, nothing is held back and its database answers."""
        return self.responsive and not self.reached("hold")

    @property
    def stops(self) -> bool:
        """It has come to a place where it was told to freeze or to die."""
        if self.alive and not self.frozen and self.reached("freeze"):
            self._house.parent("stopped", self.pid)
            self.frozen = self.unwell = True
        return self.frozen or (self.alive and self.reached("kill"))

    def reached(self, action: str) -> bool:
        return any((self.folder / f"{name}.reached").exists() for name, armed in self.armed.items() if armed == action)

    @property
    def armed(self) -> dict[str, str]:
        return self._house.armed.get(self.number, {})

    # --- what is done to it --------------------------------------------------------------------------------------

    def arm(self, place: str, action: str, passes: int) -> None:
        """``kill``, ``freeze`` or ``hold`` at a named place of the product, at that pass."""
        (self.folder / f"{place}.reached").unlink(missing_ok=True)
        (self.folder / place).write_text(f"{action} {passes}")
        self._house.armed.setdefault(self.number, {})[place] = action

    def disarm(self) -> None:
        """What is held goes on; what was not reached is not going to be."""
        for place in self.armed:
            (self.folder / place).unlink(missing_ok=True)
            (self.folder / f"{place}.reached").unlink(missing_ok=True)
        self._house.armed.pop(self.number, None)

    def kill(self) -> None:
        self.unwell = True
        os.kill(self.pid, signal.SIGKILL)
        self.buried()

    def buried(self) -> None:
        """It is dead: read what it still had said, and be sure that its locks are gone."""
        self.unwell = True
        if self.alive:
            self._house.until(lambda: not self.alive, f"{self} dies")

    def freeze(self) -> None:
        self.unwell = self.frozen = True
        os.kill(self.pid, signal.SIGSTOP)
        self._house.parent("stopped", self.pid)

    def thaw(self) -> None:
        self.disarm()
        os.kill(self.pid, signal.SIGCONT)
        self.frozen = False

    def gone(self) -> None:
        if self.alive:
            self.alive = self.frozen = False
            self.unwell = True
            self._house.parent("ended", self.pid)
            self._line.close()


class House:
    """The parent process of all servers of one test, and everything that they say."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="trademe-told-")
        folder = Path(self._folder.name)
        self._address = str(folder / "line")
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self._address)
        self._listener.listen()
        self.log = folder / "servers.log"
        with self.log.open("ab") as log:
            self._parent = subprocess.Popen(
                [sys.executable, "-m", "tests.support.told_parent", self._address],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=_environment(folder),
            )
        self.lines: queue.Queue[tuple[ToldServer, Line]] = queue.Queue()
        self.armed: dict[int, dict[str, str]] = {}
        self.heard: Callable[[ToldServer, Line], None] = lambda server, line: None
        self.nudge: Callable[[], None] = lambda: None
        self._servers: list[ToldServer] = []
        self._forks = 0
        if self._answer() != "loaded":
            words = self.log.read_text()
            self.close()
            raise AssertionError(words)

    def _answer(self) -> str:
        assert self._parent.stdout is not None
        return str(self._parent.stdout.readline()).strip()

    def parent(self, word: str, argument: object) -> int:
        assert self._parent.stdin is not None
        self._parent.stdin.write(f"{word} {argument}\n")
        self._parent.stdin.flush()
        return int(self._answer())

    def server(self) -> ToldServer:
        """A new process that serves."""
        self._forks += 1
        folder = Path(self._folder.name) / f"places-{self._forks}"
        folder.mkdir()
        pid = self.parent("fork", folder)
        line, _address = self._listener.accept()
        made = ToldServer(self, self._forks, pid, line, folder)
        self._servers.append(made)
        made.answers[0] = ""
        ready = False

        def is_ready() -> bool:
            nonlocal ready
            ready = ready or -1 in made.answers
            return ready or not made.alive

        self.until(is_ready, "the server is ready")
        assert made.alive, self.log.read_text()[-4000:]
        return made

    # --- listening -----------------------------------------------------------------------------------------------

    def listen(self, seconds: float = 0.0) -> bool:
        """Take in what the servers have said; waits for the first line at most so long."""
        try:
            server, line = self.lines.get(timeout=seconds) if seconds else self.lines.get_nowait()
        except queue.Empty:
            return False
        while True:
            self._take(server, line)
            try:
                server, line = self.lines.get_nowait()
            except queue.Empty:
                return True

    def _take(self, server: ToldServer, line: Line) -> None:
        match line["event"]:
            case "done":
                server.answers[line["n"]] = line["error"]
            case "ready":
                server.answers[-1] = ""
            case "gone":
                server.gone()
                self.heard(server, line)
            case _:
                self.heard(server, line)

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Listen until it is so; raises TooLate."""
        ends = time.monotonic() + DEADLINE
        self.listen()
        while not condition():
            if time.monotonic() > ends:
                raise TooLate(what)
            if not self.listen(STEP):
                self.nudge()

    # --- the end -------------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """End every server of this example."""
        self.nudge = lambda: None
        for server in self._servers:
            if server.alive:
                os.kill(server.pid, signal.SIGKILL)
        for server in self._servers:
            if server.alive:
                self.until(lambda server=server: not server.alive, "all servers end")  # type: ignore[misc]
        self._servers.clear()
        self.armed.clear()

    def close(self) -> None:
        self.heard = lambda server, line: None
        self.clear()
        assert self._parent.stdin is not None
        self._parent.stdin.close()
        self._parent.wait(DEADLINE)
        assert self._parent.stdout is not None
        self._parent.stdout.close()
        self._listener.close()
        self._folder.cleanup()


def _environment(folder: Path) -> dict[str, str]:
    """The product on the test's own database."""
    base = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    ours = {
        "DJANGO_SETTINGS_MODULE": "trademe.settings",
        "TRADEME_DATA_DIR": str(folder),
        "SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": _database_url(),
        "REDIS_URL": settings.CONFIG.redis_url or "",
        "TRADEME_RATE_LIMITS": "off",
        "TRADEME_TITLES": "off",  # a call for each message is what the machine counts
        "PYTHONUNBUFFERED": "1",
    }
    return base | {name: value for name, value in ours.items() if value}


def _database_url() -> str:
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"{os.environ['TRADEME_TEST_DATABASE_URL'].rpartition('/')[0]}/{name}"
