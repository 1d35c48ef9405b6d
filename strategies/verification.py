"""Versions and specs: numbered without a gap, unchanged, and bound to the reply that made them.

``chat.verification.load()`` imports this module, so that ``verify_chats`` runs its checks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Max, Min, QuerySet

from chat.models import Conversation, Message
from chat.models.turn import TurnStatus
from chat.verification.rows import TextSHA256, by_first, rows
from chat.verification.walk import Scope, Suspect, Walk, register
from strategies.backtests import verification as backtests
from strategies.models import Strategy, StrategySpec, StrategyVersion


class StrategyRow(NamedTuple):
    id: int
    owner_id: int
    conversation_id: UUID | None
    last_number: int


class ConversationRow(NamedTuple):
    id: UUID
    owner_id: int


class NumbersRow(NamedTuple):
    """Of the versions of a strategy, or of the revisions of a conversation's spec."""

    of: Any
    total: int
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class StrategyPage:
    strategies: list[StrategyRow]
    conversations: dict[UUID, ConversationRow]
    numbers: dict[int, NumbersRow]


def strategies(scope: Scope) -> "QuerySet[Any, Any]":
    found = Strategy.objects.order_by("pk").values_list("pk", flat=True)
    return found.filter(conversation=scope.conversation) if scope.conversation else found


def load_strategies(pks: Sequence[int]) -> StrategyPage:
    found = rows(Strategy.objects.filter(pk__in=pks), StrategyRow)
    conversations = Conversation.objects.filter(pk__in={row.conversation_id for row in found if row.conversation_id})
    versions = StrategyVersion.objects.filter(strategy__in=pks).values_list("strategy_id").order_by()
    numbers = versions.annotate(Count("pk"), Min("number"), Max("number"))
    return StrategyPage(
        found, by_first(rows(conversations, ConversationRow)), by_first([NumbersRow._make(row) for row in numbers])
    )


walk = Walk("strategies", strategies, load_strategies)


def _suspect(strategy: StrategyRow, sentence: str) -> Suspect:
    return Suspect(strategy.id, sentence, {"strategy": strategy.id, "conversation": strategy.conversation_id})


@walk.check("strategy-foreign")
def strategy_is_of_the_conversations_owner(page: StrategyPage) -> Iterator[Suspect]:
    for strategy in page.strategies:
        if strategy.conversation_id is None:
            continue
        conversation = page.conversations.get(strategy.conversation_id)
        if conversation is None or conversation.owner_id != strategy.owner_id:
            yield _suspect(strategy, "The strategy's conversation is not stored, or not its owner's.")


@walk.check("version-gap")
def versions_are_numbered_without_a_gap(page: StrategyPage) -> Iterator[Suspect]:
    for strategy in page.strategies:
        numbers = page.numbers.get(strategy.id)
        if numbers is not None and (numbers.lowest, numbers.highest) != (1, numbers.total):
            sentence = f"The {numbers.total} versions of the strategy are not numbered 1 to {numbers.total}."
            yield _suspect(strategy, sentence)


@walk.check("version-counter")
def counter_is_the_last_number(page: StrategyPage) -> Iterator[Suspect]:
    for strategy in page.strategies:
        numbers = page.numbers.get(strategy.id)
        highest = numbers.highest if numbers else 0
        if strategy.last_number != highest:
            sentence = f"The strategy counts {strategy.last_number} versions and its last one is number {highest}."
            yield _suspect(strategy, sentence)


# --- versions -------------------------------------------------------------------------------------------------------


class VersionRow(NamedTuple):
    id: int
    strategy_id: int
    number: int
    code_sha256: str
    recomputed: str
    message_id: UUID | None
    spec_revision: int | None
    origin: str


class MessageRow(NamedTuple):
    id: UUID
    conversation_id: UUID
    conversation__owner_id: int
    role: str
    status: str


@dataclass(frozen=True, slots=True)
class VersionPage:
    versions: list[VersionRow]
    strategies: dict[int, StrategyRow]
    messages: dict[UUID, MessageRow]
    revisions: set[tuple[UUID, int]]

    def made(self) -> Iterator[tuple[VersionRow, StrategyRow, MessageRow]]:
        """Versions whose strategy and reply are stored."""
        for version in self.versions:
            if version.strategy_id in self.strategies and version.message_id in self.messages:
                yield version, self.strategies[version.strategy_id], self.messages[version.message_id]


def versions(scope: Scope) -> "QuerySet[Any, Any]":
    found = StrategyVersion.objects.order_by("pk").values_list("pk", flat=True)
    return found.filter(strategy__conversation=scope.conversation) if scope.conversation else found


def load_versions(pks: Sequence[int]) -> VersionPage:
    found = rows(StrategyVersion.objects.filter(pk__in=pks).annotate(recomputed=TextSHA256("code")), VersionRow)
    of = by_first(rows(Strategy.objects.filter(pk__in={row.strategy_id for row in found}), StrategyRow))
    specs = StrategySpec.objects.filter(
        conversation__in={row.conversation_id for row in of.values() if row.conversation_id},
        revision__in={row.spec_revision for row in found if row.spec_revision},
    )
    return VersionPage(
        found,
        of,
        by_first(rows(Message.objects.filter(pk__in={row.message_id for row in found if row.message_id}), MessageRow)),
        set(specs.order_by().values_list("conversation_id", "revision")),
    )


