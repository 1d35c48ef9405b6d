"""What the built-in strategist says, from what was read; the same input gives the same text.

It speaks the language of the message (see ``strategies.describe``).
"""

import re
from dataclasses import dataclass

from strategies.asides import answer
from strategies.composer import class_name, compose
from strategies.conditions import IndicatorUse
from strategies.describe import (
    RISKS,
    TIMEFRAMES_ZH,
    condition_words,
    indicator_words,
    is_zh,
    risk_words,
    say,
    spec_lines,
)
from strategies.intent import Intent, read_intent
from strategies.maturity import READY_EACH, Maturity
from strategies.parsing import SpecPatch, Unread
from strategies.reasons import reason
from strategies.spec import Spec

MOST_QUESTIONS = 3

_DIMENSIONS = {
    "trading_logic": ("trading logic", "交易逻辑"),
    "risk_management": ("risk management", "风险管理"),
    "technical_parameters": ("technical parameters", "技术参数"),
    "market_context": ("market context", "市场环境"),
}


@dataclass(frozen=True, slots=True)
class Talk:
    """All that a reply of the flow depends on."""

    before: Spec
    after: Spec
    patch: SpecPatch
    intent: Intent
    maturity: Maturity
    state: str  # after the message
    first: bool  # the conversation's first reply
    language: str
    version: int | None = None  # newest version on this branch


def talk_reply(talk: Talk) -> str:
    """What was understood and what was not, how far the idea is, and what to say next."""
    language = talk.language
    parts: list[str] = []
    if talk.first:
        parts.append(introduction(language))
    changed = talk.before != talk.after
    # a yes or a no beside the plan is heard: it is the answer below, or asks for none
    unheard = [item for item in talk.patch.unread if read_intent(item.words) is Intent.NONE]
    heard = not talk.patch.is_empty or bool(unheard)
    missing = talk.maturity.missing
    about_the_talk = answer(
        talk.intent, changed=changed, state=talk.state, language=language, missing=missing, heard=heard
    )
    if about_the_talk:
        parts.append(about_the_talk)
    if changed:
        parts.append(_understood(talk))
    elif about_the_talk:
        pass
    elif talk.patch.question:
        parts.append(
            say(
                language,
                "That reads like a question. I work by fixed rules and cannot explain or discuss; I can only read "
                "the rules of a strategy from what you write.",
                "这看起来是一个提问。我按固定规则工作，不能解释或讨论问题，只能从你的话里读出策略规则。",
            )
        )
    elif refused := [name for name, value in talk.patch.risk.items() if value is None]:
        names = say(language, ", ", "、").join(say(language, *RISKS[name]) for name in refused)
        parts.append(say(language, "Noted: no {names}.", "已记下：不设{names}。", names=names))
    elif not talk.patch.unread and not talk.patch.is_empty:
        parts.append(say(language, "That is what I have already noted.", "这一点我已经记下了。"))
    elif not talk.patch.unread:
        parts.append(
            say(language, "I found nothing about the strategy in this message.", "这条消息里没有读到策略内容。")
        )
    if unheard:
        parts.append(not_understood(unheard, language))
    if days := _days_of_bars(talk):
        parts.append(days)
    if not changed and (lines := spec_lines(talk.after, language)):
        parts.append(say(language, "The plan so far:", "目前的方案：") + "\n\n" + listed(lines))
    parts.append(_progress(talk))
    return "\n\n".join(parts)


_DAYS = re.compile(r"\d+ ?-? ?days?\b|\d+ ?[日天](?!线级)", re.IGNORECASE)


