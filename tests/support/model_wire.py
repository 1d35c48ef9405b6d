"""The two stream formats of the model server, as bytes of server-sent events."""

import json
from dataclasses import dataclass
from typing import Any, Protocol

from tests.support.model_directives import Directives


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the model server, as both formats have it."""

    api: str
    model: str
    messages: list[dict[str, Any]]
    max_tokens: int | None
    stream: bool
    include_usage: bool
    tool: str = ""  # the name of the tool that the answer is to fill in

    @property
    def last_user_message(self) -> str:
        return next((_text(m["content"]) for m in reversed(self.messages) if m["role"] == "user"), "")

    @property
    def input_tokens(self) -> int:
        return sum(len(_text(m["content"])) for m in self.messages) // 4 + 1


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


class Wire(Protocol):
    """The events of one reply. ``text`` is the inside of a JSON string, escaped already."""

    def opening(self) -> bytes: ...

    def ping(self) -> bytes: ...

    def delta(self, text: bytes) -> bytes: ...

    def ending(self, output_tokens: int) -> bytes: ...

    def error(self) -> bytes: ...

    def whole(self, text: str, output_tokens: int) -> bytes:
        """The body of a reply that is no stream."""
        ...

    def filled(self, arguments: str, output_tokens: int) -> bytes:
        """The body of a reply that fills in the call's tool."""
        ...


class OpenAIWire:
    def __init__(self, call: Call, directives: Directives) -> None:
        self._call = call
        self._directives = directives
        self._envelope = {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1_700_000_000,
            "model": call.model,
        }
        before, after = self._chunk({"content": "@"}).split(b'"@"')
        self._before, self._after = before + b'"', b'"' + after

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _data({**self._envelope, "choices": [choice]})

    def opening(self) -> bytes:
        return self._chunk({"role": "assistant", "content": "", "refusal": None})

    def ping(self) -> bytes:
        return b": still here\n\n"

    def delta(self, text: bytes) -> bytes:
        return self._before + text + self._after

    @property
    def _reason(self) -> str:
        return "length" if self._directives.length else "content_filter" if self._directives.filter else "stop"

    def ending(self, output_tokens: int) -> bytes:
        events = self._chunk({}, self._reason)
        if self._call.include_usage and not self._directives.nousage:
            events += _data({**self._envelope, "choices": [], "usage": self._usage(output_tokens)})
        return events + b"data: [DONE]\n\n"

    def _usage(self, output_tokens: int) -> dict[str, int]:
        given = self._call.input_tokens
        return {
            "prompt_tokens": given,
            "completion_tokens": output_tokens,
            "total_tokens": given + output_tokens,
        }

    def error(self) -> bytes:
        return _data({"error": {"message": "The server had an error", "type": "server_error", "code": None}})

    def whole(self, text: str, output_tokens: int) -> bytes:
        return self._whole({"role": "assistant", "content": text}, self._reason, output_tokens)

    def filled(self, arguments: str, output_tokens: int) -> bytes:
        function = {"name": self._call.tool, "arguments": arguments}
        called = [{"id": "call_1", "type": "function", "function": function}]
        return self._whole({"role": "assistant", "content": None, "tool_calls": called}, "tool_calls", output_tokens)

    def _whole(self, message: dict[str, Any], reason: str, output_tokens: int) -> bytes:
        choice = {"index": 0, "message": message, "finish_reason": reason}
        body = {**self._envelope, "object": "chat.completion", "choices": [choice], "usage": self._usage(output_tokens)}
        return json.dumps(body).encode()


class AnthropicWire:
    def __init__(self, call: Call, directives: Directives) -> None:
        self._call = call
        self._directives = directives
        sample = _event("content_block_delta", index=0, delta={"type": "text_delta", "text": "@"})
        before, after = sample.split(b'"@"')
        self._before, self._after = before + b'"', b'"' + after

    def _message(self, content: list[dict[str, Any]], reason: str | None, output_tokens: int) -> dict[str, Any]:
        usage = {"input_tokens": self._call.input_tokens, "output_tokens": output_tokens}
        message = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": self._call.model,
            "content": content,
            "stop_reason": reason,
            "stop_sequence": None,
        }
        return message if self._directives.nousage else {**message, "usage": usage}

    def opening(self) -> bytes:
        start = _event("message_start", message=self._message([], None, 1))
        return start + _event("content_block_start", index=0, content_block={"type": "text", "text": ""})

    def ping(self) -> bytes:
        return _event("ping")

    def delta(self, text: bytes) -> bytes:
        return self._before + text + self._after

    @property
    def _reason(self) -> str:
        return "max_tokens" if self._directives.length else "refusal" if self._directives.filter else "end_turn"

    def ending(self, output_tokens: int) -> bytes:
        usage = {} if self._directives.nousage else {"usage": {"output_tokens": output_tokens}}
        return (
            _event("content_block_stop", index=0)
            + _event("message_delta", delta={"stop_reason": self._reason, "stop_sequence": None}, **usage)
            + _event("message_stop")
        )

    def error(self) -> bytes:
        return _event("error", error={"type": "overloaded_error", "message": "Overloaded"})

    def whole(self, text: str, output_tokens: int) -> bytes:
        return json.dumps(self._message([{"type": "text", "text": text}], self._reason, output_tokens)).encode()

    def filled(self, arguments: str, output_tokens: int) -> bytes:
        try:
            fields = json.loads(arguments)
        except ValueError:
            fields = {}  # this format has no way to say what is no JSON
        block = {"type": "tool_use", "id": "toolu_1", "name": self._call.tool, "input": fields}
        return json.dumps(self._message([block], "tool_use", output_tokens)).encode()


def _data(value: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(value, separators=(",", ":")).encode() + b"\n\n"


def _event(type: str, **fields: Any) -> bytes:
    return f"event: {type}\n".encode() + _data({"type": type, **fields})
