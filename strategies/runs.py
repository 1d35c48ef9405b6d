"""Running code: the one way from a job to its outcome, through the sandbox; and the trial of every new version."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from strategies import contract, sandbox
from strategies.engine.bars import Bars
from strategies.engine.job import HonestyReport, InvalidOutcome, Job, Kind, Outcome, decode_outcome, encode_job
from strategies.engine.replay import InvalidActions, TradeRecord, replay
from strategies.engine.witness import MOST_QUESTIONS, witness
from strategies.honesty import as_json, finding_words
from strategies.models import StrategyVersion
from strategies.sandbox import words as sandbox_words

SAMPLE_BARS = 5_000  # enough for the longest period of a spec, and for twice its warm-up
MAX_REASON = 200
RUN_SHARE = 0.7  # of a job's progress, when a witness follows
_MEBIBYTE = 1024 * 1024
_NORMAL_BARS = 100_000  # that the normal limits are for
# a person waits for a trial, so that it may take less than a run
_TRIAL = sandbox.Limits(cpu=5, wall=15.0, result=16 * _MEBIBYTE)


# --- any job ----------------------------------------------------------------------------------------------------------


def limits_for(bars: int) -> sandbox.Limits:
    """More bars may take more time and memory, in proportion; nothing else does."""
    normal = sandbox.Limits()
    more = max(0.0, bars / _NORMAL_BARS - 1)
    cpu = normal.cpu + int(5 * more)
    return sandbox.Limits(
        memory=normal.memory + int(100 * more) * _MEBIBYTE,
        cpu=cpu,
        wall=2.0 * cpu,
        startup=normal.startup,
        result=normal.result + int(16 * more) * _MEBIBYTE,
        kept=normal.kept,
        printed=normal.printed,
    )


def run_job(
    job: Job,
    *,
    limits: sandbox.Limits | None = None,
    report: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Outcome:
    """Run the job in the sandbox and read its outcome as what may be forged. Blocks.

    Where tests are asked for and the code itself says that it passes the lookahead test, a witness is heard, whose word
    counts; without an answer to the witness there is no outcome either. Raises SandboxError where there is none,
    InvalidOutcome where its bytes are none.
    """
    limits = limits or limits_for(len(job.bars))
    payload = encode_job(job)
    if not job.tests:
        data = sandbox.run(payload, limits=limits, report=report, cancelled=cancelled)
        return replace(decode_outcome(data, len(job.bars)), lookahead=None, warmup=None)
    first, second = _share(report, 0.0, RUN_SHARE), _share(report, RUN_SHARE, 1.0)
    with sandbox.copies(MOST_QUESTIONS) as copies:  # imports while the job runs
        outcome = decode_outcome(sandbox.run(payload, limits=limits, report=first, cancelled=cancelled), len(job.bars))
        if outcome.error is not None:
            return outcome
        if outcome.lookahead is None or outcome.warmup is None:
            raise InvalidOutcome("outcome-tests", "The outcome does not say what the tests found.")
        trades = _trades(job, outcome)
        if not outcome.lookahead.passed:
            return outcome

        def ask(question: Job) -> Outcome:
            return decode_outcome(copies.run(encode_job(question), limits, cancelled), len(job.bars))

        return replace(outcome, lookahead=witness(job, outcome, trades, ask, _secret(payload), second))


def _trades(job: Job, outcome: Outcome) -> tuple[TradeRecord, ...]:
    try:
        return replay(job.bars, job.config, outcome.actions).trades
    except InvalidActions as error:
        raise InvalidOutcome(error.code, str(error)) from error


def _secret(payload: bytes) -> bytes:
    """What a witness is asked by: the same for the same job on this server, known to nobody else."""
    return salted_hmac("strategies.witness", hashlib.sha256(payload).digest(), algorithm="sha256").digest()


def _share(report: Callable[[float], None] | None, begin: float, end: float) -> Callable[[float], None] | None:
    if report is None:
        return None
    return lambda share: report(begin + (end - begin) * share)


# --- the trial of a version -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RunReport:
    """What came of a trial: ``findings`` refuse the code; ``rows`` and ``not_checked`` go into the version's report."""

    run: str  # StrategyVersion.Run
    reason: str = ""  # of not_run
    findings: tuple[contract.Finding, ...] = ()
    rows: tuple[dict[str, Any], ...] = ()
    not_checked: tuple[dict[str, str], ...] = ()

    @property
    def failed(self) -> bool:
        return bool(self.findings)


