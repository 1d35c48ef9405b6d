"""Several jobs in one child, each in a copy of it that knows nothing of the jobs before it.

The child itself reads no job and runs no code: it has imported everything, and for each job it makes a copy of itself,
which reads the job, gives everything up, runs it and is gone. All copies write to one pipe, so that a copy may write in
the name of the next one: whoever gives the jobs has to see to it that nothing is gained by that.
"""

import json
import time
from dataclasses import replace
from types import TracebackType
from typing import Self

from strategies.sandbox.errors import Crashed, TimedOut, Unavailable
from strategies.sandbox.frames import BadFrame, Frames
from strategies.sandbox.launcher import LENGTH, Asked, Run
from strategies.sandbox.limits import Limits

WALLS = 2.0  # times the wall-clock limit of one job: what all of them may take together


class Copies(Run):
    """A child for ``count`` jobs, which imports while nobody waits. Its ``end`` has to be called, by its own thread."""

    def __init__(self, level: str, count: int) -> None:
        super().__init__(level)
        self._count = count
        self._deadline: float | None = None  # set by the first job: from then on nothing that is heard is believed
        self._feed()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """Kill it: nothing of it is left."""
        self.child.end()

    def run(self, payload: bytes, limits: Limits, cancelled: Asked | None = None) -> bytes:
        """The bytes that the next copy gives back; blocks; raises SandboxError, after which there is no next one."""
        if self._deadline is None:
            result = self.finish(payload, limits, None, cancelled).result
            self._deadline = time.monotonic() + WALLS * limits.wall
            return result
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimedOut("All runs together took too long.")
        try:
            self._begin_again(limits)
            return self.finish(payload, replace(limits, wall=left, startup=left), None, cancelled).result
        except Unavailable as error:  # an earlier copy may have said so
            raise Crashed(str(error), error.printed) from error

    def _begin_again(self, limits: Limits) -> None:
        rest = self.frames.rest
        self.heard, self.frames = type(self.heard)(), Frames(limits.result)
        try:
            self._hear(rest, None)
        except BadFrame as error:
            raise Crashed("What came out is not a result.") from error

    def _job(self, payload: bytes) -> memoryview:
        job = super()._job(payload)
        if self._deadline is not None:
            return job
        given = json.dumps({"copies": self._count}).encode()
        return memoryview(b"".join((LENGTH.pack(len(given)), given, job)))

    def _before(self, kind: bytes, body: bytes) -> None:
        if self._deadline is None:
            super()._before(kind, body)
        elif kind == b"A":
            self.heard.asked = True
        elif kind == b"S":
            self.heard.layers, self.heard.began = {}, time.monotonic()
        else:
            raise BadFrame("out of order")
