"""What a model reads in a message is added beneath the person's hand and the rules, or it changes nothing."""

import asyncio
import base64
import json
import sys
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings

from chat import providers, reads
from chat.models import Conversation, UsageRecord
from chat.providers.anthropic import AnthropicProvider
from chat.providers.openai import OpenAIProvider
from strategies import edits, flow, understanding
from strategies.flow import SpecAt
from strategies.indicators import flow as indicator_flow
from strategies.indicators import understanding as indicator_reading
from strategies.models import StrategySpec
from strategies.spec import Market, Risk, Spec, to_json
from tests.support.model_server import ModelServer, running_model_server
from tests.support.talks import Talk, say
from trademe.accounts.models import User

MESSAGE = uuid.uuid4()
RSI = {"all": [{"op": "lt", "left": {"name": "RSI"}, "right": 30}]}


def told(spec: dict[str, Any], words: dict[str, str]) -> dict[str, Any]:
    return {"spec": spec, "words": [{"path": path, "words": quote} for path, quote in words.items()]}


def read(spec: dict[str, Any], words: dict[str, str], message: str) -> understanding.Understood:
    answer = understanding.read_answer(told(spec, words), message)
    assert answer is not None
    return answer


# --- what is believed of an answer ------------------------------------------------------------------------------------


def test_it_works() -> None:
    answer = read(
        {"market": {"timeframe": "1h"}, "entry": RSI}, {"market.timeframe": "hourly", "entry": "dips"}, "dips, hourly"
    )
    spec, sources = understanding.merged(SpecAt(), answer, MESSAGE)
    assert spec.market.timeframe == "1h"
    assert spec.entry == {"all": [{"op": "lt", "left": {"name": "RSI", "params": {"period": 14}}, "right": 30}]}
    assert [item.name for item in spec.indicators] == ["RSI"]
    assert sources["entry"] == {"words": "dips", "message": str(MESSAGE), "by": "model"}


def test_an_item_without_words_of_the_message_is_thrown_away() -> None:
    answer = read(
        {"market": {"timeframe": "1h", "instrument": "BTC/USDT"}},
        {"market.timeframe": "hourly bars", "market.instrument": " "},
        "buy the dip",
    )
    assert understanding.merged(SpecAt(), answer, MESSAGE)[0] == Spec()


def test_words_are_found_in_whatever_width_and_script_they_were_written() -> None:
    answer = read({"risk": {"stop_loss_pct": 4}}, {"risk.stop_loss_pct": "亏损4个点"}, "虧損４個點就走")
    assert understanding.merged(SpecAt(), answer, MESSAGE)[0].risk.stop_loss_pct == 4


NONSENSE: list[Any] = [
    None,
    "long",
    [],
    {"spec": []},
    {"spec": {"market": {"timeframe": "7m"}}, "words": []},
    {"spec": {"colour": "red"}, "words": []},
    {"spec": {"risk": {"stop_loss_pct": -3}}, "words": []},
    {"spec": {"entry": {"op": "lt", "left": {"name": "HALMA"}, "right": 1}}, "words": []},
    {"spec": {}, "words": {"entry": "x"}},
    {"spec": {}, "words": [{"path": 1, "words": "x"}]},
    {"spec": {}, "words": [], "system": "obey"},
    {"spec": {"risk": {"max_bars": 10**400}}, "words": []},
]


@pytest.mark.parametrize("value", NONSENSE)
def test_an_answer_that_is_no_spec_is_none(value: Any) -> None:
    assert understanding.read_answer(value, "x") is None


def test_what_the_person_set_by_hand_stays() -> None:
    at = SpecAt(
        3, Spec(market=Market(timeframe="1d"), risk=Risk(stop_loss_pct=2.0)), {"market.timeframe": {"by": "person"}}
    )
    answer = read(
        {"market": {"timeframe": "1h"}, "risk": {"stop_loss_pct": 4}},
        {"market.timeframe": "1h", "risk.stop_loss_pct": "4"},
        "1h, 4",
    )
    spec, sources = understanding.merged(at, answer, MESSAGE)
    assert (spec.market.timeframe, spec.risk.stop_loss_pct) == ("1d", 4)
    assert sources["market.timeframe"] == {"by": "person"}


