"""The calls of a turn to its model: opened in the ledger, streamed into the reply, tried again, settled."""

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal

import structlog
from django.conf import settings
from django.utils import translation

from chat import failpoints, hooks, offer, providers
from chat.errors import sentence
from chat.ledger import OpenCall, SettleCall
from chat.models.turn import TurnStatus
from chat.providers.base import Finished, Provider, ProviderError, ProviderRequest, TextDelta, Usage
from chat.reply_text import ReplyText
from chat.running import QUIET_SECONDS, REPEAT_SECONDS, Running
from chat.turns import CallOutcome

logger = structlog.get_logger(__name__)

MAX_ATTEMPTS = 3  # of a call that the provider refuses before its first byte
MAX_RETRY_AFTER = 30.0  # seconds
MOST_AN_IMAGE = 4_000  # tokens
RETRY_AFTER = (1.0, 4.0)  # seconds, where the provider names none


@dataclass(slots=True)
class Ending:
    """How a call ended, and the turn with it unless another call follows."""

    status: str
    error_code: str = ""
    error_message: str = ""
    error_retryable: bool = False
    stop_reason: str = ""
    reply: hooks.ReplyPlan | None = None
    usage: Usage = field(default_factory=Usage)
    estimated: bool = False  # the counts are ours, not the provider's


def failure(language: str, code: str, *, usage: Usage | None = None, retryable: bool = False) -> Ending:
    """The ending of a turn that failed."""
    with translation.override(language):
        words = sentence(code)
    return Ending(
        TurnStatus.FAILED,
        error_code=code,
        error_message=words,
        error_retryable=retryable or code == "internal_error",
        usage=usage or Usage(),
    )


@dataclass(slots=True)
class _Call:
    """One model call while it runs."""

    record_id: int
    purpose: str
    attempt: int
    started_at: int  # characters of the reply before it
    input_chars: int
    heard: float  # when the model last gave a sign; the event loop's time
    finished: Finished | None = None


