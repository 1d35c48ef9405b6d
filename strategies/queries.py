"""Reads for the library's pages and the API; their number does not grow with the library."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, QuerySet, Value

from chat.queries import MAX_SEARCH
from strategies.models import Strategy, StrategyVersion, VersionMention
from trademe.accounts.models import User


def strategy_list(user: "User | int", search: str = "") -> QuerySet[Strategy]:
    """The user's strategies, the newest change first, with ``version_count``."""
    found = Strategy.objects.visible_to(user).annotate(version_count=Count("versions"))
    if search := search[:MAX_SEARCH].replace("\x00", "").strip():
        found = found.filter(name__icontains=search)
    return found.order_by("-updated_at", "-pk")


def version_list(strategy: Strategy) -> QuerySet[StrategyVersion]:
    """A strategy's versions, the newest first."""
    return StrategyVersion.objects.filter(strategy=strategy).select_related("strategy").order_by("-number")


def version_before(version: StrategyVersion) -> StrategyVersion | None:
    """The version that a diff compares with."""
    return StrategyVersion.objects.filter(strategy_id=version.strategy_id, number__lt=version.number).last()


class Shown(NamedTuple):
    """A version that a message shows; ``made``: by this message."""

    strategy_id: int
    number: int
    made: bool


def versions_by_message(message_ids: Iterable[UUID]) -> dict[UUID, list[Shown]]:
    """The versions that messages made or mention, in one query."""
    ids = list(message_ids)
    made = StrategyVersion.objects.filter(message_id__in=ids).annotate(made=Value(True))
    mentioned = VersionMention.objects.filter(message_id__in=ids).annotate(made=Value(False))
    found: dict[UUID, list[Shown]] = {}
    rows = made.order_by().values_list("message_id", "strategy_id", "number", "made")
    for message_id, *version in rows.union(
        mentioned.values_list("message_id", "version__strategy_id", "version__number", "made"), all=True
    ):
        found.setdefault(message_id, []).append(Shown._make(version))
    for versions in found.values():
        versions.sort()
    return found
