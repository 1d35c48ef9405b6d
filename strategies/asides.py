"""What the strategist says to words that are about the talk itself: taking back, asking for code, yes, "no idea"."""

from collections.abc import Mapping, Sequence
from typing import Any

from strategies.deciding import explained
from strategies.describe import say
from strategies.intent import Intent


def answer(
    intent: Intent,
    *,
    changed: bool,
    state: str,
    language: str,
    missing: Sequence[Mapping[str, Any]],
    heard: bool = False,
) -> str:
    """The words for such a message; "" where it has none. ``heard``: it says something about the plan."""
    if intent is Intent.UNDO:
        if changed:
            return say(language, "I took the last change back.", "已撤回上一次修改。")
        return say(language, "There is no change to take back.", "没有可以撤回的修改。")
    if intent is Intent.REFUSE:
        if changed or heard:  # "stop 3%", "no, without MACD" begin as refusals do
            return ""
        if state == "ready":
            return say(language, "All right, nothing is generated.", "好的，先不生成。")
        return say(language, "All right. The plan stays as it is.", "好的，方案保持不变。")
    if intent is Intent.UNSURE:
        return explained(missing, language)
    if intent is Intent.MISSING:
        if state == "discussing":
            return say(
                language, "This is what I have to know, most important first.", "我还需要知道下面这些，重要的在前。"
            )
        return say(
            language,
            "Nothing has to be added: the plan is complete enough for code.",
            "没有必须补充的了，方案已经足够生成代码。",
        )
    if intent in (Intent.GENERATE, Intent.CONFIRM) and state == "discussing":
        return say(
            language,
            "The plan is not complete yet: the code can be made as soon as the following is known.",
            "方案还不完整，补齐下面这些就可以生成代码。",
        )
    return ""
