"""The benchmark counts what arrives and says so when something does not."""

import asyncio
import json
from pathlib import Path

from bench.__main__ import text
from bench.client import Job, Visit, _measure
from bench.comparison import journal_cost, medians
from bench.relay import Scenario, measure
from bench.servers import BARE, OFF
from bench.socket import Received, Socket


def test_it_works(tmp_path: Path) -> None:
    scenario = Scenario("two", 2, 5, 10, spread=0.0)
    results = measure(tmp_path, (scenario,), (BARE, f"sqlite{OFF}", "sqlite"), repetitions=1)
    assert [(result["server"], result["scenario"]) for result in results] == [
        (BARE, "two"),
        (f"sqlite{OFF}", "two"),
        ("sqlite", "two"),
    ]
    assert {(result["arrived"], result["wrong"], result["ended"]) for result in results} == {(10, 0, 2)}
    assert all(result["latency_ms"]["p50"] > 0 for result in results)
    report = {
        "relay": medians(results),
        "journal": journal_cost(results),
        "machine": {"processor": "some", "server cores": "[0]"},
        "load_before": 0.0,
        "load_after": 0.0,
        "fsync_ms": {"p50": 1, "p99": 1},
        "idle_mb": {},
        "not_measured": ["postgresql"],
    }
    shown = text(report)
    assert "10 of 10" in shown
    assert "What the journal adds" in shown
    assert "NOT MEASURED: postgresql" in shown


def chunk(text: str, at: int = 2_000_000) -> Received:
    return Received(at, json.dumps({"type": "ai_stream_chunk", "text": text}).encode())


def end(content: str) -> Received:
    return Received(3_000_000, json.dumps({"type": "ai_stream_end", "status": "complete", "content": content}).encode())


def wrong(*frames: Received) -> int:
    """How many faults are found when these frames answer a message that asks for two deltas."""

    async def run() -> int:
        socket = Socket(b"end")
        socket.frames = list(frames)
        job = Job(port=0, visits=[Visit("/", "", "c0", "")], deltas=2, spread=0, greeting=False, deadline=1)
        return _measure(job, [socket], {"c0": 0}, 0).wrong

    return asyncio.run(run())


def test_what_is_whole_has_no_fault() -> None:
    assert wrong(chunk("c0.0.1 c0.1.2 "), end("c0.0.1 c0.1.2 ")) == 0


def test_faults_are_counted() -> None:
    assert wrong(chunk("c0.0.1 "), end("c0.0.1 ")) == 1  # one is missing
    assert wrong(chunk("c0.0.1 c0.0.1 c0.1.2 "), end("c0.0.1 c0.0.1 c0.1.2 ")) == 1  # one came twice
    assert wrong(chunk("c0.0.1 c7.1.2 "), end("c0.0.1 c7.1.2 ")) == 1  # one is another conversation's
    assert wrong(chunk("c0.0.1 c0.1.2 "), end("c0.0.1 ")) == 1  # the end says something else


def test_frames_come_in_any_pieces() -> None:
    async def run() -> list[bytes]:
        socket = Socket(b"end")
        socket.opened.set()
        long = b"x" * 300
        stream = b"\x81\x02hi" + b"\x81\x7e\x01\x2c" + long + b"\x01\x02he\x80\x03llo"
        for at in range(len(stream)):
            socket.data_received(stream[at : at + 1])
        return [frame.payload for frame in socket.frames]

    assert asyncio.run(run()) == [b"hi", b"x" * 300, b"hello"]
