"""Strategies and indicators that look into the future, each in its own way: the lookahead test catches them all."""

HEAD = """\
import math
import numpy as np
import talib
from backtesting import Strategy
from backtesting.lib import crossover, cross, barssince

"""
CROSS = """
    def next(self):
        if crossover(self.signal, 0):
            self.buy(size=0.5)
        elif crossover(0, self.signal):
            self.position.close()
"""


def _indicator(function: str, call: str) -> str:
    return f"{HEAD}\n{function}\n\nclass Planted(Strategy):\n    def init(self):\n        self.signal = {call}\n{CROSS}"


def _strategy(body: str) -> str:
    return f"{HEAD}\nclass Planted(Strategy):\n{body}"


PLANTED: dict[str, str] = {
    "normalised by the whole mean and deviation": _indicator(
        "def score(close):\n    return (close - close.mean()) / close.std()",
        "self.I(score, self.data.Close)",
    ),
    "scaled between the whole minimum and maximum": _indicator(
        "def scaled(close):\n    return (close - np.min(close)) / (np.max(close) - np.min(close)) - 0.5",
        "self.I(scaled, self.data.Close)",
    ),
    "shift(-1)": _indicator(
        "def next_return(close):\n    return np.append(close[1:] / close[:-1] - 1, 0.0)",
        "self.I(next_return, self.data.Close)",
    ),
    "np.roll backwards": _indicator(
        "def rolled(close):\n    return np.roll(close, -3) - close",
        "self.I(rolled, self.data.Close)",
    ),
    "centred moving average": _indicator(
        "def centred(close, width):\n    return close - np.convolve(close, np.ones(width) / width, mode='same')",
        "self.I(centred, self.data.Close, 11)",
    ),
    "np.gradient": _indicator(
        "def slope(close):\n    return np.gradient(close)",
        "self.I(slope, self.data.Close)",
    ),
    "Fourier smoothing": _indicator(
        "def smooth(close):\n"
        "    spectrum = np.fft.rfft(close)\n"
        "    spectrum[20:] = 0\n"
        "    return close - np.fft.irfft(spectrum, len(close))",
        "self.I(smooth, self.data.Close)",
    ),
    "polynomial fitted to everything": _indicator(
        "def detrended(close):\n"
        "    x = np.arange(len(close)) / len(close)\n"
        "    return close - np.polyval(np.polyfit(x, close, 3), x)",
        "self.I(detrended, self.data.Close)",
    ),
    "sorted prices": _indicator(
        "def rank(close):\n    return np.searchsorted(np.sort(close), close) / len(close) - 0.5",
        "self.I(rank, self.data.Close)",
    ),
    "quantile of everything": _indicator(
        "def excess(close):\n    return close - np.quantile(close, 0.6)",
        "self.I(excess, self.data.Close)",
    ),
    "cumulative from the end": _indicator(
        "def ahead(close):\n    change = np.append(np.diff(close), 0.0)\n    return np.cumsum(change[::-1])[::-1]",
        "self.I(ahead, self.data.Close)",
    ),
    "interpolated between turning points": _indicator(
        "def zigzag(high, low):\n"
        "    peaks = np.arange(0, len(high), 10)\n"
        "    return np.interp(np.arange(len(high)), peaks, high[peaks]) - (high + low) / 2",
        "self.I(zigzag, self.data.High, self.data.Low)",
    ),
    "filled backwards": _indicator(
        "def filled(close):\n"
        "    values = np.full(len(close), np.nan)\n"
        "    values[::20] = np.sign(close[::20] - 100)\n"
        "    for bar in range(len(close) - 2, -1, -1):\n"
        "        if np.isnan(values[bar]):\n"
        "            values[bar] = values[bar + 1]\n"
        "    return np.nan_to_num(values)",
        "self.I(filled, self.data.Close)",
    ),
    "largest move of the whole series": _indicator(
        "def relative(close):\n    change = np.diff(close, prepend=close[0])\n    return change / np.abs(change).max()",
        "self.I(relative, self.data.Close)",
    ),
    "fractal confirmed by later bars, dated at its peak": _indicator(
        "def fractal(high):\n"
        "    peak = np.zeros(len(high))\n"
        "    peak[2:-2] = (high[2:-2] > high[3:-1]) & (high[2:-2] > high[4:]) & (high[2:-2] > high[1:-3])\n"
        "    return peak - 0.5",
        "self.I(fractal, self.data.High)",
    ),
    "smoothed forwards and backwards": _indicator(
        "def zero_lag(close):\n    return close - talib.EMA(talib.EMA(close, 5)[::-1].copy(), 5)[::-1]",
        "self.I(zero_lag, self.data.Close)",
    ),
    "volume compared with the busiest bar": _indicator(
        "def busy(volume):\n    return volume / volume.max() - 0.5",
        "self.I(busy, self.data.Volume)",
    ),
    "parameter chosen by the last price": _strategy("""\
    def init(self):
        period = 5 if self.data.Close[-1] > self.data.Close[0] else 20
        self.average = self.I(talib.SMA, self.data.Close, period)

    def next(self):
        if crossover(self.data.Close, self.average):
            self.buy(size=0.5)
        elif crossover(self.average, self.data.Close):
            self.position.close()
"""),
    "parameter that did best on the whole series": _strategy("""\
    def init(self):
        close = self.data.Close
        def gain(period):
            above = close[:-1] > talib.SMA(close, period)[:-1]
            return np.diff(np.log(close))[above].sum()
        self.average = self.I(talib.SMA, self.data.Close, max((5, 10, 20, 40), key=gain))

    def next(self):
        if crossover(self.data.Close, self.average):
            self.buy(size=0.5)
        elif crossover(self.average, self.data.Close):
            self.position.close()
"""),
    "raw array by .base": _strategy("""\
    def init(self):
        pass

    def next(self):
        past = np.asarray(self.data.Close)
        whole = past.base if past.base is not None else past
        if len(whole) > len(past) and whole[len(past)] > past[-1]:
            self.buy(size=0.5)
        else:
            self.position.close()
"""),
    "raw array by .base, asked of the view's whole maximum": _strategy("""\
    def init(self):
        pass

    def next(self):
        past = np.asarray(self.data.High)
        whole = past if past.base is None else past.base
        if self.data.Close[-1] > 0.9 * whole.max():
            self.sell(size=0.5)
        else:
            self.position.close()
"""),
    "prices kept from init": _strategy("""\
    def init(self):
        self.closes = self.data.Close

    def next(self):
        bar = len(self.data)
        if bar < len(self.closes) and self.closes[bar] > self.closes[bar - 1]:
            self.buy(size=0.5)
        else:
            self.position.close()
"""),
    "the last price of an array kept from init": _strategy("""\
    def init(self):
        self.closes = self.data.Close * 1.0

    def next(self):
        if self.closes[-1] > self.data.Close[-1]:
            if not self.position:
                self.buy(size=0.5)
        elif self.position:
            self.position.close()
"""),
    "the bar of the whole maximum": _strategy("""\
    def init(self):
        self.peak = int(np.argmax(self.data.High))

    def next(self):
        if len(self.data) == 30:
            self.buy(size=0.5)
        elif len(self.data) > self.peak:
            self.position.close()
"""),
    "target set to the best price to come": _strategy("""\
    def init(self):
        self.best = float(np.max(self.data.High))

    def next(self):
        if not self.position and len(self.data) % 20 == 0:
            self.buy(size=0.5, tp=max(self.best, self.data.Close[-1] * 1.01))
"""),
    "size by tomorrow's return": _strategy("""\
    def init(self):
        self.later = np.append(np.diff(self.data.Close) > 0, False)

    def next(self):
        if len(self.data) % 10 == 0:
            self.position.close()
            self.buy(size=0.9 if self.later[len(self.data) - 1] else 0.1)
"""),
    "a private attribute of a line": _strategy("""\
    def init(self):
        pass

    def next(self):
        whole = self.data.Close._values
        if len(self.data) + 1 < len(whole) and whole[len(self.data) + 1] > self.data.Close[-1]:
            self.buy(size=0.2)
        else:
            self.position.close()
"""),
}

PLANTED_INDICATORS: dict[str, str] = {
    "indicator normalised by the whole": """\
import numpy as np

def indicator(open, high, low, close, volume):
    return {"score": (close - close.mean()) / close.std()}
""",
    "indicator shifted": """\
import numpy as np

def indicator(open, high, low, close, volume, ahead=2):
    line = np.full(len(close), np.nan)
    line[:-ahead] = close[ahead:]
    return {"now": close, "ahead": line}
""",
}
