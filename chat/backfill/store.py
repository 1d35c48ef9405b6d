"""Writes exchanges as a live conversation would have left them; every id follows from the source, so twice is once."""

import hashlib
import re
from collections.abc import Iterator, Set
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID, uuid5

from chat.backfill.insertion import Batch
from chat.backfill.legacy import Said, Talk
from chat.backfill.thread import Exchange
from chat.backfill.times import moment
from chat.models import Conversation, Message, Turn, UsageRecord
from chat.models.turn import TurnStatus
from chat.text import as_title

NAMESPACE = UUID("6a1d8d0e-1f3b-5c59-9a40-3f6c6f4b7c11")
SPILL = 4_000  # messages of a conversation that are held before they are written
_CHINESE = re.compile("[\u3400-\u9fff]")
IMPORTED = "imported"
LOST = "reply_lost"
_CODE_SIGNS = (("class ", "Strategy"), ("def indicator(", "def indicator("))
_PROVIDERS = (("claude", "anthropic"), ("gpt", "openai"), ("chatgpt", "openai"), ("o1", "openai"), ("o3", "openai"))


def conversation_id(talk: Talk) -> UUID:
    return uuid5(NAMESPACE, f"{talk.user}\n{talk.session}")


def named(conversation: UUID, what: str) -> UUID:
    """The id of a row of the conversation. All begin alike, so that each index is written in one place for a talk."""
    told = int.from_bytes(blake2b(what.encode(), key=conversation.bytes, digest_size=8).digest())
    return UUID(int=conversation.int >> 64 << 64 | 0b10 << 62 | told >> 2)


def message_id(conversation: UUID, said: Said) -> UUID:
    return named(conversation, said.where)


def message_ids(conversation: UUID, exchange: Exchange) -> Iterator[UUID]:
    """Of the rows of the source alone."""
    for said in (exchange.question, exchange.reply, *exchange.notices):
        if said is not None:
            yield message_id(conversation, said)


def provider_of(model: str) -> str:
    name = model.lower().rpartition("/")[2]
    return next((provider for sign, provider in _PROVIDERS if name.startswith(sign)), "legacy")


