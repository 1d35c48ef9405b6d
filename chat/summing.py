"""Minutes of the oldest part of a long talk: one call before the reply's, when the path has outgrown its budget."""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

import structlog

from chat import ledger
from chat.asides import Said, estimated, whole_text
from chat.calls import Calls
from chat.errors import Fenced, Refused
from chat.history import Entry, Past, contents_of, without_minutes
from chat.models import Summary, Turn
from chat.prompts import prompt
from chat.providers.base import ChatMessage, ProviderError, ProviderRequest, Usage
from chat.running import Running
from chat.tables import TURNS
from chat.writer import Unit

logger = structlog.get_logger(__name__)

SECONDS = 45.0
MAX_TOKENS = 1_500
MAX_MESSAGE = 6_000  # characters of one message that is summed up; its beginning and its end
MAX_INPUT = 90_000  # characters of all of them; beyond it the oldest are cut shorter
MAX_TEXT = 6_000  # characters of minutes


@dataclass(slots=True, eq=False)
class KeepMinutes(Unit[Summary]):
    """Settle the call and store its minutes; the result is the row, which may be another turn's of the same moment."""

    conversation_id: UUID
    turn_id: UUID
    token: UUID
    record_id: int
    usage: Usage
    cost_usd: Decimal | None
    minutes: Summary

    def run(self) -> Summary:
        if TURNS.first("id = %s AND token = %s AND status = 'running'", self.turn_id, self.token) is None:
            raise Fenced
        ledger.settle(self.record_id, self.usage, self.cost_usd, "complete")
        fields = ("conversation_id", "messages", "text", "language", "model", "prompt_version")
        kept, _ = Summary.objects.get_or_create(
            upto_id=self.minutes.upto_id, defaults={name: getattr(self.minutes, name) for name in fields}
        )
        return kept


@dataclass(slots=True, eq=False)
class NotePast(Unit[None]):
    """Keep with the turn what stood for the oldest messages, so that its reply can say so."""

    conversation_id: UUID
    turn_id: UUID
    token: UUID
    summary_id: int | None
    left_out: int

    def run(self) -> None:
        running = Turn.objects.filter(pk=self.turn_id, token=self.token, status=Turn.Status.RUNNING)
        if running.update(summary_id=self.summary_id, left_out=self.left_out) != 1:
            raise Fenced


class Summing:
    """Keeps the past of one turn within its budget; whatever goes wrong, the oldest are left out and that is said."""

    def __init__(self, running: Running, calls: Calls) -> None:
        self._running = running
        self._calls = calls

    async def fit(self, past: Past) -> Past:
        """The same past, with its older part in minutes."""
        fitted = past
        if past.older:
            minutes = await self._sum_up(past)
            fitted = without_minutes(past) if minutes is None else Past(past.kept, (), minutes)
        if fitted.minutes is not None or fitted.left_out:
            running = self._running
            summary_id = fitted.minutes.pk if fitted.minutes is not None else None
            await running.writer.write(
                NotePast(running.conversation_id, running.turn_id, running.token, summary_id, fitted.left_out)
            )
        return fitted

    async def _sum_up(self, past: Past) -> Summary | None:
        running, calls = self._running, self._calls
        version, request = await running.with_patience(self._request, past)
        chars = len(request.system) + len(request.messages[0].content)
        try:
            record_id = await calls.open(request.purpose, 1, version, chars, request.max_tokens, beside=True)
        except Refused as refusal:
            logger.info("talk not summed up", turn_id=str(running.turn_id), code=refusal.code)
            return None  # the reply's own call will be refused alike, and that is said
        try:
            async with running.working("summary", SECONDS):
                said: Said | None = await running.until_stopped(whole_text(calls.provider, request, SECONDS))
        except ProviderError as error:
            log = logger.bind(turn_id=str(running.turn_id), code=error.code, status=error.status)
            log.warning("summary failed", detail=error.detail[:200])
            await calls.settle(record_id, error.usage or Usage(), error.code)
            return None
        finally:
            running.progress("")
        if said is None:
            await calls.settle(record_id, estimated(request), str(running.stopping), estimated=True)
            return None
        if not said.whole or not said.text:
            await calls.settle(record_id, said.usage, "invalid_answer")
            return None
        return await self._keep(past, record_id, said, version)

    async def _keep(self, past: Past, record_id: int, said: Said, version: str) -> Summary:
        running, calls = self._running, self._calls
        cost = await asyncio.to_thread(calls.cost, said.usage)
        before = past.minutes.messages if past.minutes is not None else 0
        minutes = Summary(
            conversation_id=running.conversation_id,
            upto_id=past.older[-1].id,
            messages=before + len(past.older),
            text=said.text[:MAX_TEXT],
            language=running.turn.language,
            model=calls.model,
            prompt_version=version,
        )
        ids = (running.conversation_id, running.turn_id, running.token, record_id)
        return await running.writer.write(KeepMinutes(*ids, said.usage, cost, minutes))

    def _request(self, past: Past) -> tuple[str, ProviderRequest]:
        language = self._running.turn.language
        version, system = prompt("summary", language)
        said = _said(past.older, contents_of([entry.id for entry in past.older]))
        if past.minutes is not None:
            said = f"minutes of before: {past.minutes.text}\n\n{said}"
        message = ChatMessage("user", said)
        return version, ProviderRequest(self._calls.model, system, (message,), MAX_TOKENS, "summary", language)


def _said(older: tuple[Entry, ...], contents: dict[UUID, str]) -> str:
    most = max(400, min(MAX_MESSAGE, MAX_INPUT // len(older)))
    return "\n\n".join(f"{entry.role}: {_shortened(contents[entry.id], most)}" for entry in older)


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most // 2]}\n[…]\n{text[-most // 2 :]}"
