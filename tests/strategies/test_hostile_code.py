"""Code and replies written to hurt: none of them may hang, crash or leave a version that nobody can read."""

import json
import time

import pytest

from strategies import contract
from strategies.extraction import extract

CODE = """from backtesting import Strategy


class A(Strategy):
    x = {value}

    def init(self):
        {init}

    def next(self):
        pass
"""


def code(value: str = "1", init: str = "pass") -> str:
    return CODE.format(value=value, init=init)


@pytest.mark.parametrize(
    "value",
    ["1e999", "-1e999", "0x" + "f" * 5000, "9" * 4000, r"'\ud800'", r"'\x00'", "'" + "a" * 201 + "'", "-True", "-'a'"],
    ids=["inf", "-inf", "hex", "digits", "surrogate", "nul", "long", "minus true", "minus text"],
)
def test_a_value_that_no_database_keeps_is_no_parameter(value: str) -> None:
    report = contract.inspect(code(value))
    assert report.ok
    assert report.parameters == {}


@pytest.mark.parametrize(
    ("value", "expected"),
    [("-5", -5), ("--2.5", 2.5), ("None", None), ("True", True), ("'EMA'", "EMA"), ("-" * 1500 + "1", 1)],
)
def test_plain_values_are_parameters(value: str, expected: object) -> None:
    assert contract.inspect(code(value)).parameters == {"x": expected}


@pytest.mark.parametrize("number", ["1e999", "-1e999", "0x" + "f" * 2000])
def test_an_indicator_with_such_a_number_does_not_claim_a_default(number: str) -> None:
    report = contract.inspect(code(init=f"self.I(talib.RSI, self.data.Close, {number})"))
    assert report.indicators == [{"name": "RSI", "params": {}}]
    json.dumps(report.indicators, allow_nan=False)


def test_findings_are_bounded() -> None:
    assert len(contract.inspect("import os\n" * 9000).findings) == contract.MAX_FINDINGS


@pytest.mark.parametrize(
    "reply",
    [
        "```" + " " * 1_000_000 + "`\n",
        "~" * 1_000_000 + "`\n",
        "`" * 1_000_000 + "a`\n",
        "```\nclass A(" + "Strategy " * 100_000 + "\n```\n",
        "```\n" + "class A(Strategy " * 60_000 + "\n```\n",
        "```\nclass" + " " * 1_000_000 + "\n```\n",
    ],
    ids=["spaces", "tildes", "backticks", "bases", "classes", "class"],
)
def test_reading_a_reply_is_linear_in_its_length(reply: str) -> None:
    began = time.process_time()
    assert extract(reply).code is None
    assert time.process_time() - began < 1.0  # quadratic patterns took minutes
