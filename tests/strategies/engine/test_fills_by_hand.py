"""Rules of filling, computed by hand."""

from typing import Any

import numpy as np
import pytest

from strategies.engine import job
from strategies.engine.bars import Bars, make
from strategies.engine.config import RunConfig
from strategies.engine.job import Job, Outcome
from strategies.engine.replay import Result, TradeRecord, replay
from tests.strategies.engine.random_cases import HOUR

FREE = RunConfig(cash=1000.0, fee_pct=0.0, slippage_pct=0.0)
Row = tuple[float, float, float, float]
QUIET: Row = (100, 101, 99, 100)


def bars_of(*rows: Row, volume: float = 1.0) -> Bars:
    columns = dict(zip(("open", "high", "low", "close"), np.array(rows, dtype=float).reshape(-1, 4).T, strict=True))
    return make(time=np.arange(len(rows)) * HOUR, volume=[volume] * len(rows), **columns)


def run(bars: Bars, steps: dict[int, str], config: RunConfig = FREE) -> tuple[Outcome, Result]:
    """Run statements at the bars at which they are given, and replay what they ordered."""
    lines = ["from backtesting import Strategy", "class ByHand(Strategy):", "    def init(self): pass"]
    lines += ["    def next(self):", "        bar = len(self.data) - 1"]
    lines += [f"        if bar == {bar}: {statement}" for bar, statement in steps.items()]
    outcome = job.run(Job("strategy", "\n".join(lines), bars, config, tests=False))
    return outcome, replay(bars, config, outcome.actions)


def only(result: Result) -> TradeRecord:
    (trade,) = result.trades
    return trade


def test_an_order_fills_at_the_next_open() -> None:
    _, result = run(bars_of(QUIET, QUIET, (103, 105, 102, 104), QUIET), {1: "self.buy(size=2)"})
    trade = only(result)
    assert (trade.entry_bar, trade.entry_price, trade.size) == (2, 103.0, 2.0)
    assert result.equity.tolist() == [1000, 1000, 1002, 994]


def test_a_gap_through_the_stop_fills_at_the_open() -> None:
    rows = [QUIET, QUIET, QUIET, (90, 92, 89, 91)]
    trade = only(run(bars_of(*rows), {1: "self.buy(size=2, sl=95)"})[1])
    assert (trade.exit_bar, trade.exit_price, trade.reason) == (3, 90.0, "stop")


def test_a_gap_over_the_target_fills_at_the_open() -> None:
    rows = [QUIET, QUIET, QUIET, (120, 121, 119, 120)]
    trade = only(run(bars_of(*rows), {1: "self.buy(size=2, tp=110)"})[1])
    assert (trade.exit_bar, trade.exit_price, trade.reason) == (3, 120.0, "target")


@pytest.mark.parametrize("order", ["sl=95, tp=105", "tp=105, sl=95"])
def test_stop_and_target_in_one_bar_is_the_stop(order: str) -> None:
    rows = [QUIET, QUIET, QUIET, (100, 110, 90, 100)]
    trade = only(run(bars_of(*rows), {1: f"self.buy(size=2, {order})"})[1])
    assert (trade.exit_bar, trade.exit_price, trade.reason) == (3, 95.0, "stop")


def test_stop_before_target_when_the_target_was_set_first() -> None:
    rows = [QUIET, QUIET, QUIET, QUIET, (100, 110, 90, 100)]
    steps = {1: "self.buy(size=2)", 2: "self.trades[0].tp = 105", 3: "self.trades[0].sl = 95"}
    assert only(run(bars_of(*rows), steps)[1]).reason == "stop"


def test_stop_and_target_of_a_short_in_one_bar_is_the_stop() -> None:
    rows = [QUIET, QUIET, QUIET, (100, 110, 90, 100)]
    trade = only(run(bars_of(*rows), {1: "self.sell(size=2, sl=105, tp=95)"})[1])
    assert (trade.exit_bar, trade.exit_price, trade.reason) == (3, 105.0, "stop")


def test_a_stop_in_the_bar_of_the_entry_counts() -> None:
    rows = [QUIET, QUIET, (100, 101, 94, 100)]
    trade = only(run(bars_of(*rows), {1: "self.buy(size=2, sl=95)"})[1])
    assert (trade.entry_bar, trade.exit_bar, trade.exit_price) == (2, 2, 95.0)


def test_an_order_on_the_last_bar_is_never_filled() -> None:
    outcome, result = run(bars_of(QUIET, QUIET, QUIET), {2: "self.buy(size=2)"})
    assert len(outcome.actions) == 1
    assert result.trades == ()
    assert result.equity.tolist() == [1000.0] * 3


