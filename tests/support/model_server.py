"""A model server on loopback that speaks the OpenAI and Anthropic streams and keeps a ledger of its calls.

Its behaviour comes from directives (``tests.support.model_directives``) in the model's name or the last user message.
``python -m tests.support.model_server --port 0 --ledger FILE`` prints ``{"port": …}`` and serves until it is ended.
"""

import argparse
import asyncio
import base64
import hashlib
import itertools
import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.request import urlopen

from tests.support.model_directives import Directives
from tests.support.model_wire import AnthropicWire, Call, OpenAIWire, Wire

ROOT = Path(__file__).resolve().parents[2]
FLOOD_BATCH = 32  # deltas written at once when there is no pause between them
REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 429: "Too Many Requests"}


@dataclass(slots=True)
class Entry:
    """One call in the ledger. ``ended`` is empty while it runs."""

    number: int
    api: str
    model: str
    marker: str
    message_sha256: str
    messages: int  # how many came along
    system: bool
    client_port: int  # tells connections apart
    status: int
    started: float  # seconds since the epoch
    tool: str = ""  # that the answer was to fill in
    deltas: int = 0
    ended: str = ""  # finished, client gone, cut, error frame, refused, dropped, garbage, server closed
    ended_after: float | None = None  # seconds


@dataclass(slots=True)
class Ledger:
    path: Path | None = None
    entries: list[Entry] = field(default_factory=list)
    _refused: Counter[str] = field(default_factory=Counter)

    def open(self, call: Call, directives: Directives, client_port: int) -> Entry:
        digest = hashlib.sha256(call.last_user_message.encode("utf-8", "surrogatepass")).hexdigest()
        status = directives.status
        if status != 200 and directives.once and self._refused[digest]:
            status = 200
        if status != 200:
            self._refused[digest] += 1
        entry = Entry(
            number=len(self.entries) + 1,
            api=call.api,
            model=call.model,
            marker=directives.marker or digest[:8],
            message_sha256=digest,
            messages=len(call.messages),
            system=any(message["role"] == "system" for message in call.messages),
            client_port=client_port,
            status=status,
            started=time.time(),
            tool=call.tool,
        )
        self.entries.append(entry)
        return entry

    def close(self, entry: Entry, ended: str) -> None:
        if entry.ended:
            return
        entry.ended = ended
        entry.ended_after = round(time.time() - entry.started, 3)
        if self.path is not None:
            with self.path.open("a") as file:
                file.write(json.dumps(asdict(entry)) + "\n")

    def close_all(self) -> None:
        for entry in self.entries:
            self.close(entry, "server closed")


