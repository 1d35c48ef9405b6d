"""A model that breaks off, refuses, stalls or talks nonsense: it ends as it truly did, what had come is kept (P4)."""

import base64
import html
import time
from collections.abc import Sequence
from random import Random

from chat.providers.http import Deadlines
from tests.faults.case import case, case_of_many
from tests.faults.outcome import Run
from tests.faults.send import Send, counted, end_all
from tests.faults.stage import DEADLINE, LIMIT, Stage
from tests.support.proxy import Proxy
from tests.support.rig import Rig

FROM_FAULT = "the model's last byte"
DEADLINES = Deadlines()
MAX_ATTEMPTS = 3  # of a refused call, and
MAX_REPLY_BYTES = 4 * 1024 * 1024  # of a reply, as in chat/reply_text.py, which is Django's to import


# --- breaking off -------------------------------------------------------------------------------------------------


@case("the model's connection cut at a byte", clock=FROM_FAULT)
def cut_at_a_byte(stage: Stage, seed: int, chance: Random) -> Run:
    """By FIN or RST, in the head, in a line, in a character of three or four bytes."""
    text = _text(chance, 200)
    place = chance.randint(0, 600) if chance.random() < 0.2 else chance.randint(600, 35_000)
    how = chance.choice(("", "reset "))
    send = _spoken(stage, seed, text, f"raw {how}cutbyte={place}", every_ms=chance.choice((0, 1)))
    _to_its_end(send)
    said = send.call()["deltas"]
    return _judged(send, "truncated" if said else "failed", "" if said else "provider_unreachable")


@case("the model ends without a finish reason", clock=FROM_FAULT)
def no_finish_reason(stage: Stage, seed: int, chance: Random) -> Run:
    send = _counted(stage, seed, chance.randint(1, 60), "nofinish")
    return _judged(send, "truncated")


@case("the model reports an error in mid-stream", clock=FROM_FAULT)
def error_in_mid_stream(stage: Stage, seed: int, chance: Random) -> Run:
    send = _counted(stage, seed, 60, f"errorframe={chance.randint(0, 50)}")
    return _judged(send, "failed", "provider_error")


# --- refusing -----------------------------------------------------------------------------------------------------


@case("the model refuses once (429, 503), then answers", clock=FROM_FAULT)
def refuses_once(stage: Stage, seed: int, chance: Random) -> Run:
    """Tried again after as long as it asked for, visibly; each try is a row."""
    status, wait = chance.choice((429, 503, 529)), chance.choice(("retry=1", "retry=0.4", ""))
    send = _counted(stage, seed, chance.randint(1, 40), f"status={status} once {wait}")
    run = _judged(send, "complete", calls=2)
    run.says("rate_limit" in send.tabs[0].stages(), "the page was not told why it waits")
    return run


@case("the model refuses for ever (429)", clock=FROM_FAULT)
def refuses_for_ever(stage: Stage, seed: int, chance: Random) -> Run:
    send = _counted(stage, seed, 5, f"status=429 retry=0.{chance.randint(1, 4)}")
    return _judged(send, "failed", "provider_error", calls=MAX_ATTEMPTS)


@case("the model's server fails (500)", clock=FROM_FAULT)
def fails(stage: Stage, seed: int, chance: Random) -> Run:
    """Nobody knows whether that call was made: it is not made again."""
    send = _counted(stage, seed, 5, f"status={chance.choice((500, 500, 502, 504))}")
    return _judged(send, "failed", "provider_error")


@case("the model rejects the call (400, 401, 404)", clock=FROM_FAULT)
def rejects(stage: Stage, seed: int, chance: Random) -> Run:
    send = _counted(stage, seed, 5, f"status={chance.choice((400, 401, 404))}")
    return _judged(send, "failed", "provider_rejected")


# --- silence ------------------------------------------------------------------------------------------------------


@case_of_many("the model's first word comes past the deadline", clock="the call", short=False)
def first_word_too_late(stage: Stage, seeds: Sequence[int]) -> list[Run]:
    """No answer at all, an answer without a word, an answer that only says that it is still there."""
    ways = ("late=300s", "slow=300s", "slow=300s keepalive=7s")
    sends = [
        Send(stage, seed, index=stage.pick(seed), deltas=5, every_ms=0, directives=Random(seed).choice(ways))
        for seed in seeds
    ]
    return _silent(sends, [0] * len(sends), DEADLINES.first_text)


@case_of_many("the model stalls for minutes", clock="the last word before it", short=False)
def stalls(stage: Stage, seeds: Sequence[int]) -> list[Run]:
    """In mid-reply, without a word or with nothing but signs of life."""
    places = [Random(seed).randint(1, 40) for seed in seeds]
    sends = [
        Send(
            stage,
            seed,
            index=stage.pick(seed),
            deltas=60,
            every_ms=5,
            directives=f"stall_after={place} {Random(seed).choice(('', 'keepalive=7s'))}",
        )
        for seed, place in zip(seeds, places, strict=True)
    ]
    return _silent(sends, places, DEADLINES.between)


