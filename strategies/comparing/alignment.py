"""Which lines of two texts belong together. Bounded: what would take long to align is taken as replaced, whole."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MAX_LINES = 4_000  # of each text, without what begins and ends alike
MAX_PAIRS = 60_000  # of equal lines that the alignment has to weigh
MAX_BLOCK = 2_500  # pairs of lines of one replaced block, for which the likest are found
LIKE = 0.4  # share of words that two lines have in common, from which one is the other, changed

Opcode = tuple[str, int, int, int, int]  # as difflib has it: equal, replace, delete or insert


@dataclass(frozen=True, slots=True)
class Alignment:
    """``coarse``: the middle of the texts was not aligned."""

    opcodes: list[Opcode]
    coarse: bool = False


def aligned(old: Sequence[str], new: Sequence[str]) -> Alignment:
    """The steps from the old lines to the new ones."""
    least = min(len(old), len(new))
    head = 0
    while head < least and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < least - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    steps, coarse = _middle(middle_old, middle_new)
    found: list[Opcode] = [("equal", 0, head, 0, head)] if head else []
    found += [(tag, a0 + head, a1 + head, b0 + head, b1 + head) for tag, a0, a1, b0, b1 in steps]
    if tail:
        found.append(("equal", len(old) - tail, len(old), len(new) - tail, len(new)))
    return Alignment(found, coarse)


def _middle(old: Sequence[str], new: Sequence[str]) -> tuple[list[Opcode], bool]:
    if not old and not new:
        return [], False
    if not old or not new:
        return [("insert" if new else "delete", 0, len(old), 0, len(new))], False
    counts = Counter(new)
    pairs = sum(counts[line] for line in old)
    if max(len(old), len(new)) > MAX_LINES or pairs > MAX_PAIRS:
        return [("replace", 0, len(old), 0, len(new))], True
    return list(SequenceMatcher(None, old, new, autojunk=False).get_opcodes()), False


def paired(old: Sequence[Sequence[str]], new: Sequence[Sequence[str]]) -> list[tuple[int | None, int | None]]:
    """Which line of a replaced block became which, in order; each line is given as its words."""
    if len(old) * len(new) > MAX_BLOCK:
        return [*((place, None) for place in range(len(old))), *((None, place) for place in range(len(new)))]
    bags_old, bags_new = [Counter(words) for words in old], [Counter(words) for words in new]
    likes = [[_likeness(one, other) for other in bags_new] for one in bags_old]
    # best[i][j]: the greatest sum of likenesses of pairs among the lines from i and from j on
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            with_pair = likes[i][j] + best[i + 1][j + 1] if likes[i][j] >= LIKE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], with_pair)
    found: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if likes[i][j] >= LIKE and best[i][j] == likes[i][j] + best[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            found.append((i, None))
            i += 1
        else:
            found.append((None, j))
            j += 1
    found += [(place, None) for place in range(i, len(old))]
    return found + [(None, place) for place in range(j, len(new))]


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 1.0
