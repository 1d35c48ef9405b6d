"""The life of a turn in the database: start, stop, heartbeat, end. Each is one unit of work of the writer thread."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

import msgspec
import structlog
from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from chat import failpoints, hooks, journal, ledger, notices, offer, rows
from chat.attachments import sent
from chat.clock import now_ms_sql, now_sql
from chat.errors import Busy, Fenced, NotFound, Refused, RequestIdReused
from chat.models import Conversation, Message, Turn, UsageRecord
from chat.models.turn import CONTINUABLE, TurnStatus
from chat.protocol import AiChat, Command, ConfirmGeneration, Continue, Edit, Regenerate
from chat.providers.base import Usage
from chat.tables import CONVERSATIONS, MESSAGES, TURNS
from chat.writer import Unit

logger = structlog.get_logger(__name__)

# what a turn's start and end may change of its conversation's row
_CHANGED_BY_TURNS = ("title", "state", "head_id", "rev", "next_sequence", "updated_at")

START_PATIENCE = 5.0  # seconds that a command waits for the database before it is refused


@dataclass(frozen=True, slots=True)
class Started:
    """The turn of a request: ``created`` now, or by an earlier send of the same request_id."""

    turn: Turn
    created: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the tree a turn's messages go."""

    parent_id: UUID | None  # of the user's message or, without one, of the reply
    content: str | None  # of the user's message; None where there is none
    continues_id: UUID | None = None
    purpose: str | None = None  # of the turn that is done again


def fields_sha256(command: Command) -> str:
    """Two sends with one request_id are the same request only when this is equal."""
    fields = msgspec.to_builtins(command)
    fields.pop("request_id")
    if not fields.get("attachments"):
        fields.pop("attachments", None)  # as requests were counted before there were any
    return hashlib.sha256(msgspec.json.encode(fields, order="deterministic")).hexdigest()


@dataclass(slots=True, eq=False)
class StartTurn(Unit[Started]):
    """Store the user's message and the running turn, and reserve the reply's id and place."""

    conversation_id: UUID
    user_id: int
    command: Command
    language: str
    plan: hooks.MessagePlan
    words: str = ""  # of a confirmation by button
    token: UUID = field(default_factory=uuid.uuid4)

    patience = START_PATIENCE

    def run(self) -> Started:
        conversation = CONVERSATIONS.locked(
            "id = %s AND owner_id = %s AND deleted_at IS NULL", self.conversation_id, self.user_id
        )
        if conversation is None:
            raise NotFound
        if earlier := find_request(self.user_id, self.conversation_id, self.command):
            return Started(earlier, created=earlier.token == self.token)
        running = TURNS.first("conversation_id = %s AND status = 'running'", conversation.pk)
        if running is not None:
            raise Busy(turn_id=running.pk)
        place = find_place(conversation, self.command, self.words)
        self._check_images(conversation, place)
        turn = self._store(conversation, place)
        failpoints.reach(failpoints.START_COMMITTING)
        return Started(turn, created=True)

    def _store(self, conversation: Conversation, place: Place) -> Turn:
        sequence = conversation.next_sequence
        with_message = place.content is not None
        message_id = uuid.uuid4() if with_message else None
        conversation.rev += 1
        conversation.next_sequence += 2 if with_message else 1
        turn = Turn(
            conversation=conversation,
            user_id=self.user_id,
            request_id=self.command.request_id,
            command=str(self.command.__struct_config__.tag),
            fields_sha256=fields_sha256(self.command),
            purpose=place.purpose or self.plan.purpose,
            language=self.language,
            token=self.token,
            rev=conversation.rev,
            choice=offer.chosen(conversation).setting,
            reply_sequence=conversation.next_sequence - 1,
            user_message_id=message_id,
            reply_parent_id=message_id or place.parent_id,
            continues_id=place.continues_id,
            digest=hashlib.sha256().hexdigest(),
        )
        TURNS.insert(turn, lease=f"{now_ms_sql()} + {lease_ms()}")
        if place.content is not None:
            message = Message(
                pk=message_id,
                conversation=conversation,
                turn=turn,
                parent_id=place.parent_id,
                sequence=sequence,
                role=Message.Role.USER,
                kind=self.plan.message_kind,
                content=place.content,
            )
            MESSAGES.insert(message)
            sent.take(message, self.user_id, _attachments(self.command))
            turn.user_message = turn.reply_parent = message
            conversation.head = message
            if not conversation.title:
                conversation.title = _title(place.content)
        else:
            conversation.head_id = place.parent_id
        self._tell_hook(conversation, turn)
        CONVERSATIONS.save(conversation, *_CHANGED_BY_TURNS)
        return turn

    def _check_images(self, conversation: Conversation, place: Place) -> None:
        """Nothing is started that shows images to a model which takes none."""
        if offer.chosen(conversation).takes_images:
            return
        answered = place.parent_id if isinstance(self.command, Regenerate) else None
        if _attachments(self.command) or (answered is not None and sent.has_images(answered)):
            raise Refused(code="images_not_supported")

    def _tell_hook(self, conversation: Conversation, turn: Turn) -> None:
        if turn.user_message is None:
            if turn.purpose == Turn.Purpose.GENERATE and conversation.kind != Conversation.Kind.GENERAL:
                # the same generation once more: the flow goes through the same gate
                if conversation.state == Conversation.State.DISCUSSING:
                    raise Refused(code="not_ready")
                conversation.move_to(Conversation.State.GENERATING)
            return
        try:
            hooks.hook().write_message(conversation, turn.user_message, self.plan)
        except hooks.NotReady as error:
            raise Refused(str(error), code=error.code) from error


