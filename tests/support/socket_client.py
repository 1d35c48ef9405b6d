"""A client of ``/ws/chat/<uuid>/`` that remembers every frame and every character it was shown."""

import json
import time
import uuid
from types import TracebackType
from typing import Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

Frame = dict[str, Any]

DEADLINE = 20.0  # seconds that a frame may take


class Refused(Exception):
    """The server answered with ``error`` while something else was expected."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(f"{frame['code']}: {frame['message']}")
        self.frame = frame
        self.code: str = frame["code"]


class Transcript:
    """The text of one turn as its chunks showed it; a gap or a repeat is an error (promise P2)."""

    def __init__(self, text: str = "", seq: int = 0) -> None:
        self.text = text
        self.seq = seq

    def add(self, frame: Frame) -> None:
        assert frame["seq"] == self.seq + 1, f"chunk {frame['seq']} came after {self.seq}"
        self.seq = frame["seq"]
        self.text += frame["text"]


class SocketClient:
    """Connects at once. ``transcripts`` of an earlier socket make a reconnect go on where that one ended.

    ``rev``: up to where the page is rendered that this socket belongs to. ``way``: how else to get there, as
    ``websockets`` names it (``sock``, ``ssl``, ``server_hostname``).
    """

    def __init__(
        self,
        address: str,
        conversation: str,
        session: str = "",
        *,
        origin: str | None = None,
        transcripts: dict[str, Transcript] | None = None,
        rev: int | None = None,
        compressed: bool = True,
        language: str = "en",
        scheme: str = "ws",
        **way: Any,
    ) -> None:
        headers = {"Accept-Language": language}
        if session:
            headers["Cookie"] = f"sessionid={session}"
        self.frames: list[Frame] = []
        self.transcripts: dict[str, Transcript] = transcripts if transcripts is not None else {}
        self._connection: ClientConnection = connect(
            f"{scheme}://{address}/ws/chat/{conversation}/" + ("" if rev is None else f"?rev={rev}"),
            origin=Origin(origin or f"http://{address}"),
            additional_headers=headers,
            proxy=None,
            legacy=True,  # returns the connection itself; close() ends it
            compression="deflate" if compressed else None,
            max_size=16 * 1024 * 1024,
            open_timeout=DEADLINE,
            close_timeout=2,
            ping_interval=None,  # tests freeze servers, and read on when they like
            **way,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def drop(self) -> None:
        """Lose the network: the connection is gone without a goodbye."""
        self._connection.socket.close()

    def send(self, type: str, *, request_id: str | None = None, **fields: Any) -> str:
        """Send a command and return its request_id."""
        chosen = request_id or str(uuid.uuid4())
        self.send_text(json.dumps({"type": type, "request_id": chosen, **fields}))
        return chosen

    def send_text(self, text: str) -> None:
        self._connection.send(text)

    def receive(self, deadline: float = DEADLINE) -> Frame:
        """The next frame; raises TimeoutError, or ConnectionClosed when the server closed."""
        frame: Frame = json.loads(self._connection.recv(timeout=deadline))
        self.frames.append(frame)
        if frame["type"] == "ai_stream_chunk":
            self.transcripts.setdefault(frame["turn_id"], Transcript()).add(frame)
        return frame

    def expect(self, type: str, deadline: float = DEADLINE, **fields: Any) -> Frame:
        """The next frame of that type with those fields; others are remembered and passed over.

        An ``error`` that was not asked for raises Refused.
        """
        ends = time.monotonic() + deadline
        while True:
            remaining = ends - time.monotonic()
            if remaining <= 0:
                raise TimeoutError(f"no {type} {fields} within {deadline} s; seen: {self.seen()}")
            try:
                frame = self.receive(remaining)
            except TimeoutError:
                continue
            if frame["type"] == type and fields.items() <= frame.items():
                return frame
            if frame["type"] == "error":
                raise Refused(frame)

    def until(self, type: str, deadline: float = DEADLINE, **fields: Any) -> list[Frame]:
        """All frames from here to the expected one, which is the last."""
        start = len(self.frames)
        self.expect(type, deadline, **fields)
        return self.frames[start:]

    def refusal(self, request_id: str, deadline: float = DEADLINE) -> Frame:
        """The ``error`` that answers a command."""
        while (frame := self.receive(deadline))["type"] != "error" or frame["request_id"] != request_id:
            continue
        return frame

    def established(self) -> Frame:
        """The first frame."""
        frame = self.receive()
        assert frame["type"] == "connection_established", frame
        return frame

    def say(self, content: str, parent: str | None = None, deadline: float = DEADLINE, **more: Any) -> Frame:
        """Send a message, wait for the end of the reply and return ``ai_stream_end``."""
        fields = {"content": content, **more} | ({} if parent is None else {"parent": parent})
        request_id = self.send("ai_chat", **fields)
        return self.expect("ai_stream_end", deadline, request_id=request_id)

    def resume(self, turn_id: str, after_seq: int | None = None) -> str:
        """Ask for the rest of a turn, after what this client was shown of it."""
        known = self.transcripts.get(turn_id, Transcript())
        return self.send("resume", turn_id=turn_id, after_seq=known.seq if after_seq is None else after_seq)

    def shown(self, turn_id: str) -> str:
        """Every character of the turn that arrived."""
        return self.transcripts[turn_id].text if turn_id in self.transcripts else ""

    def close_code(self, deadline: float = DEADLINE) -> int | None:
        """Read on until the server closes and return its code."""
        ends = time.monotonic() + deadline
        try:
            while (remaining := ends - time.monotonic()) > 0:
                self.receive(remaining)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None
        raise TimeoutError(f"not closed within {deadline} s; seen: {self.seen()}")

    def seen(self) -> list[str]:
        """The types of all frames so far."""
        return [frame["type"] for frame in self.frames]
