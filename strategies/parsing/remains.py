"""What is left of a message: indicators only mentioned, and words that were not understood."""

# ruff: noqa: E501 - tables of words; wide characters count twice

import re

from strategies.conditions import IndicatorUse, PriceUse
from strategies.parsing.account import Account, clauses_of
from strategies.parsing.context import Context
from strategies.parsing.operands import read_operands
from strategies.parsing.patch import SpecPatch, Unread
from strategies.parsing.text import comparable, is_chinese
from strategies.parsing.tokens import Token
from strategies.parsing.words.fillers import ENGLISH

MOST = 5
_NAMES = ("ind", "speed", "line", "mean", "extreme", "price", "letter")
_CONDITIONAL = re.compile(
    r"drops|rises|falls|every|unless|except|until|once|after|before|breakeven|volatil|swing|recent|low|high|<"
    r"|[每当前低高]|除非|之后|直到|附近|动态|波动"
)
MOST_MENTIONED = 20
# a clause of nothing but these says nothing about the strategy
_POLITE = (
    "你好", "您好", "不太懂", "不懂", "小白", "新手", "随便", "谢谢", "多谢", "请", "麻烦", "我想", "我要", "我希望", "我", "想要", "想做", "想写", "做一个", "写一个", "一个", "帮", "帮我",
    "策略", "量化", "交易", "系统", "使用", "用", "吧", "呢", "的", "了", "嗯", "好", "可以", "行", "是", "不", "对", "基于", "时候", "时",
    "做", "写", "个", "在", "上", "来", "给", "请问", "确认", "生成", "代码", "先", "还", "再", "要", "它", "这", "那", "把", "即可", "即", "为",
    "指标", "信号", "出现", "形成", "发生", "线", "策", "略", "我们", "继续", "等", "一下", "改", "更新", "止损", "止盈", "吗", "么",
    "标的", "品种", "换成", "换", "改成", "照旧", "其他", "其它", "不动", "不变", "保持", "明白", "知道", "懂", "老师", "主意", "就这样", "就", "永续", "合约", "贵州", "只", "加",
    "不加杠杆", "不用杠杆", "无杠杆", "不带杠杆", "没有杠杆", "不上杠杆", "不开杠杆",
    "也", "都", "然后", "另外", "条件", "一条", "简单", "周期", "看", "大趋势", "弄", "别", "进来",
)  # fmt: skip
_POLITE_WORDS = frozenset(
    [
        "hi",
        "hello",
        "hey",
        "please",
        "thanks",
        "thank",
        "you",
        "i",
        "id",
        "i'd",
        "i'll",
        "would",
        "like",
        "want",
        "to",
        "wanna",
        "build",
        "make",
        "create",
        "write",
        "a",
        "an",
        "the",
        "strategy",
        "trading",
        "trade",
        "system",
        "using",
        "use",
        "uses",
        "with",
        "based",
        "on",
        "for",
        "me",
        "my",
        "it",
        "is",
        "this",
        "that",
        "so",
        "and",
        "then",
        "of",
        "in",
        "at",
        "by",
        "let",
        "us",
        "let's",
        "can",
        "could",
        "we",
        "need",
        "idea",
        "simple",
        "crossover",
        "cross",
        "ok",
        "okay",
        "yes",
        "no",
        "not",
        "yet",
        "sure",
        "great",
        "good",
        "fine",
        "just",
        "really",
        "think",
        "about",
        "when",
        "if",
        "code",
        "generate",
        "update",
        "go",
        "ahead",
        "do",
        "some",
        "one",
        "new",
        "help",
        "chart",
        "bars",
        "bar",
        "data",
        "timeframe",
        "indicator",
        "indicators",
        "market",
        "pair",
        "each",
        "per",
        "every",
        "from",
        "now",
        "set",
        "should",
        "be",
        "will",
        "position",
        "positions",
        "trades",
        "all",
        "as",
        "well",
        "too",
        "also",
        "only",
        "never",
        "again",
        "them",
        *[
            "hmm",
            "wait",
            "got",
            "understood",
            "thing",
            "same",
            "but",
            "nothing",
            "else",
            "both",
            "must",
            "hold",
            "leave",
            "like",
            "instead",
            "switch",
            "perpetual",
            "perp",
            "futures",
        ],
        *[
            "spot",
            "stock",
            "forex",
            "leverage",
            "right",
            "alright",
            "oh",
            "actually",
            "maybe",
            "change",
            "changed",
            "rest",
            "out",
            "put",
            "the",
            "take",
            "skip",
        ],
    ]
)
_RELATING = frozenset(("rel", "cross", "turn", "again", "heading", "post", "trend", "touch", "stack", "than", "sign"))
_SIGNAL = re.compile(r"信号|\bsignals?\b")  # of an indicator, which says nothing of what it does
_TELLING = frozenset(
    (
        "rel",
        "ind",
        "unknown",
        "risk",
        "pct",
        "num",
        "vague",
        "act",
        "turn",
        "cross",
        "times",
        "line",
        "bars",
        "days",
        "hold",
        "generic",
        "again",
        "heading",
        "post",
        "streak",
        "candle",
        "trend",
        "touch",
        "stack",
        "flow",
        "run",
        "than",
        "returned",
        "neg",
    )
)


