"""The import of an export: each conversation whole and equal to what was exported, or not at all."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, transaction

from chat import portable
from chat.backfill.insertion import insert
from chat.backfill.legacy import SourceUnreadable
from chat.backfill.report import Report
from chat.models import Conversation

LONGEST = 64 * 1024 * 1024  # bytes of a line


class _Refused(Exception):
    def __init__(self, code: str) -> None:
        self.code = code


def is_export(source: Path) -> bool:
    """By its first bytes: SQLite begins otherwise."""
    if not source.is_file():
        return False
    with source.open("rb") as file:
        return file.read(32).lstrip().startswith(b"{")


@dataclass(slots=True)
class ImportLines:
    """``fallback`` is whoever gets conversations of owners that are not here."""

    report: Report
    fallback: str = ""
    dry_run: bool = False
    limit: int | None = None
    progress: Callable[[int, int], None] = lambda done, total: None
    _parts: dict[str, portable.Part] = field(default_factory=dict)
    _place: int = 0

    def run(self, source: Path) -> None:
        self._parts = portable.parts()
        with source.open("rb") as file:
            lines = self._lines(iter(lambda: file.readline(LONGEST), b""))
            first = next(lines, None)
            if first is None or first[1].get("type") != "trademe-export" or first[1].get("version") != portable.VERSION:
                raise SourceUnreadable("source-foreign", "the file does not begin like an export of this version")
            ahead = next(lines, None)
            while ahead is not None and (self.limit is None or self.report.made["conversations"] < self.limit):
                ahead = self._import_one(ahead, lines)
                self.progress(self.report.made["messages"], 0)

    def _lines(self, raw: Iterator[bytes]) -> Iterator[tuple[bytes, dict[str, Any]]]:
        for line in raw:
            self._place += 1
            try:
                told = msgspec.json.decode(line)
            except msgspec.DecodeError:
                told = None
            if not isinstance(told, dict):
                self.report.decide("line-unreadable", f"line:{self._place}")
                told = {"type": "unreadable"}
            self.report.read += 1
            yield line, told

    def _import_one(
        self, ahead: tuple[bytes, dict[str, Any]], lines: Iterator[tuple[bytes, dict[str, Any]]]
    ) -> tuple[bytes, dict[str, Any]] | None:
        """One conversation; the line that begins the next one is given back."""
        where = f"line:{self._place}"
        reader = _Reader(ahead, lines)
        try:
            with transaction.atomic():
                messages = self._store(reader)
                if self.dry_run:
                    transaction.set_rollback(True)
            self.report.made["conversations"] += 1
            self.report.made["messages"] += messages
        except _Refused as refused:
            self.report.decide(refused.code, where)
        except (ValueError, ValidationError):
            self.report.decide("conversation-incomplete", where)
        except IntegrityError:
            self.report.decide("id-taken", where)
        return reader.skip()

    def _store(self, reader: "_Reader") -> int:
        told = reader.first
        if told.get("type") != "conversation":
            raise _Refused("conversation-incomplete")
        conversation = portable.read_row(portable.CONVERSATION, told)
        pk: UUID = conversation["id"]
        users = get_user_model().objects
        owner = users.filter(username=told.get("owner")).first() or users.filter(username=self.fallback).first()
        if owner is None:
            raise _Refused("owner-unknown")
        here = Conversation.objects.filter(pk=pk).first()
        if here is not None:
            raise _Refused("already-here" if here.owner_id == owner.pk else "id-taken")
        insert(Conversation, [{**conversation, "owner_id": owner.pk}])
        messages, last, batch = 0, portable.CONVERSATION, list[portable.Row]()
        for told in reader:
            part = self._parts.get(str(told.get("type")))
            if part is None or part is portable.CONVERSATION:
                raise _Refused("conversation-incomplete")
            row = portable.read_row(part, told)
            if part is not last or len(batch) >= part.at_once:
                insert(last.model, batch)
                last, batch = part, []
            messages += part.name == "message"
            self._refer(row, part, told, pk)
            if self._give(row, part, owner.pk, pk):
                batch.append(row)
        insert(last.model, batch)
        if not reader.whole:
            raise _Refused("conversation-incomplete")
        return messages

    @staticmethod
    def _refer(row: portable.Row, part: portable.Part, told: dict[str, Any], conversation: UUID) -> None:
        for name, reference in part.references.items():
            try:
                row[name] = None if told[name] is None else reference.find(conversation, told[name])
            except (KeyError, ObjectDoesNotExist, TypeError, AttributeError) as error:
                raise ValueError(name) from error

    def _give(self, row: portable.Row, part: portable.Part, owner: int, conversation: UUID) -> bool:
        """What only this database can say; and that the row is of this conversation, whatever the file says."""
        for name in part.given - {"id"}:
            row[name] = part.numbers[name](conversation) if name in part.numbers else owner
        for name in ("conversation_uuid", "conversation_id"):
            if name in row and row[name] != conversation:
                raise _Refused("conversation-incomplete")
        return part.fit(row)


class _Reader:
    """The lines of one conversation, up to its end, hashed as they are read."""

    def __init__(self, first: tuple[bytes, dict[str, Any]], rest: Iterator[tuple[bytes, dict[str, Any]]]) -> None:
        self.first = first[1]
        self.whole = False
        self._rest = rest
        self._sha = hashlib.sha256(first[0])
        self._rows = 1
        self._next: tuple[bytes, dict[str, Any]] | None = None
        self._ended = first[1].get("type") == "end"

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while not self._ended:
            found = next(self._rest, None)
            if found is None or found[1].get("type") == "conversation":
                self._next, self._ended = found, True
                return
            line, told = found
            if told.get("type") == "end":
                self._ended = True
                self.whole = (told.get("rows"), told.get("sha256")) == (self._rows, self._sha.hexdigest())
                return
            self._sha.update(line)
            self._rows += 1
            yield told

    def skip(self) -> tuple[bytes, dict[str, Any]] | None:
        """To the line that begins the next conversation."""
        for _told in self:
            pass
        return self._next if self._next is not None else next(self._rest, None)
