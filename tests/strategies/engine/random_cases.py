"""Random orders on random bars, from a seed: a strategy file that runs unchanged in the engine and in the oracle."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from strategies.engine.bars import Bars, make

HOUR = 3_600_000_000
FEATURES = (
    "buy", "sell", "market", "limit", "stop", "stop-limit", "fraction", "units", "stop-loss", "take-profit",
    "close", "part", "sl", "tp", "cancel", "gaps",
)  # fmt: skip
CODE = """\
import json
from backtesting import Strategy

PROGRAM = json.loads({program!r})


def plain(value):
    return None if value is None else float(value)


class Scripted(Strategy):
    def init(self):
        self.seen = []
        self.refused = []

    def next(self):
        bar = len(self.data) - 1
        for number, step in enumerate(PROGRAM.get(str(bar), ())):
            try:
                self.do(*step)
            except Exception:
                self.refused.append([bar, number])
        self.look(bar)

    def do(self, kind, *values):
        if kind in ("buy", "sell"):
            names = ("size", "limit", "stop", "sl", "tp", "tag")
            order = {{name: value for name, value in zip(names, values) if value is not None}}
            (self.buy if kind == "buy" else self.sell)(**order)
        elif kind == "close":
            self.position.close(values[0])
        elif kind == "cancel":
            if self.orders:
                self.orders[values[0] % len(self.orders)].cancel()
        elif self.trades:
            trade = self.trades[values[0] % len(self.trades)]
            if kind == "part":
                trade.close(values[1])
            elif kind == "sl":
                trade.sl = values[1]
            else:
                trade.tp = values[1]

    def look(self, bar):
        position = self.position
        self.seen.append([
            bar, plain(position.size), plain(position.pl), plain(position.pl_pct), plain(self.equity),
            [[plain(trade.size), plain(trade.entry_bar), plain(trade.entry_price), plain(trade.pl), plain(trade.pl_pct),
              plain(trade.value), plain(trade.sl), plain(trade.tp), trade.tag] for trade in self.trades],
            [[plain(order.size), plain(order.limit), plain(order.stop), plain(order.sl), plain(order.tp),
              bool(order.is_contingent), bool(order.is_long)] for order in self.orders],
        ])
"""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """What both sides run; ``features`` says which kinds of orders are in it."""

    seed: int
    code: str
    bars: Bars
    cash: float
    fee_pct: float
    features: frozenset[str]


def case(seed: int, count: int = 40) -> Case:
    """The case of a seed."""
    random = np.random.default_rng(seed)
    tick = float(random.choice([0.0, 0.5, 1.0]))  # coarse prices: orders are touched exactly
    stop_limits = bool(random.random() < 0.5)
    bars = random_bars(random, count, tick, gaps=not stop_limits)
    features: set[str] = set() if stop_limits else {"gaps"}
    program: dict[str, list[list[Any]]] = {}
    busy = random.uniform(0.05, 0.5)
    for bar in range(1, count):
        if random.random() < busy:
            price = float(bars.close[bar])
            steps = [_step(random, price, tick, stop_limits, features) for _ in range(random.integers(1, 4))]
            program[str(bar)] = steps
    code = CODE.format(program=json.dumps(program))
    cash = float(random.choice([3_000.0, 100_000.0, 10_000_000.0]))
    fee = float(random.choice([0.0, 0.1, 1.0]))
    return Case(seed, code, bars, cash, fee, frozenset(features))


def random_bars(random: np.random.Generator, count: int, tick: float = 0.0, gaps: bool = True) -> Bars:
    """Bars of a random walk; prices are multiples of the tick, if any; without gaps, each opens at the last close."""
    volatility = 0.02
    close = 100 * np.exp(np.cumsum(random.normal(0, volatility, count)))
    jumps = np.where(random.random(count) < 0.3, random.normal(0, volatility, count), 0.0)
    opened = np.concatenate(([100.0], close[:-1])) * np.exp(jumps if gaps else 0.0)
    high = np.maximum(opened, close) * (1 + np.abs(random.normal(0, volatility / 2, count)))
    low = np.minimum(opened, close) * (1 - np.abs(random.normal(0, volatility / 2, count)))
    prices = {"open": opened, "high": high, "low": low, "close": close}
    if tick:
        prices = {name: np.maximum(np.round(values / tick), 1) * tick for name, values in prices.items()}
    return make(time=np.arange(count) * HOUR, **prices, volume=np.round(random.uniform(1, 100, count)))


def _step(random: np.random.Generator, price: float, tick: float, stop_limits: bool, features: set[str]) -> list[Any]:
    def near(low: float, high: float) -> float:
        value = price * (1 + random.uniform(low, high))
        return round(float(max(1, round(value / tick)) * tick if tick else value), 6)

    kind = str(
        random.choice(["buy", "sell", "close", "part", "sl", "tp", "cancel"], p=[0.3, 0.3, 0.1, 0.1, 0.08, 0.07, 0.05])
    )
    features.add(kind)
    if kind in ("buy", "sell"):
        return _order(random, kind, price, near, stop_limits, features)
    if kind == "close":
        return [kind, float(random.choice([1.0, 1.0, 0.5, 0.3]))]
    place = int(random.integers(0, 5))
    if kind == "part":
        return [kind, place, float(random.choice([1.0, 0.5, 0.26]))]
    if kind in ("sl", "tp"):
        return [kind, place, None if random.random() < 0.2 else near(-0.05, 0.05)]
    return [kind, place]


def _order(
    random: np.random.Generator, kind: str, price: float, near: Any, stop_limits: bool, features: set[str]
) -> list[Any]:
    side = 1 if kind == "buy" else -1
    size = None
    if random.random() < 0.85:
        whole = random.random() < 0.5
        size = int(random.integers(1, 40)) if whole else float(random.choice([0.1, 0.25, 0.5, 0.9, 0.9999]))
        features.add("units" if whole else "fraction")
    limit = near(-0.03, 0.03) if random.random() < 0.3 else None
    stop = near(-0.03, 0.03) if random.random() < 0.3 else None
    if limit is not None and stop is not None and (not stop_limits or (stop - price) * side <= 0):
        limit = None  # a gap beyond a stop-limit's stop is filled differently, deliberately: docs/strategy.md
    features.add(
        {(False, False): "market", (True, False): "limit", (False, True): "stop"}.get(
            (limit is not None, stop is not None), "stop-limit"
        )
    )
    base = (0.001, 0.05) if random.random() < 0.9 else (-0.03, 0.05)
    sl = tp = None
    if random.random() < 0.4:
        sl = near(-base[1] * side, -base[0] * side) if side > 0 else near(base[0], base[1])
        features.add("stop-loss")
    if random.random() < 0.4:
        tp = near(*base) if side > 0 else near(-base[1], -base[0])
        features.add("take-profit")
    tag = str(random.choice(["a", "b"])) if random.random() < 0.2 else None
    return [kind, size, limit, stop, sl, tp, tag]
