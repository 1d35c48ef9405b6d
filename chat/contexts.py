"""What the templates of a conversation show, as named attributes; templates neither query nor decide."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chat import hooks, queries
from chat.attachments import sent
from chat.errors import sentence
from chat.models import Conversation, Message, Turn
from chat.models.turn import CONTINUABLE, TurnStatus
from chat.picker import Picker, picker
from chat.rendering import escape_exactly, render_message
from trademe.accounts.models import User

SIDEBAR_SIZE = 40
SEARCH_MAX = 200


@dataclass(frozen=True, slots=True)
class Sidebar:
    """The list of conversations; ``current`` is the one that is open."""

    conversations: list[Conversation]
    search: str = ""
    archived: bool = False
    page: int = 1
    has_more: bool = False
    current: UUID | None = None

    @property
    def next_page(self) -> int:
        return self.page + 1

    @property
    def previous_page(self) -> int:
        return self.page - 1

    @property
    def pinned(self) -> list[Conversation]:
        return [conversation for conversation in self.conversations if conversation.pinned]

    @property
    def others(self) -> list[Conversation]:
        return [conversation for conversation in self.conversations if not conversation.pinned]


def sidebar(
    user: User, *, search: str = "", archived: bool = False, page: int = 1, current: Conversation | None = None
) -> Sidebar:
    """One page of the list, in one query."""
    page = min(max(page, 1), 10_000)
    start = (page - 1) * SIDEBAR_SIZE
    search = search[:SEARCH_MAX]
    found = list(queries.conversation_list(user, search, archived)[start : start + SIDEBAR_SIZE + 1])
    return Sidebar(
        conversations=found[:SIDEBAR_SIZE],
        search=search,
        archived=archived,
        page=page,
        has_more=len(found) > SIDEBAR_SIZE,
        current=current.pk if current is not None else None,
    )


@dataclass(frozen=True, slots=True)
class KindChoice:
    value: str
    label: str
    explanation: str
    chosen: bool


def kind_choices(chosen: str) -> list[KindChoice]:
    """The kinds of conversation with a sentence each; the first is chosen unless ``chosen`` names another."""
    explanations = {
        Conversation.Kind.STRATEGY: _("An idea becomes rules, then strategy code."),
        Conversation.Kind.TRADING_SYSTEM: _("The same, with risk and position size complete."),
        Conversation.Kind.INDICATOR: _("What to measure becomes an indicator, drawn on bars."),
        Conversation.Kind.GENERAL: _("Plain talk. Nothing is built."),
    }
    if chosen not in explanations:
        chosen = Conversation.Kind.STRATEGY
    return [KindChoice(kind.value, str(kind.label), words, kind == chosen) for kind, words in explanations.items()]


@dataclass(frozen=True, slots=True)
class Siblings:
    """Where a message stands among the ones that could be shown in its place."""

    number: int = 1
    count: int = 1
    previous_id: UUID | None = None
    next_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class MessageView:
    conversation_id: UUID
    id: UUID | str
    role: str
    kind: str
    status: str
    sequence: int
    html: SafeString
    created_at: datetime | None = None
    model: str = ""
    turn_id: UUID | str | None = None
    parent_id: UUID | None = None
    # of a running reply
    running: bool = False
    live_text: SafeString = SafeString("")  # noqa: RUF009 - immutable
    seq: int = 0
    # how it ended, in words, where it did not end as it should
    ending: str = ""
    can_continue: bool = False
    versions: list[hooks.VersionRef] = field(default_factory=list)
    images: list[sent.ImageRef] = field(default_factory=list)
    siblings: Siblings = field(default_factory=Siblings)
    usage: str = ""
    # what the model read in place of the oldest messages
    told: str = ""
    minutes: str = ""

    @property
    def author(self) -> str:
        names = {Message.Role.USER: _("You"), Message.Role.NOTICE: _("Notice")}
        return names.get(Message.Role(self.role), "Trademe")


@dataclass(frozen=True, slots=True)
class Draft:
    """A first message that the browser could not keep, brought to the conversation's page by the server."""

    text: str = ""
    images: list[sent.ImageRef] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ConversationPage:
    conversation: Conversation
    messages: list[MessageView]
    has_older: bool
    rev: int
    sidebar: Sidebar
    running: MessageView | None
    panel: Any
    picker: Picker
    draft: Draft
    before: int | None

    @property
    def title(self) -> str:
        return self.conversation.title or _("New conversation")

    @property
    def oldest_sequence(self) -> int | None:
        return self.messages[0].sequence if self.messages else None

    @property
    def templates(self) -> list[MessageView]:
        """Empty messages that the page's script fills, from the same partial as stored ones."""
        return [
            MessageView(
                self.conversation.pk,
                "",
                role,
                Message.Kind.TEXT,
                status,
                0,
                SafeString(),
                running=status == TurnStatus.RUNNING,
            )
            for role, status in (
                (Message.Role.USER, TurnStatus.COMPLETE),
                (Message.Role.ASSISTANT, TurnStatus.RUNNING),
                (Message.Role.NOTICE, TurnStatus.COMPLETE),
            )
        ]


