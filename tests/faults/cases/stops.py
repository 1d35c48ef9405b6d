"""Stop means stop: from another tab, from another process, in a race with the end (promise P10)."""

import time
from random import Random

from tests.faults.case import case
from tests.faults.outcome import Run
from tests.faults.send import Send
from tests.faults.stage import LIMIT, TWO, Stage

CALL_ENDS = 1.0  # seconds after the stop is acknowledged in which the model call is over
FROM_STOP = "the stop"


@case("stop from another tab", clock=FROM_STOP)
def from_another_tab(stage: Stage, seed: int, chance: Random) -> Run:
    return _stopped(stage, seed, chance, far=False)


@case("stop from another process", clock=FROM_STOP, configurations=(TWO,))
def from_another_process(stage: Stage, seed: int, chance: Random) -> Run:
    return _stopped(stage, seed, chance, far=True)


def _stopped(stage: Stage, seed: int, chance: Random, *, far: bool) -> Run:
    index = stage.pick(seed)
    send = Send(stage, seed, index=index, deltas=5_000, every_ms=chance.choice((1, 5, 20)))
    tab, other = send.tab(), send.tab(stage.other(index) if far else index)
    turn_id = tab.begin()
    tab.chunks(chance.randint(1, 30))
    assert other.socket is not None
    other.socket.send("stop", turn_id=turn_id)
    stopped = time.monotonic()
    ends = [other.end(), tab.end()]
    run = send.judge(stopped, limit=LIMIT)
    run.says(run.status == "stopped", f"it ended {run.status}")
    run.says({end["status"] for end in ends} == {"stopped"}, f"the tabs were told {[end['status'] for end in ends]}")
    run.says(bool(ends[0]["usage"]["output_tokens"]), "its tokens were not counted")
    call = stage.rig.model_server.wait_for_end(send.marker)
    run.says(call["ended"] == "client gone", f"the model call {call['ended']}")
    return run


@case("stop racing with the end", clock=FROM_STOP)
def racing_with_the_end(stage: Stage, seed: int, chance: Random) -> Run:
    """Whoever is first, there is one end, and every tab is told that one."""
    index = stage.pick(seed)
    deltas = chance.randint(20, 40)
    early = chance.randint(0, 15)  # words before the last one, so that either may win
    send = Send(stage, seed, index=index, deltas=deltas, every_ms=5)
    tab, other = send.tab(), send.tab(stage.other(index))
    turn_id = tab.begin()
    while tab.ended is None and tab.transcript(turn_id).count(" ") < deltas - early:
        tab.chunks(1)
    assert other.socket is not None
    other.socket.send("stop", turn_id=turn_id)
    stopped = time.monotonic()
    told = {other.end()["status"]} | ({tab.end()["status"]} if tab.ended is None else set())
    run = send.judge(stopped, limit=LIMIT)
    run.says(told == {run.status}, f"the tabs were told {sorted(told)}, the page says {run.status}")
    run.says(run.status in ("complete", "stopped"), f"it ended {run.status}")
    return run