def _silent(sends: Sequence[Send], places: Sequence[int], deadline: float) -> list[Run]:
    """All wait together; each must be told within its deadline that nothing came any more."""
    for send in sends:
        _ask(send)
    silent_since = [_begun(send) + place * 0.005 for send, place in zip(sends, places, strict=True)]
    end_all([tab for send in sends for tab in send.tabs], deadline + DEADLINE)
    told = [send.wait_for_truth(send.index) for send in sends]
    runs = []
    for send, place, since, truth in zip(sends, places, silent_since, told, strict=True):
        run = _judged(send, "failed", "provider_timeout", text=send.said(place))
        run.seconds = truth - since
        run.says(run.seconds > deadline - 1.0, f"it was given up after {run.seconds:.1f} s already")
        run.says(send.call()["ended"] == "client gone", f"the model call {send.call()['ended'] or 'goes on'}")
        runs.append(run.within(deadline + LIMIT))
    return runs


def _begun(send: Send) -> float:
    """When the model got the call, on this machine's monotonic clock."""
    while not send.stage.rig.model_server.ledger(send.marker):
        time.sleep(0.01)
    return float(send.call()["started"]) - time.time() + time.monotonic()


# --- nonsense -----------------------------------------------------------------------------------------------------


@case("the model sends garbage bytes", clock=FROM_FAULT)
def garbage(stage: Stage, seed: int, chance: Random) -> Run:
    """Instead of a stream, as the data of an event, or between two events, where the format says to pass over them."""
    place, dice = chance.randint(0, 40), f"dice={chance.randint(1, 1_000_000)}"
    how = chance.choice(("garbage", "noisedata", "noise"))
    if how == "garbage":
        return _judged(_counted(stage, seed, 60, how), "failed", "provider_error")
    send = _counted(stage, seed, 60, f"{how}={place} {dice}")
    if how == "noisedata":
        return _judged(send, "failed", "provider_error", text=send.said(place))
    return _judged(send, "complete")


@case("the model sends a web page", clock=FROM_FAULT)
def web_page(stage: Stage, seed: int, chance: Random) -> Run:
    return _judged(_counted(stage, seed, 5, "html"), "failed", "provider_error")


@case("the model sends invalid UTF-8 in each delta", clock=FROM_FAULT)
def invalid_utf8(stage: Stage, seed: int, chance: Random) -> Run:
    send = Send(
        stage,
        seed,
        index=stage.pick(seed),
        deltas=chance.randint(1, 60),
        every_ms=chance.choice((0, 2)),
        directives=chance.choice(("badutf8", "badutf8 split=3")),
        word=lambda marker, number: f"{marker}.{number}\ufffd ",
    )
    return _judged(send, "complete")


@case("the model sends one character a packet", clock=FROM_FAULT)
def one_character_a_packet(stage: Stage, seed: int, chance: Random) -> Run:
    """A delta for each character, a packet for each byte: Chinese, emoji, accents."""
    send = _spoken(stage, seed, _text(chance, 80), "raw split=1")
    return _judged(send, "complete")


@case("the model cuts characters into halves", clock=FROM_FAULT)
def halves(stage: Stage, seed: int, chance: Random) -> Run:
    """Each delta ends with the first half of an emoji; sometimes the second half never comes."""
    deltas = chance.randint(2, 60)
    cut = chance.randint(1, deltas - 1) if chance.random() < 0.5 else 0

    def word(marker: str, number: int) -> str:
        half = "\ufffd" if number == cut - 1 else ""
        return ("\U0001f600" if number else "") + counted(marker, number) + half

    how = f"surrogates cut={cut}" if cut else "surrogates"
    send = Send(stage, seed, index=stage.pick(seed), deltas=deltas, every_ms=2, directives=how, word=word)
    return _judged(send, "truncated" if cut else "complete")


# --- too much, too little -----------------------------------------------------------------------------------------

FILL = 1_024


def _filled(marker: str, number: int) -> str:
    return f"{marker}.{number}".ljust(FILL - 1, ".") + " "


@case("a reply of 2 MB", clock=FROM_FAULT)
def large(stage: Stage, seed: int, chance: Random) -> Run:
    return _judged(_large(stage, seed, 2 * 1_024 + chance.randint(-50, 50)), "complete")


@case("a reply beyond 4 MiB", clock=FROM_FAULT)
def too_large(stage: Stage, seed: int, chance: Random) -> Run:
    """Kept up to the limit, and the call is ended there."""
    send = _large(stage, seed, 24 * 1_024)  # more than the buffers between model and server hold
    _to_its_end(send)
    run = _judged(send, "truncated", text=send.expected[:MAX_REPLY_BYTES])
    run.says(send.call()["ended"] == "client gone", f"the model call {send.call()['ended']}")
    return run


def _large(stage: Stage, seed: int, deltas: int) -> Send:
    return Send(stage, seed, index=stage.pick(seed), deltas=deltas, every_ms=0, directives=f"fill={FILL}", word=_filled)


@case("an empty reply", clock=FROM_FAULT)
def empty(stage: Stage, seed: int, chance: Random) -> Run:
    send = Send(stage, seed, index=stage.pick(seed), deltas=0, directives="empty")
    return _judged(send, "failed", "empty_reply")


