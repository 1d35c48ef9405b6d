"""The form of a run: only what exists can be chosen, the plan's wishes are chosen already."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from strategies.backtests.setup import BadSetup, Offer, Setup, configure
from strategies.data.storage import label
from strategies.engine.config import RunConfig
from strategies.models import Dataset, StrategyVersion

PREFIX = "p_"  # of the fields that are the strategy's own parameters


class DatasetField(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes none at runtime
    def label_from_instance(self, obj: Dataset) -> str:
        return f"{label(obj)} · {obj.first_time:%Y-%m-%d} – {obj.last_time:%Y-%m-%d}"


class BarsForm(forms.Form):
    """Bars, a range of them and the code's own parameters. Empty dates mean the first and the last bar."""

    dataset = DatasetField(queryset=Dataset.objects.none(), label=_("Market data"), empty_label=None)
    start = forms.DateField(label=_("From"), required=False, widget=forms.DateInput({"type": "date"}))
    stop = forms.DateField(label=_("To"), required=False, widget=forms.DateInput({"type": "date"}))

    def __init__(
        self, version: StrategyVersion, offered: Offer, user_id: int, data: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=self.defaults(offered))
        self.version = version
        dataset: Any = self.fields["dataset"]
        dataset.queryset = Dataset.objects.visible_to(user_id).order_by("instrument", "timeframe", "pk")
        for name, default in version.parameters.items():
            self.fields[PREFIX + name] = _parameter_field(name, default)

    def defaults(self, offered: Offer) -> dict[str, Any]:
        return {"dataset": offered.best.pk if offered.best is not None else None}

    @property
    def parameter_fields(self) -> list[forms.BoundField]:
        """The fields of the code's own parameters."""
        return [self[name] for name in self.fields if name.startswith(PREFIX)]

    @property
    def parameters_changed(self) -> bool:
        """Whether the code's own parameters are worth showing at once."""
        return self.is_bound and any(name.startswith(PREFIX) for name in (*self.changed_data, *self.errors))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if self.errors:
            return found
        try:
            self.accept(found)
        except BadSetup as error:
            field = error.field.replace("parameters.", PREFIX)
            self.add_error(field if field in self.fields else None, error.message)
        return found

    def accept(self, found: dict[str, Any]) -> None:
        """Make what the form is for; raises BadSetup."""
        raise NotImplementedError

    @staticmethod
    def range_of(found: dict[str, Any]) -> dict[str, datetime | None]:
        return {"start": _moment(found.get("start"), time.min), "stop": _moment(found.get("stop"), time.max)}

    @staticmethod
    def parameters_of(found: dict[str, Any]) -> dict[str, Any]:
        return {
            name.removeprefix(PREFIX): value
            for name, value in found.items()
            if name.startswith(PREFIX) and value is not None
        }


class BacktestForm(BarsForm):
    """``setup`` is there when the form is valid."""

    cash = forms.FloatField(label=_("Cash"), required=False, min_value=0)
    fee_pct = forms.FloatField(label=_("Fee a side, %"), required=False, min_value=0)
    slippage_pct = forms.FloatField(label=_("Slippage, %"), required=False, min_value=0)
    setup: Setup | None = None

    def defaults(self, offered: Offer) -> dict[str, Any]:
        config = RunConfig()
        costs = {"cash": f"{config.cash:g}", "fee_pct": config.fee_pct, "slippage_pct": config.slippage_pct}
        return super().defaults(offered) | costs

    def accept(self, found: dict[str, Any]) -> None:
        self.setup = configure(
            self.version,
            found["dataset"],
            **self.range_of(found),
            cash=found.get("cash"),
            fee_pct=found.get("fee_pct"),
            slippage_pct=found.get("slippage_pct"),
            parameters=self.parameters_of(found),
        )


def _moment(day: date | None, at: time) -> datetime | None:
    return None if day is None else datetime.combine(day, at, UTC)


def _parameter_field(name: str, default: Any) -> forms.Field:
    options: dict[str, Any] = {"label": name, "required": False, "initial": default}
    if isinstance(default, bool):
        options |= {"choices": (("true", _("Yes")), ("false", _("No"))), "initial": str(default).lower()}
        return forms.TypedChoiceField(coerce=lambda value: value == "true", empty_value=None, **options)
    if isinstance(default, int):
        return forms.IntegerField(**options)
    if isinstance(default, str):
        return forms.CharField(max_length=100, strip=False, **options)
    return forms.FloatField(**options)
