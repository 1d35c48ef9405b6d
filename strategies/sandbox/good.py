"""The good job of the self-test: a small strategy whose result is known. Written without numpy, for lean processes."""

import json
import math
import struct
from typing import Any

from strategies.engine import ENGINE_VERSION
from strategies.sandbox.errors import Unavailable
from strategies.sandbox.launcher import Finished, launch
from strategies.sandbox.limits import Limits

CODE = """
import numpy as np
from backtesting import Strategy
from backtesting.lib import crossover


def mean(values, n):
    result = np.full(len(values), np.nan)
    result[n - 1 :] = np.convolve(values, np.ones(n) / n, "valid")
    return result


class Good(Strategy):
    n = 5

    def init(self):
        self.mean = self.I(mean, self.data.Close, self.n)

    def next(self):
        if crossover(self.data.Close, self.mean):
            self.buy(size=0.5)
        elif crossover(self.mean, self.data.Close):
            self.position.close()
"""
BARS = 120
ACTIONS = 6  # what the strategy asks for on these bars
_DAY = 86_400_000_000
_PREFIX = struct.Struct("<4sI")  # strategies.engine.wire


def columns() -> list[list[float]]:
    """Time, open, high, low, close and volume of 120 daily bars that make waves."""
    close = [100 + 10 * math.sin(place / 5) + place / 20 for place in range(BARS)]
    opens = [close[0], *close[:-1]]
    high = [max(pair) + 1 for pair in zip(opens, close, strict=True)]
    low = [min(pair) - 1 for pair in zip(opens, close, strict=True)]
    return [[place * _DAY for place in range(BARS)], opens, high, low, close, [1000.0] * BARS]


def payload() -> bytes:
    """The job's bytes, as ``strategies.engine.job.encode_job`` writes them."""
    header = {
        "bars": BARS,
        "code": CODE,
        "config": {"cash": 10_000.0, "fee_pct": 0.1, "pieces": 100_000_000, "slippage_pct": 0.05},
        "kind": "strategy",
        "parameters": {},
        "seed": 1,
        "tests": True,
    }
    text = json.dumps(header, separators=(",", ":"), sort_keys=True).encode()
    times, *numbers = columns()
    body = struct.pack(f"<{BARS}q", *times) + b"".join(struct.pack(f"<{BARS}d", *column) for column in numbers)
    return _PREFIX.pack(b"TME1", len(text)) + text + body


def check_good(level: str, limits: Limits | None = None) -> Finished:
    """Run it through the real launcher; raises SandboxError, Unavailable when its result is another than it should."""
    finished = launch(level, payload(), limits or Limits())
    outcome = _header(finished.result)
    expected = {"engine": ENGINE_VERSION, "bars": BARS, "actions": ACTIONS, "error": None}
    tests = [(outcome.get(name) or {}).get("passed") for name in ("lookahead", "warmup")]
    if {name: outcome.get(name) for name in expected} != expected or tests != [True, True]:
        raise Unavailable("not-repeated", json.dumps(outcome)[:500])
    return finished


def _header(data: bytes) -> dict[str, Any]:
    _magic, length = _PREFIX.unpack_from(data)
    header: dict[str, Any] = json.loads(data[_PREFIX.size : _PREFIX.size + length])
    return header