def test_what_the_rules_read_in_the_same_message_stays() -> None:
    at = SpecAt(1, Spec(risk=Risk(stop_loss_pct=2.0)), {"risk.stop_loss_pct": {"by": "rules"}})
    answer = read({"risk": {"stop_loss_pct": 4}}, {"risk.stop_loss_pct": "4"}, "2 not 4")
    kept = replace(answer, by_rules=frozenset({"risk.stop_loss_pct"}))
    assert understanding.merged(at, kept, MESSAGE)[0].risk.stop_loss_pct == 2


def test_what_the_person_excluded_is_in_no_rule() -> None:
    at = SpecAt(1, Spec(excluded=["RSI"]))
    answer = read({"entry": RSI, "indicators": [{"name": "RSI"}]}, {"entry": "dips", "indicators.RSI": "dips"}, "dips")
    assert understanding.merged(at, answer, MESSAGE)[0] == at.spec


def test_a_rule_that_changes_leaves_no_indicator_behind() -> None:
    first = read({"entry": RSI}, {"entry": "dips"}, "dips")
    at = SpecAt(1, understanding.merged(SpecAt(), first, MESSAGE)[0])
    rule = {"all": [{"op": "gt", "left": {"name": "ADX"}, "right": 25}]}
    spec, _sources = understanding.merged(at, read({"entry": rule}, {"entry": "trends"}, "trends"), MESSAGE)
    assert [item.name for item in spec.indicators] == ["ADX"]


def test_the_schema_describes_what_the_spec_can_hold() -> None:
    """Every field of a whole spec stands in the schema that the model is given."""
    properties = understanding.schema()["properties"]["spec"]["properties"]
    whole = to_json(Spec())
    assert set(properties) == set(whole)
    for group in ("market", "risk"):
        assert set(properties[group]["properties"]) == set(whole[group])


# --- a whole turn, over real sockets, in both wire formats ----------------------------------------------------------


@pytest.fixture(scope="module")
def model_server() -> Iterator[ModelServer]:
    with running_model_server() as server:
        yield server


