"""The stream relay: how late, how fast and how completely a model's words reach the browsers."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench import machine
from tests.support.model_server import running_model_server
from tests.support.processes import Server, free_port
from tests.support.product import Product, Setup

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    conversations: int
    deltas: int
    every_ms: int  # 0: as fast as they are taken
    spread: float = 1.0  # seconds over which the people send their messages

    def content(self, marker: str) -> str:
        pace = f"every={self.every_ms}ms" if self.every_ms else ""
        return f"Tell me. [[marker={marker} deltas={self.deltas} {pace} stamp]]"


# what a process does once in its life (imports, connections) is not measured
WARM_UP = Scenario("warm-up", 3, 10, 20, spread=0.0)
SCENARIOS = (
    Scenario("1 conversation", 1, 200, 20),
    Scenario("20 conversations", 20, 200, 20),
    Scenario("100 conversations", 100, 200, 20),
    Scenario("50 without pause", 50, 2000, 0, spread=0.0),
)


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


def measure(
    folder: Path, database_url: str, scenarios: tuple[Scenario, ...], servers: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Every scenario on each of ``servers`` ("bare relay", "trademe"), against one model server."""
    results: list[dict[str, Any]] = []
    with machine.on_cores(machine.OTHER_CORES), running_model_server() as model:
        model_url = f"{model.url}/v1"
        if "bare relay" in servers:
            with _running(BareRelay(folder, model_url)) as relay:
                for scenario in (WARM_UP, *scenarios):
                    visits = [{"path": "/", "cookie": ""}] * scenario.conversations
                    results.append(_measure("bare relay", relay, relay.port, scenario, visits))
        if "trademe" in servers:
            product = Product(folder / "trademe", _setup(model_url, database_url))
            product.migrate()
            with _running(product):
                idle = machine.memory_mb(_pid(product))
                for scenario in (WARM_UP, *scenarios):
                    visits = _prepared(product, scenario)
                    result = _measure("trademe", product, product.port, scenario, visits)
                    results.append({**result, "idle_mb": idle})
    return compared([result for result in results if result["scenario"] != WARM_UP.name])


def compared(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each result with how many times the bare relay's of this run it is, where both were measured."""
    bare = {result["scenario"]: result for result in results if result["server"] == "bare relay"}
    return [
        {**result, "times_bare_relay": _times(result, bare[result["scenario"]])}
        if result["server"] != "bare relay" and result["scenario"] in bare
        else result
        for result in results
    ]


def _times(result: dict[str, Any], bare: dict[str, Any]) -> dict[str, float]:
    times = {
        name: result["latency_ms"][name] / bare["latency_ms"][name]
        for name in ("p50", "p95", "p99")
        if bare["latency_ms"].get(name) and result["latency_ms"]
    }
    if bare["deltas_per_second"]:
        times["deltas_per_second"] = result["deltas_per_second"] / bare["deltas_per_second"]
    if bare["cpu_us_per_delta"]:
        times["cpu_us_per_delta"] = result["cpu_us_per_delta"] / bare["cpu_us_per_delta"]
    return {name: round(value, 2) for name, value in times.items()}


def _setup(model_url: str, database_url: str) -> Setup:
    environment = {
        "TRADEME_MODEL": "openai:bench",
        "OPENAI_BASE_URL": model_url,
        "OPENAI_API_KEY": "none",
        "TRADEME_RATE_LIMITS": "off",
    }
    return Setup(database_url=database_url, environment=environment)


@contextmanager
def _running(server: Any) -> Iterator[Any]:
    """The server on its own cores."""
    with machine.on_cores(machine.SERVER_CORES):
        server.start()
    try:
        yield server
    finally:
        server.terminate()


def _pid(server: Server) -> int:
    assert server.process is not None
    return server.process.pid


def _prepared(product: Product, scenario: Scenario) -> list[dict[str, str]]:
    names = [f"bench{scenario.conversations}x{scenario.deltas}n{number}" for number in range(scenario.conversations)]
    done = subprocess.run(
        [sys.executable, "-m", "bench.prepare", *names],
        env=product.environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    visits: list[dict[str, str]] = json.loads(done.stdout)
    return visits


def _measure(name: str, server: Server, port: int, scenario: Scenario, visits: list[dict[str, str]]) -> dict[str, Any]:
    pid = _pid(server)
    job = {
        "port": port,
        "visits": [
            {**visit, "marker": f"c{number}", "content": scenario.content(f"c{number}")}
            for number, visit in enumerate(visits)
        ],
        "deltas": scenario.deltas,
        "spread": scenario.spread,
        "greeting": name == "trademe",
        "deadline": scenario.spread + scenario.deltas * scenario.every_ms / 1000 + 60,
    }
    machine.forget_peak(pid)
    cpu = machine.cpu_seconds(pid)
    done = subprocess.run(
        [sys.executable, "-m", "bench.client"],
        input=json.dumps(job),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=ROOT,
    )
    measured = json.loads(done.stdout)
    cpu = machine.cpu_seconds(pid) - cpu
    return {
        "server": name,
        "scenario": scenario.name,
        **measured,
        "cpu_us_per_delta": round(cpu / max(measured["arrived"], 1) * 1e6, 1),
        "peak_mb": machine.peak_memory_mb(pid),
    }
