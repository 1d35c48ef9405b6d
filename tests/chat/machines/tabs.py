"""What one open tab has been shown, kept as the page's script keeps it: P2 and the end of P4 are checked here."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from chat import queries
from chat.models import Conversation, Message, Turn
from tests.support.told_servers import ToldServer

Frame = dict[str, Any]


@dataclass
class Shown:
    """One reply on a tab."""

    text: str = ""
    seq: int = 0
    status: str = Turn.Status.RUNNING
    parts: dict[int, str] = field(default_factory=dict)  # by seq, those that came as chunks
    cursor: int | None = None  # the last seq on this connection
    resumed: int | None = None  # asked to go on after this seq; not answered yet


class Tab:
    """A page with a connection to one server. ``rev`` is what it surely knows."""

    def __init__(self, number: int, conversation_id: uuid.UUID, session: str) -> None:
        self.number = number
        self.connection = 0  # its number at the server; what an older one still says is not seen any more
        self.conversation_id = conversation_id
        self._session = session
        self.server: ToldServer | None = None
        self.turns: dict[str, Shown] = {}
        self.asked: set[str] = set()  # requests of this connection that are not answered yet
        self.refusals: dict[str, str] = {}  # request_id: code
        self.accepted: dict[str, Frame] = {}  # request_id: its ai_chat_start
        self.rev = self._next_rev = self.loaded_rev = 0
        self.established = False
        self.closed: int | None = None

    def __repr__(self) -> str:
        return f"<tab {self.number} at {self.server}>"

    @property
    def is_open(self) -> bool:
        return self.server is not None and self.server.alive and self.closed is None

    # --- what its person does ------------------------------------------------------------------------------------

    def load(self) -> bool:
        """Load the page: all that is stored. False where there is no page any more."""
        conversation = Conversation.objects.filter(pk=self.conversation_id, deleted_at__isnull=True).first()
        if conversation is None:
            return False
        state = queries.page_state(conversation)
        self.turns = {}
        for message in state.messages:
            if message.role == Message.Role.ASSISTANT and message.turn is not None:
                self.turns[str(message.turn_id)] = Shown(message.content, message.turn.last_seq, message.status)
        if state.running is not None:
            self.turns[str(state.running.turn.pk)] = Shown(state.running.text, state.running.seq)
        self.rev = self._next_rev = self.loaded_rev = state.rev
        return True

    def connect(self, server: ToldServer, connection: int) -> None:
        self.connection = connection
        self.server, self.closed, self.established = server, None, False
        self.asked.clear()
        for shown in self.turns.values():
            shown.cursor = shown.resumed = None
        server.tell("open", tab=connection, conversation=str(self.conversation_id), rev=self.rev, session=self._session)

    def disconnect(self) -> None:
        if self.is_open and self.server is not None:
            self.server.tell("close", tab=self.connection)
        self.server, self.established = None, False

    def send(self, frame: Frame) -> None:
        if self.server is not None:
            self.server.tell("frame", tab=self.connection, frame=frame)

    def resume(self, turn_id: str) -> None:
        shown = self.turns[turn_id]
        shown.resumed = shown.seq
        self.send({"type": "resume", "request_id": str(uuid.uuid4()), "turn_id": turn_id, "after_seq": shown.seq})

    # --- what it is told -----------------------------------------------------------------------------------------

    def hear(self, frame: Frame) -> None:
        """Raises AssertionError where the page would show a gap, a repeat, or two endings."""
        handler = getattr(self, "_" + frame["type"], None)
        if handler is not None:
            handler(frame)

    def _connection_established(self, frame: Frame) -> None:
        self.established = True
        for turn_id, shown in self.turns.items():
            if shown.status == Turn.Status.RUNNING:
                self.resume(turn_id)

    def _ai_chat_start(self, frame: Frame) -> None:
        self.asked.discard(frame["request_id"])
        self.accepted[frame["request_id"]] = frame
        shown = self.turns.setdefault(frame["turn_id"], Shown())
        if shown.cursor is None:
            shown.cursor = 0

    def _ai_stream_chunk(self, frame: Frame) -> None:
        shown = self.turns.get(frame["turn_id"])
        assert shown is not None, f"{self}: text of a turn that it was not told of"
        assert shown.status == Turn.Status.RUNNING, f"{self}: text after the end {shown.status}"
        seq, text = frame["seq"], frame["text"]
        # a tab that came back with an old rev is told of the turn from its beginning, and has asked to resume: then the
        # answer to that starts once more
        if shown.cursor is None or seq != shown.cursor + 1:
            asked = shown.resumed is not None and seq == shown.resumed + 1
            assert asked, f"{self}: seq {seq} after {shown.cursor}, resumed after {shown.resumed}"
            shown.resumed = None
        shown.cursor = seq
        assert shown.parts.setdefault(seq, text) == text, f"{self}: seq {seq} has two texts"
        if seq > shown.seq:
            assert seq == shown.seq + 1, f"{self}: shown up to {shown.seq}, then {seq}"
            shown.seq, shown.text = seq, shown.text + text

    def _ai_stream_end(self, frame: Frame) -> None:
        shown = self.turns.setdefault(frame["turn_id"], Shown())
        if shown.status != Turn.Status.RUNNING:
            assert (shown.status, shown.text) == (frame["status"], frame["content"]), f"{self}: two endings"
        assert frame["status"] != Turn.Status.RUNNING
        assert frame["content"].startswith(shown.text), f"{self}: the end lacks what was shown"
        shown.status, shown.text = frame["status"], frame["content"]

    def _conversation_updated(self, frame: Frame) -> None:
        self._next_rev = max(self._next_rev, frame["rev"])
        self.send({"type": "ping", "request_id": str(uuid.uuid4())})

    def _pong(self, frame: Frame) -> None:
        self.rev = self._next_rev

    def _error(self, frame: Frame) -> None:
        if frame["request_id"] is not None:
            self.asked.discard(frame["request_id"])
            self.refusals[frame["request_id"]] = frame["code"]
        assert frame["code"] not in ("bad_cursor", "bad_frame", "internal_error"), f"{self}: {frame['code']}"
