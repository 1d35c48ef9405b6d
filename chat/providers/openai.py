"""OpenAI and every server that speaks its chat completions."""

from typing import Any

import msgspec

from chat.providers.base import ChatMessage, ProviderFailed, ProviderRequest
from chat.providers.decoding import EventDecoder
from chat.providers.http import HttpProvider, Reply


class OpenAIProvider(HttpProvider):
    name = "openai"

    @property
    def url(self) -> str:
        return f"{self.base_url}/chat/completions"

    def headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        if self._api_key:  # servers of one's own often have none
            headers["Authorization"] = f"Bearer {self._api_key}"
        return headers

    def body(self, request: ProviderRequest) -> dict[str, Any]:
        messages: list[dict[str, Any]] = [
            {"role": message.role, "content": _content(message)} for message in request.messages
        ]
        if request.system:
            messages.insert(0, {"role": "system", "content": request.system})
        # OpenAI's newer models refuse max_tokens; many compatible servers know no other name
        limit = "max_completion_tokens" if self.base_url.startswith("https://api.openai.com/") else "max_tokens"
        return {
            "model": request.model,
            "messages": messages,
            limit: request.max_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
        }

    def reply(self) -> Reply:
        return _OpenAIReply()


def _content(message: ChatMessage) -> str | list[dict[str, Any]]:
    """Plain text where there is nothing else: many compatible servers know no parts."""
    if not message.images:
        return message.content
    images = [
        {"type": "image_url", "image_url": {"url": f"data:{image.media_type};base64,{image.base64}"}}
        for image in message.images
    ]
    return [*images, {"type": "text", "text": message.content}]


class _Delta(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None
    reasoning_content: Any = None  # compatible servers' names for thinking
    reasoning: Any = None


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    error: Any = None


_decode = EventDecoder(_Chunk)


class _OpenAIReply(Reply):
    def read(self, data: bytes) -> str:
        if data == b"[DONE]":
            self.events += 1
            self.done = True
            return ""
        chunk = _decode(data)
        if chunk.error is not None:
            raise ProviderFailed("an error event", usage=self.usage)
        if chunk.usage is not None:
            self.input_tokens = chunk.usage.prompt_tokens
            self.output_tokens = chunk.usage.completion_tokens
        if chunk.choices is not None:
            self.events += 1
        if not chunk.choices:
            return ""
        choice = chunk.choices[0]
        if choice.finish_reason:
            self.stop_reason = choice.finish_reason
            self.signs += 1
        delta = choice.delta
        if delta is None:
            return ""
        text = delta.content or delta.refusal or ""
        if text or delta.reasoning_content or delta.reasoning:
            self.signs += 1
        return text
