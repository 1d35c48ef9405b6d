"""The words of a spec: operators, prices, indicators, their parameters and lines (``docs/protocol.md``, section 7)."""

from typing import Any, Literal

from django.utils.translation import gettext as _

Price = Literal["open", "high", "low", "close", "volume"]
Op = Literal["cross_above", "cross_below", "gt", "ge", "lt", "le"]
IndicatorName = Literal[
    "SMA", "EMA", "WMA", "MACD", "RSI", "KDJ", "BOLL", "ATR", "CCI", "ADX", "DONCHIAN", "VOLUME_SMA", "ROC"
]


PRICES = ("open", "high", "low", "close", "volume")
OPS = ("cross_above", "cross_below", "gt", "ge", "lt", "le")
MOVING_AVERAGES = ("SMA", "EMA", "WMA")

DEFAULT_PARAMS: dict[str, dict[str, float]] = {
    "SMA": {},
    "EMA": {},
    "WMA": {},
    "MACD": {"fast": 12, "slow": 26, "signal": 9},
    "RSI": {"period": 14},
    "KDJ": {"n": 9, "m1": 3, "m2": 3},
    "BOLL": {"period": 20, "dev": 2},
    "ATR": {"period": 14},
    "CCI": {"period": 20},
    "ADX": {"period": 14},
    "DONCHIAN": {"period": 20},
    "VOLUME_SMA": {"period": 20},
    "ROC": {"period": 10},
}
PARAM_NAMES: dict[str, tuple[str, ...]] = {
    name: tuple(defaults) or ("period",) for name, defaults in DEFAULT_PARAMS.items()
}
LINES: dict[str, tuple[str, ...]] = {
    "MACD": ("macd", "signal", "hist"),
    "KDJ": ("k", "d", "j"),
    "BOLL": ("upper", "middle", "lower"),
    "DONCHIAN": ("upper", "lower"),
}
# the line that is meant when none is named; DONCHIAN has none
DEFAULT_LINES: dict[str, str] = {"MACD": "macd", "KDJ": "k", "BOLL": "middle"}

MAX_PERIOD = 1000
MAX_OFFSET = 500


def plain_number(value: float) -> float | int:
    """``5.0`` as ``5``: whole numbers stand in JSON and in code as integers."""
    # an integer of any length stays one: it may be too large for a float
    return int(value) if isinstance(value, int) or value.is_integer() else value


def full_params(name: str, params: dict[str, float]) -> dict[str, float]:
    """``params`` with the defaults for what is absent, in the declared order."""
    known = {**DEFAULT_PARAMS[name], **params}
    return {key: plain_number(known[key]) for key in PARAM_NAMES[name] if key in known}


def is_complete(name: str, params: dict[str, float]) -> bool:
    return all(key in params for key in PARAM_NAMES[name])


def check_params(name: str, params: Any, path: str, errors: dict[str, str]) -> dict[str, float]:
    """Checked parameters with defaults; what is wrong goes into ``errors`` by path."""
    if not isinstance(params, dict):
        errors[path] = _("This must be an object of numbers.")
        return {}
    checked: dict[str, float] = {}
    for key, value in params.items():
        where = f"{path}.{key}"
        if key not in PARAM_NAMES[name]:
            errors[where] = _("%(name)s has no such parameter; it has %(known)s.") % {
                "name": name,
                "known": ", ".join(PARAM_NAMES[name]),
            }
        elif value is None:
            continue
        elif isinstance(value, bool) or not isinstance(value, int | float):
            errors[where] = _("This must be a number.")
        elif key == "dev":
            if not 0.1 <= value <= 10:
                errors[where] = _("This must be from %(low)s to %(high)s.") % {"low": "0.1", "high": "10"}
            checked[key] = value
        else:
            low = 1 if key in ("m1", "m2", "signal") else 2
            if not low <= value <= MAX_PERIOD or not float(value).is_integer():
                errors[where] = _("This must be a whole number from %(low)s to %(high)s.") % {
                    "low": low,
                    "high": MAX_PERIOD,
                }
            checked[key] = value
    if name == "MACD" and not errors:
        both = {**DEFAULT_PARAMS["MACD"], **checked}
        if both["fast"] >= both["slow"]:
            errors[f"{path}.fast"] = _("The fast period must be smaller than the slow one.")
    return full_params(name, checked) if not errors else checked
