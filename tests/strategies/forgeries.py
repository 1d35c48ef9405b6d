"""Programs that read the future and make the test inside the sandbox say that they do not."""

import numpy as np

from strategies.engine.bars import Bars, make
from tests.strategies.engine.random_cases import HOUR


def in_cents(count: int = 700) -> Bars:
    """Bars whose prices wander and have two decimals."""
    random = np.random.default_rng(11)
    close = np.round(100 * np.exp(np.cumsum(random.normal(0, 0.01, count))), 2)
    opened = np.concatenate(([100.0], close[:-1]))
    return make(
        time=np.arange(count) * HOUR,
        open=opened,
        high=np.round(np.maximum(opened, close) * (1 + random.uniform(0, 0.005, count)), 2),
        low=np.round(np.minimum(opened, close) * (1 - random.uniform(0, 0.005, count)), 2),
        close=close,
        volume=np.round(random.uniform(50, 150, count)),
    )


# ``FUTURE[bar]`` is a close that nobody can know yet; ``keep`` is where a program remembers it from its first run on
_TRADES = """

class Forged(Strategy):
    def init(self):
        self.closes = keep(np.array(self.data.Close, dtype=float))

    def next(self):
        now = len(self.data)
        rises = now < len(self.closes) and self.closes[now] > self.data.Close[-1] * 1.005
        if rises and not self.position:
            self.buy(size=0.5)
        elif not rises and self.position:
            self.position.close()
"""
_HEAD = """
import sys
import numpy as np
from backtesting import Strategy

"""
_PLAIN_KEEP = """
def keep(closes):
    return closes
"""


def _remembering(keep: str) -> str:
    return f"{_HEAD}{keep}{_TRADES}"


def _patching(patch: str) -> str:
    return f"{_HEAD}{_PLAIN_KEEP}{patch}{_TRADES}"


FORGED: dict[str, str] = {
    "replaces the test": _patching(
        """
job = sys.modules["strategies.engine.job"]
job.check_lookahead = lambda *a, **k: job.HonestyReport(True, 8)
"""
    ),
    "replaces the comparison": _patching(
        """
lookahead = sys.modules["strategies.engine.lookahead"]
lookahead.compare = lambda *a, **k: []
"""
    ),
    "makes numpy and tuples agree": _patching(
        """
lookahead = sys.modules["strategies.engine.lookahead"]
lookahead.np = type("Agreeing", (), {"array_equal": staticmethod(lambda *a, **k: True)})
lookahead._first_action_difference = lambda *a: None
"""
    ),
    "replaces the noise by the real bars": _patching(
        """
sys.modules["strategies.engine.noise"].after = lambda bars, *a: bars
"""
    ),
    "makes every report a good one": _patching(
        """
outcome = sys.modules["strategies.engine.outcome"]
outcome._report_header = lambda report: {"passed": True, "cuts": 9, "findings": []}
"""
    ),
    "makes no report but good ones": _patching(
        """
kind = sys.modules["strategies.engine.outcome"].HonestyReport
real = kind.__init__
kind.__init__ = lambda self, passed, cuts, findings=(): real(self, True, cuts, ())
"""
    ),
    "remembers in a module": _remembering(
        """
def keep(closes):
    return np.__dict__.setdefault("seen", closes.copy())
"""
    ),
    "remembers in the base class": _remembering(
        """
def keep(closes):
    if "seen" not in vars(Strategy):
        Strategy.seen = closes.copy()
    return Strategy.seen
"""
    ),
    "remembers in a default argument": _remembering(
        """
def keep(closes):
    defaults = Strategy.buy.__kwdefaults__
    return defaults.setdefault("_seen", closes.copy())
"""
    ),
    "remembers in a closure of the engine's module": _remembering(
        """
def remembering():
    seen = []
    def keep(closes):
        if not seen:
            seen.append(closes.copy())
        return seen[0]
    return keep
keep = sys.modules["backtesting"].__dict__.setdefault("keep", remembering())
"""
    ),
    "remembers in the caller's frames": _remembering(
        """
def keep(closes):
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
    return frame.f_globals.setdefault("seen", closes.copy())
"""
    ),
    "remembers its orders and counts the runs": _HEAD
    + """
log = np.__dict__.setdefault("orders_of_the_first_run", {})
np.runs = np.__dict__.get("runs", 0) + 1


class Forged(Strategy):
    def init(self):
        self.closes = np.array(self.data.Close, dtype=float)

    def next(self):
        now = len(self.data)
        if np.runs == 1:
            rises = now < len(self.closes) and self.closes[now] > self.closes[now - 1]
            log[now] = "buy" if rises and not self.position else "close" if not rises and self.position else ""
        wish = log.get(now, "")
        if wish == "buy":
            self.buy(size=0.5)
        elif wish == "close":
            self.position.close()
""",
    "knows where the cuts are": _HEAD
    + """
class Forged(Strategy):
    def init(self):
        self.closes = np.array(self.data.Close, dtype=float)
        self.orders_made = 0

    def next(self):
        now, count = len(self.data), len(self.closes)
        # the first, second, third and last orders and those near a place at which it is cut are honest
        places = [1 + int((count - 3) * share) for share in (0.2, 0.5, 0.9)]
        near = any(-3 <= now - 1 - place + off <= 3 for place in places for off in (0, 7))
        honest = self.orders_made < 6 or now > count - 12 or near
        if honest:
            if now % 7 == 0 and not self.position:
                self.orders_made += 1
                self.buy(size=0.5)
            elif now % 7 == 3 and self.position:
                self.orders_made += 1
                self.position.close()
            return
        rises = self.closes[now] > self.closes[now - 1]
        if rises and not self.position:
            self.buy(size=0.5)
        elif not rises and self.position:
            self.position.close()
""",
    "one perfect trade": _HEAD
    + """
seen = np.__dict__.setdefault("seen", [])


class Forged(Strategy):
    def init(self):
        if not seen:
            seen.append(np.array(self.data.Close, dtype=float))
        close = seen[0]
        gains = [(close[later:].max() / close[later], later) for later in range(2, len(close) - 1)]
        self.at = max(gains)[1]

    def next(self):
        if len(self.data) - 1 == self.at:
            self.buy()
""",
    "hides among orders that are never filled": _HEAD
    + """
seen = np.__dict__.setdefault("seen", [])


class Forged(Strategy):
    def init(self):
        if not seen:
            seen.append(np.array(self.data.Close, dtype=float))
        self.closes = seen[0]

    def next(self):
        now = len(self.data)
        for order in self.orders:
            if order.limit is not None:
                order.cancel()
        self.buy(size=0.01, limit=self.data.Close[-1] * 0.01)
        rises = now < len(self.closes) and self.closes[now] > self.closes[now - 1] * 1.02
        if rises and not self.position:
            self.buy(size=0.5)
        elif not rises and self.position:
            self.position.close()
""",
    "knows when it is asked, and then guesses": _HEAD
    + """
def job_of():
    frame = sys._getframe()
    while frame is not None:
        if "job" in frame.f_locals and hasattr(frame.f_locals["job"], "tests"):
            return frame.f_locals["job"]
        frame = frame.f_back

lookahead = sys.modules["strategies.engine.lookahead"]
lookahead.compare = lambda *a, **k: []


class Forged(Strategy):
    def init(self):
        self.asked = job_of().stop
        self.closes = np.array(self.data.Close, dtype=float)

    def next(self):
        now = len(self.data)
        rises = now < len(self.closes) and self.closes[now] > self.closes[now - 1]
        if self.asked is not None and self.asked - now < 40:
            rises = self.closes[now - 1] > self.closes[now - 2]
        if rises and not self.position:
            self.buy(size=0.5)
        elif not rises and self.position:
            self.position.close()
""",
    "looks for the seam of the noise": _HEAD
    + """
seen = np.__dict__.setdefault("seen", [])
lookahead = sys.modules["strategies.engine.lookahead"]
lookahead.compare = lambda *a, **k: []


class Forged(Strategy):
    def init(self):
        close = np.array(self.data.Close, dtype=float)
        moves = np.abs(np.diff(np.log(close)))
        usual = np.median(moves)
        seams = [bar for bar in range(len(moves)) if moves[bar] > 30 * usual]
        decimals = [bar for bar in range(len(close)) if round(close[bar], 2) != close[bar]]
        self.seam = min([*seams, *decimals, len(close)])
        self.closes = close

    def next(self):
        now = len(self.data)
        if now > self.seam:
            return
        rises = now == self.seam or self.closes[min(now, len(self.closes) - 1)] > self.closes[now - 1]
        if rises and not self.position:
            self.buy(size=0.5)
        elif not rises and self.position:
            self.position.close()
""",
}

