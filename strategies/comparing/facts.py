"""What changed in a plan and in a code's parameters, said item by item: before and after."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from strategies.comparing.source import phrase
from strategies.comparing.words import marks
from strategies.wording import indicator_words, spec_items


@dataclass(frozen=True, slots=True)
class Change:
    """An item that changed; an empty side means that it was not there. ``kind``: changed, added, removed."""

    name: str
    before: SafeString
    after: SafeString

    @property
    def kind(self) -> str:
        return "changed" if self.before and self.after else "added" if self.after else "removed"


def plan_changes(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> list[Change]:
    """In words of the active language, in the order of a plan."""
    before = {item.path: item for item in spec_items(old)} if old else {}
    after = {item.path: item for item in spec_items(new)} if new else {}
    labels = {path: item.label for path, item in (before | after).items()}
    return _changes(
        (label, before[path].text if path in before else "", after[path].text if path in after else "")
        for path, label in labels.items()
    )


def parameter_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """By the parameters' own names, as they are written in the code."""
    return _changes(
        (name, repr(old[name]) if name in old else "", repr(new[name]) if name in new else "")
        for name in {**old, **new}
    )


def indicator_changes(
    old: Iterable[Mapping[str, Any]], new: Iterable[Mapping[str, Any]]
) -> tuple[list[str], list[str]]:
    """Indicators of the code that went, and that came."""
    before, after = [indicator_words(item) for item in old], [indicator_words(item) for item in new]
    return [item for item in before if item not in after], [item for item in after if item not in before]


def _changes(items: Iterable[tuple[str, str, str]]) -> list[Change]:
    found = []
    for name, before, after in items:
        if before == after:
            continue
        gone, came = marks(before, after) if before and after else ([], [])
        found.append(Change(name, phrase(before, gone), phrase(after, came)))
    return found