def find_request(user_id: int, conversation_id: UUID, command: Command) -> Turn | None:
    """The turn that this request_id started; raises RequestIdReused where the fields differ."""
    turn = TURNS.first("user_id = %s AND request_id = %s", user_id, command.request_id)
    if turn is None:
        return None
    same = (
        turn.conversation_id == conversation_id
        and turn.command == command.__struct_config__.tag
        and turn.fields_sha256 == fields_sha256(command)
    )
    if not same:
        raise RequestIdReused(turn_id=turn.pk if turn.conversation_id == conversation_id else None)
    return turn


def find_place(conversation: Conversation, command: Command, words: str = "") -> Place:
    """Where the command's messages go; raises NotFound for an id that is not of this conversation."""
    match command:
        case AiChat(content=content, parent=parent):
            if parent is msgspec.UNSET:
                return Place(conversation.head_id, content)
            if isinstance(parent, UUID):
                _message(conversation, parent)
                return Place(_known_end(conversation, parent), content)
            return Place(None, content)
        case ConfirmGeneration():
            return Place(conversation.head_id, words)
        case Edit(message_id=message_id, content=content):
            edited = _message(conversation, message_id, Message.Role.USER)
            return Place(edited.parent_id, content)
        case Regenerate(message_id=message_id):
            reply = _message(conversation, message_id, Message.Role.ASSISTANT)
            return Place(reply.parent_id, None, purpose=_purpose(reply))
        case Continue(message_id=message_id):
            reply = _message(conversation, message_id, Message.Role.ASSISTANT)
            if reply.status not in CONTINUABLE:
                raise Refused(code="cannot_continue")
            parent_id = _known_end(conversation, reply.pk)
            return Place(parent_id, None, continues_id=reply.pk, purpose=_purpose(reply))
    raise NotFound


def _attachments(command: Command) -> tuple[UUID, ...]:
    return command.attachments if isinstance(command, AiChat | Edit) else ()


def _known_end(conversation: Conversation, message_id: UUID) -> UUID:
    """Where a page goes on that does not know of the newest cards yet: behind them."""
    return message_id if message_id == conversation.head_id else notices.behind_cards(conversation, message_id)


