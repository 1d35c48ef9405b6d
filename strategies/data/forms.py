"""Forms of an import: the file, and what its columns and numbers mean."""

import re
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from strategies.data.csv_form import ENCODINGS, Form
from strategies.data.csv_import import Options
from strategies.data.uploads import MAX_BYTES
from strategies.models import Dataset

COLUMNS = ("time", "clock", "open", "high", "low", "close", "volume", "adj_close")
NEEDED = ("time", "open", "high", "low", "close")
FIRST_ZONES = (
    "UTC",
    "America/New_York",
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Tokyo",
    "Europe/London",
    "Europe/Berlin",
)


def column_label(name: str) -> str:
    return {
        "time": _("Date or time"),
        "clock": _("Time of day"),
        "open": pgettext("price of a bar", "Open"),
        "high": pgettext("price of a bar", "High"),
        "low": pgettext("price of a bar", "Low"),
        "close": pgettext("price of a bar", "Close"),
        "volume": _("Volume"),
        "adj_close": _("Adjusted close"),
    }[name]


class UploadForm(forms.Form):
    """The file alone: everything else is asked when it has been looked at."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"), widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"})
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than %(most)s MiB.") % {"most": MAX_BYTES // 2**20})
        return file


class ImportForm(forms.Form):
    """What the bars are and how the file is written."""

    instrument = forms.CharField(label=gettext_lazy("Instrument"), max_length=40)
    kind = forms.ChoiceField(label=gettext_lazy("Market"), choices=Dataset.Kind.choices)
    timeframe = forms.ChoiceField(label=gettext_lazy("Timeframe"), choices=Dataset.Timeframe.choices)
    timezone = forms.ChoiceField(label=gettext_lazy("Time zone of times that name none"))
    encoding = forms.ChoiceField(label=gettext_lazy("Encoding"), required=False)
    decimal = forms.ChoiceField(label=gettext_lazy("Decimal mark"), required=False)
    date_order = forms.ChoiceField(label=gettext_lazy("Order in dates"), required=False)
    adjust = forms.BooleanField(label=gettext_lazy("Adjust prices by the adjusted close"), required=False)
    leave_out = forms.BooleanField(label=gettext_lazy("Leave out rows that cannot be bars"), required=False)
    source = forms.CharField(label=gettext_lazy("Source"), max_length=300, required=False)
    licence = forms.CharField(label=gettext_lazy("Licence"), max_length=300, required=False)

    def __init__(self, recognised: Form | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(available_timezones() - set(FIRST_ZONES))
        told = _("as the file says")
        self._choose("timezone", [(zone, zone) for zone in (*FIRST_ZONES, *zones)])
        self._choose("encoding", [("", told), *((name, name) for name in ENCODINGS)])
        self._choose("decimal", [("", told), (".", _("point: 1.5")), (",", _("comma: 1,5"))])
        self._choose("date_order", [("", told), ("dmy", _("day first: 31/12")), ("mdy", _("month first: 12/31"))])
        if recognised is not None:
            self._ask_for_columns(recognised)

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def _ask_for_columns(self, recognised: Form) -> None:
        header = recognised.header or ("",) * recognised.width
        places = [
            (str(place), f"{place + 1}: {name}"[:60] if name else str(place + 1)) for place, name in enumerate(header)
        ]
        for name in COLUMNS:
            self.fields[f"column_{name}"] = forms.ChoiceField(
                label=column_label(name),
                choices=[("", "–"), *places],
                required=name in NEEDED,
                initial=str(recognised.columns.get(name, "")),
            )

    def column_fields(self) -> list[Any]:
        """The bound fields that choose columns."""
        return [self[name] for name in self.fields if name.startswith("column_")]

    def options(self) -> Options:
        """What was chosen; of a valid form."""
        chosen = self.cleaned_data
        columns = {name: chosen.get(f"column_{name}") for name in COLUMNS}
        places = {name: int(place) for name, place in columns.items() if place}
        return Options(
            timeframe=chosen["timeframe"],
            timezone=chosen["timezone"],
            always_open=chosen["kind"] == Dataset.Kind.CRYPTO,
            columns=places or None,
            encoding=chosen["encoding"],
            date_order=chosen["date_order"],
            decimal=chosen["decimal"],
            adjust=chosen["adjust"],
            leave_out=chosen["leave_out"],
        )


def guessed_instrument(name: str) -> str:
    """From a file's name: ``BTCUSDT_1m.csv`` is BTCUSDT."""
    found = re.match(r"[A-Za-z0-9.^=-]+", name.rpartition(".")[0] or name)
    return found[0].upper()[:40] if found else ""
