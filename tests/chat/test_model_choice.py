"""Choice of model: what the operator offers, what a person chose for a conversation, and what a turn then uses."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from chat import changes, hooks, offer
from chat.models import Conversation, Turn
from chat.protocol import AiChat, ConversationUpdated
from chat.providers.vision import takes_images
from chat.turns import Started, StartTurn
from tests.chat.writer_desk import DEADLINE, Desk
from tests.support.rest import Api
from trademe.accounts.models import User
from trademe.config import ModelOffer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _three_on_offer(settings: Any) -> None:
    settings.CONFIG = replace(
        settings.CONFIG,
        model="openai:gpt-5-mini",
        models=(ModelOffer("builtin"), ModelOffer("anthropic:claude-sonnet-4-5"), ModelOffer("openai:llava", True)),
    )


@pytest.fixture
def api(owner: User) -> Api:
    return Api(owner)


def path_of(conversation: Conversation) -> str:
    return f"/api/conversations/{conversation.pk}/"


def test_it_works(api: Api, conversation: Conversation) -> None:
    before = api.get(path_of(conversation)).json()
    assert (before["model"], before["answers"]) == ("", "openai:gpt-5-mini")
    after = api.patch(path_of(conversation), {"model": "anthropic:claude-sonnet-4-5"}).json()
    assert (after["model"], after["answers"]) == ("anthropic:claude-sonnet-4-5",) * 2
    assert after["rev"] == before["rev"] + 1, "other tabs are told"


def test_the_models_on_offer_are_listed_with_price_and_images(api: Api) -> None:
    listed = {row["setting"]: row for row in api.get("/api/models/").json()}
    assert list(listed) == ["openai:gpt-5-mini", "builtin", "anthropic:claude-sonnet-4-5", "openai:llava"]
    assert [row["is_default"] for row in listed.values()] == [True, False, False, False]
    assert [row["takes_images"] for row in listed.values()] == [True, False, True, True]
    claude = listed["anthropic:claude-sonnet-4-5"]
    assert (claude["usd_per_million_read"], claude["usd_per_million_written"]) == ("3.0000", "15.0000")
    assert listed["builtin"]["usd_per_million_read"] == "0.0000"
    assert listed["openai:llava"]["usd_per_million_read"] is None, "unknown is unknown, never 0"


@pytest.mark.parametrize("setting", ["openai:gpt-4o", "anthropic:", "nobody", "openai:llava+images"])
def test_what_is_not_on_offer_is_refused_by_field(api: Api, conversation: Conversation, setting: str) -> None:
    answer = api.patch(path_of(conversation), {"model": setting})
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["model"]
    answer = api.post("/api/conversations/", {"kind": "general", "model": setting})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["model"])


def test_a_new_conversation_can_have_its_model_from_the_start(api: Api, client: Client, owner: User) -> None:
    made = api.post("/api/conversations/", {"kind": "general", "model": "builtin"}).json()
    assert made["model"] == "builtin"
    client.force_login(owner)
    client.post(reverse("chat:new"), {"kind": "general", "model": "openai:llava"})
    assert Conversation.objects.filter(model="openai:llava").count() == 1


def test_the_default_is_stored_as_no_choice_and_follows_the_operator(
    api: Api, conversation: Conversation, settings: Any
) -> None:
    api.patch(path_of(conversation), {"model": "builtin"})
    assert api.patch(path_of(conversation), {"model": "openai:gpt-5-mini"}).json()["model"] == ""
    settings.CONFIG = replace(settings.CONFIG, model="builtin")
    assert api.get(path_of(conversation)).json()["answers"] == "builtin"


def test_a_choice_that_is_no_longer_on_offer_falls_back_and_the_page_says_so(
    api: Api, client: Client, conversation: Conversation, settings: Any
) -> None:
    api.patch(path_of(conversation), {"model": "openai:llava"})
    settings.CONFIG = replace(settings.CONFIG, models=())
    row = api.get(path_of(conversation)).json()
    assert (row["model"], row["answers"]) == ("openai:llava", "openai:gpt-5-mini")
    client.force_login(conversation.owner)
    html = client.get(reverse("chat:conversation", args=[conversation.pk])).content.decode()
    assert "llava is no longer on offer here. gpt-5-mini answers now" in html


def test_the_page_offers_them_with_prices(client: Client, conversation: Conversation) -> None:
    client.force_login(conversation.owner)
    html = client.get(reverse("chat:conversation", args=[conversation.pk])).content.decode()
    assert "gpt-5-mini · $0.25 / $2 · takes images</option>" in html
    assert "Built-in strategist · free</option>" in html
    assert "llava · price unknown · takes images</option>" in html
    assert 'data-withdrawn role="status" hidden' in html


def test_other_tabs_are_told(conversation: Conversation, api: Api) -> None:
    _established, seen = changes.establish(conversation.pk, "en", None)
    api.patch(path_of(conversation), {"model": "builtin"})
    news = changes.since(conversation.pk, "en", seen)
    assert news is not None
    [frame] = [frame for frame in news.frames if isinstance(frame, ConversationUpdated)]
    assert (frame.model, frame.answers) == ("builtin", "builtin")


def test_a_stranger_chooses_nothing(conversation: Conversation, stranger: User) -> None:
    answer = Api(stranger).patch(path_of(conversation), {"model": "builtin"})
    assert answer.status_code == 404
    conversation.refresh_from_db()
    assert conversation.model == ""


def start(desk: Desk, conversation: Conversation) -> Turn:
    command = AiChat(request_id=uuid4(), content="Hello")
    unit = StartTurn(conversation.pk, conversation.owner_id, command, "en", hooks.MessagePlan())
    [future] = desk.put(unit)
    started: Started = future.result(DEADLINE)
    return started.turn


@pytest.mark.django_db(transaction=True)
def test_a_turn_keeps_what_was_chosen_when_it_started(desk: Desk, conversation: Conversation, api: Api) -> None:
    api.patch(path_of(conversation), {"model": "anthropic:claude-sonnet-4-5"})
    turn = start(desk, conversation)
    api.patch(path_of(conversation), {"model": "builtin"})
    turn.refresh_from_db()
    assert turn.choice == "anthropic:claude-sonnet-4-5"
    assert offer.of_turn(turn) == ("anthropic", "claude-sonnet-4-5")
    conversation.refresh_from_db()
    assert offer.chosen(conversation).setting == "builtin"


def test_turns_from_before_there_was_a_choice_keep_their_model() -> None:
    assert offer.of_turn(Turn(provider="openai", model="gpt-4o")) == ("openai", "gpt-4o")
    assert offer.of_turn(Turn()) == ("openai", "gpt-5-mini")


@pytest.mark.parametrize(
    ("provider", "model", "takes"),
    [
        ("openai", "gpt-4o", True),
        ("openai", "gpt-4o-mini-2024-07-18", True),
        ("openai", "chatgpt-4o-latest", True),
        ("openai", "openai/gpt-4.1", True),
        ("openai", "gpt-5-mini", True),
        ("openai", "o1", True),
        ("openai", "o3", True),
        ("openai", "o4-mini", True),
        ("openai", "o1-mini", False),
        ("openai", "o3-mini", False),
        ("openai", "gpt-4", False),
        ("openai", "gpt-3.5-turbo", False),
        ("openai", "gpt-4o-audio-preview", False),
        ("openai", "gpt-4o-mini-search-preview", False),
        ("openai", "llava", False),
        ("openai", "smollm2", False),
        ("anthropic", "claude-sonnet-4-5", True),
        ("anthropic", "claude-3-haiku-20240307", True),
        ("anthropic", "claude-2.1", False),
        ("anthropic", "claude-instant-1.2", False),
        ("builtin", "builtin", False),
    ],
)
def test_which_models_take_images_is_known_by_name(provider: str, model: str, takes: bool) -> None:
    assert takes_images(provider, model) is takes
