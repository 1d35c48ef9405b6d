"""The strategy flow from the first words to the second version, through the hook as the chat calls it."""

import pytest
from django.test.utils import CaptureQueriesContext

from chat.hooks import NotReady
from chat.models import Conversation, Message, Turn
from strategies import edits, flow
from strategies.models import Strategy, StrategySpec, StrategyVersion
from strategies.spec import to_json
from tests.support.hook_talk import Talk
from trademe.accounts.models import User

IDEA = "BTC/USDT 15分钟，5日均线上穿10日均线买入，下穿卖出，止损2%，止盈5%，仓位50%"
IDEA_EN = (
    "Buy BTC/USDT on 15m when SMA 5 crosses above SMA 20, sell when it crosses below, stop loss 2%, take profit 5%."
)

State = Conversation.State


@pytest.fixture
def talk(conversation: Conversation) -> Talk:
    return Talk(conversation)


def test_from_the_first_words_to_the_second_version(talk: Talk) -> None:
    first = talk.say("我想做一个均线策略")
    assert "不是 AI 模型" in first
    assert talk.conversation.state == State.DISCUSSING

    second = talk.say(IDEA)
    assert talk.conversation.state == State.READY
    assert "要生成代码吗" in second
    assert "不是 AI 模型" not in second, "it is said once"
    assert "```python" not in second, "code given at once with no discussion"

    third = talk.say("好的，生成")
    assert talk.conversation.state == State.GENERATED
    assert "不代表任何收益" in third
    (version,) = talk.versions
    assert version.number == 1
    assert version.code in third
    assert (version.run, version.run_reason) == (StrategyVersion.Run.PASSED, "")
    ran = [row["check"] for row in version.validation["checked"] if row["ok"]][-3:]
    assert ran == ["run", "lookahead", "warmup"]
    assert version.message_id == talk.conversation.head_id
    assert version.indicators == [{"name": "SMA", "params": {"period": 5}}, {"name": "SMA", "params": {"period": 10}}]
    assert version.strategy.name == "BTC/USDT 15 分钟 均线交叉"

    fourth = talk.say("止损改为3%")
    assert talk.conversation.state == State.READY
    assert "第 2 版" in fourth
    talk.confirm()
    assert [item.number for item in talk.versions] == [1, 2]
    assert "stop_loss_pct = 3.0" in talk.versions[1].code
    assert "stop_loss_pct = 2.0" in talk.versions[0].code
    assert Strategy.objects.get().name == "BTC/USDT 15 分钟 均线交叉"


def test_english_gets_an_english_answer(talk: Talk) -> None:
    reply = talk.say(IDEA_EN)
    assert "not an AI model" in reply
    assert "Shall I generate the code?" in reply
    assert "from backtesting import Strategy" in talk.say("yes, generate")


@pytest.mark.parametrize(
    "words",
    [
        "不确定",
        "先不要生成代码",
        "生成策略之前我想问一下，止损怎么设？",
        "don't generate yet",
        "not sure",
        "yes, but not yet",
    ],
)
def test_pain_doubt_started_a_generation(talk: Talk, words: str) -> None:
    talk.say(IDEA)
    reply = talk.say(words)
    assert talk.conversation.state == State.READY
    assert "```python" not in reply
    assert talk.versions == []


@pytest.mark.parametrize("words", ["是的", "确认", "好的，生成", "yes, generate", "ok go ahead"])
def test_pain_assent_started_nothing(talk: Talk, words: str) -> None:
    talk.say(IDEA)
    talk.say(words)
    assert talk.conversation.state == State.GENERATED
    assert len(talk.versions) == 1


@pytest.mark.parametrize("words", ["是的", "确认", "yes, generate"])
def test_pain_confirmation_accepted_in_any_state(talk: Talk, words: str) -> None:
    talk.say("RSI低于30买入")
    assert talk.conversation.state == State.DISCUSSING
    assert "```python" not in talk.say(words)
    assert talk.versions == []
    with pytest.raises(NotReady):
        talk.confirm()


