"""An old version comes back as a new one: by page and API, once, with its origin, told in its conversation."""

import pytest
from django.test import Client
from django.urls import reverse

from chat import changes
from chat.models import Conversation, Message
from chat.protocol import NoticeCreated
from strategies import edits
from strategies.models import Strategy, StrategyVersion
from strategies.versions import NewerVersion
from tests.chat.test_cost_limit import at_once
from tests.strategies.library.conftest import SECOND
from tests.strategies.test_contract import GOOD
from tests.support.rest import Api
from tests.support.verification import codes as findings
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)

THIRD = GOOD.replace("fast = 5", "fast = 7")


def numbers(strategy: Strategy) -> list[tuple[int, str, int | None]]:
    return list(strategy.versions.order_by("number").values_list("number", "origin", "based_on"))


def version(strategy: Strategy, number: int) -> StrategyVersion:
    return strategy.versions.select_related("strategy").get(number=number)


def test_it_works(page: Client, strategy: Strategy, conversation: Conversation) -> None:
    _established, seen = changes.establish(conversation.pk, "en", None)
    url = reverse("strategies:restore", args=[strategy.pk, 1])
    answer = page.post(url, follow=True)
    assert "Version 1 is restored as version 3." in answer.content.decode()
    assert "Restored from version 1" in answer.content.decode()
    made = version(strategy, 3)
    assert (made.code, made.origin, made.based_on) == (GOOD, "restored", 1)
    assert made.spec == version(strategy, 1).spec
    assert made.run == StrategyVersion.Run.PASSED
    # the conversation says so, in open tabs and after a reload, with the version's button
    news = changes.since(conversation.pk, "en", seen)
    assert news is not None
    [frame] = [frame for frame in news.frames if isinstance(frame, NoticeCreated)]
    for html in (frame.html, page.get(f"/chat/{conversation.pk}/").content.decode()):
        assert "Version 1 was restored as version 3." in html
        assert html.count('data-version-number="3"') == 1
    rows = Api(conversation.owner).all_pages(f"/api/conversations/{conversation.pk}/messages/")
    assert [item["number"] for item in rows[-1]["versions"]] == [3]
    assert findings() - {"call-missing", "journal-left-over"} == set()


def test_again_makes_nothing_and_says_so(page: Client, strategy: Strategy) -> None:
    url = reverse("strategies:restore", args=[strategy.pk, 1])
    page.post(url)
    again = page.post(url, follow=True)
    assert "This is the same code as version 3, so no new version was made." in again.content.decode()
    assert again.redirect_chain[-1][0] == reverse("strategies:version", args=[strategy.pk, 3])
    assert numbers(strategy)[2:] == [(3, "restored", 1)]
    assert Message.objects.filter(role=Message.Role.NOTICE).count() == 1


def test_the_api_restores(owner: User, stranger: User, strategy: Strategy) -> None:
    url = f"/api/strategies/{strategy.pk}/versions/1/restore/"
    assert Api(stranger).post(url, {}).status_code == 404
    made = Api(owner).post(url, {})
    assert (made.status_code, made.json()["number"], made.json()["based_on"]) == (201, 3, 1)
    again = Api(owner).post(url, {})
    assert (again.status_code, again.json()) == (200, made.json())


def test_restores_at_the_same_moment_make_one_row_each(strategy: Strategy) -> None:
    edits.add_version(strategy, THIRD)
    first, second = version(strategy, 1), version(strategy, 2)
    at_once([lambda: edits.restore_version(first), lambda: edits.restore_version(second)])
    made = {(number, based_on) for number, _origin, based_on in numbers(strategy)[3:]}
    assert {number for number, _based_on in made} == {4, 5}
    assert {based_on for _number, based_on in made} == {1, 2}


def test_the_same_restore_at_the_same_moment_makes_one_row(strategy: Strategy) -> None:
    first = version(strategy, 1)
    results = at_once([lambda: edits.restore_version(first)] * 2)
    assert {result.version.number for result in results} == {3}  # type: ignore[attr-defined]
    assert numbers(strategy)[2:] == [(3, "restored", 1)]


def test_what_would_not_pass_today_is_not_restored(page: Client, strategy: Strategy) -> None:
    old = StrategyVersion.objects.create(
        strategy=strategy, number=3, code="import os\n", code_sha256="0" * 64, origin="model"
    )
    Strategy.objects.filter(pk=strategy.pk).update(last_number=4)
    answer = page.post(reverse("strategies:restore", args=[strategy.pk, old.number]), follow=True)
    assert "was not restored" in answer.content.decode()
    assert strategy.versions.count() == 3


def test_an_edit_knows_of_a_newer_version(strategy: Strategy) -> None:
    base = version(strategy, 1)
    edits.add_version(strategy, THIRD, base=base, expected=2)
    with pytest.raises(NewerVersion) as refused:
        edits.add_version(strategy, SECOND.replace("6", "9"), base=base, expected=2)
    assert refused.value.number == 3
    assert numbers(strategy)[2:] == [(3, "hand", 1)]
    # the very code that is there already is no conflict
    assert not edits.add_version(strategy, THIRD, base=base, expected=2).created


def test_a_strategy_stays_what_it_is(strategy: Strategy) -> None:
    code = "def indicator(open, high, low, close, volume):\n    return {'a': close}\n"
    with pytest.raises(edits.InvalidCode):
        edits.add_version(strategy, code)
