"""Fills: random orders of every type, and whole strategy files, in the engine and under backtesting.py."""

from collections import Counter
from collections.abc import Callable, Iterator

from tests.proof.row import Row, not_run, row
from tests.strategies.engine import oracle, same_file
from tests.strategies.engine.agreement import disagreements
from tests.strategies.engine.random_cases import FEATURES, case

PART = "engine beside backtesting.py"
BATCH = 250
NO_ORACLE = "there is no .venv-oracle: scripts/install.sh oracle"


def rows(cases: int, say: Callable[[str], None]) -> Iterator[Row]:
    """All cases, those with each type of order, and the strategy files."""
    if not oracle.PYTHON.exists():
        yield not_run(PART, "random cases", NO_ORACLE)
        yield not_run(PART, "strategy files", NO_ORACLE)
        return
    differing: dict[int, list[str]] = {}
    for begin in range(0, cases, BATCH):
        end = min(begin + BATCH, cases)
        differing |= disagreements(range(begin, end))
        say(f"{PART}: {end:,} cases, {len(differing)} differ")
    off = {f"seed {seed}": "; ".join(lines) for seed, lines in differing.items()}
    yield row(PART, "random cases", off, cases, "fills, trades, equity and all that the code sees, at every bar")
    yield from _by_type(cases, set(differing))
    for what, codes in (
        ("files that the built-in strategist wrote", same_file.composed()),
        ("files written by hand", same_file.by_hand()),
    ):
        found = same_file.compare(codes)
        yield row(PART, what, found.differing, len(codes), f"{found.trades:,} trades, equity at every bar")


def _by_type(cases: int, differing: set[int]) -> Iterator[Row]:
    total, held = Counter[str](), Counter[str]()
    for seed in range(cases):
        features = case(seed).features
        total.update(features)
        if seed not in differing:
            held.update(features)
    for feature in FEATURES:
        yield Row(PART, f"of these, with: {WORDS[feature]}", held[feature], total[feature])


WORDS = {
    "buy": "buying",
    "sell": "selling, short too",
    "market": "market orders",
    "limit": "limit orders",
    "stop": "stop orders",
    "stop-limit": "stop-limit orders",
    "fraction": "a size as a fraction of equity",
    "units": "a size in units",
    "stop-loss": "entries with a stop-loss",
    "take-profit": "entries with a target",
    "close": "closing the position, or a part of it",
    "part": "closing a trade, or a part of it",
    "sl": "stops set, moved or taken off",
    "tp": "targets set, moved or taken off",
    "cancel": "orders cancelled",
    "gaps": "gaps between bars",
}
