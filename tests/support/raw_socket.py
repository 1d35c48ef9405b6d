"""A client of the socket that obeys nothing: it reads only when told, and sends any frame."""

import base64
import os
import socket
import struct
from types import TracebackType
from typing import Self

from tests.support.product import Person

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
DEADLINE = 20.0


class RawSocket:
    """Shakes hands at once. ``buffer`` bounds what its kernel takes without anybody reading."""

    def __init__(self, person: Person, conversation: str, buffer: int | None = None) -> None:
        self.socket = socket.socket()
        if buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(DEADLINE)
        self.socket.connect(("127.0.0.1", person.product.port))
        lines = [
            f"GET /ws/chat/{conversation}/ HTTP/1.1",
            f"Host: {person.product.address}",
            f"Origin: {person.product.url}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            "Sec-WebSocket-Version: 13",
            f"Cookie: sessionid={person.session}",
        ]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self.head = b""
        while not self.head.endswith(b"\r\n\r\n"):
            byte = self.socket.recv(1)
            assert byte, f"no handshake: {self.head!r}"
            self.head += byte

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.socket.close()

    def send(self, payload: bytes, opcode: int = TEXT, *, last: bool = True) -> None:
        """One frame; raises OSError when the server has closed."""
        size = len(payload)
        head = bytes([(0x80 if last else 0) | opcode])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 65_536:
            head += b"\xfe" + struct.pack("!H", size)
        else:
            head += b"\xff" + struct.pack("!Q", size)
        self.socket.sendall(head + bytes(4) + payload)  # masked with zeros

    def rest(self, seconds: float = DEADLINE) -> bytes:
        """Everything until the server closes, in whatever way; raises TimeoutError."""
        self.socket.settimeout(seconds)
        found = b""
        try:
            while chunk := self.socket.recv(65_536):
                found += chunk
        except ConnectionError:
            pass
        return found

    def until(self, words: bytes) -> bytes:
        """Read until the words have come."""
        self.socket.settimeout(DEADLINE)
        found = b""
        while words not in found:
            chunk = self.socket.recv(65_536)
            assert chunk, f"closed after {found[-500:]!r}"
            found += chunk
        return found
