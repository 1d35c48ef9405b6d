"""Parameters as the code says them: defaults, types, ranges and words."""

import pytest

from strategies.contract.ranges import Parameter, parameters_in, read_comment

STRATEGY = """import talib
from backtesting import Strategy


class A(Strategy):
    fast = 5  # 2..50: bars of the fast average
    slow = 10
    stop_loss_pct = 2.0  # 0.5 – 10 %
    mode = "close"  # which price
    on = True

    def init(self):
        self.a = self.I(talib.SMA, self.data.Close, self.fast)
        self.b = self.I(talib.MACD, self.data.Close, 12, self.slow, signalperiod=self.signal)

    signal = 9

    def next(self):
        pass
"""


def test_a_strategys_parameters() -> None:
    assert parameters_in(STRATEGY) == [
        Parameter("fast", 5, "int", 2.0, 50.0, "bars of the fast average"),
        Parameter("slow", 10, "int", 2.0),
        Parameter("stop_loss_pct", 2.0, "float", 0.5, 10.0),
        Parameter("mode", "close", "str", words="which price"),
        Parameter("on", True, "bool"),
        Parameter("signal", 9, "int", 1.0),
    ]


def test_an_indicators_parameters() -> None:
    code = "import talib\n\n\ndef indicator(open, high, low, close, volume, period=5, k=2.0):\n"
    code += "    return {'a': talib.SMA(close, period)}\n"
    assert parameters_in(code) == [Parameter("period", 5, "int", 2.0), Parameter("k", 2.0, "float")]


def test_what_is_no_code_has_none() -> None:
    assert parameters_in("def (") == []
    assert parameters_in("x = 1") == []


@pytest.mark.parametrize(
    ("comment", "read"),
    [
        ("2..50", (2.0, 50.0, "")),
        ("[2, 50] bars", (2.0, 50.0, "bars")),
        ("2 to 50: bars", (2.0, 50.0, "bars")),
        ("2至50，快线周期", (2.0, 50.0, "快线周期")),
        (">= 2", (2.0, None, "")),
        ("≤ 100 %", (None, 100.0, "%")),
        ("50..2", (None, None, "50..2")),
        ("bars of 2..50", (None, None, "bars of 2..50")),
        ("", (None, None, "")),
    ],
)
def test_a_range_is_read_where_a_comment_begins_with_one(
    comment: str, read: tuple[float | None, float | None, str]
) -> None:
    assert read_comment(comment) == read
