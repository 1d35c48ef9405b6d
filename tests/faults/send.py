"""One message under a fault: what was sent, what every tab was shown of the reply, and what is there afterwards."""

import itertools
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.faults.outcome import Run, common
from tests.faults.stage import DEADLINE, Stage
from tests.support.pages import ShownMessage, messages_of
from tests.support.product import Person
from tests.support.socket_client import Frame, Refused, SocketClient, Transcript

AWAY = (OSError, WebSocketException, httpx.TransportError, TimeoutError)
PAUSE = 0.05  # seconds before a client that could not connect tries again
LOOK = 0.2  # seconds between two loads of a page: how exactly the truth is timed
REFUSED_FOR_NOW = (429, 503, 529)  # before the first byte: the only calls that may be made again (P5)

#: the text of one delta, by the reply's marker and the delta's number
Word = Callable[[str, int], str]

_numbers = itertools.count()


def counted(marker: str, number: int) -> str:
    return f"{marker}.{number} "


class Tab:
    """A tab on the conversation: reconnects as the page does, and remembers what it was shown over all its sockets."""

    def __init__(self, send: "Send", person: Person) -> None:
        self.send = send
        self.person = person
        self.transcripts: dict[str, Transcript] = {}
        self.frames: list[Frame] = []
        self.socket: SocketClient | None = None
        self.address = ""  # by which it connects, where that is not its process's own
        self.rev: int | None = None  # of its page, where it has one
        self.ended: Frame | None = None  # the reply's end as this tab was told it
        self.ended_at = 0.0  # monotonic

    def open(self, deadline: float = DEADLINE) -> SocketClient:
        """Connect, however often it takes; what this tab was shown of a turn that it saw no end of goes on."""
        ends = time.monotonic() + deadline
        while True:
            try:
                self.socket = socket = self.person.socket(
                    self.send.conversation,
                    address=self.address,
                    transcripts=self.transcripts,
                    rev=self.rev,
                    compressed=not self.address,  # on another way a byte of text is a byte that passes
                )
                running = socket.established()["running"]
                if running is not None:
                    socket.resume(running["turn_id"])
                elif self.transcripts and self.ended is None:
                    socket.resume(list(self.transcripts)[-1])  # it ended meanwhile: its end is the answer
                return socket
            except (*AWAY, ConnectionClosed):
                self.close()
                if time.monotonic() > ends:
                    raise
                time.sleep(PAUSE)

    def ask(self) -> str:
        """Send the message; returns at once."""
        assert self.socket is not None
        return self.socket.send("ai_chat", request_id=self.send.request_id, content=self.send.content)

    def begin(self) -> str:
        """Send the message and wait for its acknowledgement; the turn's id."""
        assert self.socket is not None
        self.ask()
        start = self.socket.expect("ai_chat_start", request_id=self.send.request_id)
        self.send.acknowledged = True
        return str(start["turn_id"])

    def chunks(self, count: int) -> int:
        """Read until that many chunks were shown or the reply has ended; how many it were."""
        read = 0
        while read < count and self.ended is None:
            read += self._receive()["type"] == "ai_stream_chunk"
        return read

    def until_stage(self, stage: str, deadline: float = DEADLINE) -> None:
        """Read until the page is told of that stage of the reply, or of its end."""
        while stage not in self.stages() and self.ended is None:
            self._receive(deadline)

    def end(self, deadline: float = DEADLINE) -> Frame:
        """Wait for the end of the reply to this tab's message."""
        assert self.socket is not None
        while self.ended is None:
            self.socket.expect("ai_stream_end", deadline)
            self._note(self.socket.frames[-1])
        return self.ended

    def _receive(self, deadline: float = DEADLINE) -> Frame:
        assert self.socket is not None
        frame = self.socket.receive(deadline)
        self._note(frame)
        return frame

    def _note(self, frame: Frame) -> None:
        if frame["type"] == "ai_stream_end" and frame["turn_id"] == (self.turn_id() or frame["turn_id"]):
            self.ended = frame
            self.ended_at = time.monotonic()

    def transcript(self, turn_id: str) -> str:
        """The chunks of a turn so far, joined."""
        return self.transcripts[turn_id].text if turn_id in self.transcripts else ""

    def drain(self, seconds: float = 2.0) -> None:
        """What was on its way when the server died was shown, too."""
        assert self.socket is not None
        try:
            while True:
                self.socket.receive(seconds)
        except (ConnectionClosed, TimeoutError):
            self.close()

    def close(self) -> None:
        if self.socket is not None:
            self.frames += self.socket.frames
            self.socket.close()
            self.socket = None

    def shown(self, turn_id: str | None) -> list[str]:
        """The reply's text as this tab was shown it, by chunks and by the end's frame; None: of any turn."""
        texts = [text.text for turn, text in self.transcripts.items() if turn_id in (None, turn)]
        ends = [frame for frame in self.all_frames() if frame["type"] == "ai_stream_end"]
        return texts + [frame["content"] for frame in ends if turn_id in (None, frame["turn_id"])]

    def turn_id(self) -> str | None:
        """The turn that the message started, if this tab was told."""
        for frame in self.all_frames():
            if frame["type"] == "ai_chat_start" and frame["request_id"] == self.send.request_id:
                return str(frame["turn_id"])
        return None

    def stages(self) -> set[str]:
        """What the progress of the reply said."""
        return {frame["stage"] for frame in self.all_frames() if frame["type"] == "ai_progress_update"}

    def all_frames(self) -> list[Frame]:
        return self.frames + (self.socket.frames if self.socket is not None else [])


