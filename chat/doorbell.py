"""The channel layer as a doorbell between processes: a lost ring delays a screen by at most a poll, nothing more.

Each process sends one message at a time for all its conversations that changed, and rings its own followers directly.
"""

from uuid import UUID

GROUP = "trademe.doorbell"
MESSAGE_TYPE = "doorbell.ring"


def ring(conversation_id: UUID) -> None:
    """Say that a tab of this conversation has something new to show; safe from every thread and command."""
    from chat.runtime import current

    runtime = current()
    if runtime is not None:
        runtime.ring_threadsafe(conversation_id)
