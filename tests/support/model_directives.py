"""What a message asks of the model server: ``[[deltas=200 every=20ms]]`` and the other directives of its table."""

import base64
import re
from dataclasses import dataclass, fields, replace
from typing import Any, Self

_GROUP = re.compile(r"\[\[((?:text|text64)=.*|.*?)\]\]", re.DOTALL)
_FOR_TOOLS = "tool:"  # begins a group that only calls with a tool read: ``[[tool: status=429 once]]``


@dataclass(frozen=True, slots=True)
class Directives:
    """Field names are the directives' names; a bare word such as ``[[empty]]`` sets its field to True."""

    deltas: int = 20  # pieces of text
    every: float = 0.0  # seconds between them (20ms, 5s); 0 is as fast as the client reads
    flood: int = 0  # that many deltas without pause
    text: str = ""  # this text instead of counted words, in `deltas` pieces when given; stands last
    text64: str = ""  # the same in base64, for text that holds "]]"
    marker: str = ""  # begins each counted word; the first 8 digits of the message's hash otherwise
    raw: bool = False  # `text` goes out as UTF-8 instead of JSON's escapes
    halves: bool = False  # each UTF-16 unit of `text` is a delta of its own, an emoji two
    fill: int = 0  # each counted word is filled up with dots to that many characters
    stamp: bool = False  # each counted word ends with the server's monotonic clock in ns
    status: int = 200  # refuse with this HTTP status
    retry: str = ""  # Retry-After of the refusal
    once: bool = False  # refuse only the first call with this message
    late: float = 0.0  # wait before the response's headers
    slow: float = 0.0  # wait between the headers and the first delta
    drop: bool = False  # close without a response
    cut: int = -1  # close the connection after that many deltas
    cutbyte: int = -1  # close the connection after that many bytes of the response
    reset: bool = False  # with cut, cutbyte, drop: reset it instead
    nofinish: bool = False  # end without finish reason
    errorframe: int = -1  # an error event after that many deltas
    stall_after: int = -1  # say nothing more after that many deltas
    noise: int = -1  # after that many deltas 2 KiB of random bytes, lines that are no event
    noisedata: int = -1  # after that many deltas an event whose data are random bytes
    dice: int = 0  # what the random bytes are
    keepalive: float = 0.0  # seconds between comments and ping events in which nothing else is said
    empty: bool = False  # finish without text
    length: bool = False  # finish because of the token limit
    filter: bool = False  # finish because of a content filter (OpenAI) or a refusal (Anthropic)
    garbage: bool = False  # 200 with bytes that are no stream
    html: bool = False  # 200 with a web page
    nousage: bool = False  # no token counts
    pings: bool = False  # comments and ping events between deltas
    crlf: bool = False  # lines end in CR LF
    split: int = 0  # each write to the socket is cut into pieces of that many bytes
    surrogates: bool = False  # each delta ends with the first half of an emoji and the next begins with the second
    badutf8: bool = False  # a byte that is no UTF-8 in each delta
    answer64: str = ""  # what a call with a tool fills in, base64 of JSON or of what is none; {} otherwise
    notool: bool = False  # a call with a tool is answered in words

    @property
    def count(self) -> int:
        if self.empty:
            return 0
        return self.flood or self.deltas

    @classmethod
    def read(cls, *sources: str, tool: bool = False) -> Self:
        """The directives in ``sources``; a later source wins over an earlier one. Raises ValueError.

        A call with a tool asks something about a message, so what the message wants of its reply is not for it.
        """
        found: dict[str, Any] = {}
        for source in sources:
            for group in _GROUP.findall(source):
                if group.startswith(_FOR_TOOLS) is tool:
                    found.update(_read_group(group.removeprefix(_FOR_TOOLS)))
        directives = cls(**found)
        if directives.text64:
            directives = replace(directives, text=base64.b64decode(directives.text64).decode())
        if directives.text and "deltas" not in found:
            directives = replace(directives, deltas=1)
        return directives


_TYPES = {field.name: field.type for field in fields(Directives)}


def _read_group(group: str) -> dict[str, Any]:
    before, text_given, text = group.partition("text=") if not group.startswith("text64=") else (group, "", "")
    found: dict[str, Any] = {"text": text} if text_given else {}
    for word in before.split():
        name, _, value = word.partition("=")
        kind = _TYPES.get(name)
        if kind is None:
            raise ValueError(f"unknown directive {name!r}")
        if kind is bool:
            found[name] = True
        elif kind is float:
            found[name] = seconds(value)
        else:
            found[name] = int(value) if kind is int else value
    return found


def seconds(value: str) -> float:
    """``20ms``, ``5s`` or ``5`` in seconds."""
    if value.endswith("ms"):
        return float(value[:-2]) / 1000
    return float(value.removesuffix("s"))
