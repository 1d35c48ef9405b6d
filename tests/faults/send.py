"""One message under a fault: what was sent, what every tab was shown of the reply, and what is there afterwards."""

import itertools
import time
import uuid
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

_numbers = itertools.count()


class Tab:
    """A tab on the conversation: reconnects as the page does, and remembers what it was shown over all its sockets."""

    def __init__(self, send: "Send", person: Person) -> None:
        self.send = send
        self.person = person
        self.transcripts: dict[str, Transcript] = {}
        self.frames: list[Frame] = []
        self.socket: SocketClient | None = None
        self.saw_end = False
        self.ended_at = 0.0  # monotonic

    def open(self, deadline: float = DEADLINE) -> SocketClient:
        """Connect, however often it takes; a running turn is resumed after what this tab was shown."""
        ends = time.monotonic() + deadline
        while True:
            try:
                self.socket = socket = self.person.socket(self.send.conversation, transcripts=self.transcripts)
                running = socket.established()["running"]
                if running is not None:
                    socket.resume(running["turn_id"])
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
        assert self.socket is not None
        read = 0
        while read < count and not self.saw_end:
            frame = self.socket.receive()
            read += frame["type"] == "ai_stream_chunk"
            if frame["type"] == "ai_stream_end":
                self._ended()
        return read

    def until_stage(self, stage: str, deadline: float = DEADLINE) -> None:
        """Read until the page is told of that stage of the reply, or of its end."""
        assert self.socket is not None
        while stage not in self.stages() and not self.saw_end:
            if self.socket.receive(deadline)["type"] == "ai_stream_end":
                self._ended()

    def end(self, deadline: float = DEADLINE) -> Frame:
        """Wait for the end of the reply."""
        assert self.socket is not None
        frame = self.socket.expect("ai_stream_end", deadline)
        self._ended()
        return frame

    def _ended(self) -> None:
        self.saw_end = True
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
    """A message whose reply is counted words: each character of it is known before it is said."""

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
    ) -> None:
        self.stage = stage
        self.seed = seed
        self.index = index  # the process where it is sent
        self.marker = f"m{next(_numbers)}x{uuid.uuid4().hex[:6]}"
        self.deltas = deltas
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
        return "".join(f"{self.marker}.{number} " for number in range(self.deltas))

    def tab(self, index: int | None = None) -> Tab:
        """A new open tab at one of the processes."""
        tab = Tab(self, self.stage.person(self.index if index is None else index))
        self.tabs.append(tab)
        tab.open()
        return tab

    def sample(self, index: int) -> None:
        """Load the page and keep what it shows of the running reply."""
        page = messages_of(self.stage.person(index).page(self.conversation))
        self.samples += [shown.text for shown in page if shown.role == "assistant" and shown.status == "running"]

    def send_again(self, tab: Tab) -> Frame:
        """As the page's outbox does after a reconnect; the state of the turn, which may have ended."""
        assert tab.socket is not None
        tab.ask()
        tab.socket.expect("ai_chat_start", request_id=self.request_id)
        self.acknowledged = True
        return tab.end()

    @property
    def turn_id(self) -> str | None:
        """Of its turn, as far as any tab was told."""
        return next((turn_id for tab in self.tabs if (turn_id := tab.turn_id()) is not None), None)

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
            time.sleep(PAUSE)

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
        run.calls = len(made)
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
