"""The truth about a run, outside of the sandbox: fills, trades and equity from bars and actions alone."""

import gc
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from strategies.engine.actions import CANCEL, CLOSE, ORDER, STOP, TARGET, Action
from strategies.engine.bars import Bars
from strategies.engine.broker import Broker, Rejected
from strategies.engine.config import RunConfig
from strategies.engine.errors import OrderRefused
from strategies.engine.orders import Order, Tag, Trade
from strategies.engine.prices import INFINITY, Prices

MAX_WORK, MAX_WORK_PER_BAR = 2_000_000, 20  # orders looked at: a forged log must not keep this process busy for ever
MANY_ORDERS = 64  # beyond, those that are done are forgotten
LOOKED_AT_SINGLY = 64  # bars: below that, numpy's own start costs more


class InvalidActions(Exception):
    """The log says what no run can have asked for: it is forged, or belongs to other bars; ``place`` counts from 0."""

    def __init__(self, code: str, reason: str, place: int) -> None:
        super().__init__(f"{reason} (action {place}).")
        self.code = code
        self.place = place


class TradeRecord(NamedTuple):
    """A trade, or the part of one that was closed at once; without ``exit_bar`` it is open, at the last close."""

    trade: int  # parts of one trade share it
    size: float  # units, negative when short
    entry_bar: int
    entry_price: float
    exit_bar: int | None
    exit_price: float  # the last close when it is open
    fees: float
    pl: float  # in cash, after fees
    return_pct: float  # pl in percent of the value at entry
    reason: str  # close, stop, target, opposite, ruin, open
    tag: Tag
    sl: float | None
    tp: float | None

    @property
    def is_open(self) -> bool:
        return self.exit_bar is None


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution: at ``bar`` for ``price``, ``size`` units bought (positive) or sold (negative)."""

    bar: int
    price: float
    size: float
    fee: float
    trade: int
    entry: bool
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """What came of it: equity in cash at each close (float64[n]); units held at each close (float64[n])."""

    trades: tuple[TradeRecord, ...]
    equity: NDArray[np.float64]
    held: NDArray[np.float64]
    rejected: tuple[Rejected, ...]
    ruined_at: int | None

    @property
    def open_trades(self) -> tuple[TradeRecord, ...]:
        return tuple(trade for trade in self.trades if trade.exit_bar is None)

    @property
    def closed_trades(self) -> tuple[TradeRecord, ...]:
        return tuple(trade for trade in self.trades if trade.exit_bar is not None)

    @property
    def fills(self) -> tuple[Fill, ...]:
        """Entries and exits in the order of bars; an entry that was closed in parts is one fill for each part."""
        return tuple(sorted(_fills(self.trades), key=lambda fill: (fill.bar, not fill.entry)))


def replay(bars: Bars, config: RunConfig, actions: Sequence[Action]) -> Result:
    """Fill the actions on the bars; raises InvalidActions when they cannot be those of a run on these bars."""
    _check_order(actions, len(bars))
    with _uncollected():
        return _replay(bars, config, actions)


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for rubbish: a replay makes none, and all that it makes would be searched again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _replay(bars: Bars, config: RunConfig, actions: Sequence[Action]) -> Result:
    prices = Prices.in_place(bars)
    broker = Broker(prices, config)
    broker.recording = False
    book = _Book(broker)
    count = len(bars)
    ledger = _Ledger(count, float(config.cash))
    lows, highs = prices.lows, prices.highs
    bar, place, most = 0, 0, MAX_WORK + MAX_WORK_PER_BAR * count
    while bar < count:
        action_bar = actions[place].bar if place < len(actions) else count
        bar = _next_bar(bars, prices, broker, bar, action_bar)
        if bar >= count:
            break
        if lows[bar] <= broker.low_trigger or highs[bar] >= broker.high_trigger:
            broker.process(bar)
            ledger.write(bar, broker)
            if broker.ruined_at is not None:
                break
        else:
            broker.bar = bar
        while place < len(actions) and actions[place].bar == bar:
            book.apply(actions[place], place)
            place += 1
            if broker.work > most:
                raise InvalidActions("too-much-work", "There are too many orders at once", place)
        if broker.work > most:
            raise InvalidActions("too-much-work", "There are too many orders at once", place)
        bar += 1
    if place < len(actions):
        raise InvalidActions("action-after-end", "There are actions after the account was worth nothing", place)
    if len(bars):
        broker.bar = len(bars) - 1
    trades = tuple(_record(part, broker) for part in (*broker.closed, *broker.trades))
    equity, held = ledger.spread(bars.close)
    if broker.ruined_at is not None:
        equity[broker.ruined_at :] = 0.0
    return Result(trades, equity, held, tuple(broker.rejected), broker.ruined_at)


def _check_order(actions: Sequence[Action], bars: int) -> None:
    previous = 1  # next is first called on the second bar
    for place, action in enumerate(actions):
        if not previous <= action.bar < bars:
            raise InvalidActions("action-bar", f"The bar {action.bar} is out of order or not there", place)
        previous = action.bar


def _next_bar(bars: Bars, prices: Prices, broker: Broker, bar: int, action_bar: int) -> int:
    """The first bar from ``bar`` on that changes something: one by one at first, then whole stretches together."""
    low_trigger, high_trigger = broker.low_trigger, broker.high_trigger
    if low_trigger == INFINITY:
        return bar
    if not broker.queue and not broker.trades:
        return action_bar
    stop = min(bar + LOOKED_AT_SINGLY, action_bar)
    for low, high in zip(prices.lows[bar:stop], prices.highs[bar:stop], strict=True):
        if low <= low_trigger or high >= high_trigger:
            return bar
        bar += 1
    width = 256
    while bar < action_bar:
        stop = min(bar + width, action_bar)
        hit = (bars.low[bar:stop] <= low_trigger) | (bars.high[bar:stop] >= high_trigger)
        if hit.any():
            return bar + int(hit.argmax())
        bar, width = stop, min(width * 4, 65_536)
    return action_bar


class _Book:
    """Orders and trades by the numbers that actions name them by."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._orders: dict[int, Order] = {}

    def apply(self, action: Action, place: int) -> None:
        broker = self._broker
        _bar, kind, target, size, limit, stop, sl, tp, tag = action
        try:
            if kind == ORDER:
                order = broker.place(0.0 if size is None else size, limit, stop, sl, tp, tag)
                self._orders[order._id] = order
                if len(self._orders) > 2 * len(broker.queue) + MANY_ORDERS:
                    self._orders = {number: one for number, one in self._orders.items() if one._live}
            elif kind == CANCEL:
                broker.cancel(self._waiting(target, place))
            elif kind in (CLOSE, STOP, TARGET):
                trade = broker.open.get(target)
                if trade is None:
                    raise InvalidActions("action-target", f"No trade {target} is open", place)
                if kind == CLOSE:
                    broker.close(trade, 0.0 if size is None else size)
                elif kind == STOP:
                    broker.set_stop(trade, sl)
                else:
                    broker.set_target(trade, tp)
            else:
                raise InvalidActions("action-kind", f"There is no kind of action {kind}", place)
        except OrderRefused as error:
            raise InvalidActions(error.code, str(error), place) from error

    def _waiting(self, target: int, place: int) -> Order:
        broker = self._broker
        known = self._orders.get(target)
        if known is None:  # the closing of a trade: its number is an order's too
            broker.work += len(broker.queue)
            known = next((one for one in broker.queue if one._id == target), None)
        if known is None or not known._live:
            raise InvalidActions("action-target", f"No order {target} waits", place)
        return known


