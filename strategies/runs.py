"""Running code: the one way from a job to its outcome, through the sandbox; and the trial of every new version."""

from collections.abc import Callable

from strategies import sandbox
from strategies.engine.job import Job, Outcome, decode_outcome, encode_job

_MEBIBYTE = 1024 * 1024
_NORMAL_BARS = 100_000  # that the normal limits are for


def limits_for(bars: int, job_tests: bool = True) -> sandbox.Limits:
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

    Raises SandboxError where there is no outcome, InvalidOutcome where its bytes are none.
    """
    data = sandbox.run(encode_job(job), limits=limits or limits_for(len(job.bars)), report=report, cancelled=cancelled)
    return decode_outcome(data, len(job.bars))
