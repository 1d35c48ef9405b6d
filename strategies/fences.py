"""The fenced blocks of a Markdown text, read line by line in one pass; what stands in thoughts is marked."""

import html
import re
from dataclasses import dataclass, replace

from chat.asides import CLOSED_THOUGHT, OPENED_THOUGHT

# what stands before a fence: quotes, list markers, blanks; possessive throughout
_FENCE = re.compile(r"^((?:[ \t]|> ?|(?:[-*+]|\d{1,9}+[.)])[ \t])*+)(`{3,}+|~{3,}+)([^\n`]*+)$")
_OPENED_HTML = re.compile(r"<pre>[ \t]*<code(?: class=\"?[\w -]*\"?)?>|<pre(?: class=\"?[\w -]*\"?)?>", re.I)
_CLOSED_HTML = re.compile(r"</code>[ \t]*</pre>|</pre>", re.I)
_MARKDOWN = frozenset(("markdown", "md"))
_PYTHON = frozenset(("python", "py", "python3"))


@dataclass(frozen=True, slots=True)
class Block:
    """``closed``: it has its end. ``thought``: it is none of the answer."""

    language: str
    text: str
    closed: bool
    thought: bool = False


class _Reader:
    """One pass over the lines of a reply."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.lines: list[str] | None = None  # of the block that is open
        self.language = ""
        self.fence = ""
        self.indent = 0
        self.thinking = False
        self.thoughts = 0  # so many of the blocks were none of the answer after all
        self.outer: list[str] = []  # fences of blocks of Markdown, in which there are blocks again

    def read(self, line: str) -> None:
        if self.lines is not None and not self.thinking:
            self._inside(line)
        else:
            self._outside(line)

    def _inside(self, line: str) -> None:
        if self.fence == "<pre>":
            self._inside_html(line)
        elif self._closes(line):
            self._end(closed=True)
        elif CLOSED_THOUGHT.match(line.strip()):
            # the thought began before the reply's first character: all of it was none of the answer
            self._end(closed=False)
            self._all_thought()
            self._outside(line[_closing_end(line) :])
        elif (opened := self._opens_again(line)) is not None:
            # a fence around a whole answer, or one that was not closed
            if self.language not in _PYTHON:
                self.outer.append(self.fence)
            self._end(closed=False)
            self._open(opened)
        else:
            assert self.lines is not None  # noqa: S101 - for the type checker
            self.lines.append(_dedented(line, self.indent))

    def _opens_again(self, line: str) -> re.Match[str] | None:
        """A fence with a language where code cannot hold one."""
        found = _FENCE.match(line)
        if found is None or _language(found) not in _PYTHON or found[2][0] != self.fence[0]:
            return None
        return found if _width(line) <= self.indent else None

    def _inside_html(self, line: str) -> None:
        found = _CLOSED_HTML.search(line)
        assert self.lines is not None  # noqa: S101 - for the type checker
        if found is None:
            self.lines.append(line)
            return
        self.lines.append(line[: found.start()])
        self.lines = [unescaped(one) for one in self.lines]
        self._end(closed=True)

    def _outside(self, line: str) -> None:
        line = self._without_thoughts(line)
        if self.thinking:
            self._thought(line)
            return
        if self.outer and self._is_fence(line, self.outer[-1]):
            self.outer.pop()
            return
        found = _FENCE.match(line)
        if found is not None:
            self._open(found)
            return
        opened = _OPENED_HTML.match(line.lstrip())
        if opened is not None:
            self.lines, self.fence, self.language, self.indent = [], "<pre>", "", 0
            self._inside_html(line.lstrip()[opened.end() :])

    def _open(self, found: re.Match[str]) -> None:
        language = _language(found)
        if language in _MARKDOWN:
            self.outer.append(found[2])
            return
        self.lines, self.fence, self.language = [], found[2], language
        self.indent = len(found[1].expandtabs(4))

    def _without_thoughts(self, line: str) -> str:
        """What of the line is said; a tag that opens or closes a thought switches."""
        said, place = "", 0
        for _turn in range(20):  # tags in one line; more is no reply
            tag = (CLOSED_THOUGHT if self.thinking else OPENED_THOUGHT).search(line, place)
            stray = None if self.thinking else CLOSED_THOUGHT.search(line, place)
            if stray is not None and (tag is None or stray.start() < tag.start()):
                said, place = "", stray.end()
                self._all_thought()
                continue
            if tag is None or line[: tag.start()].count("`") % 2:  # the name of a tag, in a sentence
                break
            said += "" if self.thinking else line[place : tag.start()]
            place = tag.end()
            self._switch()
        return line[place:] if self.thinking else said + line[place:]

    def _switch(self) -> None:
        if self.lines is not None:
            self._end(closed=False)
        self.thinking = not self.thinking

    def _thought(self, line: str) -> None:
        """Blocks of a thought are kept apart, so that one can say that the code stands there."""
        if self.lines is None:
            found = _FENCE.match(line)
            if found is not None:
                self._open(found)
        elif self._closes(line):
            self._end(closed=True)
        else:
            self.lines.append(_dedented(line, self.indent))

    def _all_thought(self) -> None:
        self.thoughts = len(self.blocks)
        self.outer.clear()

    def _closes(self, line: str) -> bool:
        if not self._is_fence(line, self.fence):
            return False
        return _width(line) - self.indent < 4  # deeper in, it stands in a docstring

    def _is_fence(self, line: str, fence: str) -> bool:
        bare = line.strip(" \t>")
        return len(bare) >= len(fence) and not bare.strip(fence[0])

    def _end(self, closed: bool) -> None:
        if self.lines is None:
            return
        text = "\n".join(self.lines).strip("\n") + "\n"
        self.blocks.append(Block(self.language, text, closed, self.thinking))
        self.lines = None

    def finished(self) -> list[Block]:
        self._end(closed=False)
        thoughts = [replace(block, thought=True) for block in self.blocks[: self.thoughts]]
        return thoughts + self.blocks[self.thoughts :]


def read_blocks(text: str) -> list[Block]:
    reader = _Reader()
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        reader.read(line)
    return reader.finished()


def unescaped(text: str) -> str:
    """The text with its entities read; as it is where one names no character at all."""
    try:
        return html.unescape(text)
    except ValueError:  # a number of thousands of digits
        return text


def _language(fence: re.Match[str]) -> str:
    return fence[3].strip().partition(" ")[0].partition("{")[0].partition(":")[0].lower()


def _width(line: str) -> int:
    """Columns before the first character; those of quotes count."""
    end = len(line) - len(line.lstrip(" \t>"))
    return len(line[:end].expandtabs(4))


def _dedented(line: str, indent: int) -> str:
    """The line without what stood before its fence: so many columns of blanks, tabs or quotes."""
    place = column = 0
    while place < len(line) and column < indent and line[place] in " \t>":
        column += 4 - column % 4 if line[place] == "\t" else 1
        place += 1
    return line[place:]


def _closing_end(line: str) -> int:
    found = CLOSED_THOUGHT.search(line)
    return found.end() if found is not None else len(line)
