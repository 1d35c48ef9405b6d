"""Proofs that the rows keep the promises: small checks over pages of rows, beside running servers."""

from django.utils.module_loading import autodiscover_modules

from chat.verification import attachments, conversations, journal, ledger, messages, turns
from chat.verification.walk import Finding, Scope, Severity, Verification, Walk, register, registered

__all__ = ["Finding", "Scope", "Severity", "Verification", "Walk", "load", "register", "registered"]

register(conversations.walk, turns.walk, journal.running_walk, journal.lease_walk, journal.entry_walk)
register(messages.walk, attachments.walk, ledger.walk, ledger.day_walk)


def load() -> None:
    """Import the ``verification`` module of every other app, which registers its own walks."""
    autodiscover_modules("verification")
