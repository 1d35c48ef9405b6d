"""What a message says about the talk itself: yes, no, undo, "what is missing?", "no idea".

A confirmation is recognised only when the whole message consists of words of assent: whatever else it says (a doubt,
a change, a question) makes it talk. So a phrase that nobody thought of can never start a generation.
"""

# ruff: noqa: E501 - tables of words; wide characters count twice

import re
from enum import Enum

from strategies.parsing.text import comparable

MOST_CHARACTERS = 80


class Intent(Enum):
    NONE = "none"
    CONFIRM = "confirm"  # yes, in answer to the question
    GENERATE = "generate"  # says itself that code is to be made
    REFUSE = "refuse"
    UNDO = "undo"  # takes the last change of the plan back
    MISSING = "missing"  # asks what is still needed
    UNSURE = "unsure"  # does not know what to answer, or leaves it to the strategist


ABOUT_THE_TALK = (Intent.UNDO, Intent.MISSING, Intent.UNSURE)  # and so nothing about the plan


# the word that makes it an assent; GENERATING ones say by themselves what is to be done
_ASSENT = (
    "是的", "是", "对的", "对", "确认", "确定", "好的", "好", "好啊", "好嘞", "好吧", "可以", "可以的", "行", "行的", "嗯", "没问题", "没错", "没有问题", "同意",
    "不错", "正确", "完全正确", "就这样", "就这么办", "就这么做", "开始", "开始吧", "继续", "ok", "okay", "yes", "yep", "yeah", "yup", "sure",
    "confirm", "confirmed", "i confirm", "correct", "right", "looks good", "sounds good", "looks right", "perfect", "great", "fine",
    "go", "go ahead", "go for it", "do it", "please do", "proceed", "continue", "agreed", "of course", "absolutely", "definitely", "good",
    "that's right", "thats right", "that is right", "all good", "no problem", "不用改了", "不用改", "没有了", "可", "妥", "要得", "来吧", "搞吧", "搞起", "走起", "lgtm", "that works", "works for me", "fine by me", "ship it", "exactly",
    "sure thing", "alright", "all right", "let's go", "lets go", "let's do it", "lets do it", "ok!", "是滴", "嗯嗯", "对对", "当然", "当然可以",
)  # fmt: skip
_GENERATING = (
    "生成", "生成吧", "重新生成", "再生成", "生成代码", "生成策略", "生成策略代码", "写代码", "写出代码", "更新代码", "更新策略", "更新策略代码", "出代码",
    "开始生成", "确认生成", "输出代码", "重新生成代码", "再生成一版", "再来一版", "更新一下代码", "更新", "给我代码", "生成新版本", "生成新代码",
    "generate", "generate it", "generate the code", "generate code", "generate the strategy", "generate the strategy code", "regenerate",
    "write the code", "write code", "write it", "make the code", "create the code", "build it", "update the code", "update code",
    "update the strategy", "generate again", "generate it again", "generate a new version", "generate the new version", "code it",
    "create the strategy", "make it", "build the strategy", "give me the code", "show me the code", "regenerate the code", "update it",
)  # fmt: skip
_FILLERS = (
    "请", "吧", "了", "啊", "呀", "呢", "哦", "的", "那", "那就", "就", "现在", "马上", "帮我", "给我", "我", "麻烦", "你", "谢谢", "谢了", "直接",
    "一下", "可以", "策略", "代码", "这个", "这样", "按这个", "按照这个", "就按这个", "就按", "按", "方案", "这个方案", "辛苦了", "辛苦啦", "无误", "没有异议", "来", "做", "然后", "都", "也", "很", "please",
    "thanks", "thank you", "now", "the", "code", "strategy", "then", "and", "just", "it", "you can", "you may", "i'm happy with it",
    "with that", "with it", "so", "well", "for me", "this", "that", "is", "that's", "we can", "can", "i think", "a", "new", "version",
    "ready", "what i want", "by me", "we are", "i'm ready", "all set",
)  # fmt: skip
_REFUSALS = (
    "不", "先不", "别", "不要", "不用", "等等", "等一下", "稍等", "暂时不", "暂不", "先别", "还不", "不确定", "不行", "取消", "算了", "慢着", "no",
    "not yet", "don't", "do not", "dont", "wait", "hold on", "stop", "cancel", "not now", "not sure", "nope", "later", "never mind",
    "还没", "没想好", "我不同意", "我不想", "我不要", "我不需要", "先等", "再等等", "再想想", "打住", "停", "暂停", "nah", "hang on", "hold it", "please don't",
    "please do not", "please wait", "i'm not sure", "i'm not ready", "i don't", "i do not", "let's not", "lets not", "i'd rather", "not ready", "not so fast",
)  # fmt: skip
# whole messages, but for fillers
_UNDOING = (
    "撤回", "撤销", "撤消", "回退", "回退一步", "撤回上一步", "撤回上一条", "撤回刚才的", "撤回刚才的修改", "撤销上一步", "撤销刚才的修改", "撤销修改", "恢复上一版", "恢复之前的", "改回去", "改回来", "还原",
    "undo", "undo that", "undo it", "undo the last change", "undo last change", "undo the last one", "take that back", "take it back", "take back the last change",
    "revert", "revert that", "revert it", "revert the last change", "go back one step", "change it back", "put it back",
)  # fmt: skip
_AROUND_UNDOING = (
    "请",
    "吧",
    "了",
    "一下",
    "帮我",
    "还是",
    "算了",
    "please",
    "no",
    "oh",
    "sorry",
    "actually",
    "wait",
    "不对",
    "不",
    "等等",
)
_MISSING = (
    "what do you need", "what do you still need", "what else do you need", "what's missing", "whats missing", "what is missing", "what else is missing",
    "what is still missing", "what's still missing", "what else", "what's next", "whats next", "what now", "what is next", "what do you want to know",
    "what do you need to know", "what do you need from me", "what more do you need", "anything else", "is anything missing", "what should i say next", "what should i tell you",
    "还需要什么", "还要什么", "还缺什么", "还差什么", "缺什么", "差什么", "需要什么", "还需要我说什么", "还要我说什么", "还有什么要说的", "还需要补充什么", "还要补充什么", "需要补充什么",
    "接下来呢", "接下来说什么", "下一步呢", "下一步", "下一步是什么", "还有什么", "还有呢", "然后呢", "还需要哪些信息", "还缺哪些", "还缺哪些信息", "你还需要知道什么", "要我说什么",
)  # fmt: skip
_AROUND_MISSING = (
    "ok",
    "okay",
    "so",
    "and",
    "then",
    "now",
    "good",
    "great",
    "fine",
    "well",
    "please",
    "from me",
    "here",
    "好",
    "好的",
    "那",
    "那么",
    "请问",
    "呢",
    "你",
    "啊",
    "吗",
    "现在",
    "嗯",
    "行",
)
_UNSURE = (
    "i don't know", "i dont know", "i do not know", "don't know", "dont know", "no idea", "i have no idea", "idk", "dunno", "i dunno", "no clue", "i have no clue", "beats me",
    "you decide", "you choose", "you pick", "up to you", "your call", "whatever", "whatever you think", "whatever you like", "anything", "surprise me", "what do you suggest",
    "what would you suggest", "what do you recommend", "what would you recommend", "what would you do", "what do you think", "your choice", "doesn't matter", "does not matter", "i don't care", "i don't mind",
    "不知道", "我不知道", "不清楚", "我不清楚", "不懂", "我不懂", "不太懂", "我不太懂", "没想法", "没概念", "没主意", "没有概念", "没有想法", "说不好", "说不清", "不会", "我不会",
    "随便", "都随便", "随你", "随便吧", "你定", "你定吧", "你来定", "你决定", "你来决定", "你看着办", "看着办", "听你的", "你说呢", "你觉得呢", "你说了算", "你建议呢", "有什么建议", "你推荐", "推荐一个", "你推荐一个", "无所谓", "怎么设好", "设多少好", "多少合适",
)  # fmt: skip
_AROUND_UNSURE = (
    "hmm",
    "well",
    "really",
    "honestly",
    "sorry",
    "oh",
    "um",
    "to be honest",
    "no",
    "then",
    "please",
    "me",
    "for me",
    "嗯",
    "啊",
    "呢",
    "吧",
    "哦",
    "我",
    "真的",
    "也",
    "就",
    "这个",
    "那",
    "那就",
    "了",
    "诶",
    "老实说",
    "额",
    "呃",
    "还",
    "真",
)
# asked without a question mark, said of oneself, said of something: no assent, whatever else it consists of
_ASKS = re.compile(
    r"(?:(?:so|and|ok|okay|well) )*(?!do (?:it|that)\b)(?:is|are|am|was|can|could|should|would|will|do|does|did) "
)
_OWN_DOING = re.compile(r"(?<![给帮])我(?:来|自己|写|做|先)")
_OF_A_THING = re.compile(
    r"(?:生成|更新|确认|确定|正确|不错)的(?:代码|策略|方案|版本)|(?:good|great|perfect|fine|right|correct) (?:new )?(?:code|strategy|version)"
)
_HESITATION = re.compile(r"^(?:(?:h+m+|u+m+|uh+|er+m?|ah+|嗯+|呃+|额+|唔+)[,.…~ ]+)+")
_PHRASES = sorted({*_ASSENT, *_GENERATING, *_FILLERS}, key=len, reverse=True)
_UNDO_PHRASES = sorted({*_UNDOING, *_AROUND_UNDOING}, key=len, reverse=True)
_MISSING_PHRASES = sorted({*_MISSING, *_AROUND_MISSING}, key=len, reverse=True)
_UNSURE_PHRASES = sorted({*_UNSURE, *_AROUND_UNSURE}, key=len, reverse=True)


