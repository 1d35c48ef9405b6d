"""The plan by hand: every item of the grammar, what is wrong at its field, changes of others in between, going back."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chat.models import Conversation
from strategies import edits, flow
from strategies.models import StrategySpec
from strategies.spec import to_json
from tests.support.hook_talk import Talk
from trademe.accounts.models import User

FETCH = {"X-Requested-With": "fetch"}
IDEA = "BTC 4h, buy when RSI is below 30 and the close is above SMA 200, sell when RSI is above 70, stop 3%"
pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(conversation: Conversation) -> Talk:
    talk = Talk(conversation)
    talk.say(IDEA)
    return talk


@pytest.fixture
def page(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def form_of(page: Client, conversation: Conversation) -> dict[str, Any]:
    """What a browser would send of the form as it stands."""
    panel = page.get(reverse("chat:conversation", args=[conversation.pk])).context["page"].panel
    values = {name: panel.form.get_initial_for_field(field, name) for name, field in panel.form.fields.items()}
    return {name: "" if value is None else value for name, value in values.items()}


def spec_of(conversation: Conversation) -> dict[str, Any]:
    conversation.refresh_from_db()
    return to_json(flow.spec_at(conversation, conversation.head_id).spec)


def url(conversation: Conversation, name: str = "spec") -> str:
    return reverse(f"strategies:{name}", args=[conversation.pk])


def test_what_is_not_touched_stays_as_it_is(page: Client, talk: Talk) -> None:
    before = spec_of(talk.conversation)
    answer = page.post(url(talk.conversation), form_of(page, talk.conversation), headers=FETCH)
    assert answer.status_code == 200
    assert spec_of(talk.conversation) == before
    assert StrategySpec.objects.count() == 1


def test_every_item_is_changed_by_hand(page: Client, talk: Talk) -> None:
    sent = form_of(page, talk.conversation) | {
        "kind": "futures",
        "max_bars": "48",
        "excluded": "macd, KDJ",
        "entry": "not (SMA(5) crosses below SMA(20)[1]) and (RSI(14) < 25 or close > high[3])",
        "exit": "KDJ(9, 3, 3).j >= 100",
    }
    sent["excluded"] = "macd"
    answer = page.post(url(talk.conversation), sent, headers=FETCH)
    assert answer.status_code == 200, answer.content.decode()
    spec = spec_of(talk.conversation)
    assert spec["market"]["kind"] == "futures"
    assert spec["risk"]["max_bars"] == 48
    assert spec["excluded"] == ["MACD"]
    assert list(spec["entry"]) == ["all"]
    assert list(spec["entry"]["all"][0]) == ["not"]
    assert spec["exit"]["any"][0]["left"] == {"name": "KDJ", "params": {"n": 9, "m1": 3, "m2": 3}, "line": "j"}
    names = [(item["name"], tuple(item["params"].values())) for item in spec["indicators"]]
    assert ("SMA", (200,)) not in names, "it went with the last condition that used it"
    assert {("SMA", (5,)), ("SMA", (20,)), ("RSI", (14,)), ("KDJ", (9, 3, 3))} == set(names)
    sources = flow.spec_at(talk.conversation, talk.conversation.head_id).sources
    assert {sources[path]["by"] for path in ("entry", "exit", "market.kind")} == {"person"}


def test_a_period_that_is_changed_changes_in_every_rule(page: Client, talk: Talk) -> None:
    sent = form_of(page, talk.conversation)
    name = next(name for name, value in sent.items() if name.startswith("indicator-") and value == 14)
    page.post(url(talk.conversation), sent | {name: "6"}, headers=FETCH)
    spec = spec_of(talk.conversation)
    assert "'name': 'RSI', 'params': {'period': 6}" in str(spec["entry"])
    assert "'name': 'RSI', 'params': {'period': 6}" in str(spec["exit"])


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("entry", "RSI(14) <", "The rule ends too early"),
        ("exit", "FOO > 1", "is not known; there are"),
        ("excluded", "MACD, FOO", "is not known; there are"),
        ("stop_loss_pct", "120", "Ensure this value is less than or equal to 99.99."),
        ("stop_loss_pct", "0", "This must be above 0 and at most 99.99."),
        ("max_bars", "2.5", "Enter a whole number."),
        ("instrument", "BTC USDT!", "instrument"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_saved(
    page: Client, talk: Talk, field: str, value: str, says: str
) -> None:
    before = spec_of(talk.conversation)
    answer = page.post(url(talk.conversation), form_of(page, talk.conversation) | {field: value}, headers=FETCH)
    assert answer.status_code == 422
    form = answer.context["panel"].form
    assert says.lower() in " ".join(form.errors[field]).lower() or field == "instrument"
    assert form.errors[field]
    assert form[field].value() == value, "what was typed is still there"
    assert spec_of(talk.conversation) == before


def test_without_script_a_refused_form_comes_back_in_its_page_as_it_was_typed(page: Client, talk: Talk) -> None:
    answer = page.post(url(talk.conversation), form_of(page, talk.conversation) | {"entry": "RSI(14) < "})
    assert answer.status_code == 422
    body = answer.content.decode()
    assert "The rule ends too early" in body
    assert "RSI(14) &lt; </textarea>" in body
    assert 'id="composer-text"' in body, "the whole conversation"


def test_what_others_changed_meanwhile_is_kept_and_what_was_typed_too(page: Client, talk: Talk) -> None:
    mine = form_of(page, talk.conversation) | {"stop_loss_pct": "5"}
    talk.say("make the exit 65 and take profit 9%")
    refused = page.post(url(talk.conversation), mine, headers=FETCH)
    assert refused.status_code == 422
    form = refused.context["panel"].form
    assert "The plan was changed meanwhile" in form.non_field_errors()[0]
    assert "Take profit: 9 %" in form.non_field_errors()[0]
    assert spec_of(talk.conversation)["risk"]["stop_loss_pct"] == 3, "nothing is saved before it was seen"
    again = {name: form[name].value() for name in form.fields}
    again = {name: "" if value is None else value for name, value in again.items()}
    assert again["stop_loss_pct"] == "5"
    assert page.post(url(talk.conversation), again, headers=FETCH).status_code == 200
    risk = spec_of(talk.conversation)["risk"]
    assert (risk["stop_loss_pct"], risk["take_profit_pct"]) == (5, 9)


def test_each_item_leads_to_the_words_that_it_came_from(page: Client, talk: Talk) -> None:
    head = talk.conversation.head_id
    assert head is not None
    message = flow.spec_at(talk.conversation, head).sources["entry"]["message"]
    body = page.get(reverse("chat:conversation", args=[talk.conversation.pk])).content.decode()
    assert f'?at={message}#m-{message}" data-jump="{message}"' in body
    page.post(url(talk.conversation), form_of(page, talk.conversation) | {"stop_loss_pct": "5"})
    assert "set by hand" in page.get(reverse("chat:conversation", args=[talk.conversation.pk])).content.decode()


def test_a_link_to_an_old_message_opens_the_page_that_holds_it(page: Client, talk: Talk) -> None:
    message = flow.spec_at(talk.conversation, talk.conversation.head_id).sources["entry"]["message"]
    for number in range(30):
        talk.say(f"stop {1 + number % 5}%")
    address = reverse("chat:conversation", args=[talk.conversation.pk])
    assert f'id="m-{message}"' not in page.get(address).content.decode()
    assert f'id="m-{message}"' in page.get(address, {"at": message}).content.decode()
    for wrong in ("x", "00000000-0000-0000-0000-000000000000"):
        assert page.get(address, {"at": wrong}).status_code == 200


def test_the_changes_are_listed_and_each_can_be_brought_back(page: Client, talk: Talk) -> None:
    talk.say("make the stop 4%")
    talk.say("take profit 9%")
    body = page.get(url(talk.conversation, "plan-changes")).content.decode()
    assert "Stop loss: 3 % → 4 %" in body
    assert "Take profit: 9 %" in body
    answer = page.post(url(talk.conversation, "spec-revert"), {"to": "1", "revision": "3"}, headers=FETCH)
    assert answer.status_code == 200
    risk = spec_of(talk.conversation)["risk"]
    assert (risk["stop_loss_pct"], risk["take_profit_pct"]) == (3, None)
    assert flow.spec_at(talk.conversation, talk.conversation.head_id).revision == 4
    talk.say("undo")
    assert spec_of(talk.conversation)["risk"]["take_profit_pct"] == 9, "going back is taken back like any change"


def test_going_back_is_refused_where_somebody_was_faster(page: Client, talk: Talk) -> None:
    talk.say("make the stop 4%")
    stale = page.post(url(talk.conversation, "spec-revert"), {"to": "1", "revision": "1"}, headers=FETCH)
    assert stale.status_code == 422
    assert "changed meanwhile" in stale.content.decode()
    for wrong in (
        {"to": "9", "revision": "2"},
        {"to": "x", "revision": "2"},
        {"to": "1"},
        {"to": "1", "revision": "²"},
    ):
        assert page.post(url(talk.conversation, "spec-revert"), wrong, headers=FETCH).status_code == 404
    assert spec_of(talk.conversation)["risk"]["stop_loss_pct"] == 4


def test_a_change_of_another_branch_is_not_listed_and_not_brought_back(page: Client, talk: Talk) -> None:
    first = talk.conversation.head
    talk.say("make the stop 4%")
    talk.say("make the stop 5%", parent=first)
    body = page.get(url(talk.conversation, "plan-changes")).content.decode()
    assert "3 % → 5 %" in body
    assert "4 %" not in body
    answer = page.post(url(talk.conversation, "spec-revert"), {"to": "2", "revision": "3"}, headers=FETCH)
    assert answer.status_code == 404


def test_the_list_of_changes_is_paged(page: Client, talk: Talk, django_assert_max_num_queries: Any) -> None:
    for number in range(40):
        at = flow.spec_at(talk.conversation, talk.conversation.head_id)
        spec = to_json(at.spec)
        spec["risk"]["stop_loss_pct"] = 1 + number / 10
        edits.edit_spec(talk.conversation, spec, at.revision)
    with django_assert_max_num_queries(15):
        newest = page.get(url(talk.conversation, "plan-changes"))
    assert len(newest.context["changes"].rows) == 30
    older = page.get(url(talk.conversation, "plan-changes"), {"below": newest.context["changes"].older})
    assert len(older.context["changes"].rows) == 11
    assert older.context["changes"].older is None
    panel = page.get(reverse("chat:conversation", args=[talk.conversation.pk])).context["page"].panel
    assert len(panel.changes.rows) == 5


CROSS = "BTC 4h, buy when SMA 5 crosses above SMA 20, sell when SMA 5 crosses below SMA 20, stop 3%"


def period_of(sent: dict[str, Any], value: int) -> str:
    return next(name for name, old in sent.items() if name.startswith("indicator-") and old == value)


def test_two_periods_that_take_each_others_place_change_at_once(page: Client, conversation: Conversation) -> None:
    Talk(conversation).say("BTC 4h, buy when the close is above SMA 20, sell when the close is below SMA 60, stop 3%")
    sent = form_of(page, conversation)
    answer = page.post(url(conversation), sent | {period_of(sent, 20): "60", period_of(sent, 60): "120"}, headers=FETCH)
    assert answer.status_code == 200
    again = form_of(page, conversation)
    assert (again["entry"], again["exit"]) == ("close > SMA(60)", "close < SMA(120)")


def test_a_chain_of_periods_changes_at_once(page: Client, conversation: Conversation) -> None:
    Talk(conversation).say(CROSS)
    sent = form_of(page, conversation)
    answer = page.post(url(conversation), sent | {period_of(sent, 5): "20", period_of(sent, 20): "60"}, headers=FETCH)
    assert answer.status_code == 200
    assert form_of(page, conversation)["entry"] == "SMA(20) crosses above SMA(60)"


@pytest.mark.parametrize("value", ["20", "0", "1.5", "2000", ""])
def test_a_period_that_cannot_be_is_refused_and_nothing_is_saved(
    page: Client, conversation: Conversation, value: str
) -> None:
    Talk(conversation).say(CROSS)
    sent, before = form_of(page, conversation), spec_of(conversation)
    answer = page.post(url(conversation), sent | {period_of(sent, 5): value}, headers=FETCH)
    assert answer.status_code == 422
    assert answer.context["panel"].form.errors
    assert spec_of(conversation) == before


def test_a_figure_of_a_stale_form_stays_with_its_indicator(page: Client, talk: Talk) -> None:
    mine = form_of(page, talk.conversation)
    at = flow.spec_at(talk.conversation, talk.conversation.head_id)
    spec = to_json(at.spec)
    spec["indicators"].reverse()
    spec["risk"]["stop_loss_pct"] = 7
    edits.edit_spec(talk.conversation, spec, at.revision)
    name = period_of(mine, 14)
    answer = page.post(url(talk.conversation), mine | {name: "21"}, headers=FETCH)
    assert answer.status_code == 422
    form = answer.context["panel"].form
    assert form[name].value() == "21"
    assert "RSI" in str(form.fields[name].label)
    assert form["stop_loss_pct"].value() == 7


def test_a_form_without_its_revision_is_refused_in_words(page: Client, talk: Talk) -> None:
    sent = {name: value for name, value in form_of(page, talk.conversation).items() if name != "revision"}
    answer = page.post(url(talk.conversation), sent, headers=FETCH)
    assert answer.status_code == 422
    assert "Load the page again" in answer.content.decode()
