"""Versions that stored replies should have and have not: read, checked and written as those of live replies are."""

import ast
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from chat import hooks
from chat.models import Conversation, Message, Turn
from chat.models.turn import TurnStatus
from strategies import contract
from strategies.extraction import extract
from strategies.hook import MAX_REPAIRS
from strategies.indicators.flow import is_indicator
from strategies.models import StrategyVersion
from strategies.versions import Draft, sha256_of

PAGE = 100
CODES = {
    "version-made": "the code of the reply became a version",
    "version-same": "the strategy has a version of this very code",
    "code-refused": "the code breaks the contract or fails in the sandbox, so it stays text",
    "code-missing": "the reply holds no complete code",
}


@dataclass(slots=True)
class Backfill:
    """``tell`` hears a code, the reply and the reason."""

    dry_run: bool = False
    tell: Callable[[str, UUID, str], None] = lambda code, reply, reason: None
    progress: Callable[[int, int], None] = lambda done, total: None
    decided: Counter[str] = field(default_factory=Counter)

    def run(self, limit: int | None = None) -> None:
        """All replies of the pages; each conversation's in the order in which they were said."""
        after: tuple[UUID, int] | None = None
        total = candidates().count()
        while page := list(_after(candidates(), after)[:PAGE]):
            for conversation, sequence, pk in page:
                if limit is not None and self.decided["version-made"] >= limit:
                    return
                self.process_one(pk)
                self.progress(self.decided.total(), total)
                after = conversation, sequence

    def process_one(self, reply: UUID) -> None:
        """One reply, in a transaction of its own; checked before it."""
        code, reason = self._decided(reply)
        self.decided[code] += 1
        self.tell(code, reply, reason)

    def _decided(self, reply: UUID) -> tuple[str, str]:
        message = Message.objects.select_related("turn", "conversation").get(pk=reply)
        turn, conversation = message.turn, message.conversation
        if turn is None:
            return "code-missing", ""
        kind: contract.Kind = "indicator" if is_indicator(conversation) else "strategy"
        text = fenced(message.content)
        code = extract(text, kind).code
        if code is None:
            return "code-missing", ""
        if _has(conversation, code):
            return "version-same", ""
        plan = hooks.hook().prepare_reply(turn, conversation, text, MAX_REPAIRS + 1)
        if plan is None or not isinstance(plan.data, Draft):
            return "code-refused", (plan.repair or plan.notice) if plan else ""
        if self.dry_run:
            return "version-made", ""
        if not plan.data.name:
            plan = replace(plan, data=replace(plan.data, name=conversation.title))
        with transaction.atomic():
            locked = Conversation.objects.select_for_update().get(pk=conversation.pk)
            if _has(locked, code):
                return "version-same", ""
            busy = Turn.objects.filter(conversation=locked, status=TurnStatus.RUNNING).exists()
            state = locked.state
            hooks.hook().write_reply(turn, locked, message, plan)
            # a generation that runs now, or a plan that changed since, is not ended by an old reply
            if busy or locked.head_id != message.pk:
                locked.state = state
            locked.rev += 1
            locked.save(update_fields=["state", "rev"])
        return "version-made", ""


def candidates() -> "QuerySet[Message]":
    """Complete replies that were asked for code and have made no version."""
    asked = Message.objects.filter(
        role=Message.Role.ASSISTANT, status=TurnStatus.COMPLETE, turn__purpose=Turn.Purpose.GENERATE
    )
    return asked.exclude(conversation__kind=Conversation.Kind.GENERAL).filter(versions__isnull=True)


def fenced(text: str) -> str:
    """The text; where code stands in it as plain lines, with a fence around that code."""
    if "```" in text or "~~~" in text:
        return text
    lines = text.split("\n")
    begins = [place for place, line in enumerate(lines) if line.startswith(("import ", "from ", "class ", "def "))]
    for first in begins[:1]:
        for last in range(len(lines), first, -1):
            if _parses("\n".join(lines[first:last])):
                return "\n".join([*lines[:first], "```python", *lines[first:last], "```", *lines[last:]])
    return text


def _parses(code: str) -> bool:
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _has(conversation: Conversation, code: str) -> bool:
    versions = StrategyVersion.objects.filter(strategy__conversation=conversation)
    return versions.filter(code_sha256=sha256_of(code)).exists()


def _after(found: "QuerySet[Message]", after: tuple[UUID, int] | None) -> "QuerySet[Message, tuple[UUID, int, UUID]]":
    if after is not None:
        conversation, sequence = after
        later = Q(conversation__gt=conversation) | Q(conversation=conversation, sequence__gt=sequence)
        found = found.filter(later)
    return found.order_by("conversation_id", "sequence").values_list("conversation_id", "sequence", "pk")