class _Ledger:
    """Cash, units held and what was paid for them, written at the bars where they change."""

    def __init__(self, bars: int, cash: float) -> None:
        self._count = bars
        self._rows = array("d", (0, cash, 0.0, 0.0))

    def write(self, bar: int, broker: Broker) -> None:
        self._rows.extend((bar, broker.cash, broker.lots / broker.pieces, broker.paid / broker.pieces))

    def spread(self, close: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Equity and units held at each close."""
        if not self._count:
            return np.empty(0), np.empty(0)
        begins, *columns = np.frombuffer(self._rows).reshape(-1, 4).T
        lengths = np.diff(begins, append=self._count).astype(np.int64)
        cash, held, paid = (np.repeat(column, lengths) for column in columns)
        return cash + held * close - paid, held


def _record(part: Trade, broker: Broker) -> TradeRecord:
    price = broker.last_price if part.exit_price is None else part.exit_price
    size, entry, fees = part.size, part.entry_price, part.entry_fee + part.exit_fee
    pl = size * (price - entry) - fees
    return TradeRecord(
        part._id,
        size,
        part.entry_bar,
        entry,
        part.exit_bar,
        price,
        fees,
        pl,
        pl / (abs(size) * entry) * 100,
        part.reason or "open",
        part.tag,
        part.sl,
        part.tp,
    )


def _fills(trades: Sequence[TradeRecord]) -> Iterator[Fill]:
    for trade in trades:
        # fees are in proportion to value on both sides
        entry, leaving = trade.entry_price, trade.exit_price
        share = entry / (entry + leaving) if not trade.is_open else 1.0
        yield Fill(trade.entry_bar, entry, trade.size, trade.fees * share, trade.trade, True, "entry")
        if trade.exit_bar is not None:
            yield Fill(trade.exit_bar, leaving, -trade.size, trade.fees * (1 - share), trade.trade, False, trade.reason)
