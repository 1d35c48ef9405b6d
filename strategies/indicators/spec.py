"""What an indicator is to measure, typed; its vocabulary is that of the strategy spec (protocol, section 7).

``measure`` says what is done with the inputs: drawn as they are, one minus the other (also in percent of it),
one through the other, or bands around one. An input is a price or an indicator; without ``line`` all of its lines are
meant.
"""

from typing import Any, Literal

import msgspec
from django.utils.translation import gettext as _

from strategies.grammar import (
    DEFAULT_PARAMS,
    LINES,
    MAX_PERIOD,
    MOVING_AVERAGES,
    PRICES,
    check_params,
    full_params,
    is_complete,
    plain_number,
)
from strategies.spec import Base, InvalidSpec

Measure = Literal["lines", "difference", "percent", "ratio", "bands"]
Pane = Literal["price", "below"]

MEASURES = ("lines", "difference", "percent", "ratio", "bands")
OF_TWO = ("difference", "percent", "ratio")  # what takes two inputs
PANES = ("price", "below")
WIDTHS = ("STDDEV", "ATR", "PERCENT")
MAX_INPUTS = 8
MAX_IDEA = 2_000
MAX_FACTOR = 1000.0


class Input(Base, frozen=True):
    """``name`` is a price or an indicator; ``params`` lacks what was not said and has no default."""

    name: str
    params: dict[str, float] = {}
    line: str | None = None

    @property
    def is_price(self) -> bool:
        return self.name in PRICES

    @property
    def complete(self) -> bool:
        return self.is_price or is_complete(self.name, self.params)

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines that are meant, by name; one without a name for what has only one."""
        return (self.line,) if self.line else LINES.get(self.name, ("",))


class Width(Base, frozen=True):
    """How far the bands stand off: ``factor`` times a deviation or a range of ``period`` bars, or percent."""

    name: Literal["STDDEV", "ATR", "PERCENT"]
    factor: float
    period: int | None = None


class Average(Base, frozen=True):
    """A moving average of the result."""

    name: Literal["SMA", "EMA", "WMA"]
    period: int | None = None


class IndicatorSpec(Base, frozen=True):
    """What the person said so far; what was not said is null or empty. ``idea``: their own words."""

    idea: str | None = None
    measure: Measure | None = None
    inputs: list[Input] = []
    width: Width | None = None
    smoothing: Average | None = None
    signal: Average | None = None
    pane: Pane | None = None


def is_indicator_spec(data: Any) -> bool:
    """Whether a stored spec is one of an indicator."""
    return isinstance(data, dict) and "measure" in data


def to_json(spec: IndicatorSpec) -> dict[str, Any]:
    data: dict[str, Any] = msgspec.to_builtins(spec)
    return data


def from_json(data: dict[str, Any]) -> IndicatorSpec:
    """A stored spec; it was checked when it was written."""
    return msgspec.convert(data, IndicatorSpec)


def read_spec(data: Any) -> IndicatorSpec:
    """A checked spec from JSON; raises InvalidSpec with every path that is wrong."""
    if not isinstance(data, dict):
        raise InvalidSpec({"spec": _("The spec must be an object.")})
    errors: dict[str, str] = {}
    known = IndicatorSpec.__struct_fields__
    for key in data:
        if key not in known:
            errors[str(key)[:60]] = _("There is no such field.")
    spec = IndicatorSpec(
        idea=_read_idea(data.get("idea"), errors),
        measure=_read_choice(data.get("measure"), MEASURES, "measure", errors),
        inputs=_read_inputs(data.get("inputs"), errors),
        width=_read_width(data.get("width"), errors),
        smoothing=_read_average(data.get("smoothing"), "smoothing", errors),
        signal=_read_average(data.get("signal"), "signal", errors),
        pane=_read_choice(data.get("pane"), PANES, "pane", errors),
    )
    if errors:
        raise InvalidSpec(errors)
    return spec


def make_input(name: str, params: dict[str, float] | None = None, line: str | None = None) -> Input:
    """An input with the defaults filled in."""
    return Input(name=name, params={} if name in PRICES else full_params(name, params or {}), line=line)


def period_problem(value: Any) -> str:
    """What is wrong with a period, in words; empty when nothing is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _("This must be a number.")
    if not 2 <= value <= MAX_PERIOD or not float(value).is_integer():
        return _("This must be a whole number from %(low)s to %(high)s.") % {"low": 2, "high": MAX_PERIOD}
    return ""


