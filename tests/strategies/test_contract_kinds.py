"""Which of the two a text is, what it lacks, what to write instead, and what it says about itself."""

import re

import pytest
from django.utils import translation

from strategies import contract
from tests.strategies.engine.clean import CLEAN, CLEAN_INDICATORS
from tests.strategies.engine.planted import PLANTED, PLANTED_INDICATORS

STRATEGY = """import numpy as np
import talib
from backtesting import Strategy


class One(Strategy):
    fast = 5

    def init(self):
        self.average = self.I(talib.SMA, self.data.Close, self.fast)

    def next(self):
        price = self.data.Close[-1]
        if price > self.average[-1]:
            self.buy(size=0.5)
"""
INDICATOR = """import talib


def indicator(open, high, low, close, volume, period=14, factor=2.0, *, kind="wide"):
    middle = talib.EMA(close, period)
    width = factor * talib.ATR(high, low, close, timeperiod=period)
    return {"upper": middle + width, "middle": middle, "lower": middle - width}
"""


def next_does(line: str) -> str:
    return STRATEGY.replace("self.buy(size=0.5)", line)


def init_does(line: str) -> str:
    return STRATEGY.replace("self.I(talib.SMA, self.data.Close, self.fast)", line)


def test_a_strategy_is_one() -> None:
    report = contract.inspect(STRATEGY)
    assert (report.kind, report.findings, report.hints) == ("strategy", (), ())


def test_an_indicator_tells_parameters_lines_and_what_it_computes() -> None:
    report = contract.inspect(INDICATOR)
    assert (report.kind, report.findings) == ("indicator", ())
    assert report.parameters == {"period": 14, "factor": 2.0, "kind": "wide"}
    assert report.lines == ("upper", "middle", "lower")
    assert report.indicators == [
        {"name": "EMA", "params": {"period": 14}},
        {"name": "ATR", "params": {"period": 14}},
    ]
    assert all(row["ok"] for row in report.checked())


def test_a_strategy_with_a_pasted_indicator_stays_a_strategy() -> None:
    report = contract.inspect(INDICATOR + "\n\n" + STRATEGY)
    assert (report.kind, report.parameters) == ("strategy", {"fast": 5})
    assert report.ok


def test_what_was_wanted_decides() -> None:
    assert (
        contract.inspect(STRATEGY, "indicator").findings[0].message.startswith("There is no function named indicator")
    )
    assert contract.inspect(INDICATOR, "strategy").findings[0].message.startswith("There is no class that derives from")
    assert contract.inspect("x = 1").kind is None
    assert contract.inspect(INDICATOR, "indicator").ok


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("open, high, low, close, volume", "close, volume"), "has to begin with open, high, low, close, volume"),
        (("open, high", "high, open"), "has to begin with open, high, low, close, volume"),
        (("volume,", "volume=None,"), "has to begin with open, high, low, close, volume"),
        (("period=14, factor=2.0", "period, factor"), "The parameter period has no plain default"),
        (("period=14", "period=[14]"), "The parameter period has no plain default"),
        (("*, kind", "*more, kind"), "takes no *more"),
        (("def indicator", "@cached\ndef indicator"), "has no decorator"),
        (('return {"upper"', 'unused = {"upper"'), "returns nothing"),
        (
            ('return {"upper": middle + width, "middle": middle, "lower": middle - width}', "return middle, width"),
            "dict",
        ),
        (("return {", "yield {"), "does not yield"),
        (("def indicator", "async def indicator"), "There is no function named indicator"),
    ],
)
def test_an_indicator_that_cannot_be_called_or_drawn(change: tuple[str, str], words: str) -> None:
    report = contract.inspect(INDICATOR.replace(*change), "indicator")
    assert words in " ".join(finding.message for finding in report.findings)


@pytest.mark.parametrize(
    ("code", "check", "what", "instead"),
    [
        ("import pandas as pd\n" + STRATEGY, "imports", "pandas cannot be imported", "use numpy and talib"),
        ("import yfinance\n" + STRATEGY, "imports", "yfinance", "the bars are chosen when the code is run"),
        ("from datetime import datetime\n" + STRATEGY, "imports", "datetime", "self.data.index[-1]"),
        ("from backtesting.test import SMA\n" + STRATEGY, "imports", "backtesting.test", "talib.SMA"),
        (STRATEGY.replace("import Strategy", "import Backtest, Strategy"), "imports", "Backtest", "runs the strategy"),
        (STRATEGY + "\nif __name__ == '__main__':\n    pass\n", "names", "__name__", "Remove this block"),
        (next_does("getattr(self, 'x')"), "names", "getattr", "self.fast"),
        (next_does("self.buy(0.5)"), "subset", "have names", "self.buy(size=0.5"),
        (next_does("self.buy(price=3)"), "subset", "no price", "limit"),
        (next_does("self.buy(size=0)"), "subset", "refused", "share of the available cash"),
        (next_does("self.sell(size=-0.5)"), "subset", "refused", "self.sell"),
        (next_does("self.buy(size=1.5)"), "subset", "refused", "whole number"),
        (next_does("self.x = self.data.close[-1]"), "subset", "self.data has no close", "self.data.Close"),
        (next_does("self.x = self.data.df"), "subset", "self.data has no df", "Open, High, Low"),
        (next_does("self.x = self.position.entry_price"), "subset", "no entry_price", "self.trades"),
        (next_does("self.fee + 1"), "subset", "self.fee is made nowhere", "class attribute"),
        (next_does("self.I(talib.RSI, self.data.Close)"), "subset", "belongs into init", "self.average[-1]"),
        (init_does("self.I(talib.SMA(self.data.Close, 5))"), "subset", "not its result", "self.I(talib.SMA, self.data"),
        (next_does("self.x = self.data.Close[0]"), "future", "positive index", "self.data.Close[-1]"),
        (next_does("self.x = self.data.Close[len(self.data)]"), "future", "positive index", "self.data.Close[-1]"),
        (next_does("self.x = self.data.Close[len(self.data) - 1]"), "future", "positive index", "[-2]"),
        (next_does("high = self.data.High; self.x = high[3]"), "future", "positive index", "high[-1]"),
        (init_does("self.data.Close.shift(-1)"), "future", "1 bars into the future", "values[-2]"),
        (init_does("self.data.Close.shift(periods=-2)"), "future", "2 bars into the future", "values[-2]"),
    ],
)  # fmt: skip
def test_a_finding_says_where_what_and_what_instead(code: str, check: str, what: str, instead: str) -> None:
    found = [finding for finding in contract.inspect(code).findings if finding.check == check]
    assert len(found) == 1, contract.inspect(code).findings
    assert what in found[0].what
    assert instead in found[0].instead
    assert found[0].line == next(
        number for number, line in enumerate(code.split("\n"), 1) if line not in STRATEGY.split("\n")
    )
    assert found[0].message == f"{found[0].what} {found[0].instead}"


