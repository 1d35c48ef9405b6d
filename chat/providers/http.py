"""A model reply over HTTP: deadlines, refusals and endings, alike for every wire format."""

import asyncio
import contextlib
import re
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import msgspec

from chat.providers import refusals, structured
from chat.providers.base import (
    Finished,
    ProviderError,
    ProviderFailed,
    ProviderRejected,
    ProviderRequest,
    ProviderTimeout,
    ProviderUnreachable,
    StreamEvent,
    TextDelta,
    Thinking,
    Usage,
    stated,
)
from chat.providers.pricing import price
from chat.providers.sse import EventReader, EventTooLong
from chat.providers.transport import StreamTransport

MAX_ERROR_BODY = 64 * 1024  # bytes of a refusal that are looked at for its code
# the reply stops short of what the model had to say
INCOMPLETE = frozenset(
    {
        "length",
        "max_tokens",
        "model_context_window_exceeded",
        "pause_turn",
        "content_filter",
        "refusal",
        "abort",
        "error",
    }
)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long each part of a call may take, seconds."""

    connect: float = 5.0
    first_text: float = 60.0  # from the call to the first sign of a reply; pings are none
    between: float = 60.0  # without any such sign
    after_finish: float = 5.0  # for the token counts, once the model has said why it stopped
    drain: float = 0.25  # for the end of the response, so that its connection can serve the next call


class Reply(ABC):
    """What the events of one reply add up to."""

    def __init__(self) -> None:
        self.input_tokens: int | None = None
        self.output_tokens: int | None = None
        self.stop_reason: str | None = None
        self.events = 0  # that were understood
        self.signs = 0  # events that carry the reply itself: text, thinking
        self.done = False  # nothing more will come

    @abstractmethod
    def read(self, data: bytes) -> str:
        """The text in one event's data; raises ProviderFailed for an error event or bytes that are none."""

    @property
    def usage(self) -> Usage:
        return Usage(stated(self.input_tokens), stated(self.output_tokens))


