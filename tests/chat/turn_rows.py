"""Turns in mid-life, as the rows of the chat hold them, for tests of what writes to them."""

import hashlib
import uuid
from typing import Any

from django.db import transaction

from chat import hooks
from chat.journal import Append
from chat.models import Conversation, Turn
from chat.protocol import AiChat
from chat.turns import EndTurn, Started, StartTurn
from trademe.accounts.models import User


def start(conversation: Conversation, content: str = "hello", **fields: Any) -> StartTurn:
    """The unit that starts a turn; ``fields`` are the command's."""
    fields.setdefault("request_id", uuid.uuid4())
    return StartTurn(
        conversation_id=conversation.pk,
        user_id=conversation.owner_id,
        command=AiChat(content=content, **fields),
        language="en",
        plan=hooks.MessagePlan(),
    )


def started(conversation: Conversation, content: str = "hello", **fields: Any) -> Turn:
    """A running turn with its user's message."""
    with transaction.atomic():
        result: Started = start(conversation, content, **fields).run()
    return result.turn


def talk(owner: User) -> Conversation:
    return Conversation.objects.create(owner=owner, kind=Conversation.Kind.GENERAL)


class Reply:
    """Makes the batches of one running turn, with the counts that belong to them."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.text = ""
        self.seq = 0

    def batch(self, text: str, **changes: Any) -> Append:
        self.text += text
        self.seq += 1
        fields: dict[str, Any] = {
            "conversation_id": self.turn.conversation_id,
            "turn_id": self.turn.pk,
            "token": self.turn.token,
            "seq": self.seq,
            "text": text,
            "chars": len(self.text),
            "digest": hashlib.sha256(self.text.encode()).hexdigest(),
        }
        return Append(**fields | changes)

    def append(self, *texts: str) -> "Reply":
        """Journal these batches."""
        with transaction.atomic():
            for text in texts:
                unit = self.batch(text)
                assert Append.run_batch([unit]) == [unit.seq]
        return self

    def end(self, status: str = Turn.Status.COMPLETE, **fields: Any) -> EndTurn:
        return EndTurn(self.turn.conversation_id, self.turn.pk, self.turn.token, status, **fields)