@pytest.mark.parametrize(
    "line",
    [
        "self.x = self.data.Close[-1]",
        "self.x = self.data.Close[-20:].mean()",
        "open = self.data.Open[-1]; self.x = open",
        "self.x = [open for open in (1, 2)]",
        "high = self.data.High[-5:]; self.x = high[0]",
        "closes = self.data.Close; closes = [1, 2]; self.x = closes[0]",
        "self.x = self.data.Close[-self.fast]",
        "self.x = np.roll(self.data.Close[-9:], -1)",
        "self.sell(size=2, limit=1.0, stop=None, sl=3, tp=1, tag='a')",
        "self.buy(**{'size': 0.5})",
        "self.x = self.position.pl_pct + self.equity + len(self.orders) + len(self.trades)",
        "self.x = np.lib.stride_tricks.sliding_window_view(self.data.Close[-9:], 3)",
        "self.helped()\n\n    def helped(self):\n        self.x = 1",
    ],
)
def test_good_code_is_not_suspected(line: str) -> None:
    report = contract.inspect(next_does(line))
    assert (report.findings, report.hints) == ((), ())


@pytest.mark.parametrize("code", [*CLEAN.values(), *CLEAN_INDICATORS.values()], ids=[*CLEAN, *CLEAN_INDICATORS])
def test_what_passes_the_lookahead_test_passes_here(code: str) -> None:
    assert contract.inspect(code).findings == ()


def test_hints_name_the_lines_of_most_planted_bugs() -> None:
    """They cannot find all of them: what is decided by running stays decided by running."""
    planted = {**PLANTED, **PLANTED_INDICATORS}
    hinted = {name for name, code in planted.items() if not contract.inspect(code).ok or contract.inspect(code).hints}
    assert len(hinted) > len(planted) / 2, sorted(set(planted) - hinted)


def test_a_hint_refuses_nothing() -> None:
    code = init_does("self.I(lambda close: np.roll(close, -1), self.data.Close)")
    report = contract.inspect(code)
    assert report.ok
    assert [(hint.line, hint.what) for hint in report.hints] == [
        (10, "np.roll with a negative step puts later values on earlier bars.")
    ]


@pytest.mark.parametrize(
    ("declared", "indicator"),
    [
        ("talib.MACD, self.data.Close, slowperiod=30, fastperiod=10", ("MACD", {"fast": 10, "slow": 30, "signal": 9})),
        ("talib.SMA, self.data.Close", ("SMA", {"period": 30})),
        ("talib.BBANDS, self.data.Close", ("BOLL", {"period": 5, "dev": 2})),
        ("talib.SMA, self.data.Close, 2 * self.fast + 1", ("SMA", {"period": 11})),
        ("talib.SMA, self.data.Close, unknown", ("SMA", {})),
        ("talib.ATR, self.data.High, self.data.Low, self.data.Close, LONG", ("ATR", {"period": 40})),
        ("kdj, self.data.High, self.data.Low, self.data.Close, 21", ("KDJ", {"n": 21, "m1": 3, "m2": 3})),
        ("talib.SMA, self.data.Volume, 7", ("VOLUME_SMA", {"period": 7})),
        ("talib.STOCH, self.data.High, self.data.Low, self.data.Close", ("STOCH", {})),
    ],
)
def test_indicators_are_read_with_what_the_code_says(declared: str, indicator: tuple[str, object]) -> None:
    functions = (
        "LONG = 40\n\n\ndef kdj(high, low, close, n=9, m1=3, m2=3):\n    return talib.MAX(high, n), low, close\n"
    )
    code = functions + init_does(f"self.I({declared})").replace("self.average[-1]", "price")
    assert contract.inspect(code).indicators == [{"name": indicator[0], "params": indicator[1]}]


def test_findings_are_said_in_chinese_too() -> None:
    codes = ["import pandas\n" + STRATEGY, next_does("self.buy(0.5)"), next_does("self.x = self.data.Close[0]")]
    with translation.override("zh-hans"):
        for code in codes:
            message = contract.inspect(code).findings[0].message
            assert re.search("[\u4e00-\u9fff]", message)
            assert "。 " not in message
