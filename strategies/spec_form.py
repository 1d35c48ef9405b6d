"""The form of a strategy's plan: every item of the spec by hand; an empty field means "not said"."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from strategies import conditions, formula
from strategies.conditions import AllOf, AnyOf, from_json, to_json
from strategies.describe import KINDS
from strategies.grammar import MAX_PERIOD, PARAM_NAMES, check_params, plain_number
from strategies.spec import DIRECTIONS, MARKET_KINDS, RISK_LIMITS, TIMEFRAMES
from strategies.wording import direction_words, indicator_words, kind_words, param_words, timeframe_words

_RISK_LABELS = {
    "stop_loss_pct": gettext_lazy("Stop loss, %"),
    "take_profit_pct": gettext_lazy("Take profit, %"),
    "trailing_stop_pct": gettext_lazy("Trailing stop, %"),
    "position_pct": gettext_lazy("Position size, %"),
}
_SIDES = ("entry", "exit")
# where what is wrong with a part of the spec is said; the rest is said above the form
_FIELD_OF = {
    "market.instrument": "instrument",
    "market.kind": "kind",
    "market.timeframe": "timeframe",
    **{f"risk.{name}": name for name in RISK_LIMITS},
    **{name: name for name in (*_SIDES, "direction", "excluded")},
}


class SpecForm(forms.Form):
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    instrument = forms.CharField(label=gettext_lazy("Instrument"), max_length=32, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Market"), required=False)
    timeframe = forms.ChoiceField(label=gettext_lazy("Bars"), required=False)
    direction = forms.ChoiceField(label=gettext_lazy("Direction"), required=False)
    entry = forms.CharField(label=gettext_lazy("Entry"), required=False)
    exit = forms.CharField(label=gettext_lazy("Exit"), required=False)
    excluded = forms.CharField(label=gettext_lazy("Not wanted"), required=False, max_length=200)

    wide = ("entry", "exit", "excluded")  # fields that take a whole row

    def __init__(self, spec: Mapping[str, Any], revision: int, data: Mapping[str, Any] | None = None) -> None:
        self.spec = spec
        market, risk = spec.get("market") or {}, spec.get("risk") or {}
        initial: dict[str, Any] = {
            "revision": revision,
            "instrument": market.get("instrument"),
            "kind": market.get("kind"),
            "timeframe": market.get("timeframe"),
            "direction": spec.get("direction"),
            "excluded": ", ".join(spec.get("excluded") or []),
            **{side: self._formula(side) for side in _SIDES},
        }
        super().__init__(data, initial=initial, auto_id="spec-%s")
        unsaid = ("", _("not said"))
        self._choices("kind", [unsaid, *((name, kind_words(name)) for name in KINDS if name in MARKET_KINDS)])
        self._choices("timeframe", [unsaid, *((name, timeframe_words(name)) for name in TIMEFRAMES)])
        self._choices("direction", [unsaid, *((name, direction_words(name)) for name in DIRECTIONS)])
        for side in _SIDES:
            self.fields[side].widget = forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocapitalize": "off"})
        self.fields["entry"].help_text = _(
            "For example: SMA(5) crosses above SMA(20) and (RSI(14) < 30 or close > high[1]). "
            "[1] is one bar ago; there are and, or, not and brackets."
        )
        self.fields["excluded"].help_text = _("Indicators that the plan must not use, with commas between.")
        for name, words in _RISK_LABELS.items():
            low, high = RISK_LIMITS[name]
            self._number(name, str(words), risk.get(name), low, high)
        self.fields["max_bars"] = forms.IntegerField(
            label=_("Longest holding, bars"), min_value=1, max_value=int(RISK_LIMITS["max_bars"][1]), required=False
        )
        self.initial["max_bars"] = risk.get("max_bars")
        for indicator in spec.get("indicators") or []:
            for param, value in (indicator.get("params") or {}).items():
                label = f"{indicator_words(indicator)} {param_words(param)}"
                self._number(_field_of(indicator, param), label, value, 0, MAX_PERIOD, required=True)

    def _formula(self, side: str) -> str:
        tree = self.spec.get(side)
        return formula.written(from_json(dict(tree)), get_language() or "en") if tree else ""

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

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for side in _SIDES:
            try:
                cleaned[side] = self._tree(side, " ".join(str(cleaned.get(side) or "").split()))
            except formula.BadFormula as error:
                self.add_error(side, str(error))
        names = [name.strip().upper() for name in str(cleaned.get("excluded") or "").replace("，", ",").split(",")]
        cleaned["excluded"] = [name for name in dict.fromkeys(names) if name]
        unknown = [name for name in cleaned["excluded"] if name not in PARAM_NAMES]
        if unknown:
            shown = {"name": unknown[0], "known": ", ".join(PARAM_NAMES)}
            self.add_error("excluded", _("“%(name)s” is not known; there are %(known)s.") % shown)
        for indicator in self.spec.get("indicators") or []:
            problems: dict[str, str] = {}
            check_params(indicator["name"], self._params(indicator), "", problems)
            for path, problem in problems.items():
                self.add_error(_field_of(indicator, path.removeprefix(".")), problem)
        if "revision" in self.errors:  # a hidden field has no place for its error
            self.add_error(None, _("The form is not complete. Load the page again."))
        return cleaned

    def _params(self, indicator: Mapping[str, Any]) -> dict[str, float]:
        """What the form makes of an indicator's parameters; those that are no numbers have their error already."""
        fields = {param: self.cleaned_data.get(_field_of(indicator, param)) for param in indicator.get("params") or {}}
        return {param: plain_number(value) for param, value in fields.items() if value is not None}

    def _tree(self, side: str, text: str) -> dict[str, Any] | None:
        """The side's condition; the stored one where its formula was not touched."""
        if text == " ".join(self._formula(side).split()):
            return deepcopy(self.spec.get(side))
        if not text:
            return None
        tree = formula.read(text)
        if not isinstance(tree, AllOf | AnyOf):
            tree = AllOf((tree,)) if side == "entry" else AnyOf((tree,))
        return to_json(tree)

    def edited(self) -> dict[str, Any]:
        """The whole spec as the valid form wants it."""
        cleaned = self.cleaned_data
        spec = deepcopy(dict(self.spec))
        used = _uses(spec) or set()
        spec["market"] = {
            "instrument": cleaned["instrument"].strip() or None,
            "kind": cleaned["kind"] or None,
            "timeframe": cleaned["timeframe"] or None,
        }
        spec["direction"] = cleaned["direction"] or None
        spec["risk"] = {name: cleaned[name] for name in RISK_LIMITS}
        spec["excluded"] = cleaned["excluded"]
        spec |= {side: cleaned[side] for side in _SIDES}
        # all at once: 20 → 60 and 60 → 120 must not make 120 of both
        changed = {_use(item): self._params(item) for item in spec.get("indicators") or []}
        for side in _SIDES:
            _change_params(spec.get(side), changed)
        left = _uses(spec)
        kept = []
        for item in spec.get("indicators") or []:
            was_used = _use(item) in used
            item = {**item, "params": changed[_use(item)]}
            if not was_used or left is None or _use(item) in left:  # one goes with the last condition that used it
                kept.append(item)
        spec["indicators"] = kept
        return spec

    def refuse(self, fields: Mapping[str, str]) -> None:
        """Says what is wrong with the spec, each at its field."""
        for path, reason in fields.items():
            name = _FIELD_OF.get(path) or _FIELD_OF.get(path.partition(".")[0])
            self.add_error(name, reason if name else f"{path}: {reason}")


