"""Jobs and outcomes as bytes: round trips, forged ones, and errors that name their line."""

import json
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from strategies.engine import ENGINE_VERSION, job, wire
from strategies.engine.actions import CLOSE, ORDER, STOP, Action
from strategies.engine.bars import InvalidBars, make
from strategies.engine.config import InvalidConfig, RunConfig
from strategies.engine.fingerprints import fingerprints, result_fingerprint
from strategies.engine.job import InvalidJob, InvalidOutcome, Job, decode_outcome, encode_outcome
from strategies.engine.replay import InvalidActions, replay
from strategies.engine.silence import why_no_trades
from tests.strategies.engine.clean import CLEAN
from tests.strategies.engine.random_cases import random_bars

BARS = random_bars(np.random.default_rng(1), 200)
CODE = CLEAN["Bollinger bands"]
HEAD = "from backtesting import Strategy\nimport talib\nclass One(Strategy):\n"


def outcome_of(code: str, **options: Any) -> job.Outcome:
    return job.run(Job("strategy", code, BARS, **options))


def strategy(init: str = "pass", on_bar: str = "pass") -> str:
    return f"{HEAD}    def init(self):\n        {init}\n    def next(self):\n        {on_bar}\n"


def test_it_works() -> None:
    shares: list[float] = []
    given = Job("strategy", CODE, BARS, RunConfig(), seed=3)
    outcome = decode_outcome(job.serve(job.encode_job(given), shares.append), len(BARS))
    assert outcome.error is None
    assert outcome.engine_version == ENGINE_VERSION
    assert outcome.actions
    assert [series.name for series in outcome.series] == ["BBANDS"] * 3
    assert [series.params for series in outcome.series] == [(20, 2, 2)] * 3
    assert outcome.lookahead is not None
    assert outcome.lookahead.passed
    assert outcome.warmup is not None
    assert outcome.warmup.passed
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) > 20
    assert replay(BARS, RunConfig(), outcome.actions).trades


def test_the_same_job_gives_the_same_bytes() -> None:
    payload = job.encode_job(Job("strategy", CODE, BARS))
    first, second = (job.serve(payload, lambda _share: None) for _ in range(2))
    assert first == second
    results = [replay(BARS, RunConfig(), decode_outcome(data).actions) for data in (first, second)]
    assert result_fingerprint(results[0]) == result_fingerprint(results[1])
    prints = fingerprints(CODE, BARS, RunConfig(), {"a": 1})
    assert prints == fingerprints(CODE, BARS, RunConfig(), {"a": 1})
    assert prints.configuration != fingerprints(CODE, BARS, RunConfig(), {"a": 2}).configuration
    assert prints.data == BARS.fingerprint() != BARS.slice(0, 199).fingerprint()


def test_a_job_comes_back_as_it_was() -> None:
    given = Job("indicator", "x = 1", BARS, RunConfig(5.0, 1.0, 2.0, 1), {"n": 3, "on": True, "word": "é"}, False, 9)
    back = job.decode_job(job.encode_job(given))
    assert back.bars.fingerprint() == given.bars.fingerprint()
    for name in ("kind", "code", "config", "parameters", "tests", "seed"):
        assert getattr(back, name) == getattr(given, name)


def test_parameters_replace_class_attributes() -> None:
    code = (
        HEAD + "    period = 5\n    def init(self):\n        self.x = self.I(talib.SMA, self.data.Close, self.period)\n"
    )
    assert outcome_of(code, parameters={"period": 9}).series[0].params == (9,)
    for unknown in ("nothing", "next", "_broker"):
        error = outcome_of(code, parameters={unknown: 9}).error
        assert error is not None
        assert error.code == "unknown-parameter"


@pytest.mark.parametrize(
    ("code", "error", "line"),
    [
        ("def broken(:", "syntax", 1),
        ("x = 1", "no-strategy", None),
        ("import backtesting.nothing", "import", 1),
        ("raise ValueError('no')", "exception", 1),
        (strategy("1 / 0"), "exception", 5),
        (strategy("self.x = self.I(lambda: [1.0])"), "indicator-length", 5),
        (strategy("self.x = self.I(lambda: None)"), "indicator-length", 5),
        (strategy("self.x = self.I(lambda: ['a'] * 200)"), "indicator-type", 5),
        (strategy("self.x = self.I(talib.SMA, self.data.Volume.astype(int), 3)"), "exception", 5),
        (strategy("[self.I(lambda: self.data.Close) for _ in range(100)]"), "too-many-indicators", None),
        (strategy("self.x = [self.I(talib.SMA, self.data.Close, 5)]", "self.x[0][-1]"), "indicator-unbound", 7),
        (strategy("pass", "len(self.data) == 150 and self.nothing"), "unknown-attribute", 7),
        (strategy("def f(): f()\n        f()"), "recursion", 5),
    ],
)
def test_errors_name_their_line(code: str, error: str, line: int | None) -> None:
    found = outcome_of(code).error
    assert found is not None
    assert (found.code, found.line) == (error, line), found


