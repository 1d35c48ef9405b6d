"""Text of an earlier system as it was meant: bytes of any encoding, envelopes of JSON, characters no database takes."""

import json
import re
from functools import lru_cache
from typing import Any

from chat.text import CleanText

_CJK = re.compile("[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
SHORT = 40  # bytes
_TEXTS = ("content", "text", "message", "response", "reply")
_ENVELOPE = frozenset(
    (*_TEXTS, "type", "role", "session_id", "user_id", "timestamp", "message_type", "success", "tokens_used", "model")
)


def read_text(value: object) -> tuple[str, tuple[str, ...]]:
    """The text of a column and the codes of what had to be repaired in it."""
    if value is None:
        return "", ()
    if not isinstance(value, bytes):
        return str(value), ()
    return _read_short(value) if len(value) <= SHORT else _read(value)


def _read(value: bytes) -> tuple[str, tuple[str, ...]]:
    codes: list[str] = []
    text = _decoded(value, codes)
    text = _unmangled(text, codes)
    cleaner = CleanText()
    clean = cleaner.feed(text) + cleaner.flush()
    if clean != text and "encoding-lossy" not in codes:
        codes.append("encoding-lossy")
    return clean, tuple(codes)


_read_short = lru_cache(maxsize=4096)(_read)  # roles, models, numbers: the same ones in every row


def unwrapped(text: str) -> str | None:
    """What a JSON envelope around a text holds; None where the text is none, or says more than that."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, list):
        parts = [_inside(item) for item in value]
        said = [part for part in parts if part is not None]
        return "".join(said) if said and len(said) == len(parts) else None
    return _inside(value)


def _inside(value: Any) -> str | None:
    if not isinstance(value, dict) or not set(value) <= _ENVELOPE:
        return None
    said = [value[name] for name in _TEXTS if isinstance(value.get(name), str)]
    if len(said) != 1:
        return None
    cleaner = CleanText()
    return cleaner.feed(said[0]) + cleaner.flush()


def _decoded(value: bytes, codes: list[str]) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        text = value.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    if _CJK.search(text):
        codes.append("encoding-repaired")
        return text
    codes.append("encoding-lossy")
    return value.decode("utf-8", errors="replace")


def _unmangled(text: str, codes: list[str]) -> str:
    """Only what becomes Chinese: in other languages such characters may be meant."""
    if text.isascii() or max(text) > "\xff":
        return text
    try:
        again = text.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return text
    if not _CJK.search(again):
        return text
    codes.append("mojibake-repaired")
    return again