def _days_of_bars(talk: Talk) -> str:
    """A remark where periods were said in days and the bars are of another length: a day counts one bar."""
    timeframe = talk.after.market.timeframe
    said = [words for path, words in talk.patch.sources.items() if path in ("entry", "exit") or "indicators." in path]
    if timeframe in (None, "1d") or not any(_DAYS.search(words) for words in said):
        return ""
    return say(
        talk.language,
        "A period said in days counts bars: here they are bars of {timeframe}. If calendar days are meant, choose "
        "daily bars.",
        "用“日”说的周期按 K 线根数计算，这里是 {timeframe} K 线。如果指自然日，请改用日线。",
        timeframe=timeframe if not is_zh(talk.language) else TIMEFRAMES_ZH[timeframe],
    )


def introduction(language: str) -> str:
    return say(
        language,
        "I am Trademe’s built-in strategist. I work by fixed rules and am **not an AI model**: I read indicators, "
        "entry and exit rules, stops and sizes from what you write, ask for what is missing, and write the code.",
        "我是 Trademe 的内置策略助手，按固定规则工作，**不是 AI 模型**："
        "我从你的话里读出指标、入场出场规则、止损和仓位，询问缺少的部分，然后写出代码。",
    )


def _understood(talk: Talk) -> str:
    language = talk.language
    lines = spec_lines(talk.after, language)
    known = set(spec_lines(talk.before, language))
    if not known:
        return say(language, "This is what I understood:", "我的理解如下：") + "\n\n" + listed(lines)
    marked = [f"**{line}**" if line not in known else line for line in lines]
    title = say(language, "I updated the plan (changes in bold):", "方案已更新（加粗为变化）：")
    return title + "\n\n" + listed(marked)


def not_understood(unread: list[Unread], language: str) -> str:
    """Words that were not used, each with its reason."""
    colon = say(language, ": ", "：")
    lines = [
        f"{_quoted(item.words, language)}{colon}{reason(item.reason, language)}{_among(item, language)}"
        for item in unread
    ]
    return say(language, "I did not use this:", "以下内容没有采用：") + "\n\n" + listed(lines)


def _among(item: Unread, language: str) -> str:
    """What of the plan the words may have meant: "this may be RSI(5), or stop-loss 5%"."""
    named = []
    for thing in item.among:
        if isinstance(thing, IndicatorUse):
            named.append(indicator_words(thing.name, thing.params_dict(), language))
        elif isinstance(thing, tuple):
            named.append(risk_words(*thing, language))
        else:
            named.append(condition_words(thing, language))
    if len(named) < 2:
        return ""
    listed_words = say(language, ", or ", "，还是").join(named)
    return say(language, " Which of these: {among}?", "是指{among}？", among=listed_words)


def _quoted(words: str, language: str) -> str:
    """The person's words as plain text: no Markdown of theirs takes effect."""
    plain = " ".join(words.split())[:120].replace("`", "'")
    return f"`{plain}`"


def _progress(talk: Talk) -> str:
    language, maturity = talk.language, talk.maturity
    zh = is_zh(language)
    scores = ("，" if zh else ", ").join(
        f"{_DIMENSIONS[name][1 if zh else 0]} {score:.0%}" for name, score in maturity.scores.items()
    )
    text = say(
        language,
        "Completeness: **{overall:.0%}** ({scores}).",
        "完整度：**{overall:.0%}**（{scores}）。",
        overall=maturity.overall,
        scores=scores,
    )
    if talk.state == "ready":
        again = talk.version is not None
        text += "\n\n" + (
            say(
                language,
                "**Shall I generate version {number} from this plan?** "
                "Confirm with the button, or answer “yes, generate”.",
                "**要按这个方案生成第 {number} 版代码吗？** 点击确认按钮，或者回复“确认，生成”。",
                number=(talk.version or 0) + 1,
            )
            if again
            else say(
                language,
                "**The plan is complete enough. Shall I generate the code?** "
                "Confirm with the button, or answer “yes, generate”.",
                "**方案已经足够完整，要生成代码吗？** 点击确认按钮，或者回复“确认，生成”。",
            )
        )
        optional = maturity.missing[:1]
        if optional:
            text += " " + say(language, "You can also still say: {q}", "也可以继续补充：{q}", q=optional[0]["question"])
        return text
    if talk.state == "generated":
        return (
            text
            + "\n\n"
            + say(
                language,
                "The code of this plan exists already. Tell me what to change and it becomes a new version.",
                "这个方案的代码已经生成。告诉我要改什么，就会生成新版本。",
            )
        )
    if maturity.needed > READY_EACH:
        text += " " + say(
            language,
            "A trading system needs {needed:.0%} in each, with stop and position size said.",
            "交易系统要求每一项都达到 {needed:.0%}，并且说明止损和仓位。",
            needed=maturity.needed,
        )
    most = None if talk.intent is Intent.MISSING else MOST_QUESTIONS
    questions = [item["question"] for item in maturity.missing[:most]]
    if questions:
        text += "\n\n" + say(language, "Still needed:", "还需要：") + "\n\n" + numbered(questions)
    return text