def test_a_flip_from_long_to_short() -> None:
    rows = [QUIET, QUIET, QUIET, (110, 111, 109, 110), (105, 106, 104, 105)]
    _, result = run(bars_of(*rows), {1: "self.buy(size=2)", 2: "self.sell(size=5)"})
    first, second = result.trades
    assert (first.size, first.exit_bar, first.exit_price, first.reason) == (2.0, 3, 110.0, "opposite")
    assert (second.size, second.entry_bar, second.entry_price, second.is_open) == (-3.0, 3, 110.0, True)
    assert result.equity.tolist() == [1000, 1000, 1000, 1020, 1035]


def test_a_part_of_the_other_side_is_closed_first_in_first_out() -> None:
    steps = {1: "self.buy(size=2)", 2: "self.buy(size=3)", 3: "self.sell(size=4)"}
    _, result = run(bars_of(*[QUIET] * 6), steps)
    assert [(trade.trade, trade.size, trade.is_open) for trade in result.trades] == [
        (0, 2.0, False), (1, 2.0, False), (1, 1.0, True),
    ]  # fmt: skip


def test_a_fraction_buys_pieces_of_a_unit() -> None:
    rows = [(60_000, 60_100, 59_900, 60_000)] * 4
    _, result = run(bars_of(*rows), {1: "self.buy(size=0.5)"})
    assert only(result).size == 0.00833333  # 500 / 60,000, in pieces of a hundred-millionth
    whole = RunConfig(cash=1000.0, fee_pct=0.0, slippage_pct=0.0, pieces=1)
    _, none = run(bars_of(*rows), {1: "self.buy(size=0.5)"}, whole)
    assert none.trades == ()
    assert [item.code for item in none.rejected] == ["size-too-small"]


def test_fees_on_both_sides_and_slippage_against_you() -> None:
    config = RunConfig(cash=1000.0, fee_pct=1.0, slippage_pct=2.0)
    rows = [QUIET, QUIET, QUIET, QUIET, (110, 111, 109, 110)]
    _, result = run(bars_of(*rows), {1: "self.buy(size=2)", 3: "self.position.close()"}, config)
    trade = only(result)
    assert trade.entry_price == pytest.approx(102.0)
    assert trade.exit_price == pytest.approx(107.8)
    assert trade.fees == pytest.approx(2.04 + 2.156)
    assert trade.pl == pytest.approx(2 * (107.8 - 102.0) - 2.04 - 2.156)
    assert result.equity[-1] == pytest.approx(1000 + trade.pl)
    entry, leaving = result.fills
    assert [entry.fee, leaving.fee] == pytest.approx([2.04, 2.156])


def test_a_limit_never_fills_worse_than_its_price() -> None:
    config = RunConfig(cash=1000.0, fee_pct=0.0, slippage_pct=2.0)
    rows = [QUIET, QUIET, (100, 101, 96, 100), (100, 106, 99, 100)]
    trade = only(run(bars_of(*rows), {1: "self.buy(size=2, limit=97, tp=105)"}, config)[1])
    assert (trade.entry_price, trade.exit_price) == (97.0, 105.0)


def test_all_of_the_equity_pays_its_own_fee() -> None:
    config = RunConfig(cash=1000.0, fee_pct=1.0, slippage_pct=0.0)
    _, result = run(bars_of(*[QUIET] * 4), {1: "self.buy()"}, config)
    trade = only(result)
    assert trade.size * 100 * 1.01 == pytest.approx(1000, abs=1e-5)
    assert result.rejected == ()


def test_without_leverage_what_cannot_be_paid_is_not_filled() -> None:
    _, result = run(bars_of(*[QUIET] * 4), {1: "self.buy(size=11)"})
    assert result.trades == ()
    assert [(item.bar, item.order, item.code) for item in result.rejected] == [(2, 0, "no-cash")]


def test_zero_volume_does_not_matter() -> None:
    _, result = run(bars_of(*[QUIET] * 4, volume=0.0), {1: "self.buy(size=2)"})
    assert only(result).entry_bar == 2


@pytest.mark.parametrize("count", [0, 1])
def test_one_bar_and_no_data(count: int) -> None:
    outcome, result = run(bars_of(*[QUIET] * count), {0: "self.buy()", 1: "self.buy()"})
    assert (outcome.error, outcome.actions, outcome.first_bar) == (None, (), None)
    assert result.trades == ()
    assert result.equity.tolist() == [1000.0] * count


