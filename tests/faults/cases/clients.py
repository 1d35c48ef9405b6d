"""Clients that go, come back, hang or read slowly: the reply does not notice, and they miss nothing (P2, P7, P11)."""

import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from random import Random

from websockets.exceptions import ConnectionClosed

from bench.machine import peak_memory_mb
from tests.faults.case import case, case_of_many
from tests.faults.outcome import Run
from tests.faults.send import Send, Tab
from tests.faults.stage import DEADLINE, LIMIT, Stage, wait_until
from tests.support.pages import messages_of
from tests.support.proxy import HOST, Proxy
from tests.support.socket_client import Transcript

FROM_END = "the reply's last word"
MIB = 1024 * 1024


# --- going and coming back ----------------------------------------------------------------------------------------


@case("tab closed at a random chunk", clock=FROM_END)
def tab_closed(stage: Stage, seed: int, chance: Random) -> Run:
    """Nobody looks for a while; then a tab is opened in the reply or after it, at any process."""
    index = stage.pick(seed)
    send = _reply(stage, seed, index, chance)
    tab = send.tab()
    tab.begin()
    tab.chunks(chance.randint(1, 40))
    tab.close()
    _until_said(send, chance.randint(0, 2 * send.deltas))
    tab.person = stage.person(chance.choice((index, stage.other(index))))
    if chance.random() < 0.5:
        tab.transcripts.clear()  # a new tab, which knows nothing
    established = tab.open().frames[0]
    if tab.transcripts or established["running"]:  # who comes after the end and knows nothing reads it from the page
        _to_the_end(tab)
    return _whole(send, stage.other(index)).within(LIMIT)


@case("page reloaded at a random chunk", clock=FROM_END)
def page_reloaded(stage: Stage, seed: int, chance: Random) -> Run:
    """What the page renders of the running reply and the chunks that follow are one text without gap or repeat."""
    index = stage.pick(seed)
    send = Send(stage, seed, index=index, deltas=chance.randint(400, 600), every_ms=5)
    for place in (index, stage.other(index)):
        stage.person(place).page(send.conversation)  # a process's first page may take longer than the reply
    tab = send.tab()
    tab.begin()
    wrong: list[str] = []
    rendered, whole_on_page = 0, False
    for _reload in range(chance.randint(1, 4)):
        tab.chunks(chance.randint(1, 30))
        if tab.ended is not None:
            break
        if not _reload_page(tab, stage, chance.choice((index, stage.other(index))), wrong):
            whole_on_page = True  # the page has its end: no frame tells it once more
            break
        rendered += 1
    if not whole_on_page:
        _to_the_end(tab)
    run = _whole(send, stage.other(index))
    run.wrong += wrong
    run.says(rendered > 0, "no page was loaded in mid-reply")
    return run.within(LIMIT)


def _reload_page(tab: Tab, stage: Stage, index: int, wrong: list[str]) -> bool:
    """Load the page and connect as its script does; whether it showed a running reply."""
    before = [text.text for text in tab.transcripts.values()]
    tab.close()
    tab.person = stage.person(index)
    page = tab.person.page(tab.send.conversation)
    found = re.search(r'data-rev="(\d+)"', page)
    assert found is not None
    tab.rev = int(found[1])
    shown = messages_of(page)[-1]
    running = shown.status == "running"
    tab.transcripts.clear()
    if running:
        tab.transcripts[shown.turn_id] = Transcript(shown.text, shown.seq)
    words = shown.text.split()
    if running:
        whole = all(shown.text.startswith(text) for text in before)
    else:
        whole = all(words[: len(text.split())] == text.split() for text in before)
    if not whole:
        wrong.append("the page shows less than the one before it")
    tab.open()
    return running


@case("network cut and back at a random chunk", clock=FROM_END)
def network_cut(stage: Stage, seed: int, chance: Random) -> Run:
    """Several times in one reply: by RST, by FIN, in the middle of a frame; it comes back at once, later, elsewhere."""
    index = stage.pick(seed)
    with Proxy(stage.products[index].port) as network:
        send = _reply(stage, seed, index, chance)
        tab = send.tab(address=_address(network))
        tab.begin()
        cuts = 0
        for _cut in range(chance.randint(1, 5)):
            tab.chunks(chance.randint(1, 20))
            if tab.ended is not None:
                break
            _cut_network(network, tab, chance)
            cuts += 1
            if chance.random() < 0.5:
                network.refuse()
                _until_said(send, send.call()["deltas"] + chance.randint(1, 100))
                network.accept()
            network.target_port = stage.products[chance.choice((index, stage.other(index)))].port
            tab.open()
        _to_the_end(tab)
        run = _whole(send, stage.other(index))
        run.says(cuts > 0, "the network was not cut in the reply")
        return run.within(LIMIT)


