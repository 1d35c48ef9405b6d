"""One row of the proof: how many of how many held."""

from dataclasses import dataclass

MOST_OFF = 20  # that a row keeps


@dataclass(frozen=True, slots=True)
class Row:
    """``held`` of ``total``; ``off`` tells each that did not, ``not_run`` why nothing could be tried."""

    part: str
    what: str
    held: int
    total: int
    detail: str = ""
    off: tuple[str, ...] = ()
    not_run: str = ""

    @property
    def kept(self) -> bool:
        """Whether it is proven: what was not tried is not."""
        return not self.off and not self.not_run and 0 < self.total == self.held

    @property
    def state(self) -> str:
        return "not run" if self.not_run else "held" if self.kept else "OFF"


def not_run(part: str, what: str, why: str) -> Row:
    return Row(part, what, 0, 0, not_run=why)


def row(part: str, what: str, off: dict[str, str], total: int, detail: str = "") -> Row:
    """``off`` says by name what did not hold, in words."""
    told = tuple(f"{name}: {words}" for name, words in list(off.items())[:MOST_OFF])
    return Row(part, what, total - len(off), total, detail, told)