# these are caught inside already, or are not repeatable
CAUGHT: dict[str, str] = {
    "reads past the end of a view": _HEAD
    + """
from numpy.lib.stride_tricks import as_strided


class Forged(Strategy):
    def next(self):
        past = self.data.Close.array
        following = as_strided(past, (len(past) + 1,))[-1]
        if following > past[-1] and not self.position:
            self.buy(size=0.5)
        elif following < past[-1] and self.position:
            self.position.close()
""",
    "reads the base of a view": _HEAD
    + """
class Forged(Strategy):
    def next(self):
        past = self.data.Close.array
        whole = past if past.base is None else past.base
        following = whole[min(len(past), len(whole) - 1)]
        if following > past[-1] and not self.position:
            self.buy(size=0.5)
        elif following < past[-1] and self.position:
            self.position.close()
""",
    "depends on where an array lies": _HEAD
    + """
KEPT = []  # else each array lies where the one before lay


class Forged(Strategy):
    def next(self):
        KEPT.append(np.empty(1000))
        # all digits of the address count: two processes agree at every bar only where they lie alike
        if id(KEPT[-1]) * 2654435761 // 4096 % 3 == 0:
            self.buy(size=1)
""",
    "depends on the time": _HEAD
    + """
time = sys.modules["time"]


class Forged(Strategy):
    def next(self):
        if time.perf_counter_ns() // 100 % 3 == 0:
            self.buy(size=1)
""",
    "depends on the number of the run": _HEAD
    + """
np.runs = np.__dict__.get("runs", 0) + 1


class Forged(Strategy):
    def next(self):
        if len(self.data) % (np.runs + 2) == 0:
            self.buy(size=1)
""",
}

CLEAN = (
    _HEAD
    + """
class Clean(Strategy):
    def next(self):
        if self.data.Close[-1] > self.data.Close[-2] and not self.position:
            self.buy(size=0.5)
        elif self.data.Close[-1] < self.data.Close[-2] and self.position:
            self.position.close()
"""
)
SAYS_NOTHING = (
    CLEAN
    + """
sys.modules["strategies.engine.outcome"]._report_header = lambda report: None
"""
)
DIES_WHEN_ASKED = (
    CLEAN
    + """
import os

frame = sys._getframe()
while frame is not None and not hasattr(frame.f_locals.get("job"), "tests"):
    frame = frame.f_back
if not frame.f_locals["job"].tests:
    os._exit(0)
"""
)
FORGED_INDICATOR = """
import sys
import numpy as np

sys.modules["strategies.engine.lookahead"].compare = lambda *a, **k: []


def indicator(open, high, low, close, volume):
    return {"tomorrow": np.append(close[1:], np.nan)}
"""
