"""Frames of bytes: a JSON header and raw little-endian arrays, read as strictly as if a stranger had written them."""

import json
import struct
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

MAGIC = b"TME1"
MAX_HEADER = 4 * 1024 * 1024
_PREFIX = struct.Struct("<4sI")


class InvalidFrame(Exception):
    """The bytes are no frame; ``code`` says in what way."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def pack(header: dict[str, Any], arrays: Sequence[NDArray[Any]]) -> bytes:
    """The header and the arrays (8-byte items) after it; the reader has to know their lengths from the header."""
    text = json.dumps(header, ensure_ascii=True, allow_nan=False, separators=(",", ":"), sort_keys=True).encode()
    return b"".join((_PREFIX.pack(MAGIC, len(text)), text, *(_little(array) for array in arrays)))


def _little(array: NDArray[Any]) -> bytes:
    kind = "<i8" if array.dtype.kind == "i" else "<f8"
    return np.ascontiguousarray(array, dtype=kind).tobytes()


def unpack(data: bytes) -> tuple[dict[str, Any], memoryview]:
    """The header and what follows it; raises InvalidFrame."""
    if len(data) < _PREFIX.size:
        raise InvalidFrame("frame-short", "There are too few bytes.")
    magic, length = _PREFIX.unpack_from(data)
    if magic != MAGIC:
        raise InvalidFrame("frame-magic", "The bytes do not begin as a frame does.")
    if length > MAX_HEADER or length > len(data) - _PREFIX.size:
        raise InvalidFrame("frame-header", "The header is longer than it may be.")
    try:
        header = json.loads(data[_PREFIX.size : _PREFIX.size + length], parse_constant=_refuse_constant)
    except (ValueError, RecursionError, MemoryError) as error:
        raise InvalidFrame("frame-header", "The header is not JSON.") from error
    if not isinstance(header, dict):
        raise InvalidFrame("frame-header", "The header is no object.")
    return header, memoryview(data)[_PREFIX.size + length :]


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def arrays(body: memoryview, kinds: Sequence[tuple[str, int]]) -> list[NDArray[Any]]:
    """Own copies of arrays of the kinds (``<f8`` or ``<i8``) and lengths, which have to fill the body exactly."""
    if len(body) != 8 * sum(length for _kind, length in kinds):
        raise InvalidFrame("frame-length", "The body is not as long as the header says.")
    found, place = [], 0
    for kind, length in kinds:
        array = np.frombuffer(body[place : place + 8 * length], dtype=kind)
        found.append(array.astype(np.int64 if kind == "<i8" else np.float64))
        place += 8 * length
    return found
