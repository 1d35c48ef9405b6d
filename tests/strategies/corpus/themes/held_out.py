"""Written after the parser had been made to read the other tables, and measured once before anything was mended."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import NOTHING, Case, Plan

CROSS = Plan(entry="EMA(10) x> EMA(50)", exit="EMA(10) x< EMA(50)", side="long", stop=3, tf="1h", on="ETH/USDT")

ZH = (
    Case(text="帮我写个策略，以太坊一小时图，20日均线从下往上穿过60日均线的时候做多，反向穿越时平掉", on="ETH", tf="1h", entry="SMA(20) x> SMA(60)", exit="SMA(20) x< SMA(60)", side="long"),
    Case(text="我一般是RSI跌到25以下才敢买，涨到65以上就卖", entry="RSI < 25", exit="RSI > 65", side="long"),
    Case(text="狗狗币，半小时线，MACD零轴下方金叉做多，止损3.5%", on="DOGE", tf="30m", entry="MACD.macd x> MACD.signal & MACD.macd < 0", side="long", stop=3.5),
    Case(text="收盘价连续两天高于布林带上轨就做空", entry="close > BOLL.upper & close[-1] > BOLL.upper[-1]", side="short"),
    Case(text="止损百分之一点五，仓位不要超过四成", stop=1.5, size=40),
    Case(text="这个指标我不太懂，KDJ是干嘛的？", given=CROSS),
    Case(text="把止损放宽到5个点，周期换到四小时", given=CROSS, stop=5, tf="4h"),
    Case(text="均线那个改成20和120吧", given=CROSS, entry="EMA(20) x> EMA(120)", exit="EMA(20) x< EMA(120)"),
    Case(text="出场再加一条，RSI超过80也走", given=CROSS, exit="EMA(10) x< EMA(50) | RSI > 80"),
    Case(text="跌破前一天的最低价就止损出局", exit="close x< low[-1]"),
    Case(text="成交量比昨天大，而且收盘价站上5日线，买", entry="volume > volume[-1] & close x> SMA(5)", side="long"),
    Case(text="唐奇安通道20，破上轨开多，破下轨开空", entry="close x> DONCHIAN(20).upper[-1]", exit="close x< DONCHIAN(20).lower[-1]", side="both"),
    Case(text="我不用止盈，让利润跑，用5%的移动止损就好", trail=5),
    Case(text="ADX在20以下不交易", use="ADX", unread=("negated_action",)),
    Case(text="CCI从-100下面拐上来的时候买进", entry="CCI x> -100", side="long"),
    Case(text="每天收盘看一次，英伟达，周均线就不看了", on="NVDA", no="SMA"),
    Case(text="十五分钟K线，比特币现货，KDJ的K上穿D并且都在30以下，买", tf="15m", on="BTC", kind="spot", entry="KDJ.k x> KDJ.d & KDJ.k < 30 & KDJ.d < 30", side="long"),
    Case(text="如果ATR大于3或者ROC小于-5，马上清仓", exit="ATR > 3 | ROC < -5"),
    Case(text="别做空，我只想买涨，一次投三成", side="long", size=30),
    Case(text="RSI用9天的，不要14天", given=Plan(entry="RSI < 30", side="long"), entry="RSI(9) < 30"),
)  # fmt: skip

EN = (
    Case(text="I'm thinking of a simple mean reversion thing on ETH: if the 1h RSI goes under 25 I buy, and I get out at 55", on="ETH", tf="1h", entry="RSI x< 25", exit="RSI >= 55", side="long"),
    Case(text="Whenever the 50-day crosses the 200-day from below, go long. Exit when it crosses from above.", entry="SMA(50) x> SMA(200)", exit="SMA(50) x< SMA(200)", side="long"),
    Case(text="Sell as soon as the close slips under the 10 EMA", exit="close x< EMA(10)"),
    Case(text="please use tesla, 4 hour candles, no leverage, spot only", on="TSLA", tf="4h", kind="spot"),
    Case(text="Buy three green bars in a row if volume is more than average", entry="close > open & close[-1] > open[-1] & close[-2] > open[-2] & volume > VOLUME_SMA", side="long"),
    Case(text="I want out if I'm down 4% or if MACD turns bearish", exit="MACD.macd x< MACD.signal", stop=4),
    Case(text="scrap the EMA idea, just buy when price is above the 100-day SMA", given=CROSS, entry="close > SMA(100)", exit=NOTHING, no="EMA"),
    Case(text="tighten the stop to one and a half percent", given=CROSS, stop=1.5),
    Case(text="hmm, can we do 10 and 100 instead of 10 and 50?", given=CROSS, entry="EMA(10) x> EMA(100)", exit="EMA(10) x< EMA(100)"),
    Case(text="why would anyone use CCI over RSI?", given=CROSS),
    Case(text="no more than a fifth of the account in any trade, and never hold longer than 48 bars", size=20, bars=48),
    Case(text="short when the stochastic rolls over", side="short", unread=("unknown_indicator",)),
    Case(text="Go long when J drops under 0 then exit once J gets over 90 (KDJ 9,3,3)", entry="KDJ.j x< 0", exit="KDJ.j x> 90", side="long"),
    Case(text="entry = close > highest high of previous 30 bars, exit = close < lowest low of previous 15 bars", entry="close > DONCHIAN(30).upper[-1]", exit="close < DONCHIAN(15).lower[-1]"),
    Case(text="if the ADX is weak don't trade", use="ADX", unread=("*",)),
    Case(text="take half off at 5%", unread=("*",)),
    Case(text="I'd go both ways: long when price is over the 20 WMA, short when it's under", entry="close > WMA(20)", exit="close < WMA(20)", side="both"),
    Case(text="Let's say 15-minute BTC-USDT perps, twenty percent per position, two percent stop", tf="15m", on="BTC/USDT", kind="futures", size=20, stop=2),
    Case(text="buy the dip when RSI(5) is beneath 15 and the close remains over its 200 period average", entry="RSI(5) < 15 & close > SMA(200)", side="long"),
    Case(text="ATR must be higher than yesterday's ATR to enter", entry="ATR > ATR[-1]"),
)  # fmt: skip
