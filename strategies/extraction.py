"""Strategy code in a Markdown reply: the fenced block that defines the Strategy subclass, or nothing."""

import re
from dataclasses import dataclass

# possessive throughout: a model may write anything, and a pattern that tries again holds up the whole process
_FENCE = re.compile(r"^ {0,3}+(`{3,}+|~{3,}+)([^\n`]*+)$")
_CLASS = re.compile(r"^class[ \t]++\w++[ \t]*+\(([^)\n]*+)\)[ \t]*+:", re.MULTILINE)
_BASE = re.compile(r"\bStrategy\b")


@dataclass(frozen=True, slots=True)
class Extraction:
    """``code`` is None when the reply holds none; then ``reason`` is ``none`` or ``unclosed``."""

    code: str | None
    reason: str = ""


def extract(text: str) -> Extraction:
    """The last closed block that defines a Strategy subclass; a half-streamed block is no code."""
    blocks, open_block = _blocks(text)
    candidates = [block for block in blocks if _defines_strategy(block)]
    if candidates and not (open_block is not None and _defines_strategy(open_block)):
        return Extraction(candidates[-1])
    if open_block is not None:
        return Extraction(None, "unclosed")
    return Extraction(None, "none")


def _defines_strategy(block: str) -> bool:
    return any(_BASE.search(found[1]) for found in _CLASS.finditer(block))


def _blocks(text: str) -> tuple[list[str], str | None]:
    closed: list[str] = []
    lines: list[str] | None = None
    fence = ""
    for line in text.replace("\r\n", "\n").split("\n"):
        match = _FENCE.match(line)
        if lines is None:
            if match:
                fence, lines = match[1], []
        elif match and match[1][0] == fence[0] and len(match[1]) >= len(fence) and not match[2].strip():
            closed.append("\n".join(lines).strip("\n") + "\n")
            lines = None
        else:
            lines.append(line)
    return closed, None if lines is None else "\n".join(lines)
