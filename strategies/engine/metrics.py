"""Figures of a result; every formula and its source is in docs/metrics.md. What is not defined is None, never 0."""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from strategies.engine.bars import Bars
from strategies.engine.config import RunConfig
from strategies.engine.replay import Result, TradeRecord

YEAR = 365.25 * 86_400 * 1e6  # microseconds
_EULER = 0.5772156649015329
_TINY = 1e-12  # returns that vary less do not vary
_DUST = 1e-9  # percent: a trade that ends within rounding of its entry has neither won nor lost


@dataclass(frozen=True, slots=True)
class Figures:
    """Percentages are percent; money is in the quote currency; ratios are plain and, where it applies, annual."""

    bars: int
    bars_per_year: float | None
    final_equity: float
    return_pct: float | None
    buy_hold_pct: float | None
    annual_return_pct: float | None
    annual_volatility_pct: float | None
    sharpe: float | None
    sortino: float | None
    calmar: float | None
    max_drawdown_pct: float | None  # 0 or below
    max_drawdown_bars: int | None  # from its peak until the peak is reached again, or until the last bar
    max_drawdown_days: float | None
    max_drawdown_recovered: bool | None
    exposure_pct: float | None
    trades: int  # closed ones
    open_trades: int
    rejected_orders: int
    win_rate_pct: float | None
    profit_factor: float | None
    expectancy: float | None  # money per closed trade
    sqn: float | None
    best_trade_pct: float | None
    worst_trade_pct: float | None
    average_trade_pct: float | None
    fees: float
    bar_sharpe: float | None  # not annual: what the deflated Sharpe ratio is made of
    skewness: float | None
    kurtosis: float | None  # 3 for a normal distribution
    ruined: bool


def figures(result: Result, bars: Bars, config: RunConfig) -> Figures:
    """All figures of a result on its bars."""
    equity = result.equity
    returns = bar_returns(equity)
    per_year = bars_per_year(bars)
    years = (len(bars) - 1) / per_year if per_year else None
    annual = _annual_return(float(equity[-1]) / config.cash, years) if len(equity) and years else None
    drawdown, begin, end, recovered = max_drawdown(equity)
    deviation = _deviation(returns)
    bar_sharpe = float(returns.mean()) / deviation if deviation else None
    root = math.sqrt(per_year) if per_year else None
    closed = result.closed_trades
    skewness, kurtosis = _moments(returns)
    return Figures(
        bars=len(bars),
        bars_per_year=per_year,
        final_equity=float(equity[-1]) if len(equity) else float(config.cash),
        return_pct=(float(equity[-1]) / config.cash - 1) * 100 if len(equity) else None,
        buy_hold_pct=(float(bars.close[-1]) / float(bars.close[0]) - 1) * 100 if len(bars) else None,
        annual_return_pct=None if annual is None else annual * 100,
        annual_volatility_pct=deviation * root * 100 if deviation is not None and root else None,
        sharpe=bar_sharpe * root if bar_sharpe is not None and root else None,
        sortino=_sortino(returns, root),
        calmar=annual / -drawdown if annual is not None and drawdown else None,
        max_drawdown_pct=None if drawdown is None else drawdown * 100,
        max_drawdown_bars=end - begin if drawdown else 0 if drawdown is not None else None,
        max_drawdown_days=float(bars.time[end] - bars.time[begin]) / 86_400e6 if drawdown is not None else None,
        max_drawdown_recovered=recovered if drawdown else None,
        exposure_pct=_exposure(result.trades, len(bars)),
        trades=len(closed),
        open_trades=len(result.trades) - len(closed),
        rejected_orders=len(result.rejected),
        fees=math.fsum(trade.fees for trade in result.trades),
        bar_sharpe=bar_sharpe,
        skewness=skewness,
        kurtosis=kurtosis,
        ruined=result.ruined_at is not None,
        **_trade_figures(closed),
    )


def bar_returns(equity: NDArray[np.float64]) -> NDArray[np.float64]:
    """Simple returns from bar to bar, float64[n - 1]; 0 once nothing is left."""
    before, after = equity[:-1], equity[1:]
    return np.divide(after - before, before, out=np.zeros_like(after), where=before > 0)


def bars_per_year(bars: Bars) -> float | None:
    """How many bars a year has at their real spacing: weekends and nights without bars are left out by themselves."""
    if len(bars) < 2:
        return None
    return (len(bars) - 1) / (float(bars.time[-1] - bars.time[0]) / YEAR)


