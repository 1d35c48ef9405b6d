"""Starts one child for one job, feeds it, listens to it, and ends it: nothing of it is left when ``launch`` returns."""

import contextlib
import fcntl
import json
import os
import select
import signal
import struct
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog

from strategies.sandbox import bundle, commands, runtime
from strategies.sandbox.errors import (
    Cancelled,
    Crashed,
    Forbidden,
    SandboxError,
    TimedOut,
    TooMuchMemory,
    TooMuchOutput,
    Unavailable,
)
from strategies.sandbox.frames import BadFrame, Frames
from strategies.sandbox.limits import MEBIBYTE, Limits

TICK = 0.1  # seconds between looks at the clock and at ``cancelled``
CHUNK = 256 * 1024
_LENGTH = struct.Struct("<Q")
_SHARE = struct.Struct("<d")
_OOM_FIRST = b"1000"

log = structlog.get_logger(__name__)

Report = Callable[[float], None]
Asked = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Finished:
    """A job that ended: its bytes, the beginning of what it printed, and the layers that were around it."""

    result: bytes
    printed: str
    layers: dict[str, Any]
    seconds: float


def launch(
    level: str,
    payload: bytes,
    limits: Limits,
    report: Report | None = None,
    cancelled: Asked | None = None,
    started: Callable[[int], None] | None = None,
) -> Finished:
    """Run one job at a level ("full" or "contained"); blocks; raises SandboxError. ``started`` is told the process."""
    with contextlib.ExitStack() as stack:
        run = _Run(level, limits, stack)
        if started:
            started(run.process.pid)
        return run.finish(payload, report, cancelled)


@dataclass(slots=True)
class _Pipe:
    """The launcher's end of a pipe, or none when it is closed."""

    number: int

    def close(self) -> None:
        if self.number >= 0:
            os.close(self.number)
            self.number = -1


@dataclass(slots=True)
class _Heard:
    """What came out of the child so far."""

    asked: bool = False
    layers: dict[str, Any] | None = None
    shown: float = 0.0
    began: float | None = None
    ending: tuple[bytes, bytes] | None = None
    kept: bytearray = field(default_factory=bytearray)
    printed: int = 0

    @property
    def text(self) -> str:
        return _plain(bytes(self.kept))