def _cut_network(network: Proxy, tab: Tab, chance: Random) -> None:
    """What arrived before the cut was shown, too."""
    how = chance.choice(("reset", "end", "in a frame"))
    if how == "in a frame":
        network.cut_after_next(chance.randint(0, 2_000))
    else:
        network.cut(reset=how == "reset")
    tab.drain()


@case("half-open socket", clock=FROM_END)
def half_open(stage: Stage, seed: int, chance: Random) -> Run:
    """Nothing passes any more and neither side knows; the client gives up and comes on another way."""
    index = stage.pick(seed)
    with Proxy(stage.products[index].port) as network:
        send = _reply(stage, seed, index, chance)
        first = send.tab(address=_address(network))
        first.begin()
        first.chunks(chance.randint(1, 30))
        lossy = chance.random() < 0.5
        network.freeze(drop=lossy)
        _until_said(send, send.call()["deltas"] + chance.randint(1, 150))
        second = send.tab(chance.choice((index, stage.other(index))), after=first)
        early = chance.random() < 0.5
        if early:
            second.chunks(chance.randint(1, 20))
            network.thaw()
        _to_the_end(second)
        run_end = send.last_word()
        late = second.ended_at - run_end
        network.thaw()
        if lossy:
            first.drain()
        elif first.ended is None:
            first.end()  # all of it was only late
        run = _whole(send, stage.other(index))
        run.says(late < LIMIT, f"the second socket was told the end {late:.1f} s after it")
        run.says(lossy or first.ended is not None, "what was kept back did not arrive")
        return run.within(LIMIT)


# --- reading nothing, reading slowly ------------------------------------------------------------------------------

GIVEN_UP = 10.0 + 4.0  # seconds for one frame (chat/followers.py), and for noticing and for a close frame
DEAF = 8  # clients that read nothing, shared among the seeds
FILL, FILLED = 1_024, 3 * 1_024  # a reply of 3 MiB
# MiB of the server's memory for each of them: the one frame that tells a reply's end, 3 MiB, as a row, as text, as
# bytes, as a WebSocket's frame and in the transport, and what the allocator keeps
GROWTH = 18.0


@case_of_many("clients that read nothing", clock=FROM_END)
def reading_nothing(stage: Stage, seeds: Sequence[int]) -> list[Run]:
    """They are closed as too slow, the others are not delayed, the reply is whole, the server's memory is bounded."""
    _large_replies(stage, seeds, [])  # what the replies themselves need is not counted
    pids = [product.process.pid for product in stage.products if product.process is not None]
    before = {pid: peak_memory_mb(pid) for pid in pids}
    with ExitStack() as ends:
        networks = [ends.enter_context(Proxy(product.port, buffer=16_384)) for product in stage.products]
        runs = _large_replies(stage, seeds, networks)
    growth = max(peak_memory_mb(pid) - before[pid] for pid in pids)
    for run in runs:
        run.says(growth <= GROWTH * _each(seeds) * len(seeds), f"the server's memory grew by {growth:.0f} MiB")
    return runs


