"""The engine and whole jobs are measured on work that both sides really do."""

from pathlib import Path

import pytest

from bench import engine, jobs
from strategies.sandbox import levels
from strategies.sandbox.spare import SPARE
from tests.strategies.engine import oracle


@oracle.needs_oracle
def test_both_sides_make_the_same_trades(tmp_path: Path) -> None:
    rows = list(engine.measure(tmp_path, sizes=(3_000,)))
    assert [row["bars"] for row in rows] == [3_000, 3_000]
    assert all(row["trades"] > 0 and row["engine_s"] > 0 and row["backtesting_s"] > 0 for row in rows)
    assert all(len(engine.cells(row)) == len(engine.COLUMNS) for row in rows)


@pytest.mark.parametrize("warm", [False, True])
def test_a_job_is_measured_to_its_figures(warm: bool) -> None:
    if not levels.level().runs:
        pytest.skip("no sandbox here")
    assert jobs._job(engine.STRATEGIES["busy (5 and 10)"], engine.walk(600), tests=True, warm=warm) > 0
    assert not SPARE._ready


def test_a_row_is_as_wide_as_its_head() -> None:
    figures = jobs._figures([200.0, 100.0, 300.0], [400.0, 500.0, 600.0])
    assert (figures["median"], figures["least"], figures["times"]) == (200.0, 100.0, 2.5)
    row = {"strategy": "busy", "what": jobs.WITH_TESTS, "bars": 1, "cold_ms": figures, "warm_ms": figures}
    assert len(jobs.cells(row)) == len(jobs.COLUMNS)