class Calls:
    """Who answers the turn, and the calls that are made to it."""

    def __init__(self, running: Running, text: ReplyText) -> None:
        self._running = running
        self._text = text
        self._call: _Call | None = None  # the last one of the reply
        self.provider_name, self.model = offer.of_turn(running.turn)

    @property
    def provider(self) -> Provider:
        return providers.get(self.provider_name)

    # --- the ledger ----------------------------------------------------------------------------------------------

    async def open(
        self, purpose: str, attempt: int, prompt_version: str, chars: int, max_tokens: int, *, beside: bool = False
    ) -> int:
        """The ledger's row of a call that is about to be made; raises Refused and Fenced."""
        running = self._running
        return await running.writer.write(
            OpenCall(
                conversation_id=running.conversation_id,
                turn_id=running.turn_id,
                token=running.token,
                user_id=running.turn.user_id,
                purpose=purpose,
                attempt=attempt,
                provider=self.provider_name,
                model=self.model,
                prompt_version=prompt_version,
                reserve_usd=await self._most(chars, max_tokens),
                beside=beside,
            )
        )

    async def _most(self, chars: int, max_tokens: int) -> Decimal | None:
        """The most that a call can cost, where there is a limit to keep it under."""
        if settings.CONFIG.daily_cost_limit_usd is None:
            return Decimal(0)
        # off the loop: the price list is read at its first use
        return await asyncio.to_thread(self.cost, Usage(chars, max_tokens))

    def cost(self, usage: Usage) -> Decimal | None:
        return self.provider.price(self.model, usage)

    async def settle(self, record_id: int, usage: Usage, outcome: str, *, estimated: bool = False) -> None:
        """Settle a call that another one of this turn follows."""
        cost = await asyncio.to_thread(self.cost, usage)
        await self._running.writer.write(
            SettleCall(self._running.conversation_id, record_id, usage, cost, outcome, estimated)
        )

    async def settle_last(self, usage: Usage, outcome: str) -> None:
        await self.settle(self._current().record_id, usage, outcome)

    def outcome(self, ending: Ending) -> CallOutcome | None:
        """What the reply's last call came to: its row is settled where the turn ends. Not for the event loop."""
        if self._call is None:
            return None
        words = ending.error_code or ending.status
        return CallOutcome(self._call.record_id, ending.usage, self.cost(ending.usage), words, ending.estimated)

    def _current(self) -> _Call:
        if self._call is None:
            raise RuntimeError("No model call is open.")
        return self._call

    def _estimated(self, call: _Call) -> Usage:
        """Tokens of a call whose provider could not state them: about four bytes of text a token."""
        if self.provider_name == offer.BUILTIN:
            return Usage(0, 0)
        generated = len(self._text.since(call.started_at).encode())
        return Usage(-(-call.input_chars // 4), -(-generated // 4))

    # --- the reply's call ----------------------------------------------------------------------------------------

    async def stream_with_retries(self, request: ProviderRequest, prompt_version: str) -> Ending:
        """Call until the provider takes the call; everything that it says is in the reply then."""
        running, purpose = self._running, request.purpose
        input_chars = len(request.system) + sum(len(message.content) for message in request.messages)
        # an image costs as many tokens as its size makes it; these are rather too many
        images = sum(len(message.images) for message in request.messages)
        most_read = input_chars + images * MOST_AN_IMAGE
        first = 1 if self._call is None or self._call.purpose != purpose else self._call.attempt + 1
        for attempt in range(first, first + MAX_ATTEMPTS):
            if running.stopping is not None:
                return Ending(running.stopping)  # before the call: there is none to be billed
            await failpoints.pause(failpoints.CALL_OPENING)
            record_id = await self.open(purpose, attempt, prompt_version, most_read, request.max_tokens)
            await failpoints.pause(failpoints.CALL_OPENED)
            running.hub.ring(running.conversation_id)
            now = asyncio.get_running_loop().time()
            self._call = _Call(record_id, purpose, attempt, self._text.chars, input_chars, now)
            try:
                return await self._stream(request)
            except ProviderError as error:
                usage = error.usage or Usage()
                log = logger.bind(turn_id=str(running.turn_id), code=error.code, status=error.status)
                log.warning("provider failed", detail=error.detail[:200])
                last = attempt == first + MAX_ATTEMPTS - 1
                if not error.refused_before_start or last or running.stopping is not None:
                    if running.stopping is not None:
                        return Ending(running.stopping, usage=usage)
                    return failure(running.turn.language, error.code, usage=usage, retryable=error.retryable)
                await self.settle_last(usage, error.code)
                await self.wait_to_retry(error, attempt - first)
                if running.stopping is not None:
                    self._call = None
                    return Ending(running.stopping)
        raise AssertionError("unreachable")

    async def wait_to_retry(self, error: ProviderError, tried: int) -> None:
        """Pause as long as the provider asked, visibly; a stop ends the pause."""
        seconds = min(error.retry_after or RETRY_AFTER[min(tried, len(RETRY_AFTER) - 1)], MAX_RETRY_AFTER)
        await self._running.counted_pause("rate_limit", seconds)

    async def _stream(self, request: ProviderRequest) -> Ending:
        """Journal everything the provider says; returns how it ended, raises ProviderError."""
        running, text, call = self._running, self._text, self._current()
        reader = asyncio.create_task(self._read(request, call))
        reader.add_done_callback(lambda _task: running.wake.set())
        watch = asyncio.create_task(self._watch(call))
        try:
            while True:
                await running.wake.wait()
                running.wake.clear()
                running.check_fence()
                if running.stopping is not None and not reader.done():
                    reader.cancel()
                if text.waits:
                    await text.write_waiting()
                    if text.waits or reader.done():
                        running.wake.set()
                elif reader.done():
                    break
        finally:
            watch.cancel()
            if not reader.done():
                reader.cancel()
            await asyncio.wait([reader, watch])
        if reader.cancelled():
            return Ending(running.stopping or TurnStatus.STOPPED, usage=self._estimated(call), estimated=True)
        if error := reader.exception():
            if isinstance(error, ProviderError) and error.usage is None and text.chars > call.started_at:
                error.usage = self._estimated(call)
            raise error
        finished = call.finished
        if finished is None:
            reason = "size_limit" if text.too_long else "connection_cut"
            usage = self._estimated(call)
            return Ending(TurnStatus.TRUNCATED, usage=usage, estimated=True, stop_reason=reason)
        status = TurnStatus.COMPLETE if finished.complete else TurnStatus.TRUNCATED
        return Ending(status, usage=finished.usage, stop_reason=finished.stop_reason)

    async def _read(self, request: ProviderRequest, call: _Call) -> None:
        stream, loop = self.provider.stream(request), asyncio.get_running_loop()
        try:
            async for event in stream:
                call.heard = loop.time()
                if isinstance(event, TextDelta):
                    self._text.feed(event.text)
                    if self._text.too_long:
                        break
                elif isinstance(event, Finished):
                    call.finished = event
                    break
        finally:
            self._text.flush()
            await stream.aclose()

    async def _watch(self, call: _Call) -> None:
        """While nothing comes, say for how long the call is still waited for."""
        patience = getattr(self.provider, "patience", None)
        if patience is None:
            return
        running, loop, told = self._running, asyncio.get_running_loop(), False
        while True:
            silent = loop.time() - call.heard
            if silent >= QUIET_SECONDS:
                begun = self._text.chars > call.started_at
                running.progress("silent" if begun else "waiting", patience(begun) - silent)
                told = True
                await asyncio.sleep(REPEAT_SECONDS)
                continue
            if told:
                running.progress("")
                told = False
            await asyncio.sleep(QUIET_SECONDS - silent)
