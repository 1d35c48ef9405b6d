"""A conversation's title by its model: asked for when a reply has ended, so that nobody waits for it.

The first words of the talk are its title until then, and stay it where no model is configured or the call fails. A
title that a person gave is never touched. The call follows its turn, so it is no part of it: its ledger row is opened
after the turn's end and settled here, or by the sweeper where this process died (``ledger.SettleForgottenCalls``).
"""

import asyncio
import re
from dataclasses import dataclass
from decimal import Decimal

import structlog
from django.conf import settings

from chat import ledger, offer, providers
from chat.asides import Said, estimated, whole_text
from chat.errors import DatabaseUnavailable, Fenced, Refused
from chat.hub import Hub
from chat.ledger import OpenCallAfter, SettleCall
from chat.models import Conversation, Message, Turn
from chat.models.turn import TurnStatus
from chat.prompts import prompt
from chat.providers.base import ChatMessage, Provider, ProviderError, ProviderRequest, Usage
from chat.reads import read
from chat.tables import CONVERSATIONS
from chat.text import as_title
from chat.writer import Writer

logger = structlog.get_logger(__name__)

SECONDS = 20.0  # that a title may take
MAX_TOKENS = 600  # mostly for models that think first
TRIES = 3  # replies of a conversation after which it is asked for
MAX_SAID = 2_000  # characters of each message
MAX_TITLE = 80

_MARKS = "\"'`*_#“”‘’「」『』《》 \t"
_LABEL = re.compile(r"^(?:title|标题|題目|题目)\s*[:：]\s*", re.I)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A title that is still missing."""

    turn: Turn
    provider_name: str
    prompt_version: str
    request: ProviderRequest


@dataclass(slots=True, eq=False)
class SettleTitle(SettleCall):
    """Settle the call and name the conversation, unless a person has named it. True where that changed something."""

    title: str = ""

    def run(self) -> bool:
        conversation = CONVERSATIONS.locked("id = %s", self.conversation_id)
        if not ledger.settle(self.record_id, self.usage, self.cost_usd, self.outcome) or conversation is None:
            return False
        if conversation.title_by != Conversation.TitleBy.WORDS or conversation.deleted_at is not None:
            return False
        conversation.title, conversation.title_by = self.title, Conversation.TitleBy.MODEL
        conversation.rev += 1
        CONVERSATIONS.save(conversation, "title", "title_by", "rev")
        return True


class Titles:
    """The calls of one process."""

    def __init__(self, writer: Writer, hub: Hub) -> None:
        self._writer = writer
        self._hub = hub
        self._tasks: set[asyncio.Task[None]] = set()

    def consider(self, turn: Turn) -> None:
        """A turn has ended: name its conversation, where that is wanted and can be done."""
        if not settings.CONFIG.titles or offer.of_turn(turn)[0] == offer.BUILTIN:
            return
        task = asyncio.create_task(self._name(turn), name=f"title-{turn.pk}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End the calls; each settles its row."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def settle_forgotten(self) -> None:
        if await read(ledger.forgotten):
            await self._writer.write(ledger.SettleForgottenCalls())

    async def _name(self, turn: Turn) -> None:
        log = logger.bind(turn_id=str(turn.pk), conversation=str(turn.conversation_id))
        try:
            wanted = await read(_wanted, turn)
            if wanted is not None:
                await self._ask(wanted)
        except (Refused, Fenced, DatabaseUnavailable) as error:
            log.info("title not asked for", reason=getattr(error, "code", type(error).__name__))
        except Exception:
            log.exception("title failed")

    async def _ask(self, wanted: _Wanted) -> None:
        provider, turn, request = providers.get(wanted.provider_name), wanted.turn, wanted.request
        record_id = await self._open(provider, wanted)
        try:
            said = await whole_text(provider, request, SECONDS)
        except ProviderError as error:
            logger.warning("title failed", turn_id=str(turn.pk), code=error.code, detail=error.detail[:200])
            await self._settle(provider, wanted, record_id, error.usage or Usage(), error.code)
            return
        except asyncio.CancelledError:
            await asyncio.shield(self._settle(provider, wanted, record_id, estimated(request), "interrupted", True))
            raise
        await self._take(provider, wanted, record_id, said)

    async def _open(self, provider: Provider, wanted: _Wanted) -> int:
        turn, request = wanted.turn, wanted.request
        most: Decimal | None = Decimal(0)
        if settings.CONFIG.daily_cost_limit_usd is not None:
            chars = len(request.system) + len(request.messages[0].content)
            most = await asyncio.to_thread(provider.price, request.model, Usage(chars, request.max_tokens))
        attempt = 1  # of this turn; another turn's is another row
        return await self._writer.write(
            OpenCallAfter(
                conversation_id=turn.conversation_id,
                turn_id=turn.pk,
                token=turn.token,
                user_id=turn.user_id,
                purpose=request.purpose,
                attempt=attempt,
                provider=wanted.provider_name,
                model=request.model,
                prompt_version=wanted.prompt_version,
                reserve_usd=most,
            )
        )

    async def _settle(
        self,
        provider: Provider,
        wanted: _Wanted,
        record_id: int,
        usage: Usage,
        outcome: str,
        is_estimate: bool = False,
    ) -> None:
        cost = await asyncio.to_thread(provider.price, wanted.request.model, usage)
        await self._writer.write(SettleCall(wanted.turn.conversation_id, record_id, usage, cost, outcome, is_estimate))

    async def _take(self, provider: Provider, wanted: _Wanted, record_id: int, said: Said) -> None:
        title = plain_title(said.text)
        if not title:
            await self._settle(provider, wanted, record_id, said.usage, "invalid_answer")
            return
        cost = await asyncio.to_thread(provider.price, wanted.request.model, said.usage)
        conversation_id = wanted.turn.conversation_id
        if await self._writer.write(
            SettleTitle(conversation_id, record_id, said.usage, cost, "complete", False, title)
        ):
            self._hub.ring(conversation_id)


def plain_title(text: str) -> str:
    """One line without marks around it; "" where the answer is no title."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if not lines:
        return ""
    plain = _LABEL.sub("", lines[0].strip(_MARKS)).strip(_MARKS).rstrip(_MARKS + ".。")
    return "" if len(plain) > MAX_TITLE else as_title(plain)


def _wanted(turn: Turn) -> _Wanted | None:
    """What to ask, unless the conversation is named, gone, or was asked about often enough."""
    conversation = CONVERSATIONS.first("id = %s AND deleted_at IS NULL", turn.conversation_id)
    if conversation is None or conversation.title_by != Conversation.TitleBy.WORDS:
        return None
    ended = Turn.objects.get(pk=turn.pk)
    replies = Turn.objects.filter(conversation=conversation).exclude(status=TurnStatus.RUNNING)
    if ended.status != TurnStatus.COMPLETE or replies.count() > TRIES:
        return None
    messages = Message.objects.filter(turn=ended).exclude(role=Message.Role.NOTICE).order_by("sequence")
    said = "\n\n".join(f"{message.role}: {message.content[:MAX_SAID]}" for message in messages)
    version, system = prompt("title", turn.language)
    provider_name, model = offer.of_turn(turn)
    request = ProviderRequest(model, system, (ChatMessage("user", said),), MAX_TOKENS, "title", turn.language)
    return _Wanted(ended, provider_name, version, request)
