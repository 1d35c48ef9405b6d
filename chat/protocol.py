"""Every frame of ``/ws/chat/<uuid>/`` as a typed class; the reference for people is ``docs/protocol.md``."""

import uuid
from typing import Any

import msgspec

from chat.text import is_blank

PROTOCOL = 1
MAX_CONTENT = 32_000  # characters of one message
MAX_IMAGES = 4  # of one message
MAX_FRAME = 262_144  # characters of one frame from a client


class FrameError(Exception):
    """The client sent a frame that is refused; ``code`` is stable, ``detail`` is for the developer of a client."""

    def __init__(self, code: str, detail: str = "", request_id: str | None = None) -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail
        self.request_id = request_id


# --- client to server -------------------------------------------------------------------------------------------


class Command(msgspec.Struct, tag_field="type", forbid_unknown_fields=True, frozen=True, kw_only=True):
    request_id: uuid.UUID


class AiChat(Command, tag="ai_chat", frozen=True, kw_only=True):
    content: str
    parent: uuid.UUID | msgspec.UnsetType | None = msgspec.UNSET
    attachments: tuple[uuid.UUID, ...] = ()


class ConfirmGeneration(Command, tag="confirm_generation", frozen=True, kw_only=True):
    spec_revision: int


class Continue(Command, tag="continue", frozen=True, kw_only=True):
    message_id: uuid.UUID


class Regenerate(Command, tag="regenerate", frozen=True, kw_only=True):
    message_id: uuid.UUID


class Edit(Command, tag="edit", frozen=True, kw_only=True):
    message_id: uuid.UUID
    content: str
    attachments: tuple[uuid.UUID, ...] = ()


class Stop(Command, tag="stop", frozen=True, kw_only=True):
    turn_id: uuid.UUID


class Resume(Command, tag="resume", frozen=True, kw_only=True):
    turn_id: uuid.UUID
    after_seq: int


class Ping(Command, tag="ping", frozen=True, kw_only=True):
    pass


StartCommand = AiChat | ConfirmGeneration | Continue | Regenerate | Edit
AnyCommand = AiChat | ConfirmGeneration | Continue | Regenerate | Edit | Stop | Resume | Ping

COMMANDS: tuple[type[Command], ...] = (AiChat, ConfirmGeneration, Continue, Regenerate, Edit, Stop, Resume, Ping)


# --- server to client -------------------------------------------------------------------------------------------


class Frame(msgspec.Struct, tag_field="type", frozen=True, kw_only=True, omit_defaults=False):
    """A frame to the client."""


class Running(msgspec.Struct, frozen=True, kw_only=True):
    turn_id: str
    request_id: str
    message_id: str
    seq: int


class ConnectionEstablished(Frame, tag="connection_established", frozen=True, kw_only=True):
    conversation: str
    rev: int
    last_sequence: int
    running: Running | None
    protocol: int = PROTOCOL


