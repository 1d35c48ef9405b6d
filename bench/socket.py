"""A client's side of a WebSocket that costs as little as possible: it notes when which bytes came, nothing more."""

import asyncio
import base64
import os
import time
from dataclasses import dataclass, field

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class Refused(Exception):
    """The server did not accept the socket."""


@dataclass(slots=True)
class Received:
    """One text frame. ``at``: CLOCK_MONOTONIC in ns, when its last byte came."""

    at: int
    payload: bytes


@dataclass(slots=True)
class Socket(asyncio.Protocol):
    """Connected by ``open_socket``. ``ended``: a frame held ``end``, or the server closed."""

    end: bytes
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    greeted: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    frames: list[Received] = field(default_factory=list)
    wire_bytes: int = 0
    closed: str = ""
    _buffer: bytes = b""
    _parts: bytes = b""
    _transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = self.closed or "connection lost"
        for event in (self.opened, self.greeted, self.ended):
            event.set()

    def data_received(self, data: bytes) -> None:
        now = time.monotonic_ns()
        buffer = self._buffer + data if self._buffer else data
        if not self.opened.is_set():
            head, found, buffer = buffer.partition(b"\r\n\r\n")
            if not found:
                self._buffer = head
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.closed = head.split(b"\r\n")[0].decode("latin-1")
            self.opened.set()
        else:
            self.wire_bytes += len(data)
        at, size = 0, len(buffer)
        while size - at >= 2:
            length = buffer[at + 1] & 127
            start = at + 2
            if length == 126:
                start += 2
                length = int.from_bytes(buffer[at + 2 : start], "big") if size >= start else size
            elif length == 127:
                start += 8
                length = int.from_bytes(buffer[at + 2 : start], "big") if size >= start else size
            if size - start < length:
                break
            self._frame(buffer[at], buffer[start : start + length], now)
            at = start + length
        self._buffer = buffer[at:]

    def _frame(self, first: int, payload: bytes, now: int) -> None:
        kind = first & 15
        if kind in (0, TEXT):
            self._parts = self._parts + payload if self._parts else payload
            if first & 128:
                self.frames.append(Received(now, self._parts))
                self.greeted.set()
                if self.end in self._parts:
                    self.ended.set()
                self._parts = b""
        elif kind == PING:
            self._write(PONG, payload)
        elif kind == CLOSE:
            self.closed = f"closed with {int.from_bytes(payload[:2], 'big')}"
            self.ended.set()

    def send(self, text: str) -> None:
        self._write(TEXT, text.encode())

    def _write(self, kind: int, payload: bytes) -> None:
        assert self._transport is not None
        size = len(payload)
        if size < 126:
            head = bytes((128 | kind, 128 | size))
        elif size < 65536:
            head = bytes((128 | kind, 128 | 126)) + size.to_bytes(2, "big")
        else:
            head = bytes((128 | kind, 128 | 127)) + size.to_bytes(8, "big")
        # a mask of zeros is a mask, and costs nothing
        self._transport.write(head + b"\0\0\0\0" + payload)

    def greet(self, host: str, path: str, cookie: str) -> None:
        assert self._transport is not None
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {host}",
            f"Origin: http://{host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            *([f"Cookie: sessionid={cookie}"] if cookie else []),
        ]
        self._transport.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


async def open_socket(port: int, path: str, cookie: str, end: bytes) -> Socket:
    """Raises Refused, OSError or TimeoutError."""
    loop = asyncio.get_running_loop()
    _transport, socket = await loop.create_connection(lambda: Socket(end), "127.0.0.1", port)
    socket.greet(f"127.0.0.1:{port}", path, cookie)
    async with asyncio.timeout(30):
        await socket.opened.wait()
    if socket.closed:
        raise Refused(socket.closed)
    return socket