_Use = tuple[str, tuple[tuple[str, float], ...]]


def _use(indicator: Mapping[str, Any]) -> _Use:
    return indicator["name"], tuple((indicator.get("params") or {}).items())


def _field_of(indicator: Mapping[str, Any], param: str) -> str:
    """By what it is, not by its place: that may be another one when the form comes back."""
    values = "-".join(f"{value:g}" for value in (indicator.get("params") or {}).values())
    return f"indicator-{indicator['name']}-{values}-{param}"


def _uses(spec: Mapping[str, Any]) -> set[_Use] | None:
    """The indicators that stand in conditions; None where a condition has become impossible."""
    found: set[_Use] = set()
    for side in _SIDES:
        if spec.get(side):
            tree = conditions.read(dict(spec[side]), side, {})
            if tree is None:
                return None
            found |= {(use.name, use.params) for use in conditions.indicators_of(tree)}
    return found


def _change_params(tree: Any, changed: Mapping[_Use, dict[str, float]]) -> None:
    """New parameters wherever a condition uses these indicators."""
    if isinstance(tree, list):
        for part in tree:
            _change_params(part, changed)
    elif isinstance(tree, dict) and "name" in tree:
        tree["params"] = dict(changed.get(_use(tree), tree.get("params") or {}))
    elif isinstance(tree, dict):
        for part in tree.values():
            _change_params(part, changed)
