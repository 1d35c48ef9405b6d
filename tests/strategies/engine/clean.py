"""Strategies and indicators that read only the past, some in unusual ways: the lookahead test has to pass every one."""

HEAD = """\
import math
import statistics
from collections import deque
import numpy as np
import talib
from backtesting import Strategy
from backtesting.lib import crossover, cross, barssince

"""


def _strategy(body: str, functions: str = "") -> str:
    return f"{HEAD}\n{functions}\n\nclass Clean(Strategy):\n{body}"


def _cross(declare: str, one: str = "self.one", two: str = "self.two", functions: str = "") -> str:
    return _strategy(
        f"""\
    def init(self):
{declare}

    def next(self):
        if crossover({one}, {two}):
            self.position.close()
            self.buy(size=0.5)
        elif crossover({two}, {one}):
            self.position.close()
            self.sell(size=0.5)
""",
        functions,
    )


CLEAN: dict[str, str] = {
    "two simple averages": _cross(
        "        self.one = self.I(talib.SMA, self.data.Close, 5)\n"
        "        self.two = self.I(talib.SMA, self.data.Close, 20)"
    ),
    "two exponential averages": _cross(
        "        self.one = self.I(talib.EMA, self.data.Close, 5)\n"
        "        self.two = self.I(talib.EMA, self.data.Close, 20)"
    ),
    "MACD": _cross("        self.one, self.two, _ = self.I(talib.MACD, self.data.Close, 12, 26, 9)"),
    "RSI levels": _cross("        self.one = self.I(talib.RSI, self.data.Close, 14)", two="40"),
    "Bollinger bands": _strategy("""\
    def init(self):
        self.upper, self.middle, self.lower = self.I(talib.BBANDS, self.data.Close, 20, 2, 2)

    def next(self):
        price = self.data.Close[-1]
        if price < self.lower[-1] and not self.position:
            self.buy(size=0.3, sl=price * 0.95)
        elif price > self.middle[-1] and self.position:
            self.position.close()
"""),
    "average true range for the stop": _strategy("""\
    def init(self):
        self.atr = self.I(talib.ATR, self.data.High, self.data.Low, self.data.Close, 14)
        self.average = self.I(talib.SMA, self.data.Close, 30)

    def next(self):
        price = self.data.Close[-1]
        if not self.position and price > self.average[-1]:
            self.buy(size=0.5, sl=price - 2 * self.atr[-1], tp=price + 3 * self.atr[-1])
"""),
    "stochastic": _cross(
        "        self.one, self.two = self.I(talib.STOCH, self.data.High, self.data.Low, self.data.Close)"
    ),
    "KDJ written out": _cross(
        "        self.one, self.two, _ = self.I(kdj, self.data.High, self.data.Low, self.data.Close, 9)",
        functions="""\
def kdj(high, low, close, n):
    k_line = np.full(len(close), np.nan)
    d_line = np.full(len(close), np.nan)
    k = d = 50.0
    for bar in range(n - 1, len(close)):
        highest = np.max(high[bar - n + 1:bar + 1])
        lowest = np.min(low[bar - n + 1:bar + 1])
        rsv = 50.0 if highest == lowest else (close[bar] - lowest) / (highest - lowest) * 100
        k = (2 * k + rsv) / 3
        d = (2 * d + k) / 3
        k_line[bar] = k
        d_line[bar] = d
    return k_line, d_line, 3 * k_line - 2 * d_line
""",
    ),
    "channel break": _strategy("""\
    def init(self):
        self.top = self.I(talib.MAX, self.data.High, 20)
        self.bottom = self.I(talib.MIN, self.data.Low, 10)

    def next(self):
        if self.data.High[-1] > self.top[-2] and not self.position:
            self.buy(size=0.5)
        elif self.data.Low[-1] < self.bottom[-2]:
            self.position.close()
"""),
    "trailing average by convolution": _cross(
        "        self.one = self.I(trailing, self.data.Close, 5)\n"
        "        self.two = self.I(trailing, self.data.Close, 15)",
        functions="""\
def trailing(close, width):
    return np.convolve(close, np.ones(width) / width)[:len(close)]
""",
    ),
    "rolling mean by cumulative sums": _cross(
        "        self.one = self.I(rolling, self.data.Close, 8)\n"
        "        self.two = self.I(rolling, self.data.Close, 21)",
        functions="""\
def rolling(values, width):
    total = np.cumsum(np.insert(values, 0, 0.0))
    out = np.full(len(values), np.nan)
    out[width - 1:] = (total[width:] - total[:-width]) / width
    return out
""",
    ),
    "rolling windows": _cross(
        "        self.one = self.I(deviation, self.data.Close, 20)",
        two="0",
        functions="""\
def deviation(values, width):
    windows = np.lib.stride_tricks.sliding_window_view(values, width)
    out = np.full(len(values), np.nan)
    out[width - 1:] = (values[width - 1:] - windows.mean(axis=1)) / windows.std(axis=1)
    return out
""",
    ),
    "expanding maximum and mean": _cross(
        "        self.one = self.I(lambda close: np.cumsum(close) / np.arange(1, len(close) + 1), self.data.Close)",
        two="self.data.Close",
    ),
    "shifted the right way": _cross(
        "        self.one = self.data.Close\n        self.one = self.I(lambda close: close, self.data.Close)\n"
        "        self.two = self.I(lambda close: np.concatenate((np.full(5, np.nan), close[:-5])), self.data.Close)"
    ),
    "averages computed in next": _strategy("""\
    def init(self):
        pass

    def next(self):
        if len(self.data) < 20:
            return
        fast = self.data.Close[-5:].mean()
        slow = np.mean(self.data.Close[-20:])
        if fast > slow and not self.position:
            self.buy(size=0.5)
        elif fast < slow and self.position:
            self.position.close()
"""),
    "TA-Lib called in next": _strategy("""\
    def init(self):
        pass

    def next(self):
        if len(self.data) < 40 or len(self.data) % 5:
            return
        rsi = talib.RSI(self.data.Close, 14)[-1]
        if rsi < 45 and not self.position:
            self.buy(size=0.5)
        elif rsi > 55:
            self.position.close()
"""),
    "state kept by hand": _strategy("""\
    def init(self):
        self.last = deque(maxlen=10)
        self.held = 0

    def next(self):
        self.last.append(self.data.Close[-1])
        self.held = self.held + 1 if self.position else 0
        if len(self.last) == 10 and self.last[-1] > statistics.fmean(self.last) and not self.position:
            self.buy(size=0.5)
        elif self.held > 7:
            self.position.close()
"""),
    "whole arrays compared": _strategy("""\
    def init(self):
        self.average = self.I(talib.SMA, self.data.Close, 10)

    def next(self):
        if self.data.Close > self.average and not self.position:
            self.buy(size=0.5)
        elif self.data.Close < self.average and self.position:
            self.position.close()
"""),
    "bars since a condition": _strategy("""\
    def init(self):
        self.average = self.I(talib.SMA, self.data.Close, 10)

    def next(self):
        if len(self.data) > 30 and barssince(self.data.Close < self.average) == 3:
            self.buy(size=0.2)
        elif cross(self.data.Close, self.average):
            self.position.close()
"""),
    "trailing stop": _strategy("""\
    def init(self):
        self.average = self.I(talib.EMA, self.data.Close, 10)

    def next(self):
        price = self.data.Close[-1]
        for trade in self.trades:
            trade.sl = max(trade.sl or 0, price * 0.97)
        if not self.position and crossover(self.data.Close, self.average):
            self.buy(size=0.5, sl=price * 0.97)
"""),
    "limit and stop entries, cancelled when old": _strategy("""\
    def init(self):
        self.placed = 0

    def next(self):
        price = self.data.Close[-1]
        if self.orders and len(self.data) - self.placed > 5:
            for order in self.orders:
                order.cancel()
        if not self.orders and not self.position:
            self.buy(size=0.3, limit=price * 0.99, sl=price * 0.95, tp=price * 1.05)
            self.sell(size=0.3, stop=price * 0.98)
            self.placed = len(self.data)
        elif self.position and self.position.pl_pct > 1:
            self.position.close(0.5)
"""),
    "hours of the day": _strategy("""\
    def init(self):
        pass

    def next(self):
        hour = self.data.index[-1].hour
        if hour == 9:
            self.buy(size=0.5)
        elif hour == 17:
            self.position.close()
"""),
    "nothing is ever ordered": _strategy("""\
    def init(self):
        self.rsi = self.I(talib.RSI, self.data.Close, 14)

    def next(self):
        if self.rsi[-1] > 101:
            self.buy()
"""),
    "equity decides": _strategy("""\
    def init(self):
        self.average = self.I(talib.SMA, self.data.Close, 10)
        self.best = 0.0

    def next(self):
        self.best = max(self.best, self.equity)
        if self.equity < 0.97 * self.best:
            self.position.close()
            self.best = self.equity
        elif not self.position and self.data.Close[-1] > self.average[-1]:
            self.buy(size=0.9)
"""),
    "seeded random numbers": _strategy("""\
    def init(self):
        self.random = np.random.RandomState(3)

    def next(self):
        if self.random.rand() < 0.1:
            self.position.close() if self.position else self.buy(size=0.5)
"""),
    "unseeded random numbers": _strategy("""\
    def init(self):
        pass

    def next(self):
        if np.random.rand() < 0.1:
            self.position.close() if self.position else self.buy(size=0.5)
"""),
    "a signal computed in init and read by its bar": _strategy("""\
    def init(self):
        fast, slow = talib.SMA(self.data.Close, 5), talib.SMA(self.data.Close, 20)
        self.signal = fast > slow

    def next(self):
        bar = len(self.data) - 1
        if self.signal[bar] and not self.position:
            self.buy(size=0.5)
        elif not self.signal[bar]:
            self.position.close()
"""),
}

CLEAN_INDICATORS: dict[str, str] = {
    "bands": """\
import numpy as np
import talib

def indicator(open, high, low, close, volume, period=20, width=2.0):
    middle = talib.SMA(close, period)
    spread = talib.STDDEV(close, period)
    return {"upper": middle + width * spread, "middle": middle, "lower": middle - width * spread}
""",
    "volume weighted price of a window": """\
import numpy as np

def indicator(open, high, low, close, volume, period=10):
    price = (high + low + close) / 3
    money = np.cumsum(price * volume)
    units = np.cumsum(volume)
    line = np.full(len(close), np.nan)
    line[period:] = (money[period:] - money[:-period]) / (units[period:] - units[:-period])
    return {"vwap": line}
""",
}