def _message(conversation: Conversation, message_id: UUID, role: str | None = None) -> Message:
    message = MESSAGES.first("id = %s AND conversation_id = %s", message_id, conversation.pk)
    if message is None or (role is not None and message.role != role):
        raise NotFound
    return message


def _purpose(reply: Message) -> str:
    return reply.turn.purpose if reply.turn is not None else Turn.Purpose.CHAT


def _title(content: str) -> str:
    first_line = content.strip().splitlines()[0].strip()
    return first_line if len(first_line) <= 60 else first_line[:59].rstrip() + "…"


def lease_ms() -> int:
    return int(settings.CONFIG.lease_seconds * 1000)


@dataclass(slots=True, eq=False)
class RequestStop(Unit[Turn]):
    """Store the wish to stop; only the turn's owner ends it. The result is the turn as it then is."""

    conversation_id: UUID
    turn_id: UUID

    alone = True
    patience = START_PATIENCE

    def run(self) -> Turn:
        found = Turn.objects.filter(pk=self.turn_id, conversation_id=self.conversation_id)
        found.filter(status=TurnStatus.RUNNING).update(stop_requested=True)
        turn = found.first()
        if turn is None:
            raise NotFound
        return turn


@dataclass(slots=True, eq=False)
class Heartbeat(Unit[dict[UUID, bool]]):
    """Prolong the leases of this process's turns; the result says for each that is still ours if it should stop."""

    tokens: Sequence[UUID]

    conversation_id = UUID(int=2**128 - 1)  # last in a group: conversations are locked before turns
    patience = 0.5

    def run(self) -> dict[UUID, bool]:
        listed, tokens = rows.among(self.tokens)
        mine = f"status = 'running' AND token {listed}"
        # one order of locks everywhere: turns by id
        locked = TURNS.locked_in_order(mine, tokens)
        rows.execute(f"UPDATE chat_turn SET lease = {now_ms_sql()} + {lease_ms()} WHERE {mine}", tokens)  # noqa: S608
        return {turn.pk: turn.stop_requested for turn in locked}


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """What the last call of a turn used, for its ledger row."""

    record_id: int
    usage: Usage
    cost_usd: Decimal | None
    outcome: str
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """A turn's end as it stands in the rows."""

    turn_id: UUID
    status: str
    versions: list[hooks.VersionRef]


