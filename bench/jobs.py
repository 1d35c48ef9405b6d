"""``python -m bench.jobs``: whole jobs, as a person waits for them, beside a whole process of backtesting.py.

Wall-clock milliseconds, the median of several repetitions that are made in turn. Ours hold everything: encoding, the
sandbox's child, the run, the lookahead and warm-up tests with their witness, decoding, replay and figures. The other
side has neither sandbox nor tests.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

BARS = 10_000
REPETITIONS = 9
COLUMNS = ("strategy", "what", "cold ms", "least", "warm ms", "least", "backtesting.py / ours, cold", "warm")
WITH_TESTS, WITHOUT, OTHER = "with lookahead and warm-up tests", "without tests", "backtesting.py"


def prepare(folder: Path) -> None:
    """Have Django know where its data are: nothing of a person's is touched."""
    os.environ["TRADEME_DATA_DIR"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "trademe.settings"
    import django

    django.setup()


def measure(folder: Path, repetitions: int = REPETITIONS) -> Iterator[dict[str, Any]]:
    """One row for each strategy, with tests and without; ``prepare`` comes first."""
    from bench import backtesting_py
    from bench.engine import STRATEGIES, walk

    bars = walk(BARS)
    with backtesting_py.Waiting(folder) as other:
        for name, code in STRATEGIES.items():
            ways: dict[tuple[str, str], Callable[[], float]] = {
                (WITH_TESTS, "cold"): partial(_job, code, bars, tests=True, warm=False),
                (WITH_TESTS, "warm"): partial(_job, code, bars, tests=True, warm=True),
                (WITHOUT, "cold"): partial(_job, code, bars, tests=False, warm=False),
                (WITHOUT, "warm"): partial(_job, code, bars, tests=False, warm=True),
                (OTHER, "cold"): partial(backtesting_py.whole_process, code, bars, folder),
                (OTHER, "warm"): partial(other.wall, code, bars),
            }
            taken: dict[tuple[str, str], list[float]] = {way: [] for way in ways}
            for repetition in range(repetitions + 1):
                for way, run in ways.items():
                    milliseconds = run() * 1000
                    if repetition:  # the first one finds cold disks and caches
                        taken[way].append(milliseconds)
            for what in (WITH_TESTS, WITHOUT, OTHER):
                row: dict[str, Any] = {"strategy": name, "what": what, "bars": BARS}
                for state in ("cold", "warm"):
                    row[f"{state}_ms"] = _figures(taken[what, state], taken[OTHER, state])
                yield row


def _figures(ours: list[float], theirs: list[float]) -> dict[str, Any]:
    median = statistics.median(ours)
    times = statistics.median(theirs) / median
    return {"median": round(median, 1), "least": round(min(ours), 1), "times": round(times, 2), "all": ours}


def _job(code: str, bars: Any, tests: bool, warm: bool) -> float:
    """Seconds from the bars and the code to the figures; warm: a child waits that has imported everything."""
    from strategies import sandbox
    from strategies.engine.config import RunConfig
    from strategies.engine.job import Job
    from strategies.engine.metrics import figures
    from strategies.engine.replay import replay
    from strategies.engine.witness import MOST_QUESTIONS
    from strategies.runs import run_job
    from strategies.sandbox.spare import SPARE

    level = sandbox.level()
    if not level.runs:
        raise SystemExit(f"There is no sandbox: {level.reason} {level.detail}")
    SPARE.drop()
    if warm:
        for copies in (0, MOST_QUESTIONS):
            SPARE.order(level.name, copies)
        while len(SPARE._ready) < 2:
            time.sleep(0.005)
    config = RunConfig(cash=1e9, slippage_pct=0.0, pieces=1)
    begin = time.perf_counter()
    outcome = run_job(Job("strategy", code, bars, config, tests=tests))
    figures(replay(bars, config, outcome.actions), bars, config)
    taken = time.perf_counter() - begin
    SPARE.drop()
    if outcome.error is not None or (tests and not (outcome.lookahead and outcome.lookahead.passed)):
        raise SystemExit(f"The job went wrong: {outcome.error or outcome.lookahead}")
    return taken


def cells(row: dict[str, Any]) -> tuple[str, ...]:
    """A row as a person reads it."""
    cold, warm = row["cold_ms"], row["warm_ms"]
    times = ("", "") if row["what"] == OTHER else (f"{cold['times']:.1f}", f"{warm['times']:.1f}")
    found = (f"{value:.0f}" for value in (cold["median"], cold["least"], warm["median"], warm["least"]))
    return row["strategy"], row["what"], *found, *times


def main() -> None:
    print(" | ".join(COLUMNS))
    with tempfile.TemporaryDirectory(prefix="trademe-bench-") as folder:
        prepare(Path(folder))
        for row in measure(Path(folder), *map(int, sys.argv[1:])):
            print(" | ".join(cells(row)), flush=True)


if __name__ == "__main__":
    main()
