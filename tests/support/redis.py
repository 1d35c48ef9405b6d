"""A Redis server of its own that keeps nothing."""

import shutil
import socket
import tempfile
from pathlib import Path

from tests.support.processes import Server, free_port


class RedisServer(Server):
    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="trademe-redis-"))
        self.port = free_port()
        super().__init__(self.folder / "redis.log")

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        binary = shutil.which("redis-server")
        assert binary is not None, "Redis is not installed"
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.spawn([binary, *options, "--dir", str(self.folder)], self._answers)

    def remove(self) -> None:
        self.terminate()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False
