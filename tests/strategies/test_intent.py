"""Assent and refusal in both languages."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

import pytest

from strategies.intent import Intent, read_intent


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("是的", Intent.CONFIRM), ("确认", Intent.CONFIRM), ("好的", Intent.CONFIRM), ("没问题", Intent.CONFIRM), ("對", Intent.CONFIRM),
        ("ok go ahead", Intent.CONFIRM), ("Yes.", Intent.CONFIRM), ("looks good, thanks!", Intent.CONFIRM),
        ("好的，生成", Intent.GENERATE), ("確認生成", Intent.GENERATE), ("yes, generate", Intent.GENERATE), ("可以，生成代码吧", Intent.GENERATE),
        ("Yes please generate the code now", Intent.GENERATE), ("更新代码", Intent.GENERATE), ("update the code", Intent.GENERATE),
        ("不确定", Intent.REFUSE), ("先不要生成代码", Intent.REFUSE), ("don't generate yet", Intent.REFUSE), ("no", Intent.REFUSE), ("not sure", Intent.REFUSE),
        ("生成策略之前我想问一下", Intent.NONE), ("生成代码吗？", Intent.NONE), ("should I generate?", Intent.NONE), ("好的，止损改成3%", Intent.NONE),
        ("yes but change the stop to 3%", Intent.NONE), ("我不确定是不是对的", Intent.NONE), ("是不是可以生成了", Intent.NONE),
        ("generate nothing", Intent.NONE), ("I will not confirm", Intent.NONE), ("确认一下你说的止损是多少", Intent.NONE), ("", Intent.NONE),
        ("确定不生成", Intent.NONE), ("yes, don't generate", Intent.NONE), ("ok. no.", Intent.NONE), ("可以不生成", Intent.NONE),
    ],
)  # fmt: skip
def test_intent(words: str, intent: Intent) -> None:
    assert read_intent(words) is intent
