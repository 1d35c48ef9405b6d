"""A process that is told to go, that freezes and comes back; a clock that jumps (P4, P7; turns.md, 10 to 13)."""

import time
from contextlib import ExitStack
from functools import partial
from random import Random

from chat import failpoints
from tests.faults.case import EVERY, case
from tests.faults.outcome import Run
from tests.faults.send import Send
from tests.faults.stage import LEASE_SECONDS, LIMIT, ONE, TWO, Stage
from tests.support.clock import Clock
from tests.support.postgres import PostgresCluster
from tests.support.rig import Rig

LATE = 1.5  # seconds in which a process that was frozen could do harm once it goes on
DAY = 86_400


@case("SIGTERM in mid-stream (deploy)", clock="the server's exit", configurations=EVERY)
def deploy(stage: Stage, seed: int, chance: Random) -> Run:
    """What cannot end within the drain is interrupted; what can is complete. Nobody waits for a lease."""
    victim = stage.pick(seed)
    short = chance.random() < 0.3
    send = Send(stage, seed, index=victim, deltas=100 if short else 5_000, every_ms=10)
    tab = send.tab()
    tab.begin()
    tab.chunks(chance.randint(1, 40))
    code = stage.products[victim].terminate()
    left = time.monotonic()
    tab.drain()
    stage.start(victim)
    run = send.judge(left, stage.other(victim), limit=LIMIT)
    drains = not stage.configuration.endswith("daphne")  # daphne has no lifespan: its replies are always interrupted
    run.says(run.status == ("complete" if short and drains else "interrupted"), f"it ended {run.status}")
    run.says(code in (0, -15), f"the server left with {code}")
    return run


@case("frozen past its lease, then continued", clock="the freeze", configurations=(TWO,))
def frozen_past_its_lease(stage: Stage, seed: int, chance: Random) -> Run:
    """Another process ends the turn; the one that comes back must neither write into it nor show more of it."""
    victim = stage.pick(seed)
    send = Send(stage, seed, index=victim, deltas=20_000, every_ms=chance.choice((1, 5)))
    tab = send.tab()
    far = send.tab(stage.other(victim))
    tab.begin()
    tab.chunks(chance.randint(1, 30))
    stage.products[victim].freeze()
    frozen = time.monotonic()
    try:
        end = far.end()
    finally:
        stage.products[victim].thaw()
    run = _nothing_more(stage, send, frozen, victim)
    run.says(end["status"] == "interrupted", f"the other process said {end['status']}")
    return run


@case("frozen inside a commit past its lease, then continued", clock="the freeze", configurations=(TWO,))
def frozen_inside_a_commit(stage: Stage, seed: int, chance: Random) -> Run:
    """It holds the locks of its rows: the other process still ends the turn, and its own replies go on meanwhile."""
    victim, other = stage.pick(seed), stage.other(stage.pick(seed))
    point = chance.choice((failpoints.APPEND_COMMITTING, failpoints.END_COMMITTING))
    deltas = 20_000 if point == failpoints.APPEND_COMMITTING else chance.randint(5, 40)
    send = Send(stage, seed, index=victim, deltas=deltas, every_ms=5)
    tab, far = send.tab(), send.tab(other)
    neighbour = Send(stage, seed, index=other, deltas=200, every_ms=40)
    beside = neighbour.tab()
    beside.begin()
    tab.begin()
    stage.at(victim, point, "freeze", chance.randint(1, 30) if deltas == 20_000 else 1)
    frozen = stage.reached(victim, point)
    try:
        end = far.end()
    finally:
        stage.products[victim].thaw()
    run = _nothing_more(stage, send, frozen, victim)
    run.says(end["status"] == "interrupted", f"the other process said {end['status']}")
    beside.end()
    run.says("database" not in beside.stages(), "a reply of the healthy process had to wait")
    whole = neighbour.judge(beside.ended_at)
    run.says(whole.status == "complete" and whole.kept, f"the healthy process's reply ended {whole.status}")
    return run


