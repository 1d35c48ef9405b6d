"""Volume, rate of change, CCI, ADX, ATR, candles and prices of earlier bars."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import Case

ZH = (
    Case(text="成交量大于20日均量时买入", entry="volume > VOLUME_SMA(20)", side="long"),
    Case(text="放量突破20日均线买入", entry="close x> SMA(20) & volume > VOLUME_SMA", side="long"),
    Case(text="缩量跌破10日线卖出", exit="close x< SMA(10) & volume < VOLUME_SMA"),
    Case(text="成交量上穿10日均量线，入场", entry="volume x> VOLUME_SMA(10)"),
    Case(text="ROC(12)上穿0买入，下穿0卖出", entry="ROC(12) x> 0", exit="ROC(12) x< 0", side="long"),
    Case(text="变动率大于5时做多", entry="ROC > 5", side="long"),
    Case(text="CCI上穿-100买入，下穿100卖出", entry="CCI x> -100", exit="CCI x< 100", side="long"),
    Case(text="CCI低于负一百进场", entry="CCI < -100"),
    Case(text="14周期CCI突破正100做多", entry="CCI(14) x> 100", side="long"),
    Case(text="ADX大于25且5日线上穿20日线，做多", entry="ADX > 25 & SMA(5) x> SMA(20)", side="long"),
    Case(text="ADX跌破20就出场", exit="ADX x< 20"),
    Case(text="ATR(14)高于1.5才买入", entry="ATR > 1.5", side="long"),
    Case(text="ATR比前一根大的时候入场", entry="ATR > ATR[-1]"),
    Case(text="今天收盘价高于昨天的收盘价买入", entry="close > close[-1]", side="long"),
    Case(text="收阳线且成交量大于昨天的成交量，买入", entry="close > open & volume > volume[-1]", side="long"),
    Case(text="连续三根阳线买入", entry="close > open & close[-1] > open[-1] & close[-2] > open[-2]", side="long"),
    Case(text="收盘价低于3根K线前的收盘价，离场", exit="close < close[-3]"),
    Case(text="开盘价高于昨天最高价做多", entry="open > high[-1]", side="long"),
)  # fmt: skip

EN = (
    Case(text="buy when volume is above its 20 bar average", entry="volume > VOLUME_SMA(20)", side="long"),
    Case(text="Enter when price crosses above the 50 SMA with volume above its 30 bar average", entry="close x> SMA(50) & volume > VOLUME_SMA(30)"),
    Case(text="exit when volume falls below average volume", exit="volume x< VOLUME_SMA"),
    Case(text="buy if the ROC is greater than zero", entry="ROC > 0", side="long"),
    Case(text="12-bar rate of change turns negative: get out", exit="ROC(12) x< 0"),
    Case(text="buy when CCI crosses above -100, sell when it falls back below 100", entry="CCI x> -100", exit="CCI x< 100", side="long"),
    Case(text="short when CCI(14) is above 200", entry="CCI(14) > 200", side="short"),
    Case(text="Only enter if ADX is above 25 and the 10 EMA is above the 30 EMA", entry="ADX > 25 & EMA(10) > EMA(30)"),
    Case(text="leave when ADX drops under twenty", exit="ADX x< 20"),
    Case(text="enter when ATR(10) is below 2", entry="ATR(10) < 2"),
    Case(text="buy when the average true range is higher than one bar ago", entry="ATR > ATR[-1]", side="long"),
    Case(text="buy if today's close is above yesterday's close", entry="close > close[-1]", side="long"),
    Case(text="buy a green candle whose volume is above average", entry="close > open & volume > VOLUME_SMA", side="long"),
    Case(text="sell after two red candles in a row", exit="close < open & close[-1] < open[-1]"),
    Case(text="enter when the close is higher than the close 5 bars ago", entry="close > close[-5]"),
    Case(text="go short if the low is below the previous low", entry="low < low[-1]", side="short"),
    Case(text="Buy when CCI > 100 or ROC(5) > 3", entry="CCI > 100 | ROC(5) > 3", side="long"),
)  # fmt: skip

MIXED = (
    Case(text="volume 大于 20日均量 就 buy", entry="volume > VOLUME_SMA(20)", side="long"),
    Case(text="ADX above 25 才做多", entry="ADX > 25", side="long"),
    Case(text="CCI 跌破 -100 short", entry="CCI x< -100", side="short"),
    Case(text="close > 昨天的 high 入场", entry="close > high[-1]"),
)  # fmt: skip
