"""The rig's short form for ``make test``: one seed of each case, on the stages of one configuration after the other."""

from collections.abc import Iterator

import pytest
from _pytest.mark import ParameterSet

from tests.faults.case import Case, all_cases
from tests.faults.lanes import Lane
from tests.support.rig import Missing

SEED = 1


def short_cases(*configurations: str) -> list[ParameterSet]:
    """Parameters ``case`` and ``configuration``, those of one stage together, since a stage takes seconds to make."""
    chosen = [
        (configuration, case)
        for configuration in configurations
        for case in all_cases()
        if case.short and configuration in case.configurations
    ]
    order = {maker: number for number, maker in enumerate(dict.fromkeys(case.stage for _, case in chosen))}
    chosen.sort(key=lambda pair: (configurations.index(pair[0]), order[pair[1].stage]))
    return [pytest.param(case, configuration, id=f"{configuration}: {case.name}") for configuration, case in chosen]


def running_lane() -> Iterator[Lane]:
    made = Lane()
    try:
        yield made
    finally:
        made.close()


def keeps_every_promise(lane: Lane, case: Case, configuration: str) -> None:
    """Nothing lost, nothing doubled, one call, the true end; when it came is the table's to judge."""
    try:
        runs = lane.run(case, configuration, (SEED,))
    except Missing as missing:
        pytest.skip(str(missing))
    if broken := [run for run in runs if not run.kept]:
        pytest.fail("\n".join(map(str, broken)))
