"""The runner of one turn: a task of the process, not of a socket. It calls the model and journals what comes.

One batch is in flight at a time; what arrives meanwhile is the next batch. A batch is shown after its commit, never
before. The runner ends its turn itself, in every case but the death of its process.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import translation

from chat import failpoints, hooks, providers, rendering
from chat.changes import chunk_frame
from chat.errors import DatabaseUnavailable, Fenced, Refused, sentence
from chat.history import history, joined_before
from chat.hub import Hub
from chat.journal import Append
from chat.ledger import OpenCall, SettleCall
from chat.models import Conversation, Turn
from chat.models.turn import TurnStatus
from chat.progress import progress_words, repairing_words
from chat.protocol import AiProgressUpdate
from chat.providers.base import ChatMessage, Finished, Provider, ProviderError, ProviderRequest, TextDelta, Usage
from chat.providers.structured import Answer, StructuredRequest
from chat.questions import SettleAnswer
from chat.reads import read, think
from chat.tables import CONVERSATIONS
from chat.text import CleanText
from chat.turns import CallOutcome, EndTurn
from chat.writer import Writer, is_away

Result = TypeVar("Result")

logger = structlog.get_logger(__name__)

MAX_REPLY_BYTES = 4 * 1024 * 1024  # UTF-8; a longer reply ends truncated
MAX_TOKENS = 8_192  # of one call
MAX_REPAIRS = 2
MAX_ATTEMPTS = 3  # of a call that the provider refuses before its first byte
MAX_QUESTIONS = 2  # tries of the question before the reply, which somebody waits for
MAX_RETRY_AFTER = 30.0  # seconds
RETRY_AFTER = (1.0, 4.0)  # seconds, where the provider names none
DATABASE_RETRY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What is read before the call."""

    conversation: Conversation
    plan: hooks.CallPlan
    history: tuple[ChatMessage, ...]
    joined: str  # the text that a "continue" lengthens


@dataclass(slots=True)
class _Call:
    """One model call while it runs."""

    record_id: int
    purpose: str
    attempt: int
    model: str
    started_at: int  # characters of the reply before it
    finished: Finished | None = None
    reader: "asyncio.Task[None] | None" = None
    input_chars: int = 0


@dataclass(slots=True)
class _Ending:
    """How the turn will end."""

    status: str
    error_code: str = ""
    error_message: str = ""
    error_retryable: bool = False
    stop_reason: str = ""
    reply: hooks.ReplyPlan | None = None
    usage: Usage = field(default_factory=Usage)
    estimated: bool = False  # the counts are ours, not the provider's


