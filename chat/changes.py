"""What changed in a conversation, as frames made from rows; all functions are synchronous reads for a follower."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from django.urls import reverse
from django.utils import translation

from chat import hooks, offer, queries, rows
from chat.attachments import sent
from chat.errors import sentence
from chat.ledger import RECORDS
from chat.models import Conversation, Message, Turn
from chat.models.turn import TurnStatus
from chat.protocol import (
    AiChatStart,
    AiStreamChunk,
    AiStreamEnd,
    AiStreamError,
    AiStreamStart,
    ConnectionEstablished,
    ConversationUpdated,
    Error,
    Frame,
    Image,
    NoticeCreated,
    Running,
    StrategyMaturity,
    StrategyVersionCreated,
    UsageTotals,
    UserMessage,
    Version,
    encode,
)
from chat.rendering import render_message
from chat.tables import CONVERSATIONS, MESSAGES, TURNS

MAX_HTML_CONTENT = 256 * 1024  # UTF-8 bytes of content above which a frame carries html_url instead of html


Number = TypeVar("Number", int, Decimal)

_ENTRIES_OF_RUNNING = (
    "SELECT e.seq, e.text FROM chat_journalentry AS e JOIN chat_turn AS t ON t.id = e.turn_id"
    " WHERE e.turn_id = %s AND e.seq > %s AND t.status = 'running' ORDER BY e.seq LIMIT %s"
)


@dataclass(slots=True)
class Stream:
    """How far one socket has been sent a running turn."""

    request_id: str
    turn_id: UUID
    message_id: str
    seq: int = 0


@dataclass(slots=True)
class Seen:
    """What one socket has been told."""

    rev: int = 0
    last_sequence: int = 0
    announced: dict[UUID, str] = field(default_factory=dict)  # running turns: "started" or "called"
    unfollowed: set[UUID] = field(default_factory=set)  # ran before this socket came and were not resumed
    updated: ConversationUpdated | None = None
    spec: tuple[Any, ...] | None = None


@dataclass(slots=True)
class TurnNews:
    turn_id: UUID
    request_id: str
    message_id: str
    running: bool
    follow: bool
    start: list[Frame]
    end: list[Frame]


@dataclass(slots=True)
class News:
    turns: list[TurnNews]
    frames: list[Frame]
    seen: Seen


@dataclass(slots=True)
class ResumeAnswer:
    frames: list[Frame]
    stream: Stream | None = None
    newest: int = 0


def establish(conversation_id: UUID, language: str, page_rev: int | None) -> tuple[ConnectionEstablished, Seen]:
    """The first frame, and what the page is taken to know: all up to its ``rev``, else all up to now."""
    while True:
        conversation = CONVERSATIONS.first("id = %s", conversation_id)
        if conversation is None:
            raise Conversation.DoesNotExist
        turn = queries.running_turn(conversation_id)
        if rows.fetch("SELECT 1 FROM chat_conversation WHERE id = %s AND rev = %s", conversation_id, conversation.rev):
            break
    running = None
    seen = Seen(rev=conversation.rev, last_sequence=conversation.next_sequence - 1)
    if turn is not None:
        running = Running(
            turn_id=str(turn.pk), request_id=str(turn.request_id), message_id=str(turn.reply_id), seq=turn.last_seq
        )
    if page_rev is not None and 0 <= page_rev < conversation.rev:
        seen.rev = page_rev
        known = Message.objects.filter(conversation=conversation, turn__rev__lte=page_rev)
        seen.last_sequence = known.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    if turn is not None and turn.rev <= seen.rev:
        seen.announced[turn.pk] = "called" if turn.model else "started"
        seen.unfollowed.add(turn.pk)
    seen.updated = _updated(conversation)
    if seen.rev == conversation.rev:
        seen.spec = _spec_key(conversation, hooks.hook().spec_frame(conversation))
    established = ConnectionEstablished(
        conversation=str(conversation_id),
        rev=conversation.rev,
        last_sequence=conversation.next_sequence - 1,
        running=running,
    )
    return established, seen


def since(conversation_id: UUID, language: str, seen: Seen) -> News | None:
    """Everything that a tab must be told beyond ``seen``; None when the conversation is gone."""
    conversation = CONVERSATIONS.first("id = %s AND deleted_at IS NULL", conversation_id)
    if conversation is None:
        return None
    if conversation.rev == seen.rev:
        return News([], [], seen)
    with translation.override(language):
        turns = TURNS.select(
            "conversation_id = %s AND rev > %s AND rev <= %s ORDER BY reply_sequence",
            conversation_id,
            seen.rev,
            conversation.rev,
        )
        now = Seen(rev=conversation.rev, last_sequence=seen.last_sequence, unfollowed=set(seen.unfollowed))
        news = [_turn_news(conversation, turn, seen, now) for turn in turns]
        for turn_id, word in seen.announced.items():
            if turn_id not in {turn.pk for turn in turns}:
                now.announced[turn_id] = word
        frames: list[Frame] = list(_notices(conversation, turns, seen, now))
        now.updated = _updated(conversation)
        if seen.updated is None or msgspec.structs.replace(seen.updated, rev=0) != msgspec.structs.replace(
            now.updated, rev=0
        ):
            frames.append(now.updated)
        fields = hooks.hook().spec_frame(conversation)
        now.spec = _spec_key(conversation, fields)
        if fields is not None and now.spec != seen.spec:
            frames.append(_maturity(conversation, fields, language))
    return News(news, frames, now)


def replay(conversation_id: UUID, language: str, turn_id: UUID, only_end: bool) -> list[Frame]:
    """The state of a turn whose request was sent again, for the asking socket alone."""
    turn = _turn(conversation_id, turn_id)
    if turn is None:
        raise Turn.DoesNotExist
    with translation.override(language):
        frames: list[Frame] = [] if only_end else [_chat_start(turn)]
        if turn.model and not only_end:
            frames.append(_stream_start(turn))
        if not turn.is_running:
            frames.extend(end_frames(turn))
        return frames


def resume(conversation_id: UUID, language: str, turn_id: UUID, after_seq: int, request_id: str) -> ResumeAnswer:
    """Chunks from ``after_seq + 1`` on while it runs, its end when it has ended, or an error."""
    turn = _turn(conversation_id, turn_id)
    with translation.override(language):
        if turn is None:
            return ResumeAnswer([Error(request_id=request_id, code="not_found", message=sentence("not_found"))])
        if after_seq > turn.last_seq:
            error = Error(
                request_id=request_id, code="bad_cursor", message=sentence("bad_cursor"), turn_id=str(turn_id)
            )
            return ResumeAnswer([error])
        if not turn.is_running:
            return ResumeAnswer(end_frames(turn))
        stream = Stream(str(turn.request_id), turn.pk, str(turn.reply_id), after_seq)
        return ResumeAnswer([], stream, turn.last_seq)


def chunks(conversation_id: UUID, language: str, stream: Stream, limit: int) -> list[tuple[int, str]]:
    """Encoded chunk frames beyond ``stream.seq`` of a turn that still runs."""
    entries = rows.fetch(_ENTRIES_OF_RUNNING, stream.turn_id, stream.seq, limit)
    if not entries or entries[0][0] != stream.seq + 1:
        return []
    return [
        (seq, chunk_frame(stream.request_id, str(stream.turn_id), stream.message_id, seq, text))
        for seq, text in entries
    ]


def chunk_frame(request_id: str, turn_id: str, message_id: str, seq: int, text: str) -> str:
    return encode(AiStreamChunk(request_id=request_id, turn_id=turn_id, message_id=message_id, seq=seq, text=text))


def end_frames(turn: Turn, may_have_versions: bool = True) -> list[Frame]:
    """How a turn ended, from its rows."""
    message = MESSAGES.first("id = %s", turn.reply_id)
    frames: list[Frame] = []
    ids = {"request_id": str(turn.request_id), "turn_id": str(turn.pk), "message_id": str(turn.reply_id)}
    if turn.status == TurnStatus.FAILED:
        words = turn.error_message or sentence(turn.error_code)
        frames.append(AiStreamError(**ids, code=turn.error_code, message=words, retryable=turn.error_retryable))
    content = message.content if message is not None else ""
    usage = _usage(turn)
    versions = hooks.hook().versions_of([turn.reply_id]).get(turn.reply_id, []) if may_have_versions else []
    big = len(content.encode()) > MAX_HTML_CONTENT
    frames.append(
        AiStreamEnd(
            **ids,
            sequence=turn.reply_sequence,
            status=turn.status,
            content=content,
            html="" if big or message is None else render_message(message),
            html_url=reverse("chat:message_html", args=[turn.reply_id]) if big else msgspec.UNSET,
            usage=usage,
            versions=[Version(strategy_id=v.strategy_id, number=v.number, url=v.url) for v in versions],
        )
    )
    frames.extend(
        StrategyVersionCreated(strategy_id=v.strategy_id, number=v.number, message_id=v.message_id, url=v.url)
        for v in versions
        if v.made
    )
    return frames


def _usage(turn: Turn) -> UsageTotals:
    """Sums of the turn's ledger rows; None where any of them is unknown."""
    records = RECORDS.select("turn_uuid = %s", turn.pk)
    cost = _sum(record.cost_usd for record in records)
    return UsageTotals(
        input_tokens=_sum(record.input_tokens for record in records),
        output_tokens=_sum(record.output_tokens for record in records),
        cost_usd=None if cost is None else str(cost),
    )


