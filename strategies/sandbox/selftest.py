"""The complete self-test: through the real launcher, a good job passes and each canary fails."""

import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

import structlog
from django.conf import settings

from strategies.sandbox import levels
from strategies.sandbox.errors import SandboxError, Unavailable
from strategies.sandbox.good import check_good
from strategies.sandbox.levels import ESCAPED, Level
from strategies.sandbox.runtime import PRODUCT

FRESH = 300.0  # seconds for which a report is shown again instead of made again
SECONDS = 120.0  # that the canaries may take

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Canary:
    """One thing that has to fail: ``end`` says how it did."""

    name: str
    end: str
    contained: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What the self-test saw at a level. ``layers`` is what the child says of itself before any code runs."""

    level: Level
    layers: dict[str, object]
    canaries: tuple[Canary, ...]
    changes: tuple[str, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether code may be run."""
        return self.level.runs

    @property
    def escaped(self) -> list[str]:
        """What did not hold, in codes."""
        return [item.name for item in self.canaries if not item.contained] + list(self.changes)


class _Last:
    """The newest report of this process."""

    lock = threading.Lock()
    report: Report | None = None
    at = 0.0


def self_test(again: bool = True) -> Report:
    """Test this process's level, which is lost when something is not held. ``again=False`` takes a fresh report."""
    with _Last.lock:
        if _Last.report is None or again or time.monotonic() - _Last.at > FRESH:
            _Last.report, _Last.at = _test(), time.monotonic()
        return _Last.report


def last_report() -> Report | None:
    """The newest report of this process; never starts a child."""
    return _Last.report


def start() -> None:
    """Called once when a server starts: finds out the level, then runs the canaries; nobody waits for either."""
    threading.Thread(target=levels.level, name="sandbox-level", daemon=True).start()
    later = threading.Timer(settings.CONFIG.sandbox_test_seconds, _log_test)  # the first requests are served first
    later.daemon = True
    later.start()


def _test() -> Report:
    begin = time.monotonic()
    layers: dict[str, object] = {}
    canaries: list[Canary] = []
    changes: list[str] = []
    level = levels.decide_again()
    try:
        if level.runs:
            layers = check_good(level.name).layers
            canaries, changes = _canaries(level.name)
    except SandboxError as error:
        problem = error.problem if isinstance(error, Unavailable) else error.code
        level = levels.off(problem, str(error))
    loose = [item.name for item in canaries if not item.contained] + changes
    if loose:
        level = levels.off(ESCAPED, ", ".join(loose))
    levels.keep(level)
    return Report(level, layers, tuple(canaries), tuple(changes), time.monotonic() - begin)


def _canaries(level: str) -> tuple[list[Canary], list[str]]:
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "strategies.sandbox", level],
            cwd=PRODUCT,
            capture_output=True,
            check=True,
            timeout=SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", b"") or b""
        raise Unavailable("no-self-test", f"{error} {said.decode(errors='replace')[-300:]}") from error
    found = json.loads(done.stdout)
    return [Canary(*item) for item in found["canaries"]], found["changes"]


def _log_test() -> None:
    try:
        report = self_test()
    except Exception:  # the outermost edge of a thread
        log.exception("sandbox_self_test")
        return
    say = log.info if report.passed else log.warning
    say("sandbox_self_test", passed=report.passed, runs_at=report.level.name, escaped=report.escaped)