def test_a_plain_yes_after_the_code_makes_no_version_but_asking_for_it_does(talk: Talk) -> None:
    talk.say(IDEA)
    talk.say("确认")
    talk.say("好的")
    assert len(talk.versions) == 1
    talk.say("止损改为4%")
    talk.say("更新代码")
    assert [version.number for version in talk.versions] == [1, 2]


def test_the_same_code_again_is_no_new_version(talk: Talk) -> None:
    talk.say(IDEA)
    talk.say("确认")
    talk.say("更新代码")
    assert len(talk.versions) == 1
    assert talk.plan is not None
    assert "1" in talk.plan.notice
    assert talk.conversation.state == State.GENERATED
    # the reply has the button of the version that is there, now and after a reload
    reply = talk.conversation.messages.order_by("sequence").last()
    assert reply is not None
    [shown] = talk.hook.versions_of([reply.pk])[reply.pk]
    assert (shown.number, shown.made) == (1, False)


def test_pain_the_maturity_prompt_visible_only_after_reload(talk: Talk) -> None:
    reply = talk.say(IDEA)
    state = talk.hook.spec_frame(talk.conversation)
    assert state is not None
    assert state["ready"]
    assert "要生成代码吗" in reply


def test_pain_the_maturity_check_read_old_rows_in_reverse_order(talk: Talk) -> None:
    talk.say(IDEA)
    talk.say("止损改为3%")
    talk.say("止损改为7%")
    assert talk.spec["risk"]["stop_loss_pct"] == 7
    revisions = list(StrategySpec.objects.order_by("revision").values_list("revision", flat=True))
    assert revisions == [1, 2, 3]


def test_pain_success_recognised_by_matching_phrases_in_prose(talk: Talk) -> None:
    talk.say(IDEA)
    plan = talk.hook.prepare_message(talk.conversation, talk.conversation.head_id, "确认", "zh-hans")
    talk.start("确认", plan, talk.conversation.head_id)
    talk.reply("策略代码生成成功！Strategy generated successfully.")
    assert talk.versions == []
    assert talk.conversation.state == State.READY
    assert talk.plan is not None
    assert talk.plan.notice


def test_a_generation_that_ends_otherwise_goes_back_to_ready(talk: Talk) -> None:
    talk.say(IDEA)
    plan = talk.hook.prepare_message(talk.conversation, talk.conversation.head_id, "确认", "zh-hans")
    talk.start("确认", plan, talk.conversation.head_id)
    assert talk.conversation.state == State.GENERATING
    talk.reply("```python\nclass X(Strat", complete=False)
    assert talk.conversation.state == State.READY
    assert talk.versions == []


def test_a_half_streamed_block_is_no_version(talk: Talk) -> None:
    talk.say(IDEA)
    plan = talk.hook.prepare_message(talk.conversation, talk.conversation.head_id, "确认", "zh-hans")
    turn = talk.start("确认", plan, talk.conversation.head_id)
    script = talk.hook.plan_call(turn, talk.conversation).context.text
    talk.reply(script[: script.index("def next")])
    assert talk.versions == []


def test_the_spec_follows_the_path_of_messages(talk: Talk) -> None:
    talk.say("RSI低于30买入")
    root = Message.objects.get(sequence=1)
    talk.say("止损2%")
    assert talk.spec["risk"]["stop_loss_pct"] == 2
    answer = Message.objects.get(parent=root)
    talk.say("止盈9%", parent=answer)
    assert talk.spec["risk"]["stop_loss_pct"] is None, "the other branch did not say it"
    assert talk.spec["risk"]["take_profit_pct"] == 9
    assert talk.spec["entry"] is not None


