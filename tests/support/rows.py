"""Rows as a finished turn leaves them, for tests that read rather than talk."""

import hashlib
import uuid

from django.utils import timezone

from chat.models import Conversation, Message, Turn


def finish_turn(
    conversation: Conversation, asked: str = "Buy the golden cross", reply: str = "On **15m** bars?"
) -> Turn:
    """A question and its stored reply at the conversation's head, written as a completed turn writes them."""
    turn = Turn(
        conversation=conversation,
        user=conversation.owner,
        request_id=uuid.uuid4(),
        command=Turn.Command.AI_CHAT,
        fields_sha256=hashlib.sha256(asked.encode()).hexdigest(),
        reply_sequence=conversation.next_sequence + 1,
        status=Turn.Status.COMPLETE,
        ended_at=timezone.now(),
        last_seq=1,
        chars=len(reply),
        digest=hashlib.sha256(reply.encode()).hexdigest(),
        provider="builtin",
        model="builtin",
    )
    question = Message(
        conversation=conversation,
        parent=conversation.head,
        sequence=conversation.next_sequence,
        role=Message.Role.USER,
        content=asked,
    )
    answer = Message(
        id=turn.reply_id,
        conversation=conversation,
        parent=question,
        sequence=turn.reply_sequence,
        role=Message.Role.ASSISTANT,
        content=reply,
        model="builtin",
    )
    turn.save()
    question.turn = answer.turn = turn
    question.save()
    answer.save()
    turn.user_message, turn.reply_parent = question, question
    turn.save(update_fields=["user_message", "reply_parent"])
    conversation.head = answer
    conversation.next_sequence += 2
    conversation.rev += 1
    conversation.save()
    return turn
