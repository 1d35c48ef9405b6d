"""What a person wishes to be run: checked before anything is stored, with the plan's wishes as defaults."""

import hashlib
import json
import math
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from chat.errors import Refused
from strategies.data.storage import label, microseconds
from strategies.engine.config import MAX_CASH, MAX_PCT, RunConfig
from strategies.engine.strategy import Scalar
from strategies.kinds import is_indicator
from strategies.models import Dataset, StrategyVersion
from trademe.accounts.models import User

MAX_BARS = 1_000_000
LEAST_BARS = 2
MAX_TEXT = 100  # characters of a parameter
MAX_NUMBER = 1e12
QUOTES = ("USDT", "USDC", "USD")


class BadSetup(Refused):
    """What was asked for cannot be run; ``field`` names the place in form and API."""

    def __init__(self, code: str, message: str, field: str) -> None:
        super().__init__(message, code=code)
        self.field = field


@dataclass(frozen=True, slots=True)
class Setup:
    """A run that can be started. ``start`` and ``stop`` bound the beginnings of bars, both included."""

    version: StrategyVersion
    dataset: Dataset
    start: datetime | None
    stop: datetime | None
    config: RunConfig
    parameters: dict[str, Scalar]

    @property
    def trial_sha256(self) -> str:
        """Of what is tried on the data: code and parameters."""
        parameters = {**self.version.parameters, **self.parameters}
        text = json.dumps([self.version.code_sha256, parameters], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def configuration_sha256(self) -> str:
        """As ``strategies.engine.fingerprints`` has it."""
        text = json.dumps({**asdict(self.config), "parameters": self.parameters}, sort_keys=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()


def configure(
    version: StrategyVersion,
    dataset: Dataset,
    *,
    start: datetime | None = None,
    stop: datetime | None = None,
    cash: float | None = None,
    fee_pct: float | None = None,
    slippage_pct: float | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> Setup:
    """A checked setup; raises BadSetup. What is None is the default."""
    if is_indicator(version):
        raise BadSetup(
            "not_a_strategy", _("Only a strategy can be backtested; this version is an indicator."), "version"
        )
    config = RunConfig(
        cash=_within("cash", cash, RunConfig().cash, MAX_CASH, above_zero=True),
        fee_pct=_within("fee_pct", fee_pct, RunConfig().fee_pct, MAX_PCT),
        slippage_pct=_within("slippage_pct", slippage_pct, RunConfig().slippage_pct, MAX_PCT),
    )
    check_range(dataset, start, stop)
    return Setup(version, dataset, start, stop, config, overrides(version, parameters or {}))


def count_bars(dataset: Dataset, start: datetime | None, stop: datetime | None) -> int:
    """How many bars begin from ``start`` to ``stop``: only the chunks at the edges are looked into."""
    first = microseconds(start) if start is not None else -(2**62)
    last = microseconds(stop) if stop is not None else 2**62
    count = 0
    chunks = dataset.chunks.filter(last_time__gte=first, first_time__lte=last)
    for pk, begin, end, bars in chunks.values_list("pk", "first_time", "last_time", "bar_count"):
        if first <= begin and end <= last:
            count += bars
        else:
            data = zlib.decompress(chunks.values_list("data", flat=True).get(pk=pk))
            time = np.frombuffer(data, "<i8", bars)
            count += int(np.count_nonzero((time >= first) & (time <= last)))
    return count


def check_range(dataset: Dataset, start: datetime | None, stop: datetime | None, most: int = MAX_BARS) -> None:
    """Raises BadSetup where the range holds too few or too many bars."""
    if start is not None and stop is not None and start > stop:
        raise BadSetup("bad_range", _("The range ends before it begins."), "stop")
    bars = count_bars(dataset, start, stop)
    if bars < LEAST_BARS:
        words = _("%(dataset)s has %(count)s bars there; it has bars from %(first)s to %(last)s.") % {
            "dataset": label(dataset),
            "count": bars,
            "first": f"{dataset.first_time:%Y-%m-%d}",
            "last": f"{dataset.last_time:%Y-%m-%d}",
        }
        raise BadSetup("no_data", words, "start")
    if bars > most:
        words = _("The range has %(count)s bars; at most %(most)s can be run at once.") % {
            "count": bars,
            "most": most,
        }
        raise BadSetup("too_many_bars", words, "start")


def _within(name: str, value: float | None, default: float, most: float, above_zero: bool = False) -> float:
    if value is None:
        return default
    usable = not isinstance(value, bool) and isinstance(value, int | float) and math.isfinite(value)
    if not usable or not 0 <= value <= most or (above_zero and value == 0):
        above = _("This must be above %(low)s and at most %(high)s.")
        words = above if above_zero else _("This must be from %(low)s to %(high)s.")
        raise BadSetup(f"bad_{name}", words % {"low": "0", "high": f"{most:g}"}, name)
    return float(value)


def overrides(version: StrategyVersion, wanted: Mapping[str, Any]) -> dict[str, Scalar]:
    """Those of the wanted parameters that differ from the version's own."""
    changed: dict[str, Scalar] = {}
    for name, value in wanted.items():
        if name not in version.parameters:
            known = ", ".join(version.parameters) or "–"
            words = _("There is no parameter %(name)s; there are: %(known)s.") % {
                "name": str(name)[:60],
                "known": known,
            }
            raise BadSetup("unknown_parameter", words, "parameters")
        read = read_parameter(name, value, version.parameters[name])
        if read != version.parameters[name] or type(read) is not type(version.parameters[name]):
            changed[name] = read
    return changed


def read_parameter(name: str, value: Any, default: Any) -> Scalar:
    """A parameter of its default's type; raises BadSetup."""
    if isinstance(default, bool):
        if isinstance(value, bool):
            return value
    elif isinstance(default, int):
        if _is_number(value) and float(value).is_integer():
            return int(value)
    elif isinstance(default, float):
        if _is_number(value):
            return float(value)
    elif isinstance(default, str):
        if isinstance(value, str) and len(value) <= MAX_TEXT and value.isprintable():
            return value
    elif value is None or _is_number(value):
        return value  # type: ignore[no-any-return]
    words = {
        bool: _("%(name)s must be yes or no."),
        int: _("%(name)s must be a whole number."),
        str: _("%(name)s must be a text of at most 100 characters."),
    }.get(type(default), _("%(name)s must be a number."))
    raise BadSetup("bad_parameter", words % {"name": name}, f"parameters.{name}")


def _is_number(value: Any) -> bool:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return plain and abs(value) <= MAX_NUMBER and math.isfinite(value)


# --- the plan's wishes ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offer:
    """Every dataset that the person may use, and the one that fits the plan best.

    ``missing`` names what the plan asks for and is not there.
    """

    datasets: tuple[Dataset, ...]
    best: Dataset | None
    missing: str = ""


def offer(user: "User | int", version: StrategyVersion) -> Offer:
    """What there is for a version, in one query."""
    datasets = tuple(Dataset.objects.visible_to(user).order_by("instrument", "timeframe", "pk"))
    market = (version.spec or {}).get("market") or {}
    instrument, timeframe = market.get("instrument") or "", market.get("timeframe") or ""
    if not datasets:
        return Offer((), None, _wish(instrument, timeframe))
    best = max(datasets, key=lambda dataset: _fit(dataset, instrument, timeframe))
    fits = _same_instrument(best.instrument, instrument) and timeframe in ("", best.timeframe)
    return Offer(datasets, best, "" if fits else _wish(instrument, timeframe))


def _wish(instrument: str, timeframe: str) -> str:
    return " · ".join(word for word in (instrument, timeframe) if word)


def _fit(dataset: Dataset, instrument: str, timeframe: str) -> tuple[bool, bool, bool, bool]:
    """The instrument first, then the timeframe, one's own before the bundled, the real before the invented."""
    return (
        bool(instrument) and _same_instrument(dataset.instrument, instrument),
        dataset.timeframe == timeframe,
        dataset.owner_id is not None,
        not dataset.synthetic,
    )


def _same_instrument(one: str, other: str) -> bool:
    return not other or _plain(one) == _plain(other)


def _plain(instrument: str) -> str:
    letters = "".join(char for char in instrument.upper() if char.isalnum())
    for quote in QUOTES:
        if letters.endswith(quote) and len(letters) > len(quote):
            return letters.removesuffix(quote) + "USD"
    return letters
