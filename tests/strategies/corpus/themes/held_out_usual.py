"""A third held-out table: what is usual rather than odd, measured once."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import NOTHING, Case, Plan

RSI = Plan(on="BTC/USDT", tf="1h", entry="RSI < 30", exit="RSI > 70", side="long", stop=2)
CROSS = Plan(entry="SMA(5) x> SMA(20)", exit="SMA(5) x< SMA(20)", side="long", stop=3, target=8, size=30)

ZH = (
    Case(text="我想做一个BTC的均线交叉策略", on="BTC", use="SMA"),
    Case(text="用20日和60日均线，金叉买入，死叉卖出", entry="SMA(20) x> SMA(60)", exit="SMA(20) x< SMA(60)", side="long"),
    Case(text="交易ETH/USDT，时间周期1小时，只做多", on="ETH/USDT", tf="1h", side="long"),
    Case(text="止损5%，止盈15%，每次用30%的资金", stop=5, target=15, size=30),
    Case(text="当RSI低于30且价格在200日均线上方时做多，RSI高于70时平仓", entry="RSI < 30 & close > SMA(200)", exit="RSI > 70", side="long"),
    Case(text="布林带突破策略：收盘价突破上轨做多，跌破中轨平仓，止损3%", entry="close x> BOLL.upper", exit="close x< BOLL.middle", side="long", stop=3),
    Case(text="MACD金叉并且成交量大于20日均量时买入，MACD死叉时卖出，仓位50%", entry="MACD.macd x> MACD.signal & volume > VOLUME_SMA(20)", exit="MACD.macd x< MACD.signal", side="long", size=50),
    Case(text="KDJ的J值低于0买入，高于100卖出，15分钟周期", entry="KDJ.j < 0", exit="KDJ.j > 100", side="long", tf="15m"),
    Case(text="突破20日高点做多，跌破20日低点做空", entry="close x> DONCHIAN(20).upper[-1]", exit="close x< DONCHIAN(20).lower[-1]", side="both"),
    Case(text="把止损改成3%", given=RSI, stop=3),
    Case(text="RSI的周期改成9", given=RSI, entry="RSI(9) < 30", exit="RSI(9) > 70"),
    Case(text="改成10日和50日均线", given=CROSS, entry="SMA(10) x> SMA(50)", exit="SMA(10) x< SMA(50)"),
    Case(text="再加一个条件，ADX要大于25", given=CROSS, entry="SMA(5) x> SMA(20) & ADX > 25"),
    Case(text="不要止盈", given=CROSS, target=NOTHING),
    Case(text="换成EMA", given=CROSS, entry="EMA(5) x> EMA(20)", exit="EMA(5) x< EMA(20)"),
    Case(text="什么是布林带？", given=CROSS),
    Case(text="帮我写一个能赚钱的策略", unread=()),
    Case(text="CCI上穿-100时买入，下穿100时卖出，最长持有30根K线", entry="CCI x> -100", exit="CCI x< 100", side="long", bars=30),
    Case(text="日线级别，茅台，EMA12上穿EMA26买入，移动止损6%", tf="1d", on="600519", entry="EMA(12) x> EMA(26)", side="long", trail=6),
    Case(text="RSI超卖时买入，超买时卖出", side="long", use="RSI", unread=("vague_level",)),
)  # fmt: skip

EN = (
    Case(text="I want a moving average crossover strategy for BTC", on="BTC", use="SMA"),
    Case(text="Use the 20 and 60 day moving averages, buy on the golden cross and sell on the death cross", entry="SMA(20) x> SMA(60)", exit="SMA(20) x< SMA(60)", side="long"),
    Case(text="Trade ETH/USDT on the 1 hour timeframe, long only", on="ETH/USDT", tf="1h", side="long"),
    Case(text="Stop loss 5%, take profit 15%, use 30% of capital per trade", stop=5, target=15, size=30),
    Case(text="Go long when RSI is below 30 and price is above the 200 day moving average, close when RSI is above 70", entry="RSI < 30 & close > SMA(200)", exit="RSI > 70", side="long"),
    Case(text="Bollinger breakout: long when the close breaks above the upper band, exit when it falls below the middle band, 3% stop", entry="close x> BOLL.upper", exit="close x< BOLL.middle", side="long", stop=3),
    Case(text="Buy when MACD crosses above its signal line and volume is above its 20-day average. Sell when MACD crosses below the signal line. Position size 50%.", entry="MACD.macd x> MACD.signal & volume > VOLUME_SMA(20)", exit="MACD.macd x< MACD.signal", side="long", size=50),
    Case(text="Buy when the KDJ J line is below 0 and sell when it is above 100, 15 minute bars", entry="KDJ.j < 0", exit="KDJ.j > 100", side="long", tf="15m"),
    Case(text="Go long on a break of the 20 day high and short on a break of the 20 day low", entry="close x> DONCHIAN(20).upper[-1]", exit="close x< DONCHIAN(20).lower[-1]", side="both"),
    Case(text="change the stop to 3%", given=RSI, stop=3),
    Case(text="make the RSI period 9", given=RSI, entry="RSI(9) < 30", exit="RSI(9) > 70"),
    Case(text="use 10 and 50 instead", given=CROSS, entry="SMA(10) x> SMA(50)", exit="SMA(10) x< SMA(50)"),
    Case(text="add another condition: ADX above 25", given=CROSS, entry="SMA(5) x> SMA(20) & ADX > 25"),
    Case(text="I don't want a take profit", given=CROSS, target=NOTHING),
    Case(text="switch to EMAs", given=CROSS, entry="EMA(5) x> EMA(20)", exit="EMA(5) x< EMA(20)"),
    Case(text="What are Bollinger bands?", given=CROSS),
    Case(text="write me a profitable strategy", unread=()),
    Case(text="Buy when CCI crosses above -100, sell when it crosses below 100, hold for at most 30 bars", entry="CCI x> -100", exit="CCI x< 100", side="long", bars=30),
    Case(text="Daily AAPL, buy when EMA 12 crosses above EMA 26, with a 6% trailing stop", tf="1d", on="AAPL", entry="EMA(12) x> EMA(26)", side="long", trail=6),
    Case(text="Buy when RSI is oversold and sell when it's overbought", side="long", use="RSI", unread=("vague_level",)),
)  # fmt: skip