def _large_replies(stage: Stage, seeds: Sequence[int], networks: Sequence[Proxy]) -> list[Run]:
    """One for each seed, all at once; behind each of the ``networks`` are tabs to which nothing arrives."""
    sends = [
        Send(stage, seed, index=stage.pick(seed), deltas=FILLED, every_ms=0, directives=f"fill={FILL}", word=_filled)
        for seed in seeds
    ]
    readers = [send.tab() for send in sends]
    each = _each(seeds) if networks else 0
    deaf = [
        [send.tab(address=_address(networks[(send.index + n) % len(networks)])) for n in range(each)] for send in sends
    ]
    for network in networks:
        network.freeze("down")
    with ThreadPoolExecutor(len(seeds)) as threads:
        list(threads.map(_ask_and_read, readers))
        truths = list(threads.map(lambda send: send.wait_for_truth(send.index), sends))
        told = [
            max(reader.ended_at, truth) - send.last_word()
            for send, reader, truth in zip(sends, readers, truths, strict=True)
        ]
        further = [_further(send) for send in sends] if networks else []
        list(threads.map(_ask_and_read, [send.tab() for send in further]))
    if networks:
        time.sleep(GIVEN_UP)  # the fault itself
    for network in networks:
        network.thaw()
    runs = []
    for send, tabs, seconds in zip(sends, deaf, told, strict=True):
        codes = [_close_code(tab) for tab in tabs]
        for tab in tabs:
            tab.open()  # now it reads
            if tab.transcripts:
                _to_the_end(tab)
        run = _whole(send, send.index)
        run.seconds = max(0.0, seconds)  # of the page and of the tab beside the deaf ones
        run.says(set(codes) <= {4408, None}, f"they were closed with {codes}")
        runs.append(run.within(LIMIT))
    for run, send in zip(runs, further, strict=False):
        later = _whole(send, send.index)
        run.says(later.kept, f"a later reply ended {later}")
    return runs


def _each(seeds: Sequence[int]) -> int:
    return max(1, DEAF // len(seeds))


def _further(send: Send) -> Send:
    """The conversation goes on, with more to tell to those who do not read."""
    return Send(send.stage, send.seed, index=send.index, deltas=5, every_ms=1, conversation=send.conversation)


def _filled(marker: str, number: int) -> str:
    return f"{marker}.{number}".ljust(FILL - 1, ".") + " "


def _ask_and_read(tab: Tab) -> None:
    tab.begin()
    tab.end()


def _close_code(tab: Tab) -> int | None:
    """Read on until the server has closed; 0 when it does not."""
    assert tab.socket is not None
    try:
        while True:
            tab.socket.receive(2.0)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None
    except TimeoutError:
        return 0
    finally:
        tab.close()


@case("a client that reads slowly", clock=FROM_END)
def reading_slowly(stage: Stage, seed: int, chance: Random) -> Run:
    """It is told everything in its own time, or closed and resumes; the tab beside it does not wait for it."""
    index = stage.pick(seed)
    with Proxy(stage.products[index].port, buffer=8_192) as network:
        # more than the kernel keeps for a socket: the server feels the slowness
        deltas = chance.randint(2_600, FILLED)
        send = Send(stage, seed, index=index, deltas=deltas, every_ms=1, directives=f"fill={FILL}", word=_filled)
        slow = send.tab(address=_address(network))
        reader = send.tab()
        network.slow(chance.choice((2, 3, 4)) * MIB, "down")
        reader.begin()
        reader.end()
        truth = send.wait_for_truth(index)
        behind = network.bytes_down
        _to_the_end(slow)
        run = _whole(send, stage.other(index))
        run.seconds = max(0.0, truth - send.last_word())
        run.says(behind < network.bytes_down, "it did not read slowly")
        return run.within(LIMIT)


# --- all of them --------------------------------------------------------------------------------------------------


def _reply(stage: Stage, seed: int, index: int, chance: Random) -> Send:
    """A reply that takes about a second, in chunks of any size."""
    return Send(stage, seed, index=index, deltas=chance.randint(200, 400), every_ms=chance.choice((2, 4)))


def _address(network: Proxy) -> str:
    return f"{HOST}:{network.port}"


def _until_said(send: Send, deltas: int) -> None:
    """Wait until the model has said that much, or everything."""

    def said() -> bool:
        call = send.call()
        return bool(call["ended"]) or call["deltas"] >= deltas

    wait_until(said, DEADLINE, f"the model did not say {deltas} deltas")


def _to_the_end(tab: Tab) -> None:
    """Read the rest of the reply, however often the connection breaks."""
    while tab.ended is None:
        try:
            tab.end()
        except ConnectionClosed:
            tab.close()
            tab.open()


def _whole(send: Send, index: int) -> Run:
    """The reply is complete, every tab that saw its end was told all of it, by chunks up to there and by the end."""
    run = send.judge(send.last_word(), index)
    run.says(run.status == "complete", f"it ended {run.status}")
    for tab in send.tabs:
        ends = [frame for frame in tab.all_frames() if frame["type"] == "ai_stream_end"]
        run.says(all(end["content"] == send.expected for end in ends), "an end told another text")
    return run
