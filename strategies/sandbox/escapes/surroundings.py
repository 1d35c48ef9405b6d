"""What the programs must not reach: a sibling of the same user, a server, and places where files could appear."""

import os
import secrets
import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from strategies.sandbox.runtime import NOBODY

_PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/run/lock", "/dev/mqueue", "/", ".")  # noqa: S108 - looked at, not used


class Surroundings:
    """A context; ``changes`` says afterwards what the programs did to it, which has to be nothing.

    Nothing else may be started by this process meanwhile: whatever is left over counts as theirs.
    """

    def __init__(self) -> None:
        self.mark = f"trademe-escape-{secrets.token_hex(8)}"

    def __enter__(self) -> Self:
        user = NOBODY if os.geteuid() == 0 else None
        self.sibling = subprocess.Popen(["/bin/sleep", "3600"], user=user, cwd="/")
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.setblocking(False)
        self.port = int(self._server.getsockname()[1])
        self._segments = _segments()
        self._before = {number for number, _name in _descendants()}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.sibling.kill()
        self.sibling.wait()
        self._server.close()

    def constants(self) -> str:
        """What hostile code could have found out: it is told, so that it fails at the sandbox and nothing else."""
        machine = os.uname().machine
        values = (self.mark, self.sibling.pid, os.getpid(), self.port, machine)
        return f"MARK, SIBLING, PARENT, PORT, MACHINE = {values!r}\n"

    def changes(self) -> list[str]:
        """Sentences; empty when nothing happened."""
        found = [f"a file in {place}" for place in _PLACES if _marked(place, self.mark)]
        if self.sibling.poll() is not None:
            found.append("the sibling is dead")
        try:
            self._server.accept()[0].close()
            found.append("somebody connected")
        except BlockingIOError:
            pass
        if _segments() > self._segments:
            found.append("a shared memory segment")
        found += [f"a process is left: {name}" for number, name in _descendants() if number not in self._before]
        return found


def _marked(place: str, mark: str) -> bool:
    try:
        return any(mark in name for name in os.listdir(place))
    except OSError:
        return False


def _segments() -> int:
    """How many the programs' user owns."""
    user = str(NOBODY if os.geteuid() == 0 else os.geteuid())
    try:
        return [line.split()[7] for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]].count(user)
    except OSError:
        return 0


def _descendants() -> list[tuple[int, str]]:
    """Numbers and names of all processes that come from this one."""
    parents: dict[int, tuple[int, str]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, _, rest = entry.read_text().partition(" (")
        except OSError:
            continue
        name, _, fields = rest.rpartition(") ")
        state, parent = fields.split()[:2]
        if state != "Z":
            parents[int(number)] = int(parent), name
    return [(number, name) for number, (_parent, name) in parents.items() if _comes_from(number, os.getpid(), parents)]


def _comes_from(number: int, ancestor: int, parents: dict[int, tuple[int, str]]) -> bool:
    while number in parents:
        number = parents[number][0]
        if number == ancestor:
            return True
    return False
