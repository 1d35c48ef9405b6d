"""Conversations, messages, turns and the ledger: all of it to be read, none of it to be changed."""

from chat.admin import conversations, ledger, messages, turns

__all__ = ["conversations", "ledger", "messages", "turns"]
