"""Indicators, their lines, and prices."""

# ruff: noqa: E501 - tables of words; wide characters count twice

from typing import Any

WORDS: tuple[tuple[str, Any, str], ...] = (
    # indicators
    ("ind", "SMA", "sma|smas|ma|mas|moving average|moving averages|simple moving average|simple moving averages"),
    ("ind", "SMA", "均线|移动平均线|移动平均|简单移动平均线|简单移动平均|简单均线|平均线"),
    (
        "ind",
        "EMA",
        "ema|emas|exponential moving average|exponential moving averages|指数均线|指数移动平均线|指数移动平均|指数平均线",
    ),
    ("ind", "WMA", "wma|wmas|weighted moving average|weighted moving averages|加权均线|加权移动平均线|加权移动平均"),
    ("ind", "MACD", "macd|异同移动平均线|指数平滑异同移动平均线|平滑异同移动平均线"),
    ("ind", "RSI", "rsi|relative strength index|relative strength|相对强弱|相对强弱指标|相对强弱指数"),
    ("ind", "KDJ", "kd|kd指标|kd线|kdj线|kdj指标|kdj|随机指标"),
    (
        "ind",
        "BOLL",
        "boll|bollinger|bollinger band|bollinger bands|bbands|bband|bb|布林|布林带|布林线|布林通道|保力加通道",
    ),
    ("ind", "ATR", "atr|average true range|真实波幅|平均真实波幅"),
    ("ind", "CCI", "cci|commodity channel index|顺势指标"),
    ("ind", "ADX", "adx|average directional index|平均趋向指数"),
    ("ind", "DONCHIAN", "donchian|donchian channel|donchian channels|唐奇安|唐奇安通道|唐安奇通道"),
    ("ind", "ROC", "roc|rate of change|变动率|变动率指标"),
    (
        "ind",
        "VOLUME_SMA",
        "volume sma|volume ma|volume moving average|average volume|volume average|均量|均量线|成交量均线|量均线|平均成交量",
    ),
    (
        "unknown",
        "indicator",
        "vwap|obv|supertrend|super trend|ichimoku|一目均衡表|一目均衡|sar|parabolic sar|williams|威廉指标|stochastic",
    ),
    (
        "unknown",
        "indicator",
        "stochastics|stoch|keltner|fibonacci|斐波那契|dmi|trix|mfi|缠论|波浪理论|超级趋势|抛物线转向|筹码|资金流",
    ),
    ("unknown", "monthly", "月线|monthly"),
    # lines of indicators
    ("line", ("BAND", "upper"), "上轨|上轨线|upper band|upper line|upper channel|上沿"),
    ("line", ("BAND", "lower"), "下轨|下轨线|lower band|lower line|lower channel|下沿"),
    ("line", ("BOLL", "middle"), "中轨|中轨线|middle band|mid band|middle line"),
    ("line", ("MACD", "macd"), "dif|dif线|diff|macd line|快线"),
    ("line", ("MACD", "signal"), "dea|dea线|signal line|信号线|慢线"),
    (
        "line",
        ("MACD", "hist"),
        "histogram|hist|柱状图|柱子|macd柱|macd 柱状图|红绿柱|能量柱|柱|macd histogram|macd hist",
    ),
    ("line", ("KDJ", "k"), "k值|k 值"),
    ("line", ("KDJ", "d"), "d值|d 值|d线|d line"),
    ("line", ("KDJ", "j"), "j值|j 值|j线|j line"),
    ("letter", "k", "k|%k"),
    ("letter", "d", "%d"),
    ("letter", "j", "j"),
    ("kline", None, "k线|k 线|k line|candle|candles|candlestick|蜡烛"),
    # prices
    ("price", "close", "收盘价|收盘价格|收盘|close|closing price|close price|price|prices|价格|股价|币价|现价|行情价"),
    ("price", "open", "开盘|开盘价|open|opening price|open price"),
    ("price", "high", "最高价|high"),
    ("price", "low", "最低价|low"),
    ("price", "volume", "成交量|交易量|volume|vol|量能"),
    ("extreme", "upper", "新高|高点|最高点|最高|highest high|highs|highest|bar high|day high"),
    ("extreme", "lower", "新低|低点|最低点|最低|lowest low|lows|lowest|bar low|day low"),
    ("returned", None, "回到|回归|重新回到|回调到"),
    ("returned", "cross_above", "涨到|升到|回升到|涨回|回升至|升至|涨至|涨破到"),
    ("returned", "cross_below", "跌到|降到|回落到|跌回|回落至|跌至|降至"),
    ("makes", None, "创|创出|创下|创了|makes|make|hits|sets|reaches"),
    ("risk", "position_pct", "仓"),
    (
        "back",
        1,
        "前一根|上一根|前一日|前一天|昨日|昨天|previous|prior|yesterday's|yesterday|前一个|上一个|last bar's|前收|上一日",
    ),
    ("ago", None, "根前|根k线前|天前|日前|bars ago|bar ago|days ago|candles ago"),
)
