"""The complete self-test: through the real launcher, a good job passes and each canary fails."""

import threading
import time
from dataclasses import dataclass

import structlog

from strategies.sandbox import levels
from strategies.sandbox.errors import SandboxError, Unavailable
from strategies.sandbox.escapes.attempts import Attempt, attempt_all
from strategies.sandbox.escapes.corpus import canaries
from strategies.sandbox.escapes.surroundings import Surroundings
from strategies.sandbox.good import check_good
from strategies.sandbox.levels import ESCAPED, Level

FRESH = 300.0  # seconds for which a report is shown again instead of made again
LATER = 10.0  # seconds after a server's start: the first requests are served first

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """What the self-test saw at a level. ``layers`` is what the child says of itself before any code runs."""

    level: Level
    good: bool
    problem: str
    layers: dict[str, object]
    canaries: tuple[Attempt, ...]
    changes: tuple[str, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether code may be run."""
        return self.level.runs and self.good and not self.escaped

    @property
    def escaped(self) -> list[str]:
        """What did not hold, in codes."""
        return [item.escape.canary for item in self.canaries if not item.contained] + list(self.changes)


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
    later = threading.Timer(LATER, _log_test)
    later.daemon = True
    later.start()


def _test() -> Report:
    begin = time.monotonic()
    level = levels.decide_again()
    if not level.runs:
        levels.keep(level)
        return Report(level, False, level.problem, {}, (), (), time.monotonic() - begin)
    try:
        layers = check_good(level.name).layers
    except SandboxError as error:
        problem = error.problem if isinstance(error, Unavailable) else error.code
        level = levels.lost(problem, str(error))
        return Report(level, False, problem, {}, (), (), time.monotonic() - begin)
    with Surroundings(alone=False) as surroundings:
        attempts = attempt_all(level.name, canaries(), surroundings, together=1)
        changes = surroundings.changes()
    report = Report(level, True, "", layers, tuple(attempts), tuple(changes), time.monotonic() - begin)
    if report.passed:
        levels.keep(level)
    else:
        levels.lost(ESCAPED, ", ".join(report.escaped))
    return report


def _log_test() -> None:
    try:
        report = self_test()
    except Exception:  # the outermost edge of a thread
        log.exception("sandbox_self_test")
        return
    say = log.info if report.passed else log.warning
    say("sandbox_self_test", passed=report.passed, level=report.level.name, escaped=report.escaped)
