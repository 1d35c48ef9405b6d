"""REST of conversations, messages and the ledger."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from chat.models import Conversation, Message, Turn
from tests.support.library import bill
from tests.support.rest import Api
from tests.support.rows import finish_turn
from trademe.accounts import api_tokens
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db

MESSAGE_FIELDS = {
    "id",
    "role",
    "kind",
    "content",
    "status",
    "sequence",
    "parent",
    "model",
    "input_tokens",
    "output_tokens",
    "cost_usd",
    "created_at",
    "versions",
    "attachments",
}
CONVERSATION_FIELDS = {
    "id",
    "kind",
    "title",
    "state",
    "archived",
    "pinned",
    "model",
    "answers",
    "head",
    "rev",
    "created_at",
    "updated_at",
}


@pytest.fixture
def api(owner: User) -> Api:
    return Api(owner)


@pytest.fixture
def strangers_api(stranger: User) -> Api:
    return Api(stranger)


def of(conversation: Conversation, *parts: str) -> str:
    return "/".join(("/api/conversations", str(conversation.pk), *parts, ""))


# --- conversations ------------------------------------------------------------------------------------------------


def test_it_works(api: Api, conversation: Conversation) -> None:
    page = api.get("/api/conversations/").json()
    assert set(page) == {"next", "previous", "results"}
    assert page["next"] is None
    assert page["previous"] is None
    [only] = page["results"]
    assert set(only) == CONVERSATION_FIELDS
    assert only["id"] == str(conversation.pk)
    assert api.get(of(conversation)).json() == only


@pytest.mark.parametrize("kind", ["strategy", "indicator", "trading_system", "general"])
def test_a_conversation_is_made(api: Api, owner: User, kind: str) -> None:
    answer = api.post("/api/conversations/", {"kind": kind, "title": "  My idea "})
    assert answer.status_code == 201
    made = Conversation.objects.get(pk=answer.json()["id"])
    assert (made.owner, made.kind, made.title) == (owner, kind, "My idea")


def test_a_client_made_id_makes_it_repeatable(api: Api, strangers_api: Api) -> None:
    body = {"kind": "strategy", "title": "Once", "id": str(uuid4())}
    first, second = api.post("/api/conversations/", body), api.post("/api/conversations/", body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Conversation.objects.count() == 1
    foreign = strangers_api.post("/api/conversations/", body)
    assert foreign.status_code == 404
    assert foreign.json()["code"] == "not_found"
    assert "Once" not in foreign.content.decode()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "kind"),
        ({"kind": "poem"}, "kind"),
        ({"kind": "strategy", "title": "x" * 201}, "title"),
        ({"kind": "strategy", "title": "\x00"}, "title"),
        ({"kind": "strategy", "title": "\ud800"}, "title"),
        ({"kind": "strategy", "title": ["x"]}, "title"),
        ({"kind": "strategy", "id": "7"}, "id"),
        ([], "request"),
        ("strategy", "request"),
    ],
)
def test_mistakes_are_named_by_field(api: Api, body: Any, field: str) -> None:
    answer = api.post("/api/conversations/", body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    assert list(answer.json()["fields"]) == [field]
    assert all(isinstance(words, str) for words in answer.json()["fields"][field])
    assert not Conversation.objects.exists()


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        ("{", "application/json", 400, "bad_json"),
        (b"\xff\xfe", "application/json", 400, "bad_json"),
        ("kind=strategy", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
    ],
)
def test_what_is_no_json_is_refused(api: Api, body: Any, content_type: str, status: int, code: str) -> None:
    answer = api.client.post("/api/conversations/", body, content_type=content_type)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_conversation_is_renamed_archived_pinned(api: Api, conversation: Conversation) -> None:
    before = api.get(of(conversation)).json()
    answer = api.patch(of(conversation), {"title": "MACD", "archived": True, "pinned": True})
    assert answer.status_code == 200
    after = answer.json()
    assert (after["title"], after["archived"], after["pinned"]) == ("MACD", True, True)
    assert after["rev"] == before["rev"] + 1, "other tabs are told"
    assert api.get("/api/conversations/").json()["results"] == []
    assert len(api.get("/api/conversations/", archived="true").json()["results"]) == 1
    assert api.patch(of(conversation), {"archived": "perhaps"}).status_code == 400
    assert api.put if False else api.client.put(of(conversation)).status_code == 405


def test_delete_hides_it_everywhere_and_stops_its_turn(api: Api, conversation: Conversation) -> None:
    turn = finish_turn(conversation)
    Turn.objects.filter(pk=turn.pk).update(status=Turn.Status.RUNNING, ended_at=None)
    assert api.delete(of(conversation)).status_code == 204
    turn.refresh_from_db()
    assert turn.stop_requested
    for path in (of(conversation), of(conversation, "messages"), of(conversation, "spec")):
        assert api.get(path).status_code == 404
    assert api.get("/api/conversations/").json()["results"] == []
    assert api.delete(of(conversation)).status_code == 404
    body = {"kind": "strategy", "id": str(conversation.pk)}
    assert api.post("/api/conversations/", body).status_code == 404
    assert Message.objects.count() == 2


def test_search_looks_into_titles_and_messages(api: Api, owner: User) -> None:
    titled = Conversation.objects.create(owner=owner, title="布林带突破")
    spoken = Conversation.objects.create(owner=owner, title="Another")
    finish_turn(spoken, asked="Use the MACD please")
    found = {
        words: {row["id"] for row in api.get("/api/conversations/", search=words).json()["results"]}
        for words in ("布林带", "macd", "nothing of it", "%")
    }
    assert found == {"布林带": {str(titled.pk)}, "macd": {str(spoken.pk)}, "nothing of it": set(), "%": set()}


def test_pages_hold_each_conversation_once_in_order(api: Api, owner: User) -> None:
    for number in range(12):
        Conversation.objects.create(owner=owner, title=str(number), pinned=number in (3, 8))
    rows = api.all_pages("/api/conversations/", limit=5)
    assert [row["title"] for row in rows] == ["8", "3", "11", "10", "9", "7", "6", "5", "4", "2", "1", "0"]

    first = api.get("/api/conversations/", limit=5).json()
    Conversation.objects.create(owner=owner, title="new")
    second = api.client.get(first["next"]).json()
    assert [row["title"] for row in second["results"]] == ["7", "6", "5", "4", "2"], "a new row shifts no page"
    back = api.client.get(second["previous"]).json()
    assert [row["title"] for row in back["results"]] == ["3", "new", "11", "10", "9"]


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "x"},
        {"cursor": "WzAsMV0"},
        {"cursor": "bnVsbA"},
        {"cursor": "WzAsbnVsbCxudWxsLG51bGxd"},
        {"cursor": "é"},
        {"limit": "0"},
        {"limit": "-1"},
        {"limit": "999999999999"},
        {"limit": "ten"},
        {"archived": "perhaps"},
    ],
)
def test_bad_parameters_are_named(api: Api, query: dict[str, str]) -> None:
    answer = api.get("/api/conversations/", **query)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == list(query)


# --- messages -----------------------------------------------------------------------------------------------------


def test_messages_are_listed_oldest_first(api: Api, conversation: Conversation) -> None:
    for number in range(3):
        bill(finish_turn(conversation, asked=f"question {number}", reply=f"reply {number}"))
    rows = api.all_pages(of(conversation, "messages"), limit=2)
    assert [row["sequence"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert [row["role"] for row in rows] == ["user", "assistant"] * 3
    assert set(rows[0]) == MESSAGE_FIELDS
    assert rows[0]["parent"] is None
    assert [row["parent"] for row in rows[1:]] == [row["id"] for row in rows[:-1]]
    assert (rows[1]["input_tokens"], rows[1]["output_tokens"], rows[1]["cost_usd"]) == (100, 20, "0.25000000")
    assert rows[0]["cost_usd"] is None
    assert rows[0]["versions"] == []


def test_all_branches_are_listed(api: Api, conversation: Conversation) -> None:
    finish_turn(conversation, asked="first")
    conversation.head = None
    conversation.save()
    finish_turn(conversation, asked="first, edited")
    assert [row["sequence"] for row in api.all_pages(of(conversation, "messages"))] == [1, 2, 3, 4]


def test_after_sequence_gives_only_what_is_new(api: Api, conversation: Conversation) -> None:
    for _number in range(3):
        finish_turn(conversation)
    rows = api.all_pages(of(conversation, "messages"), after_sequence=2, limit=1)
    assert [row["sequence"] for row in rows] == [3, 4, 5, 6]
    assert api.get(of(conversation, "messages"), after_sequence=6).json()["results"] == []
    for wrong in ("-1", "x", "99999999999999999999", "1.5"):
        answer = api.get(of(conversation, "messages"), after_sequence=wrong)
        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["after_sequence"])


def test_an_unknown_price_is_null_never_zero(api: Api, conversation: Conversation) -> None:
    turn = finish_turn(conversation)
    bill(turn, cost="0.25")
    bill(turn, cost=None, attempt=2)
    reply = api.all_pages(of(conversation, "messages"))[-1]
    assert reply["cost_usd"] is None
    assert reply["input_tokens"] == 200


def test_no_list_grows_in_queries(api: Api, conversation: Conversation, django_assert_max_num_queries: Any) -> None:
    for _number in range(25):
        bill(finish_turn(conversation))
    for path in (of(conversation, "messages"), "/api/conversations/", "/api/usage/"):
        with django_assert_max_num_queries(7):
            assert api.get(path, limit=200).status_code == 200


# --- the ledger ---------------------------------------------------------------------------------------------------


def test_usage_shows_rows_and_their_sum(api: Api, strangers_api: Api, conversation: Conversation) -> None:
    for _number in range(3):
        bill(finish_turn(conversation))
    page = api.get("/api/usage/", limit=2).json()
    assert page["totals"] == {"calls": 3, "input_tokens": 300, "output_tokens": 60, "cost_usd": "0.75000000"}
    rows = api.all_pages("/api/usage/", limit=2)
    assert len({row["id"] for row in rows}) == 3
    assert {row["conversation"] for row in rows} == {str(conversation.pk)}
    assert strangers_api.get("/api/usage/").json()["totals"] == {
        "calls": 0,
        "input_tokens": 0,
        "output_tokens": 0,
        "cost_usd": "0.00000000",
    }


# --- who may ------------------------------------------------------------------------------------------------------


ROUTES = [
    ("get", ""),
    ("patch", ""),
    ("delete", ""),
    ("get", "messages/"),
    ("get", "spec/"),
    ("patch", "spec/"),
]


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_a_strangers_conversation_is_not_there(
    strangers_api: Api, conversation: Conversation, method: str, route: str
) -> None:
    for identifier in (conversation.pk, uuid4()):
        answer = getattr(strangers_api.client, method)(f"/api/conversations/{identifier}/{route}")
        assert answer.status_code == 404
        assert answer.json()["code"] == "not_found"
        assert isinstance(answer.json()["message"], str)
    conversation.refresh_from_db()
    assert conversation.deleted_at is None


def test_a_stranger_sees_nothing_in_lists(strangers_api: Api, conversation: Conversation) -> None:
    finish_turn(conversation, asked="golden")
    assert strangers_api.get("/api/conversations/").json()["results"] == []
    assert strangers_api.get("/api/conversations/", search="golden").json()["results"] == []


@pytest.mark.parametrize(("method", "route"), [*ROUTES, ("get", "../"), ("post", "../")])
def test_nobody_gets_in_unsigned(client: Client, conversation: Conversation, method: str, route: str) -> None:
    path = f"/api/conversations/{conversation.pk}/{route}".replace(f"{conversation.pk}/../", "")
    answer = getattr(client, method)(path)
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_signed_in"
    assert client.get("/api/usage/").status_code == 401


def test_a_token_signs_in_and_a_wrong_one_does_not(client: Client, owner: User, conversation: Conversation) -> None:
    key = api_tokens.make(owner)
    assert client.get(of(conversation), headers={"Authorization": f"Token {key}"}).status_code == 200
    wrong = client.get(of(conversation), headers={"Authorization": "Token wrong"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "not_signed_in")


def test_a_session_needs_the_csrf_token(owner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    body = json.dumps({"kind": "strategy"})
    answer = client.post("/api/conversations/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    client.get("/accounts/settings/")
    token = client.cookies["csrftoken"].value
    answer = client.post("/api/conversations/", body, content_type="application/json", headers={"X-CSRFToken": token})
    assert answer.status_code == 201
