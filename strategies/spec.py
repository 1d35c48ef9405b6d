"""The typed strategy spec: its schema, defaults and names (``docs/protocol.md``, section 7)."""

from typing import Any, Literal

import msgspec

Timeframe = Literal["1m", "5m", "15m", "30m", "1h", "4h", "1d", "1w"]
Price = Literal["open", "high", "low", "close", "volume"]
Op = Literal["cross_above", "cross_below", "gt", "ge", "lt", "le"]
IndicatorName = Literal[
    "SMA", "EMA", "WMA", "MACD", "RSI", "KDJ", "BOLL", "ATR", "CCI", "ADX", "DONCHIAN", "VOLUME_SMA", "ROC"
]

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


class Base(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Market(Base, frozen=True):
    instrument: str | None = None
    kind: Literal["spot", "futures", "stock", "forex"] | None = None
    timeframe: Timeframe | None = None


class Indicator(Base, frozen=True):
    name: IndicatorName
    params: dict[str, float] = {}


class IndicatorOperand(Base, frozen=True, omit_defaults=True):
    name: IndicatorName
    params: dict[str, float] = {}
    line: str | None = None
    offset: int = 0


class PriceOperand(Base, frozen=True, omit_defaults=True):
    """A price some bars ago; without an offset the plain string stands for it."""

    price: Price
    offset: int = 0


Operand = float | str | IndicatorOperand


class Risk(Base, frozen=True):
    stop_loss_pct: float | None = None
    take_profit_pct: float | None = None
    trailing_stop_pct: float | None = None
    position_pct: float | None = None
    max_bars: int | None = None


class Spec(Base, frozen=True):
    """What the person said so far; what was not said is null or absent.

    ``entry`` and ``exit`` are condition trees: {"op", "left", "right"}, {"all": [...]}, {"any": [...]}, {"not": ...};
    ``strategies.conditions`` checks them, since msgspec cannot tell untagged structs apart.
    """

    market: Market = Market()
    indicators: list[Indicator] = []
    entry: dict[str, Any] | None = None
    exit: dict[str, Any] | None = None
    risk: Risk = Risk()
    direction: Literal["long", "short", "both"] | None = None
    excluded: list[str] = []