class Runner:
    """Runs one turn under its token."""

    def __init__(self, writer: Writer, hub: Hub, turn: Turn) -> None:
        self._writer = writer
        self._hub = hub
        self._turn = turn
        self.turn_id: UUID = turn.pk
        self.conversation_id: UUID = turn.conversation_id
        self.token: UUID = turn.token
        self._ids = (str(turn.request_id), str(turn.pk), str(turn.reply_id))  # of every chunk's frame
        self._buffer: list[str] = []
        self._wake = asyncio.Event()
        self._text: list[str] = []  # all journalled batches of this turn, in order
        self._seq = 0
        self._chars = 0
        self._sha = hashlib.sha256()
        self._clean = CleanText()
        self._stopping: str | None = None  # the status to end with
        self._fenced = False
        self._call: _Call | None = None
        self._hook_failed = False
        self._received = 0  # UTF-8 bytes read from the model
        self._too_long = False
        self._joined = ""  # the text that a "continue" lengthens

    def stop(self, status: str = TurnStatus.STOPPED) -> None:
        """End after the append in flight, with what has come."""
        if self._stopping is None:
            self._stopping = status
        self._wake.set()

    def fence(self) -> None:
        """Another process ended this turn: close the model's stream and show nothing more."""
        self._fenced = True
        self._wake.set()

    # --- the turn ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Run to the end; every error of the turn becomes its ending."""
        log = logger.bind(turn_id=str(self.turn_id), conversation=str(self.conversation_id))
        try:
            try:
                ending = await self._converse()
            except Refused as refusal:
                ending = self._failure(refusal.code)
            except Fenced:
                raise
            except Exception:
                log.exception("turn failed")
                ending = self._failure("internal_error")
            try:
                await self._end(ending)
            except (Refused, Fenced):
                raise
            except Exception:
                log.exception("turn could not end as it should")
                await self._end(self._failure("internal_error"), plain=True)
        except Fenced:
            log.warning("turn fenced")
        except DatabaseUnavailable:
            log.warning("writer closed before the turn ended")

    async def _converse(self) -> _Ending:
        name, model = providers.split_model(settings.CONFIG.model)
        await self._ask_about_message(name, model)
        prepared = await self._with_patience(self._prepare)
        purpose: str = self._turn.purpose
        messages = prepared.history
        self._joined = prepared.joined
        for repairs in range(MAX_REPAIRS + 1):
            start = self._chars
            ending = await self._call_with_retries(name, model, purpose, messages, prepared)
            if ending.status != TurnStatus.COMPLETE:
                return ending
            text = "".join(self._text)[start:]
            if not text.strip() and not self._turn.continues_id:
                return self._failure("empty_reply", usage=ending.usage, retryable=True)
            if purpose != Turn.Purpose.CHAT:
                self._progress("validating")
            checked = prepared.joined + text if repairs == 0 else text
            reply = ending.reply = await self._check(prepared, checked, repairs + 1)
            if self._stopping is not None:
                return _Ending(self._stopping, usage=ending.usage)
            if reply is None or reply.repair is None or repairs == MAX_REPAIRS:
                return ending
            await self._settle(ending.usage, "repaired")
            self._progress("repairing")
            await self._append(f"\n\n---\n\n{repairing_words(self._turn.language)}\n\n")
            messages = (*messages, ChatMessage("assistant", text), ChatMessage("user", reply.repair))
            purpose = "repair"
        raise AssertionError("unreachable")

    async def _check(self, prepared: _Prepared, text: str, rounds: int) -> hooks.ReplyPlan | None:
        """Let the hook extract and check; if it fails itself, the reply is stored all the same and says so."""
        prepare = hooks.hook().prepare_reply
        try:
            return await self._with_patience(prepare, self._turn, prepared.conversation, text, rounds, by=think)
        except Exception:
            logger.exception("hook failed", turn_id=str(self.turn_id))
            self._hook_failed = True
            return None

    async def _with_patience(
        self, function: Callable[..., Result], *arguments: object, by: Callable[..., Awaitable[Any]] = read
    ) -> Result:
        """Read; while the database is away, say so and look again."""
        while True:
            try:
                result: Result = await by(function, *arguments)
                return result
            except (OperationalError, InterfaceError) as error:
                if not is_away(error):
                    raise
                self._check_fence()
                self._progress("database")
                await asyncio.sleep(DATABASE_RETRY_SECONDS)

    # --- the question before the reply ----------------------------------------------------------------------------

    async def _ask_about_message(self, name: str, model: str) -> None:
        """Ask the model what the message says; whatever goes wrong here is in ledger and log, and the talk goes on."""
        ask = getattr(providers.get(name), "ask", None)
        if ask is None or self._turn.user_message_id is None:
            return
        question = await self._with_patience(self._plan_question)
        if question is None:
            return
        request = StructuredRequest(
            model,
            question.system,
            question.content,
            question.name,
            question.schema,
            question.max_tokens,
            question.seconds,
        )
        for attempt in range(1, MAX_QUESTIONS + 1):
            if self._stopping is not None:
                return
            try:
                record_id = await self._open_beside(name, model, attempt, question)
            except Refused as refusal:
                logger.info("question not asked", turn_id=str(self.turn_id), code=refusal.code)
                return  # the reply's own call will be refused alike, and that is said
            self._progress("reading")
            try:
                answer = await self._until_stopped(ask(request))
            except ProviderError as error:
                await self._question_failed(record_id, error)
                if not error.refused_before_start or attempt == MAX_QUESTIONS:
                    return
                await self._wait_to_retry(error, attempt - 1)
                continue
            if answer is None:
                usage = Usage(-(-(len(question.system) + len(question.content)) // 4), None)
                await self._settle_beside(record_id, usage, str(self._stopping), estimated=True)
                return
            await self._take_answer(record_id, question, answer)
            self._progress("")
            return

    def _plan_question(self) -> hooks.Question | None:
        conversation = CONVERSATIONS.first("id = %s", self.conversation_id)
        if conversation is None:
            raise Conversation.DoesNotExist
        return hooks.hook().plan_question(self._turn, conversation)

    async def _open_beside(self, name: str, model: str, attempt: int, question: hooks.Question) -> int:
        chars = len(question.system) + len(question.content) + len(str(question.schema))
        return await self._writer.write(
            OpenCall(
                conversation_id=self.conversation_id,
                turn_id=self.turn_id,
                token=self.token,
                user_id=self._turn.user_id,
                purpose=question.purpose,
                attempt=attempt,
                provider=name,
                model=model,
                prompt_version=question.prompt_version,
                reserve_usd=await self._most(providers.get(name), model, chars, question.max_tokens),
                beside=True,
            )
        )

    async def _until_stopped(self, call: Coroutine[Any, Any, Result]) -> Result | None:
        """The call's result; None where the turn was told to stop first, which ends the call."""
        task = asyncio.create_task(call)
        task.add_done_callback(lambda _task: self._wake.set())
        try:
            while not task.done():
                await self._wake.wait()
                self._wake.clear()
                self._check_fence()
                if self._stopping is not None and not task.done():
                    return None
            return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait([task])

    async def _question_failed(self, record_id: int, error: ProviderError) -> None:
        log = logger.bind(turn_id=str(self.turn_id), code=error.code, status=error.status)
        log.warning("question failed", detail=error.detail[:200])
        await self._settle_beside(record_id, error.usage or Usage(), error.code)

    async def _settle_beside(self, record_id: int, usage: Usage, outcome: str, *, estimated: bool = False) -> None:
        cost = await asyncio.to_thread(self._cost, usage)
        await self._writer.write(SettleCall(self.conversation_id, record_id, usage, cost, outcome, estimated))

    async def _take_answer(self, record_id: int, question: hooks.Question, answer: Answer) -> None:
        """Check the answer, then settle the call and write what it changes."""
        read_answer = hooks.hook().read_answer
        checked = await self._with_patience(read_answer, self._turn, question, answer.value, by=think)
        if checked is None:
            logger.warning("answer was nonsense", turn_id=str(self.turn_id), purpose=question.purpose)
            await self._settle_beside(record_id, answer.usage, "invalid_answer")
            return
        cost = await asyncio.to_thread(self._cost, answer.usage)
        ids = (self.conversation_id, self.turn_id, self.token, record_id)
        if await self._writer.write(SettleAnswer(*ids, answer.usage, cost, "complete", checked)):
            self._hub.ring(self.conversation_id)

    # --- the call -------------------------------------------------------------------------------------------------

    def _prepare(self) -> _Prepared:
        conversation = CONVERSATIONS.first("id = %s", self.conversation_id)
        if conversation is None:
            raise Conversation.DoesNotExist
        plan = hooks.hook().plan_call(self._turn, conversation)
        joined = joined_before(self._turn)
        return _Prepared(conversation, plan, history(self._turn), joined)

    async def _call_with_retries(
        self, name: str, model: str, purpose: str, messages: tuple[ChatMessage, ...], prepared: _Prepared
    ) -> _Ending:
        provider = providers.get(name)
        request = ProviderRequest(
            model=model,
            system=prepared.plan.system,
            messages=messages,
            max_tokens=MAX_TOKENS,
            purpose=purpose,
            language=self._turn.language,
            context=prepared.plan.context,
        )
        input_chars = len(request.system) + sum(len(message.content) for message in messages)
        first = 1 if self._call is None or self._call.purpose != purpose else self._call.attempt + 1
        for attempt in range(first, first + MAX_ATTEMPTS):
            if self._stopping is not None:
                return _Ending(self._stopping)  # before the call: there is none to be billed
            await failpoints.pause(failpoints.CALL_OPENING)
            record_id = await self._writer.write(
                OpenCall(
                    conversation_id=self.conversation_id,
                    turn_id=self.turn_id,
                    token=self.token,
                    user_id=self._turn.user_id,
                    purpose=purpose,
                    attempt=attempt,
                    provider=name,
                    model=model,
                    prompt_version=prepared.plan.prompt_version,
                    reserve_usd=await self._most(provider, model, input_chars),
                )
            )
            await failpoints.pause(failpoints.CALL_OPENED)
            self._hub.ring(self.conversation_id)
            self._call = _Call(record_id, purpose, attempt, model, self._chars, input_chars=input_chars)
            try:
                return await self._stream(provider, request)
            except ProviderError as error:
                usage = error.usage or Usage()
                log = logger.bind(turn_id=str(self.turn_id), code=error.code, status=error.status)
                log.warning("provider failed", detail=error.detail[:200])
                last = attempt == first + MAX_ATTEMPTS - 1
                if not error.refused_before_start or last or self._stopping is not None:
                    if self._stopping is not None:
                        return _Ending(self._stopping, usage=usage)
                    return self._failure(error.code, usage=usage, retryable=error.retryable)
                await self._settle(usage, error.code)
                await self._wait_to_retry(error, attempt - first)
                if self._stopping is not None:
                    self._call = None
                    return _Ending(self._stopping)
        raise AssertionError("unreachable")

    @staticmethod
    async def _most(provider: Provider, model: str, input_chars: int, max_tokens: int = MAX_TOKENS) -> Decimal | None:
        """The most that a call can cost, where there is a limit to keep it under."""
        if settings.CONFIG.daily_cost_limit_usd is None:
            return Decimal(0)
        # off the loop: the price list is read at its first use
        return await asyncio.to_thread(provider.price, model, Usage(input_chars, max_tokens))

    async def _wait_to_retry(self, error: ProviderError, tried: int) -> None:
        """Pause as long as the provider asked, visibly; a stop ends the pause."""
        seconds = min(error.retry_after or RETRY_AFTER[min(tried, len(RETRY_AFTER) - 1)], MAX_RETRY_AFTER)
        self._progress("rate_limit", seconds=round(seconds))
        deadline = asyncio.get_running_loop().time() + seconds
        while self._stopping is None and not self._fenced:
            self._wake.clear()
            try:
                async with asyncio.timeout_at(deadline):
                    await self._wake.wait()
            except TimeoutError:
                break
        self._check_fence()
        self._progress("")

    # --- the stream ----------------------------------------------------------------------------------------------

    async def _stream(self, provider: Provider, request: ProviderRequest) -> _Ending:
        """Journal everything the provider says; returns how it ended, raises ProviderError."""
        call = self._current_call()
        reader = call.reader = asyncio.create_task(self._read(provider, request, call))
        reader.add_done_callback(lambda _task: self._wake.set())
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                self._check_fence()
                if self._stopping is not None and not reader.done():
                    reader.cancel()
                if self._buffer:
                    await self._append(self._take())
                    if self._buffer or reader.done():
                        self._wake.set()
                elif reader.done():
                    break
        finally:
            if not reader.done():
                reader.cancel()
                await asyncio.wait([reader])
        if reader.cancelled():
            usage = self._estimated(call)
            return _Ending(self._stopping or TurnStatus.STOPPED, usage=usage, estimated=True)
        if error := reader.exception():
            if isinstance(error, ProviderError) and error.usage is None and self._chars > call.started_at:
                error.usage = self._estimated(call)
            raise error
        finished = call.finished
        if finished is None:
            usage = self._estimated(call)
            reason = "size_limit" if self._too_long else "connection_cut"
            return _Ending(TurnStatus.TRUNCATED, usage=usage, estimated=True, stop_reason=reason)
        status = TurnStatus.COMPLETE if finished.complete else TurnStatus.TRUNCATED
        return _Ending(status, usage=finished.usage, stop_reason=finished.stop_reason)

    async def _read(self, provider: Provider, request: ProviderRequest, call: _Call) -> None:
        stream = provider.stream(request)
        try:
            async for event in stream:
                if isinstance(event, TextDelta):
                    self._receive(self._clean.feed(event.text))
                    if self._too_long:
                        break
                else:
                    call.finished = event
                    break
        finally:
            self._receive(self._clean.flush())
            await stream.aclose()

    def _receive(self, text: str) -> None:
        """Keep text for the next batch, up to the size limit of a reply."""
        if not text or self._too_long:
            return
        raw = text.encode()
        room = MAX_REPLY_BYTES - self._received
        if len(raw) > room:
            self._too_long = True
            text = raw[:room].decode(errors="ignore")
        self._received += len(raw)
        self._buffer.append(text)
        self._wake.set()

    def _take(self) -> str:
        text = "".join(self._buffer)
        self._buffer.clear()
        return text

    async def _append(self, text: str) -> None:
        """Commit one batch, then show it."""
        if not text:
            return
        self._sha.update(text.encode())
        self._chars += len(text)
        seq = self._seq + 1
        await self._writer.write(
            Append(self.conversation_id, self.turn_id, self.token, seq, text, self._chars, self._sha.hexdigest())
        )
        await failpoints.pause(failpoints.APPENDED)
        self._seq = seq
        self._text.append(text)
        frame = chunk_frame(*self._ids, seq, text)
        self._hub.chunk(self.conversation_id, self.turn_id, seq, frame)

    def _current_call(self) -> _Call:
        if self._call is None:
            raise RuntimeError("No model call is open.")
        return self._call

    def _check_fence(self) -> None:
        if self._fenced:
            raise Fenced

    def _estimated(self, call: _Call) -> Usage:
        """Tokens of a call whose provider could not state them: about four bytes of text a token."""
        if self._turn_provider() == "builtin":
            return Usage(0, 0)
        generated = len("".join(self._text)[call.started_at :].encode())
        return Usage(-(-call.input_chars // 4), -(-generated // 4))

    def _turn_provider(self) -> str:
        return providers.split_model(settings.CONFIG.model)[0]

    # --- the end -------------------------------------------------------------------------------------------------

    async def _end(self, ending: _Ending, plain: bool = False) -> None:
        """End the turn; ``plain`` leaves out all that could fail beside the text itself."""
        # off the loop: rendering takes long for a long reply, and so does the first look into the price list
        html, call = (None, None) if plain else await asyncio.to_thread(self._settled, ending)
        await failpoints.pause(failpoints.ENDING)
        await self._writer.write(
            EndTurn(
                conversation_id=self.conversation_id,
                turn_id=self.turn_id,
                token=self.token,
                status=ending.status,
                html=html,
                call=call,
                reply=ending.reply,
                error_code=ending.error_code,
                error_message=ending.error_message,
                error_retryable=ending.error_retryable,
                stop_reason=ending.stop_reason,
                hook_failed=self._hook_failed,
            )
        )
        await failpoints.pause(failpoints.ENDED)

    def _settled(self, ending: _Ending) -> tuple[str, CallOutcome | None]:
        """The whole reply's HTML and what its last call came to."""
        html = rendering.render_markdown("".join(self._text), self._joined)
        if self._call is None:
            return html, None
        outcome = ending.error_code or ending.status
        cost = self._cost(ending.usage)
        return html, CallOutcome(self._call.record_id, ending.usage, cost, outcome, ending.estimated)

    async def _settle(self, usage: Usage, outcome: str) -> None:
        call = self._current_call()
        cost = await asyncio.to_thread(self._cost, usage)
        await self._writer.write(SettleCall(self.conversation_id, call.record_id, usage, cost, outcome))

    @staticmethod
    def _cost(usage: Usage) -> Decimal | None:
        name, model = providers.split_model(settings.CONFIG.model)
        return providers.get(name).price(model, usage)

    def _failure(self, code: str, *, usage: Usage | None = None, retryable: bool = False) -> _Ending:
        with translation.override(self._turn.language):
            words = sentence(code)
        return _Ending(
            TurnStatus.FAILED,
            error_code=code,
            error_message=words,
            error_retryable=retryable or code == "internal_error",
            usage=usage or Usage(),
        )

    def _progress(self, stage: str, seconds: int = 0) -> None:
        with translation.override(self._turn.language):
            message = progress_words(stage, seconds)
        self._hub.progress(
            self.conversation_id,
            AiProgressUpdate(
                request_id=str(self._turn.request_id), turn_id=str(self.turn_id), stage=stage, message=message
            ),
        )

    def database_away(self, away: bool) -> None:
        """The writer lost the database or has it back: say so while this turn waits."""
        self._progress("database" if away else "")
