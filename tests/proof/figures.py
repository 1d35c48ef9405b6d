"""Figures beside empyrical, SciPy and backtesting.py."""

from collections.abc import Callable, Iterator

from tests.proof.fills import NO_ORACLE
from tests.proof.row import Row, not_run
from tests.strategies.engine import figures_agreement, oracle

PART = "figures"


def rows(say: Callable[[str], None]) -> Iterator[Row]:
    """One row for each figure and library."""
    for library, compare in (
        ("empyrical and SciPy", figures_agreement.beside_empyrical),
        ("backtesting.py", figures_agreement.beside_backtesting),
    ):
        part = f"{PART} beside {library}"
        if not oracle.PYTHON.exists():
            yield not_run(part, "all", NO_ORACLE)
            continue
        for found in compare().values():
            detail = f"largest relative difference {found.largest:.1e}"
            off = (f"{found.apart} are further apart than {figures_agreement.TOLERANCE:g}",) if found.apart else ()
            yield Row(part, found.name, found.count - found.apart, found.count, detail, off)
        say(f"{part}: done")