def conversation_page(
    user: User, conversation: Conversation, before_sequence: int | None = None, draft: Draft | None = None
) -> ConversationPage:
    """Everything that the page of a conversation shows; its number of queries does not grow with the history."""
    state = queries.page_state(conversation, before_sequence)
    running = None
    if state.running is not None and before_sequence is None:
        running = _running_view(state.running)
    return ConversationPage(
        conversation=state.conversation,
        messages=message_views(state.messages),
        has_older=state.has_older,
        rev=state.rev,
        sidebar=sidebar(user, current=conversation, archived=state.conversation.archived),
        running=running,
        panel=spec_panel(state.conversation, hooks.hook().spec_frame(state.conversation)),
        picker=picker(state.conversation),
        draft=draft if draft and not state.messages else Draft(),  # by then it was sent
        before=before_sequence,
    )


AROUND = 6  # messages behind the one that a link leads to


def page_around(user: User, conversation: Conversation, message_id: UUID) -> ConversationPage | None:
    """The page on which an older message of the shown branch stands; None where it does not."""
    sequence = (
        Message.objects.filter(conversation=conversation, pk=message_id).values_list("sequence", flat=True).first()
    )
    if sequence is None:
        return None
    page = conversation_page(user, conversation, sequence + AROUND)
    return page if any(shown.id == message_id for shown in page.messages) else None


def message_views(messages: Iterable[Message]) -> list[MessageView]:
    """Stored messages as the page shows them: three queries for all of them together."""
    shown = list(messages)
    families = queries.siblings(shown)
    replies = [message for message in shown if message.role == Message.Role.ASSISTANT]
    versions = hooks.hook().versions_of([message.pk for message in replies]) if replies else {}
    usage = queries.usage_by_turn([message.turn_id for message in replies if message.turn_id is not None])
    cards = card_html(shown)
    images = sent.of_messages(message.pk for message in shown if message.role == Message.Role.USER)
    return [
        MessageView(
            conversation_id=message.conversation_id,
            id=message.pk,
            role=message.role,
            kind=message.kind,
            status=message.status,
            sequence=message.sequence,
            html=mark_safe(cards.get(message.pk) or render_message(message)),  # noqa: S308 - by renderer or template
            created_at=message.created_at,
            model=message.model,
            turn_id=message.turn_id,
            parent_id=message.parent_id,
            ending=_ending(message),
            can_continue=message.role == Message.Role.ASSISTANT and message.status in CONTINUABLE,
            versions=versions.get(message.pk, []),
            images=images.get(message.pk, []),
            siblings=_siblings(message.pk, families.get(message.pk, [])),
            usage=_usage_words(message, usage),
            told=_told(message),
            minutes=_minutes(message),
        )
        for message in shown
    ]


def card_html(messages: Iterable[Message]) -> dict[UUID, str]:
    """The HTML of those that are cards; a query only where there are some."""
    cards = [
        message.pk for message in messages if message.role == Message.Role.NOTICE and message.kind != message.Kind.TEXT
    ]
    return hooks.hook().cards(cards) if cards else {}


def message_view(message: Message) -> MessageView:
    return message_views([message])[0]