def test_the_spec_is_read_in_one_query_however_long_the_talk(talk: Talk) -> None:
    from django.db import connection

    for _turn in range(12):
        talk.say("你好")
    talk.say("RSI低于30买入")
    for _turn in range(12):
        talk.say("你好")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert flow.spec_at(talk.conversation, talk.conversation.head_id).spec.entry is not None
    assert len(queries) == 2


def test_an_edit_by_hand_wins_until_the_talk_speaks_of_it(talk: Talk) -> None:
    talk.say(IDEA)
    spec = talk.spec
    spec["risk"]["stop_loss_pct"] = 8
    spec["direction"] = "both"
    edits.edit_spec(talk.conversation, spec, 1)
    talk.say("RSI低于30买入")
    assert talk.spec["risk"]["stop_loss_pct"] == 8
    assert talk.spec["direction"] == "both", "buying does not take back what was set by hand"
    talk.say("止损改成1%")
    assert talk.spec["risk"]["stop_loss_pct"] == 1


def test_what_was_emptied_by_hand_is_not_filled_by_implication(talk: Talk) -> None:
    talk.say(IDEA)
    assert talk.spec["direction"] == "long"
    edits.edit_spec(talk.conversation, {**talk.spec, "direction": None}, 1)
    talk.say("RSI低于30买入")
    assert talk.spec["direction"] is None
    talk.say("只做多")
    assert talk.spec["direction"] == "long"


def test_a_stale_edit_is_refused(talk: Talk) -> None:
    from chat.errors import Refused

    talk.say(IDEA)
    spec = talk.spec
    spec["risk"]["stop_loss_pct"] = 8
    edits.edit_spec(talk.conversation, spec, 1)
    spec["risk"]["stop_loss_pct"] = 9
    with pytest.raises(Refused) as caught:
        edits.edit_spec(talk.conversation, spec, 1)
    assert caught.value.code == "stale_revision"
    assert talk.spec["risk"]["stop_loss_pct"] == 8


def test_a_confirmation_of_an_old_plan_is_refused(talk: Talk) -> None:
    talk.say(IDEA)
    spec = talk.spec
    spec["risk"]["stop_loss_pct"] = 8
    edits.edit_spec(talk.conversation, spec, 1)
    with pytest.raises(NotReady) as caught:
        talk.confirm(revision=1)
    assert caught.value.code == "stale_revision"


def test_an_edit_between_reading_and_writing_is_not_lost(talk: Talk) -> None:
    talk.say(IDEA)
    plan = talk.hook.prepare_message(talk.conversation, talk.conversation.head_id, "止盈9%", "zh-hans")
    spec = talk.spec
    spec["risk"]["stop_loss_pct"] = 8
    edits.edit_spec(talk.conversation, spec, 1)
    talk.conversation.refresh_from_db()
    talk.start("止盈9%", plan, talk.conversation.head_id)
    assert (talk.spec["risk"]["stop_loss_pct"], talk.spec["risk"]["take_profit_pct"]) == (8, 9)


def test_editing_after_the_code_leads_back_to_ready_or_discussing(talk: Talk) -> None:
    talk.say(IDEA)
    talk.say("确认")
    spec = talk.spec
    rev = talk.conversation.rev
    spec["risk"]["stop_loss_pct"] = 8
    edits.edit_spec(talk.conversation, spec, 1)
    talk.conversation.refresh_from_db()
    assert talk.conversation.state == State.READY
    assert talk.conversation.rev == rev + 1
    spec["entry"] = None
    edits.edit_spec(talk.conversation, spec, 2)
    talk.conversation.refresh_from_db()
    assert talk.conversation.state == State.DISCUSSING


