"""The stream relay: how late, how fast and how completely a model's words reach the browsers."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import machine
from bench.servers import ROOT, Running, running
from tests.support.model_server import running_model_server


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


def measure(
    folder: Path, scenarios: tuple[Scenario, ...], names: tuple[str, ...], repetitions: int
) -> list[dict[str, Any]]:
    """Every scenario on each server, ``repetitions`` times, the servers taking turns, against one model server."""
    results: list[dict[str, Any]] = []
    with (
        machine.on_cores(machine.OTHER_CORES),
        running_model_server() as model,
        running(names, folder, f"{model.url}/v1") as servers,
    ):
        for server in servers:
            _measure(server, WARM_UP, server.visits(WARM_UP.conversations, 1)[0])
        for scenario in scenarios:
            visits = {server.name: server.visits(scenario.conversations, repetitions) for server in servers}
            for repetition in range(repetitions):
                for server in servers:
                    result = _measure(server, scenario, visits[server.name][repetition])
                    results.append({**result, "repetition": repetition, "load": machine.load()})
    return results


def _measure(server: Running, scenario: Scenario, visits: list[dict[str, str]]) -> dict[str, Any]:
    job = {
        "port": server.port,
        "visits": [
            {**visit, "marker": f"c{number}", "content": scenario.content(f"c{number}")}
            for number, visit in enumerate(visits)
        ],
        "deltas": scenario.deltas,
        "spread": scenario.spread,
        "greeting": server.greeting,
        "deadline": scenario.spread + scenario.deltas * scenario.every_ms / 1000 + 60,
    }
    machine.forget_peak(server.pid)
    cpu = machine.cpu_seconds(server.pid)
    done = subprocess.run(
        [sys.executable, "-m", "bench.client"],
        input=json.dumps(job),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=ROOT,
    )
    measured = json.loads(done.stdout)
    cpu = machine.cpu_seconds(server.pid) - cpu
    return {
        "server": server.name,
        "scenario": scenario.name,
        **measured,
        "cpu_us_per_delta": round(cpu / max(measured["arrived"], 1) * 1e6, 1),
        "peak_mb": machine.peak_memory_mb(server.pid),
        "idle_mb": server.idle_mb,
    }
