"""A conversation with the strategist, played through its hook as the chat calls it."""

import asyncio
import uuid
from typing import Any

from chat.hooks import MessagePlan, NotReady, ReplyPlan, VersionRef
from chat.models import Conversation, Message, Turn
from chat.providers.base import Finished, ProviderRequest, TextDelta
from strategies.hook import StrategyFlow
from strategies.models import StrategyVersion
from strategies.parsing import reply_language
from strategies.strategist import Script, Strategist


class Talk:
    """Plays the chat's part around the hook: messages, turns, replies, in the order that the turns take."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.hook = StrategyFlow()
        self.turn: Turn | None = None

    def say(self, content: str, parent: Message | None = None) -> str:
        """A user message and its whole reply; the reply's text comes back."""
        self.conversation.refresh_from_db()
        parent_id = parent.pk if parent is not None else self.conversation.head_id
        plan = self.hook.prepare_message(self.conversation, parent_id, content, "en")
        self.start(content, plan, parent_id)
        return self.reply()

    def confirm(self, revision: int | None = None) -> str:
        self.conversation.refresh_from_db()
        state = self.hook.spec_frame(self.conversation)
        assert state is not None
        plan, words = self.hook.prepare_confirmation(
            self.conversation, state["spec_revision"] if revision is None else revision, "en"
        )
        self.start(words, plan, self.conversation.head_id)
        return self.reply()

    def start(self, content: str, plan: MessagePlan, parent_id: uuid.UUID | None) -> Turn:
        conversation = self.conversation
        turn = Turn.objects.create(
            conversation=conversation,
            user=conversation.owner,
            request_id=uuid.uuid4(),
            command=Turn.Command.AI_CHAT,
            purpose=plan.purpose,
            language=plan.language or reply_language(content, "en"),
            reply_sequence=conversation.next_sequence + 1,
        )
        message = Message.objects.create(
            conversation=conversation,
            turn=turn,
            parent_id=parent_id,
            sequence=conversation.next_sequence,
            role=Message.Role.USER,
            kind=plan.message_kind,
            content=content,
        )
        conversation.next_sequence += 2
        conversation.head = message
        turn.user_message = turn.reply_parent = message
        turn.save()
        try:
            self.hook.write_message(conversation, message, plan)
        except NotReady:
            turn.delete()
            raise
        conversation.save()
        self.turn = turn
        return turn

    def reply(self, text: str | None = None, complete: bool = True) -> str:
        """Let the strategist (or ``text``, for a model) answer and complete the turn."""
        turn, conversation = self.turn, self.conversation
        assert turn is not None
        if text is None:
            context = self.hook.plan_call(turn, conversation).context
            assert isinstance(context, Script)
            text = spoken(context)
        plan = self.hook.prepare_reply(turn, conversation, text, 1) if complete else None
        self.end(turn, text, plan)
        return text

    def end(self, turn: Turn, text: str, plan: ReplyPlan | None) -> list[VersionRef]:
        conversation = self.conversation
        message = Message.objects.create(
            pk=turn.reply_id,
            conversation=conversation,
            turn=turn,
            parent_id=turn.reply_parent_id,
            sequence=turn.reply_sequence,
            role=Message.Role.ASSISTANT,
            content=text,
        )
        conversation.head = message
        Turn.objects.filter(pk=turn.pk).update(status="complete", ended_at="2026-01-01T00:00:00Z")
        refs = self.hook.write_reply(turn, conversation, message, plan)
        conversation.save()
        self.plan = plan
        return refs

    def frame(self) -> dict[str, Any]:
        """What the panel shows; empty where there is no plan."""
        self.conversation.refresh_from_db()
        return self.hook.spec_frame(self.conversation) or {}

    @property
    def spec(self) -> dict[str, Any]:
        spec: dict[str, Any] = self.frame()["spec"]
        return spec

    @property
    def versions(self) -> list[StrategyVersion]:
        return list(StrategyVersion.objects.filter(strategy__conversation=self.conversation).order_by("number"))


def spoken(context: Script) -> str:
    """What the provider streams of a script."""

    async def listen() -> str:
        request = ProviderRequest("builtin", "", (), 1000, "chat", "en", context)
        parts = []
        async for event in Strategist(seconds=0).stream(request):
            if isinstance(event, TextDelta):
                parts.append(event.text)
            else:
                assert isinstance(event, Finished)
                assert (event.usage.input_tokens, event.usage.output_tokens) == (0, 0)
        return "".join(parts)

    return asyncio.run(listen())
