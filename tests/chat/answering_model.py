"""A provider that answers each call by its purpose, for calls beside the reply."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from decimal import Decimal

from chat.providers.base import Finished, ProviderRequest, StreamEvent, TextDelta, Usage


@dataclass
class Model:
    """An exception is raised; a purpose in ``held`` is answered when its event is set."""

    answers: dict[str, str | Exception]
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    requests: list[ProviderRequest] = field(default_factory=list)
    name: str = "answering"

    async def stream(self, request: ProviderRequest) -> AsyncGenerator[StreamEvent, None]:
        self.requests.append(request)
        if event := self.held.get(request.purpose):
            await event.wait()
        answer = self.answers[request.purpose]
        if isinstance(answer, Exception):
            raise answer
        yield TextDelta(answer)
        yield Finished(Usage(100, 20))

    def price(self, model: str, usage: Usage) -> Decimal | None:
        return Decimal("0.01")

    async def aclose(self) -> None:
        return None

    def of(self, purpose: str) -> list[ProviderRequest]:
        return [request for request in self.requests if request.purpose == purpose]
