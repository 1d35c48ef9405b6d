"""Whatever bytes come out of the sandbox: they are refused by name, or they are a run whose truth can be computed."""

import json
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strategies.backtests import results
from strategies.engine import job, wire
from strategies.engine.actions import MAX_ACTIONS
from strategies.engine.bars import Bars
from strategies.engine.config import RunConfig
from strategies.engine.job import InvalidOutcome, Job, decode_outcome, encode_outcome
from strategies.engine.metrics import figures
from strategies.engine.replay import InvalidActions, replay
from tests.strategies.engine.random_cases import random_bars

COUNT = 120
COLUMNS = 9
PREFIX = struct.Struct("<4sI")
CODE = """\
import numpy as np
from backtesting import Strategy

class Busy(Strategy):
    def init(self):
        self.mean = self.I(lambda x: np.convolve(x, np.ones(5) / 5)[:len(x)], self.data.Close, name="mean")

    def next(self):
        price = self.data.Close[-1]
        step = len(self.data) % 8
        if step == 1:
            self.buy(size=0.2, sl=price * 0.9, tp=price * 1.2, tag="in")
        elif step == 3:
            self.sell(size=3, limit=price * 1.01, tag=7)
        elif step == 5 and self.trades:
            self.trades[0].sl = price * 0.8
            self.trades[0].close(0.5)
        elif step == 6 and self.orders:
            self.orders[0].cancel()
"""
BARS: Bars = random_bars(np.random.default_rng(3), COUNT)
GOOD: bytes = encode_outcome(job.run(Job("strategy", CODE, BARS)))
fuzz = settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def judge(data: bytes) -> str:
    """How forged bytes end: by the code of their refusal, or as a result; any other exception fails the test."""
    try:
        outcome = decode_outcome(data, COUNT)
    except InvalidOutcome as error:
        return error.code
    assert all(len(series.values) == COUNT for series in outcome.series)
    config = RunConfig()
    try:
        result = replay(BARS, config, outcome.actions)
    except InvalidActions as error:
        return error.code
    found = figures(result, BARS, config)
    stored = results.read(results.write(BARS, config, outcome, result, found))
    assert stored.trade_count == len(result.trades)
    assert np.isfinite(result.equity).all()
    json.dumps(results.plain_figures(found), allow_nan=False)
    return "result"


def parts(data: bytes) -> tuple[dict[str, Any], bytes]:
    _magic, length = PREFIX.unpack_from(data)
    return json.loads(data[PREFIX.size : PREFIX.size + length]), data[PREFIX.size + length :]


def whole(header: Any, body: bytes) -> bytes:
    text = json.dumps(header).encode()
    return PREFIX.pack(wire.MAGIC, len(text)) + text + body


def test_the_good_one_is_a_result() -> None:
    assert judge(GOOD) == "result"


@fuzz
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_changed_bytes(changes: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for place, value in changes:
        data[place] = value
    judge(bytes(data))


@fuzz
@given(st.integers(0, len(GOOD)), st.integers(0, len(GOOD)), st.binary(max_size=200))
def test_cut_and_spliced_bytes(start: int, stop: int, between: bytes) -> None:
    judge(GOOD[:start] + between + GOOD[stop:])


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=20),
    st.sampled_from(
        ["</script><img src=x onerror=alert(1)>", "\x00", "\u202e", "{{7*7}}", "a" * 700, 1e308, -1, 2**53]
    ),
    st.lists(st.integers(-3, 200), max_size=5),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += places(item, (*path, key))
    return found


PLACES = places(parts(GOOD)[0])


@fuzz
@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES), min_size=1, max_size=3))
def test_changed_fields(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    header, body = parts(GOOD)
    for path, value in changes:
        place: Any = header
        try:
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = value
        except (TypeError, KeyError, IndexError, AttributeError):
            continue  # an earlier change took the place away
    judge(whole(header, body))


NUMBERS = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, 1e-320, 1e300, -1e300, 1e15, 119.0, 120.0, 2.0**63, 1e-9]),
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(-5, 130).map(float),
)


@fuzz
@given(st.data())
def test_changed_actions(data: st.DataObject) -> None:
    header, body = parts(GOOD)
    count = header["actions"]
    table = np.frombuffer(body[: 8 * COLUMNS * count]).reshape(count, COLUMNS).copy()
    for _ in range(data.draw(st.integers(1, 6))):
        row, column = data.draw(st.integers(0, count - 1)), data.draw(st.integers(0, COLUMNS - 1))
        table[row, column] = data.draw(NUMBERS)
    judge(whole(header, table.tobytes() + body[table.nbytes :]))


def action_table(rows: int, **columns: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    names = ("bar", "kind", "target", "size", "limit", "stop", "sl", "tp", "tag")
    table = np.full((rows, COLUMNS), np.nan)
    table[:, [0, 1]], table[:, [2, 8]] = (1, 0), -1
    for name, values in columns.items():
        table[:, names.index(name)] = values
    return table


def forged(table: np.ndarray[Any, np.dtype[np.float64]]) -> bytes:
    header, body = parts(GOOD)
    series = body[8 * COLUMNS * header["actions"] :]
    return whole(header | {"actions": len(table)}, table.tobytes() + series)


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (action_table(MAX_ACTIONS + 1, size=1), "outcome-number"),
        (action_table(MAX_ACTIONS, size=1), "too-many-pending"),
        (action_table(20_000, bar=np.sort(np.arange(20_000) % 118 + 1), size=1e-9), "result"),
        (action_table(2, bar=[50, 49], size=1), "outcome-actions"),
        (action_table(1, size=np.inf), "outcome-actions"),
        (action_table(1, size=1e300), "order-size-absurd"),
        (action_table(1), "order-size"),
        (action_table(1, bar=np.nan), "outcome-actions"),
        (action_table(1, kind=2.5), "outcome-actions"),
        (action_table(1, tag=99), "outcome-actions"),
        (action_table(1, bar=0, size=1), "action-bar"),
        (action_table(1, kind=2, target=0, size=1), "action-target"),
        (action_table(2, size=-1e15, sl=[np.nan, 1e-300]), "order-wrong-side"),
    ],
)
def test_forged_logs(table: np.ndarray[Any, np.dtype[np.float64]], code: str) -> None:
    assert judge(forged(table)) == code


def test_orders_that_come_and_go_cannot_keep_the_server_busy() -> None:
    """The most work in the fewest actions: thousands of waiting orders, and trades that open and close among them."""
    waiting = action_table(4_900, size=1, limit=1e-9)
    each = np.repeat(np.arange(2, COUNT), 2_000)
    busy = action_table(len(each), bar=each, size=np.where(np.arange(len(each)) % 2, 1e-6, -1e-6))
    assert judge(forged(np.concatenate((waiting, busy)))) in ("too-much-work", "too-many-pending")