class _Run:
    """One child and its three pipes."""

    def __init__(self, level: str, limits: Limits, stack: contextlib.ExitStack) -> None:
        self.limits = limits
        self.heard = _Heard()
        self.frames = Frames(limits.result)
        self.begin = time.monotonic()
        found = runtime.find()
        try:
            payload_end, self.payload = _pipe(stack)
            self.result, result_end = _pipe(stack)
            self.output, output_end = _pipe(stack)
            command = commands.build(level, found, limits, result_end.number)
            self.process = subprocess.Popen(  # noqa: S603 - our own command line, without a shell
                command.arguments,
                stdin=payload_end.number,
                stdout=output_end.number,
                stderr=output_end.number,
                pass_fds=(result_end.number,),
                env=command.environment,
                cwd="/",
                start_new_session=True,  # Ctrl-C in a terminal is for the server alone
                user=runtime.NOBODY if command.nobody else None,
                group=runtime.NOBODY if command.nobody else None,
                extra_groups=[] if command.nobody else None,
            )
        except OSError as error:
            raise Unavailable("no-start", str(error)) from error
        stack.callback(self._end)
        for end in (payload_end, result_end, output_end):
            end.close()
        for pipe in (self.payload, self.result, self.output):
            os.set_blocking(pipe.number, False)
        self._to_be_killed_first()

    def _to_be_killed_first(self) -> None:
        """When memory runs out, the kernel takes the child rather than the server."""
        with contextlib.suppress(OSError), open(f"/proc/{self.process.pid}/oom_score_adj", "wb", 0) as file:
            file.write(_OOM_FIRST)

    def _end(self) -> None:
        """Kill the child and wait until it is gone: its end of the result's pipe is the last thing that closes."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            poll = select.poll()
            poll.register(self.result.number, select.POLLIN)
            if poll.poll(100) and _read(self.result) == b"":
                return
        log.error("sandbox_child_left", process=self.process.pid)

    # --- until it ends ------------------------------------------------------------------------------------------------

    def finish(self, payload: bytes | None, report: Report | None, cancelled: Asked | None) -> Finished:
        """Feed and listen until there is a result; raises SandboxError."""
        modules = bundle.modules()
        waiting = memoryview(_LENGTH.pack(len(modules)) + modules)
        try:
            while self.heard.ending is None:
                self._check(cancelled)
                if self.heard.asked and payload is not None:
                    waiting, payload = memoryview(_LENGTH.pack(len(payload)) + payload), None
                ready = self._wait(bool(waiting))
                if self.payload.number in ready and waiting:
                    waiting = self._feed(waiting)
                if self.output.number in ready:
                    self._keep()
                if self.result.number in ready and not self._listen(report):
                    break
        except BadFrame as error:
            if error.too_long:
                raise TooMuchOutput("The result is longer than it may be.") from error
            raise Crashed("What came out is not a result.") from error
        except SandboxError as error:
            error.printed = self.heard.text
            raise
        return self._ending()

    def _check(self, cancelled: Asked | None) -> None:
        now = time.monotonic()
        if cancelled is not None and cancelled():
            raise Cancelled("The run was cancelled.")
        if self.heard.began is None:
            if now - self.begin > self.limits.startup:
                raise Unavailable("slow-start", f"not ready after {self.limits.startup:g} seconds")
        elif now - self.heard.began > self.limits.wall:
            raise TimedOut(f"The run took longer than {self.limits.wall:g} seconds.")

    def _wait(self, feeding: bool) -> set[int]:
        poll = select.poll()
        for pipe in (self.result, self.output):
            if pipe.number >= 0:
                poll.register(pipe.number, select.POLLIN)
        if feeding and self.payload.number >= 0:
            poll.register(self.payload.number, select.POLLOUT)
        return {number for number, _events in poll.poll(int(TICK * 1000))}

    def _feed(self, waiting: memoryview) -> memoryview:
        try:
            rest = waiting[os.write(self.payload.number, waiting[:MEBIBYTE]) :]
        except BlockingIOError:
            return waiting
        except BrokenPipeError:  # it died; why, the result's pipe and its status tell
            rest = memoryview(b"")
        return rest

    def _keep(self) -> None:
        data = _read(self.output)
        if data is None:
            return
        if not data:
            self.output.close()
        heard = self.heard
        heard.kept += data[: max(0, self.limits.kept - len(heard.kept))]
        heard.printed += len(data)
        if heard.printed > self.limits.printed:
            raise TooMuchOutput(f"The code printed more than {self.limits.printed} bytes.")

    def _listen(self, report: Report | None) -> bool:
        """Whether there may be more to hear."""
        data = _read(self.result)
        if data == b"":
            return False
        for kind, body in self.frames.feed(data or b""):
            if self.heard.layers is None:
                if kind == b"A":
                    self.heard.asked = True
                    continue
                if kind == b"X":
                    problem, detail = json.loads(body)
                    raise Unavailable(problem, detail)
                if kind != b"S":
                    raise BadFrame("out of order")
                self.heard.layers, self.heard.began = json.loads(body), time.monotonic()
            elif kind == b"P" and len(body) == _SHARE.size:
                (share,) = _SHARE.unpack(body)
                if report and self.heard.shown < share <= 1.0:
                    self.heard.shown = share
                    report(share)
            elif kind in (b"R", b"E"):
                self.heard.ending = kind, body
                return False
            else:
                raise BadFrame("out of order")
        return True

    # --- how it ended -------------------------------------------------------------------------------------------------

    def _ending(self) -> Finished:
        if self.heard.ending is None:
            raise self._death()
        self._drain()
        kind, body = self.heard.ending
        if kind == b"R":
            seconds = time.monotonic() - self.begin
            return Finished(body, self.heard.text, self.heard.layers or {}, seconds)
        if body == b"memory":
            raise TooMuchMemory("The code asked for more memory than it may have.", self.heard.text)
        raise Crashed(f"The job failed: {_plain(body)}", self.heard.text)

    def _drain(self) -> None:
        """What was printed before the result is in the pipe already."""
        while self.output.number >= 0:
            data = _read(self.output)
            if not data:
                return
            self.heard.kept += data[: max(0, self.limits.kept - len(self.heard.kept))]

    def _death(self) -> SandboxError:
        """The error for a child that closed its pipe without a result."""
        try:
            status = self.process.wait(5)
        except subprocess.TimeoutExpired:
            status = 0
        self._drain()
        text = self.heard.text
        if self.heard.layers is None:
            return Unavailable("no-namespaces" if "namespace" in text else "start", text[-500:] or f"status {status}")
        number = -status if status < 0 else status - 128  # bwrap hands a signal on as a shell does
        if number == signal.SIGSYS:
            return Forbidden("The code asked the system for something that no strategy needs.", text, number)
        if number == signal.SIGXCPU:
            return TimedOut(f"The code used more than {self.limits.cpu} seconds of processor time.", text)
        if number == signal.SIGKILL:
            return TooMuchMemory("The machine ran out of memory.", text)
        if 0 < number < signal.NSIG:
            return Crashed(f"The interpreter was ended by signal {number}.", text, number)
        return Crashed(f"The interpreter ended with status {status} and without a result.", text)


def _plain(data: bytes) -> str:
    """Text that terminals, databases and pages can hold."""
    text = data.decode("utf-8", errors="replace")
    return "".join(char if char.isprintable() or char in "\n\t" else "\N{REPLACEMENT CHARACTER}" for char in text)


def _pipe(stack: contextlib.ExitStack) -> tuple[_Pipe, _Pipe]:
    """A pipe's reading and writing end, closed in any case; as wide as the system allows."""
    reading, writing = map(_Pipe, os.pipe())
    stack.callback(reading.close)
    stack.callback(writing.close)
    with contextlib.suppress(OSError):
        fcntl.fcntl(writing.number, fcntl.F_SETPIPE_SZ, MEBIBYTE)
    return reading, writing


def _read(pipe: _Pipe) -> bytes | None:
    """What is there; nothing at the end; None when there is nothing yet."""
    try:
        return os.read(pipe.number, CHUNK)
    except BlockingIOError:
        return None
