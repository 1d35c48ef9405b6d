"""What the library and the page of one strategy show, as named attributes."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from strategies import queries
from strategies.library.versions import origin_words
from strategies.models import Strategy, StrategyVersion
from strategies.wording import indicator_words
from trademe.accounts.models import User
from trademe.keyset import page_of

PAGE_SIZE = 40
VERSIONS_SIZE = 50
MAX_SHOWN = 4  # indicators of a strategy in the list


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to."""

    search: str = ""
    kind: str = ""
    archived: bool = False

    @property
    def is_narrow(self) -> bool:
        return bool(self.search or self.kind)


@dataclass(frozen=True, slots=True)
class LibraryRow:
    strategy: Strategy
    market: str
    indicators: list[str]
    more_indicators: int


@dataclass(frozen=True, slots=True)
class KindChoice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Library:
    rows: list[LibraryRow]
    wanted: Wanted
    kinds: list[KindChoice]
    newer_url: str
    older_url: str
    everything_empty: bool
    undo: Strategy | None = None  # what was archived a moment ago

    def _url(self, **fields: str) -> str:
        wanted = {"search": self.wanted.search, "kind": self.wanted.kind} | fields
        query = urlencode({name: value for name, value in wanted.items() if value})
        return f"?{query}" if query else reverse("strategies:list")

    @property
    def current_url(self) -> str:
        return self._url()

    @property
    def archived_url(self) -> str:
        return self._url(archived="1")


def library(user: User, wanted: Wanted, cursor: str = "", undo: Strategy | None = None) -> Library:
    """One page of the library; the number of queries does not grow with it. Raises BadCursor."""
    found = queries.strategy_list(user, wanted.search, wanted.kind, wanted.archived)
    page = page_of(found, queries.NEWEST_FIRST, cursor, PAGE_SIZE)
    newest = queries.newest_versions(page.rows)
    empty = not page.rows and not wanted.is_narrow and not wanted.archived and not cursor
    return Library(
        rows=[_row(strategy, newest.get(strategy.pk)) for strategy in page.rows],
        wanted=wanted,
        kinds=[KindChoice(kind.value, str(kind.label), kind == wanted.kind) for kind in Strategy.Kind],
        newer_url=_page_url(wanted, page.previous),
        older_url=_page_url(wanted, page.next),
        everything_empty=empty and not Strategy.objects.visible_to(user).exists(),
        undo=undo,
    )


def _page_url(wanted: Wanted, cursor: str) -> str:
    if not cursor:
        return ""
    fields = {"search": wanted.search, "kind": wanted.kind, "archived": "1" if wanted.archived else ""}
    return "?" + urlencode({name: value for name, value in (fields | {"cursor": cursor}).items() if value})


def _row(strategy: Strategy, newest: StrategyVersion | None) -> LibraryRow:
    market = ((newest.spec if newest else None) or {}).get("market") or {}
    words = [str(word) for word in (market.get("instrument"), market.get("timeframe")) if word]
    indicators = list(dict.fromkeys(indicator_words(item) for item in (newest.indicators if newest else None) or []))
    return LibraryRow(strategy, " · ".join(words), indicators[:MAX_SHOWN], max(0, len(indicators) - MAX_SHOWN))


@dataclass(frozen=True, slots=True)
class VersionRow:
    version: StrategyVersion
    indicators: str
    passed: bool
    origin: str
    chosen_old: bool
    chosen_new: bool


@dataclass(frozen=True, slots=True)
class StrategyPage:
    strategy: Strategy
    versions: list[VersionRow]
    newer_url: str
    older_url: str
    rename_error: str = ""
    rename_text: str = ""

    @property
    def can_compare(self) -> bool:
        return self.strategy.last_number > 1


def strategy_page(strategy: Strategy, cursor: str = "", rename_text: str = "", rename_error: str = "") -> StrategyPage:
    """A strategy with its versions, the newest first, in one query. Raises BadCursor."""
    found = queries.version_list(strategy).defer("code", "spec", "validation")
    page = page_of(found, ("-number",), cursor, VERSIONS_SIZE)
    return StrategyPage(
        strategy,
        [
            VersionRow(
                version,
                ", ".join(indicator_words(indicator) for indicator in version.indicators),
                version.run == StrategyVersion.Run.PASSED,
                origin_words(version),
                chosen_old=place == min(1, len(page.rows) - 1),
                chosen_new=place == 0,
            )
            for place, version in enumerate(page.rows)
        ],
        newer_url=f"?cursor={page.previous}" if page.previous else "",
        older_url=f"?cursor={page.next}" if page.next else "",
        rename_error=rename_error,
        rename_text=rename_text or strategy.name,
    )
