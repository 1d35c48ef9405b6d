"""Redis is only the doorbell: killed, restarted, forgetful or deaf, it delays a screen and breaks nothing (P9)."""

from collections.abc import Callable
from random import Random

from tests.faults.case import case, proxied
from tests.faults.outcome import Run
from tests.faults.send import Send
from tests.faults.stage import TWO, Stage
from tests.support.redis import deafen

FROM_END = "the reply's end at its own process, until a tab at the other one was told"
DELAY = 2.0  # seconds by which a screen may be later: a poll each second, and its reading


@case("Redis killed in mid-stream, started again later", clock=FROM_END, configurations=(TWO,))
def killed(stage: Stage, seed: int, chance: Random) -> Run:
    try:
        return _followed(stage, seed, chance, stage.rig.redis.kill9)
    finally:
        stage.rig.redis.start()


@case("Redis restarted in mid-stream", clock=FROM_END, configurations=(TWO,))
def restarted(stage: Stage, seed: int, chance: Random) -> Run:
    def restart() -> None:
        stage.rig.redis.kill9()
        stage.rig.redis.start()

    return _followed(stage, seed, chance, restart)


@case("Redis flushed in mid-stream", clock=FROM_END, configurations=(TWO,))
def flushed(stage: Stage, seed: int, chance: Random) -> Run:
    return _followed(stage, seed, chance, stage.rig.redis.flush)


@case("a channel layer that loses every message", clock=FROM_END, configurations=(TWO,), stage=proxied)
def deaf(stage: Stage, seed: int, chance: Random) -> Run:
    for proxy in stage.redis_proxies:
        deafen(proxy)
    return _followed(stage, seed, chance, lambda: None)


@case("Redis frozen in mid-stream", clock=FROM_END, configurations=(TWO,))
def frozen(stage: Stage, seed: int, chance: Random) -> Run:
    """It accepts everything and answers nothing."""
    try:
        return _followed(stage, seed, chance, stage.rig.redis.freeze)
    finally:
        stage.rig.redis.thaw()


def _followed(stage: Stage, seed: int, chance: Random, interfere: Callable[[], object]) -> Run:
    """A tab at the other process follows to the end, from before the message or from its middle."""
    index = stage.pick(seed)
    send = Send(stage, seed, index=index, deltas=chance.randint(50, 400), every_ms=5)
    tab = send.tab()
    early = send.tab(stage.other(index)) if chance.random() < 0.5 else None
    tab.begin()
    tab.chunks(chance.randint(1, 20))
    interfere()
    far = early or send.tab(stage.other(index))
    tab.end()
    far.end()
    run = send.judge(tab.ended_at, stage.other(index))
    run.seconds = max(0.0, far.ended_at - tab.ended_at)
    run.says(run.status == "complete", f"it ended {run.status}")
    return run.within(DELAY)