def validate_run(code: str, kind: Kind = "strategy") -> RunReport:
    """Run the code on sample bars in the sandbox, with the lookahead and warm-up tests. Blocks; never raises for code.

    Code that fails, or reads the future, is refused; a line that depends on where the data begin is reported. Where
    there is no sandbox the report says so, with reason and cure.
    """
    try:
        outcome = run_job(Job(kind, code, sample_bars()), limits=_TRIAL)
    except (sandbox.SandboxOff, sandbox.Unavailable) as error:
        return not_run(sandbox_words.ended(error))
    except sandbox.SandboxError as error:
        return _refused(contract.Finding("run", None, sandbox_words.ended(error)))
    except InvalidOutcome:
        return _refused(contract.Finding("run", None, _("What came out of the sandbox cannot be the result of a run.")))
    if outcome.error is not None:
        what = _("On the sample bars it fails: %(message)s") % {"message": outcome.error.message}
        return _refused(contract.Finding("run", outcome.error.line, what))
    if outcome.lookahead is not None and not outcome.lookahead.passed:
        return _refused(*_lookahead_findings(code, outcome.lookahead))
    return RunReport(StrategyVersion.Run.PASSED, rows=tuple(_rows(outcome)))


def not_run(reason: str) -> RunReport:
    """The code is stored, and what was not done is said with its reason."""
    checks = ("run", "lookahead", "warmup")
    return RunReport(
        StrategyVersion.Run.NOT_RUN,
        reason=reason[:MAX_REASON],
        not_checked=tuple({"check": check, "reason": reason} for check in checks),
    )


@cache
def sample_bars() -> Bars:
    """The same bars for every trial: invented, with calm and wild stretches."""
    from strategies.data import synthetic

    return synthetic.bars(synthetic.RECIPES[0], "1h").slice(0, SAMPLE_BARS)


def _refused(*findings: contract.Finding) -> RunReport:
    return RunReport(StrategyVersion.Run.NOT_RUN, findings=findings)


def _lookahead_findings(code: str, report: HonestyReport) -> list[contract.Finding]:
    """What was seen, and the lines that are likely to blame."""
    hints = contract.inspect(code).hints
    line = hints[0].line if hints else None
    seen = [contract.Finding("lookahead", line, finding_words(as_json(item))) for item in report.findings[:5]]
    return [*seen, *(contract.Finding("lookahead", hint.line, hint.what, hint.instead) for hint in hints[:5])]


def _rows(outcome: Outcome) -> list[dict[str, Any]]:
    rows = [_row("run", True, passed_words("run", str(outcome.bars)))]
    if outcome.lookahead is not None:
        rows.append(_row("lookahead", True, passed_words("lookahead", str(outcome.lookahead.cuts))))
    if outcome.warmup is not None and outcome.warmup.passed:
        rows.append(_row("warmup", True, passed_words("warmup", "")))
    elif outcome.warmup is not None:
        rows += [_row("warmup", False, finding_words(as_json(item))) for item in outcome.warmup.findings[:5]]
    return rows


def passed_words(check: str, count: str) -> str:
    """What a trial says that found nothing, in the active language; empty for a check that is no trial."""
    words = {
        "run": _("It ran on %(count)s sample bars.") % {"count": count},
        "lookahead": _("With other bars in the future nothing before them changes (%(cuts)s tries).") % {"cuts": count},
        "warmup": _("With other bars at the beginning the indicators end the same."),
    }
    return words.get(check, "")


def _row(check: str, ok: bool, message: str) -> dict[str, Any]:
    return {"check": check, "ok": ok, "line": None, "message": message}
