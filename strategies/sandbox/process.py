"""The child as a process: its three pipes, its start, and its certain end."""

import contextlib
import fcntl
import os
import select
import signal
import subprocess
import time

import structlog

from strategies.sandbox import commands, runtime
from strategies.sandbox.errors import Unavailable
from strategies.sandbox.limits import MEBIBYTE

CHUNK = 256 * 1024
GONE = 5.0  # seconds after which a killed child has to be gone
_OOM_FIRST = b"1000"

log = structlog.get_logger(__name__)


class Pipe:
    """One end of a pipe; ``number`` is -1 when it is closed."""

    def __init__(self, number: int) -> None:
        self.number = number

    def close(self) -> None:
        """As often as one likes."""
        if self.number >= 0:
            os.close(self.number)
            self.number = -1

    def read(self) -> bytes | None:
        """What is there; nothing at the end; None when there is nothing yet."""
        try:
            return os.read(self.number, CHUNK)
        except BlockingIOError:
            return None


class Child:
    """A child that imports, asks for its job and waits. ``end`` has to be called; it ends with its starting thread."""

    def __init__(self, level: str) -> None:
        found = runtime.find()
        self.level = level
        self.owner = os.getpid()
        self.since = time.monotonic()
        with contextlib.ExitStack() as stack:
            try:
                theirs, ours = _pipes(stack)
                self.payload, self.result, self.output, self.leash = ours
                self.process = _start(level, found, theirs)
                stack.callback(_kill, self.process)
                _tie(theirs[-1], self.process.pid)
            except OSError as error:
                raise Unavailable("no-start", str(error)) from error
            for pipe in theirs:
                pipe.close()
            stack.pop_all()
        for pipe in ours:
            os.set_blocking(pipe.number, False)
        self._to_be_killed_first()

    def _to_be_killed_first(self) -> None:
        """When memory runs out, the kernel takes the child rather than the server."""
        with contextlib.suppress(OSError), open(f"/proc/{self.process.pid}/oom_score_adj", "wb", 0) as file:
            file.write(_OOM_FIRST)

    @property
    def lives(self) -> bool:
        return self.process.poll() is None

    def end(self) -> None:
        """Kill it and wait until it is gone: its end of the result's pipe is the last thing that closes."""
        _kill(self.process)
        if not self._is_silent():
            log.error("sandbox_child_left", process=self.process.pid)
        for pipe in (self.payload, self.result, self.output, self.leash):
            pipe.close()

    def _is_silent(self) -> bool:
        deadline = time.monotonic() + GONE
        while time.monotonic() < deadline:
            poll = select.poll()
            poll.register(self.result.number, select.POLLIN)
            if poll.poll(100) and self.result.read() == b"":
                return True
        return False


def _kill(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _pipes(stack: contextlib.ExitStack) -> tuple[list[Pipe], list[Pipe]]:
    """Its ends and ours of payload, result, output and leash; as wide as the system allows."""
    theirs, ours = [], []
    for ours_writes in (True, False, False, True):
        reading, writing = map(Pipe, os.pipe())
        stack.callback(reading.close)
        stack.callback(writing.close)
        with contextlib.suppress(OSError):
            fcntl.fcntl(writing.number, fcntl.F_SETPIPE_SZ, MEBIBYTE)
        ours.append(writing if ours_writes else reading)
        theirs.append(reading if ours_writes else writing)
    return theirs, ours


def _tie(leash: Pipe, process: int) -> None:
    """Have the kernel kill the process group when our end of the leash closes, which is when this process dies.

    ``bwrap --die-with-parent`` has a gap: a bwrap that is killed between taking that wish and waking its own child
    leaves the child waiting for ever. Seen once in 80 servers killed at random moments.
    """
    fcntl.fcntl(leash.number, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(leash.number, fcntl.F_SETOWN, -process)
    fcntl.fcntl(leash.number, fcntl.F_SETFL, fcntl.fcntl(leash.number, fcntl.F_GETFL) | fcntl.FASYNC)


def _start(level: str, found: runtime.Runtime, pipes: list[Pipe]) -> "subprocess.Popen[bytes]":
    payload, result, output, leash = pipes
    command = commands.build(level, found, result.number)
    user = runtime.NOBODY if command.nobody else None
    return subprocess.Popen(  # noqa: S603 - our own command line, without a shell
        command.arguments,
        stdin=payload.number,
        stdout=output.number,
        stderr=output.number,
        pass_fds=(result.number, leash.number),
        env=command.environment,
        cwd="/",
        start_new_session=True,  # Ctrl-C in a terminal is for the server alone
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )
