"""Gives one job to one child, listens to it, and ends it: nothing of it is left when ``launch`` returns."""

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

from strategies.sandbox import bundle
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
from strategies.sandbox.process import Child

TICK = 0.1  # seconds between looks at the clock and at ``cancelled``
LENGTH = struct.Struct("<Q")
_SHARE = struct.Struct("<d")
_PREPARING = Limits()

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
    run = Run(level)
    try:
        if started:
            started(run.child.process.pid)
        return run.finish(payload, limits, report, cancelled)
    finally:
        run.child.end()


@dataclass(slots=True)
class _Heard:
    """What came out of the child so far."""

    asked: bool = False
    layers: dict[str, Any] | None = None
    shown: float = 0.0
    began: float | None = None
    ending: tuple[bytes, bytes] | None = None
    closed: bool = False
    kept: bytearray = field(default_factory=bytearray)
    printed: int = 0

    @property
    def text(self) -> str:
        return _plain(bytes(self.kept))


class Run:
    """One child and what it says."""

    def __init__(self, level: str) -> None:
        self.child = Child(level)
        self.limits = _PREPARING
        self.heard = _Heard()
        self.frames = Frames()
        self.begin = self.child.since
        modules = bundle.modules()
        self.waiting = memoryview(LENGTH.pack(len(modules)) + modules)

    def prepare(self) -> None:
        """Go on until the child asks for its job; raises SandboxError."""
        self._go_on(lambda: self.heard.asked, None, None)
        if self.heard.closed:
            raise self._death()

    def finish(self, payload: bytes, limits: Limits, report: Report | None, cancelled: Asked | None) -> Finished:
        """Feed and listen until there is a result; raises SandboxError."""
        self.limits, self.begin = limits, time.monotonic()
        self.frames.longest = limits.result
        try:
            self._go_on(lambda: self.heard.asked, report, cancelled)
            self.waiting = self._job(payload)
            self._go_on(lambda: self.heard.ending is not None, report, cancelled)
        except BadFrame as error:
            if error.too_long:
                raise TooMuchOutput("The result is longer than it may be.", self.heard.text) from error
            raise Crashed("What came out is not a result.", self.heard.text) from error
        except SandboxError as error:
            error.printed = self.heard.text
            raise
        return self._ending()

    def _job(self, payload: bytes) -> memoryview:
        given = json.dumps({"memory": self.limits.memory, "cpu": self.limits.cpu}).encode()
        return memoryview(b"".join((LENGTH.pack(len(given)), given, LENGTH.pack(len(payload)), payload)))

    # --- until it ends ------------------------------------------------------------------------------------------------

    def _go_on(self, done: Callable[[], bool], report: Report | None, cancelled: Asked | None) -> None:
        child = self.child
        while not done() and not self.heard.closed:
            self._check(cancelled)
            ready = self._wait()
            if child.payload.number in ready:
                self._feed()
            if child.output.number in ready:
                self._keep()
            if child.result.number in ready:
                self._listen(report)

    def _check(self, cancelled: Asked | None) -> None:
        now = time.monotonic()
        if cancelled is not None and cancelled():
            raise Cancelled("The run was cancelled.")
        if self.heard.began is None:
            if now - self.begin > self.limits.startup:
                raise Unavailable("slow-start", f"not ready after {self.limits.startup:g} seconds")
        elif now - self.heard.began > self.limits.wall:
            raise TimedOut(f"The run took longer than {self.limits.wall:g} seconds.")

    def _wait(self) -> set[int]:
        poll = select.poll()
        poll.register(self.child.result.number, select.POLLIN)
        if self.child.output.number >= 0:
            poll.register(self.child.output.number, select.POLLIN)
        if self.waiting:
            poll.register(self.child.payload.number, select.POLLOUT)
        return {number for number, _events in poll.poll(int(TICK * 1000))}

    def _feed(self) -> None:
        try:
            self.waiting = self.waiting[os.write(self.child.payload.number, self.waiting[:MEBIBYTE]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:  # it died; why, the result's pipe and its status tell
            self.waiting = memoryview(b"")

    def _keep(self) -> None:
        data = self.child.output.read()
        if data is None:
            return
        if not data:
            self.child.output.close()
        heard = self.heard
        heard.kept += data[: max(0, self.limits.kept - len(heard.kept))]
        heard.printed += len(data)
        if heard.printed > self.limits.printed:
            raise TooMuchOutput(f"The code printed more than {self.limits.printed} bytes.")

    def _listen(self, report: Report | None) -> None:
        data = self.child.result.read()
        if data == b"":
            self.heard.closed = True
        self._hear(data or b"", report)

    def _hear(self, data: bytes, report: Report | None) -> None:
        for kind, body in self.frames.feed(data):
            if self.heard.layers is None:
                self._before(kind, body)
            elif kind == b"P" and len(body) == _SHARE.size:
                (share,) = _SHARE.unpack(body)
                if report and self.heard.shown < share <= 1.0:
                    self.heard.shown = share
                    report(share)
            elif kind in (b"R", b"E"):
                self.heard.ending = kind, body
                return
            else:
                raise BadFrame("out of order")

    def _before(self, kind: bytes, body: bytes) -> None:
        """What the child says while it runs our own code only."""
        if kind == b"X":
            problem, detail = json.loads(body)
            raise Unavailable(problem, detail)
        if kind == b"A":
            self.heard.asked = True
        elif kind == b"S":
            self.heard.layers, self.heard.began = json.loads(body), time.monotonic()
        else:
            raise BadFrame("out of order")

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
        while self.child.output.number >= 0:
            data = self.child.output.read()
            if not data:
                return
            self.heard.kept += data[: max(0, self.limits.kept - len(self.heard.kept))]

    def _death(self) -> SandboxError:
        """The error for a child that closed its pipe without a result."""
        try:
            status = self.child.process.wait(5)
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
