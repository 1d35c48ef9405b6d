"""Reads for the library's pages and the API; their number does not grow with the library."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db.models import F, Q, QuerySet, Value

from chat.queries import MAX_SEARCH
from strategies.keywords import folded
from strategies.models import Strategy, StrategyVersion, VersionMention
from trademe.accounts.models import User

NEWEST_FIRST = ("-updated_at", "-pk")
MAX_WORDS = 10  # of a search


def strategy_list(user: "User | int", search: str = "", kind: str = "", archived: bool = False) -> QuerySet[Strategy]:
    """The user's strategies, the newest change first.

    Each word of ``search`` is in the name, or names the market or an indicator of the newest version.
    """
    found = Strategy.objects.visible_to(user).filter(archived_at__isnull=not archived)
    if kind:
        found = found.filter(kind=kind)
    for word in search[:MAX_SEARCH].replace("\x00", "").split()[:MAX_WORDS]:
        found = found.filter(Q(name__icontains=word) | Q(keywords__contains=folded(word)))
    return found.order_by(*NEWEST_FIRST)


def newest_versions(strategies: Iterable[Strategy]) -> dict[int, StrategyVersion]:
    """The newest version of each strategy without its code, in one query."""
    found = StrategyVersion.objects.filter(
        strategy__in=[strategy.pk for strategy in strategies], number=F("strategy__last_number")
    )
    return {version.strategy_id: version for version in found.defer("code", "validation")}


def version_list(strategy: Strategy) -> QuerySet[StrategyVersion]:
    """A strategy's versions, the newest first."""
    return StrategyVersion.objects.filter(strategy=strategy).select_related("strategy").order_by("-number")


def same_code(version: StrategyVersion) -> list[int]:
    """Numbers of the other versions with this very code."""
    found = StrategyVersion.objects.filter(strategy_id=version.strategy_id, code_sha256=version.code_sha256)
    return list(found.exclude(pk=version.pk).order_by("number").values_list("number", flat=True)[:20])


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
