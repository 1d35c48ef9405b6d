"""Reads what the child writes; after the frame ``S`` every byte may have been written by hostile code.

``A`` asks for the job, ``X`` says why it cannot be run, ``S`` that it starts; then ``P`` is progress, ``R`` a result
and ``E`` why there is none.
"""

import struct
from collections.abc import Iterator

_HEAD = struct.Struct("<cQ")
SHORT = 4096  # bytes: no other frame than the result is longer
MOST = 1000  # frames: progress comes a hundred times at most


class BadFrame(Exception):
    """The bytes are no frame, or a longer one than may be."""

    def __init__(self, reason: str, too_long: bool = False) -> None:
        super().__init__(reason)
        self.too_long = too_long


class Frames:
    """Cuts a stream of bytes into frames of bounded length."""

    def __init__(self, longest: int = SHORT) -> None:
        self.longest = longest
        self._data = bytearray()
        self._count = 0

    @property
    def rest(self) -> bytes:
        """What was fed and is not cut yet."""
        return bytes(self._data)

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The frames that are complete now; raises BadFrame."""
        self._data += data
        while len(self._data) >= _HEAD.size:
            kind, length = _HEAD.unpack_from(self._data)
            if kind not in (b"A", b"S", b"X", b"P", b"R", b"E"):
                raise BadFrame("not a frame")
            if length > (self.longest if kind == b"R" else SHORT):
                raise BadFrame("too long", too_long=True)
            end = _HEAD.size + length
            if len(self._data) < end:
                return
            self._count += 1
            if self._count > MOST:
                raise BadFrame("too many", too_long=True)
            body = bytes(memoryview(self._data)[_HEAD.size : end])
            del self._data[:end]
            yield kind, body
