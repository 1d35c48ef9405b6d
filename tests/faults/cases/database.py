"""The database goes and comes back, refuses, loses an answer, is locked, has no room (P3; turns.md, 4 and 5)."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from random import Random
from typing import Any

from chat import failpoints
from tests.faults.case import KILLS, case, case_of_many, proxied
from tests.faults.outcome import Run
from tests.faults.send import Send, Tab, end_all
from tests.faults.stage import DEADLINE, LIMIT, ONE, TWO, Stage
from tests.support.disk import MIB, SmallDisk
from tests.support.postgres import PostgresCluster
from tests.support.product import Product
from tests.support.rig import Rig
from tests.support.socket_client import Refused

FROM_RETURN = "the database's return"
ASK_AGAIN = 0.3  # seconds after a refusal, as the page's outbox waits


# --- PostgreSQL stopped: before the send, in mid-stream, at the completing commit ----------------------------------


def _before_the_send(stage: Stage, seeds: Sequence[int], seconds: float) -> list[Run]:
    """Sent into the outage: refused or kept waiting, then sent again with the same request_id as the outbox does."""
    sends = [Send(stage, seed, index=stage.pick(seed), deltas=20, every_ms=2) for seed in seeds]
    tabs = [send.tab() for send in sends]
    with _postgres_stopped(stage, seconds, before_return=lambda: [tab.ask() for tab in tabs]) as back:
        pass
    with ThreadPoolExecutor(max_workers=len(tabs)) as readers:
        list(readers.map(_insist, tabs))
    return _complete(sends, back)


def _insist(tab: Tab) -> None:
    """Send the message until it is accepted; the reply's end."""
    while True:
        try:
            tab.end()
            return
        except Refused as refusal:
            if refusal.code != "database_unavailable":
                raise
        time.sleep(ASK_AGAIN)
        tab.ask()


def _in_mid_stream(stage: Stage, seeds: Sequence[int], seconds: float) -> list[Run]:
    """Replies that end in the outage and replies that outlast it."""
    sends = [
        Send(
            stage,
            seed,
            index=stage.pick(seed),
            deltas=int((2 + seconds * Random(seed).random() * 1.5) * 50),
            every_ms=20,
        )
        for seed in seeds
    ]
    tabs = [send.tab() for send in sends]
    for tab in tabs:
        tab.begin()
    for tab, seed in zip(tabs, seeds, strict=True):
        tab.chunks(Random(seed).randint(1, 10))
    with ThreadPoolExecutor(max_workers=len(tabs)) as readers:  # tabs read all the time, as pages do
        told = [readers.submit(tab.end, seconds + DEADLINE) for tab in tabs]
        with _postgres_stopped(stage, seconds) as back:
            pass
    for each in told:
        each.result()
    runs = _complete(sends, back)
    for run, tab in zip(runs, tabs, strict=True):
        run.says("database" in tab.stages(), "the page did not say that it waits for the database")
    return runs


def _at_the_end(stage: Stage, seeds: Sequence[int], seconds: float) -> list[Run]:
    """Every reply has said its last word when the database goes, and is completed when it is back."""
    for index in range(len(stage.products)):
        stage.at(index, failpoints.ENDING, "hold")
    sends = [
        Send(stage, seed, index=stage.pick(seed), deltas=Random(seed).randint(1, 40), every_ms=2) for seed in seeds
    ]
    tabs = [send.tab() for send in sends]
    for tab in tabs:
        turn_id = tab.begin()
        while tab.transcript(turn_id) != tab.send.expected:
            tab.chunks(1)

    def release() -> None:
        for index in range(len(stage.products)):
            stage.release(index, failpoints.ENDING)

    with _postgres_stopped(stage, seconds, before_return=release) as back:
        pass
    end_all(tabs)
    return _complete(sends, back)


@contextmanager
def _postgres_stopped(
    stage: Stage, seconds: float, *, before_return: Callable[[], object] | None = None
) -> Iterator[list[float]]:
    """Stopped for that long; the list holds the monotonic time of the return afterwards."""
    back: list[float] = []
    stage.rig.postgres.stop()
    try:
        if before_return is not None:
            before_return()
        yield back
        time.sleep(seconds)  # the fault itself
    finally:
        stage.rig.postgres.start()
        back.append(time.monotonic())


def _complete(sends: Sequence[Send], back: list[float]) -> list[Run]:
    """Everybody's reply is whole. Seconds count from the return, or from the model's last word if that is later."""
    runs = []
    for send in sends:
        last = max(tab.ended_at for tab in send.tabs)
        run = send.judge(back[0])
        said = stage_end(send)
        run.seconds = max(0.0, last - max(back[0], said))
        run.says(run.status == "complete", f"it ended {run.status}")
        runs.append(run.within(LIMIT))
    return runs


