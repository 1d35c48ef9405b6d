"""The import of a legacy database: whole conversations, several in one transaction, each once."""

from collections.abc import Callable, Generator, Iterator, Mapping, Set
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.contrib.auth import get_user_model

from chat.backfill import legacy, store
from chat.backfill.insertion import Batch, with_room
from chat.backfill.legacy import Legacy, Talk
from chat.backfill.report import Report
from chat.backfill.thread import exchanges
from chat.models import Conversation, Message, Turn, UsageRecord

COMMIT_ROWS = 1_000  # messages; a server beside waits for no more than one commit
TALKS = 100  # that are looked for at once
LOOK_UP = 500


@dataclass(frozen=True, slots=True)
class _Wanted:
    talk: Talk
    owner: int
    billed: Set[UUID]  # turns whose calls the ledger has: it outlives conversations


@dataclass(slots=True)
class Import:
    """``people`` names users here by user number there; ``fallback`` is whoever gets the rows of unknown users."""

    report: Report
    people: Mapping[str, str] = field(default_factory=dict)
    fallback: str = ""
    dry_run: bool = False
    limit: int | None = None
    progress: Callable[[int, int], None] = lambda done, total: None
    _owners: dict[str, int | None] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def run(self, source: Path) -> None:
        """Import all that is not here; raises legacy.SourceUnreadable, with what was committed until then kept."""
        with legacy.opened(source, self.report) as found:
            with_room()
            self._names = found.names_of_users()
            total = found.index()
            self._import(found, total)

    def _import(self, found: Legacy, total: int) -> None:
        with closing(self._wanted(found)) as talks:
            ended = False
            while not ended:
                ended = self._import_batch(talks)
                self.progress(self.report.made["messages"], total)

    def _wanted(self, found: Legacy) -> "Generator[_Wanted, None, None]":
        """Those of people who are here, and which are not."""
        talks = found.talks()
        while page := list(islice(talks, TALKS)):
            ids = [store.conversation_id(talk) for talk in page]
            here = set(Conversation.objects.filter(pk__in=ids).values_list("pk", flat=True))
            billed: dict[UUID, set[UUID]] = {}
            for record in UsageRecord.objects.filter(conversation_uuid__in=ids).order_by():
                billed.setdefault(record.conversation_uuid, set()).add(record.turn_uuid)
            for pk, talk in zip(ids, page, strict=True):
                if talk.note:
                    self.report.decide(talk.note, talk.where)
                where = f"user={talk.user or 'none'}:session={talk.session or 'none'}"
                owner = self._owner(talk.user)
                if owner is None:
                    self.report.decide("user-unknown", where)
                elif pk in here:
                    self._look_for_more(talk, where)
                else:
                    yield _Wanted(talk, owner, billed.get(pk, frozenset()))

    def _import_batch(self, talks: "Iterator[_Wanted]") -> bool:
        """Whether there was nothing more to do."""
        rows = 0
        with Batch(Conversation, Turn, Message, UsageRecord, stored=not self.dry_run) as batch:
            while rows < COMMIT_ROWS:
                if self.limit is not None and self.report.made["conversations"] >= self.limit:
                    return True
                wanted = next(talks, None)
                if wanted is None:
                    return True
                writing = store.Writing(wanted.talk, wanted.owner, batch, wanted.billed)
                for exchange in exchanges(wanted.talk.rows, self.report):
                    writing.add(exchange)
                if writing.finish():
                    self.report.made["conversations"] += 1
                    self.report.made["messages"] += writing.rows
                rows += writing.rows
        return False

    def _look_for_more(self, talk: Talk, where: str) -> None:
        """What a person has is never written into; what the source has beside it is told."""
        pk = store.conversation_id(talk)
        waiting: list[UUID] = []
        missing = 0
        for exchange in exchanges(talk.rows, Report()):
            waiting.extend(store.message_ids(pk, exchange))
            if len(waiting) >= LOOK_UP:
                missing += len(waiting) - Message.objects.filter(pk__in=waiting).count()
                waiting = []
        missing += len(waiting) - Message.objects.filter(pk__in=waiting).count() if waiting else 0
        self.report.decide("source-grew" if missing else "already-here", where)

    def _owner(self, person: str) -> int | None:
        if person not in self._owners:
            self._owners[person] = self._find_owner(person)
        return self._owners[person]

    def _find_owner(self, person: str) -> int | None:
        users = get_user_model().objects
        if person in self.people:
            return users.values_list("pk", flat=True).get(username=self.people[person])
        found = None
        if self._names:
            found = users.filter(username=self._names.get(person, "")).first()
        elif person.isascii() and person.isdigit() and len(person) < 10:
            found = users.filter(pk=int(person)).first()
        if found is None and self.fallback:
            found = users.get(username=self.fallback)
        return found.pk if found is not None else None