def test_an_open_position_is_valued_at_the_last_close_and_said_to_be_open() -> None:
    rows = [QUIET, QUIET, QUIET, (100, 108, 99, 107)]
    trade = only(run(bars_of(*rows), {1: "self.buy(size=2)"})[1])
    assert (trade.is_open, trade.exit_bar, trade.exit_price, trade.pl, trade.reason) == (
        True,
        None,
        107.0,
        14.0,
        "open",
    )


def test_a_stop_entry_fills_at_its_price_or_beyond_a_gap_at_the_open() -> None:
    rows = [QUIET, QUIET, (100, 106, 99, 105), (110, 112, 109, 111)]
    steps = {1: "self.buy(size=1, stop=104)", 2: "self.buy(size=1, stop=108)"}
    _, result = run(bars_of(*rows), steps)
    assert [trade.entry_price for trade in result.trades] == [104.0, 110.0]


def test_a_gap_beyond_a_stop_limits_stop_fills_at_the_open() -> None:
    """Deliberately other than the oracle, which fills at the stop: a price that the bar never had."""
    rows = [QUIET, QUIET, (104, 110, 103, 105)]
    trade = only(run(bars_of(*rows), {1: "self.buy(size=1, stop=101.5, limit=108)"})[1])
    assert trade.entry_price == 104.0


def test_a_short_that_costs_more_than_there_is_ends_the_run() -> None:
    rows = [QUIET, QUIET, QUIET, (100, 260, 99, 250), QUIET, QUIET]
    outcome, result = run(bars_of(*rows), {1: "self.sell(size=9)", 4: "self.buy(size=1)"})
    assert result.ruined_at == 3
    assert result.equity.tolist() == [1000, 1000, 1000, 0, 0, 0]
    assert [action.bar for action in outcome.actions] == [1]


def test_closing_comes_before_entries_of_the_same_bar() -> None:
    steps = {1: "self.buy(size=9)", 2: "(self.buy(size=9), self.position.close())"}
    _, result = run(bars_of(*[QUIET] * 5), steps)
    assert [(trade.entry_bar, trade.is_open) for trade in result.trades] == [(2, False), (3, True)]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("self.buy(size=float('nan'))", "order-size"),
        ("self.buy(size=-1)", "order-size"),
        ("self.buy(size=0)", "order-size"),
        ("self.buy(size=1.5)", "order-size"),
        ("self.buy(size='all')", "order-size"),
        ("self.sell(size=None)", "order-size"),
        ("self.buy(size=1e300)", "order-size-absurd"),
        ("self.buy(size=10**400)", "order-size"),
        ("self.buy(size=float('inf'))", "order-size-absurd"),
        ("self.buy(limit=float('nan'))", "order-price"),
        ("self.buy(limit=-5)", "order-price"),
        ("self.buy(sl=0)", "order-price"),
        ("self.buy(sl=120)", "order-wrong-side"),
        ("self.buy(tp=80)", "order-wrong-side"),
        ("self.sell(sl=80)", "order-wrong-side"),
        ("self.buy(tag=object())", "order-tag"),
        ("self.buy(tag=float('nan'))", "order-tag"),
        ("self.buy(tag='a\\x00b')", "order-tag"),
        ("self.buy(tag='x' * 1000)", "order-tag"),
        ("[self.buy(size=1, limit=1) for _ in range(6000)]", "too-many-pending"),
        ("self.data.Close[0]", "positive-index"),
        ("self.data.Close[len(self.data)]", "positive-index"),
        ("self.data.Close[-50]", "too-far-back"),
        ("self.data.index[0]", "positive-index"),
        ("self.data.Adj", "unknown-attribute"),
        ("self.closed_trades", "unknown-attribute"),
        ("self.I(abs, self.data.Close)", "indicator-in-next"),
        ("1 / 0", "exception"),
        ("exit()", "exit"),
    ],
)
def test_what_no_market_takes_is_refused_with_line_and_bar(statement: str, code: str) -> None:
    outcome, _ = run(bars_of(*[QUIET] * 6), {3: statement})
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.line, outcome.error.bar) == (code, 6, 3)
    assert outcome.error.message


def test_what_a_strategy_sees_is_what_the_replay_finds() -> None:
    config: dict[str, Any] = {"fee_pct": 0.1, "slippage_pct": 0.5}
    steps = {
        1: "self.buy(size=0.5, sl=90)",
        2: "setattr(self, 'seen', self.equity)",
        3: "assert self.seen == self.equity",
    }
    outcome, result = run(bars_of(*[QUIET] * 5), steps, RunConfig(cash=1000.0, **config))
    assert outcome.error is None
    assert result.equity[2] == pytest.approx(result.equity[3])
