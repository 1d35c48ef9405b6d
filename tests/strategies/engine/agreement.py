"""How far the engine and the oracle agree on the cases of given seeds."""

from collections.abc import Iterable

from tests.strategies.engine.compare import ours
from tests.strategies.engine.oracle import ask, differences, job
from tests.strategies.engine.random_cases import case

BATCHES = 2  # a process of the oracle each: its start costs seconds
BATCH = 1_000
WITH_STATISTICS = 25  # of a batch: fees and profits are in the oracle's statistics only, which take long
PARTS = ("refused", "seen", "trades", "open", "equity")


def disagreements(seeds: Iterable[int]) -> dict[int, list[str]]:
    """Seed by seed what differs: nothing, when every fill, trade, order and equity is the same."""
    cases = [case(seed) for seed in seeds]
    answers = ask(
        {**job(one.code, one.bars, one.cash, one.fee_pct), "statistics": place < WITH_STATISTICS}
        for place, one in enumerate(cases)
    )
    found: dict[int, list[str]] = {}
    for one, theirs in zip(cases, answers, strict=True):
        if "error" in theirs:
            found[one.seed] = [theirs["error"]]
            continue
        mine = ours(one)
        if theirs["trades"]:
            mine["trades"] = [trade[: len(theirs["trades"][0])] for trade in mine["trades"]]
        different = [line for part in PARTS for line in differences(mine[part], theirs[part], part)]
        if different:
            found[one.seed] = different[:10]
    return found
