"""The one broker: fills orders by the rules of docs/strategy.md, live under a strategy and again from its actions."""

from dataclasses import dataclass

from strategies.engine.actions import CANCEL, CLOSE, MAX_ACTIONS, ORDER, STOP, TARGET, Action
from strategies.engine.checks import check_sides, check_tag, checked_price, checked_size, number_of
from strategies.engine.config import RunConfig
from strategies.engine.errors import OrderRefused
from strategies.engine.orders import Order, Tag, Trade
from strategies.engine.prices import INFINITY, Prices

MAX_PENDING = 5_000


@dataclass(frozen=True, slots=True)
class Rejected:
    """An entry that could not be filled; ``code`` is ``size-too-small`` or ``no-cash``."""

    bar: int
    order: int
    code: str


class Broker:
    """Cash, waiting orders and trades on bars that are given as sequences of floats, one bar after another.

    ``process(bar)`` has to be called, in order, for each bar that reaches ``low_trigger`` or ``high_trigger``; all
    others change nothing. Orders may be placed after it, while ``bar`` is the newest bar.
    """

    __slots__ = (
        "_cheaper",
        "_closes",
        "_dearer",
        "_fee",
        "_highs",
        "_lows",
        "_opens",
        "_ruin_above",
        "_ruin_below",
        "actions",
        "bar",
        "cash",
        "closed",
        "high_trigger",
        "lots",
        "low_trigger",
        "open",
        "orders_placed",
        "paid",
        "pieces",
        "queue",
        "recording",
        "rejected",
        "ruined_at",
        "trades",
        "trades_opened",
        "work",
    )

    def __init__(self, prices: Prices, config: RunConfig) -> None:
        self._opens, self._highs, self._lows, self._closes = prices
        self._fee = config.fee_pct / 100
        self._dearer, self._cheaper = 1 + config.slippage_pct / 100, 1 - config.slippage_pct / 100
        self.pieces = config.pieces
        self.cash = float(config.cash)
        self.bar = 0
        self.queue: list[Order] = []
        self.trades: list[Trade] = []
        self.closed: list[Trade] = []
        self.rejected: list[Rejected] = []
        self.actions: list[Action] = []
        self.recording = True
        self.work = 0  # orders looked at so far
        self.paid = 0.0  # lots times entry price of all open trades, which are long or short together
        self.open: dict[int, Trade] = {}
        self.lots = 0
        self.orders_placed = 0
        self.trades_opened = 0
        self.ruined_at: int | None = None
        self.low_trigger = self._ruin_below = -INFINITY
        self.high_trigger = self._ruin_above = INFINITY

    # --- what is known ----------------------------------------------------------------------------------------------

    @property
    def last_price(self) -> float:
        return self._closes[self.bar]

    @property
    def equity(self) -> float:
        """Cash and the open trades at the newest close."""
        return self.cash + (self.lots * self._closes[self.bar] - self.paid) / self.pieces

    def _available(self) -> float:
        """What can be spent without leverage: equity less the value of what is held, at the newest close."""
        if not self.lots:
            return max(0.0, self.cash)
        return max(0.0, self.equity - abs(self.lots) / self.pieces * self._closes[self.bar])

    # --- what a strategy asks for -----------------------------------------------------------------------------------

    def place(
        self,
        size: float,
        limit: float | None = None,
        stop: float | None = None,
        sl: float | None = None,
        tp: float | None = None,
        tag: Tag = None,
    ) -> Order:
        """Add an entry of a signed size (a fraction of equity below 1, whole units from 1); raises OrderRefused."""
        size = checked_size(size)
        if limit is not None:
            limit = checked_price("limit", limit)
        if stop is not None:
            stop = checked_price("stop", stop)
        if sl is not None:
            sl = checked_price("sl", sl)
        if tp is not None:
            tp = checked_price("tp", tp)
        if tag is not None:
            check_tag(tag)
        if sl is not None or tp is not None:
            check_sides(size > 0, limit or stop or self._closes[self.bar], sl, tp)
        if len(self.queue) >= MAX_PENDING:
            raise OrderRefused("too-many-pending", f"More than {MAX_PENDING} orders wait; cancel those not needed.")
        order = Order(self, "entry", size, limit, stop, sl, tp, tag)
        if self.recording:
            self._record(Action(self.bar, ORDER, -1, size, limit, stop, sl, tp, tag))
        order._id = self.orders_placed
        self.orders_placed += 1
        self.queue.append(order)
        self._watch(order)
        return order

    def cancel(self, order: Order) -> None:
        """Take an order back; a stop or target is taken off its trade."""
        if not order._live:
            return
        if order._role == "stop" and order._trade is not None:
            self.set_stop(order._trade, None)
        elif order._role == "target" and order._trade is not None:
            self.set_target(order._trade, None)
        else:
            if self.recording:
                self._record(Action(self.bar, CANCEL, order._id))
            self._remove(order)
            self._watch_all()

    def close(self, trade: Trade, portion: float = 1.0) -> None:
        """Close the portion of a trade at the next open, before anything else; raises OrderRefused."""
        portion = number_of("portion", portion)
        if not 0 < portion <= 1:
            raise OrderRefused("close-portion", f"close(portion) takes a number above 0 and up to 1, not {portion:g}.")
        if trade.exit_bar is not None:
            return
        if len(self.queue) >= MAX_PENDING:
            raise OrderRefused("too-many-pending", f"More than {MAX_PENDING} orders wait; cancel those not needed.")
        lots = max(1, round(abs(trade.lots) * portion))
        order = Order(self, "close", -lots if trade.lots > 0 else lots, None, None, None, None, trade.tag, trade)
        if self.recording:
            self._record(Action(self.bar, CLOSE, trade._id, portion))
        order._id = self.orders_placed
        self.orders_placed += 1
        self.queue.insert(0, order)
        self.low_trigger = INFINITY

    def set_stop(self, trade: Trade, price: float | None) -> None:
        """Set, move or take off the stop of a trade; raises OrderRefused."""
        price = checked_price("sl", price)
        if trade.exit_bar is not None:
            return
        if self.recording:
            self._record(Action(self.bar, STOP, trade._id, sl=price))
        self._attach_stop(trade, price)
        self._watch_all()

    def set_target(self, trade: Trade, price: float | None) -> None:
        """Set, move or take off the target of a trade; raises OrderRefused."""
        price = checked_price("tp", price)
        if trade.exit_bar is not None:
            return
        if self.recording:
            self._record(Action(self.bar, TARGET, trade._id, tp=price))
        self._attach_target(trade, price)
        self._watch_all()

    def _record(self, action: Action) -> None:
        if len(self.actions) >= MAX_ACTIONS:
            raise OrderRefused("too-many-actions", f"A run may place and change at most {MAX_ACTIONS} orders.")
        self.actions.append(action)

    # --- bars -------------------------------------------------------------------------------------------------------

    def process(self, bar: int) -> None:
        """Fill what the bar fills; the newest bar is then ``bar``."""
        self.bar = bar
        opened, high, low = self._opens[bar], self._highs[bar], self._lows[bar]
        while self._fill(bar, opened, high, low):
            continue
        self._watch_all()
        if self.trades:
            close = self._closes[bar]
            if (close <= self._ruin_below or close >= self._ruin_above) and self.equity <= 0:
                self._ruin(bar)
                self._watch_all()

    def _fill(self, bar: int, opened: float, high: float, low: float) -> bool:
        """Fill what waits; true when what came of it has to be looked at on the same bar."""
        again = False
        self.work += len(self.queue)
        for order in tuple(self.queue):
            if not order._live:
                continue
            stop, limit, buys = order._stop, order._limit, order.buys
            if stop is not None:
                if high < stop if buys else low > stop:
                    continue
                if order._trade is None:
                    order._stop = None  # from now on it is a market or limit order
            if limit is not None:
                if low > limit if buys else high < limit:
                    continue
                if stop is not None and (limit <= stop if buys else limit >= stop):
                    continue  # within a bar nobody knows whether the limit was reached after the stop
                reached = opened if stop is None else max(opened, stop) if buys else min(opened, stop)
                price = min(reached, limit) if buys else max(reached, limit)
            else:
                price = opened if stop is None else max(opened, stop) if buys else min(opened, stop)
                price *= self._dearer if buys else self._cheaper
            if order._trade is not None:
                self._close_by(order, order._trade, price, bar)
            elif self._enter(order, price, bar) and limit is None:
                again = again or stop is None or _runs_to_target(order, high, low)
        return again

    def _close_by(self, order: Order, trade: Trade, price: float, bar: int) -> None:
        whole = abs(trade.lots)
        lots = min(whole, abs(int(order._size))) if order._role == "close" else whole
        self._remove(order)
        self._reduce(trade, lots, price, bar, order._role)

    def _enter(self, order: Order, price: float, bar: int) -> bool:
        """Fill an entry; true when a trade with a stop or a target was opened."""
        self._remove(order)
        cost = price * (1 + self._fee)
        available = self._available()
        size = abs(order._size)
        if size < 1:
            lots = int(available * size * self.pieces // cost)
            if not lots:
                code = "size-too-small" if available > 0 else "no-cash"
                self.rejected.append(Rejected(bar, order._id, code))
                return False
        else:
            lots = int(size) * self.pieces
        if self.trades:
            lots = self._close_opposite(order.buys, lots, price, bar)
            if not lots:
                return False
            available = self._available()
        units = lots / self.pieces
        if units * cost > available * (1 + 1e-12):
            self.rejected.append(Rejected(bar, order._id, "no-cash"))
            return False
        fee = units * price * self._fee
        self.cash -= fee
        trade = Trade(self, lots if order.buys else -lots, bar, price, fee, order._tag)
        trade._id = self.trades_opened
        self.trades_opened += 1
        self.trades.append(trade)
        self.open[trade._id] = trade
        self.lots += trade.lots
        self.paid += trade.lots * price
        if order._tp is not None:
            self._attach_target(trade, order._tp)
        if order._sl is not None:
            self._attach_stop(trade, order._sl)
        return order._sl is not None or order._tp is not None

    def _close_opposite(self, buys: bool, lots: int, price: float, bar: int) -> int:
        """Use up the lots on trades of the other direction, the oldest first; returns what is left of them."""
        while lots and self.trades and (self.lots > 0) != buys:
            part = min(lots, abs(self.trades[0].lots))
            self._reduce(self.trades[0], part, price, bar, "opposite")
            lots -= part
        return lots

    def _reduce(self, trade: Trade, lots: int, price: float, bar: int, reason: str) -> None:
        whole = abs(trade.lots)
        stop, target = trade._stop, trade._target
        part = trade
        if lots < whole:
            fee = trade.entry_fee * (lots / whole)
            part = Trade(self, lots if trade.lots > 0 else -lots, trade.entry_bar, trade.entry_price, fee, trade.tag)
            part._id = trade._id
            trade.entry_fee -= fee
            trade.lots -= part.lots
        else:
            self.trades.remove(trade)
            del self.open[trade._id]
            trade._stop = trade._target = None
            if self.queue:
                self.work += len(self.queue)
                for order in tuple(self.queue):
                    if order._trade is trade:
                        self._remove(order)
        part.final_sl = None if stop is None else stop._stop
        part.final_tp = None if target is None else target._limit
        part.exit_bar, part.exit_price, part.reason = bar, price, reason
        units = lots / self.pieces
        part.exit_fee = units * price * self._fee
        self.cash += (units if part.lots > 0 else -units) * (price - part.entry_price) - part.exit_fee
        self.lots -= part.lots
        self.paid = self.paid - part.lots * part.entry_price if self.lots else 0.0
        self.closed.append(part)

    def _ruin(self, bar: int) -> None:
        """The account is worth nothing: everything is closed at the close and the run ends."""
        for trade in tuple(self.trades):
            self._reduce(trade, abs(trade.lots), self._closes[bar], bar, "ruin")
        self.cash = 0.0
        self.ruined_at = bar
        self.queue.clear()

    # --- the queue --------------------------------------------------------------------------------------------------

    def _attach_stop(self, trade: Trade, price: float | None) -> None:
        if trade._stop is not None:
            self._remove(trade._stop)
            trade._stop = None
        if price is not None:
            trade._stop = Order(self, "stop", -trade.lots, None, price, None, None, trade.tag, trade)
            self.queue.insert(0, trade._stop)

    def _attach_target(self, trade: Trade, price: float | None) -> None:
        if trade._target is not None:
            self._remove(trade._target)
            trade._target = None
        if price is not None:
            trade._target = Order(self, "target", -trade.lots, price, None, None, None, trade.tag, trade)
            self.queue.append(trade._target)  # behind every stop: a bar that touches both ends the trade at its stop

    def _remove(self, order: Order) -> None:
        if order._live:
            order._live = False
            self.queue.remove(order)

    def _watch(self, order: Order) -> None:
        """Widen the triggers by what makes this order move."""
        price = order._stop
        falls = not order.buys  # a stop to buy is reached from below, a limit to buy from above
        if price is None:
            price, falls = order._limit, order.buys
        if price is None:
            self.low_trigger = INFINITY
        elif falls:
            self.low_trigger = max(self.low_trigger, price)
        else:
            self.high_trigger = min(self.high_trigger, price)

    def _watch_all(self) -> None:
        self._ruin_below, self._ruin_above = -INFINITY, INFINITY
        if self.lots:
            # the close at which nothing is left, with a hair's breadth for rounding
            ruin = (self.paid - self.cash * self.pieces) / self.lots
            if self.lots > 0:
                self._ruin_below = ruin + abs(ruin) * 1e-9
            else:
                self._ruin_above = ruin - abs(ruin) * 1e-9
        self.low_trigger, self.high_trigger = self._ruin_below, self._ruin_above
        if self.queue:
            self.work += len(self.queue)
            for order in self.queue:
                self._watch(order)


def _runs_to_target(order: Order, high: float, low: float) -> bool:
    """Whether a bar that set off a stop entry went on to its target and never touched its stop-loss."""
    if order._tp is None:
        return False
    if order.buys:
        return order._tp <= high and (order._sl is None or order._sl < low)
    return order._tp >= low and (order._sl is None or order._sl > high)
