"""What every model provider is: one async generator of text, four errors, usage at the end."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, Protocol


@dataclass(frozen=True, slots=True)
class Image:
    """An image as both wire formats carry it."""

    media_type: str
    base64: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChatMessage:
    role: str  # "user" or "assistant"
    content: str
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class ProviderRequest:
    """One model call. ``context`` is what the conversation's hook prepared for a provider that needs no model."""

    model: str
    system: str
    messages: tuple[ChatMessage, ...]
    max_tokens: int
    purpose: str  # chat, generate, repair
    language: str  # en, zh-hans: of the reply
    context: Any = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class Thinking:
    """A sign of the reply that is no text of it: the call lives, and its deadline moves on."""


MOST_TOKENS = 100_000_000  # of one call; no window is as large


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts as the provider stated them; ``None`` where it stated nothing."""

    input_tokens: int | None = None
    output_tokens: int | None = None


def stated(tokens: int | None) -> int | None:
    """A server's count, if it can be one: a negative or boundless one says nothing, and what is unknown stays
    reserved under the daily limit.
    """
    return tokens if tokens is not None and 0 <= tokens <= MOST_TOKENS else None


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event of a stream that reached its own end.

    ``complete`` is False when the model stopped at a limit: the reply is truncated, not complete.
    """

    usage: Usage = field(default_factory=Usage)
    stop_reason: str = "stop"  # the provider's own word: stop, end_turn, length, max_tokens, ...
    complete: bool = True


StreamEvent = TextDelta | Thinking | Finished


class ProviderError(Exception):
    """A model call failed. ``retryable``: a person may try again; ``code`` goes to the page.

    ``refused_before_start`` is True only when the provider refused the call before its first byte of reply
    (429, 503, 529): the one case in which the same call is made again by itself.
    """

    code: ClassVar[str] = "provider_error"
    retryable: ClassVar[bool] = True

    def __init__(
        self,
        detail: str = "",
        *,
        status: int | None = None,
        refused_before_start: bool = False,
        retry_after: float | None = None,  # seconds, as the provider asked
        usage: Usage | None = None,  # what was counted before the failure
    ) -> None:
        super().__init__(detail)
        self.detail = detail  # for the log; never a body, never conversation text
        self.status = status
        self.refused_before_start = refused_before_start
        self.retry_after = retry_after
        self.usage = usage


class ProviderUnreachable(ProviderError):
    """No connection, or it was cut before the reply began."""

    code = "provider_unreachable"


class ProviderTimeout(ProviderError):
    """The first text, or the next, did not come within its deadline."""

    code = "provider_timeout"


class ProviderRejected(ProviderError):
    """The provider refuses this call and will refuse it again (key, model name, request): the operator's to mend."""

    code = "provider_rejected"
    retryable = False


class ProviderFailed(ProviderError):
    """The provider answered with an error of its own, also in mid-stream, or with bytes that are no stream."""

    code = "provider_error"


class Provider(Protocol):
    name: str

    def stream(self, request: ProviderRequest) -> AsyncGenerator[StreamEvent, None]:
        """Text as it comes, then one Finished. Ending without Finished means that the connection was cut:
        the reply is truncated. Raises ProviderError. Closing the generator ends the model call at once.

        A provider that gives a silent call up says when: ``patience(begun: bool) -> float``, in seconds."""
        ...

    def price(self, model: str, usage: Usage) -> Decimal | None:
        """Cost in US dollars; None when the price or the counts are not known."""
        ...

    async def aclose(self) -> None:
        """Close pooled connections."""
        ...
