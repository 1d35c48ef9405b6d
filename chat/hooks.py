"""The one door from the chat to the strategies: every conversation kind may register what it does around a turn.

Reading and thinking happen in the ``prepare_*`` and ``plan_*`` methods, before a transaction and off the event loop;
the ``write_*`` methods only write, inside the chat's transaction. ``None`` results mean "nothing to do".
"""

from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from chat.models import Conversation, Message, Turn


@dataclass(frozen=True, slots=True)
class VersionRef:
    """A version as frames and pages show it."""

    strategy_id: int
    number: int
    url: str
    message_id: str
    made: bool = True  # by this message; else it only shows it


@dataclass(frozen=True, slots=True)
class MessagePlan:
    """What a new user message means for the flow. ``data`` is the hook's own and comes back to it."""

    purpose: str = Turn.Purpose.CHAT
    message_kind: str = Message.Kind.TEXT
    data: Any = None
    language: str = ""  # of the message, where it could be told: the reply's language


@dataclass(frozen=True, slots=True)
class CallPlan:
    """What the model is asked: the system prompt and, for a provider without a model, a context."""

    system: str = ""
    prompt_version: str = ""
    context: Any = None


@dataclass(frozen=True, slots=True)
class Question:
    """What the model is asked about a message before it answers it; the answer is JSON by ``schema``."""

    purpose: str  # in the ledger
    system: str
    content: str
    name: str
    schema: dict[str, Any]
    prompt_version: str
    seconds: float  # its own deadline
    max_tokens: int = 2_000


@dataclass(frozen=True, slots=True)
class ReplyPlan:
    """What a finished reply holds. With ``repair`` set, the model is called once more with these words."""

    data: Any = None
    repair: str | None = None
    prompt_version: str = ""  # of the words of ``repair``
    notice: str = ""  # a sentence for the person, stored as a notice message beside the reply
    message_kind: str = Message.Kind.TEXT


class NotReady(Exception):
    """The person confirmed something that is not there to be confirmed (any more). ``code`` goes to the page."""

    def __init__(self, message: str, code: str = "not_ready") -> None:
        super().__init__(message)
        self.code = code


class ConversationHook(Protocol):
    def prepare_message(
        self, conversation: Conversation, parent_id: UUID | None, content: str, language: str
    ) -> MessagePlan:
        """Read a new user message. Synchronous, may query, outside of any transaction."""
        ...

    def prepare_confirmation(
        self, conversation: Conversation, spec_revision: int, language: str
    ) -> tuple[MessagePlan, str]:
        """The plan and the words of a confirmation by button; raises NotReady."""
        ...

    def write_message(self, conversation: Conversation, message: Message, plan: MessagePlan) -> None:
        """Inside the starting transaction, with the conversation's row locked. May set ``conversation.state``
        (saved by the caller). Raises NotReady when the state is no longer what the plan assumed."""
        ...

    def plan_question(self, turn: Turn, conversation: Conversation) -> Question | None:
        """What is asked about the turn's message before the reply; None where nothing is. Synchronous, may query."""
        ...

    def read_answer(self, turn: Turn, question: Question, value: Any) -> Any:
        """The checked answer, or None where it is nonsense and changes nothing. Synchronous, off the loop."""
        ...

    def write_answer(self, turn: Turn, conversation: Conversation, answer: Any) -> bool:
        """Inside the transaction that settles the call, with the conversation's row locked; True where something
        changed. May set ``conversation.state``."""
        ...

    def plan_call(self, turn: Turn, conversation: Conversation) -> CallPlan:
        """The system prompt of this turn's call. Synchronous, may query."""
        ...

    def prepare_reply(self, turn: Turn, conversation: Conversation, text: str, rounds: int) -> ReplyPlan | None:
        """Extract and check. ``text`` is the last round's; ``rounds`` counts from 1. Synchronous, off the loop."""
        ...

    def write_reply(
        self, turn: Turn, conversation: Conversation, message: Message, plan: ReplyPlan | None
    ) -> list[VersionRef]:
        """Inside the completing transaction, in a savepoint. Also called with None for a turn that ended otherwise,
        so that a generation without a version goes back to ready. May set ``conversation.state``."""
        ...

    def spec_frame(self, conversation: Conversation) -> dict[str, Any] | None:
        """The fields of ``strategy_maturity`` (spec, spec_revision, scores, overall, missing, ready) at the
        conversation's head; None where the kind has no spec."""
        ...

    def versions_of(self, message_ids: list[UUID]) -> dict[UUID, list[VersionRef]]:
        """Versions by the message that made them, in one query."""
        ...

    def cards(self, message_ids: list[UUID]) -> dict[UUID, str]:
        """The HTML of cards (notices of the kind ``backtest``), made by our own templates in the active language."""
        ...


class PlainTalk:
    """The hook where nothing is registered: talk that leads to no strategy."""

    def prepare_message(
        self, conversation: Conversation, parent_id: UUID | None, content: str, language: str
    ) -> MessagePlan:
        return MessagePlan()

    def prepare_confirmation(
        self, conversation: Conversation, spec_revision: int, language: str
    ) -> tuple[MessagePlan, str]:
        raise NotReady("")

    def write_message(self, conversation: Conversation, message: Message, plan: MessagePlan) -> None:
        return None

    def plan_question(self, turn: Turn, conversation: Conversation) -> Question | None:
        return None

    def read_answer(self, turn: Turn, question: Question, value: Any) -> Any:
        return None

    def write_answer(self, turn: Turn, conversation: Conversation, answer: Any) -> bool:
        return False

    def plan_call(self, turn: Turn, conversation: Conversation) -> CallPlan:
        return CallPlan()

    def prepare_reply(self, turn: Turn, conversation: Conversation, text: str, rounds: int) -> ReplyPlan | None:
        return None

    def write_reply(
        self, turn: Turn, conversation: Conversation, message: Message, plan: ReplyPlan | None
    ) -> list[VersionRef]:
        return []

    def spec_frame(self, conversation: Conversation) -> dict[str, Any] | None:
        return None

    def versions_of(self, message_ids: list[UUID]) -> dict[UUID, list[VersionRef]]:
        return {}

    def cards(self, message_ids: list[UUID]) -> dict[UUID, str]:
        return {}


@dataclass(slots=True)
class _Registry:
    hook: ConversationHook = field(default_factory=PlainTalk)


_registry = _Registry()


def register(hook: ConversationHook) -> None:
    _registry.hook = hook


def hook() -> ConversationHook:
    return _registry.hook
