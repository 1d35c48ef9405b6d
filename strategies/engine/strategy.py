"""The class ``Strategy`` of the documented subset, and what hangs on it: data and position."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import numpy as np

from strategies.engine.bars import PRICES, Bars
from strategies.engine.broker import Broker
from strategies.engine.errors import BadIndicator, FutureAccess, OrderRefused, OutsideSubset
from strategies.engine.lines import Clock, Line, Lines, Values, plain
from strategies.engine.orders import Order, Tag, Trade

Scalar: TypeAlias = int | float | str | bool | None
FULL_EQUITY = 1 - sys.float_info.epsilon  # all of it, and still a fraction
_EPOCH = datetime(1970, 1, 1)  # bars' times are UTC, and strategies compare them with plain ones


@dataclass(slots=True)
class Declared:
    """One call of ``self.I``: its series and how they are to be shown."""

    name: str
    overlay: bool | None
    params: tuple[Scalar, ...]
    lines: list[Line]
    parts: list[str] = field(default_factory=list)


class TimeLine:
    """The bars' times as datetimes (UTC, without zone), read like a series."""

    __slots__ = ("_clock", "_times")

    def __init__(self, times: Values, clock: Clock) -> None:
        self._times = times
        self._clock = clock

    def __len__(self) -> int:
        return self._clock.now

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            return [_moment(value) for value in self._times[: self._clock.now][key]]
        if self._clock.started and key >= 0:
            raise FutureAccess(
                "positive-index",
                f"self.data.index[{key}] counts from the first bar. In next only the past can be read: "
                "self.data.index[-1] is the newest bar's time.",
            )
        return _moment(self._times[: self._clock.now][key])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Values:
        return self._times[: self._clock.now].astype("datetime64[us]").astype(dtype or "datetime64[us]")


def _moment(microseconds: Any) -> datetime:
    return _EPOCH + timedelta(microseconds=int(microseconds))


class Data:
    """``self.data``: the bars, whole in ``init``, up to the newest bar in ``next``."""

    def __init__(self, bars: Bars, clock: Clock) -> None:
        self._clock = clock
        self._bars = bars
        for name in (*PRICES, "volume"):
            values = getattr(bars, name)[:]
            values.flags.writeable = False
            setattr(self, name.capitalize(), values)
        self.index = TimeLine(bars.time, clock)

    def _begin(self) -> None:
        """From arrays to lines: ``next`` is about to be called."""
        for name in (*PRICES, "volume"):
            title = name.capitalize()
            setattr(self, title, Line(getattr(self._bars, name), self._clock, f"self.data.{title}"))

    def __len__(self) -> int:
        return self._clock.now

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return getattr(self, key)
        raise OutsideSubset("unknown-attribute", "self.data is read by column: self.data.Close[-1].")


class Position:
    """``self.position``: all open trades taken together; true when there is any."""

    __slots__ = ("_broker",)

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def __bool__(self) -> bool:
        return self._broker.lots != 0

    @property
    def size(self) -> float:
        """Units, negative when short."""
        return self._broker.lots / self._broker.pieces

    @property
    def is_long(self) -> bool:
        return self._broker.lots > 0

    @property
    def is_short(self) -> bool:
        return self._broker.lots < 0

    @property
    def pl(self) -> float:
        """Profit in cash at the newest close, before fees."""
        return sum(trade.pl for trade in self._broker.trades)

    @property
    def pl_pct(self) -> float:
        """Profit in percent of what the open trades were bought or sold for, before fees."""
        invested = sum(abs(trade.size) * trade.entry_price for trade in self._broker.trades)
        return self.pl / invested * 100 if invested else 0.0

    def close(self, portion: float = 1.0) -> None:
        """Close the portion of every open trade at the next open."""
        for trade in tuple(self._broker.trades):
            self._broker.close(trade, portion)