def read_mentions(text: str, tokens: list[Token], context: Context, patch: SpecPatch) -> None:
    """Indicators that the message names outside of a condition."""
    for place, token in enumerate(tokens):
        if token.kind == "price":
            context.left = PriceUse(str(token.value))  # whose average may be spoken of
        if token.kind == "unknown" and not token.used:
            patch.unread.append(Unread(text[token.start : token.end], "unknown_indicator"))
            token.used = True
        if token.kind not in ("ind", "days", "bars", "num", "speed") or token.used:
            continue
        found = read_operands(tokens, place, context)
        if found is None:
            continue
        named = len(found.operands) > 1 or any(
            part.kind in _NAMES or part.value == "线" for part in tokens[place : found.end]
        )
        if not named:
            continue  # "three days" names no average
        uses = [operand for operand in found.operands if isinstance(operand, IndicatorUse)]
        for use in uses:
            if len(patch.mentioned) >= MOST_MENTIONED:
                break
            patch.mentioned.append((use.name, use.params_dict()))
            patch.mentioned_at.append((token.start, use.name, use.params))
            patch.sources.setdefault(f"indicators.{use.name}", text[token.start : tokens[found.end - 1].end])
        if uses:
            for part in tokens[place : found.end]:
                part.used = True


def read_remains(text: str, plain: str, tokens: list[Token], patch: SpecPatch, account: Account) -> None:
    """Clauses in which something meant for the strategy stayed unread."""
    reported = " ".join(item.words for item in patch.unread)
    taken = list(patch.sources.values())
    at = 0
    for start, end in clauses_of(plain):
        inside: list[Token] = []
        while at < len(tokens) and tokens[at].start < end:
            if tokens[at].start >= start:
                inside.append(tokens[at])
            at += 1
        words = text[start:end].strip(" \t,，。.;；!！?？、:：\n")
        if not words or words in reported or any(words in source for source in taken):
            continue
        reason = _why_unread(plain[start:end], inside, taken, account.names_a_market((start, end))) or _why_left(
            account, (start, end), inside
        )
        if reason:
            patch.unread.append(Unread(_unread_words(text, words, inside, reason), reason))
        if len(patch.unread) >= MOST:
            return


def _why_unread(clause: str, inside: list[Token], taken: list[str], placed: bool) -> str:
    """The reason why a clause was not used; empty when it was, or when it says nothing about a strategy."""
    unread = [token for token in inside if not token.used and token.kind in _TELLING]
    used = [token for token in inside if token.used and token.kind != "hard"]
    if any(token.kind == "vague" for token in unread):
        # "RSI below 30, oversold" has its number
        return "" if any(token.kind == "rel" for token in used) else "vague_level"
    if any(token.kind == "times" for token in unread):
        return "scaled"
    named = any(token.kind == "ind" for token in used) and any(token.kind == "act" for token in inside)
    if named and _SIGNAL.search(clause) and not any(token.kind in _RELATING for token in used):
        return "which_signal"
    if used:
        told = any(token.kind == "figure" for token in used)
        idle = not any(token.kind in ("act", "hold") for token in inside)
        unread = [
            token for token in unread if not (told and token.kind == "rel") and not (idle and token.kind == "generic")
        ]
        named = any(token.kind in ("ind", "days") for token in used)  # "I look at the 100 day line no more"
        small = all(token.kind in ("act", "hold", "risk") or (token.kind == "neg" and not named) for token in unread)
        return "" if small else "unclear"
    if placed and all(token.kind in ("act", "hold", "risk") for token in unread):
        return ""  # "I have a bit of money and want to trade bitcoin"
    if unread:
        return "unclear"
    for source in taken:
        clause = clause.replace(comparable(source), " ")
    return "unclear" if _says_something(clause) else ""


def _why_left(account: Account, span: tuple[int, int], inside: list[Token]) -> str:
    """The reason for words beside an action, a question of more than its one word, that nobody claimed."""
    acting = any(token.kind in ("act", "dir", "hold", "figure", "tf") for token in inside)
    left = [part for part in account.unclaimed(span) if not _is_idle(account, part)] if acting else []
    figured = any(token.kind == "figure" for token in inside)
    if figured:  # small talk around a figure is none of its conditions
        return "unclear" if any(_CONDITIONAL.search(account.plain[start:end]) for start, end in left) else ""
    return "unclear" if left else ""


def _is_idle(account: Account, part: tuple[int, int]) -> bool:
    return any(token.kind in ("risk", "hold", "generic", "tf", "num", "rel") for token in account.inside(part))


def _unread_words(text: str, words: str, inside: list[Token], reason: str) -> str:
    unread = [token for token in inside if not token.used and token.kind in _TELLING]
    if reason == "unclear" and unread and any(token.used for token in inside):
        words = text[unread[0].start : unread[-1].end]
    return words[:120]


def _says_something(clause: str) -> bool:
    if is_chinese(clause):
        rest = clause
        for word in sorted(_POLITE, key=len, reverse=True):
            rest = rest.replace(word, "")
        return sum("\u3400" <= char <= "\u9fff" for char in rest) >= 2
    words = "".join(char if char.isalpha() or char == "'" else " " for char in clause).split()
    return any(word not in _POLITE_WORDS and word not in ENGLISH and len(word) > 2 for word in words)
