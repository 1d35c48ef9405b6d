"""The rows of one example, read at one moment, and what must be true of them at every moment."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from chat.models import JournalEntry, Message, Turn, UsageRecord
from chat.text import REPLACEMENT
from strategies.models import StrategyVersion

Marks = dict[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Truth:
    turns: dict[str, Turn]
    replies: dict[str, Message]  # by turn
    journal: dict[str, dict[int, str]]  # by turn: text by seq
    calls: dict[str, list[tuple[Any, ...]]]  # by turn: its ledger rows
    versions: list[tuple[Any, ...]]
    marks: "Marks"

    def text(self, turn_id: str) -> str:
        """What is stored of a reply."""
        if (reply := self.replies.get(turn_id)) is not None:
            return reply.content
        return "".join(text for _seq, text in sorted(self.journal.get(turn_id, {}).items()))

    def ended(self, turn_id: str) -> bool:
        return turn_id in self.turns and self.turns[turn_id].status != Turn.Status.RUNNING

    def final(self, turn_id: str) -> tuple[Any, ...]:
        """What nobody may change after a turn's end."""
        turn = self.turns[turn_id]
        return turn.status, turn.last_seq, turn.digest, turn.error_code, self.text(turn_id), self.calls.get(turn_id)


def read_truth(conversations: Collection[uuid.UUID], last: Truth | None = None) -> Truth:
    """Without a transaction, as pages read: again when a turn moved meanwhile; ``last`` where none has moved since."""
    marks = _marks(conversations)
    if last is not None and marks == last.marks:
        return last
    while True:
        found = Turn.objects.filter(conversation_id__in=conversations).select_related("user_message")
        turns = {str(turn.pk): turn for turn in found}
        journal: dict[str, dict[int, str]] = {}
        for turn_id, seq, text in JournalEntry.objects.filter(turn_id__in=turns).values_list("turn_id", "seq", "text"):
            journal.setdefault(str(turn_id), {})[seq] = text
        replies = {
            str(message.turn_id): message
            for message in Message.objects.filter(turn_id__in=turns, role=Message.Role.ASSISTANT)
        }
        calls: dict[str, list[tuple[Any, ...]]] = {}
        for turn_id, *row in (
            UsageRecord.objects.filter(turn_uuid__in=turns)
            .order_by("pk")
            .values_list("turn_uuid", "purpose", "attempt", "state", "outcome", "input_tokens", "output_tokens")
        ):
            calls.setdefault(str(turn_id), []).append(tuple(row))
        versions = list(
            StrategyVersion.objects.filter(strategy__conversation__in=conversations)
            .order_by("pk")
            .values_list("pk", "number", "code_sha256", "code", "message_id")
        )
        before, marks = marks, _marks(conversations)
        if before == marks:
            return Truth(turns, replies, journal, calls, versions, marks)


def _marks(conversations: Collection[uuid.UUID]) -> Marks:
    """What moves with every change of a turn."""
    found = Turn.objects.filter(conversation_id__in=conversations).order_by("pk")
    return {str(pk): tuple(row) for pk, *row in found.values_list("pk", "status", "last_seq", "rev", "stop_requested")}


def check_rows(truth: Truth) -> None:
    """What holds in the rows alone (P3, P5, and the sums of ``docs/turns.md`` 6)."""
    running = Counter(t.conversation_id for t in truth.turns.values() if t.status == Turn.Status.RUNNING)
    assert all(count == 1 for count in running.values()), "two turns run in one conversation"
    requests = Counter(turn.request_id for turn in truth.turns.values())
    assert all(count == 1 for count in requests.values()), "one request_id has two turns"
    for turn_id, turn in truth.turns.items():
        text = truth.text(turn_id)
        sums = (len(text), hashlib.sha256(text.encode()).hexdigest())
        assert sums == (turn.chars, turn.digest), f"turn {turn_id} ({turn.status}) is not what its row says"
        journal = truth.journal.get(turn_id, {})
        if turn.status == Turn.Status.RUNNING:
            assert turn_id not in truth.replies, "a running turn has a stored reply"
            assert sorted(journal) == list(range(1, turn.last_seq + 1)), "the journal has a gap or a repeat"
        else:
            reply = truth.replies.get(turn_id)
            assert reply is not None, f"turn {turn_id} ended {turn.status} without a reply"
            assert (reply.pk, reply.sequence, reply.status) == (turn.reply_id, turn.reply_sequence, turn.status)
            assert max(journal, default=0) <= turn.last_seq, "the journal was written after the end"
        said = turn.user_message
        assert said is None or said.sequence == turn.reply_sequence - 1, "the reply does not stand behind its message"
        calls = truth.calls.get(turn_id, [])
        keys = [row[:2] for row in calls]
        assert len(keys) == len(set(keys)), "one attempt has two ledger rows"
        if turn.status != Turn.Status.RUNNING:
            assert all(row[2] != UsageRecord.State.OPEN for row in calls), "an ended turn has an open ledger row"


def clean(pieces: list[str]) -> str:
    """What the pieces of a model's stream are as text: emoji halves joined, the rest of them and NUL replaced."""
    text, result, at = "".join(pieces), [], 0
    while at < len(text):
        pair = text[at : at + 2]
        if len(pair) == 2 and "\ud800" <= pair[0] <= "\udbff" and "\udc00" <= pair[1] <= "\udfff":
            result.append(chr(0x10000 + (ord(pair[0]) - 0xD800) * 0x400 + ord(pair[1]) - 0xDC00))
            at += 2
            continue
        result.append(REPLACEMENT if pair[0] == "\x00" or "\ud800" <= pair[0] <= "\udfff" else pair[0])
        at += 1
    return "".join(result)


def comes_from(text: str, pieces: list[str]) -> bool:
    """Whether ``text`` is what the model said up to some point; a cut may leave half an emoji behind."""
    whole = clean(pieces)
    return whole.startswith(text) or (text.endswith(REPLACEMENT) and whole.startswith(text[:-1]))
