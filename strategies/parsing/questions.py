"""Which sentences ask: a question is not a wish, a request put as a question is one."""

import re

from strategies.parsing.context import COUNTS
from strategies.parsing.tokens import Token

_REQUEST = re.compile(
    r"(?:can|could|will) (?:you|we|i)\b|would you|please|let's|i'd like|i want"
    r"|能不能|能否|可不可以|可以|能帮|帮我|帮忙|麻烦|请|给我|我想要|我要"
)
_HELP = re.compile(r"(?:can|could|would) (?:you|we|i) (?:tell|explain|say|help|see|know)|能做什么|解释|说明|讲讲")
_ASKS = re.compile(
    r"^\W*(?:and |but |so |ok |okay |hmm |well )?(?:is|are|am|was|does|do|did|has|have|should|would|will|may|must|shall"
    r"|isn't|aren't|doesn't|don't|won't|how|what|which|who|where|when|why|any)\b"
)
MOST = 400  # characters of a sentence that are looked at, from its end
_MARKS = "?!。.,; \n"
_WHAT_IF = re.compile(r"what (?:would|will|happens?|if)\b|how would|会怎么样|会怎样|^\W*(?:如果|要是|假如|假设).*呢$")


def is_question(words: str, sentence: list[Token]) -> bool:
    """Whether ``words``, whose tokens are ``sentence``, ask something instead of saying it."""
    words = words[-MOST:]
    told = words.rstrip(_MARKS)
    marked = "?" in words[len(told) :]
    if any(token.kind == "question" for token in sentence) or _WHAT_IF.search(told):
        return True
    if told.endswith(("吗", "么", "呢")) or marked:
        if _HELP.search(told):
            return True
        if _REQUEST.search(told):
            return False
        wishes = any(token.kind in ("act", "pct", "tf", "change", "neg", *COUNTS) for token in sentence)
        return told.endswith(("吗", "么")) or bool(_ASKS.search(told)) or not (wishes or len(told) < 8)
    return False
