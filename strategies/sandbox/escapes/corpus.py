"""The programs, read from their text files: a name, what it tries, and the ends that count as contained."""

import functools
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from strategies.sandbox.limits import MEBIBYTE, Limits

_FOLDER = Path(__file__).resolve().parent / "programs"
_HEAD = re.compile(r"^### ([a-z0-9-]+): (.+)$", re.MULTILINE)
_FIELD = re.compile(r"^# (ends|kind|limits|canary): (.+)$", re.MULTILINE)
_NORMAL = Limits(cpu=5, wall=10.0)
GROUPS = ("files", "network", "processes", "memory", "time", "output", "forgery", "interpreter")


@dataclass(frozen=True, slots=True)
class Escape:
    """A program; ``ends`` are codes of errors, ``refused`` by the checks outside, or ``held`` (it achieved nothing)."""

    group: str
    name: str
    what: str
    ends: tuple[str, ...]
    kind: Literal["strategy", "indicator"]
    limits: Limits
    canary: str
    code: str


@functools.cache
def escapes() -> tuple[Escape, ...]:
    """All of them, by group."""
    return tuple(escape for group in GROUPS for escape in _read(group))


def canaries() -> tuple[Escape, ...]:
    """Those that the self-test runs: one for each thing that has to fail."""
    return tuple(escape for escape in escapes() if escape.canary)


def prelude() -> str:
    """What stands before each program."""
    return (_FOLDER.parent / "prelude.txt").read_text(encoding="utf-8")


def _read(group: str) -> list[Escape]:
    parts = _HEAD.split((_FOLDER / f"{group}.txt").read_text(encoding="utf-8"))
    return [_escape(group, *parts[place : place + 3]) for place in range(1, len(parts), 3)]


def _escape(group: str, name: str, what: str, text: str) -> Escape:
    fields = dict(_FIELD.findall(text))
    return Escape(
        group=group,
        name=name,
        what=what,
        ends=tuple(fields["ends"].split(", ")),
        kind="strategy" if fields.get("kind") == "strategy" else "indicator",
        limits=_limits(fields.get("limits", "")),
        canary=fields.get("canary", ""),
        code=text.strip() + "\n",
    )


def _limits(text: str) -> Limits:
    limits = _NORMAL
    for item in text.split():
        name, _, value = item.partition("=")
        if name == "memory":
            limits = replace(limits, memory=int(value) * MEBIBYTE)
        elif name == "result":
            limits = replace(limits, result=int(value) * MEBIBYTE)
        elif name == "cpu":
            limits = replace(limits, cpu=int(value))
        else:
            limits = replace(limits, wall=float(value))
    return limits