def read_intent(text: str) -> Intent:
    """The intent of a whole message; NONE for everything that says something else too."""
    plain = _HESITATION.sub("", comparable(text).strip())
    if not plain or len(plain) > MOST_CHARACTERS:
        return Intent.NONE
    for intent, said, phrases in (
        (Intent.MISSING, _MISSING, _MISSING_PHRASES),
        (Intent.UNSURE, _UNSURE, _UNSURE_PHRASES),
    ):
        if any(word in said for word in _consume(plain, phrases) or ()):
            return intent
    if plain.endswith(("?", "吗", "么")) or _OWN_DOING.search(plain) or _OF_A_THING.search(plain):
        return Intent.NONE
    if _consume(plain, _UNDO_PHRASES) is not None and any(word in plain for word in _UNDOING):
        return Intent.UNDO
    if _ASKS.match(plain):
        return Intent.REFUSE if _refuses(plain) else Intent.NONE
    words = _consume(plain)
    if words is not None:
        if any(word in _GENERATING for word in words):
            return Intent.GENERATE
        if any(word in _ASSENT for word in words):
            return Intent.CONFIRM
        return Intent.NONE
    return Intent.REFUSE if _refuses(plain) else Intent.NONE


def _consume(plain: str, phrases: list[str] = _PHRASES) -> list[str] | None:
    """The phrases that make up the message, longest first; None when any word is left over."""
    words: list[str] = []
    place = 0
    while place < len(plain):
        if not plain[place].isalnum() and plain[place] != "'":
            place += 1
            continue
        for phrase in phrases:
            if plain.startswith(phrase, place) and _ends(plain, place, phrase):
                words.append(phrase)
                place += len(phrase)
                break
        else:
            return None
    return words


def _ends(plain: str, place: int, phrase: str) -> bool:
    """English phrases end where their word ends."""
    end = place + len(phrase)
    if not phrase[-1].isascii() or end >= len(plain):
        return True
    return not (plain[end].isascii() and (plain[end].isalnum() or plain[end] == "'"))


def _refuses(plain: str) -> bool:
    return any(plain.startswith(word) and _ends(plain, 0, word) for word in _REFUSALS)