@dataclass(slots=True, eq=False)
class EndTurn(Unit[Ended]):
    """The completing transaction: status swapped first, then the journal folded into the reply, ledger and versions.

    ``lease`` is set by recovery only: the turn ends only if nobody has prolonged it since.
    """

    conversation_id: UUID
    turn_id: UUID
    token: UUID
    status: str
    html: str | None = None
    call: CallOutcome | None = None
    reply: hooks.ReplyPlan | None = None
    error_code: str = ""
    error_message: str = ""
    error_retryable: bool = False
    stop_reason: str = ""
    lease: int | None = None
    hook_failed: bool = False  # while preparing: the reply is stored, with a notice

    def run(self) -> Ended:

        conversation = CONVERSATIONS.locked("id = %s", self.conversation_id)
        if conversation is None:
            raise Conversation.DoesNotExist
        turn = self._swap(conversation.rev + 1)
        if turn is None:
            turn = Turn.objects.get(pk=self.turn_id)
            if turn.token == self.token and turn.status == self.status and self.lease is None:
                return Ended(turn.pk, turn.status, [])  # our own end, after an unknown commit
            raise Fenced
        conversation.rev += 1
        message = self._fold(conversation, turn)
        if message is not None:
            moved = conversation.head_id != turn.reply_parent_id
            conversation.head = message
            if moved:
                notices.carry_cards(conversation, turn, message)
        versions = self._tell_hook(conversation, turn, message)
        self._settle(turn)
        CONVERSATIONS.save(conversation, *_CHANGED_BY_TURNS)
        failpoints.reach(failpoints.END_COMMITTING)
        return Ended(turn.pk, turn.status, versions)

    def _swap(self, rev: int) -> Turn | None:
        """The turn, ended; None where it was not this token's to end."""
        swapped: list[object] = [self.status, rev, self.error_code, self.error_message, self.error_retryable]
        swapped += [self.stop_reason[:40], self.turn_id, self.token]
        where = "id = %s AND token = %s AND status = 'running'"
        if self.lease is not None:
            where += " AND lease = %s"
            swapped.append(self.lease)
        return TURNS.swapped(
            f"ended_at = {now_sql()}, status = %s, rev = %s, error_code = %s, error_message = %s,"
            " error_retryable = %s, stop_reason = %s",
            where,
            *swapped,
        )

    def _fold(self, conversation: Conversation, turn: Turn) -> Message | None:
        """The reply, byte for byte the concatenation of its journalled batches."""
        texts = journal.texts(turn.pk)
        content = "".join(texts)
        digest = hashlib.sha256(content.encode("utf-8")).hexdigest()
        if (len(texts), len(content), digest) != (turn.last_seq, turn.chars, turn.digest):
            logger.error("journal does not match its turn", turn_id=str(turn.pk), conversation=str(conversation.pk))
            turn.status, turn.error_code, turn.error_retryable = TurnStatus.FAILED, "integrity", False
            turn.save(update_fields=["status", "error_code", "error_retryable"])
        kind = self.reply.message_kind if self.reply is not None else Message.Kind.TEXT
        message = Message(
            pk=turn.reply_id,
            conversation=conversation,
            turn=turn,
            parent_id=turn.reply_parent_id,
            sequence=turn.reply_sequence,
            role=Message.Role.ASSISTANT,
            kind=kind,
            content=content,
            status=turn.status,
            model=turn.model,
            html=self.html,
        )
        MESSAGES.insert(message)
        return message

    def _tell_hook(self, conversation: Conversation, turn: Turn, message: Message | None) -> list[hooks.VersionRef]:
        if message is None:
            return []
        plan = self.reply if turn.status == TurnStatus.COMPLETE else None
        try:
            with transaction.atomic():
                versions = hooks.hook().write_reply(turn, conversation, message, plan)
        except DatabaseError:
            raise
        except Exception:
            logger.exception("hook failed", turn_id=str(turn.pk), conversation=str(conversation.pk))
            conversation.refresh_from_db(fields=["state"])
            if conversation.state == Conversation.State.GENERATING:
                conversation.move_to(Conversation.State.READY)
            _notice(conversation, turn, _hook_failed_words(turn.language))
            return []
        if self.hook_failed:
            _notice(conversation, turn, _hook_failed_words(turn.language))
        elif plan is not None and plan.notice:
            _notice(conversation, turn, plan.notice)
        return versions

    def _settle(self, turn: Turn) -> None:
        if self.call is not None:
            outcome = self.call.outcome or turn.status
            state = UsageRecord.State.ESTIMATED if self.call.estimated else UsageRecord.State.SETTLED
            ledger.settle(self.call.record_id, self.call.usage, self.call.cost_usd, outcome, state)
        if rows.fetch("SELECT 1 FROM chat_usagerecord WHERE turn_uuid = %s AND state = 'open' LIMIT 1", turn.pk):
            ledger.estimate_open_calls(turn)


def _notice(conversation: Conversation, turn: Turn, words: str) -> Message:
    """Store a notice at the end of the path."""
    notice = Message.objects.create(
        conversation=conversation,
        turn=turn,
        parent_id=conversation.head_id,
        sequence=conversation.next_sequence,
        role=Message.Role.NOTICE,
        content=words,
    )
    conversation.next_sequence += 1
    conversation.head = notice
    return notice


def _hook_failed_words(language: str) -> str:
    with translation.override(language):
        return _("The reply is stored, but its code could not be made a version. The operator can do that later.")