def tokens_of(text: str) -> int:
    """About four bytes of UTF-8 a token, as everywhere that is estimated."""
    return -(-len(text.encode()) // 4)


class Writing:
    """One conversation as rows of a batch, its own row last. ``billed`` are turns whose call the ledger has already."""

    def __init__(self, talk: Talk, owner: int, batch: Batch, billed: Set[UUID] = frozenset()) -> None:
        self.id = conversation_id(talk)
        self._talk = talk
        self._owner = owner
        self._batch = batch
        self._billed = billed
        self._sequence = 0
        self._head: UUID | None = None
        self._title = as_title(talk.title)
        self._first: datetime | None = None
        self._last: datetime | None = None

    @property
    def rows(self) -> int:
        """Messages."""
        return self._sequence

    def add(self, exchange: Exchange) -> None:
        self._add_turn(exchange.question, exchange.reply)
        for notice in exchange.notices:
            self._add_message(message_id(self.id, notice), notice.content, Message.Role.NOTICE, moment(notice.at))
        if self._batch.waiting(Message) >= SPILL:
            self._batch.spill()

    def finish(self) -> bool:
        """False where there was nothing to keep."""
        if self._head is None or self._first is None or self._last is None:
            return False
        self._batch.add(
            Conversation,
            {
                "id": self.id,
                "owner_id": self._owner,
                "kind": self._talk.kind,
                "title": self._title,
                "head_id": self._head,
                "rev": 1,
                "next_sequence": self._sequence + 1,
                "created_at": self._first,
                "updated_at": self._last,
            },
        )
        return True

    def _add_turn(self, question: Said | None, reply: Said | None) -> None:
        told, origin = reply or question, question or reply
        if told is None or origin is None:
            return
        asked_at, ended_at = moment((question or told).at), moment(told.at)
        content = reply.content if reply is not None else ""
        turn = named(self.id, f"turn {origin.where}")
        reply_id = message_id(self.id, reply) if reply is not None else named(self.id, f"reply {origin.where}")
        status = _status(reply)
        purpose = Turn.Purpose.GENERATE if _has_code(content) else Turn.Purpose.CHAT
        provider = model = error_code = error_message = ""
        if reply is None:
            error_code = LOST
        elif status == TurnStatus.FAILED:
            error_code, error_message = "provider_error", reply.error
        if reply is not None and not reply.is_code:
            provider, model = provider_of(reply.model), reply.model
            if turn not in self._billed:
                self._add_call(turn, reply, provider, purpose, status)
        asked = None
        if question is not None:
            asked = message_id(self.id, question)
            self._add_message(asked, question.content, Message.Role.USER, asked_at, turn)
            self._title = self._title or as_title(" ".join(question.content.split()))
        parent = self._head
        kind = Message.Kind.CODE if purpose == Turn.Purpose.GENERATE else Message.Kind.TEXT
        self._add_message(reply_id, content, Message.Role.ASSISTANT, ended_at, turn, model, status, kind)
        self._batch.add(
            Turn,
            {
                "id": turn,
                "conversation_id": self.id,
                "user_id": self._owner,
                "request_id": named(self.id, f"request {origin.where}"),
                "command": Turn.Command.AI_CHAT if question is not None else Turn.Command.REGENERATE,
                "fields_sha256": hashlib.sha256(origin.where.encode()).hexdigest(),
                "purpose": purpose,
                "language": "zh-hans" if _CHINESE.search(origin.content) else "en",
                "status": status,
                "token": named(self.id, f"token {origin.where}"),
                "rev": 1,
                "user_message_id": asked,
                "reply_id": reply_id,
                "reply_sequence": self._sequence,
                "reply_parent_id": parent,
                "last_seq": 1 if content else 0,
                "chars": len(content),
                "digest": hashlib.sha256(content.encode()).hexdigest(),
                "provider": provider,
                "model": model,
                "stop_reason": IMPORTED,
                "error_code": error_code,
                "error_message": error_message,
                "started_at": asked_at,
                "ended_at": ended_at,
            },
        )

    def _add_message(
        self,
        pk: UUID,
        content: str,
        role: str,
        at: datetime,
        turn: UUID | None = None,
        model: str = "",
        status: str = TurnStatus.COMPLETE,
        kind: str = Message.Kind.TEXT,
    ) -> None:
        self._sequence += 1
        self._batch.add(
            Message,
            {
                "id": pk,
                "conversation_id": self.id,
                "turn_id": turn,
                "parent_id": self._head,
                "sequence": self._sequence,
                "role": role,
                "kind": kind,
                "content": content,
                "status": status,
                "model": model,
                "created_at": at,
            },
        )
        self._head = pk
        self._first = self._first or at
        self._last = max(self._last or at, at)

    def _add_call(self, turn: UUID, reply: Said, provider: str, purpose: str, status: str) -> None:
        """What the earlier system knew of the call; `backfill_usage` fills in what is missing."""
        said = tokens_of(reply.content)
        split = reply.tokens is not None and reply.tokens > said
        at = moment(reply.at)
        row: dict[str, Any] = {
            "turn_id": turn,
            "turn_uuid": turn,
            "conversation_uuid": self.id,
            "user_id": self._owner,
            "user_number": self._owner,
            "purpose": purpose,
            "attempt": 1,
            "provider": provider,
            "model": reply.model,
            "state": UsageRecord.State.ESTIMATED,
            "outcome": status,
            "input_tokens": reply.tokens - said if split and reply.tokens is not None else None,
            "output_tokens": said if split else None,
            "day": at.date(),
            "created_at": at,
            "settled_at": at,
        }
        self._batch.add(UsageRecord, row)


def _status(reply: Said | None) -> str:
    if reply is None:
        return TurnStatus.INTERRUPTED
    return TurnStatus.FAILED if reply.failed or (reply.error and not reply.content) else TurnStatus.COMPLETE


def _has_code(text: str) -> bool:
    return any(first in text and second in text for first, second in _CODE_SIGNS)