def max_drawdown(equity: NDArray[np.float64]) -> tuple[float | None, int, int, bool]:
    """The deepest fall as a fraction (0 or below), the bars of its peak and its end, and whether it recovered."""
    if not len(equity):
        return None, 0, 0, False
    peaks = np.maximum.accumulate(equity)
    falls = equity / peaks - 1
    bottom = int(falls.argmin())
    if falls[bottom] >= 0:
        return 0.0, 0, 0, False
    begin = int((equity[: bottom + 1] >= peaks[bottom]).argmax())
    back = equity[bottom:] >= peaks[bottom]
    recovered = bool(back.any())
    return float(falls[bottom]), begin, bottom + int(back.argmax()) if recovered else len(equity) - 1, recovered


def deflated_sharpe(found: Figures, tried: int, variance: float | None = None) -> float | None:
    """The probability that the Sharpe ratio is above what the best of ``tried`` worthless versions would show.

    ``variance`` is that of the tried versions' ``bar_sharpe``; without it, what chance alone makes of it: 1 / (n - 1).
    Bailey and Lopez de Prado, "The Deflated Sharpe Ratio", Journal of Portfolio Management 40 (5), 2014.
    """
    sharpe, skewness, kurtosis = found.bar_sharpe, found.skewness, found.kurtosis
    observations = found.bars - 1
    if sharpe is None or skewness is None or kurtosis is None or observations < 3 or tried < 1:
        return None
    normal = NormalDist()
    threshold = 0.0
    if tried > 1:
        spread = math.sqrt(1 / (observations - 1) if variance is None else variance)
        threshold = spread * (
            (1 - _EULER) * normal.inv_cdf(1 - 1 / tried) + _EULER * normal.inv_cdf(1 - 1 / (tried * math.e))
        )
    width = 1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe**2
    if width <= 0:
        return None
    return normal.cdf((sharpe - threshold) * math.sqrt(observations - 1) / math.sqrt(width))


def _annual_return(growth: float, years: float) -> float | None:
    if growth <= 0:
        return -1.0
    try:
        return math.pow(growth, 1 / years) - 1
    except OverflowError:
        return None  # a few minutes of luck, raised to a year


def _deviation(returns: NDArray[np.float64]) -> float | None:
    """The sample standard deviation, None when there are too few returns or they do not vary."""
    if len(returns) < 2:
        return None
    deviation = float(returns.std(ddof=1))
    return deviation if deviation > _TINY else None


def _sortino(returns: NDArray[np.float64], root: float | None) -> float | None:
    if len(returns) < 2 or root is None:
        return None
    downside = math.sqrt(float(np.square(np.minimum(returns, 0)).mean()))
    return float(returns.mean()) / downside * root if downside > _TINY else None


def _moments(returns: NDArray[np.float64]) -> tuple[float | None, float | None]:
    """Skewness and kurtosis of the returns."""
    if len(returns) < 4 or not _deviation(returns):
        return None, None
    centred = returns - returns.mean()
    squares = np.square(centred)
    variance = float(squares.mean())
    return float((squares * centred).mean()) / variance**1.5, float(np.square(squares).mean()) / variance**2


def _exposure(trades: tuple[TradeRecord, ...], bars: int) -> float | None:
    """The share of bars on which a trade was open, its first and last one included, in percent."""
    if not bars:
        return None
    begins = np.array([trade.entry_bar for trade in trades], dtype=np.int64)
    ends = np.array([bars if trade.exit_bar is None else trade.exit_bar + 1 for trade in trades], dtype=np.int64)
    steps = np.bincount(begins, minlength=bars + 1) - np.bincount(ends, minlength=bars + 1)
    return float(np.count_nonzero(np.cumsum(steps[:-1]))) / bars * 100


def _trade_figures(closed: tuple[TradeRecord, ...]) -> dict[str, float | None]:
    profits = np.array([trade.pl for trade in closed])
    percents = np.array([trade.return_pct for trade in closed])
    if not len(profits):
        names = ("win_rate_pct", "profit_factor", "expectancy", "sqn", "best_trade_pct", "worst_trade_pct")
        return dict.fromkeys((*names, "average_trade_pct"))
    won, lost = float(profits[percents > _DUST].sum()), -float(profits[percents < -_DUST].sum())
    deviation = float(profits.std(ddof=1)) if len(profits) > 1 else 0.0
    return {
        "win_rate_pct": float((percents > _DUST).mean()) * 100,
        "profit_factor": won / lost if lost else None,
        "expectancy": float(profits.mean()),
        "sqn": math.sqrt(len(profits)) * float(profits.mean()) / deviation if deviation > _TINY else None,
        "best_trade_pct": float(percents.max()),
        "worst_trade_pct": float(percents.min()),
        "average_trade_pct": float(percents.mean()),
    }
