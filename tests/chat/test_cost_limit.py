"""Rule 17: what a call may cost is reserved before it, whoever else reserves at that moment, and settled after it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from threading import Barrier

import pytest
from django.conf import settings

from chat import ledger
from chat.errors import Refused
from chat.models import DailySpend, Turn, UsageRecord
from chat.providers.base import Usage
from tests.chat.test_ledger import call
from tests.chat.turn_rows import started, talk
from tests.chat.writer_desk import elsewhere
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 8


@pytest.fixture
def turns(owner: User) -> list[Turn]:
    """A running turn in each of several conversations of one person."""
    return [started(talk(owner)) for _ in range(THREADS)]


@pytest.fixture(autouse=True)
def _limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, daily_cost_limit_usd=Decimal("1.00")))


def at_once(actions: list[Callable[[], object]]) -> list[object]:
    """What each came to, as processes of their own do it at the same moment; a refusal is its code."""
    gate = Barrier(len(actions))

    def one(action: Callable[[], object]) -> object:
        gate.wait(30)
        try:
            return elsewhere(action)
        except Refused as refused:
            return refused.code

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(one, actions))


def test_calls_at_the_same_moment_do_not_outrun_the_limit(turns: list[Turn]) -> None:
    came_to = at_once([call(turn, reserve=Decimal("0.30")).run for turn in turns])
    assert came_to.count("cost_limit") == THREADS - 3
    spend = DailySpend.objects.get()
    assert (spend.reserved_usd, spend.settled_usd) == (Decimal("0.90"), Decimal(0))
    assert UsageRecord.objects.count() == 3, "a refused call leaves no row"


def test_reservations_and_settlements_at_the_same_moment_add_up(turns: list[Turn]) -> None:
    opened = [call(turn, reserve=Decimal("0.20")).run() for turn in turns[:4]]

    def settling(record_id: int) -> Callable[[], object]:
        return lambda: ledger.settle(record_id, Usage(1, 1), Decimal("0.05"), "complete")

    # each settlement twice: the second finds nothing to settle
    actions: list[Callable[[], object]] = [settling(record_id) for record_id in [*opened, *opened]]
    came_to = at_once([*actions, *(call(turn, reserve=Decimal("0.20")).run for turn in turns[4:])])
    assert came_to[:8].count(True) == 4
    made = [result for result in came_to[8:] if result != "cost_limit"]
    spend = DailySpend.objects.get()
    assert spend.settled_usd == Decimal("0.20")
    assert spend.reserved_usd == Decimal("0.20") * len(made)
    assert spend.reserved_usd + spend.settled_usd <= 1


def test_calls_beside_the_reply_are_under_the_same_limit(turns: list[Turn]) -> None:
    """A question about a message, a summary, a title: each reserves like a reply."""
    call(turns[0], purpose="chat", reserve=Decimal("0.90")).run()
    for purpose in ("spec", "summary", "title"):
        beside = call(turns[1], purpose=purpose, reserve=Decimal("0.20"))
        beside.beside = True
        with pytest.raises(Refused):
            elsewhere(beside.run)
    turns[1].refresh_from_db()
    assert turns[1].model == "", "a call beside the reply is not the turn's own"
