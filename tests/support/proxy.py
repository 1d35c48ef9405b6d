"""A TCP proxy on loopback that cuts, delays, keeps back and loses what passes between two parties.

"up" is what the connecting side sends, "down" what the other side answers. It has a thread of its own; its methods are
synchronous and return when what they say is so.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, NoReturn, Self, TypeVar

Direction = Literal["up", "down"]
DIRECTIONS: tuple[Direction, Direction] = ("up", "down")
#: takes whole messages out of a buffer and leaves what is incomplete
Split = Callable[[bytearray], Iterator[bytes]]

HOST = "127.0.0.1"
CHUNK = 65_536
DEADLINE = 10.0  # seconds that one of the proxy's own steps may take
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close() sends RST and throws away what was not sent

Made = TypeVar("Made")


class _Cut(Exception):
    """This connection is to be reset now."""


@dataclass(eq=False)
class Trap:
    """Waits for bytes on any connection and cuts that connection, once."""

    pattern: bytes
    then: bytes | None
    direction: Direction
    deliver: bool
    swallow_reply: bool
    _sprung: threading.Event = field(default_factory=threading.Event)

    @property
    def sprung(self) -> bool:
        return self._sprung.is_set()

    def wait(self, deadline: float = 30.0) -> None:
        """Until the connection has been cut; raises TimeoutError."""
        if not self._sprung.wait(deadline):
            raise TimeoutError(f"{self.then or self.pattern!r} was not seen within {deadline} s")


@dataclass(eq=False)
class _Link:
    """One connection: both its sockets, and what has been seen on it."""

    near: socket.socket
    far: socket.socket
    unsearched: dict[Trap, tuple[bool, bytes]] = field(default_factory=dict)  # pattern seen?, the end of what passed
    buffers: dict[Direction, bytearray] = field(default_factory=lambda: {"up": bytearray(), "down": bytearray()})
    counts: dict[Direction, int] = field(default_factory=lambda: {"up": 0, "down": 0})
    swallowing: Trap | None = None  # its pattern was delivered; the answer is not to arrive
    sprung: Trap | None = None
    limits: dict[Direction, int] = field(default_factory=dict)  # at which count it is cut
    lossy: bool = False  # bytes were thrown away: nothing that comes after them could be read
    reset: bool = True  # how it ends

    def close(self) -> None:
        for end in (self.near, self.far):
            if self.reset:
                with suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            end.close()


class Proxy:
    """Listens on ``port`` and connects each who comes to ``target_port``.

    ``buffer`` bounds what the kernel keeps for each socket of the proxy, so that slowness is felt at once.
    """

    def __init__(self, target_port: int, buffer: int | None = None) -> None:
        self.target_port = target_port
        self.bytes_up = 0  # delivered
        self.bytes_down = 0
        self.connections = 0  # accepted so far
        self.dropped = 0  # messages or chunks that a ``drop_if`` lost
        self._buffer = buffer
        self._links: dict[_Link, asyncio.Task[None]] = {}
        self._rates: dict[Direction, float | None] = dict.fromkeys(DIRECTIONS)
        self._thrown_away: set[Direction] = set()
        self._drops: dict[Direction, tuple[Callable[[bytes], bool], Split | None]] = {}
        self._limits: dict[Direction, int] = {}
        self._traps: list[Trap] = []
        self._arriving: set[asyncio.Task[None]] = set()
        self._listener: socket.socket | None = None  # None: refusing
        self._place = self._socket()  # bound and never listening: keeps the port ours while connections are refused
        self._place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._place.bind((HOST, 0))
        self.port = int(self._place.getsockname()[1])
        self._loop = asyncio.new_event_loop()
        self._gates = {direction: asyncio.Event() for direction in DIRECTIONS}
        for gate in self._gates.values():
            gate.set()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"proxy-{self.port}", daemon=True)
        self._thread.start()
        self.accept()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Reset all connections and stop listening for good."""
        if self._loop.is_closed():
            return
        self.refuse()
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(DEADLINE)
        self._place.close()
        self._loop.close()

    @property
    def open(self) -> int:
        """Connections that stand now."""
        return len(self._links)

    # --- faults ---------------------------------------------------------------------------------------------------

    def cut(self, reset: bool = True) -> int:
        """Break all connections, by RST or by FIN; new ones are accepted. Returns how many."""

        async def cut() -> int:
            links = dict(self._links)
            for link, task in links.items():
                link.reset = reset
                task.cancel()
            await asyncio.gather(*links.values(), return_exceptions=True)
            for link in links:  # also those whose task had not begun
                self._end(link)
            return len(links)

        return self._run(cut())

    def refuse(self) -> None:
        """New connections are refused as if nobody listened; those that stand go on."""

        async def refuse() -> None:
            if self._listener is not None:
                self._loop.remove_reader(self._listener)
                self._listener.close()
                self._listener = None
                await asyncio.gather(*self._arriving, return_exceptions=True)

        self._run(refuse())

    def accept(self) -> None:
        """Accept again."""

        async def accept() -> None:
            if self._listener is None:
                self._listener = self._socket()
                self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                self._listener.bind((HOST, self.port))
                self._listener.listen(512)
                self._loop.add_reader(self._listener, self._arrive, self._listener)

        self._run(accept())

    def freeze(self, direction: Direction | None = None, *, drop: bool = False) -> None:
        """Half-open: connections stand and nothing arrives, the end of one neither. ``direction`` None means both.

        What is sent meanwhile is kept back and arrives with ``thaw``; with ``drop`` it is taken and thrown away.
        """

        async def freeze() -> None:
            for one in _directions(direction):
                if drop:
                    self._thrown_away.add(one)
                else:
                    self._gates[one].clear()

        self._run(freeze())

    def thaw(self) -> None:
        """Everything passes again; connections that lost bytes are reset, as nobody could read what follows."""

        async def thaw() -> None:
            self._thrown_away.clear()
            for link, task in dict(self._links).items():
                if link.lossy:
                    task.cancel()
            for gate in self._gates.values():
                gate.set()

        self._run(thaw())

    def slow(self, bytes_per_second: float | None, direction: Direction | None = None) -> None:
        """Let each connection pass that much; None: as fast as it comes."""

        async def slow() -> None:
            for one in _directions(direction):
                self._rates[one] = bytes_per_second

        self._run(slow())

    def cut_after(
        self,
        pattern: bytes,
        then: bytes | None = None,
        direction: Direction = "up",
        *,
        swallow_reply: bool = True,
        deliver: bool = True,
    ) -> Trap:
        """Reset the first connection on which ``pattern`` passes, then ``then`` if given.

        The bytes that hold it are delivered and the connection is cut when the answer comes, which nobody gets: what
        they asked for was done, and the asker cannot know. ``swallow_reply=False`` cuts without waiting for the
        answer, ``deliver=False`` before the bytes arrive.
        """
        trap = Trap(pattern, then, direction, deliver, swallow_reply)

        async def arm() -> None:
            self._traps.append(trap)

        self._run(arm())
        return trap

    def cut_at(self, count: int | None, direction: Direction = "down") -> None:
        """Reset each connection when exactly that many bytes have passed on it; None: not any more."""

        async def limit() -> None:
            if count is None:
                self._limits.pop(direction, None)
            else:
                self._limits[direction] = count

        self._run(limit())

    def cut_after_next(self, count: int, direction: Direction = "down") -> None:
        """Reset each connection that stands now when that many more bytes have passed on it."""

        async def limit() -> None:
            for link in self._links:
                link.limits[direction] = link.counts[direction] + count

        self._run(limit())

    def drop_if(
        self, predicate: Callable[[bytes], bool] | None, direction: Direction = "down", split: Split | None = None
    ) -> None:
        """Lose what the predicate says: messages as ``split`` finds them, else chunks as they come. None: nothing."""

        async def drop() -> None:
            if predicate is None:
                self._drops.pop(direction, None)
            else:
                self._drops[direction] = (predicate, split)

        self._run(drop())

    # --- on the proxy's own loop ----------------------------------------------------------------------------------

    def _run(self, coroutine: Coroutine[Any, Any, Made]) -> Made:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(DEADLINE)

    def _socket(self) -> socket.socket:
        made = socket.socket()
        made.setblocking(False)
        if self._buffer is not None:  # before connecting: the window is agreed on then
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._buffer)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._buffer)
        return made

    def _arrive(self, listener: socket.socket) -> None:
        near, _ = listener.accept()
        near.setblocking(False)
        self.connections += 1
        task = self._loop.create_task(self._connect(near))
        self._arriving.add(task)
        task.add_done_callback(self._arriving.discard)

    async def _connect(self, near: socket.socket) -> None:
        far = self._socket()
        link = _Link(near, far)
        try:
            await self._loop.sock_connect(far, (HOST, self.target_port))
        except OSError:
            link.close()
            return
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        task = self._loop.create_task(self._serve(link))
        self._links[link] = task

    async def _serve(self, link: _Link) -> None:
        try:
            async with asyncio.TaskGroup() as pumps:
                pumps.create_task(self._pump(link, "up", link.near, link.far))
                pumps.create_task(self._pump(link, "down", link.far, link.near))
            link.reset = False  # both sides ended it
        except* (_Cut, OSError):
            pass
        finally:
            self._end(link)

    def _end(self, link: _Link) -> None:
        self._links.pop(link, None)
        link.close()
        if link.sprung is not None:
            link.sprung._sprung.set()

    async def _pump(self, link: _Link, direction: Direction, source: socket.socket, sink: socket.socket) -> None:
        gate = self._gates[direction]
        while True:
            await gate.wait()
            rate = self._rates[direction]
            chunk = await self._loop.sock_recv(source, CHUNK if rate is None else max(1, min(CHUNK, int(rate / 20))))
            await gate.wait()  # frozen while it waited for these bytes
            if not chunk:
                break
            link.lossy = link.lossy or direction in self._thrown_away
            if link.lossy:  # also what comes while a thaw is about to reset it
                continue
            for piece in self._kept(link, direction, chunk):
                await self._deliver(link, direction, sink, piece)
        if direction in self._thrown_away:  # nor does the end of a connection arrive
            link.lossy = True
            await asyncio.Event().wait()
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _kept(self, link: _Link, direction: Direction, chunk: bytes) -> Iterator[bytes]:
        """What ``drop_if`` leaves of it."""
        buffer = link.buffers[direction]
        if direction not in self._drops:
            yield bytes(buffer) + chunk
            buffer.clear()
            return
        predicate, split = self._drops[direction]
        if split is None:
            messages: Iterator[bytes] = iter([chunk])
        else:
            buffer += chunk
            messages = split(buffer)
        for message in messages:
            if predicate(message):
                self.dropped += 1
            else:
                yield message

    async def _deliver(self, link: _Link, direction: Direction, sink: socket.socket, piece: bytes) -> None:
        if link.swallowing is not None and direction != link.swallowing.direction:
            self._spring(link, link.swallowing)
        trap = next((trap for trap in self._traps if self._finds(trap, link, direction, piece)), None)
        if trap is not None:
            self._traps.remove(trap)
            if not trap.deliver:
                self._spring(link, trap)
            if trap.swallow_reply:
                link.swallowing = trap  # before its answer can come
        limit = link.limits.get(direction, self._limits.get(direction))
        if limit is not None:
            piece = piece[: max(0, limit - link.counts[direction])]
        await self._loop.sock_sendall(sink, piece)
        link.counts[direction] += len(piece)
        if direction == "up":
            self.bytes_up += len(piece)
        else:
            self.bytes_down += len(piece)
        if trap is not None and not trap.swallow_reply:
            self._spring(link, trap)
        if limit is not None and link.counts[direction] >= limit:
            await self._let_read(sink)
            raise _Cut
        rate = self._rates[direction]
        if rate is not None:
            await asyncio.sleep(len(piece) / rate)

    async def _let_read(self, sink: socket.socket) -> None:
        """A reset throws away what the other side has not read: its kernel gets a moment to hand it over."""
        await asyncio.sleep(0.05)

    def _spring(self, link: _Link, trap: Trap) -> NoReturn:
        link.sprung = trap
        raise _Cut

    def _finds(self, trap: Trap, link: _Link, direction: Direction, piece: bytes) -> bool:
        if direction != trap.direction:
            return False
        seen, end = link.unsearched.get(trap, (False, b""))
        text = end + piece
        if not seen:
            _, found, after = text.partition(trap.pattern)
            if found and trap.then is None:
                return True
            seen, text = (True, after) if found else (False, text)
        if seen and trap.then is not None and trap.then in text:
            return True
        longest = max(len(trap.pattern), len(trap.then or b"")) - 1
        link.unsearched[trap] = (seen, text[-longest:] if longest else b"")
        return False


def _directions(direction: Direction | None) -> tuple[Direction, ...]:
    return DIRECTIONS if direction is None else (direction,)
