"""Reads for the library's pages and the API; their number does not grow with the library."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, QuerySet

from chat.queries import MAX_SEARCH
from strategies.models import Strategy, StrategyVersion
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


def versions_by_message(message_ids: Iterable[UUID]) -> dict[UUID, list[StrategyVersion]]:
    """Versions by the message that made them, in one query."""
    found: dict[UUID, list[StrategyVersion]] = {}
    for version in StrategyVersion.objects.filter(message_id__in=list(message_ids)).order_by("strategy_id", "number"):
        if version.message_id is not None:
            found.setdefault(version.message_id, []).append(version)
    return found
