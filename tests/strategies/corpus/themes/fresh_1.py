"""First of five fresh tables, each written and labelled before it was tried, and measured once before anything was mended."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import NOTHING, SAID, Case, Plan

CROSS = Plan(on="BTC/USDT", tf="1h", entry="EMA(12) x> EMA(26)", exit="EMA(12) x< EMA(26)", side="long", stop=3)
LEVELS = Plan(on="ETH", tf="15m", entry="RSI < 30", exit="RSI > 70", side="long", stop=2, target=4)

ZH = (
    Case(text="5日均线上穿20日均线买入，下穿卖出", entry="SMA(5) x> SMA(20)", exit="SMA(5) x< SMA(20)", side="long"),
    Case(text="比特币15分钟，RSI低于25做多，高于75平仓，止损1.5%", on="BTC", tf="15m", entry="RSI < 25", exit="RSI > 75", side="long", stop=1.5),
    Case(text="MACD金叉进，死叉出，带2%的止损", entry="MACD.macd x> MACD.signal", exit="MACD.macd x< MACD.signal", stop=2),
    Case(text="收盘价站上60日线并且放量的时候买，跌破60日线走人", entry="close x> SMA(60) & volume > VOLUME_SMA", exit="close x< SMA(60)", side="long"),
    Case(text="价格碰到布林下轨买，碰到上轨卖", entry="low <= BOLL.lower", exit="high >= BOLL.upper", side="long"),
    Case(text="我一般看4小时图，以太坊，EMA20在EMA50上面的时候，RSI回到40以下就进场做多", on="ETH", tf="4h", entry="EMA(20) > EMA(50) & RSI x< 40", side="long"),
    Case(text="唐奇安20突破做多，跌破10日低点平多", entry="close x> DONCHIAN(20).upper[-1]", exit="close x< DONCHIAN(10).lower[-1]", side="long"),
    Case(text="J值上穿0买进，J值下穿100卖出", entry="KDJ.j x> 0", exit="KDJ.j x< 100", side="long"),
    Case(text="连续三天收阴后买入", entry="close < open & close[-1] < open[-1] & close[-2] < open[-2]", side="long"),
    Case(text="黄金日线ADX大于30且收盘价创20日新高，买", tf="1d", entry="ADX > 30 & close x> DONCHIAN(20).upper[-1]", side="long", unread=(SAID,)),
    Case(text="先等RSI超卖，再等MACD金叉才买", side="long", unread=(SAID,), use="RSI MACD"),
    Case(text="周线多头的时候，日线回调到20日线附近买入", side="long", unread=(SAID,), use="SMA(20)"),
    Case(text="缩量回踩10日线不破就买，放量跌破就卖", side="long", unread=(SAID,), use="SMA(10) VOLUME_SMA"),
    Case(text="价格离20日均线超过5%就做空", side="short", unread=(SAID,), use="SMA(20)"),
    Case(text="隔夜不持仓，收盘前全部平掉", unread=(SAID,)),
    Case(text="开仓用三成仓位，亏4个点走，赚12个点走", size=30, stop=4, target=12),
    Case(text="拿满10根K线就平", bars=10),
    Case(text="快线换成8", given=CROSS, entry="EMA(8) x> EMA(26)", exit="EMA(8) x< EMA(26)"),
    Case(text="买入改成RSI低于20", given=LEVELS, entry="RSI < 20"),
    Case(text="止盈不要了，用3%的移动止损", given=LEVELS, target=NOTHING, trail=3),
    Case(text="这个策略在震荡市里会不会很惨？", given=CROSS),
    Case(text="CCI上穿-100买，CCI下穿100卖，一小时", tf="1h", entry="CCI x> -100", exit="CCI x< 100", side="long"),
    Case(text="三均线策略，5日大于10日大于30日时做多，5日跌破10日平仓", entry="SMA(5) > SMA(10) & SMA(10) > SMA(30)", exit="SMA(5) x< SMA(10)", side="long"),
    Case(text="跟着主力资金走，主力进场我就进", unread=(SAID,)),
    Case(text="收盤價突破布林通道上軌做多，跌破中軌平倉，停損3%", entry="close x> BOLL.upper", exit="close x< BOLL.middle", side="long", stop=3),
    Case(text="當RSI低於30而且收盤價高於200日均線時買進", entry="RSI < 30 & close > SMA(200)", side="long"),
    Case(text="黃金交叉買進，死亡交叉賣出，用10日線和20日線，倉位一半", entry="SMA(10) x> SMA(20)", exit="SMA(10) x< SMA(20)", side="long", size=50),
    Case(text="連跌三天就買，反彈5%就賣", entry="close < close[-1] & close[-1] < close[-2] & close[-2] < close[-3]", side="long", target=5),
    Case(text="KD黃金交叉且K值小於20時進場做多", entry="KDJ.k x> KDJ.d & KDJ.k < 20", side="long"),
    Case(text="台積電日線，股價創60日新高買入，跌破月線出場", tf="1d", entry="close x> DONCHIAN(60).upper[-1]", side="long", unread=(SAID,)),
)  # fmt: skip

EN = (
    Case(text="buy BTC when the 9 EMA crosses above the 21 EMA, sell when it crosses back below", on="BTC", entry="EMA(9) x> EMA(21)", exit="EMA(9) x< EMA(21)", side="long"),
    Case(text="RSI(2) below 10 buy, exit when RSI(2) goes above 70. SPY daily", on="SPY", tf="1d", entry="RSI(2) < 10", exit="RSI(2) x> 70", side="long"),
    Case(text="go long when MACD histogram turns positive and price is above the 200 EMA", entry="MACD.hist x> 0 & close > EMA(200)", side="long"),
    Case(text="Short when price closes below the lower Bollinger band, cover at the middle band", entry="close < BOLL.lower", side="short", unread=(SAID,)),
    Case(text="enter long on a 20-day high, exit on a 10-day low, stop 5%", entry="close x> DONCHIAN(20).upper[-1]", exit="close x< DONCHIAN(10).lower[-1]", side="long", stop=5),
    Case(text="4h ETHUSDT. Long if close > SMA 50 and volume > its 20 bar average. Out if close < SMA 50.", on="ETH/USDT", tf="4h", entry="close > SMA(50) & volume > VOLUME_SMA(20)", exit="close < SMA(50)", side="long"),
    Case(text="take profit at 6%, stop loss at 3%, use 20% of equity", target=6, stop=3, size=20),
    Case(text="close the trade after 24 bars no matter what", bars=24),
    Case(text="fade the move: short when RSI is above 80, cover below 50", entry="RSI > 80", exit="RSI < 50", side="short"),
    Case(text="Buy the first green candle after three red ones", side="long", unread=(SAID,)),
    Case(text="buy when price bounces off the 50 day moving average", side="long", unread=(SAID,), use="SMA(50)"),
    Case(text="price more than 2 ATR below the 20 EMA: buy", side="long", unread=(SAID,), use="ATR EMA(20)"),
    Case(text="buy if the daily RSI is under 30 and the weekly RSI is above 50", entry="", side="long", unread=(SAID,), use="RSI"),
    Case(text="Only trade during the New York session", unread=(SAID,)),
    Case(text="once price breaks the 20 bar high, wait for a retest and then buy", side="long", unread=(SAID,), use="DONCHIAN(20)"),
    Case(text="add to the position every time it drops 5%", unread=(SAID,)),
    Case(text="change the stop to 5%", given=CROSS, stop=5),
    Case(text="make it 20 and 50 instead", given=CROSS, entry="EMA(20) x> EMA(50)", exit="EMA(20) x< EMA(50)"),
    Case(text="sell at RSI 80 instead of 70", given=LEVELS, exit="RSI > 80"),
    Case(text="also require ADX above 25", given=CROSS, entry="EMA(12) x> EMA(26) & ADX > 25"),
    Case(text="drop the take profit and trail by 2% instead", given=LEVELS, target=NOTHING, trail=2),
    Case(text="is 3% too tight for bitcoin?", given=CROSS),
    Case(text="long when stoch RSI crosses up from oversold", side="long", unread=(SAID,), use="RSI"),
    Case(text="CCI crosses above 100 long, CCI crosses below 0 flat", entry="CCI x> 100", exit="CCI x< 0", side="long"),
    Case(text="Golden cross on the 50/200, exit on the death cross. AAPL, daily candles, 8% stop", on="AAPL", tf="1d", entry="SMA(50) x> SMA(200)", exit="SMA(50) x< SMA(200)", stop=8),
    Case(text="buy when it's cheap, sell when it's expensive", side="long", unread=(SAID,)),
)  # fmt: skip

MIXED = (
    Case(text="BTC 1h，EMA9 cross above EMA21 就买，cross below 就卖", on="BTC", tf="1h", entry="EMA(9) x> EMA(21)", exit="EMA(9) x< EMA(21)", side="long"),
    Case(text="RSI<30 long，RSI>70 close，SL 2% TP 5%", entry="RSI < 30", exit="RSI > 70", side="long", stop=2, target=5),
    Case(text="TSLA 日线，突破20日high买入，trailing stop 8%", on="TSLA", tf="1d", entry="close x> DONCHIAN(20).upper[-1]", side="long", trail=8),
    Case(text="把stop改成4%", given=CROSS, stop=4),
)  # fmt: skip
