"""Conversations as lines of JSON: what an export writes and ``backfill_messages`` reads back to the same rows.

An app registers the kinds of rows that it keeps with a conversation, in its module ``portable``.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Exists, Field, Model, OuterRef, QuerySet
from django.utils.module_loading import autodiscover_modules

from chat.models import Attachment, AttachmentFile, Conversation, Message, Summary, Turn, UsageRecord
from chat.models.turn import TurnStatus
from chat.verification.snapshot import snapshot

Row = dict[str, Any]  # by column
VERSION = 1
CHUNK = 200  # rows in memory at a time


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that holds a number of this database's: how the row it means is told, and found again."""

    tell: Callable[[Any], Any]
    find: Callable[[UUID, Any], int]  # in the conversation; raises ObjectDoesNotExist, ValueError or TypeError


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of row. ``given`` are the columns that the importing database gives: its numbers of users and rows."""

    name: str
    model: type[Model]
    rows: Callable[[UUID], "QuerySet[Any]"]
    given: frozenset[str] = frozenset()
    numbers: Mapping[str, Callable[[UUID], int]] = field(default_factory=dict)  # of given columns that are no user
    references: Mapping[str, Reference] = field(default_factory=dict)
    at_once: int = CHUNK  # rows in memory
    # makes a row fit what is here, as where a name is taken; False: it is here already
    fit: Callable[[Row], bool] = lambda row: True

    @property
    def fields(self) -> list["Field[Any, Any]"]:
        fields = self.model._meta.concrete_fields
        return [column for column in fields if column.attname not in self.given | self.references.keys()]


def _is_new_call(record: Row) -> bool:
    """The ledger outlives conversations: what it has of a call stays."""
    call = {name: record[name] for name in ("turn_uuid", "purpose", "attempt", "user_number")}
    return not UsageRecord.objects.filter(**call).exists()


def _sent_files(pk: UUID) -> "QuerySet[AttachmentFile]":
    sent = Attachment.objects.filter(file=OuterRef("pk"), message__isnull=False)
    return AttachmentFile.objects.filter(Exists(sent), conversation=pk).order_by("pk")


def _turns(pk: UUID) -> "QuerySet[Turn]":
    found = Turn.objects.filter(conversation=pk).select_related("summary")
    return found.defer("summary__text").order_by("reply_sequence")


def _summary_of(conversation: UUID, upto: Any) -> int:
    return Summary.objects.values_list("pk", flat=True).get(conversation=conversation, upto=UUID(upto))


_parts = [
    Part(
        "summary",
        Summary,
        lambda pk: Summary.objects.filter(conversation=pk).order_by("pk"),
        frozenset({"id"}),
    ),
    Part(
        "turn",
        Turn,
        _turns,
        frozenset({"user_id"}),
        references={"summary_id": Reference(lambda turn: turn.summary and turn.summary.upto_id, _summary_of)},
    ),
    Part("message", Message, lambda pk: Message.objects.filter(conversation=pk).order_by("sequence")),
    Part(
        "usage",
        UsageRecord,
        lambda pk: UsageRecord.objects.filter(conversation_uuid=pk).order_by("pk"),
        frozenset({"id", "user_id", "user_number"}),
        fit=_is_new_call,
    ),
    # images that a message shows; each may have megabytes
    Part("image-file", AttachmentFile, _sent_files, at_once=1),
    Part(
        "image",
        Attachment,
        lambda pk: Attachment.objects.filter(conversation=pk, message__isnull=False).order_by("pk"),
        frozenset({"owner_id"}),
    ),
]
CONVERSATION = Part(
    "conversation", Conversation, lambda pk: Conversation.objects.filter(pk=pk), frozenset({"owner_id"})
)


def register(*parts: Part) -> None:
    _parts.extend(parts)


def parts() -> dict[str, Part]:
    """All kinds by name, in the order in which they are written."""
    autodiscover_modules("portable")
    return {part.name: part for part in (CONVERSATION, *_parts)}


class Running(Exception):
    """A reply of the conversation is being streamed: exported now, it would be half a reply."""


def first_line() -> bytes:
    return _line({"type": "trademe-export", "version": VERSION})


def conversation_lines(pk: UUID) -> Iterator[bytes]:
    """All rows of one conversation as they were at one moment; raises Running before the first line."""
    with snapshot():
        if Turn.objects.filter(conversation=pk, status=TurnStatus.RUNNING).exists():
            raise Running
        sha, rows = hashlib.sha256(), 0
        for part in parts().values():
            for row in part.rows(pk).iterator(chunk_size=part.at_once):
                told = {
                    "type": part.name,
                    **{column.attname: _plain(getattr(row, column.attname)) for column in part.fields},
                    **{name: _plain(reference.tell(row)) for name, reference in part.references.items()},
                }
                if part is CONVERSATION:
                    told["owner"] = row.owner.get_username()
                line = _line(told)
                sha.update(line)
                rows += 1
                yield line
        yield _line({"type": "end", "conversation": str(pk), "rows": rows, "sha256": sha.hexdigest()})


def read_row(part: Part, told: dict[str, Any]) -> Row:
    """The row of a line, without the columns that are given; raises ValueError where it is none."""
    try:
        return {column.attname: column.to_python(told[column.attname]) for column in part.fields}
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{part.name}: {type(error).__name__}") from error


def _line(told: dict[str, Any]) -> bytes:
    return msgspec.json.encode(told) + b"\n"


def _plain(value: object) -> object:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (UUID, Decimal)):
        return str(value)
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(value).decode()
    return value
