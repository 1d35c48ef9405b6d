"""An indicator conversation from the first word to the second version, with the strategist and with a model."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chat.hooks import NotReady
from chat.models import Conversation, Turn
from strategies import edits
from strategies.kinds import is_indicator
from strategies.models import StrategyVersion
from strategies.spec import InvalidSpec
from tests.support.hook_talk import Talk
from trademe.accounts.models import User

State = Conversation.State
CODE = """import talib


def indicator(open, high, low, close, volume, period=14):
    return {"line": talib.RSI(close, period)}
"""


@pytest.fixture
def talk(owner: User) -> Talk:
    return Talk(Conversation.objects.create(owner=owner, kind=Conversation.Kind.INDICATOR))


@pytest.mark.parametrize(
    ("first", "second", "yes", "change", "name", "title"),
    [
        (
            "EMA 12 and EMA 26",
            "the difference, below the candles",
            "yes, generate",
            "change 26 to 30",
            "Measures",
            "EMA difference",
        ),
        ("EMA12和EMA26", "取差值，画在副图", "确认，生成", "26改成30", "衡量", "EMA 差值"),
    ],
)
def test_from_the_first_words_to_the_second_version(
    talk: Talk, first: str, second: str, yes: str, change: str, name: str, title: str
) -> None:
    reply = talk.say(first)
    assert name in reply
    assert talk.conversation.state == State.DISCUSSING
    assert "```" not in reply, "no code before a confirmation"
    talk.say(second)
    assert talk.conversation.state == State.READY
    assert talk.spec["pane"] == "below"
    talk.say(yes)
    assert talk.conversation.state == State.GENERATED
    (version,) = talk.versions
    assert is_indicator(version)
    assert version.parameters == {"fast_period": 12, "slow_period": 26}
    assert "fast_period=12," in version.code, "a period is a whole number"
    assert version.strategy.name == title
    assert version.origin == StrategyVersion.Origin.BUILTIN
    assert version.spec is not None
    assert version.spec["measure"] == "difference"
    talk.say(change)
    assert talk.conversation.state == State.READY
    talk.confirm()
    assert [item.parameters["slow_period"] for item in talk.versions] == [26, 30]


def test_doubt_and_refusal_start_nothing(talk: Talk) -> None:
    talk.say("RSI 14")
    for words in ("不确定", "先不要生成代码", "what would it show?", "yes, but smoothed with EMA 3"):
        talk.say(words)
        assert not talk.versions
    assert talk.spec["smoothing"] == {"name": "EMA", "period": 3}


def test_it_is_not_confirmed_before_it_is_ready(talk: Talk) -> None:
    talk.say("bands around SMA 20")
    with pytest.raises(NotReady):
        talk.confirm()


def test_the_frame_has_the_dimensions_of_an_indicator(talk: Talk) -> None:
    talk.say("bands around SMA 20")
    frame = talk.hook.spec_frame(talk.conversation)
    assert frame is not None
    assert list(frame["scores"]) == ["measure", "inputs", "parameters", "drawing"]
    assert [item["field"] for item in frame["missing"]] == ["width", "pane"]
    assert frame["sources"]["inputs"]["words"] == "SMA 20"


def test_an_edit_by_hand_wins_over_the_talk(talk: Talk) -> None:
    talk.say("RSI 14")
    spec = talk.spec
    spec["inputs"][0]["params"]["period"] = 21
    spec["pane"] = "below"
    edits.edit_spec(talk.conversation, spec, 1)
    talk.say("smoothed with EMA 3")
    assert talk.spec["inputs"][0]["params"]["period"] == 21
    with pytest.raises(InvalidSpec):
        edits.edit_spec(talk.conversation, {**talk.spec, "measure": "magic", "width": 3}, 3)


def test_the_panel_shows_and_edits_it(talk: Talk, client: Client) -> None:
    talk.say("RSI 14 smoothed with EMA 5")
    client.force_login(talk.conversation.owner)
    page = client.get(f"/chat/{talk.conversation.pk}/").content.decode()
    assert "What it measures" in page
    assert "RSI(14)" in page
    answer = client.post(
        reverse("strategies:spec", args=[talk.conversation.pk]),
        {"revision": 1, "measure": "lines", "pane": "below", "input-0-period": "9", "smoothing-period": "4"},
    )
    assert answer.status_code == 302
    assert (talk.spec["inputs"][0]["params"], talk.spec["smoothing"]["period"]) == ({"period": 9}, 4)
    assert talk.spec["pane"] == "below"


def test_the_api_reads_and_changes_it(talk: Talk, client: Client) -> None:
    talk.say("RSI 14")
    client.force_login(talk.conversation.owner)
    url = f"/api/conversations/{talk.conversation.pk}/spec/"
    state = client.get(url).json()
    assert state["ready"] is True
    changed = {**state["spec"], "measure": "bands", "width": {"name": "PERCENT", "factor": 2}}
    answer = client.patch(url, {"spec": changed, "revision": state["revision"]}, "application/json")
    assert answer.status_code == 200, answer.content
    assert answer.json()["spec"]["width"]["factor"] == 2
    bad = client.patch(url, {"spec": {"entry": {}}, "revision": 2}, "application/json")
    assert bad.status_code == 400
    assert "spec.entry" in bad.json()["fields"]


# --- with a model -----------------------------------------------------------------------------------------------------


@pytest.fixture
def with_model(settings: Any) -> None:
    from dataclasses import replace

    settings.CONFIG = replace(settings.CONFIG, model="openai:test")


def generating(talk: Talk) -> Turn:
    talk.conversation.refresh_from_db()
    plan = talk.hook.prepare_message(talk.conversation, talk.conversation.head_id, "yes, generate", "en")
    return talk.start("yes, generate", plan, talk.conversation.head_id)


def say_to_model(talk: Talk, words: str) -> Any:
    talk.conversation.refresh_from_db()
    parent = talk.conversation.head_id
    turn = talk.start(words, talk.hook.prepare_message(talk.conversation, parent, words, "en"), parent)
    call = talk.hook.plan_call(turn, talk.conversation)
    talk.reply("Tell me more.")
    return call


@pytest.mark.usefixtures("with_model")
def test_a_model_may_measure_what_no_rule_composes(talk: Talk) -> None:
    call = say_to_model(talk, "an RSI in which each close is weighted by how unusual its volume is")
    assert call.prompt_version == "indicator-talk-1"
    assert call.context is None
    turn = generating(talk)
    call = talk.hook.plan_call(turn, talk.conversation)
    assert call.prompt_version == "indicator-1"
    assert "how unusual its volume is" in call.system
    assert "def indicator(open, high, low, close, volume" in call.system
    assert "{spec}" not in call.system
    talk.reply(f"Here:\n\n```python\n{CODE}```\n")
    (version,) = talk.versions
    assert version.code == CODE
    assert version.origin == StrategyVersion.Origin.MODEL
    assert talk.conversation.state == State.GENERATED


@pytest.mark.usefixtures("with_model")
def test_a_models_code_is_repaired_at_most_twice(talk: Talk) -> None:
    say_to_model(talk, "RSI 14 below the candles")
    turn = generating(talk)
    future = CODE.replace("talib.RSI(close, period)", "close * 0 + close[-1]")
    for rounds, (text, words) in enumerate(
        [(f"```python\n{CODE.replace('def indicator', 'def other')}```", "no complete indicator"),
         (f"```python\n{future}```", "future")], 1
    ):  # fmt: skip
        asked = talk.hook.prepare_reply(turn, talk.conversation, text, rounds)
        assert asked is not None
        assert asked.repair is not None
        assert words in asked.repair
    last = talk.hook.prepare_reply(turn, talk.conversation, f"```python\n{future}```", 3)
    assert last is not None
    assert last.repair is None
    assert last.notice
    assert talk.end(turn, future, last) == []
    assert talk.conversation.state == State.READY


@pytest.mark.usefixtures("with_model")
def test_a_strategy_is_no_indicator(talk: Talk) -> None:
    say_to_model(talk, "RSI 14")
    turn = generating(talk)
    code = "class A(Strategy):\n    def init(self):\n        pass\n    def next(self):\n        self.buy()\n"
    asked = talk.hook.prepare_reply(turn, talk.conversation, f"```python\n{code}```", 1)
    assert asked is not None
    assert asked.repair is not None
