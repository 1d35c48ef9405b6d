"""A word that means something to the rules."""

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Token:
    """``used`` once a reading has taken it; ``start`` and ``end`` are its place in the person's own text."""

    kind: str
    value: Any
    start: int
    end: int
    used: bool = False


def is_latin(char: str) -> bool:
    return "a" <= char <= "z"
