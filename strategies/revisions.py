"""The changes of a plan on the shown branch, newest first: what each changed, by whom, and the words it came from."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from chat.models import Conversation
from strategies import flow
from strategies.models import StrategySpec
from strategies.wording import changes_in_words

IN_PANEL = 5
ON_PAGE = 30


@dataclass(frozen=True, slots=True)
class Change:
    revision: int
    at: datetime
    origin: str
    by: str  # the origin in words
    lines: list[str]
    message: str  # the id of the message it belongs to, or ""


@dataclass(frozen=True, slots=True)
class Changes:
    """``older`` is where the next page begins: those below that revision; None on the last one."""

    rows: list[Change]
    older: int | None


def newest(conversation: Conversation) -> Changes:
    return page(conversation, None, IN_PANEL)


def page(conversation: Conversation, below: int | None, limit: int = ON_PAGE) -> Changes:
    """Those below a revision; the cost does not grow with the history."""
    rows = flow.revisions_on_path(conversation, conversation.head_id, limit + 1, below)
    before = [*rows[1:], None][: len(rows)]
    changes = [_change(row, old) for row, old in zip(rows, before, strict=True)][:limit]
    return Changes(changes, changes[-1].revision if len(rows) > limit else None)


def _change(row: StrategySpec, before: StrategySpec | None) -> Change:
    by_words = row.origin in (StrategySpec.Origin.RULES, StrategySpec.Origin.MODEL, StrategySpec.Origin.UNDO)
    return Change(
        revision=row.revision,
        at=row.created_at,
        origin=row.origin,
        by=_("From what you wrote") if row.origin == StrategySpec.Origin.RULES else row.get_origin_display(),
        lines=changes_in_words(before.spec if before is not None else {}, row.spec),
        message=str(row.message_id) if by_words and row.message_id is not None else "",
    )
