"""What becomes of the answer to a question about a message: settled and written in one transaction."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog
from django.db import DatabaseError, transaction

from chat import hooks, ledger
from chat.errors import Fenced
from chat.providers.base import Usage
from chat.tables import CONVERSATIONS, TURNS
from chat.writer import Unit

logger = structlog.get_logger(__name__)

_CHANGED = ("state", "rev", "updated_at")


@dataclass(slots=True, eq=False)
class SettleAnswer(Unit[bool]):
    """Settle a question's call, and let the hook write what was answered. True where that changed something."""

    conversation_id: UUID
    turn_id: UUID
    token: UUID
    record_id: int
    usage: Usage
    cost_usd: Decimal | None
    outcome: str
    answer: Any

    def run(self) -> bool:
        conversation = CONVERSATIONS.locked("id = %s", self.conversation_id)
        turn = TURNS.first("id = %s AND token = %s AND status = 'running'", self.turn_id, self.token)
        if conversation is None or turn is None:
            raise Fenced
        if not ledger.settle(self.record_id, self.usage, self.cost_usd, self.outcome):
            return False  # our own commit, of which we did not hear
        state = conversation.state
        try:
            with transaction.atomic():
                changed = hooks.hook().write_answer(turn, conversation, self.answer)
        except DatabaseError:
            raise
        except Exception:
            # the talk goes on without what the model read
            logger.exception("answer not written", turn_id=str(turn.pk), conversation=str(conversation.pk))
            conversation.state = state
            return False
        if changed:
            conversation.rev += 1
            CONVERSATIONS.save(conversation, *_CHANGED)
        return changed