def test_an_error_in_next_keeps_what_was_done_before_it() -> None:
    outcome = outcome_of(strategy("pass", "1 / (150 - len(self.data)) and self.buy(size=1)"))
    assert outcome.error is not None
    assert outcome.error.bar == 149
    assert {action.bar for action in outcome.actions} == set(range(1, 149))
    assert outcome.lookahead is None
    assert decode_outcome(encode_outcome(outcome)).error == outcome.error


def test_zero_trades_have_a_reason() -> None:
    reasons = {
        strategy("pass", "pass"): "never-ordered",
        strategy(
            "self.x = self.I(talib.SMA, self.data.Close, 900)", "self.x[-1] > 0 and self.buy()"
        ): "warm-up-too-long",
        strategy("pass", "len(self.data) == 50 and self.buy(limit=0.01)"): "never-reached",
        strategy("pass", "len(self.data) == 200 and self.buy()"): "ordered-on-last-bar",
        strategy("pass", "len(self.data) == 50 and self.buy(size=1e6)"): "no-cash",
    }
    for code, reason in reasons.items():
        outcome = outcome_of(code, tests=False)
        silence = why_no_trades(outcome, replay(BARS, RunConfig(), outcome.actions), BARS)
        assert silence is not None
        assert silence.code == reason
    outcome = outcome_of(CODE, tests=False)
    assert why_no_trades(outcome, replay(BARS, RunConfig(), outcome.actions), BARS) is None


# --- forged bytes ---------------------------------------------------------------------------------------------------


def forged(change: Callable[[dict[str, Any]], object], data: bytes | None = None) -> bytes:
    """A true outcome whose header was changed."""
    data = data or encode_outcome(outcome_of(CODE))
    header, body = wire.unpack(data)
    change(header)
    text = json.dumps(header).encode()
    return b"TME1" + struct.pack("<I", len(text)) + text + bytes(body)


@pytest.mark.parametrize(
    "change",
    [
        lambda header: header.update(engine="0"),
        lambda header: header.update(bars=10**12),
        lambda header: header.update(bars=-1),
        lambda header: header.update(bars=199),
        lambda header: header.update(bars=True),
        lambda header: header.update(bars=200.0),
        lambda header: header.update(actions=10**9),
        lambda header: header.update(actions=0),
        lambda header: header.update(series=[]),
        lambda header: header.update(series={}),
        lambda header: header["series"].append(header["series"][0]),
        lambda header: header["series"][0].update(name="x" * 10_000),
        lambda header: header["series"][0].update(name="\x00"),
        lambda header: header["series"][0].update(params=[[1]]),
        lambda header: header["series"][0].update(params=[1e400]),
        lambda header: header["series"][0].update(group="0"),
        lambda header: header.update(error={"code": "Has Spaces", "message": "", "line": 1, "bar": 1}),
        lambda header: header.update(error={"code": "x"}),
        lambda header: header.update(error="x"),
        lambda header: header.update(lookahead={"passed": True, "cuts": 3, "findings": [["a", "b", 1, 2]]}),
        lambda header: header.update(lookahead={"passed": False, "cuts": 3, "findings": []}),
        lambda header: header.update(lookahead={"passed": 1, "cuts": 3, "findings": []}),
        lambda header: header.update(warmup=[]),
        lambda header: header.update(equity=[1, 2, 3]),
        lambda header: header.pop("warmup"),
        lambda header: header.update(tags=["x"] * 20_000),
        lambda header: header.update(first_bar=201),
    ],
)
def test_forged_headers_are_refused(change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(InvalidOutcome) as refused:
        decode_outcome(forged(change), len(BARS))
    assert refused.value.code


@pytest.mark.parametrize("column", range(9))
@pytest.mark.parametrize("value", [float("inf"), -5.0, 1e18, 0.5, float("nan")])
def test_forged_actions_are_refused_or_replayed_to_nothing_else(column: int, value: float) -> None:
    data = bytearray(encode_outcome(outcome_of(CODE)))
    header, body = wire.unpack(bytes(data))
    place = len(data) - len(body) + 8 * (9 * (header["actions"] // 2) + column)
    data[place : place + 8] = struct.pack("<d", value)
    try:
        outcome = decode_outcome(bytes(data), len(BARS))
        replay(BARS, RunConfig(), outcome.actions)
    except (InvalidOutcome, InvalidActions):
        return
    assert column >= 3  # another size or price is another order: what comes of it is computed here


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"TME1",
        b"XXXX" + bytes(100),
        b"TME1\xff\xff\xff\xff",
        b"TME1\x02\x00\x00\x00[]",
        b'TME1\x05\x00\x00\x00{"a":',
        b"TME1" + struct.pack("<I", 200_000) + b"[" * 200_000,
        b"TME1" + struct.pack("<I", 12) + b'{"bars":NaN}',
        b"TME1" + struct.pack("<I", 5_008) + b'{"a":' + b"9" * 5_002 + b"}",
    ],
)
def test_bytes_that_are_no_frame_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidOutcome):
        decode_outcome(data)
    with pytest.raises(InvalidJob):
        job.decode_job(data)


