"""Longer and looser voices: forum posts, chat messages, dictated sentences."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import NOTHING, SAID, Case, Plan

RSI = Plan(on="BTC/USDT", tf="4h", entry="RSI < 30", exit="RSI > 70", side="long", stop=5)
BOLL = Plan(entry="close x< BOLL.lower", exit="close x> BOLL.middle", side="long", stop=3, size=50)
MACD = Plan(entry="MACD.macd x> MACD.signal", exit="MACD.macd x< MACD.signal", side="long")

ZH = (
    Case(text="老师好，我想弄个简单的，十日线上穿三十日线就进，下穿就出", entry="SMA(10) x> SMA(30)", exit="SMA(10) x< SMA(30)"),
    Case(text="当日线收盘价大于60日均线并且MACD的柱子大于零，则买入", tf="1d", entry="close > SMA(60) & MACD.hist > 0", side="long"),
    Case(text="KDJ三条线，J从下往上穿过K就买，从上往下穿过K就卖", entry="KDJ.j x> KDJ.k", exit="KDJ.j x< KDJ.k", side="long"),
    Case(text="价格回到20日均线上方我就买回来", entry="close x> SMA(20)", side="long"),
    Case(text="用ETH做，15分钟的，布林带参数20和2，收盘破下轨做多，到中轨走", on="ETH", tf="15m", entry="close x< BOLL.lower", exit="close x> BOLL.middle", side="long"),
    Case(text="就按RSI来，14周期，30买70卖", entry="RSI < 30", exit="RSI > 70", side="long"),
    Case(text="均线多头的时候（5日大于10日大于20日）买入", entry="SMA(5) > SMA(10) & SMA(10) > SMA(20)", side="long"),
    Case(text="我想等它突破前面20根K线的高点再追多", entry="close x> DONCHIAN(20).upper[-1]", side="long"),
    Case(text="一小时级别，EMA7、EMA25死叉就开空，金叉平空", tf="1h", entry="EMA(7) x< EMA(25)", exit="EMA(7) x> EMA(25)", side="short"),
    Case(text="止损给3%吧，止盈我想要1比3", stop=3, unread=(SAID,)),
    Case(text="每笔最多亏2%，赚够6%就落袋为安", stop=2, target=6),
    Case(text="仓位四分之一就够了，拿不超过两天，日线", size=25, bars=2, tf="1d"),
    Case(text="RSI小于30并且不是下跌趋势的时候买", entry="RSI < 30", side="long", unread=(SAID,)),
    Case(text="ADX高于30说明趋势强，这时候MACD金叉就做多", entry="ADX > 30 & MACD.macd x> MACD.signal", side="long"),
    Case(text="MACD死叉或者跌破20日均线，只要有一个出现就清仓", exit="MACD.macd x< MACD.signal | close x< SMA(20)"),
    Case(text="把RSI的30改为20，70改为80", given=RSI, entry="RSI < 20", exit="RSI > 80"),
    Case(text="周期用1小时吧，4小时太慢了", given=RSI, tf="1h"),
    Case(text="入场条件不变，出场改成RSI大于60", given=RSI, exit="RSI > 60"),
    Case(text="布林带的标准差用2.5", given=BOLL, entry="close x< BOLL(20,2.5).lower", exit="close x> BOLL(20,2.5).middle"),
    Case(text="止损不要了，换成移动止损4%", given=BOLL, stop=NOTHING, trail=4),
    Case(text="我改主意了，还是做BNB", given=RSI, on="BNB"),
    Case(text="仓位减到20%，止损收紧到2%", given=BOLL, size=20, stop=2),
    Case(text="先别管止盈，止损设2个点就行", stop=2),
    Case(text="加一个过滤：收盘价在EMA200之上", given=RSI, entry="RSI < 30 & close > EMA(200)"),
    Case(text="MACD参数用默认的就行", given=MACD),
    Case(text="为什么要用收盘价而不是最高价呢", given=RSI),
    Case(text="你能解释一下什么叫死叉吗", given=MACD),
    Case(text="好的我明白了", given=RSI),
    Case(text="刚才说的止损是多少来着？", given=RSI),
    Case(text="开盘价低于昨天收盘价就不做", unread=("negated_action",)),
    Case(text="成交量连续三天放大就买", side="long", entry="volume > volume[-1] & volume[-1] > volume[-2] & volume[-2] > volume[-3]"),
    Case(text="价格跌破10日均线，并且成交量大于5日均量，卖出一半", unread=(SAID,), exit="close x< SMA(10) & volume > VOLUME_SMA(5)"),
    Case(text="CCI大于100追多，跌回100以下平", entry="CCI > 100", exit="CCI x< 100", side="long"),
    Case(text="ROC由负转正买，由正转负卖", entry="ROC x> 0", exit="ROC x< 0", side="long"),
)  # fmt: skip

EN = (
    Case(text="ok so basically i wanna buy btc when the 20 ema is above the 50 ema and rsi dips under 40, daily chart", on="BTC", tf="1d", entry="EMA(20) > EMA(50) & RSI x< 40", side="long"),
    Case(text="If price closes above the 20-period Donchian high, enter long; exit on a close below the 10-period Donchian low.", entry="close > DONCHIAN(20).upper[-1]", exit="close < DONCHIAN(10).lower[-1]", side="long"),
    Case(text="I only take longs above the 200 day moving average, entry is a MACD cross up", entry="close > SMA(200) & MACD.macd x> MACD.signal", side="long"),
    Case(text="RSI 30/70 strategy: buy under 30, sell over 70", entry="RSI < 30", exit="RSI > 70", side="long"),
    Case(text="Hold the position until the close is back below the 50-day EMA", exit="close x< EMA(50)"),
    Case(text="my stop is 2%, my target is twice that", stop=2, unread=(SAID,)),
    Case(text="buy when the close crosses over the upper Keltner channel", side="long", unread=("unknown_indicator",)),
    Case(text="Let's short ETH perps on the hourly whenever the RSI is over 80, and cover under 50", on="ETH", kind="futures", tf="1h", entry="RSI > 80", exit="RSI < 50", side="short"),
    Case(text="volume needs to be at least its 20-day average and the close above the open, then buy", entry="volume >= VOLUME_SMA(20) & close > open", side="long"),
    Case(text="enter when K is above D and J is below 80", entry="KDJ.k > KDJ.d & KDJ.j < 80"),
    Case(text="go long when the MACD histogram has been positive for 3 bars", entry="MACD.hist > 0 & MACD.hist[-1] > 0 & MACD.hist[-2] > 0", side="long"),
    Case(text="buy when RSI moves up through 50, sell when RSI moves down through 50", entry="RSI x> 50", exit="RSI x< 50", side="long"),
    Case(text="sell if it loses the 20 day low", exit="close x< DONCHIAN(20).lower[-1]"),
    Case(text="exit at +8% or -4%", target=8, stop=4),
    Case(text="I'd never put more than 15% of my account into one trade", size=15),
    Case(text="get out after 12 bars no matter what", bars=12),
    Case(text="change the RSI thresholds to 25 and 75", given=RSI, entry="RSI < 25", exit="RSI > 75"),
    Case(text="1h would be better than 4h I think, switch to that", given=RSI, tf="1h"),
    Case(text="keep the entry, but exit when RSI is above 60", given=RSI, exit="RSI > 60"),
    Case(text="use 2.5 deviations for the bands", given=BOLL, entry="close x< BOLL(20,2.5).lower", exit="close x> BOLL(20,2.5).middle"),
    Case(text="swap the fixed stop for a 4% trailing stop", given=BOLL, stop=NOTHING, trail=4),
    Case(text="cut the size in half", given=BOLL, unread=(SAID,)),
    Case(text="make it BNB instead", given=RSI, on="BNB"),
    Case(text="drop the size to 20% and the stop to 2%", given=BOLL, size=20, stop=2),
    Case(text="add a trend filter: close above EMA 200", given=RSI, entry="RSI < 30 & close > EMA(200)"),
    Case(text="the default MACD settings are fine", given=MACD),
    Case(text="remind me what the stop is?", given=RSI),
    Case(text="got it", given=RSI),
    Case(text="don't trade if the ADX is under 20", use="ADX", unread=("negated_action",)),
    Case(text="sell half when RSI gets above 70", unread=(SAID,), exit="RSI x> 70"),
    Case(text="buy on the first green candle after RSI drops below 30", side="long", use="RSI", unread=(SAID,)),
    Case(text="price needs to be within 1% of the 50 SMA", use="SMA(50)", unread=(SAID,)),
    Case(text="short when EMA 9 < EMA 21 and price < EMA 200, both must hold", entry="EMA(9) < EMA(21) & close < EMA(200)", side="short"),
    Case(text="close the trade on the opposite signal", before=("long when MACD crosses above its signal line",), entry="MACD.macd x> MACD.signal", exit="MACD.macd x< MACD.signal", side="long"),
)  # fmt: skip

MIXED = (
    Case(text="我的setup是：price在EMA200上方，RSI pullback到40以下买入", entry="close > EMA(200) & RSI < 40", side="long", unread=()),
    Case(text="止损2%，TP 5%，leverage不用", stop=2, target=5),
    Case(text="4h级别的BTC，BOLL下轨 long，上轨 short", on="BTC", tf="4h", side="both", use="BOLL", unread=(SAID,)),
    Case(text="MACD cross之后hold 10根bar", bars=10, use="MACD", unread=(SAID,)),
)  # fmt: skip