version_walk = Walk("versions", versions, load_versions)


def _version_suspect(version: VersionRow, sentence: str, **ids: Any) -> Suspect:
    return Suspect(version.id, sentence, {"strategy": version.strategy_id, "version": version.number, **ids})


@version_walk.check("version-without-strategy")
def strategy_is_stored(page: VersionPage) -> Iterator[Suspect]:
    for version in page.versions:
        if version.strategy_id not in page.strategies:
            yield _version_suspect(version, "The version's strategy is not stored.")


@version_walk.check("version-changed")
def code_has_its_hash(page: VersionPage) -> Iterator[Suspect]:
    for version in page.versions:
        if version.code_sha256 != version.recomputed:
            yield _version_suspect(version, "The version's code is not the code that its hash was taken of.")


@version_walk.check("version-without-message")
def reply_is_stored(page: VersionPage) -> Iterator[Suspect]:
    for version in page.versions:
        strategy = page.strategies.get(version.strategy_id)
        # of what was made by hand there is no reply, and with a conversation its replies go, not its versions
        by_hand = version.origin in (StrategyVersion.Origin.HAND, StrategyVersion.Origin.RESTORED)
        may_miss = by_hand or (strategy and strategy.conversation_id is None)
        if version.message_id not in page.messages and not (version.message_id is None and may_miss):
            yield _version_suspect(version, "The reply that made the version is not stored.")


@version_walk.check("version-foreign")
def reply_is_of_the_strategys_conversation(page: VersionPage) -> Iterator[Suspect]:
    for version, strategy, message in page.made():
        own = strategy.conversation_id in (None, message.conversation_id)
        if not own or message.conversation__owner_id != strategy.owner_id:
            sentence = "The version was made by a reply of another conversation or owner."
            yield _version_suspect(version, sentence, message=message.id)


@version_walk.check("version-unfinished")
def reply_was_finished(page: VersionPage) -> Iterator[Suspect]:
    for version, _strategy, message in page.made():
        if (message.role, message.status) != (Message.Role.ASSISTANT, TurnStatus.COMPLETE):
            sentence = f"The version was made by a message that is no complete reply: {message.role} {message.status}."
            yield _version_suspect(version, sentence, message=message.id)


@version_walk.check("version-without-spec")
def spec_revision_is_stored(page: VersionPage) -> Iterator[Suspect]:
    for version in page.versions:
        strategy = page.strategies.get(version.strategy_id)
        if strategy is None or strategy.conversation_id is None or not version.spec_revision:
            continue
        if (strategy.conversation_id, version.spec_revision) not in page.revisions:
            yield _version_suspect(version, f"Spec revision {version.spec_revision} of the version is not stored.")


# --- specs ----------------------------------------------------------------------------------------------------------


class SpecMessageRow(NamedTuple):
    id: int
    revision: int
    conversation_id: UUID
    message_id: UUID


class SpecPlaceRow(NamedTuple):
    id: UUID
    conversation_id: UUID


@dataclass(frozen=True, slots=True)
class SpecPage:
    numbers: list[NumbersRow]
    foreign: list[SpecMessageRow]


def specs(scope: Scope) -> "QuerySet[Any, Any]":
    found = StrategySpec.objects.order_by("conversation_id").values_list("conversation_id", flat=True).distinct()
    return found.filter(conversation=scope.conversation) if scope.conversation else found


def load_specs(conversation_ids: Sequence[UUID]) -> SpecPage:
    found = StrategySpec.objects.filter(conversation__in=conversation_ids)
    numbers = found.values_list("conversation_id").order_by().annotate(Count("pk"), Min("revision"), Max("revision"))
    named = rows(found.filter(message__isnull=False), SpecMessageRow)
    messages = by_first(rows(Message.objects.filter(pk__in={row.message_id for row in named}), SpecPlaceRow))
    foreign = [
        row
        for row in named
        if row.message_id not in messages or messages[row.message_id].conversation_id != row.conversation_id
    ]
    return SpecPage([NumbersRow._make(row) for row in numbers], foreign)


spec_walk = Walk("specs", specs, load_specs, column="conversation_id", size=100)


@spec_walk.check("spec-gap")
def revisions_count_up(page: SpecPage) -> Iterator[Suspect]:
    for numbers in page.numbers:
        if (numbers.lowest, numbers.highest) != (1, numbers.total):
            sentence = f"The {numbers.total} spec revisions of the conversation are not 1 to {numbers.total}."
            yield Suspect(numbers.of, sentence, {"conversation": numbers.of})


@spec_walk.check("spec-foreign")
def specs_name_a_message_of_the_conversation(page: SpecPage) -> Iterator[Suspect]:
    for row in page.foreign:
        sentence = f"Spec revision {row.revision} names a message that is not of its conversation."
        ids = {"conversation": row.conversation_id, "revision": row.revision, "message": row.message_id}
        yield Suspect(row.conversation_id, sentence, ids)


register(walk, version_walk, spec_walk, backtests.walk)