def _sum(numbers: Iterable[Number | None]) -> Number | None:
    total: Number | None = None
    for number in numbers:
        if number is None:
            return None
        total = number if total is None else total + number
    return total


def _turn(conversation_id: UUID, turn_id: UUID) -> Turn | None:
    return TURNS.first("id = %s AND conversation_id = %s", turn_id, conversation_id)


def _turn_news(conversation: Conversation, turn: Turn, seen: Seen, now: Seen) -> TurnNews:
    told = seen.announced.get(turn.pk)
    start: list[Frame] = []
    if told is None:
        start.append(_chat_start(turn))
    if turn.model and told != "called":
        start.append(_stream_start(turn))
    end: list[Frame] = []
    if turn.is_running:
        now.last_sequence = max(now.last_sequence, turn.reply_sequence - 1)
        now.announced[turn.pk] = "called" if turn.model else "started"
    else:
        now.last_sequence = max(now.last_sequence, turn.reply_sequence)
        # plain talk makes no versions
        end = end_frames(turn, may_have_versions=conversation.kind != Conversation.Kind.GENERAL)
        now.unfollowed.discard(turn.pk)
    return TurnNews(
        turn_id=turn.pk,
        request_id=str(turn.request_id),
        message_id=str(turn.reply_id),
        running=turn.is_running,
        follow=turn.pk not in seen.unfollowed,
        start=start,
        end=end,
    )


