"""Strategies that are run: one that trades, and those that go wrong in each way."""

CROSS = """
import talib
from backtesting import Strategy
from backtesting.lib import crossover


class MaCross(Strategy):
    fast = 5
    slow = 20
    stop_loss_pct = 2.0

    def init(self):
        self.fast_ma = self.I(talib.SMA, self.data.Close, self.fast)
        self.slow_ma = self.I(talib.SMA, self.data.Close, self.slow)

    def next(self):
        price = self.data.Close[-1]
        if crossover(self.fast_ma, self.slow_ma) and not self.position:
            self.buy(size=0.5, sl=price * (1 - self.stop_loss_pct / 100), tag="in")
        elif crossover(self.slow_ma, self.fast_ma) and self.position:
            self.position.close()
"""


def strategy(next_body: str, init_body: str = "pass") -> str:
    """A strategy with these statements."""
    return f"""
import numpy as np
from backtesting import Strategy


class Tried(Strategy):
    def init(self):
        {init_body}

    def next(self):
        {next_body}
"""


LOOP = strategy("while True: pass")
LOOP_IN_INIT = strategy("pass", "while True: pass")
ALLOCATION = strategy("self.kept = np.ones(10**9)")
PRINTING = strategy("print('x' * 100000)")
ERROR_IN_INIT = strategy("pass", "1 / 0")
ERROR_AT_500 = strategy("if len(self.data) == 501: 1 / 0")
NAN_ORDER = strategy("self.buy(size=float('nan'))")
NEGATIVE_ORDER = strategy("self.buy(size=-len(self.data))")
ABSURD_ORDER = strategy("self.buy(size=1e300 * len(self.data))")
NEVER = strategy("if self.data.Close[-1] < 0: self.buy()")
LONG_WARM_UP = strategy(
    "if self.mean[-1] < 1e9: self.buy()", "self.mean = self.I(talib.SMA, self.data.Close, 700)"
).replace("import numpy", "import talib\nimport numpy")
TOO_SMALL = strategy("self.buy(size=1e-13)")
NO_CASH = strategy("self.buy(size=1000000)")
LAST_BAR = strategy("if len(self.data) == 600: self.buy()")
NOT_REACHED = strategy("self.buy(limit=1.0) if not self.orders else None")
FUTURE = strategy(
    "if self.next_close[-1] > self.data.Close[-1]: self.buy(size=0.1)",
    "self.next_close = self.I(lambda c: np.roll(c, -1), self.data.Close)",
)

# an indicator: it is drawn, not backtested
BANDS = """
import numpy as np
import talib


def indicator(open, high, low, close, volume, period=20, width=2.0, smooth=False):
    middle = talib.SMA(close, period)
    deviation = talib.STDDEV(close, period)
    strength = talib.RSI(close, period)
    return {"middle": middle, "upper": middle + width * deviation, "strength": strength}
"""
