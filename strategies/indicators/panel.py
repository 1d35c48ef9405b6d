"""The form beside an indicator conversation: what can be changed without saying a sentence."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from strategies import describe
from strategies.grammar import MAX_PERIOD, plain_number
from strategies.indicators.describe import MEASURES, PANES, input_words
from strategies.indicators.spec import MAX_FACTOR, from_json


class IndicatorForm(forms.Form):
    """What is done with the inputs, the figures, and the place. An empty choice means "not said"."""

    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    measure = forms.ChoiceField(label=gettext_lazy("What it measures"), required=False)
    pane = forms.ChoiceField(label=gettext_lazy("Drawn"), required=False)

    def __init__(self, spec: Mapping[str, Any], revision: int, data: Mapping[str, Any] | None = None) -> None:
        self.spec = spec
        initial = {"revision": revision, "measure": spec.get("measure"), "pane": spec.get("pane")}
        super().__init__(data, initial=initial, auto_id="spec-%s")
        language = get_language() or "en"
        for name, known in (("measure", MEASURES), ("pane", PANES)):
            found = self.fields[name]
            assert isinstance(found, forms.ChoiceField)  # noqa: S101 - declared above
            words = [(key, describe.say(language, *both)) for key, both in known.items()]
            found.choices = [("", _("not said")), *((key, text[:1].upper() + text[1:]) for key, text in words)]
        typed = from_json(dict(spec)) if spec else None
        for place, item in enumerate(typed.inputs if typed else []):
            for param, value in item.params.items():
                self._number(f"input-{place}-{param}", f"{input_words(item, language)} {param}", value, 0.1, MAX_PERIOD)
        if spec.get("width"):
            self._number("width-factor", _("Width of the bands"), spec["width"]["factor"], 0, MAX_FACTOR)
        for name, label in (("smoothing", _("Smoothed over, bars")), ("signal", _("Signal line over, bars"))):
            if spec.get(name) and spec[name].get("period"):
                self._number(f"{name}-period", label, spec[name]["period"], 2, MAX_PERIOD)

    def _number(self, name: str, label: str, value: float, low: float, high: float) -> None:
        self.fields[name] = forms.FloatField(
            label=label,
            min_value=low,
            max_value=high,
            widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        )
        self.initial[name] = plain_number(value)

    def refuse(self, fields: Mapping[str, str]) -> None:
        """Says what is wrong with the spec, each at its field where it has one."""
        for path, reason in fields.items():
            self.add_error(
                path if path in self.fields else None, reason if path in self.fields else f"{path}: {reason}"
            )

    def edited(self) -> dict[str, Any]:
        """The whole spec as the valid form wants it."""
        cleaned = self.cleaned_data
        spec = deepcopy(dict(self.spec))
        spec["measure"], spec["pane"] = cleaned["measure"] or None, cleaned["pane"] or None
        for name, value in cleaned.items():
            section, _dash, rest = name.partition("-")
            if section == "input":
                place, _dash, param = rest.partition("-")
                spec["inputs"][int(place)]["params"][param] = plain_number(value)
            elif rest:
                spec[section][rest] = plain_number(value)
        return spec