def _chat_start(turn: Turn) -> AiChatStart:
    said = None if turn.user_message_id is None else MESSAGES.first("id = %s", turn.user_message_id)
    message = None
    if said is not None:
        message = UserMessage(
            id=str(said.pk),
            sequence=said.sequence,
            content=said.content,
            html=render_message(said),
            parent=None if said.parent_id is None else str(said.parent_id),
            attachments=[
                Image(
                    id=str(image.id),
                    name=image.name,
                    url=image.url,
                    media_type=image.media_type,
                    width=image.width,
                    height=image.height,
                )
                for image in sent.of_message(said.pk)
            ],
        )
    parent = said.parent_id if said is not None else turn.reply_parent_id
    return AiChatStart(
        request_id=str(turn.request_id),
        turn_id=str(turn.pk),
        user_message=message,
        parent=None if parent is None else str(parent),
    )


def _stream_start(turn: Turn) -> AiStreamStart:
    return AiStreamStart(
        request_id=str(turn.request_id), turn_id=str(turn.pk), message_id=str(turn.reply_id), model=turn.model
    )


def _notices(conversation: Conversation, turns: list[Turn], seen: Seen, now: Seen) -> list[NoticeCreated]:
    from chat.contexts import card_html

    # each place in the conversation belongs to a message, a reply or a notice: where all new ones are told for, none is
    # left for a notice
    places = {turn.reply_sequence for turn in turns}
    places |= {turn.reply_sequence - 1 for turn in turns if turn.user_message_id is not None}
    told_for = sum(place > seen.last_sequence for place in places)
    if told_for == conversation.next_sequence - 1 - seen.last_sequence:
        return []
    notices = MESSAGES.select(
        "conversation_id = %s AND role = 'notice' AND sequence > %s ORDER BY sequence",
        conversation.pk,
        seen.last_sequence,
    )
    cards = card_html(notices)
    frames = []
    for notice in notices:
        now.last_sequence = max(now.last_sequence, notice.sequence)
        frames.append(
            NoticeCreated(
                message_id=str(notice.pk),
                sequence=notice.sequence,
                parent=None if notice.parent_id is None else str(notice.parent_id),
                content=notice.content,
                html=cards.get(notice.pk) or render_message(notice),
            )
        )
    return frames


def _updated(conversation: Conversation) -> ConversationUpdated:
    return ConversationUpdated(
        title=conversation.title,
        state=conversation.state,
        archived=conversation.archived,
        pinned=conversation.pinned,
        model=conversation.model,
        answers=offer.chosen(conversation).setting,
        head=None if conversation.head_id is None else str(conversation.head_id),
        rev=conversation.rev,
    )


def _spec_key(conversation: Conversation, fields: dict[str, Any] | None) -> tuple[Any, ...] | None:
    return None if fields is None else (fields["spec_revision"], fields["ready"], conversation.state)


def _maturity(conversation: Conversation, fields: dict[str, Any], language: str) -> StrategyMaturity:
    from chat.contexts import spec_panel_html

    names = ("spec", "spec_revision", "scores", "overall", "missing", "ready")
    return StrategyMaturity(
        **{name: fields[name] for name in names},
        state=conversation.state,
        html=spec_panel_html(conversation, fields, language),
    )
