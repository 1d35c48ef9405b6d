"""An operator's Prometheus reads what this process did; nobody else reads anything."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from chat import metrics
from chat.ledger import OpenCall, SettleCall
from chat.models import Turn
from chat.providers.base import Usage
from chat.turns import CallOutcome
from chat.writer import Writer
from tests.chat.turn_rows import Reply, start, talk
from tests.chat.writer_desk import DEADLINE
from trademe.accounts.models import User

TOKEN = "a-token-for-prometheus"
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, metrics_token=TOKEN))
    return TOKEN


def value(name: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


def test_without_a_setting_there_is_no_such_page(client: Client) -> None:
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer another-token-of-length", f"Token {TOKEN}", "Bearer é"])
def test_without_the_token_nothing_is_said(client: Client, token: str, given: str) -> None:
    answer = client.get("/metrics", headers={"Authorization": given} if given else {})
    assert (answer.status_code, answer.content, answer["WWW-Authenticate"]) == (401, b"", "Bearer")


def test_every_figure_is_documented(client: Client, token: str) -> None:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    names = {family.name for family in text_string_to_metric_families(answer.content.decode())}
    ours = {name for name in names if name.startswith("trademe_")}
    words = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
    assert ours
    assert {name for name in ours if f"`{name}" not in words} == set()


@pytest.fixture
def writer(transactional_db: None) -> Iterator[Writer]:
    writer = Writer(on_commit=metrics.committed)
    writer.start()
    yield writer
    writer.close(DEADLINE)


@pytest.mark.django_db(transaction=True)
def test_a_turn_is_counted_from_its_commits(writer: Writer, owner: User) -> None:
    first_texts = value("trademe_first_text_seconds_count")
    turn = writer.write_sync(start(talk(owner), "question")).turn
    before = {ending: value("trademe_turns_total", ending=ending) for ending in ("complete", "failed")}
    commits = value("trademe_commit_seconds_count")
    of_model = {"provider": "openai", "model": "counted"}

    refused = writer.write_sync(_call(turn, 1))
    writer.write_sync(SettleCall(turn.conversation_id, refused, Usage(), None, "provider_timeout"))
    call = writer.write_sync(_call(turn, 2))
    reply = Reply(turn)
    writer.write_sync(reply.batch("text"))
    cost = Decimal("0.25")
    end = reply.end(call=CallOutcome(call, Usage(10, None), cost, "complete"))
    writer.write_sync(end)

    assert value("trademe_turns_total", ending="complete") == before["complete"] + 1
    assert value("trademe_turns_total", ending="failed") == before["failed"]
    assert value("trademe_commit_seconds_count") == commits + 5
    assert value("trademe_first_text_seconds_count") == first_texts + 1
    assert value("trademe_model_calls_total", **of_model, outcome="complete") == 1
    assert value("trademe_model_errors_total", **of_model, code="provider_timeout") == 1
    assert value("trademe_model_errors_total", **of_model, code="complete") == 0
    assert value("trademe_model_cost_usd_total", **of_model) == 0.25
    assert value("trademe_model_calls_unpriced_total", **of_model) == 1
    assert value("trademe_model_tokens_total", **of_model, direction="input") == 10
    assert value("trademe_model_tokens_total", **of_model, direction="output") == 0


def _call(turn: Turn, attempt: int) -> OpenCall:
    return OpenCall(
        conversation_id=turn.conversation_id,
        turn_id=turn.pk,
        token=turn.token,
        user_id=turn.user_id,
        purpose="chat",
        attempt=attempt,
        provider="openai",
        model="counted",
        prompt_version="",
        reserve_usd=Decimal(0),
    )