class HttpProvider(ABC):
    """A provider behind one pooled HTTP client; a subclass knows its wire format."""

    name: str

    def __init__(self, base_url: str, api_key: str, deadlines: Deadlines | None = None) -> None:
        self.base_url = base_url
        self._api_key = api_key
        self._deadlines = deadlines or Deadlines()
        self._client: httpx.AsyncClient | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """Where calls are posted to."""

    @abstractmethod
    def headers(self) -> dict[str, str]: ...

    @abstractmethod
    def body(self, request: ProviderRequest) -> dict[str, Any]: ...

    @abstractmethod
    def reply(self) -> Reply:
        """An empty reply, which reads this wire format."""

    def price(self, model: str, usage: Usage) -> Decimal | None:
        return price(self.base_url, model, usage)

    def patience(self, begun: bool) -> float:
        """Seconds without a sign of the reply after which the call is given up."""
        return self._deadlines.between if begun else self._deadlines.first_text

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def ask(self, request: structured.StructuredRequest) -> structured.Answer:
        """One call whose answer is JSON by a schema; raises ProviderError."""

        return await structured.ask(self.name, self.base_url, self._api_key, request)

    async def stream(self, request: ProviderRequest) -> AsyncGenerator[StreamEvent, None]:
        """One model call; the text of one read is one TextDelta and may hold NUL or half a surrogate pair."""
        loop = asyncio.get_running_loop()
        reply, reader = self.reply(), EventReader()
        due = loop.time() + self._deadlines.first_text
        response = await self._open(request, due)
        # asked for as it is; decoded all the same where a server compresses unasked
        encoded = response.headers.get("content-encoding", "identity") != "identity"
        body = cast("AsyncGenerator[bytes, None]", response.aiter_bytes() if encoded else response.aiter_raw())
        text_came = False
        try:
            while not reply.done:
                signs = reply.signs
                try:
                    if not signs:
                        async with asyncio.timeout_at(due):
                            chunk = await anext(body)
                    elif reply.stop_reason is not None:
                        async with asyncio.timeout(self._deadlines.after_finish):
                            chunk = await anext(body)
                    else:
                        chunk = await anext(body)  # the client's read timeout bounds silence
                except StopAsyncIteration:
                    events, ended = reader.finish(), True
                except (httpx.TimeoutException, TimeoutError) as error:
                    if reply.stop_reason is not None:
                        break
                    raise ProviderTimeout("no text within the deadline", usage=reply.usage) from error
                except httpx.TransportError as error:
                    if text_came or reply.stop_reason is not None:
                        break
                    raise ProviderUnreachable("the connection was cut before the reply began") from error
                else:
                    try:
                        events, ended = reader.feed(chunk), False
                    except EventTooLong as error:
                        raise ProviderFailed("an event of boundless length", usage=reply.usage) from error
                text, failure = _read(reply, events)
                if text:
                    text_came = True
                    yield TextDelta(text)
                elif reply.signs != signs:
                    yield Thinking()
                if failure is not None:
                    raise failure
                if ended:
                    break
                if reply.signs != signs:
                    due = loop.time() + self._deadlines.between
                elif loop.time() > due:
                    raise ProviderTimeout("nothing but pings within the deadline", usage=reply.usage)
            if reply.done:
                await self._drain(body)
            if reply.stop_reason is not None:
                complete = reply.stop_reason not in INCOMPLETE
                yield Finished(usage=reply.usage, stop_reason=reply.stop_reason[:40], complete=complete)
            elif not reply.events:
                raise ProviderFailed("the answer was no stream", status=response.status_code)
        finally:
            await body.aclose()
            await response.aclose()

    async def _open(self, request: ProviderRequest, due: float) -> httpx.Response:
        """The response with its headers read, status 200; raises ProviderError."""
        client = self._connected()
        try:
            call = client.build_request(
                "POST", self.url, headers=self.headers(), content=msgspec.json.encode(self.body(request))
            )
            async with asyncio.timeout_at(due):
                response = await client.send(call, stream=True)
        except (httpx.InvalidURL, httpx.LocalProtocolError, httpx.UnsupportedProtocol, UnicodeEncodeError):
            # their messages quote headers, and a header holds the key
            raise ProviderRejected("the base URL or the key cannot be sent") from None
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            raise ProviderUnreachable(type(error).__name__) from error
        except (httpx.TimeoutException, TimeoutError) as error:
            raise ProviderTimeout("no answer within the deadline") from error
        except httpx.TransportError as error:
            raise ProviderUnreachable(type(error).__name__) from error
        if response.status_code == 200:
            return response
        try:
            raise await self._refusal(response)
        finally:
            await response.aclose()

    def _connected(self) -> httpx.AsyncClient:
        if self._client is None:
            deadlines = self._deadlines
            self._client = httpx.AsyncClient(
                transport=None if _goes_through_proxy(self.url) else StreamTransport(),
                timeout=httpx.Timeout(deadlines.between, connect=deadlines.connect),
                # as many calls as there are turns; the turns are bounded, not the connections
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
                headers={"Accept": "text/event-stream", "Accept-Encoding": "identity", "User-Agent": "Trademe"},
            )
        return self._client

    async def _drain(self, body: AsyncGenerator[bytes, None]) -> None:
        with contextlib.suppress(TimeoutError, httpx.HTTPError):
            async with asyncio.timeout(self._deadlines.drain):
                async for _ in body:
                    pass

    async def _refusal(self, response: httpx.Response) -> ProviderError:
        """The error of a status that is not 200. Its words are not kept: they may quote the conversation."""
        status = response.status_code
        code = await _error_code(response)
        detail = f"HTTP {status} {code}".rstrip()
        if code == "insufficient_quota":  # a 429 that no waiting mends
            return ProviderRejected(detail, status=status)
        return refusals.of_status(status, detail, refusals.retry_after(response.headers))


def _goes_through_proxy(url: str) -> bool:
    """Whether the environment (``HTTPS_PROXY``, ``NO_PROXY``, …) sends calls to ``url`` through a proxy."""
    parts = urlsplit(url)
    proxies = urllib.request.getproxies()
    return bool(proxies.get(parts.scheme) or proxies.get("all")) and not urllib.request.proxy_bypass(parts.netloc)


def _read(reply: Reply, events: list[bytes]) -> tuple[str, ProviderError | None]:
    """The text of ``events`` up to the first that is an error, and that error."""
    parts: list[str] = []
    for data in events:
        try:
            parts.append(reply.read(data))
        except ProviderError as error:
            return "".join(parts), error
        if reply.done:
            break
    return "".join(parts), None


class _Error(msgspec.Struct):
    type: Any = None
    code: Any = None


class _ErrorBody(msgspec.Struct):
    error: _Error | None = None


_CODE = re.compile(r"[A-Za-z0-9_.\-]{1,60}")
_error_body = msgspec.json.Decoder(_ErrorBody)


async def _error_code(response: httpx.Response) -> str:
    """The provider's own short word for its refusal, such as ``invalid_api_key``; empty when there is none."""
    body = b""
    try:
        async with asyncio.timeout(5):
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_ERROR_BODY:
                    return ""
        error = _error_body.decode(body).error
    except (TimeoutError, httpx.HTTPError, msgspec.MsgspecError, UnicodeDecodeError):
        return ""
    words = (error.code, error.type) if error is not None else ()
    return next((word for word in words if isinstance(word, str) and _CODE.fullmatch(word)), "")
