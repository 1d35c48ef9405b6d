"""``python -m bench.client``: the browsers of one scenario in a process of their own; job in, measurements out."""

import asyncio
import json
import re
import sys
import time
import uuid
from dataclasses import asdict, dataclass
from typing import Any

from bench.socket import Received, Socket, open_socket

END = b'"ai_stream_end"'
DELTA = re.compile(r"(\w+)\.(\d+)\.(\d+) ")


@dataclass(frozen=True, slots=True)
class Visit:
    """One socket of a scenario and what is said on it."""

    path: str
    cookie: str
    marker: str
    content: str


@dataclass(frozen=True, slots=True)
class Job:
    port: int
    visits: list[Visit]
    deltas: int  # of each reply
    spread: float  # seconds over which the messages are sent
    greeting: bool  # the server speaks first
    deadline: float  # seconds for all replies


@dataclass(slots=True)
class Measured:
    """Added latency is from the model server's write of a delta to the last byte of the frame that shows it."""

    conversations: int
    expected: int
    arrived: int
    wrong: int  # doubled, out of order, of another conversation, or not what the end said
    ended: int
    closed: list[str]
    latency_ms: dict[str, float]
    first_ms: dict[str, float]  # from sending the message to the first text
    seconds: float  # from the first message to the last text
    deltas_per_second: float
    frames: int
    bytes_per_delta: float  # of frames with text
    all_bytes_per_delta: float  # of everything the server sent, the whole reply at its end included


async def run(job: Job) -> Measured:
    sockets = await _open_all(job)
    sent: dict[str, int] = {}
    started = time.monotonic_ns()

    async def visit(number: int, visited: Visit, socket: Socket) -> None:
        await asyncio.sleep(job.spread * number / len(job.visits))
        sent[visited.marker] = time.monotonic_ns()
        socket.send(json.dumps({"type": "ai_chat", "request_id": str(uuid.uuid4()), "content": visited.content}))
        await socket.ended.wait()

    visits = [visit(number, *pair) for number, pair in enumerate(zip(job.visits, sockets, strict=True))]
    try:
        async with asyncio.timeout(job.deadline):
            await asyncio.gather(*visits)
    except TimeoutError:
        pass  # what is missing is counted
    for socket in sockets:
        socket.close()
    return _measure(job, sockets, sent, started)


async def _open_all(job: Job) -> list[Socket]:
    sockets = []
    for visited in job.visits:
        socket = await open_socket(job.port, visited.path, visited.cookie, END)
        if job.greeting:
            async with asyncio.timeout(30):
                await socket.greeted.wait()
        socket.wire_bytes = 0
        sockets.append(socket)
    return sockets


@dataclass(slots=True)
class _Tally:
    latencies: list[float]
    firsts: list[float]
    arrived: int = 0
    wrong: int = 0
    ended: int = 0
    frames: int = 0
    chunk_bytes: int = 0
    last: int = 0


def _measure(job: Job, sockets: list[Socket], sent: dict[str, int], started: int) -> Measured:
    tally = _Tally([], [], last=started)
    for visited, socket in zip(job.visits, sockets, strict=True):
        _count(visited, job.deltas, socket.frames, sent[visited.marker], tally)
    arrived = max(tally.arrived, 1)
    seconds = (tally.last - started) / 1e9
    return Measured(
        conversations=len(sockets),
        expected=job.deltas * len(sockets),
        arrived=tally.arrived,
        wrong=tally.wrong,
        ended=tally.ended,
        closed=[socket.closed for socket in sockets if socket.closed][:5],
        latency_ms=_percentiles(tally.latencies),
        first_ms=_percentiles(tally.firsts),
        seconds=round(seconds, 3),
        deltas_per_second=round(tally.arrived / seconds, 1) if seconds else 0.0,
        frames=tally.frames,
        bytes_per_delta=round(tally.chunk_bytes / arrived, 1),
        all_bytes_per_delta=round(sum(socket.wire_bytes for socket in sockets) / arrived, 1),
    )


def _count(visited: Visit, deltas: int, frames: list[Received], sent: int, tally: _Tally) -> None:
    """Each delta must come once, in order, in its own conversation, and the end must repeat the whole."""
    expected = 0
    texts: list[str] = []
    for frame in frames:
        fields: dict[str, Any] = json.loads(frame.payload)
        if fields["type"] == "ai_stream_chunk":
            tally.frames += 1
            # a frame's head is 2 bytes, 4 from 126 bytes on
            tally.chunk_bytes += len(frame.payload) + (4 if len(frame.payload) > 125 else 2)
            tally.last = max(tally.last, frame.at)
            if not texts:
                tally.firsts.append((frame.at - sent) / 1e6)
            texts.append(fields["text"])
            for marker, number, stamp in DELTA.findall(fields["text"]):
                tally.latencies.append((frame.at - int(stamp)) / 1e6)
                if marker != visited.marker or int(number) != expected:
                    tally.wrong += 1
                expected = int(number) + 1
                tally.arrived += 1
        elif fields["type"] == "ai_stream_end":
            tally.ended += 1
            if fields["status"] != "complete" or fields["content"] != "".join(texts) or expected != deltas:
                tally.wrong += 1


def _percentiles(values: list[float]) -> dict[str, float]:
    if not values:
        return {}
    ordered = sorted(values)
    return {
        name: round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 2)
        for name, share in (("p50", 0.50), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
    }


def main() -> None:
    fields = json.load(sys.stdin)
    job = Job(**{**fields, "visits": [Visit(**visited) for visited in fields["visits"]]})
    json.dump(asdict(asyncio.run(run(job))), sys.stdout)


if __name__ == "__main__":
    main()