# --- not there ----------------------------------------------------------------------------------------------------


class ModelBehindProxy(Stage):
    """The model's server can vanish."""

    def __init__(self, rig: Rig, configuration: str) -> None:
        self.way = Proxy(rig.model_server.port)
        super().__init__(rig, configuration, environment={"OPENAI_BASE_URL": f"http://127.0.0.1:{self.way.port}/v1"})

    def close(self) -> None:
        super().close()
        self.way.close()


@case("the model's server refuses connections", clock="the acknowledgement", stage=ModelBehindProxy)
def not_there(stage: Stage, seed: int, chance: Random) -> Run:
    """Nobody listens; or somebody does and hangs up. Afterwards the same conversation can go on."""
    assert isinstance(stage, ModelBehindProxy)
    send = Send(stage, seed, index=stage.pick(seed), deltas=5)
    stage.way.cut()  # also connections that were kept from earlier calls
    hangs_up = chance.random() < 0.3
    if hangs_up:
        stage.way.cut_at(0, "up")
    else:
        stage.way.refuse()
    try:
        _ask(send)
        acknowledged = time.monotonic()
        _to_its_end(send)
        run = _judged(send, "failed", "provider_unreachable", fault_at=acknowledged, text="", calls=0)
    finally:
        stage.way.accept()
        stage.way.cut_at(None, "up")
    further = Send(stage, seed, index=send.index, deltas=5, conversation=send.conversation)
    again = _judged(further, "complete", rows=2)
    run.says(again.kept, f"afterwards: {'; '.join(again.wrong)}")
    return run


# --- all of them --------------------------------------------------------------------------------------------------


def _counted(stage: Stage, seed: int, deltas: int, directives: str) -> Send:
    return Send(stage, seed, index=stage.pick(seed), deltas=deltas, every_ms=2, directives=directives)


def _spoken(stage: Stage, seed: int, text: str, directives: str, every_ms: int = 0) -> Send:
    """A reply of that text, a delta for each character."""
    coded = base64.b64encode(text.encode()).decode()
    return Send(
        stage,
        seed,
        index=stage.pick(seed),
        deltas=len(text),
        every_ms=every_ms,
        directives=f"{directives} text64={coded}",
        word=lambda _marker, number: text[number],
    )


def _text(chance: Random, length: int) -> str:
    """Characters of one to four bytes that Markdown leaves as they are; words are kept apart."""
    kinds = ("abcdefgh", "äößéñ", "均线金叉死叉突破回踩止损", "😀📈🚀🐂🐻")
    return (
        "".join(" " if number % 9 == 8 else chance.choice(chance.choice(kinds)) for number in range(length - 1)) + "."
    )


def _ask(send: Send) -> None:
    """From one tab, with another one beside it, at another process where there is one."""
    tab = send.tab()
    send.tab(send.stage.other(send.index))
    tab.begin()


def _to_its_end(send: Send) -> None:
    if not send.tabs:
        _ask(send)
    for tab in send.tabs:
        tab.end()


def _judged(
    send: Send,
    status: str,
    code: str = "",
    *,
    text: str | None = None,
    calls: int = 1,
    rows: int | None = None,
    fault_at: float | None = None,
) -> Run:
    """The reply ended so: sockets, page, API and ledger say the same, and exactly what had arrived is kept.

    ``text``: what is kept, where that is not all that the model said. ``calls``: how many it got, refused ones too.
    """
    _to_its_end(send)
    index = send.stage.other(send.index)
    run = send.judge(send.last_word() if fault_at is None else fault_at, index)
    if text is None:
        text = send.said(send.call()["deltas"])
    run.says(run.status == status, f"it ended {run.status}")
    person = send.stage.person(index)
    reply = person.messages(send.conversation)[-1]
    _, _, after = person.page(send.conversation).partition(f'id="m-{reply["id"]}"')
    page = html.unescape(after.partition("</article>")[0])
    kept = reply["content"]
    run.says(kept == text, f"{len(kept)} characters are kept, {len(text)} had arrived")
    for tab in send.tabs:
        assert tab.ended is not None
        run.says(tab.ended["status"] == run.status, f"a socket said {tab.ended['status']}")
        run.says(tab.ended["content"] == kept, "a socket was told another text than is stored")
        errors = [frame for frame in tab.all_frames() if frame["type"] == "ai_stream_error"]
        run.says([error["code"] for error in errors] == ([code] if code else []), f"the errors told were {errors}")
        run.says(all(error["message"] in page for error in errors), "the page gives another reason")
    run.says(('class="message-ending"' in page) == (status != "complete"), "the page does not say how it ended")
    made = send.stage.rig.model_server.ledger(send.marker)
    run.says(len(made) == calls, f"the model was called {len(made)} times")
    ledger = [row for row in person.ledger() if row["conversation"] == send.conversation]
    wanted = max(1, calls) if rows is None else rows
    run.says(len(ledger) == wanted, f"{len(ledger)} rows in the ledger")
    run.says(ledger[0]["outcome"] == (code or status), f"the ledger says {ledger[0]['outcome']}")
    return run if code == "provider_timeout" else run.within(LIMIT)
