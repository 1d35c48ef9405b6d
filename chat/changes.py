"""What changed in a conversation, as frames made from rows; all functions are synchronous reads for a follower."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from django.urls import reverse
from django.utils import translation

from chat import hooks, queries
from chat.errors import sentence
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

MAX_HTML_CONTENT = 256 * 1024  # UTF-8 bytes of content above which a frame carries html_url instead of html


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
        conversation = Conversation.objects.get(pk=conversation_id)
        turn = queries.running_turn(conversation_id)
        if Conversation.objects.filter(pk=conversation_id, rev=conversation.rev).exists():
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
    conversation = Conversation.objects.filter(pk=conversation_id, deleted_at__isnull=True).first()
    if conversation is None:
        return None
    if conversation.rev == seen.rev:
        return News([], [], seen)
    with translation.override(language):
        turns = list(
            Turn.objects.filter(conversation_id=conversation_id, rev__gt=seen.rev, rev__lte=conversation.rev)
            .select_related("user_message")
            .order_by("reply_sequence")
        )
        now = Seen(rev=conversation.rev, last_sequence=seen.last_sequence, unfollowed=set(seen.unfollowed))
        news = [_turn_news(turn, seen, now) for turn in turns]
        for turn_id, word in seen.announced.items():
            if turn_id not in {turn.pk for turn in turns}:
                now.announced[turn_id] = word
        frames: list[Frame] = list(_notices(conversation, seen, now))
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
    turn = Turn.objects.select_related("user_message").get(pk=turn_id, conversation_id=conversation_id)
    with translation.override(language):
        frames: list[Frame] = [] if only_end else [_chat_start(turn)]
        if turn.model and not only_end:
            frames.append(_stream_start(turn))
        if not turn.is_running:
            frames.extend(end_frames(turn))
        return frames


def resume(conversation_id: UUID, language: str, turn_id: UUID, after_seq: int, request_id: str) -> ResumeAnswer:
    """Chunks from ``after_seq + 1`` on while it runs, its end when it has ended, or an error."""
    turn = Turn.objects.select_related("user_message").filter(pk=turn_id, conversation_id=conversation_id).first()
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
    if not Turn.objects.filter(pk=stream.turn_id, status=TurnStatus.RUNNING).exists():
        return []
    entries = queries.journal_after(stream.turn_id, stream.seq, limit)
    if not entries or entries[0][0] != stream.seq + 1:
        return []
    return [
        (seq, chunk_frame(stream.request_id, str(stream.turn_id), stream.message_id, seq, text))
        for seq, text in entries
    ]


def chunk_frame(request_id: str, turn_id: str, message_id: str, seq: int, text: str) -> str:
    return encode(AiStreamChunk(request_id=request_id, turn_id=turn_id, message_id=message_id, seq=seq, text=text))


def end_frames(turn: Turn) -> list[Frame]:
    """How a turn ended, from its rows."""
    message = Message.objects.filter(pk=turn.reply_id).select_related("turn", "parent").first()
    frames: list[Frame] = []
    ids = {"request_id": str(turn.request_id), "turn_id": str(turn.pk), "message_id": str(turn.reply_id)}
    if turn.status == TurnStatus.FAILED:
        words = turn.error_message or sentence(turn.error_code)
        frames.append(AiStreamError(**ids, code=turn.error_code, message=words, retryable=turn.error_retryable))
    content = message.content if message is not None else ""
    usage = queries.usage_by_turn([turn.pk]).get(turn.pk, queries.UsageTotals())
    versions = hooks.hook().versions_of([turn.reply_id]).get(turn.reply_id, [])
    big = len(content.encode()) > MAX_HTML_CONTENT
    frames.append(
        AiStreamEnd(
            **ids,
            sequence=turn.reply_sequence,
            status=turn.status,
            content=content,
            html="" if big or message is None else render_message(message),
            html_url=reverse("chat:message_html", args=[turn.reply_id]) if big else msgspec.UNSET,
            usage=UsageTotals(
                input_tokens=usage.input_tokens,
                output_tokens=usage.output_tokens,
                cost_usd=None if usage.cost_usd is None else str(usage.cost_usd),
            ),
            versions=[Version(strategy_id=v.strategy_id, number=v.number, url=v.url) for v in versions],
        )
    )
    frames.extend(
        StrategyVersionCreated(strategy_id=v.strategy_id, number=v.number, message_id=v.message_id, url=v.url)
        for v in versions
    )
    return frames


def _turn_news(turn: Turn, seen: Seen, now: Seen) -> TurnNews:
    told = seen.announced.get(turn.pk)
    start: list[Frame] = []
    if told is None:
        start.append(_chat_start(turn))
    if turn.model and told != "called":
        start.append(_stream_start(turn))
    if turn.user_message is not None:
        now.last_sequence = max(now.last_sequence, turn.user_message.sequence)
    end: list[Frame] = []
    if turn.is_running:
        now.announced[turn.pk] = "called" if turn.model else "started"
    else:
        end = end_frames(turn)
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
    said = turn.user_message
    message = None
    if said is not None:
        message = UserMessage(
            id=str(said.pk),
            sequence=said.sequence,
            content=said.content,
            html=render_message(said),
            parent=None if said.parent_id is None else str(said.parent_id),
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


def _notices(conversation: Conversation, seen: Seen, now: Seen) -> list[NoticeCreated]:
    notices = Message.objects.filter(
        conversation=conversation, role=Message.Role.NOTICE, sequence__gt=seen.last_sequence
    ).order_by("sequence")
    frames = []
    for notice in notices:
        now.last_sequence = max(now.last_sequence, notice.sequence)
        frames.append(
            NoticeCreated(
                message_id=str(notice.pk),
                sequence=notice.sequence,
                parent=None if notice.parent_id is None else str(notice.parent_id),
                content=notice.content,
                html=render_message(notice),
            )
        )
    return frames


def _updated(conversation: Conversation) -> ConversationUpdated:
    return ConversationUpdated(
        title=conversation.title,
        state=conversation.state,
        archived=conversation.archived,
        pinned=conversation.pinned,
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
