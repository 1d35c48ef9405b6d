"""The course of one turn: a task of the process, not of a socket.

The message is read, the model is called (``calls.py``), its reply is journalled and shown (``reply_text.py``), checked,
mended and stored. The runner ends its turn itself, in every case but the death of its process.
"""

import asyncio
from dataclasses import dataclass
from uuid import UUID

import structlog

from chat import failpoints, hooks, offer, rendering
from chat.asking import Asking
from chat.calls import Calls, Ending, failure
from chat.errors import DatabaseUnavailable, Fenced, Refused
from chat.history import Past, joined_before, read_past, tell
from chat.hub import Hub
from chat.models import Conversation, Turn
from chat.models.turn import TurnStatus
from chat.progress import repairing_words
from chat.providers.base import ChatMessage, ProviderRequest
from chat.reads import think
from chat.reply_text import ReplyText
from chat.running import Running
from chat.summing import Summing
from chat.tables import CONVERSATIONS
from chat.turns import CallOutcome, EndTurn
from chat.writer import Writer

logger = structlog.get_logger(__name__)

MAX_TOKENS = 8_192  # of one call
MAX_REPAIRS = 2


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What is read before the call."""

    conversation: Conversation
    plan: hooks.CallPlan
    past: Past
    joined: str  # the text that a "continue" lengthens


class Runner:
    """Runs one turn under its token."""

    def __init__(self, writer: Writer, hub: Hub, turn: Turn) -> None:
        self.turn = turn
        self._running = Running(writer, hub, turn)
        self._text = ReplyText(self._running)
        self._calls = Calls(self._running, self._text)
        self._hook_failed = False
        self._joined = ""  # the text that a "continue" lengthens
        self.turn_id: UUID = turn.pk
        self.conversation_id: UUID = turn.conversation_id
        self.token: UUID = turn.token
        self.stop = self._running.stop
        self.fence = self._running.fence

    def database_away(self, away: bool) -> None:
        """The writer lost the database or has it back: say so while this turn waits."""
        self._running.progress("database" if away else "")

    # --- the turn ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Run to the end; every error of the turn becomes its ending."""
        log = logger.bind(turn_id=str(self.turn_id), conversation=str(self.conversation_id))
        language = self.turn.language
        try:
            try:
                ending = await self._converse()
            except Refused as refusal:
                ending = failure(language, refusal.code)
            except Fenced:
                raise
            except Exception:
                log.exception("turn failed")
                ending = failure(language, "internal_error")
            try:
                await self._end(ending)
            except (Refused, Fenced):
                raise
            except Exception:
                log.exception("turn could not end as it should")
                await self._end(failure(language, "internal_error"), plain=True)
        except Fenced:
            log.warning("turn fenced")
        except DatabaseUnavailable:
            log.warning("writer closed before the turn ended")

    async def _converse(self) -> Ending:
        running, text = self._running, self._text
        await Asking(running, self._calls).ask_about_message()
        prepared = await running.with_patience(self._prepare)
        purpose: str = self.turn.purpose
        version = prepared.plan.prompt_version
        messages = await self._tell(prepared.past)
        self._joined = prepared.joined
        for repairs in range(MAX_REPAIRS + 1):
            start = text.chars
            ending = await self._call(purpose, messages, prepared.plan, version)
            if ending.status != TurnStatus.COMPLETE:
                return ending
            said = text.since(start)
            if not said.strip() and not self.turn.continues_id:
                return failure(self.turn.language, "empty_reply", usage=ending.usage, retryable=True)
            if purpose != Turn.Purpose.CHAT:
                running.progress("validating")
            checked = prepared.joined + said if repairs == 0 else said
            reply = ending.reply = await self._check(prepared, checked, repairs + 1)
            if running.stopping is not None:
                return Ending(running.stopping, usage=ending.usage)
            if reply is None or reply.repair is None or repairs == MAX_REPAIRS:
                return ending
            await self._calls.settle_last(ending.usage, "repaired")
            running.progress("repairing")
            await text.write(f"\n\n---\n\n{repairing_words(self.turn.language)}\n\n")
            messages = (*messages, ChatMessage("assistant", said), ChatMessage("user", reply.repair))
            purpose, version = "repair", f"{prepared.plan.prompt_version}+{reply.prompt_version}"
        raise AssertionError("unreachable")

    def _prepare(self) -> _Prepared:
        conversation = CONVERSATIONS.first("id = %s", self.conversation_id)
        if conversation is None:
            raise Conversation.DoesNotExist
        plan = hooks.hook().plan_call(self.turn, conversation)
        joined = joined_before(self.turn)
        return _Prepared(conversation, plan, read_past(self.turn), joined)

    async def _tell(self, past: Past) -> tuple[ChatMessage, ...]:
        if self._calls.provider_name == offer.BUILTIN:
            return ()  # it answers from the plan, and needs no history
        fitted = await Summing(self._running, self._calls).fit(past)
        return await self._running.with_patience(tell, self.turn, fitted)

    async def _call(
        self, purpose: str, messages: tuple[ChatMessage, ...], plan: hooks.CallPlan, version: str
    ) -> Ending:
        request = ProviderRequest(
            model=self._calls.model,
            system=plan.system,
            messages=messages,
            max_tokens=MAX_TOKENS,
            purpose=purpose,
            language=self.turn.language,
            context=plan.context,
        )
        return await self._calls.stream_with_retries(request, version)

    async def _check(self, prepared: _Prepared, text: str, rounds: int) -> hooks.ReplyPlan | None:
        """Let the hook extract and check; if it fails itself, the reply is stored all the same and says so."""
        prepare = hooks.hook().prepare_reply
        try:
            return await self._running.with_patience(prepare, self.turn, prepared.conversation, text, rounds, by=think)
        except Exception:
            logger.exception("hook failed", turn_id=str(self.turn_id))
            self._hook_failed = True
            return None

    # --- the end -------------------------------------------------------------------------------------------------

    async def _end(self, ending: Ending, plain: bool = False) -> None:
        """End the turn; ``plain`` leaves out all that could fail beside the text itself."""
        # off the loop: rendering takes long for a long reply, and so does the first look into the price list
        html, call = (None, None) if plain else await asyncio.to_thread(self._settled, ending)
        await failpoints.pause(failpoints.ENDING)
        await self._running.writer.write(
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

    def _settled(self, ending: Ending) -> tuple[str, CallOutcome | None]:
        """The whole reply's HTML and what its last call came to."""
        return rendering.render_markdown(self._text.since(0), self._joined), self._calls.outcome(ending)
