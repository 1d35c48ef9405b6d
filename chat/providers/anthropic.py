"""Anthropic's messages."""

from typing import Any

import msgspec

from chat.providers.base import ChatMessage, ProviderFailed, ProviderRequest
from chat.providers.decoding import EventDecoder
from chat.providers.http import HttpProvider, Reply


class AnthropicProvider(HttpProvider):
    name = "anthropic"

    @property
    def url(self) -> str:
        return f"{self.base_url.removesuffix('/v1')}/v1/messages"

    def headers(self) -> dict[str, str]:
        return {"Content-Type": "application/json", "x-api-key": self._api_key, "anthropic-version": "2023-06-01"}

    def body(self, request: ProviderRequest) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": request.model,
            "max_tokens": request.max_tokens,
            "stream": True,
            # a blank message, such as a reply that failed before its first word, is refused
            "messages": [
                {"role": message.role, "content": _content(message)}
                for message in request.messages
                if message.content.strip()
            ],
        }
        if request.system:
            body["system"] = request.system
        return body

    def reply(self) -> Reply:
        return _AnthropicReply()


def _content(message: ChatMessage) -> str | list[dict[str, Any]]:
    if not message.images:
        return message.content
    images = [
        {"type": "image", "source": {"type": "base64", "media_type": image.media_type, "data": image.base64}}
        for image in message.images
    ]
    return [*images, {"type": "text", "text": message.content}]


class _Usage(msgspec.Struct):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None


class _Message(msgspec.Struct):
    usage: _Usage | None = None


class _Block(msgspec.Struct):
    text: str | None = None


class _Delta(msgspec.Struct):
    text: str | None = None
    stop_reason: str | None = None


class _Event(msgspec.Struct):
    type: str
    message: _Message | None = None
    content_block: _Block | None = None
    delta: _Delta | None = None
    usage: _Usage | None = None


_decode = EventDecoder(_Event)


class _AnthropicReply(Reply):
    def read(self, data: bytes) -> str:
        event = _decode(data)
        self.events += 1
        if event.type == "content_block_delta":
            self.signs += 1
            return (event.delta.text if event.delta is not None else None) or ""
        if event.type == "content_block_start":
            return (event.content_block.text if event.content_block is not None else None) or ""
        if event.type == "message_start" and event.message is not None:
            self._count(event.message.usage)
        elif event.type == "message_delta":
            self._count(event.usage)
            if event.delta is not None and event.delta.stop_reason:
                self.stop_reason = event.delta.stop_reason
                self.signs += 1
        elif event.type == "message_stop":
            self.done = True
        elif event.type == "error":
            raise ProviderFailed("an error event", usage=self.usage)
        return ""

    def _count(self, usage: _Usage | None) -> None:
        """Counts grow in the course of a reply; each event states them anew."""
        if usage is None:
            return
        if usage.input_tokens is not None:
            cached = (usage.cache_creation_input_tokens or 0) + (usage.cache_read_input_tokens or 0)
            self.input_tokens = usage.input_tokens + cached
        if usage.output_tokens is not None:
            self.output_tokens = usage.output_tokens
