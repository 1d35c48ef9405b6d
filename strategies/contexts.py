"""What the templates of the library show, as named attributes."""

import difflib
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from chat.rendering import highlight_code
from strategies import queries
from strategies.download import filename
from strategies.models import Strategy, StrategyVersion
from strategies.wording import SpecItem, indicator_words, spec_items
from trademe.accounts.models import User

PAGE_SIZE = 50
MAX_DIFF_LINES = 4_000


@dataclass(frozen=True, slots=True)
class Library:
    strategies: list[Strategy]
    search: str
    page: int
    has_more: bool

    @property
    def next_page(self) -> int:
        return self.page + 1

    @property
    def previous_page(self) -> int:
        return self.page - 1


def library(user: User, search: str = "", page: int = 1) -> Library:
    """One page of the library, in one query."""
    search, page = search[:200], min(max(page, 1), 10_000)
    start = (page - 1) * PAGE_SIZE
    found = list(queries.strategy_list(user, search)[start : start + PAGE_SIZE + 1])
    return Library(found[:PAGE_SIZE], search, page, len(found) > PAGE_SIZE)


@dataclass(frozen=True, slots=True)
class StrategyPage:
    strategy: Strategy
    versions: list["VersionRow"]


@dataclass(frozen=True, slots=True)
class VersionRow:
    version: StrategyVersion
    indicators: str
    passed: bool


def strategy_page(strategy: Strategy) -> StrategyPage:
    """A strategy with all its versions, the newest first, in one query."""
    return StrategyPage(
        strategy,
        [
            VersionRow(
                version,
                ", ".join(indicator_words(indicator) for indicator in version.indicators),
                version.run == StrategyVersion.Run.PASSED,
            )
            for version in queries.version_list(strategy).defer("code", "spec")
        ],
    )


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the report: ``ok`` is None for what was not checked."""

    name: str
    ok: bool | None
    words: str


@dataclass(frozen=True, slots=True)
class DiffLine:
    kind: str  # added, removed, place, same
    text: str


@dataclass(frozen=True, slots=True)
class VersionPage:
    version: StrategyVersion
    code: SafeString
    lines: int
    run_words: str
    passed: bool
    checked: list[Check]
    not_checked: list[Check]
    parameters: list[tuple[str, Any]]
    indicators: list[str]
    items: list[SpecItem]
    previous_number: int | None
    diff: list[DiffLine]
    filename: str

    @property
    def heading(self) -> str:
        return _("{strategy}, version {number}").format(strategy=self.version.strategy.name, number=self.version.number)


def version_page(version: StrategyVersion) -> VersionPage:
    """One version with its report and its difference from the one before, in one query."""
    previous = queries.version_before(version)
    report = version.validation or {}
    return VersionPage(
        version=version,
        code=mark_safe(highlight_code(version.code)),  # noqa: S308 - escaped by Pygments
        lines=len(version.code.splitlines()),
        run_words=_run_words(version),
        passed=version.run == StrategyVersion.Run.PASSED,
        checked=[_check(entry) for entry in report.get("checked", [])],
        not_checked=[
            Check(check_words(entry.get("check", "")), None, str(entry.get("reason") or ""))
            for entry in report.get("not_checked", [])
        ],
        parameters=list((version.parameters or {}).items()),
        indicators=[indicator_words(indicator) for indicator in version.indicators or []],
        items=spec_items(version.spec) if version.spec else [],
        previous_number=previous.number if previous else None,
        diff=code_diff(previous.code, version.code) if previous else [],
        filename=filename(version),
    )


def code_diff(before: str, after: str) -> list[DiffLine]:
    """The unified difference; empty where nothing changed or the files are too long to compare."""
    old, new = before.splitlines(), after.splitlines()
    if len(old) > MAX_DIFF_LINES or len(new) > MAX_DIFF_LINES:
        return []
    kinds = {"+": "added", "-": "removed", "@": "place"}
    lines = list(difflib.unified_diff(old, new, lineterm="", n=3))[2:]
    return [DiffLine(kinds.get(line[:1], "same"), line) for line in lines]


def check_words(name: str) -> str:
    """What was not checked; a name that is not known here is shown as it is."""
    words = {
        "run": _("Run on sample bars"),
        "lookahead": _("Looking into the future"),
        "warmup": _("Warm-up of the indicators"),
    }
    return words.get(name, name.replace("_", " "))


def _check(entry: dict[str, Any]) -> Check:
    line = entry.get("line")
    words = _("line {number}").format(number=line) if line else ""
    return Check(str(entry.get("message") or check_words(entry.get("check", ""))), bool(entry.get("ok")), words)


def _run_words(version: StrategyVersion) -> str:
    if version.run == StrategyVersion.Run.PASSED:
        return _("Run on sample bars")
    return _("Not run")