def test_a_model_gets_the_plan_and_its_code_is_repaired_at_most_twice(talk: Talk) -> None:
    talk.say(IDEA)
    plan = talk.hook.prepare_message(talk.conversation, talk.conversation.head_id, "确认", "zh-hans")
    turn = talk.start("确认", plan, talk.conversation.head_id)
    turn.provider = "openai"
    call = talk.hook.plan_call(turn, talk.conversation)
    assert call.context is None
    assert call.prompt_version == "generate-2"
    assert '"stop_loss_pct": 2.0' in call.system
    assert "{" + "spec}" not in call.system
    bad = "```python\nimport os\nclass A(Strategy):\n    def init(self): pass\n    def next(self): pass\n```\n"
    for rounds in (1, 2):
        asked = talk.hook.prepare_reply(turn, talk.conversation, bad, rounds)
        assert asked is not None
        assert asked.repair is not None
        assert "os" in asked.repair
    last = talk.hook.prepare_reply(turn, talk.conversation, bad, 3)
    assert last is not None
    assert last.repair is None
    assert last.notice
    assert talk.end(turn, bad, last) == []
    assert talk.conversation.state == State.READY


def test_continue_says_only_what_is_missing(talk: Talk) -> None:
    talk.say(IDEA)
    plan = talk.hook.prepare_message(talk.conversation, talk.conversation.head_id, "确认", "zh-hans")
    turn = talk.start("确认", plan, talk.conversation.head_id)
    whole = talk.hook.plan_call(turn, talk.conversation).context.text
    talk.reply(whole[:300], complete=False)
    cut = Message.objects.get(pk=turn.reply_id)
    talk.conversation.move_to(State.GENERATING)
    more = Turn(conversation=talk.conversation, continues=cut, reply_parent=cut, purpose="generate", language="zh-hans")
    assert talk.hook.plan_call(more, talk.conversation).context.text == whole[300:]
    made = talk.hook.prepare_reply(more, talk.conversation, whole, 1)
    assert made is not None
    assert made.data is not None


def test_plain_talk_has_no_spec_and_is_told_so(owner: User) -> None:
    talk = Talk(Conversation.objects.create(owner=owner, kind=Conversation.Kind.GENERAL))
    reply = talk.say(IDEA)
    assert "不是 AI 模型" in reply
    assert talk.hook.spec_frame(talk.conversation) is None
    assert not StrategySpec.objects.exists()


@pytest.mark.parametrize(
    ("idea", "size", "yes"),
    [(IDEA_EN, "position size 20%", "yes, generate"), (IDEA.replace("，仓位50%", ""), "仓位20%", "确认，生成")],
)
def test_a_trading_system_wants_its_size_before_it_is_ready(owner: User, idea: str, size: str, yes: str) -> None:
    strategy = Talk(Conversation.objects.create(owner=owner))
    strategy.say(idea)
    assert strategy.conversation.state == State.READY
    system = Talk(Conversation.objects.create(owner=owner, kind=Conversation.Kind.TRADING_SYSTEM))
    reply = system.say(idea)
    assert "70%" in reply
    assert system.conversation.state == State.DISCUSSING
    system.say(yes)
    assert not system.versions
    system.say(size)
    assert system.conversation.state == State.READY
    system.say(yes)
    assert "position_pct = 20.0" in system.versions[0].code


def test_pain_a_strategy_built_from_another_conversation(talk: Talk, owner: User) -> None:
    other = Talk(Conversation.objects.create(owner=owner))
    talk.say(IDEA)
    other.say("RSI低于30买入")
    assert other.spec["market"]["instrument"] is None
    assert talk.spec["market"]["instrument"] == "BTC/USDT"


def test_pain_two_strategies_in_one_minute_got_one_name(talk: Talk, owner: User) -> None:
    other = Talk(Conversation.objects.create(owner=owner))
    for each in (talk, other):
        each.say(IDEA)
        each.say("确认")
    assert sorted(Strategy.objects.values_list("name", flat=True)) == [
        "BTC/USDT 15 分钟 均线交叉",
        "BTC/USDT 15 分钟 均线交叉 2",
    ]


