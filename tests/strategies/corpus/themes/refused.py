"""What cannot be built, or was not said plainly enough: it must be named as unread, with a reason, and change nothing."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import SAID, Case

ZH = (
    Case(text="MACD顶背离卖出", use="MACD", unread=("divergence",)),
    Case(text="出现底背离的时候买入", side="long", unread=("divergence",)),
    Case(text="RSI底背离抄底，顶背离逃顶", use="RSI", side="long", unread=("divergence",)),
    Case(text="头肩底突破颈线买入", side="long", unread=("pattern",)),
    Case(text="按缠论的三买进场", unread=("pattern",)),
    Case(text="双底形态出现就做多", side="long", unread=("pattern",)),
    Case(text="看涨吞没买入", side="long", unread=("pattern",)),
    Case(text="跌到前低支撑位附近买入", side="long", unread=("pattern",)),
    Case(text="打板，涨停就买", side="long", unread=(SAID,)),
    Case(text="有利好消息的时候买入", side="long", unread=("outside",)),
    Case(text="用机器学习预测明天涨跌", unread=("outside",)),
    Case(text="北向资金流入就买", side="long", unread=(SAID,)),
    Case(text="每跌5%加仓一次", unread=("scaling_in",)),
    Case(text="做一个网格策略", unread=("scaling_in",)),
    Case(text="马丁格尔，亏了就翻倍", unread=("scaling_in",)),
    Case(text="用VWAP上穿买入", side="long", unread=("unknown_indicator",)),
    Case(text="一目均衡表云层上方做多", side="long", unread=("unknown_indicator",)),
    Case(text="只在早上九点半到十一点之间交易", unread=("session",)),
    Case(text="周五收盘前平仓", unread=("session",)),
    Case(text="成交量是20日均量的两倍时买入", side="long", use="VOLUME_SMA(20)", unread=("scaled",)),
    Case(text="RSI低位买入，高位卖出", side="long", use="RSI", unread=(SAID,)),
    Case(text="感觉差不多了就卖", unread=(SAID,)),
    Case(text="日线看趋势，15分钟找入场点", unread=("one_timeframe",)),
    Case(text="回踩20日均线买入", side="long", use="SMA(20)", unread=(SAID,)),
    Case(text="涨得太快就卖掉", unread=(SAID,)),
    Case(text="收盘价低于20日均线8%时买入", side="long", use="SMA(20)", unread=("distance",)),
    Case(text="回撤20%就停止交易", unread=("account_rule",)),
    Case(text="每笔风险1%资金", unread=("per_trade",)),
)  # fmt: skip

EN = (
    Case(text="sell on a bearish MACD divergence", use="MACD", unread=("divergence",)),
    Case(text="buy when RSI diverges bullishly from price", side="long", use="RSI", unread=("divergence",)),
    Case(text="short a head and shoulders top", side="short", unread=("pattern",)),
    Case(text="buy the double bottom", side="long", unread=("pattern",)),
    Case(text="go long on a bullish engulfing candle", side="long", unread=("pattern",)),
    Case(text="buy at support and sell at resistance", side="long", unread=("pattern",)),
    Case(text="buy when the news is good", side="long", unread=("outside",)),
    Case(text="train a neural network to predict the next bar", unread=("outside",)),
    Case(text="sell before earnings", unread=("outside",)),
    Case(text="buy when Twitter sentiment turns positive", side="long", unread=("outside",)),
    Case(text="average down every 5%", unread=("scaling_in",)),
    Case(text="build me a grid bot", unread=("scaling_in",)),
    Case(text="double the position after every loss", unread=("scaling_in",)),
    Case(text="buy when price crosses above VWAP", side="long", unread=("unknown_indicator",)),
    Case(text="use the Ichimoku cloud", unread=("unknown_indicator",)),
    Case(text="only trade between 9:30 and 11:00", unread=("session",)),
    Case(text="close everything on Friday afternoon", unread=("session",)),
    Case(text="buy when volume is twice its 20 bar average", side="long", use="VOLUME_SMA(20)", unread=("scaled",)),
    Case(text="buy when RSI is low enough", side="long", use="RSI", unread=(SAID,)),
    Case(text="sell when it feels right", unread=(SAID,)),
    Case(text="use the daily for the trend and the 15m for entries", unread=("one_timeframe",)),
    Case(text="buy the pullback to the 20 EMA", side="long", use="EMA(20)", unread=(SAID,)),
    Case(text="sell when it moved up too fast", unread=(SAID,)),
    Case(text="Elliott wave three is where I get in", unread=("pattern",)),
    Case(text="stop trading after 20% drawdown", unread=("account_rule",)),
    Case(text="risk 1% of equity per trade", unread=("per_trade",)),
    Case(text="stop 2 ATR, risk 1% of equity per trade", unread=("in_atr", "per_trade")),
    Case(text="buy when the close is 5% below the 20 day average", side="long", unread=("distance",)),
    Case(text="buy when RSI is below 35. Sell when RSI is above 60. Stop 2 ATR.", entry="RSI < 35", exit="RSI > 60", side="long", unread=("in_atr",)),
)  # fmt: skip

MIXED = (
    Case(text="MACD divergence 出现就卖", use="MACD", unread=("divergence",)),
    Case(text="用 AI 模型预测，涨就买", side="long", unread=("outside",)),
    Case(text="head and shoulders 做空", side="short", unread=("pattern",)),
)  # fmt: skip