def stage_end(send: Send) -> float:
    """When the model had said its last word, on this machine's monotonic clock."""
    [*_, call] = send.stage.rig.model_server.ledger(send.marker)
    return float(call["started"]) + float(call["ended_after"] or 0.0) - time.time() + time.monotonic()


def _register_outages() -> None:
    phases = {
        "before the send": _before_the_send,
        "in mid-stream": _in_mid_stream,
        "at the completing commit": _at_the_end,
    }
    for words, phase in phases.items():
        for seconds in (1, 10, 60):
            case_of_many(
                f"PostgreSQL stopped {words}, back after {seconds} s",
                clock=FROM_RETURN,
                configurations=(TWO,),
                short=seconds == 1,
            )(partial(phase, seconds=seconds))


_register_outages()


@case("PostgreSQL crashes in mid-stream", clock="the reply's end", configurations=(TWO,))
def postgres_crashes(stage: Stage, seed: int, chance: Random) -> Run:
    """No goodbye to its clients, and a recovery from its log at the start."""

    def crash() -> None:
        stage.rig.postgres.stop(immediate=True)
        stage.rig.postgres.start()

    return _interfered(stage, seed, chance, crash)


@case("PostgreSQL ends all sessions in mid-stream", clock="the reply's end", configurations=(TWO,))
def sessions_ended(stage: Stage, seed: int, chance: Random) -> Run:
    return _interfered(stage, seed, chance, lambda: stage.rig.postgres.end_sessions())


@case("PostgreSQL refuses connections by its limit", clock="the reply's end", configurations=(TWO,))
def too_many_connections(stage: Stage, seed: int, chance: Random) -> Run:
    """All sessions are lost, and for a while none is given."""

    def limit() -> None:
        stage.rig.postgres.limit_connections(0)
        try:
            time.sleep(1 + chance.random())  # the fault itself
        finally:
            stage.rig.postgres.limit_connections()

    return _interfered(stage, seed, chance, limit)


def _interfered(stage: Stage, seed: int, chance: Random, interfere: Callable[[], object]) -> Run:
    """Something happens in mid-stream, and the reply is whole all the same, in a tab elsewhere as well."""
    index = stage.pick(seed)
    send = Send(stage, seed, index=index, deltas=chance.randint(100, 500), every_ms=5)
    tab, far = send.tab(), send.tab(stage.other(index))
    tab.begin()
    tab.chunks(chance.randint(1, 30))
    interfere()
    tab.end()
    far.end()
    return _whole(send, tab)


def _whole(send: Send, tab: Tab) -> Run:
    run = send.judge(tab.ended_at, limit=LIMIT)
    run.says(run.status == "complete", f"it ended {run.status}")
    return run


# --- an answer that never came ------------------------------------------------------------------------------------

_COMMITS = {
    "storing the message": failpoints.START_COMMITTING,
    "a commit of reply text": failpoints.APPEND_COMMITTING,
    "the completing commit": failpoints.END_COMMITTING,
}


def _answer_lost(stage: Stage, seed: int, chance: Random, point: str) -> Run:
    """PostgreSQL has committed and the connection breaks before it can say so: the write is tried again, and is one."""
    index = stage.pick(seed)
    send = Send(stage, seed, index=index, deltas=chance.randint(100, 300), every_ms=5)
    tab = send.tab()
    stage.at(index, point, "hold", chance.randint(1, 4) if point == failpoints.APPEND_COMMITTING else 1)
    tab.ask()
    stage.reached(index, point)
    trap = stage.database_proxies[index].cut_after(b"COMMIT")
    stage.release(index, point)
    trap.wait(DEADLINE)
    tab.end()
    return _whole(send, tab)


def _register_lost_answers() -> None:
    for words, point in _COMMITS.items():
        case(f"the answer to {words} is lost", clock="the reply's end", configurations=(TWO,), stage=proxied)(
            partial(_answer_lost, point=point)
        )


_register_lost_answers()


@case("the network to PostgreSQL freezes in mid-stream", clock="the thaw", configurations=(TWO,), stage=proxied)
def network_to_postgres_freezes(stage: Stage, seed: int, chance: Random) -> Run:
    """Connections stand and nothing arrives: shorter than the lease the reply goes on, and nobody is blamed."""
    index = stage.pick(seed)
    send = Send(stage, seed, index=index, deltas=chance.randint(50, 400), every_ms=5)
    tab = send.tab()
    tab.begin()
    tab.chunks(chance.randint(1, 20))
    proxy = stage.database_proxies[index]
    proxy.freeze()
    try:
        time.sleep(0.5 + 2 * chance.random())  # the fault itself
    finally:
        proxy.thaw()
    thawed = time.monotonic()
    tab.end()
    run = send.judge(max(thawed, tab.ended_at), limit=LIMIT)
    run.says(run.status == "complete", f"it ended {run.status}")
    return run


# --- the process dies while the database is away -------------------------------------------------------------------


