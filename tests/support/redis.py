"""A Redis server of its own that keeps nothing."""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.support.processes import Server, free_port
from tests.support.proxy import Proxy

HOST = "127.0.0.1"


class RedisServer(Server):
    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="trademe-redis-"))
        self.port = free_port()
        super().__init__(self.folder / "redis.log")

    @property
    def url(self) -> str:
        return self.url_through(self.port)

    def url_through(self, port: int) -> str:
        """As products connect; ``port`` is that of a proxy."""
        return f"redis://{HOST}:{port}/0"

    def start(self) -> None:
        binary = shutil.which("redis-server")
        assert binary is not None, "Redis is not installed"
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.spawn([binary, *options, "--dir", str(self.folder)], self._answers)

    def flush(self) -> None:
        """Forget everything that is stored."""
        assert self._ask(b"FLUSHALL\r\n") == b"+OK\r\n"

    def remove(self) -> None:
        self.kill9()  # keeps nothing, and may be frozen
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            return self._ask(b"PING\r\n").startswith(b"+PONG")
        except OSError:
            return False

    def _ask(self, command: bytes) -> bytes:
        with socket.create_connection((HOST, self.port), timeout=2) as connection:
            connection.sendall(command)
            return connection.recv(64)


def deafen(proxy: Proxy) -> None:
    """Subscribers behind the proxy lose every message, silently: subscribing itself still works."""
    proxy.drop_if(is_message, "down", split=replies)


def is_message(reply: bytes) -> bool:
    """Whether it is a message of a channel, as the second version of the protocol sends it or the third."""
    kind = reply[1:].partition(b"\r\n")[2]
    return reply[:1] in (b"*", b">") and kind.startswith((b"$7\r\nmessage\r\n", b"$8\r\npmessage\r\n"))


def replies(buffer: bytearray) -> Iterator[bytes]:
    """Take whole replies of Redis's protocol out of the buffer."""
    while (end := _end_of_reply(buffer, 0)) is not None:
        yield bytes(buffer[:end])
        del buffer[:end]


def _end_of_reply(buffer: bytearray, start: int) -> int | None:
    """Where the reply that begins at ``start`` ends; None while it is incomplete."""
    line = buffer.find(b"\r\n", start)
    if line < 0:
        return None
    kind, count, end = bytes(buffer[start : start + 1]), bytes(buffer[start + 1 : line]), line + 2
    if kind in (b"$", b"=", b"!"):
        end += int(count) + 2 if int(count) >= 0 else 0
        return end if end <= len(buffer) else None
    if kind in (b"*", b">", b"~", b"%"):
        position: int | None = end
        for _ in range(int(count) * (2 if kind == b"%" else 1)):
            position = _end_of_reply(buffer, position) if position is not None else None
        return position
    return end
