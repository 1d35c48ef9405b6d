"""The machinery of ``verify_chats``: walks over one kind of row in pages, and the checks that look at each page.

A page is read in one snapshot, so rows that belong together are compared as they were at one moment, whoever writes
meanwhile. What looks wrong is read once more, in a new snapshot, and is a finding only if it is wrong again.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from chat.recovery import OBSERVE_SECONDS
from chat.verification.snapshot import snapshot

PAGE_SIZE = 500  # rows

Page = TypeVar("Page")


class Severity(StrEnum):
    """A note is worth knowing and nothing is wrong."""

    ERROR = "error"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at: everything, or one conversation."""

    conversation: UUID | None = None


@dataclass(frozen=True, slots=True)
class Suspect:
    """What a check says of one row of a page. ``key`` is the row's place in the walk."""

    key: Any
    sentence: str
    ids: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    severity: Severity
    message: str
    ids: dict[str, str]


class Keys(Protocol):
    """The keys of a walk's rows in ascending order, or None where the scope holds no such rows."""

    def __call__(self, scope: Scope) -> "QuerySet[Any, Any] | None": ...


@dataclass(frozen=True, slots=True)
class Check(Generic[Page]):
    """``stands_still``: a suspect must look the same for as long as a silent process is observed (``turns.md`` 11)."""

    code: str
    look: Callable[[Page], Iterable[Suspect]]
    severity: Severity
    stands_still: bool


@dataclass(slots=True)
class Walk(Generic[Page]):
    """``noun`` names the rows in the summary; ``column`` is what the keys are compared by."""

    noun: str
    keys: Keys
    load: Callable[[Sequence[Any]], Page]
    column: str = "pk"
    size: int = PAGE_SIZE
    checks: list[Check[Page]] = field(default_factory=list)

    def check(
        self, code: str, severity: Severity = Severity.ERROR, stands_still: bool = False
    ) -> Callable[[Callable[[Page], Iterable[Suspect]]], Callable[[Page], Iterable[Suspect]]]:
        """Register a function that yields the suspects of a page under a code of its own."""

        def register(look: Callable[[Page], Iterable[Suspect]]) -> Callable[[Page], Iterable[Suspect]]:
            self.checks.append(Check(code, look, severity, stands_still))
            return look

        return register

    def page_of_keys(self, scope: Scope, after: Any) -> list[Any]:
        keys = self.keys(scope)
        if keys is None:
            return []
        return list((keys if after is None else keys.filter(**{f"{self.column}__gt": after}))[: self.size])


_walks: list[Walk[Any]] = []


def register(*walks: Walk[Any]) -> None:
    """Walks are taken in the order of their registration."""
    _walks.extend(walks)


def registered() -> tuple[Walk[Any], ...]:
    return tuple(_walks)


@dataclass(slots=True)
class Verification:
    """One pass over the database. ``looked_at`` counts rows by noun and grows while ``findings`` is read."""

    scope: Scope = field(default_factory=Scope)
    progress: Callable[[str, int], None] = lambda noun, rows: None
    looked_at: dict[str, int] = field(default_factory=dict)

    def findings(self) -> Iterator[Finding]:
        for walk in registered():
            self.looked_at[walk.noun] = 0
            yield from self._walk(walk)

    def _walk(self, walk: Walk[Any]) -> Iterator[Finding]:
        after = None
        while True:
            with snapshot():
                keys = walk.page_of_keys(self.scope, after)
                suspects = _look(walk, keys) if keys else {}
            if not keys:
                return
            after = keys[-1]
            self.looked_at[walk.noun] += len(keys)
            self.progress(walk.noun, self.looked_at[walk.noun])
            if suspects:
                yield from _wrong_again(walk, suspects)


_Mark = tuple[str, Any, tuple[Any, ...]]  # code, key and ids: what makes two suspects the same


def _look(walk: Walk[Any], keys: Sequence[Any]) -> dict[_Mark, tuple[Check[Any], Suspect]]:
    page = walk.load(keys)
    return {
        (check.code, suspect.key, tuple(suspect.ids.values())): (check, suspect)
        for check in walk.checks
        for suspect in check.look(page)
    }


def _wrong_again(walk: Walk[Any], suspects: dict[_Mark, tuple[Check[Any], Suspect]]) -> Iterator[Finding]:
    if any(check.stands_still for check, _suspect in suspects.values()):
        time.sleep(OBSERVE_SECONDS)
    with snapshot():
        again = _look(walk, sorted({suspect.key for _check, suspect in suspects.values()}))
    for mark, (check, suspect) in again.items():
        if mark in suspects:
            ids = {name: str(value) for name, value in suspect.ids.items()}
            yield Finding(check.code, check.severity, suspect.sentence, ids)
