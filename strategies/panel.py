"""The plan beside a conversation: scores, what was understood, what is asked next, and the form for editing by hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from chat.models import Conversation
from strategies import describe, revisions
from strategies.indicators.panel import IndicatorForm
from strategies.maturity import READY_EACH, READY_EACH_SYSTEM, READY_OVERALL
from strategies.spec_form import SpecForm
from strategies.wording import SpecItem, spec_items


@dataclass(frozen=True, slots=True)
class Score:
    label: str
    value: float
    needed: float

    @property
    def percent(self) -> int:
        return int(self.value * 100 + 0.5)

    # numbers for the markup, in the form that HTML wants in every language
    @property
    def value_attribute(self) -> str:
        return f"{self.value:.3f}"

    @property
    def needed_attribute(self) -> str:
        return f"{self.needed:.2f}"


@dataclass(frozen=True, slots=True)
class Choice:
    label: str
    say: str


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    choices: list[Choice] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SpecPanel:
    conversation_id: UUID
    state: str
    revision: int
    ready: bool
    overall: Score
    scores: list[Score]
    items: list[SpecItem]
    questions: list[Question]
    form: SpecForm | IndicatorForm
    changes: revisions.Changes

    @property
    def edit_url(self) -> str:
        return reverse("strategies:spec", args=[self.conversation_id])

    @property
    def changes_url(self) -> str:
        return reverse("strategies:plan-changes", args=[self.conversation_id])

    @property
    def conversation_url(self) -> str:
        return reverse("chat:conversation", args=[self.conversation_id])

    @property
    def can_confirm(self) -> bool:
        return self.ready and self.state == Conversation.State.READY

    @property
    def generating(self) -> bool:
        return self.state == Conversation.State.GENERATING

    @property
    def generated(self) -> bool:
        return self.state == Conversation.State.GENERATED


def spec_form(
    conversation: Conversation, spec: Mapping[str, Any], revision: int, data: Mapping[str, Any] | None = None
) -> SpecForm | IndicatorForm:
    """The form of the conversation's kind of plan."""
    if conversation.kind == Conversation.Kind.INDICATOR:
        return IndicatorForm(spec, revision, data)
    return SpecForm(spec, revision, data)


def spec_panel(
    conversation: Conversation, fields: Mapping[str, Any], form: SpecForm | IndicatorForm | None = None
) -> SpecPanel:
    """The panel from the fields of a ``strategy_maturity`` frame; ``form`` is one that was refused."""
    spec, revision = fields["spec"] or {}, int(fields["spec_revision"])
    system = conversation.kind == Conversation.Kind.TRADING_SYSTEM
    needed = READY_EACH_SYSTEM if system else READY_EACH
    return SpecPanel(
        conversation_id=conversation.pk,
        state=conversation.state,
        revision=revision,
        ready=bool(fields["ready"]),
        overall=Score(_("Maturity of the idea"), float(fields["overall"]), READY_OVERALL),
        scores=[Score(dimension_words(name), float(value), needed) for name, value in fields["scores"].items()],
        items=spec_items(spec, fields.get("sources")),
        questions=_questions(fields["missing"]),
        form=form or spec_form(conversation, spec, revision),
        changes=revisions.newest(conversation),
    )


def dimension_words(name: str) -> str:
    words = {
        "trading_logic": _("Trading logic"),
        "risk_management": _("Risk management"),
        "technical_parameters": _("Technical parameters"),
        "market_context": _("Market"),
        "measure": _("What it measures"),
        "inputs": _("Inputs"),
        "parameters": _("Parameters"),
        "drawing": _("Drawing"),
    }
    return words.get(name, name.replace("_", " "))


def _questions(missing: Iterable[Mapping[str, Any]]) -> list[Question]:
    return [
        Question(str(entry["question"]), [_choice(str(entry["field"]), str(choice)) for choice in entry["choices"]])
        for entry in missing
    ]


def _choice(path: str, choice: str) -> Choice:
    """A choice with the words that say it without its question: ``stop-loss 2%``."""
    language = get_language() or "en"
    section, _dot, rest = path.partition(".")
    if section == "risk" and rest in describe.RISKS:
        subject = describe.say(language, *describe.RISKS[rest])
        return Choice(choice, f"{subject} {choice}")
    if section == "indicators":
        periods = describe.say(language, " and ", "和").join(choice.split(", "))
        return Choice(choice, f"{rest.partition('.')[0]} {periods}")
    if path == "direction" and choice in describe.DIRECTIONS:
        words = describe.say(language, *describe.DIRECTIONS[choice])
        return Choice(words, words)
    return Choice(choice, choice)
