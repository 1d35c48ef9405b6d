"""Calls whose answer is JSON by a schema, through ``pydantic-ai``: one HTTP request each, never a hidden second one.

``pydantic-ai`` and the SDK behind it take about 100 MB and seconds to import, so both happen at the first such call.
"""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chat.providers import refusals
from chat.providers.base import (
    ProviderError,
    ProviderFailed,
    ProviderTimeout,
    ProviderUnreachable,
    Usage,
    stated,
)

if TYPE_CHECKING:
    from pydantic_ai.models import Model


@dataclass(frozen=True, slots=True)
class StructuredRequest:
    """One question and the schema of its answer."""

    model: str
    system: str
    content: str
    name: str  # of the tool that takes the answer
    schema: dict[str, Any]
    max_tokens: int
    seconds: float  # the whole call's deadline


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model filled in; None where it gave no JSON object. The schema's reader has still to check it."""

    value: dict[str, Any] | None
    usage: Usage


async def ask(kind: str, base_url: str, api_key: str, request: StructuredRequest) -> Answer:
    """One call of a provider of that kind; raises ProviderError. Cancelling it closes the connection."""
    try:
        async with asyncio.timeout(request.seconds):
            await asyncio.to_thread(_import, kind)
            return await _ask(kind, base_url, api_key, request)
    except TimeoutError:
        raise ProviderTimeout("no answer within the deadline") from None


def _import(kind: str) -> None:
    """Seconds of work at the first call: in a thread, so that the event loop goes on."""
    import pydantic_ai.direct

    if kind == "anthropic":
        import pydantic_ai.models.anthropic
        import pydantic_ai.providers.anthropic
    else:
        import pydantic_ai.models.openai
        import pydantic_ai.providers.openai  # noqa: F401


async def _ask(kind: str, base_url: str, api_key: str, request: StructuredRequest) -> Answer:
    from pydantic_ai import exceptions
    from pydantic_ai.direct import model_request
    from pydantic_ai.messages import ModelRequest, SystemPromptPart, UserPromptPart
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.settings import ModelSettings
    from pydantic_ai.tools import ToolDefinition

    tool = ToolDefinition(
        name=request.name,
        description="Takes the answer.",
        parameters_json_schema=request.schema,
        kind="output",
    )
    model, client = _model(kind, base_url, api_key, request)
    try:
        response = await model_request(
            model,
            [ModelRequest(parts=[SystemPromptPart(request.system), UserPromptPart(request.content)])],
            model_settings=ModelSettings(max_tokens=request.max_tokens, timeout=request.seconds),
            model_request_parameters=ModelRequestParameters(
                output_mode="tool", output_tools=[tool], allow_text_output=False
            ),
            instrument=False,
        )
    except exceptions.AgentRunError as error:
        raise _as_ours(error) from None  # their words may quote the conversation
    finally:
        await client.close()
    counted = response.usage.has_values()
    usage = Usage(stated(response.usage.input_tokens), stated(response.usage.output_tokens)) if counted else Usage()
    return Answer(_filled_in(response.parts, request.name), usage)


def _model(kind: str, base_url: str, api_key: str, request: StructuredRequest) -> tuple["Model[Any]", Any]:
    """The model and its client, which makes no attempt of its own: each try is a row of our ledger."""
    if kind == "anthropic":
        from anthropic import AsyncAnthropic
        from pydantic_ai.models.anthropic import AnthropicModel
        from pydantic_ai.providers.anthropic import AnthropicProvider

        anthropic = AsyncAnthropic(
            api_key=api_key,
            base_url=base_url.removesuffix("/v1"),
            max_retries=0,
            timeout=request.seconds,
            # the SDK signs in by bearer token only; compatible servers know the key as our streams send it
            default_headers={"x-api-key": api_key},
        )
        return AnthropicModel(request.model, provider=AnthropicProvider(anthropic_client=anthropic)), anthropic
    from openai import AsyncOpenAI
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    # servers of one's own often have no key, and the SDK wants one
    openai = AsyncOpenAI(api_key=api_key or "none", base_url=base_url, max_retries=0, timeout=request.seconds)
    return OpenAIChatModel(request.model, provider=OpenAIProvider(openai_client=openai)), openai


def _filled_in(parts: Any, name: str) -> dict[str, Any] | None:
    from pydantic_ai.messages import ToolCallPart

    for part in parts:
        if isinstance(part, ToolCallPart) and part.tool_name == name:
            try:
                value = part.args_as_dict(raise_if_invalid=True)
            except (ValueError, TypeError, AssertionError, RecursionError):
                return None
            return value if isinstance(value, dict) else None
    return None


def _as_ours(error: Exception) -> ProviderError:
    """One of our four errors, without a body."""
    from pydantic_ai import exceptions

    if isinstance(error, exceptions.ModelHTTPError):
        status = error.status_code
        return refusals.of_status(status, f"HTTP {status}", getattr(error, "retry_after", None))
    if "Timeout" in type(error).__name__:
        return ProviderTimeout(type(error).__name__)
    if isinstance(error, exceptions.ModelConnectionError):
        return ProviderUnreachable(type(error).__name__)
    return ProviderFailed(type(error).__name__)
