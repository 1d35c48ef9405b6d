"""A fault with a name: how it is brought about, how often it is tried, and on what."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from tests.faults.outcome import Run
from tests.faults.stage import ONE, ONE_DAPHNE, TWO, TWO_DAPHNE, Stage
from tests.support.rig import Rig

BOTH = (ONE, TWO)
EVERY = (ONE, TWO, ONE_DAPHNE, TWO_DAPHNE)
KILLS = 50  # runs of each kill
OTHERS = 10  # runs of each other fault

Runner = Callable[[Stage, Sequence[int]], list[Run]]
OneRun = Callable[[Stage, int, Random], Run]
StageMaker = Callable[[Rig, str], Stage]


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    family: str
    runs: int
    configurations: tuple[str, ...]
    run: Runner
    clock: str  # from when the seconds until the truth are counted
    short: bool  # part of ``make test``, with one seed
    stage: StageMaker  # where it happens


def proxied(rig: Rig, configuration: str) -> Stage:
    """A stage whose processes reach PostgreSQL and Redis through proxies."""
    return Stage(rig, configuration, proxied=True)


_cases: dict[str, Case] = {}


def case(
    name: str,
    *,
    clock: str,
    runs: int = OTHERS,
    configurations: tuple[str, ...] = BOTH,
    short: bool = True,
    stage: StageMaker = Stage,
) -> Callable[[OneRun], OneRun]:
    """A case whose seeds are tried one after the other."""

    def register(one_run: OneRun) -> OneRun:
        def run(set_up: Stage, seeds: Sequence[int]) -> list[Run]:
            return list(_each(one_run, set_up, seeds))

        _add(Case(name, _family(one_run), runs, configurations, run, clock, short, stage))
        return one_run

    return register


def case_of_many(
    name: str,
    *,
    clock: str,
    runs: int = OTHERS,
    configurations: tuple[str, ...] = BOTH,
    short: bool = True,
    stage: StageMaker = Stage,
) -> Callable[[Runner], Runner]:
    """A case that tries several seeds under one fault: a conversation for each."""

    def register(runner: Runner) -> Runner:
        def run(set_up: Stage, seeds: Sequence[int]) -> list[Run]:
            set_up.ready()
            return runner(set_up, seeds)

        _add(Case(name, _family(runner), runs, configurations, run, clock, short, stage))
        return runner

    return register


def all_cases() -> list[Case]:
    """Every registered case, in the order of the table."""
    from tests.faults import cases

    cases.load()
    return list(_cases.values())


def _each(one_run: OneRun, stage: Stage, seeds: Sequence[int]) -> Iterator[Run]:
    for seed in seeds:
        stage.ready()
        try:
            yield one_run(stage, seed, Random(seed))
        except Exception as error:  # noqa: BLE001 - a run that broke is a row that says so, and the others go on
            yield Run(seed, wrong=[f"{type(error).__name__}: {error}"])


def _add(new: Case) -> None:
    if new.name in _cases:
        raise ValueError(f"two cases are named {new.name!r}")
    _cases[new.name] = new


def _family(function: Callable[..., object]) -> str:
    """The module's name."""
    plain = function.func if isinstance(function, partial) else function
    return str(plain.__module__).rpartition(".")[2]
