"""Where a conversation's strategy stands: its spec at a message, how mature it is, and the state that follows."""

from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from django.db import connection

from chat.models import Conversation, Message
from strategies.maturity import Maturity, assess
from strategies.models import StrategySpec
from strategies.parsing.patch import SpecPatch
from strategies.spec import Spec, from_json, to_json

State = Conversation.State
SPEC_KINDS = (Conversation.Kind.STRATEGY, Conversation.Kind.TRADING_SYSTEM, Conversation.Kind.INDICATOR)


class Revised(Protocol):
    """A spec of any kind at a message."""

    @property
    def revision(self) -> int: ...


@dataclass(frozen=True, slots=True)
class SpecAt:
    """The newest revision on the path to a message; revision 0 is the empty spec before anything was said."""

    revision: int = 0
    spec: Spec = field(default_factory=Spec)
    sources: dict[str, Any] = field(default_factory=dict)

    @property
    def held(self) -> frozenset[str]:
        """Paths that the person set by hand."""
        return frozenset(path for path, source in self.sources.items() if source.get("by") == "person")

    @property
    def declined(self) -> frozenset[str]:
        """Paths that the person wants none of."""
        return frozenset(path for path, source in self.sources.items() if source.get("declined"))


def has_spec(conversation: Conversation) -> bool:
    return conversation.kind in SPEC_KINDS


def spec_at(conversation: Conversation, message_id: UUID | None) -> SpecAt:
    """The spec at a message: the newest revision among its ancestors', in one query."""
    row = newest_row(conversation, message_id)
    return SpecAt(row.revision, from_json(row.spec), row.sources) if row is not None else SpecAt()


def newest_row(conversation: Conversation, message_id: UUID | None) -> StrategySpec | None:
    """The newest revision among a message's ancestors, whatever kind of spec it holds."""
    row_id = _newest_revision(conversation.pk, message_id)
    return StrategySpec.objects.filter(pk=row_id).first() if row_id is not None else None


MOST_UNDONE = 200  # revisions of a path that are looked at


def taken_back(conversation: Conversation, message_id: UUID | None) -> tuple[StrategySpec | None, bool]:
    """The revision that stands when the last change before a message is taken back, and whether there is such a change.

    None with True is the empty plan. Taking back twice goes back two changes: what was taken back counts no more.
    What the rules and then the model read in one message is one change.
    """
    rows = reversed(revisions_on_path(conversation, message_id, MOST_UNDONE))
    standing: list[StrategySpec] = []  # the last revision of each change
    for row in rows:
        if row.origin == StrategySpec.Origin.UNDO:
            standing = standing[:-1]
        elif standing and row.origin == StrategySpec.Origin.MODEL and _of_one_message(standing[-1], row):
            standing[-1] = row
        else:
            standing.append(row)
    return (standing[-2] if len(standing) > 1 else None), bool(standing)


def _of_one_message(before: StrategySpec, row: StrategySpec) -> bool:
    return before.origin == StrategySpec.Origin.RULES and before.message_id == row.message_id is not None


def revisions_on_path(
    conversation: Conversation, message_id: UUID | None, most: int, below: int | None = None
) -> list[StrategySpec]:
    """Newest first, those before revision ``below``; in two queries."""
    ids = _revisions_on_path(conversation.pk, message_id, most, below)
    return list(StrategySpec.objects.filter(pk__in=ids).order_by("-revision"))


def _revisions_on_path(
    conversation_id: UUID, message_id: UUID | None, most: int = MOST_UNDONE, below: int | None = None
) -> list[int]:
    """Newest first; those that belong to no message are on every path."""
    messages = connection.ops.quote_name(Message._meta.db_table)
    specs = connection.ops.quote_name(StrategySpec._meta.db_table)
    sql = (
        "WITH RECURSIVE path(id, parent_id) AS ("  # noqa: S608 - the tables' own names
        f" SELECT id, parent_id FROM {messages} WHERE id = %s"
        f" UNION ALL SELECT m.id, m.parent_id FROM {messages} m JOIN path ON m.id = path.parent_id"
        f") SELECT s.id FROM {specs} s WHERE s.conversation_id = %s"
        " AND (s.message_id IS NULL OR s.message_id IN (SELECT id FROM path))"
        " AND s.revision < %s ORDER BY s.revision DESC LIMIT %s"
    )
    nobody, newest = UUID(int=0), 2**31 - 1
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            [_parameter(message_id or nobody), _parameter(conversation_id), newest if below is None else below, most],
        )
        return [int(row[0]) for row in cursor.fetchall()]


def _newest_revision(conversation_id: UUID, message_id: UUID | None) -> int | None:
    return next(iter(_revisions_on_path(conversation_id, message_id, 1)), None)


