"""Orders and trades as strategy code sees them: what may be read, and the few things that may be asked for."""

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from strategies.engine.broker import Broker

Tag: TypeAlias = str | int | float | bool | None
Role: TypeAlias = Literal["entry", "close", "stop", "target"]


class Order:
    """An order that waits: an entry, the closing of a trade, or a trade's stop or target (then ``is_contingent``)."""

    __slots__ = ("_broker", "_id", "_limit", "_live", "_role", "_size", "_sl", "_stop", "_tag", "_tp", "_trade", "buys")

    def __init__(
        self,
        broker: "Broker",
        role: Role,
        size: float,
        limit: float | None = None,
        stop: float | None = None,
        sl: float | None = None,
        tp: float | None = None,
        tag: Tag = None,
        trade: "Trade | None" = None,
    ) -> None:
        self._broker = broker
        self._id = -1
        self._role: Role = role
        self._size = size  # entry: fraction of equity or units; close: lots; always signed
        self._limit = limit
        self._stop = stop
        self._sl = sl
        self._tp = tp
        self._tag = tag
        self._trade = trade
        self._live = True
        self.buys = size > 0

    @property
    def size(self) -> float:
        """Negative when it sells; an entry's fraction of equity stays a fraction until it is filled."""
        if self._trade is None:
            return self._size
        if self._role == "close":
            return self._size / self._broker.pieces
        return -self._trade.size

    @property
    def limit(self) -> float | None:
        return self._limit

    @property
    def stop(self) -> float | None:
        return self._stop

    @property
    def sl(self) -> float | None:
        return self._sl

    @property
    def tp(self) -> float | None:
        return self._tp

    @property
    def tag(self) -> Tag:
        return self._tag

    @property
    def is_long(self) -> bool:
        return self.buys

    @property
    def is_short(self) -> bool:
        return not self.buys

    @property
    def is_contingent(self) -> bool:
        return self._role in ("stop", "target")

    def cancel(self) -> None:
        """Take the order back; a stop or target is taken off its trade. Nothing happens when it is gone already."""
        self._broker.cancel(self)


class Trade:
    """A position opened by one order; ``sl`` and ``tp`` may be set, to a price or to None."""

    __slots__ = (
        "_broker",
        "_id",
        "_stop",
        "_target",
        "entry_bar",
        "entry_fee",
        "entry_price",
        "exit_bar",
        "exit_fee",
        "exit_price",
        "final_sl",
        "final_tp",
        "lots",
        "reason",
        "tag",
    )

    def __init__(self, broker: "Broker", lots: int, bar: int, price: float, fee: float, tag: Tag) -> None:
        self._broker = broker
        self._id = -1
        self._stop: Order | None = None
        self._target: Order | None = None
        self.lots = lots  # signed, in pieces of a unit: whole numbers add up exactly
        self.entry_bar = bar
        self.entry_price = price
        self.entry_fee = fee
        self.exit_bar: int | None = None
        self.exit_price: float | None = None
        self.exit_fee = 0.0
        self.final_sl: float | None = None
        self.final_tp: float | None = None
        self.reason = ""
        self.tag = tag

    @property
    def size(self) -> float:
        """Units, negative when short."""
        return self.lots / self._broker.pieces

    @property
    def is_long(self) -> bool:
        return self.lots > 0

    @property
    def is_short(self) -> bool:
        return self.lots < 0

    @property
    def value(self) -> float:
        """What it is worth at the newest close (or was at its exit), without sign."""
        return abs(self.size) * self._price()

    @property
    def pl(self) -> float:
        """Profit at the newest close (or at its exit) in cash, before fees."""
        return self.size * (self._price() - self.entry_price)

    @property
    def pl_pct(self) -> float:
        """Profit as a fraction of the entry price, before fees: 0.01 is one percent."""
        return (1 if self.lots > 0 else -1) * (self._price() / self.entry_price - 1)

    def _price(self) -> float:
        return self._broker.last_price if self.exit_price is None else self.exit_price

    @property
    def sl(self) -> float | None:
        return self.final_sl if self._stop is None else self._stop._stop

    @sl.setter
    def sl(self, price: float | None) -> None:
        self._broker.set_stop(self, price)

    @property
    def tp(self) -> float | None:
        return self.final_tp if self._target is None else self._target._limit

    @tp.setter
    def tp(self, price: float | None) -> None:
        self._broker.set_target(self, price)

    def close(self, portion: float = 1.0) -> None:
        """Close it, or the portion (0 to 1) of it, at the next open."""
        self._broker.close(self, portion)