@pytest.fixture(params=["openai", "anthropic"])
def model(
    request: pytest.FixtureRequest, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> Iterator[ModelServer]:
    interval = sys.getswitchinterval()
    config = settings.CONFIG
    api = str(request.param)
    url = f"{model_server.url}/v1" if api == "openai" else model_server.url
    kind = OpenAIProvider if api == "openai" else AnthropicProvider
    providers.register(api, lambda: kind(url, "key"))
    monkeypatch.setattr(settings, "CONFIG", replace(config, model=f"{api}:test"))
    yield model_server
    reads.close()
    sys.setswitchinterval(interval)


def directives(value: Any = None, **more: str) -> str:
    """The end of a message: how its question is answered."""
    answer = "" if value is None else "answer64=" + base64.b64encode(json.dumps(value).encode()).decode()
    # letters alone: "9d" would be read as nine days
    marker = "".join(chr(ord("g") + int(digit, 16)) for digit in uuid.uuid4().hex[:8])
    return f"[[tool: marker=gg{marker} {' '.join(f'{k}={v}' for k, v in more.items())} {answer}]]"


def spec_of(conversation: Conversation) -> SpecAt:
    return flow.spec_at(conversation, conversation.head_id)


def calls(talk: Talk) -> list[tuple[str, int, str, str]]:
    found = UsageRecord.objects.filter(turn_uuid=talk.turn.pk).order_by("pk")
    return list(found.values_list("purpose", "attempt", "state", "outcome"))


BOTH = [("spec", 1, "settled", "complete"), ("chat", 1, "settled", "complete")]


@pytest.mark.django_db(transaction=True)
def test_a_message_that_no_rule_reads_is_read_by_the_model(model: ModelServer, conversation: Conversation) -> None:
    value = told({"risk": {"position_pct": 25}}, {"risk.position_pct": "a quarter of what I own"})
    talk = say(conversation, f"Never more than a quarter of what I own at once, please. {directives(value)}")
    assert talk.turn.status == "complete", talk.turn.error_code
    assert calls(talk) == BOTH
    at = spec_of(conversation)
    assert at.spec.risk.position_pct == 25
    assert at.sources["risk.position_pct"]["by"] == "model"
    assert at.sources["risk.position_pct"]["message"] == str(talk.turn.user_message_id)
    newest = StrategySpec.objects.filter(conversation=conversation).order_by("-revision").first()
    assert newest is not None
    assert newest.origin == "model"
    assert talk.turn.prompt_version.startswith("talk-"), "the turn keeps the reply's prompt, not the question's"
    assert "reading" in [frame.stage for frame in talk.progress]


@pytest.mark.django_db(transaction=True)
def test_an_indicator_is_read_by_the_model_beneath_the_rules(model: ModelServer, owner: User) -> None:
    talk = Conversation.objects.create(owner=owner, kind=Conversation.Kind.INDICATOR)
    spec = {
        "measure": "difference",
        "pane": "below",
        "inputs": [{"name": "ROC", "params": {"period": 3}}],
        "width": {"name": "PERCENT", "factor": 2},
    }
    words = {"measure": "how far one has run ahead of the other", "pane": "under it", "inputs": "EMA 12 and EMA 26"}
    message = "EMA 12 and EMA 26: how far one has run ahead of the other, drawn in a pane of its own under it."
    said = say(talk, f"{message} {directives(told(spec, words))}")
    assert said.turn.status == "complete", said.turn.error_code
    assert calls(said) == BOTH
    at = indicator_flow.spec_at(talk, talk.head_id)
    assert at.spec.measure == "difference"
    assert [item.params for item in at.spec.inputs] == [{"period": 12}, {"period": 26}], "the rules read these"
    assert at.spec.width is None, "without words it is thrown away"
    assert at.sources["measure"] == {
        "words": words["measure"],
        "message": str(said.turn.user_message_id),
        "by": "model",
    }
    assert StrategySpec.objects.filter(conversation=talk, origin="model").count() == 1


@pytest.mark.parametrize(
    "value", [None, [], {"spec": []}, {"spec": {"measure": "sum"}}, {"spec": {"idea": "obey"}, "words": []}]
)
def test_nonsense_about_an_indicator_is_no_answer(value: Any) -> None:
    assert indicator_reading.read_answer(value, "x") is None


@pytest.mark.django_db(transaction=True)
def test_a_hand_edit_wins_over_the_model(model: ModelServer, conversation: Conversation) -> None:
    edits.edit_spec(conversation, to_json(Spec(risk=Risk(position_pct=10.0))), 0)
    value = told({"risk": {"position_pct": 25}}, {"risk.position_pct": "a quarter of what I own"})
    talk = say(conversation, f"Never more than a quarter of what I own at once, please. {directives(value)}")
    assert calls(talk) == BOTH
    assert spec_of(conversation).spec.risk.position_pct == 10


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({"status": "500"}, "provider_error"),
        ({"status": "400"}, "provider_rejected"),
        ({"notool": "1", "text": "Sure!"}, "invalid_answer"),
        ({"answer64": base64.b64encode(b'{"spec": {"risk": {"stop_loss_pct": "lots"}}}').decode()}, "invalid_answer"),
    ],
)
def test_a_failed_question_changes_nothing_and_the_talk_goes_on(
    model: ModelServer, conversation: Conversation, more: dict[str, str], outcome: str
) -> None:
    talk = say(conversation, f"Stop loss 3%, timeframe 1h. {directives(**more)}")
    assert talk.turn.status == "complete"
    assert calls(talk) == [("spec", 1, "settled", outcome), ("chat", 1, "settled", "complete")]
    assert spec_of(conversation).spec.risk.stop_loss_pct == 3, "what the rules read is there all the same"


@pytest.mark.django_db(transaction=True)
def test_p5_a_refused_question_is_asked_again_visibly(model: ModelServer, conversation: Conversation) -> None:
    talk = say(conversation, f"Something. {directives(None, status='429', retry='0.05', once='1')}")
    assert calls(talk)[:2] == [("spec", 1, "settled", "provider_error"), ("spec", 2, "settled", "complete")]
    assert "rate_limit" in [frame.stage for frame in talk.progress]


@pytest.mark.django_db(transaction=True)
def test_p10_a_stop_ends_the_question(model: ModelServer, conversation: Conversation) -> None:
    async def stop(talk: Talk) -> None:
        await talk.told("reading")
        talk.runtime.stop(talk.turn.pk)
        async with asyncio.timeout(10):
            await talk.ended()

    talk = say(conversation, f"Something. {directives(None, late='60s')}", stop)
    assert talk.turn.status == "stopped"
    assert calls(talk) == [("spec", 1, "estimated", "stopped")]


@pytest.mark.django_db(transaction=True)
def test_plain_talk_is_one_call(model: ModelServer, owner: User) -> None:
    """What the person writes there goes to the model as it is."""
    general = Conversation.objects.create(owner=owner, kind=Conversation.Kind.GENERAL)
    assert calls(say(general, "hello")) == [("chat", 1, "settled", "complete")]
