"""Backtests: each complete one has its result, unchanged and repeatable; none is said to run that nobody runs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import Count, QuerySet

from chat.clock import DatabaseNow
from chat.models import Message
from chat.verification.rows import by_first, rows
from chat.verification.walk import Scope, Suspect, Walk
from strategies.backtests import results
from strategies.models import Backtest, BacktestResult, BacktestState

LATE_LEASES = 6  # after so many leases a silent run should have been ended


class BacktestRow(NamedTuple):
    id: UUID
    owner_id: int
    state: str
    lease: int
    now: int
    code_sha256: str
    data_fingerprint: str
    configuration_sha256: str
    engine_version: str
    result_sha256: str
    message_id: UUID | None
    version__code_sha256: str
    version__strategy__owner_id: int
    version__strategy__conversation_id: UUID | None


class CardRow(NamedTuple):
    id: UUID
    conversation_id: UUID
    role: str
    kind: str


@dataclass(frozen=True, slots=True)
class BacktestPage:
    backtests: list[BacktestRow]
    hashes: dict[UUID, str]  # of the stored results; "" where one cannot be read
    cards: dict[UUID, CardRow]
    repeated: dict[tuple[str, str, str, str], int]  # four fingerprints: how many different results there are


def keys(scope: Scope) -> "QuerySet[Any, Any]":
    found = Backtest.objects.order_by("pk").values_list("pk", flat=True)
    return found.filter(version__strategy__conversation=scope.conversation) if scope.conversation else found


def load(pks: Sequence[UUID]) -> BacktestPage:
    found = rows(Backtest.objects.filter(pk__in=pks).annotate(now=DatabaseNow()), BacktestRow)
    stored = BacktestResult.objects.filter(pk__in=pks).values_list("pk", "data")
    cards = Message.objects.filter(pk__in=[row.message_id for row in found if row.message_id])
    four = ("code_sha256", "data_fingerprint", "configuration_sha256", "engine_version")
    same = Backtest.objects.filter(
        state=BacktestState.COMPLETE, code_sha256__in={row.code_sha256 for row in found}
    ).order_by()
    counted = same.values_list(*four).annotate(Count("result_sha256", distinct=True))
    return BacktestPage(
        found,
        {pk: _hash(bytes(data)) for pk, data in stored.iterator()},
        by_first(rows(cards, CardRow)),
        {row[:4]: row[4] for row in counted},
    )


def _hash(data: bytes) -> str:
    try:
        return results.sha256_of(results.decompress(data))
    except results.BadResult:
        return ""


walk = Walk("backtests", keys, load, size=20)  # each with its result in memory


def _suspect(backtest: BacktestRow, sentence: str, **ids: Any) -> Suspect:
    return Suspect(backtest.id, sentence, {"backtest": backtest.id, **ids})


@walk.check("backtest-without-result")
def complete_ones_have_a_result(page: BacktestPage) -> Iterator[Suspect]:
    for backtest in page.backtests:
        complete = backtest.state == BacktestState.COMPLETE
        if complete != (backtest.id in page.hashes):
            words = "has no result" if complete else "has a result"
            yield _suspect(backtest, f"The backtest is {backtest.state} and {words}.")


@walk.check("backtest-result-changed")
def results_have_their_hash(page: BacktestPage) -> Iterator[Suspect]:
    for backtest in page.backtests:
        if page.hashes.get(backtest.id, backtest.result_sha256) != backtest.result_sha256:
            yield _suspect(backtest, "The stored result is not the one that its hash was taken of.")


@walk.check("backtest-not-repeated")
def the_same_four_gave_the_same(page: BacktestPage) -> Iterator[Suspect]:
    for backtest in page.backtests:
        four = backtest.code_sha256, backtest.data_fingerprint, backtest.configuration_sha256, backtest.engine_version
        if backtest.state == BacktestState.COMPLETE and page.repeated.get(four, 1) > 1:
            yield _suspect(backtest, "Runs of the same code, data, configuration and engine gave different results.")


@walk.check("backtest-stuck", stands_still=True)
def running_ones_are_run(page: BacktestPage) -> Iterator[Suspect]:
    late = LATE_LEASES * settings.CONFIG.lease_seconds * 1000
    for backtest in page.backtests:
        if backtest.state == BacktestState.RUNNING and backtest.now - backtest.lease > late:
            yield _suspect(backtest, "The backtest is said to be running, and its worker has long been silent.")


@walk.check("backtest-foreign")
def owner_is_the_strategys(page: BacktestPage) -> Iterator[Suspect]:
    for backtest in page.backtests:
        if backtest.owner_id != backtest.version__strategy__owner_id:
            yield _suspect(backtest, "The backtest's owner is not the strategy's.")


@walk.check("backtest-of-other-code")
def code_is_the_versions(page: BacktestPage) -> Iterator[Suspect]:
    for backtest in page.backtests:
        if backtest.code_sha256 != backtest.version__code_sha256:
            yield _suspect(backtest, "The backtest was made of other code than its version's.")


@walk.check("backtest-card")
def card_is_in_the_conversation(page: BacktestPage) -> Iterator[Suspect]:
    for backtest in page.backtests:
        if backtest.message_id is None:
            continue
        card = page.cards.get(backtest.message_id)
        of_conversation = backtest.version__strategy__conversation_id in (None, card.conversation_id if card else None)
        is_card = card is not None and (card.role, card.kind) == (Message.Role.NOTICE, Message.Kind.BACKTEST)
        if not is_card or not of_conversation:
            yield _suspect(backtest, "The backtest's card is no card of its conversation.", message=backtest.message_id)
