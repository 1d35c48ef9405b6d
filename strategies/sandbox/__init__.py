"""Runs hostile code: one child for one job, in a box that holds (``docs/sandbox.md``)."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from strategies.sandbox.copies import Copies
from strategies.sandbox.errors import (
    Cancelled,
    Crashed,
    Forbidden,
    SandboxError,
    SandboxOff,
    TimedOut,
    TooMuchMemory,
    TooMuchOutput,
    Unavailable,
)
from strategies.sandbox.launcher import Finished
from strategies.sandbox.levels import Level, level, name_or_refuse
from strategies.sandbox.limits import Limits
from strategies.sandbox.selftest import Report, last_report, self_test
from strategies.sandbox.spare import SPARE

_NORMAL = Limits()


def run(
    payload: bytes,
    *,
    limits: Limits = _NORMAL,
    report: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> bytes:
    """Run a job (``strategies.engine.job``) in a child and return its bytes, which may be forged. Blocks.

    ``report`` gets a share from 0 to 1 (anything but nonsense, still the child's claim); ``cancelled`` is asked every
    tenth of a second. Raises SandboxError.
    """
    return execute(payload, limits=limits, report=report, cancelled=cancelled).result


def execute(
    payload: bytes,
    *,
    limits: Limits = _NORMAL,
    report: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Finished:
    """As ``run``, together with the beginning of what the code printed."""
    return SPARE.launch(name_or_refuse(), payload, limits, report, cancelled)


def copies(count: int) -> AbstractContextManager[Copies]:
    """A child for up to ``count`` jobs, each in a process of its own. Raises SandboxError."""
    return SPARE.copies(name_or_refuse(), count)


__all__ = [
    "Cancelled",
    "Copies",
    "Crashed",
    "Finished",
    "Forbidden",
    "Level",
    "Limits",
    "Report",
    "SandboxError",
    "SandboxOff",
    "TimedOut",
    "TooMuchMemory",
    "TooMuchOutput",
    "Unavailable",
    "copies",
    "execute",
    "last_report",
    "level",
    "run",
    "self_test",
]
