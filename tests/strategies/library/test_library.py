"""The library: found, narrowed, paged, renamed, archived and brought back; its cost does not grow with it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chat.models import Conversation
from strategies.library import contexts
from strategies.models import Strategy
from strategies.versions import append_version, create_version, draft
from tests.strategies.test_contract import GOOD
from tests.support.rest import Api
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db

LIST = "/strategies/"
CountQueries = Callable[..., AbstractContextManager[Any]]


def make(owner: User, name: str, instrument: str = "BTC/USDT", kind: str = "strategy") -> Strategy:
    conversation = Conversation.objects.create(owner=owner, kind=kind)
    plan = {"market": {"instrument": instrument, "timeframe": "15m", "kind": "spot"}}
    return create_version(owner, conversation, draft(GOOD, origin="builtin", name=name, spec=plan)).version.strategy


def names(page: Client, **query: str) -> list[str]:
    library = page.get(LIST, query).context["library"]
    return sorted(row.strategy.name for row in library.rows)


@pytest.mark.parametrize(
    "search", ["golden", "GOLDEN cross", "btc", "BTCUSDT", "ＢＴＣ", "比特币", "均线", "布林带 sma", "15m"]
)
def test_it_is_found_by_name_market_and_indicator(page: Client, owner: User, search: str) -> None:
    make(owner, "Golden cross")
    make(owner, "白银", "XAG/USD")
    assert "Golden cross" in names(page, search=search)
    assert names(page, search="白银 sma") == ["白银"]
    assert names(page, search="nothing of it") == []
    assert names(page, search="100%") == []


def test_it_is_narrowed_by_kind_and_shelf(page: Client, owner: User, stranger: User) -> None:
    make(owner, "A")
    make(owner, "B", kind="trading_system")
    old = make(owner, "C")
    make(stranger, "D")
    page.post(reverse("strategies:archive", args=[old.pk]))
    assert names(page) == ["A", "B"]
    assert names(page, kind="trading_system") == ["B"]
    assert names(page, kind="unheard") == ["A", "B"]
    assert names(page, archived="1") == ["C"]
    api = Api(owner)
    assert [row["name"] for row in api.all_pages("/api/strategies/?archived=true")] == ["C"]
    assert [row["name"] for row in api.all_pages("/api/strategies/?kind=trading_system")] == ["B"]
    assert api.get("/api/strategies/?kind=unheard").status_code == 400


def test_an_archived_one_is_brought_back_at_once_or_later(page: Client, owner: User) -> None:
    strategy = make(owner, "A")
    url = reverse("strategies:archive", args=[strategy.pk])
    answer = page.post(url, {"archived": "1"}, follow=True)
    assert "“A” is in the archive now." in answer.content.decode()
    assert "Undo" in answer.content.decode()
    page.post(url, {"archived": "0", "from": "list"})
    assert names(page) == ["A"]
    page.post(url)
    assert "All your strategies are in the archive." in page.get(LIST).content.decode()
    # what is worked on comes back by itself
    append_version(strategy, draft(GOOD.replace("5", "6"), origin="hand"))
    assert names(page) == ["A"]


def test_somebody_elses_archive_is_not_told(page: Client, stranger: User) -> None:
    other = make(stranger, "Secret")
    Strategy.objects.update(archived_at=other.created_at)
    assert "Secret" not in page.get(LIST, {"undo": str(other.pk)}).content.decode()


def test_a_name_is_given_once_and_versions_stay(page: Client, owner: User) -> None:
    strategy, other = make(owner, "A"), make(owner, "B")
    url = reverse("strategies:rename", args=[strategy.pk])
    answer = page.post(url, {"name": " 金叉  策略 "}, follow=True)
    assert "The strategy is now called “金叉 策略”." in answer.content.decode()
    before = strategy.versions.get().code_sha256
    taken = page.post(url, {"name": other.name})
    assert taken.status_code == 422
    assert "You have another strategy of the name “B”." in taken.content.decode()
    assert page.post(url, {"name": "   "}).status_code == 422
    assert page.post(url, {"name": "a\x07b"}).status_code == 422
    strategy.refresh_from_db()
    assert (strategy.name, strategy.versions.get().code_sha256) == ("金叉 策略", before)


def test_the_api_renames_and_archives(owner: User, stranger: User) -> None:
    strategy = make(owner, "A")
    make(owner, "B")
    url = f"/api/strategies/{strategy.pk}/"
    changed = Api(owner).patch(url, {"name": "C", "archived": True}).json()
    assert (changed["name"], changed["archived"]) == ("C", True)
    refused = Api(owner).patch(url, {"name": "B", "archived": False})
    assert (refused.status_code, refused.json()["code"]) == (409, "name_taken")
    strategy.refresh_from_db()
    assert strategy.archived_at is not None, "nothing half done"
    assert Api(stranger).patch(url, {"name": "D"}).status_code == 404


def test_pages_follow_one_another_without_gap_or_repeat(
    page: Client, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contexts, "PAGE_SIZE", 2)
    made = [make(owner, f"S{number}").name for number in range(5)]
    seen: list[str] = []
    url = LIST
    while url:
        library = page.get(url).context["library"]
        seen += [row.strategy.name for row in library.rows]
        newer, url = library.newer_url, library.older_url and LIST + library.older_url
    assert seen == made[::-1]
    assert [row.strategy.name for row in page.get(LIST + newer).context["library"].rows] == ["S2", "S1"]
    assert page.get(LIST, {"cursor": "nonsense"}).status_code == 404


def test_the_list_costs_the_same_for_one_and_for_many(
    page: Client, owner: User, django_assert_num_queries: CountQueries
) -> None:
    make(owner, "S0")
    page.get(LIST)
    with django_assert_num_queries(4):  # session, person, strategies, their newest versions
        page.get(LIST)
    for number in range(12):
        append_version(make(owner, f"S{number + 1}"), draft(GOOD.replace("5", "6"), origin="hand"))
    with django_assert_num_queries(4):
        assert len(page.get(LIST).context["library"].rows) == 13


def test_a_strategys_page_costs_the_same_for_one_version_and_for_many(
    page: Client, owner: User, django_assert_num_queries: CountQueries
) -> None:
    strategy = make(owner, "S")
    url = reverse("strategies:detail", args=[strategy.pk])
    with django_assert_num_queries(4):
        page.get(url)
    for number in range(6, 16):
        append_version(strategy, draft(GOOD.replace("5", str(number)), origin="hand"))
    with django_assert_num_queries(4):
        assert len(page.get(url).context["page"].versions) == 11