class Image(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    url: str
    media_type: str
    width: int
    height: int


class UserMessage(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    sequence: int
    content: str
    html: str
    parent: str | None
    attachments: list[Image]


class AiChatStart(Frame, tag="ai_chat_start", frozen=True, kw_only=True):
    request_id: str
    turn_id: str
    user_message: UserMessage | None
    parent: str | None  # what the reply follows; for an edit or a regeneration, where the page branches


class AiStreamStart(Frame, tag="ai_stream_start", frozen=True, kw_only=True):
    request_id: str
    turn_id: str
    message_id: str
    model: str


class AiProgressUpdate(Frame, tag="ai_progress_update", frozen=True, kw_only=True):
    request_id: str
    turn_id: str
    stage: str  # database, rate_limit, validating, repairing, ...; "" when the wait is over
    message: str
    seconds: int | None = None  # until the wait ends by itself
    countdown: str = ""  # the message with {seconds} for what is left of them


class AiStreamChunk(Frame, tag="ai_stream_chunk", frozen=True, kw_only=True):
    request_id: str
    turn_id: str
    message_id: str
    seq: int
    text: str


class UsageTotals(msgspec.Struct, frozen=True, kw_only=True):
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: str | None  # decimal as text; null when a price is unknown


class Version(msgspec.Struct, frozen=True, kw_only=True):
    strategy_id: int
    number: int
    url: str


class AiStreamEnd(Frame, tag="ai_stream_end", frozen=True, kw_only=True):
    request_id: str
    turn_id: str
    message_id: str
    sequence: int
    status: str
    content: str
    html: str
    usage: UsageTotals
    versions: list[Version]
    html_url: str | msgspec.UnsetType = msgspec.UNSET


class AiStreamError(Frame, tag="ai_stream_error", frozen=True, kw_only=True):
    request_id: str
    turn_id: str
    message_id: str
    code: str
    message: str
    retryable: bool


class StrategyMaturity(Frame, tag="strategy_maturity", frozen=True, kw_only=True):
    spec: dict[str, Any]
    spec_revision: int
    scores: dict[str, float]
    overall: float
    missing: list[Any]
    ready: bool
    state: str
    html: str = ""  # the rendered panel, so that live and reload show the same


class StrategyVersionCreated(Frame, tag="strategy_version_created", frozen=True, kw_only=True):
    strategy_id: int
    number: int
    message_id: str
    url: str


class NoticeCreated(Frame, tag="notice", frozen=True, kw_only=True):
    """A notice message was stored."""

    message_id: str
    sequence: int
    parent: str | None
    content: str
    html: str


class BacktestProgress(Frame, tag="backtest_progress", frozen=True, kw_only=True):
    """A backtest of one of the conversation's versions moved. Its card comes as a notice when it has ended."""

    backtest_id: str
    strategy_id: int
    number: int  # of the version
    state: str  # queued, running, complete, failed, cancelled, lost
    progress: float  # 0 to 1
    url: str


class ConversationUpdated(Frame, tag="conversation_updated", frozen=True, kw_only=True):
    title: str
    state: str
    archived: bool
    pinned: bool
    model: str  # who was chosen to answer; "" is the default
    answers: str  # who answers the next turn: the choice, while it is on offer
    head: str | None
    rev: int


class Error(Frame, tag="error", frozen=True, kw_only=True):
    code: str
    message: str
    request_id: str | None = None
    turn_id: str | None = None


class Pong(Frame, tag="pong", frozen=True, kw_only=True):
    request_id: str


FRAMES: tuple[type[Frame], ...] = (
    ConnectionEstablished,
    AiChatStart,
    AiStreamStart,
    AiProgressUpdate,
    AiStreamChunk,
    AiStreamEnd,
    AiStreamError,
    StrategyMaturity,
    StrategyVersionCreated,
    NoticeCreated,
    BacktestProgress,
    ConversationUpdated,
    Error,
    Pong,
)


class CloseCode:
    FAILED = 1011
    NOT_SIGNED_IN = 4401
    NOT_FOUND = 4404
    TOO_SLOW = 4408
    TOO_MANY_FRAMES = 4429


# --- encoding ---------------------------------------------------------------------------------------------------

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyCommand] = msgspec.json.Decoder(AnyCommand)


class _Envelope(msgspec.Struct):
    type: Any = None
    request_id: Any = None


_envelope = msgspec.json.Decoder(_Envelope)
_TYPES = frozenset(str(command.__struct_config__.tag) for command in COMMANDS)


def encode(frame: Frame) -> str:
    return _encoder.encode(frame).decode()


def decode(text: str | None) -> AnyCommand:
    """The command in a frame; raises FrameError with ``bad_frame``, ``unknown_type`` or ``too_long``."""
    if text is None:
        raise FrameError("bad_frame", "Frames are JSON text.")
    if len(text) > MAX_FRAME:
        raise FrameError("too_long", f"A frame has at most {MAX_FRAME} characters.")
    try:
        raw = text.encode("utf-8")
        envelope = _envelope.decode(raw)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise FrameError("bad_frame", "The frame is not a JSON object.") from error
    request_id = envelope.request_id if isinstance(envelope.request_id, str) else None
    if not isinstance(envelope.type, str) or envelope.type not in _TYPES:
        raise FrameError("unknown_type", "The frame's type is unknown.", request_id)
    try:
        command = _decoder.decode(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        raise FrameError("bad_frame", str(error), request_id) from error
    if isinstance(command, AiChat | Edit):
        _check_content(command.content, request_id)
        _check_attachments(command.attachments, request_id)
    if isinstance(command, Resume) and command.after_seq < 0:
        raise FrameError("bad_cursor", "after_seq counts from 0.", request_id)
    return command


def _check_attachments(attachments: tuple[uuid.UUID, ...], request_id: str | None) -> None:
    if len(attachments) > MAX_IMAGES:
        raise FrameError("too_many_images", f"A message shows at most {MAX_IMAGES} images.", request_id)
    if len(set(attachments)) != len(attachments):
        raise FrameError("bad_frame", "attachments names an image twice.", request_id)


def _check_content(content: str, request_id: str | None) -> None:
    if "\x00" in content or any("\ud800" <= char <= "\udfff" for char in content):
        raise FrameError("bad_frame", "content holds U+0000 or half a surrogate.", request_id)
    if len(content) > MAX_CONTENT:
        raise FrameError("too_long", f"A message has at most {MAX_CONTENT} characters.", request_id)
    if is_blank(content):
        raise FrameError("empty_message", "content is empty.", request_id)
