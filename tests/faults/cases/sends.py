"""The same message more than once, two messages at once: one send, one turn, one model call (promise P5)."""

import uuid
from random import Random

from tests.faults.case import case
from tests.faults.outcome import Run
from tests.faults.send import Send, Tab, refused
from tests.faults.stage import LIMIT, TWO, Stage


@case("double click", clock="the second click")
def double_click(stage: Stage, seed: int, chance: Random) -> Run:
    """The same frame twice, at once or while its reply runs."""
    send = Send(stage, seed, index=stage.pick(seed), deltas=chance.randint(1, 60), every_ms=2)
    tab = send.tab()
    tab.ask()
    if chance.random() < 0.5:
        assert tab.socket is not None
        tab.socket.expect("ai_chat_start", request_id=send.request_id)
    tab.ask()
    return _complete(send, tab, stage)


@case("the same message from two tabs at once", clock="the reply's end")
def two_tabs_of_one_message(stage: Stage, seed: int, chance: Random) -> Run:
    """Both with one request_id: the second tab is at the other process where there is one."""
    first = stage.pick(seed)
    send = Send(stage, seed, index=first, deltas=chance.randint(1, 60), every_ms=2)
    tabs = [send.tab(first), send.tab(stage.other(first))]
    for tab in chance.sample(tabs, 2):
        tab.ask()
    tabs[1].end()
    return _complete(send, tabs[0], stage)


@case("two messages from two tabs at once", clock="the second reply's end")
def two_messages_at_once(stage: Stage, seed: int, chance: Random) -> Run:
    """One is accepted; the other is refused as busy, kept, and sent again when that reply has ended."""
    first = stage.pick(seed)
    sends = [Send(stage, seed, index=first, deltas=chance.randint(5, 60), every_ms=2)]
    sends.append(Send(stage, seed, index=stage.other(first), deltas=5, every_ms=2, conversation=sends[0].conversation))
    tabs = [send.tab() for send in sends]
    for tab in chance.sample(tabs, 2):
        tab.ask()
    codes = [refused(tab, send.request_id) for tab, send in zip(tabs, sends, strict=True)]
    for tab, send, code in zip(tabs, sends, codes, strict=True):
        tab.end()
        if code:
            send.send_again(tab)
    run = _judged(sends[0], tabs[0], stage)
    later = _judged(sends[1], tabs[1], stage)
    run.says(sorted(codes) in (["", "busy"], ["", ""]), f"the answers were {codes}")
    run.sends = 2
    run.shown, run.lost, run.doubled = run.shown + later.shown, run.lost + later.lost, run.doubled + later.doubled
    run.calls, run.wrong = max(run.calls, later.calls), run.wrong + later.wrong
    return run


@case("the same request_id again after a restart", clock="the second send")
def again_after_a_restart(stage: Stage, seed: int, chance: Random) -> Run:
    """The process is killed after the reply, or in it; the page sends what it has no answer for again."""
    index = stage.pick(seed)
    whole = chance.random() < 0.5
    send = Send(stage, seed, index=index, deltas=10 if whole else 2_000, every_ms=2)
    tab = send.tab()
    tab.begin()
    if whole:
        tab.end()
    else:
        tab.chunks(chance.randint(1, 40))
    stage.kill(index)
    tab.drain()
    stage.start(index)
    tab.open()
    ended = send.send_again(tab)
    run = _judged(send, tab, stage)
    run.says(ended["status"] == run.status == ("complete" if whole else "interrupted"), f"it ended {run.status}")
    _other_fields_are_refused(run, tab)
    return run


@case("the same request_id from another process", clock="the second send", configurations=(TWO,))
def again_from_another_process(stage: Stage, seed: int, chance: Random) -> Run:
    """Before, in and after the reply."""
    first = stage.pick(seed)
    send = Send(stage, seed, index=first, deltas=chance.randint(1, 80), every_ms=2)
    near, far = send.tab(first), send.tab(stage.other(first))
    near.ask()
    moment = chance.choice(("at once", "in the reply", "afterwards"))
    if moment == "in the reply":
        near.chunks(1)
    elif moment == "afterwards":
        near.end()
    send.send_again(far)
    return _complete(send, near, stage)


def _complete(send: Send, tab: Tab, stage: Stage) -> Run:
    if tab.ended is None:
        tab.end()
    run = _judged(send, tab, stage)
    run.says(run.status == "complete", f"it ended {run.status}")
    return run


def _judged(send: Send, tab: Tab, stage: Stage) -> Run:
    return send.judge(tab.ended_at, limit=LIMIT)


def _other_fields_are_refused(run: Run, tab: Tab) -> None:
    """The request_id belongs to its message for ever."""
    tab.open()
    assert tab.socket is not None
    tab.socket.send("ai_chat", request_id=tab.send.request_id, content=f"something else {uuid.uuid4()}")
    code = refused(tab, tab.send.request_id)
    run.says(code == "request_id_reused", f"other fields were answered with {code or 'a start'}")
    tab.close()
