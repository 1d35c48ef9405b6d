"""Sixth of the fresh tables, written and labelled before it was tried."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import NOTHING, SAID, Case, Plan

DIP = Plan(on="ETH/USDT", tf="4h", entry="RSI < 30 & close > SMA(100)", exit="RSI > 60", side="long", stop=5, size=20)
CROSS = Plan(on="AAPL", tf="1d", entry="EMA(10) x> EMA(50)", exit="EMA(10) x< EMA(50)", side="long", target=15)

ZH = (
    Case(text="10日均线上穿50日均线时买入，跌破50日均线时卖出，止损5%", entry="SMA(10) x> SMA(50)", exit="close x< SMA(50)", side="long", stop=5),
    Case(text="比特币1小时级别，RSI小于30且收盘价在布林下轨之下时做多，RSI大于50平仓", on="BTC", tf="1h", entry="RSI < 30 & close < BOLL.lower", exit="RSI > 50", side="long"),
    Case(text="微软日线KDJ金叉买，J值大于100卖", on="MSFT", tf="1d", entry="KDJ.k x> KDJ.d", exit="KDJ.j > 100", side="long"),
    Case(text="收盘价跌破20日最低价做空，站上10日最高价平仓，仓位15%", entry="close x< DONCHIAN(20).lower[-1]", exit="close x> DONCHIAN(10).upper[-1]", side="short", size=15),
    Case(text="均线多头排列（5、10、20），回到10日线下方就走", entry="", exit="close x< SMA(10)", use="SMA(5) SMA(20)", unread=(SAID,)),
    Case(text="MACD金叉并且在零轴上方，同时收盘价高于EMA60，开多", entry="MACD.macd x> MACD.signal & MACD.macd > 0 & close > EMA(60)", side="long"),
    Case(text="CCI(14)跌破-100做空，升破100平仓，15分钟图", tf="15m", entry="CCI(14) x< -100", exit="CCI(14) x> 100", side="short"),
    Case(text="收盘价高于20日线，20日线高于60日线，买入", entry="close > SMA(20) & SMA(20) > SMA(60)", side="long"),
    Case(text="放量阳线买入，缩量阴线卖出", entry="volume > VOLUME_SMA & close > open", exit="volume < VOLUME_SMA & close < open", side="long"),
    Case(text="RSI在40到60之间并且ADX小于20就不做", use="RSI ADX", unread=(SAID,)),
    Case(text="开仓后最多拿15根，亏3%走人", bars=15, stop=3),
    Case(text="以太坊合约，EMA9和EMA21，金叉开多死叉开空，止损1%，止盈2%", on="ETH", kind="futures", entry="EMA(9) x> EMA(21)", exit="EMA(9) x< EMA(21)", side="both", stop=1, target=2),
    Case(text="等出现十字星再进", unread=(SAID,)),
    Case(text="涨了一倍就卖一半", unread=(SAID,)),
    Case(text="这几天行情不好，先轻仓", unread=(SAID,)),
    Case(text="ROC由负转正并且放量时买入", entry="ROC x> 0 & volume > VOLUME_SMA", side="long"),
    Case(text="价格偏离均线太远就反向做", use="SMA()", unread=(SAID,)),
    Case(text="RSI连续两天低于30买入", entry="RSI < 30 & RSI[-1] < 30", side="long"),
    Case(text="当日最低价跌破昨日最低价但收盘收回昨日最低价之上，买入", side="long", entry="low x< low[-1] & close > low[-1]"),
    Case(text="入场不变，出场换成RSI大于80", given=DIP, exit="RSI > 80"),
    Case(text="把RSI的30改成25", given=DIP, entry="RSI < 25 & close > SMA(100)"),
    Case(text="不看100日线了", given=DIP, entry="RSI < 30"),  # labelled "unread" until one average could be dropped
    Case(text="换到15分钟，止损改2%，仓位改一成", given=DIP, tf="15m", stop=2, size=10),
    Case(text="加个止损，7%", given=CROSS, stop=7),
    Case(text="目标位不设了", given=CROSS, target=NOTHING),
    Case(text="说说这个策略的缺点", given=CROSS),
    Case(text="當收盤價跌破EMA20時做空，漲破EMA20時平倉，停損百分之四", entry="close x< EMA(20)", exit="close x> EMA(20)", side="short", stop=4),
    Case(text="特斯拉週線，突破20週高點買進，跌破10週低點賣出", on="TSLA", tf="1w", entry="close x> DONCHIAN(20).upper[-1]", exit="close x< DONCHIAN(10).lower[-1]", side="long"),
    Case(text="KD值低檔鈍化就買", side="long", use="KDJ", unread=(SAID,)),
    Case(text="成交量大於前一日的兩倍且收紅就買", side="long", unread=(SAID,)),
    Case(text="布林帶下軌附近分批買進", side="long", use="BOLL", unread=(SAID,)),
)  # fmt: skip

EN = (
    Case(text="Buy when SMA 20 crosses above SMA 50; sell when SMA 20 crosses below SMA 50; risk: 4% stop, 12% target", entry="SMA(20) x> SMA(50)", exit="SMA(20) x< SMA(50)", side="long", stop=4, target=12),
    Case(text="BTC 4h. If RSI crosses up through 30 go long. Close it when RSI crosses down through 70.", on="BTC", tf="4h", entry="RSI x> 30", exit="RSI x< 70", side="long"),
    Case(text="enter short when the close is under the 50 EMA and MACD histogram turns negative, exit when histogram turns positive", entry="close < EMA(50) & MACD.hist x< 0", exit="MACD.hist x> 0", side="short"),
    Case(text="price touches the lower bollinger band: buy. price touches the upper bollinger band: sell.", entry="low <= BOLL.lower", exit="high >= BOLL.upper", side="long"),
    Case(text="buy a new 30 day high on TSLA if volume is above its 30 day average, 10% trailing stop", on="TSLA", entry="close x> DONCHIAN(30).upper[-1] & volume > VOLUME_SMA(30)", side="long", trail=10),
    Case(text="long when ADX > 20 and the 9 EMA > 21 EMA, flat when the 9 EMA < 21 EMA", entry="ADX > 20 & EMA(9) > EMA(21)", exit="EMA(9) < EMA(21)", side="long"),
    Case(text="sell when the close is lower than the close 10 bars ago", exit="close < close[-10]"),
    Case(text="buy if RSI(7) < 15, exit at RSI(7) > 50 or after 8 bars", entry="RSI(7) < 15", exit="RSI(7) > 50", side="long", bars=8),
    Case(text="golden cross in, death cross out, 50 and 200 day simple averages, SPY", on="SPY", entry="SMA(50) x> SMA(200)", exit="SMA(50) x< SMA(200)"),
    Case(text="daily MSFT, go long after three red candles in a row, exit on the first green one", on="MSFT", tf="1d", side="long", entry="close < open & close[-1] < open[-1] & close[-2] < open[-2]", unread=(SAID,)),
    Case(text="I only want to be long when the 50 day is above the 200 day", entry="SMA(50) > SMA(200)", side="long"),
    Case(text="size 30 percent, no leverage", size=30),
    Case(text="buy when the 20 SMA flattens out", side="long", use="SMA(20)", unread=(SAID,)),
    Case(text="buy when price closes above the high of the entry day", side="long", unread=(SAID,)),
    Case(text="enter at the close, exit at the next open", unread=(SAID,)),
    Case(text="sell covered calls against it", unread=(SAID,)),
    Case(text="buy when RSI crosses above its own 9 day average", side="long", use="RSI", unread=(SAID,)),
    Case(text="if I lose three trades in a row, stop for a day", unread=(SAID,)),
    Case(text="long if the close is in the top 10% of the day's range", side="long", unread=(SAID,)),
    Case(text="go short below yesterday's low, stop above yesterday's high", entry="close < low[-1]", side="short", unread=(SAID,)),
    Case(text="RSI should be 25, not 30", given=DIP, entry="RSI < 25 & close > SMA(100)"),
    Case(text="lower the size to 10%", given=DIP, size=10),
    Case(text="drop the moving average filter", given=DIP, entry="RSI < 30", no="SMA"),
    Case(text="change the exit to RSI above 70", given=DIP, exit="RSI > 70"),
    Case(text="do you think 15% is realistic?", given=CROSS),
    Case(text="use SMAs instead of EMAs", given=CROSS, entry="SMA(10) x> SMA(50)", exit="SMA(10) x< SMA(50)", no="EMA"),
)  # fmt: skip

MIXED = (
    Case(text="ETH 1h：RSI<25 buy，RSI>65 sell，stop loss 3%，仓位 20%", on="ETH", tf="1h", entry="RSI < 25", exit="RSI > 65", side="long", stop=3, size=20),
    Case(text="MACD golden cross且close在EMA200之上就long，death cross就exit", entry="MACD.macd x> MACD.signal & close > EMA(200)", exit="MACD.macd x< MACD.signal", side="long"),
    Case(text="stop loss先不要，take profit改成20%", given=CROSS, target=20),
)  # fmt: skip