def _running_view(running: queries.RunningReply) -> MessageView:
    turn = running.turn
    return MessageView(
        conversation_id=turn.conversation_id,
        id=turn.reply_id,
        role=Message.Role.ASSISTANT,
        kind=Message.Kind.TEXT,
        status=TurnStatus.RUNNING,
        sequence=turn.reply_sequence,
        html=SafeString(),
        created_at=turn.started_at,
        model=turn.model,
        turn_id=turn.pk,
        parent_id=turn.reply_parent_id,
        running=True,
        live_text=SafeString(escape_exactly(running.text)),
        seq=running.seq,
    )


def _told(message: Message) -> str:
    """What stood for the oldest messages when this reply was written; empty where the model read them all."""
    if message.role != Message.Role.ASSISTANT or message.turn is None:
        return ""
    turn = message.turn
    if turn.left_out and turn.summary is not None:
        return _("The model read minutes of the oldest messages; some after them were left out.")
    if turn.left_out:
        return _("The talk is longer than the model may read: the oldest messages were left out.")
    if turn.summary is not None:
        words = ngettext(
            "The model read minutes of the oldest message instead of its text.",
            "The model read minutes of the {count} oldest messages instead of their text.",
            turn.summary.messages,
        )
        return words.format(count=turn.summary.messages)
    return ""


def _minutes(message: Message) -> str:
    turn = message.turn if message.role == Message.Role.ASSISTANT else None
    return turn.summary.text if turn is not None and turn.summary is not None else ""


def _siblings(message_id: UUID, family: list[UUID]) -> Siblings:
    if len(family) < 2 or message_id not in family:
        return Siblings()
    place = family.index(message_id)
    return Siblings(
        number=place + 1,
        count=len(family),
        previous_id=family[place - 1] if place else None,
        next_id=family[place + 1] if place + 1 < len(family) else None,
    )


def _ending(message: Message) -> str:
    """What happened and what can be done next; empty for a message that ended as it should."""
    if message.role != Message.Role.ASSISTANT:
        return ""
    words = {
        TurnStatus.STOPPED: _("You stopped this reply. What was written is kept; you can continue it."),
        TurnStatus.TRUNCATED: _("This reply was cut off before its end. You can continue it."),
        TurnStatus.INTERRUPTED: _(
            "The server stopped while this reply was written. What was shown is kept; you can continue it."
        ),
    }
    if message.status == TurnStatus.FAILED:
        return _failure(message.turn)
    return words.get(TurnStatus(message.status), "")


def _failure(turn: Turn | None) -> str:
    if turn is None:
        return _("This reply failed. What had arrived is kept; you can try again.")
    reason = turn.error_message or sentence(turn.error_code)
    hint = _("You can try again.") if turn.error_retryable else _("Trying again will not help until that is mended.")
    return f"{reason} {hint}"


def _usage_words(message: Message, by_turn: dict[UUID, queries.UsageTotals]) -> str:
    """Tokens and cost of a reply; an unknown cost is said to be unknown."""
    if message.role != Message.Role.ASSISTANT or message.turn_id is None:
        return ""
    totals = by_turn.get(message.turn_id)
    if totals is None or not totals.calls or totals.input_tokens is None or totals.output_tokens is None:
        return ""
    tokens = totals.input_tokens + totals.output_tokens
    if not tokens and not totals.cost_usd:
        return ""
    if totals.cost_usd is None:
        return _("{tokens} tokens, cost unknown").format(tokens=f"{tokens:,}")
    return _("{tokens} tokens, ${cost}").format(tokens=f"{tokens:,}", cost=f"{totals.cost_usd:.4f}")


PanelBuilder = Callable[[Conversation, dict[str, Any]], Any]
_panel_builders: list[PanelBuilder] = []


def register_panel(builder: PanelBuilder) -> None:
    """Say who makes the context of ``chat/_spec_panel.html`` from the fields of a ``strategy_maturity`` frame."""
    _panel_builders[:] = [builder]


def spec_panel(conversation: Conversation, fields: dict[str, Any] | None) -> Any:
    """The panel's context; None where the kind of conversation has no spec."""
    return _panel_builders[0](conversation, fields) if fields is not None and _panel_builders else None


def spec_panel_html(conversation: Conversation, fields: dict[str, Any], language: str) -> str:
    """The panel of the spec as a ``strategy_maturity`` frame carries it, equal to what a reload shows."""
    with translation.override(language):
        html = render_to_string("chat/_spec_panel.html", {"panel": spec_panel(conversation, fields)})
    return "".join([html])  # frames carry plain strings, not SafeString