@pytest.mark.parametrize(
    ("actions", "code"),
    [
        ([Action(0, ORDER, size=0.5)], "action-bar"),
        ([Action(200, ORDER, size=0.5)], "action-bar"),
        ([Action(9, ORDER, size=0.5), Action(8, ORDER, size=0.5)], "action-bar"),
        ([Action(5, ORDER, size=-0.5), Action(7, CLOSE, 3, 1.0)], "action-target"),
        ([Action(5, STOP, 0, sl=3.0)], "action-target"),
        ([Action(5, 1, 0)], "action-target"),
        ([Action(5, ORDER)], "order-size"),
        ([Action(5, ORDER, size=float("nan"))], "order-size"),
        ([Action(5, ORDER, size=0.5, sl=1e6)], "order-wrong-side"),
        ([Action(5, 9)], "action-kind"),
    ],
)
def test_a_forged_log_is_found_out(actions: list[Action], code: str) -> None:
    with pytest.raises(InvalidActions) as refused:
        replay(BARS, RunConfig(), actions)
    assert refused.value.code == code


def test_a_log_that_would_take_for_ever_is_refused() -> None:
    waiting = [Action(1, ORDER, size=1.0, limit=1e-6) for _ in range(4_000)]
    moved = [Action(3, STOP, 0, sl=1.0 + place / 1e6) for place in range(6_000)]
    config = RunConfig(cash=1e6)
    with pytest.raises(InvalidActions) as refused:
        replay(BARS, config, [Action(1, ORDER, size=1.0), *waiting, *moved])
    assert refused.value.code == "too-much-work"
    many = [Action(bar, ORDER, size=1.0) for bar in range(1, 100) for _ in range(100)]
    assert len(replay(BARS, config, many).trades) == 9_900


# --- bars and configuration -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "row", "value", "code"),
    [
        ("close", 3, float("nan"), "bars-not-finite"),
        ("open", 3, 0.0, "bars-not-positive"),
        ("low", 3, -1.0, "bars-not-positive"),
        ("volume", 3, float("inf"), "bars-not-finite"),
        ("volume", 3, -1.0, "bars-volume-negative"),
        ("high", 3, 0.1, "bars-high-low"),
        ("low", 3, 1e9, "bars-high-low"),
        ("time", 3, 0, "bars-unsorted"),
        ("time", 3, 2 * 3_600_000_000, "bars-doubled"),
        ("time", 3, 2**62, "bars-time"),
    ],
)
def test_bad_bars_are_refused_with_their_row(column: str, row: int, value: float, code: str) -> None:
    columns = {name: getattr(BARS, name).copy() for name in ("time", "open", "high", "low", "close", "volume")}
    columns[column][row] = value
    with pytest.raises(InvalidBars) as refused:
        make(**columns)
    assert (refused.value.code, refused.value.row) == (code, row)


@pytest.mark.parametrize("options", [{"cash": 0}, {"cash": -1}, {"cash": float("nan")}, {"fee_pct": 51}, {"pieces": 0}])
def test_bad_configuration_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfig):
        RunConfig(**options)
