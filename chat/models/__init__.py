"""The durable truth of every conversation; nothing that a person saw exists anywhere else."""

from chat.models.attachment import Attachment, AttachmentFile
from chat.models.conversation import Conversation
from chat.models.journal import JournalEntry
from chat.models.message import Message
from chat.models.summary import Summary
from chat.models.turn import Turn
from chat.models.usage import DailySpend, UsageRecord

__all__ = [
    "Attachment",
    "AttachmentFile",
    "Conversation",
    "DailySpend",
    "JournalEntry",
    "Message",
    "Summary",
    "Turn",
    "UsageRecord",
]
