"""Server-sent events from bytes, whichever way the network cut them."""

MAX_EVENT = 1024 * 1024  # bytes; no delta is that long


class EventTooLong(Exception):
    """The server sent a line or an event beyond any use."""


class EventReader:
    """Turns chunks of bytes into the data of whole events; comments, names and ids of events are left out.

    It stays in bytes: a line holds whole characters, so a character cut by the network needs no care.
    """

    __slots__ = ("_at_start", "_pending", "_size")

    def __init__(self) -> None:
        self._pending: list[bytes] = []  # the beginning of an event that is not complete
        self._size = 0
        self._at_start = True

    def feed(self, chunk: bytes) -> list[bytes]:
        """The data of each event that ``chunk`` completes; raises EventTooLong."""
        if b"\n" not in chunk and b"\r" not in chunk:
            self._keep(chunk)
            return []
        received = b"".join((*self._pending, chunk))
        self._pending.clear()
        self._size = 0
        if self._at_start:
            received = self._without_mark(received)
        held = b""
        if b"\r" in received:
            if received.endswith(b"\r"):  # perhaps the first half of CR LF
                received, held = received[:-1], b"\r"
            received = received.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *events, rest = received.split(b"\n\n")
        self._keep(rest + held)
        return [data for event in events if (data := _data(event)) is not None]

    def finish(self) -> list[bytes]:
        """The data of a last event whose lines are whole but that no blank line ended."""
        received = b"".join(self._pending).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self._pending.clear()
        whole, newline, _ = received.rpartition(b"\n")
        data = _data(whole) if newline else None
        return [] if data is None else [data]

    def _keep(self, rest: bytes) -> None:
        if rest:
            self._pending.append(rest)
            self._size += len(rest)
            if self._size > MAX_EVENT:
                raise EventTooLong

    def _without_mark(self, received: bytes) -> bytes:
        """A byte order mark may begin the stream."""
        self._at_start = False
        return received.removeprefix(b"\xef\xbb\xbf")


def _data(event: bytes) -> bytes | None:
    """The data lines of one event, joined; None for an event that has none."""
    if event.startswith(b"data: ") and b"\n" not in event:
        return event[6:]
    values = [
        line[5:].removeprefix(b" ") for line in event.split(b"\n") if line.startswith(b"data:") or line == b"data"
    ]
    return b"\n".join(values) if values else None
