"""Plays a spec on bars straight from its JSON: what composed code has to do, told without a line of code.

Written from docs/protocol.md (section 7) and docs/strategy.md, not from the composer:

- A comparison holds when both values exist and compare so; while one of them does not exist yet (an indicator warms up,
  or ``offset`` reaches back too far) neither it nor its opposite holds. ``cross_above``: below one bar ago, above now.
- Nothing is looked at before ``next`` is: the second bar, or the bar after the first one on which all indicators of the
  rules have a value; nor before there are as many bars as the rules look back.
- Flat: the entry opens in the direction (long where none is said). ``both``: the exit opens short.
- Holding: the exit closes; ``both``: the rule of the other side closes and opens the other way.
- Stop and target are measured from the close of the signal's bar. A trailing stop starts there too, unless there is a
  stop-loss, and follows each close while it improves. ``max_bars`` closes at so many bars after the opening one.
- An order is filled by the broker; it is the one thing that is taken from the engine.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import talib
from numpy.typing import NDArray

from strategies.engine.actions import Action
from strategies.engine.bars import Bars
from strategies.engine.broker import Broker
from strategies.engine.config import RunConfig
from strategies.engine.prices import Prices

Values = NDArray[np.float64]
RELATIONS: dict[str, Callable[[float, float], bool]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
ALMOST_ALL = 0.9999  # as good as everything: sizes below 1 are fractions


def indicator_lines(name: str, params: dict[str, Any], bars: Bars) -> dict[str | None, Values]:
    """All lines of an indicator by the names of section 7; None names the only one."""
    high, low, close = bars.high, bars.low, bars.close
    period = int(params.get("period", 0))
    if name == "MACD":
        found = talib.MACD(close, int(params["fast"]), int(params["slow"]), int(params["signal"]))
        return dict(zip(("macd", "signal", "hist"), found, strict=True))
    if name == "BOLL":
        found = talib.BBANDS(close, period, float(params["dev"]), float(params["dev"]))
        return dict(zip(("upper", "middle", "lower"), found, strict=True))
    if name == "KDJ":
        return _kdj(bars, int(params["n"]), int(params["m1"]), int(params["m2"]))
    if name == "DONCHIAN":
        return {"upper": _over(high, period, max), "lower": _over(low, period, min)}
    if name == "VOLUME_SMA":
        return {None: talib.SMA(bars.volume, period)}
    if name in ("ATR", "CCI", "ADX"):
        return {None: getattr(talib, name)(high, low, close, period)}
    return {None: getattr(talib, name)(close, period)}


def _over(values: Values, period: int, pick: Callable[[list[float]], float]) -> Values:
    rows = values.tolist()
    found = [pick(rows[bar + 1 - period : bar + 1]) if bar + 1 >= period else np.nan for bar in range(len(rows))]
    return np.array(found)


def _kdj(bars: Bars, n: int, m1: int, m2: int) -> dict[str | None, Values]:
    """RSV over n bars; K and D its averages from 50 on; J = 3K - 2D."""
    highest, lowest = _over(bars.high, n, max), _over(bars.low, n, min)
    lines = np.full((2, len(bars)), np.nan)
    k = d = 50.0
    for bar in range(n - 1, len(bars)):
        width = highest[bar] - lowest[bar]
        rsv = (bars.close[bar] - lowest[bar]) / width * 100 if width else 50.0
        k = ((m1 - 1) * k + rsv) / m1
        d = ((m2 - 1) * d + k) / m2
        lines[:, bar] = k, d
    return {"k": lines[0], "d": lines[1], "j": 3 * lines[0] - 2 * lines[1]}


@dataclass(slots=True)
class Interpreter:
    """One run of one spec."""

    spec: dict[str, Any]
    bars: Bars
    known: dict[str, Values] = field(default_factory=dict)

    def orders(self) -> list[Action]:
        """What the spec asks for, in the order in which it does."""
        bars, risk = self.bars, self.spec["risk"]
        broker = Broker(Prices.of(bars, len(bars)), RunConfig())
        held = 0
        for bar in range(self.first_bar(), len(bars)):
            broker.process(bar)
            if broker.ruined_at is not None:
                break
            side = (broker.lots > 0) - (broker.lots < 0)
            held = held + 1 if side else 0
            if risk["trailing_stop_pct"] is not None:
                self._follow(broker, bar)
            turned = self._rules(broker, bar, side)
            if turned:
                held = 0
            elif side and risk["max_bars"] is not None and held >= risk["max_bars"]:
                self._close(broker)
        return broker.actions

    def _rules(self, broker: Broker, bar: int, side: int) -> bool:
        """Act on the rules; true when the position is turned around or opened."""
        both = self.spec["direction"] == "both"
        enters = self.holds(self.spec["entry"], bar) is True
        leaves = self.spec["exit"] is not None and self.holds(self.spec["exit"], bar) is True
        if both:
            wanted = 1 if enters and side <= 0 else -1 if leaves and side >= 0 else 0
            if wanted:
                self._close(broker)
                self._open(broker, wanted, bar)
            return bool(wanted)
        if side and leaves:
            self._close(broker)
        if not side and enters:
            self._open(broker, -1 if self.spec["direction"] == "short" else 1, bar)
        return False

    def _open(self, broker: Broker, side: int, bar: int) -> None:
        risk, price = self.spec["risk"], float(self.bars.close[bar])
        share = risk["position_pct"]
        size = 1 - 2**-52 if share is None else min(share / 100, ALMOST_ALL)
        loss = risk["stop_loss_pct"] if risk["stop_loss_pct"] is not None else risk["trailing_stop_pct"]
        gain = risk["take_profit_pct"]
        broker.place(
            side * size,
            sl=None if loss is None else price * (1 - side * loss / 100),
            tp=None if gain is None else price * (1 + side * gain / 100),
        )

    def _close(self, broker: Broker) -> None:
        waiting = {order._trade for order in broker.queue if order._role == "close"}
        for trade in list(broker.trades):
            if trade not in waiting:
                broker.close(trade)

    def _follow(self, broker: Broker, bar: int) -> None:
        for trade in list(broker.trades):
            side = 1 if trade.lots > 0 else -1
            stop = float(self.bars.close[bar]) * (1 - side * self.spec["risk"]["trailing_stop_pct"] / 100)
            old = trade._stop._stop if trade._stop is not None else None
            if old is None or side * stop > side * old:
                broker.set_stop(trade, stop)

    # --- conditions -----------------------------------------------------------------------------------------------

    def first_bar(self) -> int:
        warm, back = 0, 0
        for node in self._comparisons(self.spec["entry"]) + self._comparisons(self.spec["exit"]):
            for operand in (node["left"], node["right"]):
                offset = operand.get("offset", 0) if isinstance(operand, dict) else 0
                if not isinstance(operand, int | float):
                    back = max(back, offset + node["op"].startswith("cross"))
                if isinstance(operand, dict) and "name" in operand:
                    exists = ~np.isnan(self._series(operand))
                    warm = max(warm, int(exists.argmax()) if exists.any() else 0)
        return max(1 + warm, back)

    def _comparisons(self, tree: dict[str, Any] | None) -> list[dict[str, Any]]:
        if tree is None:
            return []
        if "op" in tree:
            return [tree]
        items = [tree["not"]] if "not" in tree else tree.get("all") or tree["any"]
        return [node for item in items for node in self._comparisons(item)]

    def holds(self, tree: dict[str, Any], bar: int) -> bool | None:
        """Whether the condition holds; None while that cannot be said."""
        if "not" in tree:
            inner = self.holds(tree["not"], bar)
            return None if inner is None else not inner
        if "all" in tree or "any" in tree:
            decisive = "any" in tree
            found = [self.holds(item, bar) for item in tree["any" if decisive else "all"]]
            return decisive if decisive in found else None if None in found else not decisive
        if tree["op"] in RELATIONS:
            return self._compare(tree["op"], tree, bar)
        above = tree["op"] == "cross_above"
        before = self._compare("lt" if above else "gt", tree, bar - 1)
        now = self._compare("gt" if above else "lt", tree, bar)
        return False if before is False or now is False else None if before is None or now is None else True

    def _compare(self, op: str, tree: dict[str, Any], bar: int) -> bool | None:
        left, right = self.value(tree["left"], bar), self.value(tree["right"], bar)
        if np.isnan(left) or np.isnan(right):
            return None
        return bool(RELATIONS[op](left, right))

    def value(self, operand: Any, bar: int) -> float:
        """The operand on a bar; NaN where there is none."""
        if isinstance(operand, int | float):
            return float(operand)
        place = bar - (operand.get("offset", 0) if isinstance(operand, dict) else 0)
        return float(self._series(operand)[place]) if place >= 0 else float("nan")

    def _series(self, operand: Any) -> Values:
        if isinstance(operand, str):
            operand = {"price": operand}
        if "price" in operand:
            return np.asarray(getattr(self.bars, operand["price"]))
        key = f"{operand['name']} {operand['params']} {operand.get('line')}"
        if key not in self.known:
            lines = indicator_lines(operand["name"], operand["params"], self.bars)
            self.known[key] = lines[operand.get("line")]
        return self.known[key]
