"""Which sentences ask: a question is not a wish, a request put as a question is one."""

import re

from strategies.parsing.tokens import Token

_REQUEST = re.compile(
    r"(?:can|could|would|will) (?:you|we|i)\b|please|let's|i'd like|i want|能不能|能否|可不可以|可以|能帮|帮我|帮忙|麻烦|请|给我|我想要|我要"
)
_HELP = re.compile(r"(?:can|could|would) (?:you|we|i) (?:tell|explain|say|help|do\b|see|know)|能做什么|解释|说明|讲讲")
_ASKS = re.compile(
    r"^\W*(?:and |but |so |ok |okay |hmm |well )?(?:is|are|am|was|does|do|did|has|have|should|would|will|may|must|shall|isn't|aren't"
    r"|doesn't|don't|won't|how|what|which|who|where|when|why|any)\b"
)


def is_question(plain: str, sentence: list[Token]) -> bool:
    """Whether the sentence that ``plain`` holds asks something instead of saying it."""
    words = plain[sentence[0].start : sentence[-1].end + 1].strip()
    behind = plain[sentence[-1].end : sentence[-1].end + 1]
    told = words.rstrip("?!。.,;!? \n")
    marked = "?" in plain[sentence[-1].start : sentence[-1].end + 1] or behind == "?"
    if any(token.kind == "question" for token in sentence):
        return True
    if told.endswith(("吗", "么", "呢")) or marked:
        if _HELP.search(told):
            return True
        if _REQUEST.search(told):
            return False
        return told.endswith(("吗", "么")) or bool(_ASKS.search(told))
    return False
