"""Tenth of the fresh tables, written and labelled before it was tried."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import NOTHING, SAID, Case, Plan

SWING = Plan(
    on="AMZN", tf="1d", entry="close x> SMA(50) & RSI > 50", exit="close x< SMA(50)", side="long", stop=6, size=40
)
SCALP = Plan(on="BTC/USDT", tf="5m", entry="CCI x> -100", exit="CCI x< 100", side="long", stop=1, target=1.5, bars=12)

ZH = (
    Case(text="五日均线上穿二十日均线做多，下穿做空，比特币一小时，止损百分之三", on="BTC", tf="1h", entry="SMA(5) x> SMA(20)", exit="SMA(5) x< SMA(20)", side="both", stop=3),
    Case(text="RSI在30以下买，在70以上卖，特斯拉日线", on="TSLA", tf="1d", entry="RSI < 30", exit="RSI > 70", side="long"),
    Case(text="MACD死叉做空，金叉平空，仓位三成", entry="MACD.macd x< MACD.signal", exit="MACD.macd x> MACD.signal", side="short", size=30),
    Case(text="收盘价大于20日均线且20日均线大于60日均线时买入，收盘价小于60日均线时卖出", entry="close > SMA(20) & SMA(20) > SMA(60)", exit="close < SMA(60)", side="long"),
    Case(text="当价格触及布林上轨时做空，触及布林下轨时平仓", entry="high >= BOLL.upper", exit="low <= BOLL.lower", side="short"),
    Case(text="突破30日新高买，止损7%，最多拿40根", entry="close x> DONCHIAN(30).upper[-1]", side="long", stop=7, bars=40),
    Case(text="KDJ的K值上穿D值，并且J值小于50，进场做多", entry="KDJ.k x> KDJ.d & KDJ.j < 50", side="long"),
    Case(text="EMA5上穿EMA15，且成交量大于10日均量，做多", entry="EMA(5) x> EMA(15) & volume > VOLUME_SMA(10)", side="long"),
    Case(text="CCI上穿0买入，CCI下穿0卖出，莱特币15分钟", on="LTC", tf="15m", entry="CCI x> 0", exit="CCI x< 0", side="long"),
    Case(text="RSI大于80或者收盘价跌破20日均线就离场", exit="RSI > 80 | close x< SMA(20)"),
    Case(text="收盘价高于前一根最高价且放量时做多", entry="close > high[-1] & volume > VOLUME_SMA", side="long"),
    Case(text="亏2个点止损，赚4个点止盈，一半仓位", stop=2, target=4, size=50),
    Case(text="止损跟着成本走", unread=(SAID,)),
    Case(text="跌到心理价位就买", side="long", unread=(SAID,)),
    Case(text="缺口回补就卖", unread=(SAID,)),
    Case(text="先突破再回踩20日线，企稳后买入", side="long", use="SMA(20)", unread=(SAID,)),
    Case(text="RSI超卖反弹时买", side="long", use="RSI", unread=(SAID,)),
    Case(text="龙头股首板打板", unread=(SAID,)),
    Case(text="每个月买一次", side="long", unread=(SAID,)),
    Case(text="MACD和RSI同时发出买入信号再进", use="MACD RSI", side="long", unread=(SAID,)),
    Case(text="涨得太快就先出来", unread=(SAID,)),
    Case(text="把RSI那个条件改成大于55", given=SWING, entry="close x> SMA(50) & RSI > 55"),
    Case(text="50日线改成60日线", given=SWING, entry="close x> SMA(60) & RSI > 50", exit="close x< SMA(60)"),
    Case(text="不要RSI了", given=SWING, entry="close x> SMA(50)", no="RSI"),
    Case(text="止盈提高到2%", given=SCALP, target=2),
    Case(text="持有时间改成20根", given=SCALP, bars=20),
    Case(text="CCI为什么用100", given=SCALP),
    Case(text="當價格突破布林通道上軌時買進，跌破布林通道中軌時賣出，停損5%，比特幣4小時", on="BTC", tf="4h", entry="close x> BOLL.upper", exit="close x< BOLL.middle", side="long", stop=5),
    Case(text="RSI小於20買進，RSI大於50賣出，最長持有10根", entry="RSI < 20", exit="RSI > 50", side="long", bars=10),
    Case(text="三天不創新高就賣", unread=(SAID,)),
    Case(text="MACD柱由負轉正且ADX大於20做多", entry="MACD.hist x> 0 & ADX > 20", side="long"),
)  # fmt: skip

EN = (
    Case(text="buy when the 15 EMA crosses above the 45 EMA, exit when the close falls below the 45 EMA, 4% stop, AAPL daily", on="AAPL", tf="1d", entry="EMA(15) x> EMA(45)", exit="close x< EMA(45)", side="long", stop=4),
    Case(text="RSI(10) under 25 and price above the 100 SMA: buy. RSI(10) over 70: sell.", entry="RSI(10) < 25 & close > SMA(100)", exit="RSI(10) > 70", side="long"),
    Case(text="ETH/USDT 4h short on a MACD death cross, cover on a golden cross, 5% stop loss", on="ETH/USDT", tf="4h", entry="MACD.macd x< MACD.signal", exit="MACD.macd x> MACD.signal", side="short", stop=5),
    Case(text="buy the break of the 40 bar high, sell the break of the 20 bar low", entry="close x> DONCHIAN(40).upper[-1]", exit="close x< DONCHIAN(20).lower[-1]", side="long"),
    Case(text="enter long if the low touches the lower band and RSI is below 35", entry="low <= BOLL.lower & RSI < 35", side="long"),
    Case(text="go long when K > D and K < 50, close the trade when K < D", entry="KDJ.k > KDJ.d & KDJ.k < 50", exit="KDJ.k < KDJ.d", side="long"),
    Case(text="long if close > SMA 20 > SMA 50", entry="close > SMA(20) & SMA(20) > SMA(50)", side="long"),
    Case(text="ADX above 25, MACD histogram above 0, buy", entry="ADX > 25 & MACD.hist > 0", side="long"),
    Case(text="sell when RSI drops back below 70", exit="RSI x< 70"),
    Case(text="take profit 5%, trailing stop 2%, position 60%", target=5, trail=2, size=60),
    Case(text="buy if the close is higher than the previous 3 highs", side="long", unread=(SAID,)),
    Case(text="get in when volume is more than its 30 day average and the candle is green", entry="volume > VOLUME_SMA(30) & close > open"),
    Case(text="buy when the spread between the 10 and 20 EMA is widening", side="long", use="EMA(10) EMA(20)", unread=(SAID,)),
    Case(text="sell into strength", unread=(SAID,)),
    Case(text="exit a third at each target", unread=(SAID,)),
    Case(text="long at support, short at resistance", side="both", unread=(SAID,)),
    Case(text="buy when RSI has been rising for 4 bars", entry="RSI > RSI[-1] & RSI[-1] > RSI[-2] & RSI[-2] > RSI[-3] & RSI[-3] > RSI[-4]", side="long"),
    Case(text="if the market is choppy, don't trade", unread=(SAID,)),
    Case(text="re-enter if price breaks the high again", unread=(SAID,)),
    Case(text="buy when price is closer to the lower band than to the upper", side="long", use="BOLL", unread=(SAID,)),
    Case(text="change 50 to 55 for the RSI", given=SWING, entry="close x> SMA(50) & RSI > 55"),
    Case(text="put the stop at 8% please", given=SWING, stop=8),
    Case(text="only take it if ADX is over 20 too", given=SWING, entry="close x> SMA(50) & RSI > 50 & ADX > 20"),
    Case(text="no time limit", given=SCALP, bars=NOTHING),
    Case(text="try it on ETH/USDT 15m", given=SCALP, on="ETH/USDT", tf="15m"),
    Case(text="what happens if price gaps through my stop?", given=SCALP),
)  # fmt: skip

MIXED = (
    Case(text="TSLA 1h，golden cross买death cross卖，SMA 20/60，stop 3%", on="TSLA", tf="1h", entry="SMA(20) x> SMA(60)", exit="SMA(20) x< SMA(60)", side="long", stop=3),
    Case(text="价格跌破lower band做long，回到middle band平仓", entry="close x< BOLL.lower", exit="close x> BOLL.middle", side="long"),
    Case(text="再加个ADX>20的filter", given=SCALP, entry="CCI x> -100 & ADX > 20"),
)  # fmt: skip