def _parameter(value: UUID) -> UUID | str:
    return value if connection.features.has_native_uuid_field else value.hex


def add_revision(
    conversation: Conversation,
    spec: Spec | dict[str, Any],
    sources: dict[str, Any],
    message_id: UUID | None,
    origin: str = StrategySpec.Origin.RULES,
) -> int:
    """The next revision; the caller holds the conversation's row, so the count cannot be taken twice."""
    newest = StrategySpec.objects.filter(conversation=conversation).order_by("-revision").first()
    revision = newest.revision + 1 if newest is not None else 1
    StrategySpec.objects.create(
        conversation=conversation,
        revision=revision,
        message_id=message_id,
        spec=spec if isinstance(spec, dict) else to_json(spec),
        sources=sources,
        origin=origin,
    )
    return revision


def maturity_of(conversation: Conversation, at: SpecAt, language: str) -> Maturity:
    return assess(at.spec, conversation.kind, language, at.declined)


def state_at(conversation: Conversation, message_id: UUID | None, at: "Revised", ready: bool) -> str:
    """The flow's state on the branch that ends in ``message_id``.

    The stored state is that of the shown branch; on another one it follows from the spec and the versions there.
    """
    if not ready:
        return State.DISCUSSING
    if message_id == conversation.head_id and conversation.state in (State.READY, State.GENERATED):
        return conversation.state
    from strategies.models import StrategyVersion

    made = StrategyVersion.objects.filter(
        strategy__conversation=conversation, spec_revision=at.revision, message__isnull=False
    ).exists()
    return State.GENERATED if made else State.READY


def settle_state(conversation: Conversation, *, ready: bool, changed: bool) -> None:
    """The state after a spec was read or edited; saved by the caller."""
    if not ready:
        walk_to(conversation, State.DISCUSSING)
    elif changed or conversation.state != State.GENERATED:
        walk_to(conversation, State.READY)


def walk_to(conversation: Conversation, state: str) -> None:
    """Go to a state through the declared steps, also where another branch left its own state behind."""
    if conversation.state == State.GENERATING and state != State.GENERATED:
        conversation.move_to(State.READY)
    if conversation.state == state:
        return
    if state in (State.GENERATING, State.GENERATED) and conversation.state != State.GENERATING:
        conversation.move_to(State.READY)
        conversation.move_to(State.GENERATING)
    conversation.move_to(state)


def sources_after(at: SpecAt, spec: Spec, patch: SpecPatch, message_id: UUID) -> dict[str, Any]:
    """Where each item of the spec comes from, after a message."""
    sources = dict(at.sources)
    for path, words in patch.sources.items():
        if path == "direction" and patch.direction_implied and spec.direction == at.spec.direction:
            continue
        sources[path] = {"words": words[:300], "message": str(message_id), "by": "rules"}
        if path.startswith("risk.") and patch.risk.get(path.removeprefix("risk."), 0) is None:
            sources[path]["declined"] = True
    present = _paths(spec)
    return {path: source for path, source in sources.items() if path in present or source.get("declined")}


def _paths(spec: Spec) -> set[str]:
    data = to_json(spec)
    paths = {f"market.{name}" for name, value in data["market"].items() if value is not None}
    paths |= {f"risk.{name}" for name, value in data["risk"].items() if value is not None}
    paths |= {name for name in ("entry", "exit", "direction") if data[name] is not None}
    paths |= {f"indicators.{item['name']}" for item in data["indicators"]}
    return paths | {f"excluded.{name}" for name in data["excluded"]}


def hand_sources(at: SpecAt, spec: Spec) -> dict[str, Any]:
    """Where each item comes from after an edit by hand: what changed or was emptied is the person's."""
    before, after = _values(at.spec), _values(spec)
    sources = {path: source for path, source in at.sources.items() if path in after and before.get(path) == after[path]}
    for path, value in after.items():
        if before.get(path) != value:
            sources[path] = {"words": "", "message": None, "by": "person"}
    for path in before:
        if path not in after:
            sources[path] = {"words": "", "message": None, "by": "person", "declined": True}
    return sources


def _values(spec: Spec) -> dict[str, Any]:
    data = to_json(spec)
    values: dict[str, Any] = {}
    for group in ("market", "risk"):
        values |= {f"{group}.{name}": value for name, value in data[group].items() if value is not None}
    values |= {name: data[name] for name in ("entry", "exit", "direction") if data[name] is not None}
    for item in data["indicators"]:
        values.setdefault(f"indicators.{item['name']}", []).append(item["params"])
    return values | {f"excluded.{name}": True for name in data["excluded"]}
