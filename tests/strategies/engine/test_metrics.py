"""Figures: by hand, against empyrical and against backtesting.py's own on the same trades and equity."""

import math

import numpy as np
import pytest

from strategies.engine.bars import Bars, make
from strategies.engine.config import RunConfig
from strategies.engine.metrics import Figures, deflated_sharpe, figures, max_drawdown
from strategies.engine.replay import Result, TradeRecord, replay
from tests.strategies.engine import figures_agreement, oracle
from tests.strategies.engine.random_cases import HOUR

CONFIG = RunConfig(cash=1000.0)


def flat_bars(closes: list[float], step: int = 24 * HOUR) -> Bars:
    """Bars that open and stay at their close."""
    prices = dict.fromkeys(("open", "high", "low", "close"), closes)
    return make(time=np.arange(len(closes)) * step, **prices, volume=[1.0] * len(closes))


def made(equity: list[float], trades: tuple[TradeRecord, ...] = ()) -> Figures:
    """The figures of an equity on daily bars."""
    result = Result(trades, np.array(equity), np.zeros(len(equity)), (), None)
    return figures(result, flat_bars([100.0 + place for place in range(len(equity))]), CONFIG)


def trade(pl: float, entry: int = 1, leaving: int | None = 3) -> TradeRecord:
    return TradeRecord(0, 1.0, entry, 100.0, leaving, 100.0 + pl, 0.5, pl, pl, "close", None, None, None)


def test_figures_by_hand() -> None:
    found = made([1000.0, 1100.0, 990.0, 1089.0], (trade(10.0), trade(-5.0), trade(3.0, 2, None)))
    assert found.return_pct == pytest.approx(8.9)
    assert found.buy_hold_pct == pytest.approx(3.0)
    assert found.bars_per_year == pytest.approx(365.25)
    assert found.max_drawdown_pct == pytest.approx(-10.0)
    assert (found.max_drawdown_bars, found.max_drawdown_days, found.max_drawdown_recovered) == (2, 2.0, False)
    deviation = math.sqrt(((0.1 - 0.1 / 3) ** 2 * 2 + (-0.1 - 0.1 / 3) ** 2) / 2)
    assert found.sharpe == pytest.approx(0.1 / 3 / deviation * math.sqrt(365.25))
    assert found.sortino == pytest.approx(0.1 / 3 / math.sqrt(0.01 / 3) * math.sqrt(365.25))
    assert (found.trades, found.open_trades) == (2, 1)
    assert found.win_rate_pct == 50.0
    assert found.profit_factor == 2.0
    assert found.expectancy == 2.5
    assert found.sqn == pytest.approx(math.sqrt(2) * 2.5 / math.sqrt(2 * 7.5**2))
    assert (found.best_trade_pct, found.worst_trade_pct, found.average_trade_pct) == (10.0, -5.0, 2.5)
    assert found.fees == pytest.approx(1.5)
    assert found.exposure_pct == 75.0


def test_six_of_seven_is_not_forty_three_percent() -> None:
    found = made([1000.0] * 5, (*[trade(1.0)] * 6, trade(-1.0)))
    assert found.win_rate_pct == pytest.approx(600 / 7)


def test_what_is_not_defined_is_none() -> None:
    still = made([1000.0] * 10)
    for name in ("sharpe", "sortino", "calmar", "win_rate_pct", "profit_factor", "expectancy", "sqn", "best_trade_pct"):
        assert getattr(still, name) is None, name
    assert still.return_pct == still.max_drawdown_pct == still.exposure_pct == 0.0
    assert made([1000.0] * 5, (trade(1.0),)).profit_factor is None
    assert deflated_sharpe(still, 3) is None


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_bars(count: int) -> None:
    found = made([1000.0] * count)
    assert found.bars == count
    assert (found.return_pct is None) == (count == 0)
    assert (found.bars_per_year is None) == (count < 2)
    assert found.sharpe is None


def test_bars_per_year_leaves_weekends_out() -> None:
    days = [day for day in range(3653) if day % 7 < 5]
    bars = flat_bars([100.0] * len(days))
    bars = make(**{name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")},
                time=np.array(days) * 24 * HOUR)  # fmt: skip
    found = figures(replay(bars, CONFIG, ()), bars, CONFIG)
    assert found.bars_per_year == pytest.approx(365.25 * 5 / 7, rel=1e-3)


def test_a_drawdown_ends_where_its_peak_is_reached_again() -> None:
    fall, begin, end, recovered = max_drawdown(np.array([1.0, 2.0, 1.0, 1.5, 2.0, 3.0, 2.9]))
    assert (fall, begin, end, recovered) == (-0.5, 1, 4, True)


def test_the_deflated_sharpe_ratio_of_the_paper() -> None:
    """Their example: 100 trials, variance 1/2 a year, 2.5 a year, 1250 days, skewness -3, kurtosis 10: 0.9004."""
    plain = made([1000.0, 1001.0, 1000.0])
    found = Figures(**{**{name: getattr(plain, name) for name in Figures.__slots__}, "bars": 1251,
                       "bar_sharpe": 2.5 / math.sqrt(250), "skewness": -3.0, "kurtosis": 10.0})  # fmt: skip
    assert deflated_sharpe(found, 100, 0.5 / 250) == pytest.approx(0.9004, abs=2e-4)


def test_more_tries_deflate_more() -> None:
    equity = 1000 * np.exp(np.cumsum(np.random.default_rng(3).normal(0.001, 0.01, 500)))
    found = made([1000.0, *equity])
    values = [deflated_sharpe(found, tried) for tried in (1, 2, 10, 100)]
    assert all(value is not None for value in values)
    assert values == sorted(values, key=lambda value: -(value or 0))


@oracle.needs_oracle
def test_figures_are_those_of_empyrical() -> None:
    compared = figures_agreement.beside_empyrical()
    assert len(compared) == 9
    assert {found.name: found.largest for found in compared.values() if found.apart} == {}


@oracle.needs_oracle
def test_trade_figures_are_those_of_backtesting() -> None:
    compared = figures_agreement.beside_backtesting()
    assert {found.name: found.largest for found in compared.values() if found.apart} == {}
    assert sum(found.count for found in compared.values()) > 150