class Strategy:
    """Subclass it with ``init``, which declares indicators, and ``next``, which is called on every bar and orders."""

    def __init__(self, broker: Broker, data: Data, clock: Clock) -> None:
        self._broker = broker
        self._clock = clock
        self._declared: list[Declared] = []
        self.data = data
        self.position = Position(broker)

    def init(self) -> None:
        """Declare indicators with ``self.I``."""

    def next(self) -> None:
        """Look at the past, order for the next bar."""

    def I(  # noqa: N802, E743 - the public name
        self,
        func: Callable[..., Any],
        *args: Any,
        name: str | Sequence[str] | None = None,
        plot: bool = True,
        overlay: bool | None = None,
        color: str | None = None,
        scatter: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Declare an indicator: ``func`` gets whole series and returns one value for each bar, or a tuple of such."""
        if self._clock.started:
            raise BadIndicator("indicator-in-next", "self.I belongs into init; in next, read what it returned there.")
        result = func(*(plain(item) for item in args), **{key: plain(item) for key, item in kwargs.items()})
        label = name if isinstance(name, str) else _label(func)
        rows, single = _rows(result, self._clock.now, label)
        declared = Declared(label, overlay, _scalars([*args, *kwargs.values()]), [], _parts(name, len(rows), single))
        declared.lines = [Line(row, self._clock, label) for row in rows]
        self._declared.append(declared)
        return declared.lines[0] if single else Lines(declared.lines)

    def buy(
        self,
        *,
        size: float = FULL_EQUITY,
        limit: float | None = None,
        stop: float | None = None,
        sl: float | None = None,
        tp: float | None = None,
        tag: Tag = None,
    ) -> Order:
        """Order to buy: a fraction of what is available (below 1) or whole units; filled from the next bar on."""
        return self._broker.place(_unsigned(size), limit, stop, sl, tp, tag)

    def sell(
        self,
        *,
        size: float = FULL_EQUITY,
        limit: float | None = None,
        stop: float | None = None,
        sl: float | None = None,
        tp: float | None = None,
        tag: Tag = None,
    ) -> Order:
        """Order to sell, or to sell short; as ``buy``."""
        return self._broker.place(-_unsigned(size), limit, stop, sl, tp, tag)

    @property
    def equity(self) -> float:
        """Cash and open trades at the newest close."""
        return self._broker.equity

    @property
    def orders(self) -> tuple[Order, ...]:
        """What waits to be filled, stops and targets of trades too."""
        return tuple(self._broker.queue)

    @property
    def trades(self) -> tuple[Trade, ...]:
        """What is open."""
        return tuple(self._broker.trades)


def outside_subset(owner: object, name: str) -> str | None:
    """What to say when the code asked one of ours for an attribute that it has not; None when it is none of ours."""
    if isinstance(owner, Strategy):
        return (
            f"The strategy has no {name}. It has init, next, I, data, buy, sell, position, equity, orders, trades "
            "and what the class or init defines."
        )
    if isinstance(owner, Data):
        return f"self.data has no {name}; it has Open, High, Low, Close, Volume and index, and len(self.data)."
    if isinstance(owner, Line):
        return f"{owner.name} has no {name}: it is a series of numbers, read as {owner.name}[-1]."
    return None


def _unsigned(size: Any) -> Any:
    try:
        negative = size <= 0
    except TypeError:
        raise OrderRefused("order-size", f"size has to be a number, not a {type(size).__name__}.") from None
    if negative:
        raise OrderRefused(
            "order-size",
            f"size={size} is not above 0. It is a fraction of equity (below 1, such as 0.5) or a whole number of "
            "units; to go short call sell.",
        )
    return size


def _label(func: Callable[..., Any]) -> str:
    name = getattr(func, "__name__", type(func).__name__)
    return "indicator" if name == "<lambda>" else str(name)


def _scalars(values: Sequence[Any]) -> tuple[Scalar, ...]:
    found: list[Scalar] = []
    for value in values:
        if isinstance(value, np.generic):
            value = value.item()
        if value is None or isinstance(value, str | bool | int | float):
            found.append(value)
    return tuple(found)


def _parts(name: Any, count: int, single: bool) -> list[str]:
    if single:
        return [""]
    if isinstance(name, list | tuple) and len(name) == count and all(isinstance(item, str) for item in name):
        return list(name)
    return [str(number) for number in range(1, count + 1)]


def _rows(result: Any, length: int, label: str) -> tuple[list[Values], bool]:
    """The series that an indicator function returned, and whether it was one alone."""
    try:
        values = np.asarray(plain(result))
    except ValueError:
        values = np.empty(0)
    if values.ndim == 2 and values.shape[1] == length:
        rows, single = list(values), False
    elif values.ndim == 2 and values.shape[0] == length:
        rows, single = list(values.T), False
    else:
        rows, single = [values], True
    if single and (values.ndim != 1 or len(values) != length):
        shape = "nothing" if result is None else f"shape {values.shape}" if values.size else "unequal lengths"
        raise BadIndicator(
            "indicator-length",
            f"The indicator {label} returned {shape}; it has to return one value for each of the {length} bars, "
            "or a tuple of such arrays (NaN where there is no value yet).",
        )
    if values.dtype.kind not in "fiub":
        raise BadIndicator("indicator-type", f"The indicator {label} returned {values.dtype}, not numbers.")
    return rows, single
