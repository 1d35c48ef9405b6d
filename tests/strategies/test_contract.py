"""Static checks of code, and code found in replies."""

import pytest

from strategies import contract
from strategies.contract.source import Unreadable, parse
from strategies.extraction import extract

GOOD = """import numpy as np
import talib
from backtesting import Strategy
from backtesting.lib import crossover


class MaCross(Strategy):
    fast = 5
    slow: int = 10
    shift = -1.5

    def init(self):
        self.fast_ma = self.I(talib.SMA, self.data.Close, self.fast)
        self.slow_ma = self.I(talib.SMA, self.data.Close, timeperiod=self.slow, name="slow")
        self.upper, _, _ = self.I(talib.BBANDS, self.data.Close, 20, 2, 2)
        self.volume = self.I(talib.SMA, self.data.Volume, 30)

    def next(self):
        if crossover(self.fast_ma, self.slow_ma):
            self.buy(size=0.5)
"""


def test_good_code_tells_its_parameters_and_indicators() -> None:
    report = contract.inspect(GOOD)
    assert report.ok
    assert report.parameters == {"fast": 5, "slow": 10, "shift": -1.5}
    assert report.indicators == [
        {"name": "SMA", "params": {"period": 5}},
        {"name": "SMA", "params": {"period": 10}},
        {"name": "BOLL", "params": {"period": 20, "dev": 2}},
        {"name": "VOLUME_SMA", "params": {"period": 30}},
    ]
    assert all(row["ok"] for row in report.checked())


@pytest.mark.parametrize(
    ("code", "check", "line"),
    [
        ("class A(Strategy:\n    pass", "syntax", 1),
        ("x = 1", "structure", None),
        (GOOD + "\n\nclass B(Strategy):\n    def init(self): ...\n    def next(self): ...\n", "structure", 23),
        (GOOD.replace("def next(self)", "def then(self)"), "structure", 7),
        (GOOD.replace("import numpy as np", "import os"), "imports", 1),
        (GOOD.replace("import numpy as np", "from os import path"), "imports", 1),
        (GOOD.replace("import numpy as np", "from . import x"), "imports", 1),
        (GOOD.replace("import Strategy", "import Strategy, Backtest"), "imports", 3),
        (GOOD.replace("self.buy(size=0.5)", "open('/etc/passwd')"), "names", 20),
        (GOOD.replace("self.buy(size=0.5)", "exec('1')"), "names", 20),
        (GOOD.replace("self.buy(size=0.5)", "().__class__.__bases__"), "names", 20),
        (GOOD.replace("self.buy(size=0.5)", "np.load('x')"), "names", 20),
        (GOOD.replace("self.buy(size=0.5)", "getattr(self, 'x')"), "names", 20),
        ("#" * 100_001, "size", None),
        ("-" * 50_000 + "1", "syntax", None),
    ],
)
def test_a_breach_is_named_with_its_line(code: str, check: str, line: int | None) -> None:
    findings = contract.inspect(code).findings
    assert check in {finding.check for finding in findings}
    found = next(finding for finding in findings if finding.check == check)
    assert found.line == line
    assert found.message


def test_the_block_with_the_strategy_is_taken() -> None:
    text = f"Text\n\n```python\nprint('other')\n```\n\nand\n\n```python\n{GOOD}```\n\nDone. ```inline```"
    assert extract(text).code == GOOD
    assert extract(text.replace("\n", "\r\n")).code == GOOD
    assert extract(f"~~~~\n{GOOD}~~~~").code == GOOD


@pytest.mark.parametrize(
    "text",
    ["The strategy was generated successfully!", "```python\nprint(1)\n```", "class A(Strategy):\n    pass", ""],
)
def test_pain_text_without_code_was_saved_as_a_strategy(text: str) -> None:
    assert extract(text).code is None


def test_a_block_that_never_closes_is_no_code() -> None:
    for cut in range(0, len(GOOD), 7):
        assert extract(f"```python\n{GOOD[:cut]}").code is None
    assert extract(f"```python\n{GOOD}```\n\nbetter:\n\n```python\n{GOOD[:-20]}").code is None


@pytest.mark.parametrize(
    "text", ["```\n" * 20_000, "`" * 50_000, "class (" * 10_000, "```python\nclass A(" + "a," * 20_000]
)
def test_hostile_text_is_searched_quickly(text: str) -> None:
    assert extract(text).code is None


@pytest.mark.parametrize(
    ("code", "line", "says"),
    [
        ("a = (1,\nb = 2\ndef f():\n    pass\n", 1, "“(” is opened in this line and never closed."),
        ("def f():\n    x = g([1, 2)\n    return x\n", 2, "Python cannot read this line"),
        ("x = {'a': 1\n\n\ndef f(): pass\n", 1, "“{” is opened in this line and never closed."),
        ("x = 1\ny = = 2\n", 2, "Python cannot read this line"),
        ("x = )\n", 1, "Python cannot read this line"),
        ("s = 'abc\nx = 1\n", 1, "Python cannot read this line"),
    ],
)
def test_a_bracket_that_was_forgotten_is_named_where_it_is_opened(code: str, line: int, says: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse(code)
    assert (caught.value.finding.line, says in caught.value.finding.what) == (line, True), caught.value.finding