class Send:
    """A message whose reply is counted words, or as ``word`` says: each character is known before it is said."""

    def __init__(
        self,
        stage: Stage,
        seed: int,
        *,
        index: int = 0,
        deltas: int = 300,
        every_ms: int = 5,
        directives: str = "",
        conversation: str = "",
        word: Word = counted,
    ) -> None:
        self.stage = stage
        self.seed = seed
        self.index = index  # the process where it is sent
        self.marker = f"m{next(_numbers)}x{uuid.uuid4().hex[:6]}"
        self.deltas = deltas
        self.word = word
        pace = f"every={every_ms}ms " if every_ms else ""
        self.request_id = str(uuid.uuid4())
        self.content = f"[[marker={self.marker} deltas={deltas} {pace}{directives}]] said {self.marker}"
        self.conversation = conversation or stage.person(index).new_conversation("general")
        self.acknowledged = False
        self.tabs: list[Tab] = []
        self.samples: list[str] = []  # of what pages showed of the running reply

    @property
    def expected(self) -> str:
        """Everything that the model would say."""
        return self.said(self.deltas)

    def said(self, deltas: int) -> str:
        """What it has said with that many deltas."""
        return "".join(self.word(self.marker, number) for number in range(deltas))

    def tab(self, index: int | None = None, *, address: str = "", after: Tab | None = None) -> Tab:
        """A new open tab at one of the processes; ``after`` another one: it goes on from what that one was shown."""
        tab = Tab(self, self.stage.person(self.index if index is None else index))
        tab.address = address
        if after is not None:
            tab.transcripts = {turn: Transcript(text.text, text.seq) for turn, text in after.transcripts.items()}
        self.tabs.append(tab)
        tab.open()
        return tab

    def sample(self, index: int) -> None:
        """Load the page and keep what it shows of the running reply."""
        page = messages_of(self.stage.person(index).page(self.conversation))
        self.samples += [shown.text for shown in page if shown.role == "assistant" and shown.status == "running"]

    def send_again(self, tab: Tab) -> Frame:
        """As the page's outbox does after a reconnect; the state of the turn, which may have ended."""
        tab.ended = None
        tab.begin()
        return tab.end()

    @property
    def turn_id(self) -> str | None:
        """Of its turn, as far as any tab was told."""
        return next((turn_id for tab in self.tabs if (turn_id := tab.turn_id()) is not None), None)

    def call(self) -> dict[str, Any]:
        """The model's own record of the latest call for this message."""
        return self.stage.rig.model_server.entry(self.marker)

    def last_word(self, deadline: float = DEADLINE) -> float:
        """When the model had said everything or broke off, on this machine's monotonic clock."""
        call = self.stage.rig.model_server.wait_for_end(self.marker, deadline)
        return float(call["started"]) + float(call["ended_after"]) - time.time() + time.monotonic()

    # --- afterwards ----------------------------------------------------------------------------------------------

    def wait_for_truth(self, index: int, deadline: float = DEADLINE) -> float:
        """Load the page at that process, again and again, until it shows how the turn ended; the monotonic time."""
        person = self.stage.person(index)
        ends = time.monotonic() + deadline
        while True:
            try:
                page = messages_of(person.page(self.conversation))
                if page and page[-1].role != "user" and page[-1].status != "running":
                    return time.monotonic()
            except (*AWAY, AssertionError):
                pass  # not there yet, or not able to answer
            if time.monotonic() > ends:
                raise TimeoutError(f"no page told how {self.marker} ended")
            time.sleep(LOOK)

    def judge(self, fault_at: float, index: int | None = None, *, limit: float | None = None) -> Run:
        """Compare what was shown with what a reload and the API show, at the process ``index``.

        ``fault_at``: the monotonic time from which the seconds until the truth are counted.
        """
        index = self.index if index is None else index
        truth_at = self.wait_for_truth(index)
        run = Run(self.seed, seconds=max(0.0, truth_at - fault_at))
        person = self.stage.person(index)
        stored = person.messages(self.conversation)
        self._judge_question(run, stored)
        reply = self._reply(run, stored)
        if reply is not None:
            self._judge_reply(run, reply, messages_of(person.page(self.conversation)))
        self._judge_calls(run, person)
        for tab in self.tabs:
            tab.close()
        return run if limit is None else run.within(limit)

    def _judge_question(self, run: Run, stored: list[dict[str, Any]]) -> None:
        asked = [row for row in stored if row["role"] == "user" and row["content"] == self.content]
        if self.acknowledged or self.turn_id is not None:
            run.shown += len(self.content)
            run.lost += 0 if asked else len(self.content)
        run.doubled += len(self.content) * max(0, len(asked) - 1)

    def _reply(self, run: Run, stored: list[dict[str, Any]]) -> dict[str, Any] | None:
        questions = {row["id"] for row in stored if row["role"] == "user" and row["content"] == self.content}
        replies = [row for row in stored if row["role"] == "assistant" and row["parent"] in questions]
        run.says(len(replies) == 1, f"{len(replies)} replies are stored")
        if not replies:
            return None
        run.doubled += sum(len(row["content"]) for row in replies[1:])
        run.status = replies[0]["status"]
        return replies[0]

    def _judge_reply(self, run: Run, reply: dict[str, Any], page: list[ShownMessage]) -> None:
        content = reply["content"]
        turn_id = self.turn_id
        shown = [text for tab in self.tabs for text in tab.shown(turn_id)]
        longest = max(shown, key=len, default="")
        run.shown += len(longest)
        run.lost += max((len(text) - common(text, content) for text in shown), default=0)
        run.doubled += len(content) - common(content, self.expected)
        on_page = [message for message in page if message.id == reply["id"]]
        run.says(len(on_page) == 1, "the page does not show the reply once")
        for message in on_page:
            run.says(message.status == reply["status"], f"the page says {message.status}")
            # a page trims and wraps its text: words are compared
            run.says(message.text.split() == content.split(), "the page shows another text than is stored")
        run.says(all(content.startswith(sample) for sample in self.samples), "a page showed text that is not stored")

    def _judge_calls(self, run: Run, person: Person) -> None:
        made = self.stage.rig.model_server.ledger(self.marker)
        rows = [row for row in person.ledger() if row["conversation"] == self.conversation]
        run.calls = sum(call["status"] not in REFUSED_FOR_NOW for call in made)
        run.says(len(rows) >= len(made), f"{len(made)} calls, but {len(rows)} rows in the ledger")
        run.says(all(row["state"] != "open" for row in rows), "a ledger row is left open")


def refused(tab: Tab, request_id: str, deadline: float = DEADLINE) -> str:
    """The code with which a command was refused; empty when it was not."""
    assert tab.socket is not None
    try:
        tab.socket.expect("ai_chat_start", deadline, request_id=request_id)
    except Refused as refusal:
        return refusal.code
    return ""


def end_all(tabs: Sequence[Tab], deadline: float = DEADLINE) -> None:
    """Read every tab to the end of its reply, at the same time: each notes when it was told."""
    with ThreadPoolExecutor(max_workers=len(tabs)) as readers:
        list(readers.map(lambda tab: tab.end(deadline), tabs))
