"""The transport of streams against servers that answer as they should not."""

import asyncio
import contextlib
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from asgiref.sync import async_to_sync
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chat.providers.http import _goes_through_proxy
from chat.providers.transport import MAX_BUFFERED, StreamTransport

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def serving(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server on loopback whose connections are handled by ``talk``; gives its URL."""

    talks: set[asyncio.Task[None] | None] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.current_task())
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await talk(reader, writer)
        writer.close()
        with contextlib.suppress(ConnectionError, asyncio.CancelledError, ssl.SSLError):
            await writer.wait_closed()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        running = [task for task in talks if task is not None]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def answering(*pieces: bytes, pause: float = 0.0) -> Talk:
    """Reads one request, writes these bytes, closes."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return talk


def fetch(talk: Talk, *, timeout: float = 2.0, headers: list[tuple[bytes, bytes]] | None = None) -> bytes:
    """The body of one answer of such a server."""

    async def run() -> bytes:
        async with (
            serving(talk) as url,
            httpx.AsyncClient(transport=StreamTransport(), timeout=timeout) as client,
            client.stream("POST", url, content=b"{}", headers=headers) as response,
        ):
            assert response.status_code == 200
            return b"".join([chunk async for chunk in response.aiter_raw()])

    return async_to_sync(run)()


def test_a_body_of_stated_length() -> None:
    assert fetch(answering(HEAD + b"Content-Length: 5\r\n\r\nhello")) == b"hello"


def test_a_body_that_ends_with_its_connection() -> None:
    assert fetch(answering(HEAD + b"\r\n", b"hel", b"lo")) == b"hello"


def test_chunks_cut_anywhere() -> None:
    body = HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: 1\r\n\r\n"
    assert fetch(answering(*(body[at : at + 1] for at in range(len(body))))) == b"hello world"


def test_an_informational_answer_is_passed_over() -> None:
    continued = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    assert fetch(answering(continued + HEAD + b"Content-Length: 2\r\n\r\nok")) == b"ok"


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"Content-Length: 50\r\n\r\nhello",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n50\r\nhello",
        HEAD[:20],
        b"",
    ],
)
def test_a_cut_is_an_error(answer: bytes) -> None:
    with pytest.raises(httpx.ReadError):
        fetch(answering(answer))


@pytest.mark.parametrize("answer", [b"\x00\x01\x02 no http\r\n\r\n", b"SSH-2.0-OpenSSH_9\r\n", HEAD + b"X" * 100_000])
def test_an_answer_that_is_no_http(answer: bytes) -> None:
    with pytest.raises(httpx.TransportError):
        fetch(answering(answer))


def test_headers_of_boundless_length() -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        fetch(answering(HEAD + b"".join(b"X-%d: %b\r\n" % (n, b"x" * 1000) for n in range(100)) + b"\r\n"))


def test_silence_beyond_the_deadline() -> None:
    with pytest.raises(httpx.ReadTimeout):
        fetch(answering(HEAD + b"\r\n", pause=2.0), timeout=0.1)


def test_a_slow_answer_within_the_deadline() -> None:
    pieces = [HEAD + b"\r\n", *[b"x"] * 10]
    assert fetch(answering(*pieces, pause=0.05), timeout=0.3) == b"x" * 10


@pytest.mark.parametrize("value", [b"a\r\nX-Other: b", b"a\nb", b"a\0b"])
def test_a_header_cannot_begin_another(value: bytes) -> None:
    with pytest.raises(httpx.LocalProtocolError):
        fetch(answering(HEAD + b"\r\n"), headers=[(b"X-Key", value)])


def test_what_nobody_reads_is_not_taken() -> None:
    written = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD + b"\r\n")
        for _ in range(1000):
            writer.write(b"x" * 65_536)
            await writer.drain()
            written += 65_536

    async def run() -> int:
        async with (
            serving(talk) as url,
            httpx.AsyncClient(transport=StreamTransport(), timeout=5) as client,
            client.stream("GET", url) as response,
        ):
            before = -1
            while before != written:
                before = written
                await asyncio.sleep(0.1)
            size = 0
            async for chunk in response.aiter_raw():
                assert len(chunk) <= MAX_BUFFERED + 1024 * 1024
                size += len(chunk)
            return size

    assert async_to_sync(run)() == 65_536_000


def test_a_connection_that_the_server_closed_is_not_used_again() -> None:
    async def run() -> None:
        async with (
            serving(answering(HEAD + b"Content-Length: 2\r\n\r\nok")) as url,
            httpx.AsyncClient(transport=StreamTransport()) as client,
        ):
            for _ in range(3):
                assert (await client.get(url)).text == "ok"
                await asyncio.sleep(0.01)

    async_to_sync(run)()


def test_bytes_after_an_answer_close_the_connection() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(HEAD + b"Content-Length: 2\r\n\r\nok")
            await writer.drain()
            await asyncio.sleep(0.01)
            writer.write(HEAD + b"Content-Length: 7\r\n\r\nforeign")

    async def run() -> None:
        async with serving(talk) as url, httpx.AsyncClient(transport=StreamTransport()) as client:
            for _ in range(3):
                assert (await client.get(url)).text == "ok"
                await asyncio.sleep(0.05)

    async_to_sync(run)()


def test_certificates_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, key = _certificate(tmp_path)
    server_tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_tls.load_cert_chain(certificate, key)

    async def run() -> str:
        async with (
            serving(answering(HEAD + b"Content-Length: 2\r\n\r\nok"), server_tls) as url,
            httpx.AsyncClient(transport=StreamTransport()) as client,
        ):
            return (await client.get(url)).text

    with pytest.raises(httpx.ConnectError):
        async_to_sync(run)()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert async_to_sync(run)() == "ok"


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that nobody trusts yet, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, key_file


def test_proxies_of_the_environment_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    assert not _goes_through_proxy("https://api.openai.com/v1")
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    assert _goes_through_proxy("https://api.openai.com/v1")
    assert not _goes_through_proxy("http://127.0.0.1:8080/v1")
    monkeypatch.setenv("no_proxy", "api.openai.com")
    assert not _goes_through_proxy("https://api.openai.com/v1")
