"""Comparisons joined into one condition: ``and`` binds tighter than ``or``, brackets tighter than both."""

from dataclasses import dataclass

from strategies.conditions import MIRRORED, AllOf, AnyOf, Compare, Condition, Negation


@dataclass(slots=True)
class Atom:
    """A condition and where it stands."""

    condition: Condition
    start: int
    end: int


Joined = list[tuple[str, Atom]]  # each with the word that joins it to the one before: and, or


def tree_of(atoms: Joined) -> Condition:
    """``a and b or c`` as any of (all of a, b) and c."""
    groups: list[list[Condition]] = []
    for join, atom in atoms:
        if join == "or" and groups:
            groups.append([atom.condition])
        elif groups:
            groups[-1].append(atom.condition)
        else:
            groups.append([atom.condition])
    parts: list[Condition] = []
    for part in map(_all, groups):
        parts += part.items if isinstance(part, AnyOf) else (part,)
    return parts[0] if len(parts) == 1 else AnyOf(tuple(dict.fromkeys(parts)))


def bare(tree: Condition) -> Condition:
    return tree.items[0] if isinstance(tree, AllOf | AnyOf) and len(tree.items) == 1 else tree


def _is_undone(condition: Condition, behind: list[Condition]) -> bool:
    """Whether one said later is the opposite: "below it and then back above" can be true only in turn."""
    if isinstance(condition, Negation):
        return condition.item in behind
    if not isinstance(condition, Compare):
        return False
    if condition.op not in MIRRORED:  # "from above 70 back under 70": the way there says where it came from
        way = {"gt": "cross_below", "ge": "cross_below", "lt": "cross_above", "le": "cross_above"}[condition.op]
        return Compare(way, condition.left, condition.right) in behind
    return Compare(MIRRORED[condition.op], condition.left, condition.right) in behind


def _all(group: list[Condition]) -> Condition:
    flat: list[Condition] = []
    for condition in group:
        flat += condition.items if isinstance(condition, AllOf) else (condition,)
    flat = list(dict.fromkeys(reversed(flat)))  # the last of what is said twice; newest first
    unique = tuple(condition for place, condition in enumerate(flat) if not _is_undone(condition, flat[:place]))[::-1]
    return unique[0] if len(unique) == 1 else AllOf(unique)


def top_of(side: str, condition: Condition) -> Condition:
    """A side's whole tree: all of its conditions for an entry, any of them for an exit."""
    if isinstance(condition, AllOf | AnyOf):
        return condition
    return AllOf((condition,)) if side == "entry" else AnyOf((condition,))
