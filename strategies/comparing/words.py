"""What changed inside a line or a phrase, word by word; a Chinese character is a word."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

MAX_WORDS = 200  # of a line; a longer one is marked whole
SHARE = 0.75  # of a line's characters: where more of them changed, marks would only disturb

Marks = list[tuple[int, int]]  # from and to, in characters

_CHINESE = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORDS = re.compile(rf"[0-9]+\.[0-9]+|[{_CHINESE}]|[^\W{_CHINESE}]+|\s+|[^\w\s]")


def words_of(text: str) -> list[str]:
    """Every character is in one word."""
    return _WORDS.findall(text)


def telling(words: Sequence[str]) -> list[str]:
    """Those by which lines are recognised: no blanks."""
    return [word for word in words if not word.isspace()]


def marks(old: str, new: str) -> tuple[Marks, Marks]:
    """What of the old text went, and what of the new one came; nothing where little is left of the line."""
    before, after = words_of(old), words_of(new)
    if max(len(before), len(after)) > MAX_WORDS:
        return [], []
    gone: Marks = []
    came: Marks = []
    at_old = _ends(before)
    at_new = _ends(after)
    for tag, a0, a1, b0, b1 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if a1 > a0:
            _add(gone, at_old[a0], at_old[a1], old)
        if b1 > b0:
            _add(came, at_new[b0], at_new[b1], new)
    gone, came = _trimmed(gone, old), _trimmed(came, new)
    too_much = _length(gone) > SHARE * len(old.strip()) and _length(came) > SHARE * len(new.strip())
    return ([], []) if too_much else (gone, came)


def _ends(words: Sequence[str]) -> list[int]:
    found = [0]
    for word in words:
        found.append(found[-1] + len(word))
    return found


def _add(marked: Marks, start: int, stop: int, text: str) -> None:
    """Marks with nothing but blanks between them are one."""
    if marked and not text[marked[-1][1] : start].strip():
        marked[-1] = (marked[-1][0], stop)
    else:
        marked.append((start, stop))


def _trimmed(marked: Marks, text: str) -> Marks:
    """Without the blanks at the ends, unless a mark is nothing else."""
    found: Marks = []
    for start, stop in marked:
        part = text[start:stop]
        if part.strip():
            start, stop = start + len(part) - len(part.lstrip()), stop - len(part) + len(part.rstrip())
        found.append((start, stop))
    return found


def _length(marked: Marks) -> int:
    return sum(stop - start for start, stop in marked)
