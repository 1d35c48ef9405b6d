"""The form of a strategy's plan: every item of the spec by hand; an empty field means "not said"."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from strategies import formula
from strategies.conditions import AllOf, AnyOf, from_json, indicators_of, to_json
from strategies.describe import KINDS
from strategies.grammar import PARAM_NAMES, plain_number
from strategies.spec import DIRECTIONS, MARKET_KINDS, RISK_LIMITS, TIMEFRAMES
from strategies.wording import direction_words, indicator_words, kind_words, timeframe_words

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
        for name, label in _RISK_LABELS.items():
            low, high = RISK_LIMITS[name]
            self._number(name, str(label), risk.get(name), low, high)
        self.fields["max_bars"] = forms.IntegerField(
            label=_("Longest holding, bars"), min_value=1, max_value=int(RISK_LIMITS["max_bars"][1]), required=False
        )
        self.initial["max_bars"] = risk.get("max_bars")
        for place, indicator in enumerate(spec.get("indicators") or []):
            for param, value in (indicator.get("params") or {}).items():
                name = f"indicator-{place}-{param}"
                self._number(name, f"{indicator_words(indicator)} {param}", value, 0, 1000, required=True)

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
        return cleaned

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
        used = _uses(spec)
        spec["market"] = {
            "instrument": cleaned["instrument"].strip() or None,
            "kind": cleaned["kind"] or None,
            "timeframe": cleaned["timeframe"] or None,
        }
        spec["direction"] = cleaned["direction"] or None
        spec["risk"] = {name: cleaned[name] for name in RISK_LIMITS}
        spec["excluded"] = cleaned["excluded"]
        spec |= {side: cleaned[side] for side in _SIDES}
        for place, indicator in enumerate(spec.get("indicators") or []):
            old = dict(indicator.get("params") or {})
            new = {param: plain_number(cleaned[f"indicator-{place}-{param}"]) for param in old}
            if new != old:
                for side in _SIDES:
                    _change_params(spec.get(side), indicator["name"], old, new)
                if (indicator["name"], tuple(old.items())) in used:
                    used.add((indicator["name"], tuple(new.items())))
                indicator["params"] = new
        # an indicator goes with the last condition that used it
        gone = used - _uses(spec)
        spec["indicators"] = [
            item
            for item in spec.get("indicators") or []
            if (item["name"], tuple((item.get("params") or {}).items())) not in gone
        ]
        return spec

    def refuse(self, fields: Mapping[str, str]) -> None:
        """Says what is wrong with the spec, each at its field."""
        for path, reason in fields.items():
            section, _dot, rest = path.partition(".")
            name = _FIELD_OF.get(path) or _FIELD_OF.get(section)
            if name is None and section == "indicators":
                name = f"indicator-{rest.replace('.params.', '-')}"
            self.add_error(
                name if name in self.fields else None, reason if name in self.fields else f"{path}: {reason}"
            )


def _uses(spec: Mapping[str, Any]) -> set[tuple[str, tuple[tuple[str, float], ...]]]:
    """The indicators that stand in conditions."""
    trees = [from_json(dict(spec[side])) for side in _SIDES if spec.get(side)]
    return {(use.name, use.params) for tree in trees for use in indicators_of(tree)}


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
