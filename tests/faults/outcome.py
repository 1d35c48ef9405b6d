"""What one run of a fault did, and whether the promises held."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile


@dataclass(slots=True)
class Run:
    """One message under one fault. Characters are Unicode code points."""

    seed: int
    shown: int = 0  # characters of the reply that any tab was shown, and of the message that was acknowledged
    lost: int = 0  # of those, how many a reload does not show
    doubled: int = 0  # stored or shown characters that the model did not say, or said once and stand twice
    sends: int = 1
    calls: int = 0  # the most model calls that one send made
    seconds: float = 0.0  # until a page told the truth, see the case
    status: str = ""
    wrong: list[str] = field(default_factory=list)  # everything else that was not as promised
    late: str = ""  # the truth came, but not in time

    def says(self, holds: bool, words: str) -> None:
        """Note a promise that did not hold."""
        if not holds:
            self.wrong.append(words)

    def within(self, limit: float) -> "Run":
        """The page has that many seconds for the truth. A busy machine alone can break this, so no test asserts it."""
        if self.seconds > limit:
            self.late = f"the truth came after {self.seconds:.1f} s, later than {limit:.1f} s"
        return self

    @property
    def kept(self) -> bool:
        return not (self.lost or self.doubled or self.calls > 1 or self.wrong)


@dataclass(frozen=True, slots=True)
class Row:
    """All runs of one case on one configuration: a row of the table."""

    case: str
    configuration: str
    runs: int
    shown: int
    lost: int
    doubled: int
    calls: int
    seconds: float  # the slowest
    statuses: tuple[str, ...]
    broken: tuple[str, ...]  # "seed 7: …"
    not_run: str = ""  # why

    @property
    def kept(self) -> bool:
        return not (self.broken or self.not_run)


def row(case: str, configuration: str, runs: Sequence[Run], further: Iterable[str] = ()) -> Row:
    """``further``: what was found wrong in the whole, by ``verify_chats`` for example."""
    broken = [f"seed {run.seed}: {'; '.join(run.wrong) or run}" for run in runs if not run.kept]
    broken += [f"seed {run.seed}: {run.late}" for run in runs if run.late]
    return Row(
        case=case,
        configuration=configuration,
        runs=len(runs),
        shown=sum(run.shown for run in runs),
        lost=sum(run.lost for run in runs),
        doubled=sum(run.doubled for run in runs),
        calls=max((run.calls for run in runs), default=0),
        seconds=max((run.seconds for run in runs), default=0.0),
        statuses=tuple(sorted({run.status for run in runs if run.status})),
        broken=(*broken, *further),
    )


def not_run(case: str, configuration: str, why: str) -> Row:
    return Row(case, configuration, 0, 0, 0, 0, 0, 0.0, (), (), why)


def common(left: str, right: str) -> int:
    """How many characters both begin with."""
    if right.startswith(left):
        return len(left)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False)))
