"""The typed strategy spec: its schema, defaults and names (``docs/protocol.md``, section 7)."""

import re
from typing import Any, Literal

import msgspec
from django.utils.translation import gettext as _

from strategies import conditions
from strategies.grammar import DEFAULT_PARAMS, IndicatorName, check_params, full_params, plain_number

Timeframe = Literal["1m", "5m", "15m", "30m", "1h", "4h", "1d", "1w"]
TIMEFRAMES = ("1m", "5m", "15m", "30m", "1h", "4h", "1d", "1w")
MARKET_KINDS = ("spot", "futures", "stock", "forex")
DIRECTIONS = ("long", "short", "both")
MAX_INDICATORS = 40


class InvalidSpec(Exception):
    """The caller's spec cannot be accepted; ``fields`` says for each path what is wrong, in words."""

    code = "invalid_spec"

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("; ".join(f"{path}: {reason}" for path, reason in fields.items()))
        self.fields = fields


class Base(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Market(Base, frozen=True):
    instrument: str | None = None
    kind: Literal["spot", "futures", "stock", "forex"] | None = None
    timeframe: Timeframe | None = None


class Indicator(Base, frozen=True):
    """``params`` lacks what the person has not said and what has no default."""

    name: IndicatorName
    params: dict[str, float] = {}


class Risk(Base, frozen=True):
    stop_loss_pct: float | None = None
    take_profit_pct: float | None = None
    trailing_stop_pct: float | None = None
    position_pct: float | None = None
    max_bars: int | None = None


class Spec(Base, frozen=True):
    """What the person said so far; what was not said is null or absent.

    ``entry`` and ``exit`` are condition trees in JSON: ``strategies.conditions`` reads and checks them.
    """

    market: Market = Market()
    indicators: list[Indicator] = []
    entry: dict[str, Any] | None = None
    exit: dict[str, Any] | None = None
    risk: Risk = Risk()
    direction: Literal["long", "short", "both"] | None = None
    excluded: list[str] = []


RISK_LIMITS: dict[str, tuple[float, float]] = {
    "stop_loss_pct": (0, 99.99),
    "take_profit_pct": (0, 10_000),
    "trailing_stop_pct": (0, 99.99),
    "position_pct": (0, 100),
    "max_bars": (0, 100_000),
}

_INSTRUMENT = re.compile(r"[\w./:^=-]{1,32}")


def read_spec(data: Any) -> Spec:
    """A checked and normalised spec from JSON; raises InvalidSpec with every path that is wrong."""

    if not isinstance(data, dict):
        raise InvalidSpec({"spec": _("The spec must be an object.")})
    errors: dict[str, str] = {}
    known = {"market", "indicators", "entry", "exit", "risk", "direction", "excluded"}
    for key in data:
        if key not in known:
            errors[str(key)[:60]] = _("There is no such field.")
    market = _read_market(data.get("market"), errors)
    risk = _read_risk(data.get("risk"), errors)
    direction = _read_choice(data.get("direction"), DIRECTIONS, "direction", errors)
    excluded = _read_excluded(data.get("excluded"), errors)
    trees: dict[str, dict[str, Any] | None] = {"entry": None, "exit": None}
    named: list[tuple[str, dict[str, float]]] = []
    for side in trees:
        if data.get(side) is not None:
            tree = conditions.read(data[side], side, errors)
            if tree is not None:
                trees[side] = conditions.to_json(tree)
                named += [(use.name, use.params_dict()) for use in conditions.indicators_of(tree)]
    indicators = _read_indicators(data.get("indicators"), named, errors)
    for name in excluded:
        if any(name == used for used, _params in named):
            errors["excluded"] = _("%(name)s is excluded and used in a condition at the same time.") % {"name": name}
    short = direction in ("short", "both")
    if short and risk.take_profit_pct is not None and risk.take_profit_pct >= 100:
        errors["risk.take_profit_pct"] = _("A short position cannot gain 100 percent or more.")
    if errors:
        raise InvalidSpec(errors)
    return Spec(
        market=market,
        indicators=indicators,
        entry=trees["entry"],
        exit=trees["exit"],
        risk=risk,
        direction=direction,  # type: ignore[arg-type]
        excluded=excluded,
    )


def to_json(spec: Spec) -> dict[str, Any]:
    """The spec as stored and sent: every field present."""
    data: dict[str, Any] = msgspec.to_builtins(spec)
    for name, value in data["risk"].items():
        if value is not None:
            data["risk"][name] = plain_number(value) if name == "max_bars" else float(value)
    return data


def from_json(data: dict[str, Any]) -> Spec:
    """A stored spec; it was checked when it was written."""
    return msgspec.convert(data, Spec)


def _read_market(data: Any, errors: dict[str, str]) -> Market:
    if data is None:
        return Market()
    if not isinstance(data, dict):
        errors["market"] = _("This must be an object.")
        return Market()
    for key in data:
        if key not in ("instrument", "kind", "timeframe"):
            errors[f"market.{str(key)[:60]}"] = _("There is no such field.")
    instrument = data.get("instrument")
    if isinstance(instrument, str):
        instrument = instrument.strip().upper() or None
    if instrument is not None and not (isinstance(instrument, str) and _INSTRUMENT.fullmatch(instrument)):
        errors["market.instrument"] = _("This must be a symbol such as BTC/USDT or AAPL.")
        instrument = None
    kind = _read_choice(data.get("kind"), MARKET_KINDS, "market.kind", errors)
    timeframe = _read_choice(data.get("timeframe"), TIMEFRAMES, "market.timeframe", errors)
    return Market(instrument=instrument, kind=kind, timeframe=timeframe)  # type: ignore[arg-type]


def _read_choice(value: Any, choices: tuple[str, ...], path: str, errors: dict[str, str]) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or value not in choices:
        errors[path] = _("This must be one of %(choices)s.") % {"choices": ", ".join(choices)}
        return None
    return value


def _read_risk(data: Any, errors: dict[str, str]) -> Risk:
    if data is None:
        return Risk()
    if not isinstance(data, dict):
        errors["risk"] = _("This must be an object.")
        return Risk()
    values: dict[str, Any] = {}
    for key, value in data.items():
        path = f"risk.{str(key)[:60]}"
        if key not in RISK_LIMITS:
            errors[path] = _("There is no such field.")
        elif value is None:
            continue
        elif isinstance(value, bool) or not isinstance(value, int | float):
            errors[path] = _("This must be a number.")
        else:
            problem = risk_problem(key, value)
            if problem:
                errors[path] = problem
            else:
                values[key] = int(value) if key == "max_bars" else float(value)
    return Risk(**values)


def risk_problem(key: str, value: float) -> str:
    """What is wrong with a risk figure, in words; empty when nothing is."""
    low, high = RISK_LIMITS[key]
    if not low < value <= high:
        return _("This must be above %(low)s and at most %(high)s.") % {"low": f"{low:g}", "high": f"{high:g}"}
    if key == "max_bars" and not float(value).is_integer():
        return _("This must be a whole number.")
    return ""


def _read_excluded(data: Any, errors: dict[str, str]) -> list[str]:
    if data is None:
        return []
    if not isinstance(data, list) or any(not isinstance(name, str) or name not in DEFAULT_PARAMS for name in data):
        errors["excluded"] = _("This must be a list of indicator names: %(known)s.") % {
            "known": ", ".join(DEFAULT_PARAMS)
        }
        return []
    return list(dict.fromkeys(data))


def _read_indicators(data: Any, named: list[tuple[str, dict[str, float]]], errors: dict[str, str]) -> list[Indicator]:
    found: list[tuple[str, dict[str, float]]] = []
    if data is not None and (not isinstance(data, list) or len(data) > MAX_INDICATORS):
        errors["indicators"] = _("This must be a list of at most %(count)s indicators.") % {"count": MAX_INDICATORS}
        data = None
    for place, item in enumerate(data or []):
        path = f"indicators.{place}"
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(name, str) or name not in DEFAULT_PARAMS or set(item) - {"name", "params"}:
            errors[path] = _("This must be an indicator with a name of %(known)s, and its params.") % {
                "known": ", ".join(DEFAULT_PARAMS)
            }
            continue
        problems: dict[str, str] = {}
        params = check_params(name, item.get("params") or {}, f"{path}.params", problems)
        errors.update(problems)
        found.append((name, params))
    return merge_indicators(found, named)


def merge_indicators(
    mentioned: list[tuple[str, dict[str, float]]], named: list[tuple[str, dict[str, float]]]
) -> list[Indicator]:
    """What was mentioned and what the conditions name, each once, in order of appearance."""
    merged: list[Indicator] = []
    for name, params in [*mentioned, *named]:
        indicator = Indicator(name=name, params=full_params(name, params))  # type: ignore[arg-type]
        if indicator not in merged:
            merged.append(indicator)
    return merged