def listed(lines: list[str]) -> str:
    """A Markdown list."""
    return "\n".join(f"- {line}" for line in lines)


def numbered(lines: list[str]) -> str:
    """A numbered Markdown list."""
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))


def generation_reply(spec: Spec, language: str, code: str | None = None) -> str:
    """The explanation, the code, and what is checked of it."""
    code = compose(spec, language) if code is None else code
    parts = [
        say(
            language,
            "Here is the code of **{name}**. It does this:",
            "下面是 **{name}** 的代码，它的规则是：",
            name=class_name(spec),
        )
        + "\n\n"
        + listed(spec_lines(spec, language)),
        f"```python\n{code}```",
        _assumptions(spec, language),
        say(
            language,
            "Before it becomes a version it is checked by rule and, where there is a sandbox, run on sample bars, also "
            "for looking into the future; the page of the version says what came out. That says nothing about profit: "
            "run a backtest for it. Symbol and timeframe are chosen there, so they are not part of the file.",
            "代码成为版本之前会按规则检查；有沙箱时还会在样本 K 线上运行，并检查是否用到未来数据，结果写在版本页面上。"
            "这不代表任何收益：请再做回测。品种和周期在回测时选择，不写在文件里。",
        ),
        say(
            language,
            "To change something, just say it, for example “stop loss 3%” or “use EMA instead”.",
            "想修改就直接说，例如“止损改为3%”或“换成EMA”。",
        ),
    ]
    return "\n\n".join(part for part in parts if part)


def _assumptions(spec: Spec, language: str) -> str:
    """What the code does where the plan says nothing."""
    lines = []
    if spec.risk.position_pct is None:
        lines.append(
            say(
                language,
                "No size was given: each trade uses all available cash.",
                "没有指定仓位：每次使用全部可用资金。",
            )
        )
    if spec.direction is None:
        lines.append(say(language, "No direction was given: the entry buys.", "没有指定方向：入场即买入做多。"))
    if spec.direction == "both":
        lines.append(
            say(
                language,
                "The exit rule closes the long position and opens a short one.",
                "出场规则会平掉多单并反手做空。",
            )
        )
    if spec.risk.stop_loss_pct is None and spec.risk.trailing_stop_pct is None:
        lines.append(say(language, "There is no stop-loss.", "没有止损。"))
    if not lines:
        return ""
    return say(language, "Note:", "请注意：") + "\n\n" + listed(lines)


def general_reply(language: str) -> str:
    return say(
        language,
        "I am Trademe’s built-in strategist. I work by fixed rules, am **not an AI model**, and only build trading "
        "strategies and indicators; I cannot answer in a free conversation. Open a new conversation of the kind "
        "“Strategy” or “Indicator” and describe it there, or ask the operator to connect a model.",
        "我是 Trademe 的内置策略助手，按固定规则工作，**不是 AI 模型**，只能构建交易策略和指标，不能自由聊天。"
        "请新建一个“策略”或“指标”对话来描述，或者请管理员接入模型。",
    )
