"""What strategies keep with a conversation, in an export: its spec's revisions, its strategy and the versions."""

from typing import Any
from uuid import UUID

from chat.portable import Part, Reference, Row, register
from strategies.models import Strategy, StrategySpec, StrategyVersion, VersionMention


def _strategy_of(conversation: UUID) -> int:
    return Strategy.objects.values_list("pk", flat=True).get(conversation=conversation)


def _version_of(conversation: UUID, number: Any) -> int:
    found = StrategyVersion.objects.filter(strategy__conversation=conversation, number=number)
    return found.values_list("pk", flat=True).get()


def _free_name(strategy: Row) -> bool:
    """A name is its owner's once: another strategy keeps it."""
    base, number = strategy["name"][:110], 1
    while Strategy.objects.filter(owner=strategy["owner_id"], name=strategy["name"]).exists():
        number += 1
        strategy["name"] = f"{base} {number}"
    return True


register(
    Part(
        "spec",
        StrategySpec,
        lambda pk: StrategySpec.objects.filter(conversation=pk).order_by("revision"),
        frozenset({"id"}),
    ),
    Part(
        "strategy",
        Strategy,
        lambda pk: Strategy.objects.filter(conversation=pk),
        frozenset({"id", "owner_id"}),
        fit=_free_name,
    ),
    # a conversation has one strategy, so the version needs no number of it
    Part(
        "version",
        StrategyVersion,
        lambda pk: StrategyVersion.objects.filter(strategy__conversation=pk).order_by("number"),
        frozenset({"id", "strategy_id"}),
        numbers={"strategy_id": _strategy_of},
    ),
    Part(
        "mention",
        VersionMention,
        lambda pk: (
            VersionMention.objects.filter(message__conversation=pk)
            .select_related("version")
            .defer("version__code", "version__spec", "version__validation")
            .order_by("message__sequence", "version__number")
        ),
        frozenset({"id"}),
        references={"version_id": Reference(lambda mention: mention.version.number, _version_of)},
    ),
)
