"""Which level this process runs code at: decided once by trying it, never lowered in silence."""

import threading
import time
from dataclasses import dataclass

import structlog
from django.conf import settings

from strategies.sandbox import words
from strategies.sandbox.commands import CONTAINED, FULL
from strategies.sandbox.errors import SandboxError, SandboxOff, Unavailable
from strategies.sandbox.good import check_good

OFF = "off"
ESCAPED = "escaped"  # only a self-test that passes ends this problem
AGAIN = 60.0  # seconds after which a sandbox that could not be had is tried again

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Level:
    """``problem`` is the code of what keeps it from ``full``; empty at ``full``, and at ``contained`` by wish."""

    name: str
    problem: str = ""
    detail: str = ""

    @property
    def runs(self) -> bool:
        return self.name != OFF

    @property
    def reason(self) -> str:
        """Why it is not full, in the language of the moment; empty when there is nothing to say."""
        return words.reason(self.problem) if self.problem else ""

    @property
    def cure(self) -> str:
        return words.cure(self.problem) if self.problem else ""


class _Found:
    """What this process found out."""

    lock = threading.Lock()
    level: Level | None = None
    at = 0.0


def level() -> Level:
    """The level of this process; the first call tries it, which takes a child's time."""
    with _Found.lock:
        found = _Found.level
        if found is None or (not found.runs and found.problem != ESCAPED and time.monotonic() - _Found.at > AGAIN):
            found = decide_again()
            keep(found)
        return found


def known() -> Level | None:
    """The level, when it has been found out: never starts a child."""
    return _Found.level


def keep(decided: Level) -> None:
    """Run code at this level from now on."""
    if decided != _Found.level:
        say = log.info if decided.name == FULL else log.warning
        say("sandbox", runs_at=decided.name, problem=decided.problem, detail=decided.detail)
    _Found.level, _Found.at = decided, time.monotonic()


def off(problem: str, detail: str) -> Level:
    """The level at which no code is run."""
    return Level(OFF, problem, detail)


def decide_again() -> Level:
    """The level by the settings, tried anew."""
    return decide(settings.CONFIG.sandbox, settings.CONFIG.is_loopback_only)


def decide(setting: str, loopback: bool) -> Level:
    """The level for a setting: ``auto`` falls back to ``contained`` only where nobody but this machine connects."""
    if setting == OFF:
        return Level(OFF, "set-off")
    if setting == CONTAINED:
        missing = _try(CONTAINED)
        return Level(OFF, missing.problem, missing.detail) if missing else Level(CONTAINED)
    missing = _try(FULL)
    if missing is None:
        return Level(FULL)
    if setting == "auto" and loopback and _try(CONTAINED) is None:
        return Level(CONTAINED, missing.problem, missing.detail)
    return Level(OFF, missing.problem, missing.detail)


def _try(name: str) -> Unavailable | None:
    try:
        check_good(name)
    except Unavailable as problem:
        return problem
    except SandboxError as error:
        return Unavailable("start", f"{error.code}: {error}")
    return None


def name_or_refuse() -> str:
    """The level's name; raises SandboxOff."""
    current = level()
    if not current.runs:
        raise SandboxOff(current.reason, current.cure)
    return current.name
