"""A talk that outgrows what a model may read: its oldest part becomes minutes, for its own branch, and it is said."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.template.loader import render_to_string

from chat import providers, queries, reads
from chat.contexts import message_view
from chat.history import MOST_MESSAGES, read_past, tell, tokens
from chat.models import Conversation, DailySpend, Message, Summary, Turn, UsageRecord
from chat.providers.base import ProviderFailed
from tests.chat.answering_model import Model
from tests.chat.turn_rows import talk
from tests.support.talks import Talk, say
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)

BUDGET = 1_000  # tokens
LONG = "word " * 120  # 204 tokens


@pytest.fixture
def model(settings: Any, transactional_db: None) -> Iterator[Model]:
    made = Model({"chat": LONG, "summary": "Wants BTC, 5 and 20."})
    providers.register("answering", lambda: made)
    settings.CONFIG = replace(django_settings.CONFIG, model="answering:model", context_tokens=BUDGET)
    yield made
    reads.close()


@pytest.fixture
def conversation(owner: User) -> Conversation:
    return talk(owner)


def reply(said: Talk) -> Message:
    return queries.messages_in_order([said.turn.reply_id])[0]


def test_a_short_talk_is_told_whole(model: Model, conversation: Conversation) -> None:
    say(conversation, "first")
    told = reply(say(conversation, "second"))
    assert [(m.role, m.content[:6]) for m in model.requests[-1].messages] == [
        ("user", "first"),
        ("assistant", LONG[:6]),
        ("user", "second"),
    ]
    assert message_view(told).told == ""
    assert not Summary.objects.exists()


def test_the_oldest_part_becomes_minutes_and_the_page_says_so(model: Model, conversation: Conversation) -> None:
    for number in range(6):
        last = say(conversation, f"question {number}")
    [minutes] = Summary.objects.all()
    [asked] = model.of("summary")
    assert "question 0" in asked.messages[0].content
    assert "question 5" not in asked.messages[0].content
    told = model.of("chat")[-1].messages
    assert "Wants BTC, 5 and 20." in told[0].content
    assert not any("question 0" in message.content for message in told)
    assert "question 5" in told[-1].content
    assert sum(tokens(message.content) for message in told) < BUDGET
    assert last.turn.summary_id == minutes.pk
    row = UsageRecord.objects.get(purpose="summary")
    assert (row.state, row.outcome, row.cost_usd) == ("settled", "complete", Decimal("0.01"))
    view = message_view(reply(last))
    assert view.told == f"The model read minutes of the {minutes.messages} oldest messages instead of their text."
    html = render_to_string("chat/_message.html", {"message": view})
    assert "Wants BTC, 5 and 20." in html


def test_minutes_are_used_again_and_lengthened_when_they_must(model: Model, conversation: Conversation) -> None:
    for number in range(12):
        say(conversation, f"question {number}")
    asked = model.of("summary")
    assert 2 <= len(asked) <= 5, "not one for each turn"
    assert asked[1].messages[0].content.startswith("minutes of before: Wants BTC"), "the later ones build on the former"
    assert "question 0" not in asked[1].messages[0].content
    counts = list(Summary.objects.order_by("created_at").values_list("messages", flat=True))
    assert counts == sorted(set(counts))


def test_no_branch_is_told_what_was_said_on_another(model: Model, conversation: Conversation) -> None:
    for number in range(6):
        say(conversation, f"question {number}")
    [minutes] = Summary.objects.all()
    before = Message.objects.get(pk=minutes.upto_id).parent
    turn = Turn.objects.order_by("started_at").last()
    assert turn is not None
    turn.reply_parent = before
    past = read_past(turn)
    assert past.minutes is None
    assert "Wants BTC" not in "".join(message.content for message in tell(turn, past))


@pytest.mark.parametrize("answer", [ProviderFailed("down", status=500), "", "<think>never ends"])
def test_without_minutes_the_oldest_are_left_out_and_that_is_said(
    model: Model, conversation: Conversation, answer: str | Exception
) -> None:
    model.answers["summary"] = answer
    for number in range(6):
        last = say(conversation, f"question {number}")
    assert last.turn.status == "complete"
    told = model.of("chat")[-1].messages
    assert told[0].content.startswith("[Earlier messages are left out here.]")
    assert "question 5" in told[-1].content
    assert last.turn.left_out > 0
    assert "the oldest messages were left out" in message_view(reply(last)).told
    assert not UsageRecord.objects.filter(state="open").exists()
    assert not Summary.objects.exists()


def test_minutes_are_within_the_daily_limit(model: Model, conversation: Conversation, settings: Any) -> None:
    settings.CONFIG = replace(settings.CONFIG, daily_cost_limit_usd=Decimal("5"))
    for number in range(6):
        say(conversation, f"question {number}")
    day = DailySpend.objects.get()
    assert UsageRecord.objects.filter(purpose="summary").count() == 1
    assert (day.reserved_usd, day.settled_usd) == (Decimal(0), Decimal("0.07"))


def test_one_message_longer_than_the_budget_is_told_all_the_same(model: Model, conversation: Conversation) -> None:
    say(conversation, "before")
    say(conversation, "长" * 3_000)
    assert model.of("chat")[-1].messages[-1].content.endswith("长" * 3_000)


def test_looking_at_the_past_has_a_bound(model: Model, conversation: Conversation) -> None:
    """A path of thousands of messages is not read to its first one."""
    parent: Message | None = None
    for number in range(MOST_MESSAGES + 50):
        role = Message.Role.USER if number % 2 == 0 else Message.Role.ASSISTANT
        parent = Message.objects.create(
            conversation=conversation, parent=parent, sequence=number + 1, role=role, content=f"m{number}"
        )
    turn = Turn(conversation=conversation, reply_parent=parent, language="en", choice="answering:model")
    past = read_past(turn)
    assert len(past.kept) + len(past.older) == MOST_MESSAGES
    assert past.left_out
    assert len(past.older) > 0