class Reply:
    """One reply on its way: written by timers, or as fast as the connection takes it."""

    def __init__(self, connection: "Connection", call: Call, directives: Directives, entry: Entry) -> None:
        self._connection = connection
        self._directives = directives
        self._entry = entry
        self._call = call
        self._wire: Wire = (OpenAIWire if call.api == "openai" else AnthropicWire)(call, directives)
        self._texts = _texts(directives, entry.marker)
        self._timer: asyncio.TimerHandle | None = None
        self._noise = _noise(directives)
        self._began = 0.0
        self._loop = asyncio.get_running_loop()
        self._later(directives.late, self._headers)

    def _later(self, delay: float, step: Any) -> None:
        if delay:
            self._timer = self._loop.call_later(delay, step)
        else:
            step()

    def client_gone(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._connection.server.ledger.close(self._entry, "client gone")

    def _close(self, ended: str) -> None:
        self._connection.server.ledger.close(self._entry, ended)
        self._connection.reply_ended()

    def _headers(self) -> None:
        directives = self._directives
        if directives.drop:
            self._connection.cut(reset=directives.reset)
            self._close("dropped")
        elif self._entry.status != 200:
            headers = [("Retry-After", directives.retry)] if directives.retry else []
            error = {"type": f"refused_{self._entry.status}", "message": "As the message asked."}
            self._connection.respond(self._entry.status, {"type": "error", "error": error}, headers)
            self._close("refused")
        elif directives.garbage or directives.html:
            body = b"<!doctype html><title>Hello</title>" if directives.html else bytes(range(256)) * 8 + b"\n\n"
            self._connection.respond_bytes(200, body, "text/html" if directives.html else "text/event-stream")
            self._close("garbage")
        elif self._call.tool and not directives.notool:
            arguments = base64.b64decode(directives.answer64).decode() or "{}"
            self._connection.respond_bytes(200, self._wire.filled(arguments, 7), "application/json")
            self._close("finished")
        elif not self._call.stream:
            text = "".join(json.loads(b'"' + text + b'"') for text in self._texts)
            body = self._wire.whole(text, directives.count)
            self._entry.deltas = directives.count
            self._connection.respond_bytes(200, body, "application/json")
            self._close("finished")
        else:
            self._connection.write_head("text/event-stream")
            self._connection.write_chunk(self._event(self._wire.opening()))
            self._connection.flush()
            if directives.keepalive:
                self._keep_alive()
            self._later(directives.slow, self._start)

    def _keep_alive(self) -> None:
        """Comments for a reply that has not begun to speak, or does not go on."""
        if self._entry.ended:
            return
        if not self._began or self._entry.deltas == self._directives.stall_after:
            self._connection.write_chunk(self._event(self._wire.ping()))
            self._connection.flush()
        self._loop.call_later(self._directives.keepalive, self._keep_alive)

    def _start(self) -> None:
        self._began = self._loop.time()
        if self._directives.every:
            self._tick()
        else:
            self.resume()

    def _tick(self) -> None:
        """Write one delta; the next is due by the clock, so that a late timer does not slow the whole reply."""
        if self._step():
            self._connection.flush()
            self._timer = self._loop.call_at(self._began + self._entry.deltas * self._directives.every, self._tick)

    def resume(self) -> None:
        """The connection takes bytes again."""
        if self._directives.every or not self._began:
            return
        while not (self._connection.paused or self._connection.broken):
            for _ in range(FLOOD_BATCH):
                if not self._step():
                    return
            self._connection.flush()

    def _step(self) -> bool:
        """Write what comes next; False when the reply has ended or stands still."""
        directives, entry, connection = self._directives, self._entry, self._connection
        if entry.ended:
            return False
        if entry.deltas == directives.cut or connection.is_full:
            return self._cut()
        if entry.deltas == directives.errorframe:
            connection.write_chunk(self._event(self._wire.error()))
            connection.end_chunks()
            self._close("error frame")
            return False
        if entry.deltas == directives.stall_after:
            connection.flush()
            return False
        if self._noise and entry.deltas in (directives.noise, directives.noisedata):
            connection.write_chunk(self._noise)
            self._noise = b""
        text = next(self._texts, None)
        if text is None:
            if not directives.nofinish:
                connection.write_chunk(self._event(self._wire.ending(entry.deltas)))
            if connection.is_full:
                return self._cut()
            connection.end_chunks()
            self._close("finished")
            return False
        if directives.pings:
            connection.write_chunk(self._event(self._wire.ping()))
        if connection.write_chunk(self._event(self._wire.delta(text))):
            entry.deltas += 1  # a delta whose last byte is not sent was not said
        return True

    def _cut(self) -> bool:
        self._connection.cut(reset=self._directives.reset)
        self._close("cut")
        return False

    def _event(self, event: bytes) -> bytes:
        return event.replace(b"\n", b"\r\n") if self._directives.crlf else event


def _noise(directives: Directives) -> bytes:
    """Bytes that nobody understands."""
    chance = random.Random(directives.dice)
    if directives.noisedata >= 0:
        return b"data: \x00" + chance.randbytes(64).translate(None, b"\r\n") + b"\n\n"
    return chance.randbytes(2_048).replace(b"data", b"none") + b"\n\n"


def _texts(directives: Directives, marker: str) -> Iterator[bytes]:
    """The text of each delta as the inside of a JSON string."""
    count = directives.count
    if directives.halves:
        units = directives.text.encode("utf-16-be")
        yield from (b"\\u" + units[start : start + 2].hex().encode() for start in range(0, len(units), 2))
        return
    if directives.text:
        size = -(-len(directives.text) // count)
        for start in range(0, len(directives.text), size):
            yield json.dumps(directives.text[start : start + size], ensure_ascii=not directives.raw)[1:-1].encode()
        return
    prefix = marker.encode()
    for number in range(count):
        text = b"%b.%d" % (prefix, number)
        if directives.stamp:
            text += b".%d" % time.monotonic_ns()
        if directives.fill:
            text = text.ljust(directives.fill - 1, b".")
        if directives.badutf8:
            text += b"\xff"
        text += b" "
        if directives.surrogates:
            text = (b"\\ude00" if number else b"") + text + (b"\\ud83d" if number + 1 < count else b"")
        yield text


class Connection(asyncio.Protocol):
    """Enough of HTTP/1.1 for one call after the other on a kept connection."""

    def __init__(self, server: "Server") -> None:
        self.server = server
        self.paused = False
        self._transport: asyncio.Transport
        self._received = b""
        self._out: list[bytes] = []
        self._reply: Reply | None = None
        self._split = 0
        self._room: int | None = None  # bytes of the response until the connection is cut

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.server.connections.discard(self)
        if self._reply is not None:
            self._reply.client_gone()
            self._reply = None

    @property
    def broken(self) -> bool:
        """The client is gone, which ``connection_lost`` can only say once this loop is given back."""
        return self._transport.is_closing()

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False
        if self._reply is not None:
            self._reply.resume()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        request_line, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return
        self._received = rest[length:]
        method, path, _ = request_line.split(" ")
        path, _, query = path.partition("?")
        self._answer(method, path, query, headers, rest[:length])

    def _answer(self, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> None:
        if (method, path) == ("GET", "/health"):
            self.respond(200, {"ok": True})
        elif (method, path) == ("GET", "/ledger"):
            marker = query.removeprefix("marker=")
            wanted = (entry for entry in self.server.ledger.entries if marker in ("", entry.marker))
            self.respond(200, [asdict(entry) for entry in wanted])
        elif (method, path) == ("POST", "/v1/chat/completions"):
            self._call("openai", headers.get("authorization", "").removeprefix("Bearer "), headers, body)
        elif (method, path) == ("POST", "/v1/messages"):
            self._call("anthropic", headers.get("x-api-key", ""), headers, body)
        else:
            self._refuse(404, "not_found_error")

    def _call(self, api: str, key: str, headers: dict[str, str], body: bytes) -> None:
        try:
            fields = json.loads(body)
            call = Call(
                api=api,
                model=fields["model"],
                messages=_messages(fields),
                max_tokens=fields.get("max_tokens") or fields.get("max_completion_tokens"),
                stream=bool(fields.get("stream")),
                include_usage=bool((fields.get("stream_options") or {}).get("include_usage")),
                tool=_tool(fields),
            )
            directives = Directives.read(call.model, call.last_user_message, tool=bool(call.tool))
        except (ValueError, KeyError, TypeError):
            return self._refuse(400, "invalid_request_error")
        if key == "wrong" or (api == "anthropic" and not key):
            return self._refuse(401, "authentication_error")
        if api == "anthropic" and not ("anthropic-version" in headers and call.max_tokens and call.messages):
            return self._refuse(400, "invalid_request_error")
        if call.model == "unknown":
            return self._refuse(404, "not_found_error")
        self._split = directives.split
        self._room = directives.cutbyte if directives.cutbyte >= 0 else None
        entry = self.server.ledger.open(call, directives, self._transport.get_extra_info("peername")[1])
        reply = Reply(self, call, directives, entry)
        self._reply = None if entry.ended else reply
        return None

    def _refuse(self, status: int, kind: str) -> None:
        self.respond(status, {"type": "error", "error": {"type": kind, "message": "Refused."}})

    def respond(self, status: int, body: Any, headers: list[tuple[str, str]] | None = None) -> None:
        self.respond_bytes(status, json.dumps(body).encode(), "application/json", headers)

    def respond_bytes(
        self, status: int, body: bytes, content_type: str, headers: list[tuple[str, str]] | None = None
    ) -> None:
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}", f"Content-Type: {content_type}"]
        lines += [f"{name}: {value}" for name, value in headers or []]
        lines += [f"Content-Length: {len(body)}", "", ""]
        self._transport.write("\r\n".join(lines).encode() + body)

    def write_head(self, content_type: str) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nTransfer-Encoding: chunked\r\n\r\n"
        self._put(head.encode())

    def write_chunk(self, data: bytes) -> bool:
        """Each event is an HTTP chunk of its own, as real servers send it. False: its last byte is not sent."""
        whole = self._put(b"%x\r\n%b" % (len(data), data))
        self._put(b"\r\n")
        return whole

    def _put(self, data: bytes) -> bool:
        if self._room is not None:
            whole = len(data) <= self._room
            data = data[: self._room]
            self._room -= len(data)
        else:
            whole = True
        self._out.append(data)
        return whole

    @property
    def is_full(self) -> bool:
        """All bytes that this response is to have are written."""
        return self._room == 0

    def end_chunks(self) -> None:
        self._out.append(b"0\r\n\r\n")
        self.flush()

    def flush(self) -> None:
        data = b"".join(self._out)
        self._out.clear()
        if self._split:
            for start in range(0, len(data), self._split):
                self._transport.write(data[start : start + self._split])
        else:
            self._transport.write(data)

    def cut(self, *, reset: bool) -> None:
        self.flush()
        if reset:
            self._transport.abort()
        else:
            self._transport.close()

    def reply_ended(self) -> None:
        self._reply = None


def _messages(fields: dict[str, Any]) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = list(fields["messages"])
    if fields.get("system"):
        messages.insert(0, {"role": "system", "content": fields["system"]})
    return messages


def _tool(fields: dict[str, Any]) -> str:
    """The name of the one tool that was sent along, in either format."""
    tools = fields.get("tools") or [{}]
    return str((tools[0].get("function") or tools[0]).get("name", ""))


class Server:
    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.connections: set[Connection] = set()

    async def serve(self, port: int) -> None:
        """Serve on loopback until SIGTERM or SIGINT; prints the port as JSON once it listens."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Connection(self), "127.0.0.1", port, backlog=512)
        print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
        ended = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        await ended.wait()
        self.ledger.close_all()
        server.close()


@dataclass(frozen=True, slots=True)
class ModelServer:
    """A running model server, as tests see it."""

    port: int
    process: "subprocess.Popen[str]"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ledger(self, marker: str = "") -> list[dict[str, Any]]:
        """All calls so far, or those of one marker, oldest first."""
        with urlopen(f"{self.url}/ledger?marker={marker}", timeout=5) as response:
            entries: list[dict[str, Any]] = json.load(response)
        return entries

    def entry(self, marker: str) -> dict[str, Any]:
        """The latest call of that marker; raises LookupError."""
        entries = self.ledger(marker)
        if not entries:
            raise LookupError(marker)
        return entries[-1]

    def wait_for_end(self, marker: str, seconds: float = 5.0) -> dict[str, Any]:
        """The latest call of that marker once it has ended; raises TimeoutError."""
        deadline = time.monotonic() + seconds
        for attempt in itertools.count():
            entry = self.entry(marker)
            if entry["ended"]:
                return entry
            if time.monotonic() > deadline:
                raise TimeoutError(f"{marker} still runs")
            time.sleep(min(0.01 * (attempt + 1), 0.1))
        raise AssertionError("unreachable")


@contextmanager
def running_model_server(
    ledger: Path | None = None, port: int = 0, command_prefix: tuple[str, ...] = ()
) -> Iterator[ModelServer]:
    """A model server in a process of its own, ended by its process id."""
    command = [*command_prefix, sys.executable, "-m", "tests.support.model_server", "--port", str(port)]
    if ledger is not None:
        command += ["--ledger", str(ledger)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            yield ModelServer(port=_port(process.stdout), process=process)
        finally:
            process.terminate()
            process.wait(10)


def _port(stdout: IO[str] | None) -> int:
    line = stdout.readline() if stdout is not None else ""
    if not line:
        raise RuntimeError("The model server did not start.")
    return int(json.loads(line)["port"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ledger", type=Path, default=None)
    arguments = parser.parse_args()
    asyncio.run(Server(Ledger(arguments.ledger)).serve(arguments.port))


if __name__ == "__main__":
    main()