def test_the_reply_is_the_same_every_time(talk: Talk) -> None:
    talk.say("我想做一个均线策略")
    turn = talk.turn
    assert turn is not None
    stored = Message.objects.get(pk=turn.reply_id).content
    assert talk.hook.plan_call(turn, talk.conversation).context.text == stored


def test_what_rules_and_model_read_in_one_message_is_taken_back_at_once(talk: Talk) -> None:
    talk.say("BTC 4h, buy when RSI is below 30, sell above 70, stop 3%")
    talk.say("make the stop 4%")
    conversation, head = talk.conversation, talk.conversation.head_id
    message = conversation.head.parent if conversation.head is not None else None
    assert message is not None
    at = flow.spec_at(conversation, message.pk)
    spec = to_json(at.spec) | {"direction": "both"}
    flow.add_revision(conversation, spec, at.sources, message.pk, StrategySpec.Origin.MODEL)
    row, is_change = flow.taken_back(conversation, head)
    assert is_change
    assert row is not None
    assert (row.spec["risk"]["stop_loss_pct"], row.spec["direction"]) == (3.0, "long")
    talk.say("undo")
    assert flow.spec_at(talk.conversation, talk.conversation.head_id).spec.risk.stop_loss_pct == 3
    talk.say("undo")
    assert flow.spec_at(talk.conversation, talk.conversation.head_id).spec.entry is None


def test_a_change_by_hand_after_a_message_is_taken_back_by_itself(talk: Talk) -> None:
    talk.say("BTC 4h, buy when RSI is below 30, sell above 70, stop 3%")
    head = talk.conversation.head_id
    at = flow.spec_at(talk.conversation, head)
    spec = to_json(at.spec) | {"direction": "both"}
    flow.add_revision(talk.conversation, spec, at.sources, head, StrategySpec.Origin.PERSON)
    talk.say("undo")
    after = flow.spec_at(talk.conversation, talk.conversation.head_id).spec
    assert (after.direction, after.risk.stop_loss_pct) == ("long", 3)


@pytest.mark.parametrize(
    ("words", "hears"),
    [
        ("what do you need?", "This is what I have to know"),
        ("What's missing", "This is what I have to know"),
        ("还需要什么？", "我还需要知道下面这些"),
        ("还缺什么", "我还需要知道下面这些"),
    ],
)
def test_who_asks_what_is_missing_hears_all_of_it(talk: Talk, words: str, hears: str) -> None:
    talk.say("buy when RSI is below 30" if words[0].isascii() else "RSI小于30买入")
    reply = talk.say(words)
    assert hears in reply
    assert "7. " not in reply
    assert "6. " in reply, "every question, not only the first three"


@pytest.mark.parametrize(
    ("words", "hears", "offers"),
    [
        ("I don't know", "I set nothing that you did not say", "“sell when RSI(14) is above 70”"),
        ("no idea, you decide", "I set nothing that you did not say", "counterpart of the entry"),
        ("不知道", "你没有说的，我不会替你填", "“RSI(14)大于70时卖出”"),
        ("你定吧", "你没有说的，我不会替你填", "通常与入场相对应"),
    ],
)
def test_who_does_not_know_hears_what_the_question_decides(talk: Talk, words: str, hears: str, offers: str) -> None:
    talk.say("buy when RSI is below 30" if words[0].isascii() else "RSI小于30买入")
    before = flow.spec_at(talk.conversation, talk.conversation.head_id).spec
    reply = talk.say(words)
    assert hears in reply
    assert offers in reply
    assert flow.spec_at(talk.conversation, talk.conversation.head_id).spec == before


def test_a_risk_per_trade_is_told_from_a_size_and_a_stop(talk: Talk) -> None:
    talk.say("BTC 4h, buy when RSI is below 30, sell above 70, stop 3%")
    reply = talk.say("no wait, risk half a percent per trade")
    assert "it has a position size (a share of the capital) and a stop-loss" in reply
    assert "nothing is generated" not in reply
