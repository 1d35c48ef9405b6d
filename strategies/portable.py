"""What strategies keep with a conversation, in an export: its spec's revisions, its strategy and the versions."""

from uuid import UUID

from chat.portable import Part, register
from strategies.models import Strategy, StrategySpec, StrategyVersion


def _strategy_of(conversation: UUID) -> int:
    return Strategy.objects.values_list("pk", flat=True).get(conversation=conversation)


def _free_name(strategy: Strategy) -> bool:
    """A name is its owner's once: another strategy keeps it."""
    base, number = strategy.name[:110], 1
    while Strategy.objects.filter(owner=strategy.owner_id, name=strategy.name).exists():
        number += 1
        strategy.name = f"{base} {number}"
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
)
