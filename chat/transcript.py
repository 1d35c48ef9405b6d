"""A conversation as Markdown that a person reads: every message in its order, with who, when and how it ended."""

from collections.abc import Iterator
from uuid import UUID

from chat.models import Conversation, Message
from chat.verification.snapshot import snapshot

CHUNK = 200


def markdown(pk: UUID) -> Iterator[bytes]:
    with snapshot():
        conversation = Conversation.objects.select_related("owner").get(pk=pk)
        title = " ".join(str(conversation).split())
        yield f"# {title}\n\n{conversation.owner.get_username()} · {conversation.kind} · `{pk}`\n\n".encode()
        messages = Message.objects.filter(conversation=pk).order_by("sequence")
        for message in messages.iterator(chunk_size=CHUNK):
            ended = "" if message.status == "complete" else f" · {message.status}"
            model = f" · {message.model}" if message.model else ""
            at = message.created_at.strftime("%Y-%m-%d %H:%M:%SZ")
            yield f"## {message.sequence} · {message.role} · {at}{model}{ended}\n\n{message.content}\n\n".encode()