@case("kill -9 while the database is away", clock=FROM_RETURN, runs=KILLS)
def killed_while_it_is_away(stage: Stage, seed: int, chance: Random) -> Run:
    """What waits in memory dies with the process: nobody was shown it."""
    victim = stage.pick(seed)
    send = Send(stage, seed, index=victim, deltas=5_000, every_ms=chance.choice((1, 5, 20)))
    tab = send.tab()
    tab.begin()
    tab.chunks(chance.randint(1, 20))
    with _away(stage):
        tab.until_stage("database")
        stage.kill(victim)
        tab.drain()
    back = time.monotonic()
    stage.start(victim)
    run = send.judge(back, stage.other(victim), limit=LIMIT)
    run.says(run.status == "interrupted", f"it ended {run.status}")
    return run


@contextmanager
def _away(stage: Stage) -> Iterator[None]:
    """PostgreSQL stopped, or SQLite's write lock held."""
    if stage.products[0].setup.database_url:
        stage.rig.postgres.stop()
        try:
            yield
        finally:
            stage.rig.postgres.start()
        return
    with _write_lock(stage):
        yield


@contextmanager
def _write_lock(stage: Stage) -> Iterator[None]:
    path = stage.products[0].folder / "trademe.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None, timeout=20)) as other:
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")


# --- SQLite -------------------------------------------------------------------------------------------------------


def _locked(stage: Stage, seeds: Sequence[int], seconds: float) -> list[Run]:
    """Another program holds the write lock: before some sends, in the middle of some replies, at the end of others."""
    sends = [
        Send(stage, seed, deltas=int((1 + seconds * Random(seed).random() * 1.5) * 50), every_ms=20) for seed in seeds
    ]
    later = [Send(stage, seed, deltas=20, every_ms=2) for seed in seeds]
    tabs, later_tabs = [send.tab() for send in sends], [send.tab() for send in later]
    for tab in tabs:
        tab.begin()
    for tab, seed in zip(tabs, seeds, strict=True):
        tab.chunks(Random(seed).randint(1, 10))
    with ThreadPoolExecutor(max_workers=2 * len(tabs)) as readers:
        told: list[Future[Any]] = [readers.submit(tab.end, seconds + DEADLINE) for tab in tabs]
        with _write_lock(stage):
            for tab in later_tabs:
                tab.ask()
            told += [readers.submit(_insist, tab) for tab in later_tabs]
            time.sleep(seconds)  # the fault itself
        back = [time.monotonic()]
    for each in told:
        each.result()
    runs = _complete(sends, back)
    for run, tab, asked in zip(runs, tabs, _complete(later, back), strict=True):
        run.says("database" in tab.stages(), "the page did not say that it waits for the database")
        run.sends = 2
        run.shown, run.lost, run.doubled = run.shown + asked.shown, run.lost + asked.lost, run.doubled + asked.doubled
        run.calls, run.seconds = max(run.calls, asked.calls), max(run.seconds, asked.seconds)
        run.wrong += asked.wrong
    return runs


for _seconds in (2, 30):
    case_of_many(
        f"SQLite locked by another process for {_seconds} s",
        clock=FROM_RETURN,
        configurations=(ONE,),
        short=_seconds == 2,
    )(partial(_locked, seconds=_seconds))


# --- no room ------------------------------------------------------------------------------------------------------


class DiskStage(Stage):
    """The database lies on a disk of its own that the case fills."""

    def __init__(self, rig: Rig, configuration: str) -> None:
        self._ends = ExitStack()
        # room for what the runs of a row store, about 3 MiB each, and for PostgreSQL's cluster and log
        room = 64 * MIB if configuration == ONE else 192 * MIB
        self.disk = self._ends.enter_context(SmallDisk(room))
        own = self._ends.enter_context(Rig(partial(PostgresCluster, folder=self.disk.folder)))
        super().__init__(own, configuration)

    def prepare(self, product: Product) -> None:
        if not product.setup.database_url:
            self.disk.hold_data_of(product)

    def close(self) -> None:
        super().close()
        self._ends.close()


@case("the disk is full in mid-stream", clock="the reply's end", stage=DiskStage)
def full_disk(stage: Stage, seed: int, chance: Random) -> Run:
    """Until the page says that it waits, and a little longer; then there is room again."""
    assert isinstance(stage, DiskStage)
    index = stage.pick(seed)
    # so large that the pages which SQLite and PostgreSQL hold already do not take it all
    deltas = chance.randint(60_000, 90_000)
    send = Send(stage, seed, index=index, deltas=deltas, every_ms=0, directives="slow=300ms")
    tab = send.tab()
    tab.begin()
    stage.disk.fill()
    try:
        tab.until_stage("database")
        time.sleep(chance.random())  # the fault itself
    finally:
        stage.disk.free()
        if stage.configuration == TWO:
            stage.rig.postgres.revive()
    tab.end()
    return _whole(send, tab)