def _read_idea(value: Any, errors: dict[str, str]) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > MAX_IDEA:
        errors["idea"] = _("This must be a text of at most %(count)s characters.") % {"count": MAX_IDEA}
        return None
    return value


def _read_choice(value: Any, choices: tuple[str, ...], path: str, errors: dict[str, str]) -> Any:
    if value is None or value == "":
        return None
    if value not in choices:
        errors[path] = _("This must be one of %(choices)s.") % {"choices": ", ".join(choices)}
        return None
    return value


def _read_inputs(data: Any, errors: dict[str, str]) -> list[Input]:
    if data is None:
        return []
    if not isinstance(data, list) or len(data) > MAX_INPUTS:
        errors["inputs"] = _("This must be a list of at most %(count)s inputs.") % {"count": MAX_INPUTS}
        return []
    found = [_read_input(item, f"inputs.{place}", errors) for place, item in enumerate(data)]
    return [item for item in found if item is not None]


def _read_input(data: Any, path: str, errors: dict[str, str]) -> Input | None:
    name = data.get("name") if isinstance(data, dict) else None
    if not isinstance(name, str) or set(data) - {"name", "params", "line"}:
        errors[path] = _("This must be a price or an indicator: an object with name, params and line.")
        return None
    if name in PRICES:
        if data.get("params") or data.get("line"):
            errors[path] = _("A price has no parameters and no lines.")
        return Input(name=name)
    if name not in DEFAULT_PARAMS:
        errors[f"{path}.name"] = _("This must be one of %(choices)s.") % {
            "choices": ", ".join((*PRICES, *DEFAULT_PARAMS))
        }
        return None
    problems: dict[str, str] = {}
    params = check_params(name, data.get("params") or {}, f"{path}.params", problems)
    errors.update(problems)
    line = data.get("line")
    if line is not None and line not in LINES.get(name, ()):
        errors[f"{path}.line"] = _("This must be one of %(choices)s.") % {"choices": ", ".join(LINES.get(name, ()))}
        return None
    return Input(name=name, params=params, line=line)


def _read_width(data: Any, errors: dict[str, str]) -> Width | None:
    if data is None:
        return None
    if not isinstance(data, dict) or data.get("name") not in WIDTHS or set(data) - {"name", "factor", "period"}:
        errors["width"] = _("This must be an object with a name of %(known)s, factor and period.") % {
            "known": ", ".join(WIDTHS)
        }
        return None
    factor, period = data.get("factor"), data.get("period")
    if isinstance(factor, bool) or not isinstance(factor, int | float) or not 0 < factor <= MAX_FACTOR:
        errors["width.factor"] = _("This must be above %(low)s and at most %(high)s.") % {
            "low": "0",
            "high": f"{MAX_FACTOR:g}",
        }
        return None
    if period is not None and (problem := period_problem(period)):
        errors["width.period"] = problem
        return None
    return Width(name=data["name"], factor=plain_number(factor), period=None if period is None else int(period))


def _read_average(data: Any, path: str, errors: dict[str, str]) -> Average | None:
    if data is None:
        return None
    if not isinstance(data, dict) or data.get("name") not in MOVING_AVERAGES or set(data) - {"name", "period"}:
        errors[path] = _("This must be an object with a name of %(known)s, and a period.") % {
            "known": ", ".join(MOVING_AVERAGES)
        }
        return None
    period = data.get("period")
    if period is not None and (problem := period_problem(period)):
        errors[f"{path}.period"] = problem
        return None
    return Average(name=data["name"], period=None if period is None else int(period))
