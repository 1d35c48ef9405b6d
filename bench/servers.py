"""The servers that are measured, each a process on the server's cores: the bare relay, and Trademe in four forms."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench import machine
from tests.support import postgres
from tests.support.postgres import PostgresCluster
from tests.support.processes import Server, free_port
from tests.support.product import Product, Setup
from trademe.serve import uvicorn_arguments

ROOT = Path(__file__).resolve().parent.parent

BARE = "bare relay"
DATABASES = ("sqlite", "postgresql")
OFF = ", no journal"
SERVERS = (BARE, *(f"{database}{journal}" for database in DATABASES for journal in (OFF, "")))


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers. ``greeting``: it speaks first on a socket."""

    name: str
    server: Server
    port: int
    greeting: bool
    idle_mb: float

    @property
    def pid(self) -> int:
        assert self.server.process is not None
        return self.server.process.pid

    def visits(self, count: int, times: int) -> list[list[dict[str, str]]]:
        """``times`` sets of ``count`` sockets, each with a conversation of its own that is empty."""
        if not isinstance(self.server, Product):
            return [[{"path": "/", "cookie": ""}] * count] * times
        command = [sys.executable, "-m", "bench.prepare", str(count), str(times)]
        environment = self.server.environment
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{self.name} could not be prepared\n{done.stderr}"
        visits: list[list[dict[str, str]]] = json.loads(done.stdout)
        return visits


class BareRelay(Server):
    """``bench.bare_relay`` under the same uvicorn."""

    def __init__(self, folder: Path, model_url: str) -> None:
        super().__init__(folder / "bare-relay.log")
        self.port = free_port()
        self._environment = {**os.environ, "OPENAI_BASE_URL": model_url}

    def start(self) -> None:
        command = [sys.executable, "-m", "uvicorn", "bench.bare_relay:application", "--port", str(self.port)]
        command += ["--ws", "websockets-sansio", "--no-access-log", "--log-level", "warning"]
        self.spawn(command, self._answers, environment=self._environment, folder=ROOT)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/", timeout=2, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False


class WithoutJournal(Product):
    """The product under ``bench.without_journal``."""

    def start(self, deadline: float = 40.0) -> None:
        arguments = ["bench.without_journal:application", *uvicorn_arguments(self.port)[1:]]
        self._serve(["-m", "uvicorn", *arguments], deadline)


def available(names: tuple[str, ...]) -> tuple[str, ...]:
    """Those that can run here: PostgreSQL may not be installed."""
    return tuple(name for name in names if not name.startswith("postgresql") or postgres.binaries() is not None)


@contextlib.contextmanager
def running(names: tuple[str, ...], folder: Path, model_url: str) -> Iterator[list[Running]]:
    """All of them at once; the database server, like the model and the browsers, runs on the other cores."""
    with contextlib.ExitStack() as stack:
        cluster = None
        if any(name.startswith("postgresql") for name in names):
            cluster = PostgresCluster(durable=True)
            stack.callback(cluster.remove)
            cluster.start()
        yield [stack.enter_context(_started(name, folder, model_url, cluster)) for name in names]


@contextlib.contextmanager
def _started(name: str, folder: Path, model_url: str, cluster: PostgresCluster | None) -> Iterator[Running]:
    server: BareRelay | Product
    if name == BARE:
        server = BareRelay(folder, model_url)
    else:
        url = cluster.create_database() if cluster is not None and name.startswith("postgresql") else ""
        kind = WithoutJournal if name.endswith(OFF) else Product
        server = kind(folder / name.replace(", ", "-").replace(" ", "-"), _setup(model_url, url))
        server.migrate()
    with machine.on_cores(machine.SERVER_CORES):
        server.start()
    try:
        assert server.process is not None
        yield Running(name, server, server.port, name != BARE, machine.memory_mb(server.process.pid))
    finally:
        server.terminate()


def _setup(model_url: str, database_url: str) -> Setup:
    environment = {
        "TRADEME_MODEL": "openai:bench",
        "OPENAI_BASE_URL": model_url,
        "OPENAI_API_KEY": "none",
        "TRADEME_RATE_LIMITS": "off",
        "TRADEME_TITLES": "off",  # one call a conversation more, which the others measured beside do not make
    }
    return Setup(database_url=database_url, environment=environment)
