"""Ranges that composed code says of its parameters, each in a comment beside its parameter.

A range is what people usually try. Where the plan's own value comes near its end it is wider, as far as a plan may go.
``strategies.contract.ranges`` reads it back.
"""

import math
from dataclasses import dataclass
from decimal import Decimal

from strategies.describe import is_zh, say
from strategies.grammar import MAX_PERIOD
from strategies.spec import RISK_LIMITS

LEAST_SHOWN = Decimal("0.000001")  # below, a range begins at 0


@dataclass(frozen=True, slots=True)
class Range:
    """From ``low`` to ``high``, both of them included."""

    low: float
    high: float

    def around(self, value: float, limit: float) -> "Range":
        """The same, wide enough to go to twice the value, or to its power of ten."""
        low, high = self.low, max(self.high, min(limit, math.ceil(2 * value)))
        if value < low:
            decimal = Decimal(repr(value))
            low = float(Decimal(1).scaleb(decimal.adjusted())) if decimal >= LEAST_SHOWN else 0
        return Range(low, high)


PERIODS = Range(2, 200)
SHORT_PERIODS = Range(2, 100)
MAX_FACTOR = 10.0  # of the deviations of a spec's Bollinger bands
USUAL: dict[tuple[str, str], Range] = {
    ("MACD", "fast"): Range(2, 50),
    ("MACD", "slow"): Range(3, 100),
    ("MACD", "signal"): Range(1, 50),
    ("RSI", "period"): SHORT_PERIODS,
    ("KDJ", "n"): SHORT_PERIODS,
    ("KDJ", "m1"): Range(1, 20),
    ("KDJ", "m2"): Range(1, 20),
    ("BOLL", "dev"): Range(0.5, 5),
    ("ATR", "period"): SHORT_PERIODS,
    ("CCI", "period"): SHORT_PERIODS,
    ("ADX", "period"): SHORT_PERIODS,
}
RISKS: dict[str, Range] = {
    "stop_loss_pct": Range(0.5, 20),
    "take_profit_pct": Range(0.5, 100),
    "trailing_stop_pct": Range(0.5, 20),
    "position_pct": Range(1, 100),
    "max_bars": Range(1, 500),
}
WIDTHS: dict[str, Range] = {"STDDEV": Range(0.5, 5), "ATR": Range(0.5, 10), "PERCENT": Range(0.1, 20)}

_INDICATOR_WORDS = {
    ("MACD", "fast"): ("bars of the MACD’s fast average", "MACD 快线的周期"),
    ("MACD", "slow"): ("bars of the MACD’s slow average", "MACD 慢线的周期"),
    ("MACD", "signal"): ("bars of the MACD’s signal line", "MACD 信号线的周期"),
    ("KDJ", "n"): ("bars of the KDJ’s RSV", "KDJ 中 RSV 的周期"),
    ("KDJ", "m1"): ("smoothing of K", "K 值的平滑"),
    ("KDJ", "m2"): ("smoothing of D", "D 值的平滑"),
    ("BOLL", "period"): ("bars of the Bollinger bands", "布林带的周期"),
    ("BOLL", "dev"): ("standard deviations from the middle band to the others", "上下轨离中轨几倍标准差"),
    ("DONCHIAN", "period"): ("bars of the channel", "通道的周期"),
    ("VOLUME_SMA", "period"): ("bars of the volume average", "成交量均线的周期"),
}
_ROLES = {
    "fast": ("bars of the fast {name}", "快线 {name} 的周期"),
    "slow": ("bars of the slow {name}", "慢线 {name} 的周期"),
}
_RISK_WORDS = {
    "stop_loss_pct": ("loss in percent that closes a position", "亏损达到百分之几时平仓"),
    "take_profit_pct": ("gain in percent that closes a position", "盈利达到百分之几时平仓"),
    "trailing_stop_pct": ("percent by which the stop follows the price", "移动止损与价格相距百分之几"),
    "position_pct": ("percent of the available cash in one trade", "每次使用可用资金的百分之几"),
    "max_bars": ("bars after which a position is closed", "持有多少根 K 线后平仓"),
}
_WIDTH_WORDS = {
    "STDDEV": ("standard deviations from the middle to a band", "通道宽度为几倍标准差"),
    "ATR": ("ATRs from the middle to a band", "通道宽度为几倍 ATR"),
    "PERCENT": ("percent from the middle to a band", "通道宽度为百分之几"),
}


def of_indicator(name: str, param: str, value: float) -> Range:
    """Of a parameter of one of the spec's indicators."""
    limit = MAX_FACTOR if param == "dev" else MAX_PERIOD
    return USUAL.get((name, param), PERIODS).around(value, limit)


def of_period(value: float) -> Range:
    """Of bars that something is averaged over."""
    return PERIODS.around(value, MAX_PERIOD)


def of_risk(key: str, value: float) -> Range:
    return RISKS[key].around(value, RISK_LIMITS[key][1])


def of_width(name: str, value: float, limit: float) -> Range:
    """Of the factor by which bands stand off."""
    return WIDTHS[name].around(value, limit)


def indicator_comment(name: str, param: str, value: float, language: str, role: str = "") -> str:
    """``2..200: bars of the fast SMA``; ``role`` is the base of the parameter's name."""
    words = _INDICATOR_WORDS.get((name, param)) or _ROLES.get(role) or ("bars of the {name}", "{name} 的周期")
    return _comment(of_indicator(name, param, value), say(language, *words, name=name), language)


def period_comment(value: float, language: str, english: str, chinese: str) -> str:
    return _comment(of_period(value), say(language, english, chinese), language)


def risk_comment(key: str, value: float, language: str) -> str:
    """``0.5..20: loss in percent that closes a position``."""
    return _comment(of_risk(key, value), say(language, *_RISK_WORDS[key]), language)


def width_comment(name: str, value: float, limit: float, language: str) -> str:
    return _comment(of_width(name, value, limit), say(language, *_WIDTH_WORDS[name]), language)


def _comment(known: Range, words: str, language: str) -> str:
    colon = "：" if is_zh(language) else ": "
    return f"{_plain(known.low)}..{_plain(known.high)}{colon}{words}"


def _plain(value: float) -> str:
    """As people write it: without an exponent, whole numbers without a point."""
    text = f"{Decimal(repr(float(value))):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
