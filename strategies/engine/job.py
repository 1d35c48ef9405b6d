"""A job: code, bars and configuration as bytes into the sandbox; its outcome as bytes out of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from strategies.engine import wire
from strategies.engine.bars import COLUMNS, MAX_BARS, Bars, InvalidBars, check
from strategies.engine.config import InvalidConfig, RunConfig
from strategies.engine.execution import Executed, Program, Report, RunError, Series, compile_program, execute
from strategies.engine.lookahead import check_lookahead
from strategies.engine.outcome import (
    MAX_TAGS,
    Finding,
    HonestyReport,
    InvalidOutcome,
    Outcome,
    decode_outcome,
    encode_outcome,
)
from strategies.engine.strategy import Scalar
from strategies.engine.warmup import check_warmup

Kind = Literal["strategy", "indicator"]
RUN_SHARE = 0.6  # of a job's progress when the tests follow the run


class InvalidJob(Exception):
    """The bytes are no job that can be run; ``code`` says in what way."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """``parameters`` replace class attributes of the strategy (or go to the indicator); ``tests`` asks for honesty.

    ``stop`` is the last bar that ``next`` is called on, though ``init`` sees all of them.
    """

    kind: Kind
    code: str
    bars: Bars
    config: RunConfig = field(default_factory=RunConfig)
    parameters: Mapping[str, Scalar] = field(default_factory=dict)
    tests: bool = True
    seed: int = 1
    stop: int | None = None


def encode_job(job: Job) -> bytes:
    """The job's bytes: the same for the same job."""
    header = {
        "kind": job.kind,
        "code": job.code,
        "bars": len(job.bars),
        "config": {
            "cash": job.config.cash,
            "fee_pct": job.config.fee_pct,
            "slippage_pct": job.config.slippage_pct,
            "pieces": job.config.pieces,
        },
        "parameters": dict(job.parameters),
        "tests": job.tests,
        "seed": job.seed,
    }
    if job.stop is not None:
        header["stop"] = job.stop
    return wire.pack(header, [getattr(job.bars, name) for name in COLUMNS])


def decode_job(data: bytes) -> Job:
    """The job, its bars checked; raises InvalidJob."""
    try:
        header, body = wire.unpack(data)
        count = header["bars"]
        if type(count) is not int or not 0 <= count <= MAX_BARS:
            raise InvalidJob("job-bars", "The number of bars is out of range.")
        columns = wire.arrays(body, [("<i8" if name == "time" else "<f8", count) for name in COLUMNS])
        bars = Bars(*columns)
        check(bars)
        return Job(
            kind=_kind(header["kind"]),
            code=str(header["code"]),
            bars=bars,
            config=RunConfig(**header["config"]),
            parameters=_parameters(header["parameters"]),
            tests=bool(header["tests"]),
            seed=int(header["seed"]),
            stop=None if header.get("stop") is None else int(header["stop"]),
        )
    except (wire.InvalidFrame, InvalidBars, InvalidConfig) as error:
        raise InvalidJob(error.code, str(error)) from error
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidJob("job-fields", "A field is missing or of another type.") from error


def _kind(value: Any) -> Kind:
    if value == "strategy":
        return "strategy"
    if value == "indicator":
        return "indicator"
    raise InvalidJob("job-kind", "A job runs a strategy or an indicator.")


def _parameters(value: Any) -> dict[str, Scalar]:
    if not isinstance(value, dict):
        raise InvalidJob("job-fields", "Parameters are an object.")
    if not all(item is None or isinstance(item, str | bool | int | float) for item in value.values()):
        raise InvalidJob("job-fields", "A parameter is a number, a text, a truth or nothing.")
    return value


def run(job: Job, report: Callable[[float], None] | None = None) -> Outcome:
    """Run the job in this process: the sandbox's child does, and tests of trusted code do."""
    from strategies.engine import facade

    with facade.installed():
        program = compile_program(job.kind, job.code, job.parameters, job.seed)
        if isinstance(program, RunError):
            return Outcome(bars=len(job.bars), error=program)
        share = RUN_SHARE if job.tests else 1.0
        done = execute(program, job.bars, job.config, job.stop, report=_part(report, 0.0, share))
        lookahead, warmup = None, None
        if len({action.tag for action in done.actions}) > MAX_TAGS:
            done.error = RunError("too-many-tags", f"Orders have more than {MAX_TAGS} different tags.")
            done.actions = []
        if job.tests and done.error is None:
            lookahead, warmup = _tests(job, program, done, report)
    if report:
        report(1.0)
    return Outcome(
        bars=len(job.bars),
        actions=tuple(done.actions),
        series=done.series,
        error=done.error,
        lookahead=lookahead,
        warmup=warmup,
        first_bar=done.first_bar,
    )


def _tests(job: Job, program: Program, done: Executed, report: Report | None) -> tuple[HonestyReport, HonestyReport]:
    later = _part(report, RUN_SHARE, 0.95)
    lookahead = check_lookahead(program, job.bars, job.config, done, job.seed, later)
    return lookahead, check_warmup(program, job.bars, job.config, done, job.seed, _part(report, 0.95, 1.0))


def _part(report: Report | None, begin: float, end: float) -> Report | None:
    if report is None:
        return None
    return lambda share: report(begin + (end - begin) * share)


def serve(payload: bytes, report: Callable[[float], None]) -> bytes:
    """Decode a job, run it, encode its outcome; raises InvalidJob on bytes that are none."""
    return encode_outcome(run(decode_job(payload), report))


__all__ = [
    "Finding",
    "HonestyReport",
    "InvalidJob",
    "InvalidOutcome",
    "Job",
    "Outcome",
    "RunError",
    "Series",
    "decode_job",
    "decode_outcome",
    "encode_job",
    "encode_outcome",
    "run",
    "serve",
]
