"""Slips that are common, and the market's slang."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import Case

ZH = (
    Case(text="5日均线上传10日均线买入", entry="SMA(5) x> SMA(10)", side="long"),
    Case(text="均线5和10，金差买入，死差卖出", entry="SMA(5) x> SMA(10)", exit="SMA(5) x< SMA(10)", side="long"),
    Case(text="止赢5%，止损2%", target=5, stop=2),
    Case(text="15分种K线", tf="15m"),
    Case(text="跌破布林代下轨买入", entry="close x< BOLL.lower", side="long"),
    Case(text="苍位30%", size=30),
    Case(text="rsi 小於 30 买 ，大於 70 卖", entry="RSI < 30", exit="RSI > 70", side="long"),
    Case(text="MCAD金叉买入", entry="MACD.macd x> MACD.signal", side="long"),
    Case(text="止损：2％；止盈：５％", stop=2, target=5),
    Case(text="RSI<30梭哈，RSI>70跑路", entry="RSI < 30", exit="RSI > 70", size=100, side="long"),
    Case(text="EMA5，EMA20 金叉就冲", entry="EMA(5) x> EMA(20)", side="long"),
    Case(text="突破20日新高就追，跌破10日新低就割", entry="close x> DONCHIAN(20).upper[-1]", exit="close x< DONCHIAN(10).lower[-1]", side="long"),
    Case(text="5日均线上穿10日均线买入买入", entry="SMA(5) x> SMA(10)", side="long"),
    Case(text="ma5上穿ma10买入。。。下穿卖出！！", entry="SMA(5) x> SMA(10)", exit="SMA(5) x< SMA(10)", side="long"),
)  # fmt: skip

EN = (
    Case(text="buy when price closes below the lower bolinger band", entry="close < BOLL.lower", side="long"),
    Case(text="buy when 5 day moving avarage crosses above 10 day moving avarage", entry="SMA(5) x> SMA(10)", side="long"),
    Case(text="buy when ema 5 croses above ema 20", entry="EMA(5) x> EMA(20)", side="long"),
    Case(text="stoploss 2%, takeprofit 4%", stop=2, target=4),
    Case(text="stop-loss: 2%; take-profit: 4%", stop=2, target=4),
    Case(text="trailling stop 3%", trail=3),
    Case(text="stop lose 2 percent", stop=2),
    Case(text="BUY WHEN RSI < 30 SELL WHEN RSI > 70", entry="RSI < 30", exit="RSI > 70", side="long"),
    Case(text="buy if rsi is bellow 30", entry="RSI < 30", side="long"),
    Case(text="15 mins chart", tf="15m"),
    Case(text="MCAD golden cross buy", entry="MACD.macd x> MACD.signal", side="long"),
    Case(text="posistion size 20%", size=20),
    Case(text="buy rsi<30,sell rsi>70,sl 2%,tp 5%", entry="RSI < 30", exit="RSI > 70", side="long", stop=2, target=5),
    Case(text="ape in when rsi under 25, dump when rsi over 75", entry="RSI < 25", exit="RSI > 75", side="long"),
)  # fmt: skip

MIXED = (
    Case(text="stoploss百分之2，takeprofit百分之5", stop=2, target=5),
    Case(text="bolinger 下轨跌破 buy", entry="close x< BOLL.lower", side="long"),
)  # fmt: skip
