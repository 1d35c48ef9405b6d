"""An indicator conversation around a turn: reads messages into its spec, gates the generation, says what comes next."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from chat import offer
from chat.models import Conversation, Message
from strategies import flow
from strategies.indicators import maturity, replies
from strategies.indicators.reading import Reading, read
from strategies.indicators.spec import IndicatorSpec, from_json, to_json
from strategies.intent import Intent, read_intent
from strategies.maturity import Maturity
from strategies.models import Strategy, StrategySpec
from strategies.prompts import prompt

PATHS = ("measure", "inputs", "width", "smoothing", "signal", "pane")


@dataclass(frozen=True, slots=True)
class IndicatorAt:
    """The newest revision on the path to a message; revision 0 is the empty spec before anything was said."""

    revision: int = 0
    spec: IndicatorSpec = field(default_factory=IndicatorSpec)
    sources: dict[str, Any] = field(default_factory=dict)

    @property
    def held(self) -> frozenset[str]:
        """Paths that the person set by hand."""
        return frozenset(path for path, source in self.sources.items() if source.get("by") == "person")


def is_indicator(conversation: Conversation) -> bool:
    return conversation.kind == Conversation.Kind.INDICATOR


def spec_at(conversation: Conversation, message_id: UUID | None) -> IndicatorAt:
    row = flow.newest_row(conversation, message_id)
    return IndicatorAt(row.revision, from_json(row.spec), row.sources) if row is not None else IndicatorAt()


def writes_freely(conversation: Conversation) -> bool:
    """Whether a model writes the code, so that it may measure what no rule can compose."""
    return offer.chosen(conversation).provider != offer.BUILTIN


def maturity_of(conversation: Conversation, at: IndicatorAt, language: str) -> Maturity:
    return maturity.assess(at.spec, language, writes_freely(conversation))


def reading_of(content: str, at: IndicatorAt) -> Reading:
    asked = tuple(item["field"] for item in maturity.assess(at.spec).missing) if at.revision else ()
    return read(content, at.spec, asked, at.held)


def write_reading(conversation: Conversation, message: Message) -> None:
    """The message's words in the spec, as a revision of its own; and the state that follows."""
    at = spec_at(conversation, message.parent_id)
    reading = reading_of(message.content, at)
    changed = reading.spec != at.spec
    if changed:
        sources = sources_after(at, reading, message)
        revision = flow.add_revision(conversation, to_json(reading.spec), sources, message.pk)
        at = IndicatorAt(revision, reading.spec, sources)
    flow.settle_state(conversation, ready=maturity_of(conversation, at, "en").ready, changed=changed)


def sources_after(at: IndicatorAt, reading: Reading, message: Message) -> dict[str, Any]:
    sources = dict(at.sources)
    for path, words in reading.sources.items():
        sources[path] = {"words": words[:300], "message": str(message.pk), "by": "rules"}
    return {path: source for path, source in sources.items() if getattr(reading.spec, path, None)}


def hand_sources(at: IndicatorAt, spec: IndicatorSpec) -> dict[str, Any]:
    """Where each item comes from after an edit by hand: what changed is the person's."""
    sources = {path: source for path, source in at.sources.items() if getattr(spec, path) == getattr(at.spec, path)}
    for path in PATHS:
        if getattr(spec, path) != getattr(at.spec, path):
            sources[path] = {"words": "", "message": None, "by": "person"}
    return sources


def add_hand_revision(conversation: Conversation, at: IndicatorAt, spec: IndicatorSpec) -> int:
    """The person's spec as the next revision; the caller holds the conversation's row and saves it."""
    sources = hand_sources(at, spec)
    revision = flow.add_revision(conversation, to_json(spec), sources, conversation.head_id, StrategySpec.Origin.PERSON)
    after = IndicatorAt(revision, spec, sources)
    flow.settle_state(conversation, ready=maturity_of(conversation, after, "en").ready, changed=True)
    return revision


# --- what is said -----------------------------------------------------------------------------------------------------


def script(conversation: Conversation, message: Message | None, generate: bool, language: str) -> str:
    """The built-in strategist's reply to a message."""
    at = spec_at(conversation, message.pk if message is not None else None)
    if generate and maturity.composable(at.spec):
        return replies.generation_reply(at.spec, language)
    if message is None:
        return replies.introduction(language)
    before = spec_at(conversation, message.parent_id)
    found = maturity.assess(at.spec, language)
    strategy = Strategy.objects.filter(conversation=conversation).first()
    earlier = Message.objects.filter(
        conversation=conversation, role=Message.Role.ASSISTANT, sequence__lt=message.sequence
    )
    intent = read_intent(message.content)
    return replies.talk_reply(
        replies.Talk(
            before=before.spec,
            after=at.spec,
            reading=reading_of(message.content, before) if intent is Intent.NONE else Reading(at.spec),
            intent=intent,
            maturity=found,
            state=flow.state_at(conversation, message.pk, at, found.ready),
            first=not earlier.exists(),
            language=language,
            version=strategy.last_number if strategy is not None and strategy.last_number else None,
        )
    )


def system_prompt(conversation: Conversation, at: IndicatorAt, generate: bool, language: str) -> tuple[str, str]:
    """A model's prompt with its version: for talk, or for the code with its contract."""
    found = maturity.assess(at.spec, language, True)
    return prompt(
        "indicator" if generate else "indicator-talk",
        language,
        spec=json.dumps(to_json(at.spec), ensure_ascii=False, indent=2),
        revision=at.revision,
        state=conversation.state,
        overall=f"{found.overall:.0%}",
        missing="\n".join(f"- {item['question']}" for item in found.missing) or "-",
    )
