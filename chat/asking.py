"""The question before a reply: what the model reads in the message. Whatever goes wrong here, the talk goes on."""

import asyncio
from typing import Any

import structlog

from chat import hooks
from chat.calls import Calls
from chat.errors import Refused
from chat.models import Conversation
from chat.providers.base import ProviderError, Usage
from chat.providers.structured import Answer, StructuredRequest
from chat.questions import SettleAnswer
from chat.reads import think
from chat.running import Running
from chat.tables import CONVERSATIONS

logger = structlog.get_logger(__name__)

MAX_QUESTIONS = 2  # tries of the question, which somebody waits for


class Asking:
    """Asks for one turn; what fails is in ledger and log."""

    def __init__(self, running: Running, calls: Calls) -> None:
        self._running = running
        self._calls = calls

    async def ask_about_message(self) -> None:
        running = self._running
        ask = getattr(self._calls.provider, "ask", None)
        if ask is None or running.turn.user_message_id is None:
            return
        question = await running.with_patience(self._plan)
        if question is None:
            return
        request = StructuredRequest(
            self._calls.model,
            question.system,
            question.content,
            question.name,
            question.schema,
            question.max_tokens,
            question.seconds,
        )
        for attempt in range(1, MAX_QUESTIONS + 1):
            if running.stopping is not None:
                return
            try:
                record_id = await self._open(question, attempt)
            except Refused as refusal:
                logger.info("question not asked", turn_id=str(running.turn_id), code=refusal.code)
                return  # the reply's own call will be refused alike, and that is said
            try:
                async with running.working("reading", question.seconds):
                    answer: Answer | None = await running.until_stopped(ask(request))
            except ProviderError as error:
                await self._failed(record_id, error)
                if not error.refused_before_start or attempt == MAX_QUESTIONS:
                    return
                await self._calls.wait_to_retry(error, attempt - 1)
                continue
            if answer is None:
                usage = Usage(-(-(len(question.system) + len(question.content)) // 4), None)
                await self._calls.settle(record_id, usage, str(running.stopping), estimated=True)
                return
            await self._take(record_id, question, answer)
            running.progress("")
            return

    def _plan(self) -> hooks.Question | None:
        conversation = CONVERSATIONS.first("id = %s", self._running.conversation_id)
        if conversation is None:
            raise Conversation.DoesNotExist
        return hooks.hook().plan_question(self._running.turn, conversation)

    async def _open(self, question: hooks.Question, attempt: int) -> int:
        chars = len(question.system) + len(question.content) + len(str(question.schema))
        return await self._calls.open(
            question.purpose, attempt, question.prompt_version, chars, question.max_tokens, beside=True
        )

    async def _failed(self, record_id: int, error: ProviderError) -> None:
        log = logger.bind(turn_id=str(self._running.turn_id), code=error.code, status=error.status)
        log.warning("question failed", detail=error.detail[:200])
        await self._calls.settle(record_id, error.usage or Usage(), error.code)

    async def _take(self, record_id: int, question: hooks.Question, answer: Answer) -> None:
        """Check the answer, then settle the call and write what it changes."""
        running, read_answer = self._running, hooks.hook().read_answer
        checked: Any = await running.with_patience(read_answer, running.turn, question, answer.value, by=think)
        if checked is None:
            logger.warning("answer was nonsense", turn_id=str(running.turn_id), purpose=question.purpose)
            await self._calls.settle(record_id, answer.usage, "invalid_answer")
            return
        cost = await asyncio.to_thread(self._calls.cost, answer.usage)
        ids = (running.conversation_id, running.turn_id, running.token, record_id)
        if await running.writer.write(SettleAnswer(*ids, answer.usage, cost, "complete", checked)):
            running.hub.ring(running.conversation_id)
