"""A model names the talk after its reply: nobody waits for it, a person's title stays, every call is in the ledger."""

import asyncio
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from chat import conversations, providers, reads
from chat.ledger import AFTER_SECONDS, OpenCallAfter, SettleForgottenCalls
from chat.models import Conversation, DailySpend, Turn, UsageRecord
from chat.providers.base import ProviderFailed
from chat.titles import TRIES, plain_title
from tests.chat.answering_model import Model
from tests.chat.turn_rows import talk
from tests.support.rows import finish_turn
from tests.support.talks import Talk, say, until
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def model(settings: Any, transactional_db: None) -> Iterator[Model]:
    made = Model({"chat": "Which average?", "title": "“Golden cross on BTC”"})
    providers.register("answering", lambda: made)
    settings.CONFIG = replace(django_settings.CONFIG, model="answering:model", titles=True)
    yield made
    reads.close()


@pytest.fixture
def conversation(owner: User) -> Conversation:
    return talk(owner)


def titles() -> list[tuple[str, str]]:
    rows = UsageRecord.objects.filter(purpose="title").order_by("pk")
    return [(row.state, row.outcome) for row in rows]


async def settled(talk: Talk) -> None:
    """The reply has ended and the title's call is settled."""
    await talk.ended()
    calls = UsageRecord.objects.filter(purpose="title", turn=talk.turn).exclude(state=UsageRecord.State.OPEN)
    async with asyncio.timeout(20):
        while not await reads.read(calls.exists):  # noqa: ASYNC110 - a row
            await asyncio.sleep(0.005)


def test_a_talk_is_named_after_its_first_reply(model: Model, conversation: Conversation) -> None:
    before = conversation.rev
    said = say(conversation, "buy bitcoin on a golden cross", settled)
    assert (conversation.title, conversation.title_by) == ("Golden cross on BTC", "model")
    assert conversation.rev > before, "open pages are told"
    [asked] = model.of("title")
    assert "user: buy bitcoin on a golden cross" in asked.messages[0].content
    assert "assistant: Which average?" in asked.messages[0].content
    row = UsageRecord.objects.get(purpose="title")
    assert (row.state, row.outcome, row.cost_usd, row.turn_id) == (
        "settled",
        "complete",
        Decimal("0.01"),
        said.turn.pk,
    )
    say(conversation, "the 50 and the 200")
    assert len(model.of("title")) == 1


def test_nobody_waits_for_a_title(model: Model, conversation: Conversation) -> None:
    """The reply is complete while its conversation is being named; a shutdown settles the call."""
    model.held["title"] = asyncio.Event()

    async def ended(talk: Talk) -> None:
        await talk.ended()
        await until(lambda: bool(model.of("title")))

    said = say(conversation, "hello", ended)
    assert said.turn.status == "complete"
    assert conversation.title == "hello"
    assert titles() == [("estimated", "interrupted")]


def test_a_persons_title_stays(model: Model, conversation: Conversation) -> None:
    conversations.update(conversation, title="Mine")
    say(conversation, "hello")
    assert not model.of("title")
    assert conversation.title == "Mine"


def test_a_title_that_a_person_gives_meanwhile_stays(model: Model, conversation: Conversation) -> None:
    held = model.held["title"] = asyncio.Event()

    async def rename(talk: Talk) -> None:
        await until(lambda: bool(model.of("title")))
        await reads.think(lambda: conversations.update(conversation, title="Mine"))
        held.set()
        await settled(talk)

    say(conversation, "hello", rename)
    assert (conversation.title, conversation.title_by) == ("Mine", "person")
    assert titles() == [("settled", "complete")]


def test_a_title_that_was_taken_away_is_made_again(model: Model, conversation: Conversation) -> None:
    conversations.update(conversation, title="Mine")
    conversations.update(conversation, title="")
    say(conversation, "hello", settled)
    assert conversation.title == "Golden cross on BTC"


@pytest.mark.parametrize("answer", [ProviderFailed("down", status=500), "", "<think>hm", "long " * 40])
def test_a_failure_leaves_the_first_words_and_is_tried_again_a_few_times(
    model: Model, conversation: Conversation, answer: str | Exception
) -> None:
    model.answers["title"] = answer
    for number in range(TRIES):
        say(conversation, f"hello {number}", settled)
    say(conversation, "hello again")
    assert conversation.title == "hello 0"
    outcome = "provider_error" if isinstance(answer, Exception) else "invalid_answer"
    assert titles() == [("settled", outcome)] * TRIES


def test_a_title_is_within_the_daily_limit(model: Model, conversation: Conversation, settings: Any) -> None:
    settings.CONFIG = replace(settings.CONFIG, daily_cost_limit_usd=Decimal("0.01"))
    say(conversation, "hello")
    assert not model.of("title"), "the reply has used it up"
    assert DailySpend.objects.get().settled_usd == Decimal("0.01")
    assert titles() == []


def test_without_a_model_nothing_is_asked(conversation: Conversation, transactional_db: None) -> None:
    say(conversation, "hello\nmore")
    assert conversation.title == "hello"
    assert titles() == []
    reads.close()


def test_a_call_that_its_process_forgot_is_settled(conversation: Conversation, transactional_db: None) -> None:
    turn: Turn = finish_turn(conversation)
    unit = OpenCallAfter(
        conversation.pk, turn.pk, uuid.uuid4(), turn.user_id, "title", 1, "openai", "m", "title-1", Decimal(0)
    )
    record = unit.run()
    assert unit.run() == record, "also when it is run again"
    assert SettleForgottenCalls().run() == 0
    UsageRecord.objects.filter(pk=record).update(created_at=timezone.now() - timedelta(seconds=2 * AFTER_SECONDS + 1))
    assert SettleForgottenCalls().run() == 1
    assert titles() == [("estimated", "interrupted")]


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        ("RSI dip buying", "RSI dip buying"),
        ("**“金叉买入 BTC”。**", "金叉买入 BTC"),
        ("Title: MACD on ETH\n\nBecause…", "MACD on ETH"),
        ("标题：双均线", "双均线"),
        ("\u200b", ""),
        ("", ""),
    ],
)
def test_what_a_model_says_becomes_one_plain_line(answer: str, title: str) -> None:
    assert plain_title(answer) == title