def _nothing_more(stage: Stage, send: Send, frozen: float, victim: int) -> Run:
    """The rows when the other process had ended the turn, and a while after the frozen one came back."""
    before = stage.person(stage.other(victim)).messages(send.conversation)
    calls = len(stage.rig.model_server.ledger(send.marker))
    truth = send.wait_for_truth(stage.other(victim))
    for tab in send.tabs:
        if tab.ended is None:
            tab.end()  # it is told the true end, too
        tab.drain(LATE)
    run = send.judge(frozen, stage.other(victim))
    run.seconds = truth - frozen
    run.says(stage.person(victim).messages(send.conversation) == before, "it wrote after its turn had been ended")
    run.says(len(stage.rig.model_server.ledger(send.marker)) == calls, "it called the model again")
    return run.within(LIMIT)


@case("frozen and continued, alone", clock="the thaw", configurations=(ONE,))
def frozen_alone(stage: Stage, seed: int, chance: Random) -> Run:
    """A virtual machine that is paused for longer than the lease: nobody ended the turn, so it goes on."""
    send = Send(stage, seed, deltas=300, every_ms=5)
    tab = send.tab()
    tab.begin()
    tab.chunks(chance.randint(1, 30))
    stage.products[0].freeze()
    time.sleep(LEASE_SECONDS + chance.random())  # the fault itself
    stage.products[0].thaw()
    thawed = time.monotonic()
    tab.end()
    run = send.judge(thawed, limit=LIMIT)
    run.says(run.status == "complete", f"it ended {run.status}")
    return run


# --- the clock --------------------------------------------------------------------------------------------------


class ClockStage(Stage):
    """The database's clock and the processes' clocks are one that the case sets."""

    def __init__(self, rig: Rig, configuration: str) -> None:
        self._ends = ExitStack()
        self.clock = self._ends.enter_context(Clock())
        own = self._ends.enter_context(Rig(partial(PostgresCluster, environment=self.clock.environment)))
        super().__init__(own, configuration, environment=self.clock.environment)

    def close(self) -> None:
        super().close()
        self._ends.close()


def _jump(chance: Random, *, back: bool) -> float:
    """Less than a lease, some leases, an hour, a day."""
    return chance.choice((2, 3 * LEASE_SECONDS, 3_600, DAY)) * (-1 if back else 1)


@case("the clock set back in mid-stream", clock="the reply's end", stage=ClockStage)
def clock_set_back(stage: Stage, seed: int, chance: Random) -> Run:
    return _jumped(stage, seed, chance, back=True)


@case("the clock set forward in mid-stream", clock="the reply's end", stage=ClockStage)
def clock_set_forward(stage: Stage, seed: int, chance: Random) -> Run:
    """Every lease is over at once, and nobody is dead."""
    return _jumped(stage, seed, chance, back=False)


def _jumped(stage: Stage, seed: int, chance: Random, *, back: bool) -> Run:
    assert isinstance(stage, ClockStage)
    index = stage.pick(seed)
    send = Send(stage, seed, index=index, deltas=600, every_ms=5)
    tab, far = send.tab(), send.tab(stage.other(index))
    tab.begin()
    tab.chunks(chance.randint(1, 30))
    stage.clock.shift(_jump(chance, back=back))
    try:
        tab.end()
        far.end()
        run = send.judge(tab.ended_at, limit=LIMIT)
    finally:
        stage.clock.shift(0)
    run.says(run.status == "complete", f"it ended {run.status}")
    return run


@case("kill -9 after the clock was set back", clock="the death", stage=ClockStage)
def killed_after_the_clock_was_set_back(stage: Stage, seed: int, chance: Random) -> Run:
    """The dead process's lease lies in the future: it is found out all the same."""
    assert isinstance(stage, ClockStage)
    victim = stage.pick(seed)
    send = Send(stage, seed, index=victim, deltas=5_000, every_ms=5)
    tab = send.tab()
    tab.begin()
    tab.chunks(chance.randint(1, 30))
    died = stage.kill(victim)
    stage.clock.shift(_jump(chance, back=True))
    try:
        tab.drain()
        stage.start(victim)
        run = send.judge(died, stage.other(victim), limit=LIMIT)
    finally:
        stage.clock.shift(0)
    run.says(run.status == "interrupted", f"it ended {run.status}")
    return run
