"""``kill -9`` of the server at every place that matters; the dead process is started again at once (P1, P3, P5)."""

from contextlib import suppress
from random import Random

from websockets.exceptions import ConnectionClosed

from chat import failpoints
from tests.faults.case import BOTH, EVERY, KILLS, case
from tests.faults.outcome import Run
from tests.faults.send import Send, Tab
from tests.faults.stage import LIMIT, Stage

FROM_DEATH = "the death"


@case("kill -9 before the acknowledgement", clock=FROM_DEATH, runs=KILLS, configurations=BOTH)
def before_the_acknowledgement(stage: Stage, seed: int, chance: Random) -> Run:
    """The page sends its message again when it has reconnected, with the same request_id."""
    victim = stage.pick(seed)
    send = Send(stage, seed, index=victim, deltas=chance.randint(1, 40), every_ms=2)
    tab = send.tab()
    stage.at(victim, chance.choice((failpoints.START_COMMITTING, failpoints.STARTED)), "kill")
    tab.ask()
    died = stage.died(victim)
    tab.drain()
    run = _sent_again(stage, send, tab, victim, died)
    run.says(run.status in ("complete", "interrupted"), f"it ended {run.status}")
    return run


def _sent_again(stage: Stage, send: Send, tab: Tab, victim: int, died: float) -> Run:
    """Whatever was stored, the same request gives one turn, and its true end."""
    stage.start(victim)
    tab.person = stage.person(stage.other(victim))
    tab.open()
    ended = send.send_again(tab)
    run = send.judge(died, stage.other(victim))
    run.says(run.status == ended["status"], f"the socket said {ended['status']}, the page {run.status}")
    if run.status == "complete":
        run.seconds = 0.0  # nothing had been stored and the reply took its own time: there was no untruth to mend
    return run.within(LIMIT)


@case("kill -9 between acknowledgement and model call", clock=FROM_DEATH, runs=KILLS, configurations=BOTH)
def before_the_call(stage: Stage, seed: int, chance: Random) -> Run:
    victim = stage.pick(seed)
    send = Send(stage, seed, index=victim)
    tab = send.tab()
    point = chance.choice((failpoints.CALL_OPENING, failpoints.CALL_OPENED))
    stage.at(victim, point, "hold")
    tab.begin()
    stage.reached(victim, point)
    died = stage.kill(victim)
    tab.drain()
    stage.start(victim)
    run = send.judge(died, stage.other(victim), limit=LIMIT)
    run.says(run.status == "interrupted", f"it ended {run.status}")
    return run


@case("kill -9 at a random chunk", clock=FROM_DEATH, runs=KILLS, configurations=EVERY)
def at_a_random_chunk(stage: Stage, seed: int, chance: Random) -> Run:
    """Slow and fast replies; a second tab at another process and a page loaded in between are compared as well."""
    victim = stage.pick(seed)
    every = chance.choice((0, 1, 5, 20))
    most = 30 if every else 4  # a flood comes in few large chunks
    send = Send(stage, seed, index=victim, deltas=2_000 if every else 200_000, every_ms=every)
    tab = send.tab()
    further = send.tab(stage.other(victim)) if chance.random() < 0.5 else None
    tab.begin()
    tab.chunks(chance.randint(1, most))
    if every and chance.random() < 0.5:
        send.sample(stage.other(victim))
    tab.chunks(chance.randint(1, most))
    died = stage.kill(victim)
    tab.drain()
    stage.start(victim)
    if further is not None and stage.other(victim) != victim:
        further.end()
    run = send.judge(died, stage.other(victim), limit=LIMIT)
    run.says(run.status == "interrupted", f"it ended {run.status}")
    return run


@case("kill -9 in a commit of reply text", clock=FROM_DEATH, runs=KILLS, configurations=BOTH)
def in_an_append(stage: Stage, seed: int, chance: Random) -> Run:
    """Inside the transaction, or between its commit and the sockets."""
    return _killed_at(
        stage,
        seed,
        chance.choice((failpoints.APPEND_COMMITTING, failpoints.APPENDED)),
        chance.randint(1, 60),
        {"interrupted"},
    )


@case("kill -9 between the last chunk and the completing commit", clock=FROM_DEATH, runs=KILLS, configurations=BOTH)
def before_the_end(stage: Stage, seed: int, chance: Random) -> Run:
    return _killed_at(stage, seed, failpoints.ENDING, 1, {"interrupted"}, chance.randint(1, 60))


@case("kill -9 inside the completing commit", clock=FROM_DEATH, runs=KILLS, configurations=BOTH)
def in_the_end(stage: Stage, seed: int, chance: Random) -> Run:
    return _killed_at(stage, seed, failpoints.END_COMMITTING, 1, {"interrupted"}, chance.randint(1, 60))


@case("kill -9 just after the completing commit", clock=FROM_DEATH, runs=KILLS, configurations=BOTH)
def after_the_end(stage: Stage, seed: int, chance: Random) -> Run:
    return _killed_at(stage, seed, failpoints.ENDED, 1, {"complete"}, chance.randint(1, 60))


def _killed_at(stage: Stage, seed: int, point: str, passes: int, statuses: set[str], deltas: int = 2_000) -> Run:
    victim = stage.pick(seed)
    send = Send(stage, seed, index=victim, deltas=deltas, every_ms=2)
    tab = send.tab()
    stage.at(victim, point, "kill", passes)
    with suppress(ConnectionClosed):  # on a busy machine it is dead before its acknowledgement was read
        tab.begin()
    died = stage.died(victim)
    tab.drain()
    stage.start(victim)
    run = send.judge(died, stage.other(victim), limit=LIMIT)
    run.says(run.status in statuses, f"it ended {run.status}")
    return run
