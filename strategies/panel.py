"""The plan beside a conversation: scores, what was understood, what is asked next, and the form for editing by hand."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from chat.models import Conversation
from strategies import describe
from strategies.grammar import plain_number
from strategies.indicators.panel import IndicatorForm
from strategies.maturity import READY_EACH, READY_EACH_SYSTEM, READY_OVERALL
from strategies.spec import DIRECTIONS, RISK_LIMITS, TIMEFRAMES
from strategies.wording import SpecItem, direction_words, indicator_words, spec_items, timeframe_words

_RISK_LABELS = {
    "stop_loss_pct": gettext_lazy("Stop loss, %"),
    "take_profit_pct": gettext_lazy("Take profit, %"),
    "trailing_stop_pct": gettext_lazy("Trailing stop, %"),
    "position_pct": gettext_lazy("Position size, %"),
}


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
    form: "SpecForm | IndicatorForm"
    edit_url: str

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
) -> "SpecForm | IndicatorForm":
    """The form of the conversation's kind of plan."""
    if conversation.kind == Conversation.Kind.INDICATOR:
        return IndicatorForm(spec, revision, data)
    return SpecForm(spec, revision, data)


def spec_panel(
    conversation: Conversation, fields: Mapping[str, Any], form: "SpecForm | IndicatorForm | None" = None
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
        edit_url=reverse("strategies:spec", args=[conversation.pk]),
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


class SpecForm(forms.Form):
    """The simple items of a spec: what can be changed without saying a sentence. An empty field means "not said"."""

    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    instrument = forms.CharField(label=gettext_lazy("Instrument"), max_length=32, required=False)
    timeframe = forms.ChoiceField(label=gettext_lazy("Bars"), required=False)
    direction = forms.ChoiceField(label=gettext_lazy("Direction"), required=False)

    def __init__(self, spec: Mapping[str, Any], revision: int, data: Mapping[str, Any] | None = None) -> None:
        self.spec = spec
        market, risk = spec.get("market") or {}, spec.get("risk") or {}
        initial: dict[str, Any] = {
            "revision": revision,
            "instrument": market.get("instrument"),
            "timeframe": market.get("timeframe"),
            "direction": spec.get("direction"),
        }
        super().__init__(data, initial=initial, auto_id="spec-%s")
        unsaid = ("", _("not said"))
        self._choices("timeframe", [unsaid, *((name, timeframe_words(name)) for name in TIMEFRAMES)])
        self._choices("direction", [unsaid, *((name, direction_words(name)) for name in DIRECTIONS)])
        for name, label in _RISK_LABELS.items():
            low, high = RISK_LIMITS[name]
            self._number(name, str(label), risk.get(name), low, high)
        for place, indicator in enumerate(spec.get("indicators") or []):
            for param, value in (indicator.get("params") or {}).items():
                name = f"indicator-{place}-{param}"
                self._number(name, f"{indicator_words(indicator)} {param}", value, 0, 1000, required=True)

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        found = self.fields[name]
        assert isinstance(found, forms.ChoiceField)  # noqa: S101 - declared above
        found.choices = choices

    def _number(
        self, name: str, label: str, value: float | None, low: float, high: float, required: bool = False
    ) -> None:
        self.fields[name] = forms.FloatField(
            label=label,
            min_value=low,
            max_value=high,
            required=required,
            widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        )
        self.initial[name] = None if value is None else plain_number(value)

    def edited(self) -> dict[str, Any]:
        """The whole spec as the valid form wants it."""
        cleaned = self.cleaned_data
        spec = deepcopy(dict(self.spec))
        spec["market"] = {
            **(spec.get("market") or {}),
            "instrument": cleaned["instrument"].strip() or None,
            "timeframe": cleaned["timeframe"] or None,
        }
        spec["direction"] = cleaned["direction"] or None
        spec["risk"] = {**(spec.get("risk") or {}), **{name: cleaned[name] for name in _RISK_LABELS}}
        for place, indicator in enumerate(spec.get("indicators") or []):
            old = dict(indicator.get("params") or {})
            new = {param: plain_number(cleaned[f"indicator-{place}-{param}"]) for param in old}
            if new != old:
                for name in ("entry", "exit"):
                    _change_params(spec.get(name), indicator["name"], old, new)
                indicator["params"] = new
        return spec


def _change_params(tree: Any, name: str, old: Mapping[str, float], new: Mapping[str, float]) -> None:
    """The same indicator in every condition that uses it."""
    if isinstance(tree, list):
        for part in tree:
            _change_params(part, name, old, new)
    elif isinstance(tree, dict):
        if tree.get("name") == name and tree.get("params") == old:
            tree["params"] = dict(new)
            return
        for part in tree.values():
            _change_params(part, name, old, new)
