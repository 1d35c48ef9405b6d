"""Writes exchanges as a live conversation would have left them; every id follows from the source, so twice is once."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db.models import Model

from chat.backfill.insertion import insert
from chat.backfill.legacy import Said, Talk
from chat.backfill.thread import Exchange
from chat.backfill.times import moment
from chat.models import Conversation, Message, Turn, UsageRecord
from chat.models.turn import TurnStatus
from chat.text import as_title

NAMESPACE = UUID("6a1d8d0e-1f3b-5c59-9a40-3f6c6f4b7c11")
BATCH = 200  # exchanges held before they are written
_CHINESE = re.compile("[\u3400-\u9fff]")
IMPORTED = "imported"
LOST = "reply_lost"
_CODE_SIGNS = (("class ", "Strategy"), ("def indicator(", "def indicator("))
_PROVIDERS = (("claude", "anthropic"), ("gpt", "openai"), ("chatgpt", "openai"), ("o1", "openai"), ("o3", "openai"))


def conversation_id(talk: Talk) -> UUID:
    return uuid5(NAMESPACE, f"{talk.user}\n{talk.session}")


def message_id(conversation: UUID, said: Said) -> UUID:
    return uuid5(conversation, said.where)


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
    """One conversation, inside the caller's transaction, its own row last; without ``stored`` it is only counted."""

    def __init__(self, talk: Talk, owner: int, stored: bool = True) -> None:
        self._stored = stored
        self.id = conversation_id(talk)
        self._talk = talk
        self._owner = owner
        self._turns: list[Turn] = []
        self._messages: list[Message] = []
        self._calls: list[UsageRecord] = []
        self._sequence = 0
        self._head: UUID | None = None
        self._title = as_title(talk.title)
        self._first: datetime | None = None
        self._last: datetime | None = None
        self.rows = 0

    def add(self, exchange: Exchange) -> None:
        self._add_turn(exchange.question, exchange.reply)
        for notice in exchange.notices:
            self._add_message(message_id(self.id, notice), notice.content, Message.Role.NOTICE, moment(notice.at))
        if len(self._messages) >= 2 * BATCH:
            self._flush()

    def finish(self) -> bool:
        """False where there was nothing to keep, and nothing was written."""
        if self._head is None or self._first is None or self._last is None:
            return False
        self._flush()
        self._insert(
            [
                Conversation(
                    id=self.id,
                    owner_id=self._owner,
                    kind=self._talk.kind,
                    title=self._title,
                    head_id=self._head,
                    rev=1,
                    next_sequence=self._sequence + 1,
                    created_at=self._first,
                    updated_at=self._last,
                )
            ]
        )
        return True

    def _add_turn(self, question: Said | None, reply: Said | None) -> None:
        told, origin = reply or question, question or reply
        if told is None or origin is None:
            return
        asked_at = moment((question or told).at)
        content = reply.content if reply is not None else ""
        status = _status(reply)
        turn = Turn(
            id=uuid5(self.id, f"turn {origin.where}"),
            conversation_id=self.id,
            user_id=self._owner,
            request_id=uuid5(self.id, f"request {origin.where}"),
            command=Turn.Command.AI_CHAT if question is not None else Turn.Command.REGENERATE,
            fields_sha256=hashlib.sha256(origin.where.encode()).hexdigest(),
            purpose=Turn.Purpose.GENERATE if _has_code(content) else Turn.Purpose.CHAT,
            language="zh-hans" if _CHINESE.search(origin.content) else "en",
            status=status,
            token=uuid5(self.id, f"token {origin.where}"),
            rev=1,
            reply_id=message_id(self.id, reply) if reply is not None else uuid5(self.id, f"reply {origin.where}"),
            reply_sequence=0,
            last_seq=1 if content else 0,
            chars=len(content),
            digest=hashlib.sha256(content.encode()).hexdigest(),
            stop_reason=IMPORTED,
            started_at=asked_at,
            ended_at=moment(told.at),
        )
        if reply is None:
            turn.error_code = LOST
        elif status == TurnStatus.FAILED:
            turn.error_code, turn.error_message = "provider_error", reply.error
        if reply is not None and not reply.is_code:
            turn.provider, turn.model = provider_of(reply.model), reply.model
            self._add_call(turn, reply)
        if question is not None:
            asked = message_id(self.id, question)
            self._add_message(asked, question.content, Message.Role.USER, asked_at, turn=turn.id)
            turn.user_message_id = asked
            self._title = self._title or as_title(" ".join(question.content.split()))
        turn.reply_parent_id = self._head
        kind = Message.Kind.CODE if turn.purpose == Turn.Purpose.GENERATE else Message.Kind.TEXT
        self._add_message(
            turn.reply_id, content, Message.Role.ASSISTANT, moment(told.at), turn.id, turn.model, status, kind
        )
        turn.reply_sequence = self._sequence
        self._turns.append(turn)

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
        self._messages.append(
            Message(
                id=pk,
                conversation_id=self.id,
                turn_id=turn,
                parent_id=self._head,
                sequence=self._sequence,
                role=role,
                kind=kind,
                content=content,
                status=status,
                model=model,
                created_at=at,
            )
        )
        self._head = pk
        self._first = self._first or at
        self._last = max(self._last or at, at)
        self.rows += 1

    def _add_call(self, turn: Turn, reply: Said) -> None:
        """What the earlier system knew of the call; `backfill_usage` fills in what is missing."""
        said = tokens_of(reply.content)
        split = reply.tokens is not None and reply.tokens > said
        self._calls.append(
            UsageRecord(
                turn_id=turn.id,
                turn_uuid=turn.id,
                conversation_uuid=self.id,
                user_id=self._owner,
                user_number=self._owner,
                purpose=turn.purpose,
                attempt=1,
                provider=turn.provider,
                model=turn.model,
                state=UsageRecord.State.ESTIMATED,
                outcome=turn.status,
                input_tokens=reply.tokens - said if split and reply.tokens is not None else None,
                output_tokens=said if split else None,
                day=moment(reply.at).date(),
                created_at=moment(reply.at),
                settled_at=moment(reply.at),
            )
        )

    def _flush(self) -> None:
        self._insert(self._turns)
        self._insert(self._messages)
        self._insert(_new_calls(self._calls))
        self._turns, self._messages, self._calls = [], [], []

    def _insert(self, rows: Sequence[Model]) -> None:
        if self._stored:
            insert(rows)


def _new_calls(calls: list[UsageRecord]) -> list[UsageRecord]:
    """The ledger outlives conversations: what it has of a call stays."""
    turns = [call.turn_uuid for call in calls]
    here = set(UsageRecord.objects.filter(turn_uuid__in=turns).order_by().values_list("turn_uuid", flat=True))
    return [call for call in calls if call.turn_uuid not in here]


def _status(reply: Said | None) -> str:
    if reply is None:
        return TurnStatus.INTERRUPTED
    return TurnStatus.FAILED if reply.failed or (reply.error and not reply.content) else TurnStatus.COMPLETE


def _has_code(text: str) -> bool:
    return any(first in text and second in text for first, second in _CODE_SIGNS)
