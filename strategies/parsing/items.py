"""What stands in a sentence of rules: comparisons, actions, joints and brackets."""

from dataclasses import dataclass

from strategies.parsing.trees import Atom, Joined, tree_of

Act = tuple[str, str | None]  # entry or exit, and the direction that the word tells


@dataclass(slots=True)
class Item:
    kind: str  # atom, act, and, or, list, soft, open, shut, either, anyof
    atom: Atom | None = None
    act: Act = ("", None)
    prefix: bool = False
    negated: bool = False
    start: int = 0
    end: int = 0


def grouped(items: list[Item]) -> list[Item]:
    """The items with what stands in brackets, or behind ``either``, made one."""
    kept: list[Item] = []
    opened: list[int] = []  # places in ``kept`` of brackets that wait for their end
    either: int | None = None
    for item in items:
        if item.kind == "open":
            opened.append(len(kept))
        elif item.kind == "shut":
            if opened:
                _close(kept, opened.pop())
        elif item.kind == "either":
            either = len(kept)
        else:
            if either is not None and item.kind in ("act", "soft") and len(kept) > either + 2:
                _close(kept, either)
                either = None
            kept.append(item)
    if either is not None:
        _close(kept, either)
    return kept


def _close(items: list[Item], place: int) -> None:
    """Make one atom of the items from ``place`` on, where they are two atoms or more and nothing but joints."""
    inside = items[place:]
    atoms = [item.atom for item in inside if item.atom is not None]
    if len(atoms) < 2 or any(item.kind not in ("atom", "and", "or", "soft", "list") for item in inside):
        return
    joined: Joined = []
    join = "and"
    for item in inside:
        if item.atom is not None:
            joined.append((join, item.atom))
            join = "and"
        elif item.kind in ("and", "or"):
            join = item.kind
    atom = Atom(tree_of(joined), atoms[0].start, atoms[-1].end)
    items[place:] = [Item("atom", atom=atom, start=atom.start, end=atom.end)]
