"""HTTP/1.1 for streams under ``httpx``: the bytes of one read of the network arrive together and at little cost.

httpx's own transport took 60 % of a busy server's processor time (measured, 40 conversations): each chunk went through
five generators, two timeouts and a parser in Python. Here a parser in C is fed by the event loop itself.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from functools import partial
from typing import Any, cast

import httptools
import httpx

MAX_BUFFERED = 256 * 1024  # bytes of a reply that nobody has read yet
MAX_HEADERS = 64 * 1024  # bytes of one response's headers
MAX_KEPT = 20  # idle connections
KEPT_SECONDS = 10.0
_FORBIDDEN = (b"\r", b"\n", b"\0")

Origin = tuple[str, str, int]


class StreamTransport(httpx.AsyncBaseTransport):
    """One call at a time on each connection; connections are kept a while for the next call. No proxies."""

    def __init__(self) -> None:
        self._idle: dict[Origin, list[_Connection]] = {}
        self._tls: ssl.SSLContext | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        timeouts = request.extensions.get("timeout", {})
        content = _serialised(request, await request.aread())
        connection = self._kept(_origin(request)) or await self._connect(_origin(request), timeouts.get("connect"))
        try:
            connection.send(content, timeouts.get("read"))
            await connection.headers_read()
        except BaseException:
            connection.close()
            raise
        return httpx.Response(connection.status, headers=connection.headers, stream=_Body(connection, self))

    async def aclose(self) -> None:
        idle, self._idle = self._idle, {}
        for connections in idle.values():
            for connection in connections:
                connection.close()

    def release(self, connection: "_Connection") -> None:
        """Keep a connection whose response was read to its end; close any other, which ends its call."""
        kept = self._idle.setdefault(connection.origin, [])
        if connection.reusable and len(kept) < MAX_KEPT:
            kept.append(connection)
            connection.rest(partial(self._expire, connection))
        else:
            connection.close()

    def _kept(self, origin: Origin) -> "_Connection | None":
        kept = self._idle.get(origin, [])
        while kept:
            connection = kept.pop()
            if connection.reusable:
                return connection
            connection.close()
        return None

    def _expire(self, connection: "_Connection") -> None:
        kept = self._idle.get(connection.origin, [])
        if connection in kept:
            kept.remove(connection)
        connection.close()

    async def _connect(self, origin: Origin, timeout: float | None) -> "_Connection":
        scheme, host, port = origin
        if scheme == "https" and self._tls is None:
            self._tls = httpx.create_ssl_context()
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                _transport, connection = await loop.create_connection(
                    lambda: _Connection(origin, loop), host, port, ssl=self._tls if scheme == "https" else None
                )
        except TimeoutError as error:
            raise httpx.ConnectTimeout("no connection within the deadline") from error
        except OSError as error:
            raise httpx.ConnectError(type(error).__name__) from error
        return connection


class _Body(httpx.AsyncByteStream):
    def __init__(self, connection: "_Connection", transport: StreamTransport) -> None:
        self._connection = connection
        self._transport: StreamTransport | None = transport

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while data := await self._connection.read():
            yield data

    async def aclose(self) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.release(self._connection)


class _Connection(asyncio.Protocol):
    """Holds what has come of the current response; the methods named ``on_…`` are called by the parser."""

    def __init__(self, origin: Origin, loop: asyncio.AbstractEventLoop) -> None:
        self.origin = origin
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self._loop = loop
        self._transport: asyncio.Transport
        self._parser: Any = None
        self._chunks: list[bytes] = []
        self._buffered = 0
        self._paused = False
        self._headers_done = False
        self._header_bytes = 0
        self._until_close = False  # the body ends with the connection
        self._complete = False
        self._keep_alive = False
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timeout = 0.0
        self._heard = 0.0

    @property
    def reusable(self) -> bool:
        return self._complete and self._keep_alive and self._error is None and not self._transport.is_closing()

    def send(self, content: bytes, timeout: float | None) -> None:
        """Begin the next call. ``timeout``: seconds of silence that are an error."""
        self._forget_timer()
        self.status, self.headers, self._chunks = 0, [], []
        self._headers_done = self._until_close = self._complete = self._keep_alive = False
        self._buffered = self._header_bytes = 0
        self._parser = httptools.HttpResponseParser(self)
        self._transport.write(content)
        if timeout is not None:
            self._timeout, self._heard = timeout, self._loop.time()
            self._timer = self._loop.call_later(timeout, self._watch)

    async def headers_read(self) -> None:
        while not self._headers_done:
            if self._error is not None:
                raise self._error
            await self._more()

    async def read(self) -> bytes:
        """All that has come since the last read; empty at the end. What came before an error is read before it."""
        while not self._chunks:
            if self._complete:
                return b""
            if self._error is not None:
                raise self._error
            await self._more()
        data = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        self._buffered = 0
        if self._paused:
            self._paused = False
            self._heard = self._loop.time()
            self._transport.resume_reading()
        return data

    async def _more(self) -> None:
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def rest(self, expire: Any) -> None:
        """Nothing is asked for a while; ``expire`` is called when that lasts."""
        self._forget_timer()
        self._timer = self._loop.call_later(KEPT_SECONDS, expire)

    def close(self) -> None:
        """Also in mid-response: the server sees it at once."""
        self._forget_timer()
        self._parser = None
        self._transport.abort()

    def _watch(self) -> None:
        silent = self._loop.time() - self._heard
        if self._paused or silent < self._timeout:
            self._timer = self._loop.call_later(max(self._timeout - silent, 0.05), self._watch)
        elif not self._complete:
            self._fail(httpx.ReadTimeout("silence beyond the deadline"))

    def _forget_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _fail(self, error: Exception) -> None:
        if self._error is None:
            self._error = error
        self._transport.abort()
        self._wake()

    # --- called by the event loop ---------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._heard = self._loop.time()
        if self._parser is None or self._complete:
            self._fail(httpx.RemoteProtocolError("bytes that no call asked for"))
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            # without its cause, whose message quotes the bytes
            self._fail(httpx.RemoteProtocolError("the answer is no HTTP"))
        if self._buffered > MAX_BUFFERED and not self._paused and self._error is None:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_timer()
        if not self._complete:
            if self._headers_done and self._until_close and exc is None and self._error is None:
                self._complete = True
            elif self._error is None:
                self._error = httpx.ReadError("the connection was cut")
        self._keep_alive = False
        self._wake()

    # --- called by the parser -------------------------------------------------------------------------------------

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > MAX_HEADERS:
            self._fail(httpx.RemoteProtocolError("headers of boundless length"))
            return
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        if self.status < 200:  # informational: another response follows
            return
        names = {name.lower() for name, _value in self.headers}
        self._until_close = not names & {b"transfer-encoding", b"content-length"}
        self._headers_done = True

    def on_body(self, body: bytes) -> None:
        self._chunks.append(body)
        self._buffered += len(body)

    def on_message_complete(self) -> None:
        if not self._headers_done:
            self.headers = []
            return
        self._complete = True
        self._keep_alive = self._parser.should_keep_alive()


def _origin(request: httpx.Request) -> Origin:
    url = request.url
    if url.scheme not in ("http", "https") or not url.host:
        raise httpx.UnsupportedProtocol("an address of http or https is needed")
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)


def _serialised(request: httpx.Request, body: bytes) -> bytes:
    """The request as bytes; raises LocalProtocolError for a header that would begin another one."""
    lines = [request.method.encode() + b" " + request.url.raw_path + b" HTTP/1.1"]
    for name, value in request.headers.raw:
        if any(byte in value for byte in _FORBIDDEN):
            raise httpx.LocalProtocolError("a header that cannot be sent")
        lines.append(name + b": " + value)
    return b"\r\n".join((*lines, b"", body))
