"""What the built-in strategist says in an indicator conversation; the same input gives the same text."""

from dataclasses import dataclass

from strategies.asides import answer
from strategies.describe import is_zh, say
from strategies.indicators.composer import compose
from strategies.indicators.describe import short_name, spec_lines
from strategies.indicators.reading import Reading
from strategies.indicators.spec import IndicatorSpec
from strategies.intent import Intent
from strategies.maturity import Maturity
from strategies.replies import MOST_QUESTIONS, listed, not_understood, numbered

_DIMENSIONS = {
    "measure": ("what it measures", "衡量内容"),
    "inputs": ("inputs", "输入"),
    "parameters": ("parameters", "参数"),
    "drawing": ("drawing", "绘图位置"),
}


@dataclass(frozen=True, slots=True)
class Talk:
    """All that a reply depends on."""

    before: IndicatorSpec
    after: IndicatorSpec
    reading: Reading
    intent: Intent
    maturity: Maturity
    state: str  # after the message
    first: bool
    language: str
    version: int | None = None


def talk_reply(talk: Talk) -> str:
    """What was understood and what was not, how far the idea is, and what to say next."""
    language = talk.language
    lines, known = spec_lines(talk.after, language), set(spec_lines(talk.before, language))
    changed = bool(set(lines) ^ known)
    parts = [introduction(language)] if talk.first else []
    about_the_talk = answer(
        talk.intent, changed=changed, state=talk.state, language=language, missing=talk.maturity.missing
    )
    if about_the_talk:
        parts.append(about_the_talk)
    if changed and lines:
        marked = [f"**{line}**" if known and line not in known else line for line in lines]
        title = (
            say(language, "I updated the plan (changes in bold):", "方案已更新（加粗为变化）：")
            if known
            else say(language, "This is what I understood:", "我的理解如下：")
        )
        parts.append(title + "\n\n" + listed(marked))
    elif talk.reading.question:
        parts.append(
            say(
                language,
                "That reads like a question. I work by fixed rules and cannot explain or discuss; I can only read "
                "what an indicator should measure.",
                "这看起来是一个提问。我按固定规则工作，不能解释或讨论问题，只能从你的话里读出指标要衡量什么。",
            )
        )
    elif about_the_talk:
        pass
    elif not talk.reading.unread:
        parts.append(
            say(language, "I found nothing about the indicator in this message.", "这条消息里没有读到指标内容。")
        )
    if talk.reading.unread:
        parts.append(not_understood(talk.reading.unread, language))
    if not changed and lines:
        parts.append(say(language, "The plan so far:", "目前的方案：") + "\n\n" + listed(lines))
    return "\n\n".join([*parts, _progress(talk)])


def introduction(language: str) -> str:
    return say(
        language,
        "I am Trademe’s built-in strategist. I work by fixed rules and am **not an AI model**: I build indicators from "
        "known ones (an average, a difference, a ratio, bands, smoothed), ask for what is missing, and write the code.",
        "我是 Trademe 的内置策略助手，按固定规则工作，**不是 AI 模型**："
        "我用已知指标来构建你的指标（均线、差值、比值、通道、平滑），询问缺少的部分，然后写出代码。",
    )


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
        text += "\n\n" + say(
            language,
            "**Shall I write the indicator’s code as version {number}?** Confirm with the button, or answer "
            "“yes, generate”.",
            "**要把这个指标写成第 {number} 版代码吗？** 点击确认按钮，或者回复“确认，生成”。",
            number=(talk.version or 0) + 1,
        )
        for item in maturity.missing[:1]:
            text += " " + say(language, "You can also still say: {q}", "也可以继续补充：{q}", q=item["question"])
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
    questions = [item["question"] for item in maturity.missing[:MOST_QUESTIONS]]
    if questions:
        text += "\n\n" + say(language, "Still needed:", "还需要：") + "\n\n" + numbered(questions)
    return text


def generation_reply(spec: IndicatorSpec, language: str) -> str:
    """The explanation, the code, and what is checked of it."""
    code = compose(spec, language)
    parts = [
        say(language, "Here is the code of **{name}**:", "下面是 **{name}** 的代码：", name=short_name(spec, language))
        + "\n\n"
        + listed(spec_lines(spec, language)),
        f"```python\n{code}```",
        say(
            language,
            "Before it becomes a version it is checked by rule and, where there is a sandbox, run on sample bars, also "
            "for looking into the future. On the page of the version you can draw it on bars of your choice and change "
            "its parameters. To use it in a strategy, paste the function into the strategy’s file.",
            "代码成为版本之前会按规则检查；有沙箱时还会在样本 K 线上运行，并检查是否用到未来数据。"
            "在版本页面上可以选择 K 线把它画出来，也可以修改参数。要在策略里使用，把这个函数粘贴到策略文件里即可。",
        ),
        say(
            language,
            "To change something, just say it, for example “change 20 to 30” or “smoothed with EMA 5”.",
            "想修改就直接说，例如“20改成30”或“用5日EMA平滑”。",
        ),
    ]
    return "\n\n".join(parts)
