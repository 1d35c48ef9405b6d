"""Whatever a model writes, the checks answer: they never raise, and what they say can be stored."""

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strategies import contract
from tests.strategies.test_contract_kinds import INDICATOR, STRATEGY

LINES = (STRATEGY + INDICATOR).split("\n")
PIECES = st.sampled_from(
    [
        *LINES, "class A(Strategy):", "    def next(self):", "def indicator(", "*, ", "**x", "=", "(", ")", "[", "]",
        ":", "lambda: 0", "self.data.Close[", "self.I(", "talib.SMA(", "{", "}", "\\", "\"\"\"", "\x00", "\ud800",
        "1e999", "0x" + "f" * 300, "del self.x", "match x:\n case 1: pass", "type X = int", "f'{x!r:{y}}'", "\u2028",
        "global open", "async def x(): await y", "return", "yield", "import os.path as p", "from . import *", "\t",
        "\n    ",
    ]
)  # fmt: skip
MANY = settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def check(code: str, wanted: contract.Kind | None) -> None:
    report = contract.inspect(code, wanted)
    rows = report.checked()
    json.dumps([rows, report.parameters, report.indicators, report.lines], allow_nan=False).encode()
    for finding in (*report.findings, *report.hints):
        assert finding.check in contract.CHECKS
        assert finding.what
        assert finding.line is None or finding.line >= 0
    assert len(report.findings) <= contract.MAX_FINDINGS


@MANY
@given(st.text(), st.sampled_from([None, "strategy", "indicator"]))
def test_any_text_is_answered(code: str, wanted: contract.Kind | None) -> None:
    check(code, wanted)


@MANY
@given(st.lists(PIECES, max_size=30), st.sampled_from(["", " ", "\n"]))
def test_any_heap_of_code_is_answered(pieces: list[str], between: str) -> None:
    check(between.join(pieces), None)


@MANY
@given(st.data())
def test_damaged_code_is_answered(data: st.DataObject) -> None:
    code = data.draw(st.sampled_from([STRATEGY, INDICATOR, STRATEGY + INDICATOR]))
    for _number in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(code)))
        end = data.draw(st.integers(start, min(len(code), start + 30)))
        code = code[:start] + data.draw(PIECES | st.text(max_size=5)) + code[end:]
    check(code, None)


@pytest.mark.parametrize(
    "code",
    [
        "".join(f"{' ' * depth}for i in x:\n" for depth in range(18)) + " " * 18 + "y[i] = x[i + 1]\n",
        "".join(f"{' ' * depth}def f():\n" for depth in range(95)) + (" " * 95 + "open = 1\n") * 900,
        "x = " + "+".join(["close.mean()"] * 7_000),
        "x = " + "a." * 900 + "b",
        STRATEGY + "    x = " + "-" * 1_400 + "1\n",
        "self.I(" + ", ".join(["1+2+3+4+5+6+7+8"] * 6_000) + ")",
        "class A(Strategy):\n" + "".join(f"    def m{n}(self): self.x{n} = self.y{n}\n" for n in range(2_000)),
        "@" * 90_000,
        "(" * 190 + ")" * 190,
        "x = [" + "[a for open in b], " * 4_000 + "]",
    ],
    ids=[
        "loops",
        "functions",
        "hints",
        "chain",
        "minus",
        "arguments",
        "methods",
        "at",
        "parentheses",
        "comprehensions",
    ],
)
def test_code_that_is_built_to_be_slow_is_answered_soon(code: str) -> None:
    began = time.process_time()
    check(code, None)
    assert time.process_time() - began < 5.0  # what is quadratic in 100 kB takes minutes
