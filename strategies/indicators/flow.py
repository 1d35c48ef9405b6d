"""An indicator conversation around a turn: reads messages into its spec, gates the generation, says what comes next."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from chat.models import Conversation, Message
from strategies import flow
from strategies.describe import say
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


def maturity_of(at: IndicatorAt, language: str, free: bool) -> Maturity:
    return maturity.assess(at.spec, language, free)


def reading_of(content: str, at: IndicatorAt) -> Reading:
    asked = tuple(item["field"] for item in maturity.assess(at.spec).missing) if at.revision else ()
    return read(content, at.spec, asked, at.held)


def write_reading(conversation: Conversation, message: Message, free: bool) -> None:
    """The message's words in the spec, as a revision of its own; and the state that follows."""
    at = spec_at(conversation, message.parent_id)
    reading = reading_of(message.content, at)
    changed = reading.spec != at.spec
    if changed:
        sources = sources_after(at, reading, message)
        revision = flow.add_revision(conversation, to_json(reading.spec), sources, message.pk)
        at = IndicatorAt(revision, reading.spec, sources)
    flow.settle_state(conversation, ready=maturity_of(at, "en", free).ready, changed=changed)


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


def add_hand_revision(conversation: Conversation, at: IndicatorAt, spec: IndicatorSpec, free: bool) -> int:
    """The person's spec as the next revision; the caller holds the conversation's row and saves it."""
    sources = hand_sources(at, spec)
    revision = flow.add_revision(
        conversation, to_json(spec), sources, conversation.head_id, StrategySpec.Origin.PERSON
    )
    after = IndicatorAt(revision, spec, sources)
    flow.settle_state(conversation, ready=maturity_of(after, "en", free).ready, changed=True)
    return revision


def spec_state(conversation: Conversation, language: str, free: bool) -> dict[str, Any]:
    """The fields of a ``strategy_maturity`` frame."""
    at = spec_at(conversation, conversation.head_id)
    found = maturity_of(at, language, free)
    return {
        "spec": to_json(at.spec),
        "spec_revision": at.revision,
        "scores": found.scores,
        "overall": found.overall,
        "missing": found.missing,
        "ready": found.ready,
        "sources": at.sources,
    }


# --- what is said -----------------------------------------------------------------------------------------------------


def script(conversation: Conversation, message: Message | None, generate: bool, language: str) -> str:
    """The built-in strategist's reply to a message."""
    at = spec_at(conversation, message.pk if message is not None else None)
    if generate and maturity.composable(at.spec):
        return replies.generation_reply(at.spec, language)
    if message is None:
        return replies.introduction(language)
    before = spec_at(conversation, message.parent_id)
    found = maturity_of(at, language, False)
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
    found = maturity_of(at, language, True)
    return prompt(
        "indicator" if generate else "indicator-talk",
        language,
        spec=json.dumps(to_json(at.spec), ensure_ascii=False, indent=2),
        revision=at.revision,
        state=conversation.state,
        overall=f"{found.overall:.0%}",
        missing="\n".join(f"- {item['question']}" for item in found.missing) or "-",
    )


def repair_words(findings: str) -> str:
    return (
        f"The code was checked and run on sample bars, and this was found:\n{findings}\n\n"
        "Write the whole file with the function `indicator` again, corrected, in one fenced block of Python."
    )


def nothing_to_compose(language: str) -> str:
    return say(language, "The plan is not complete yet.", "方案还不完整。")
