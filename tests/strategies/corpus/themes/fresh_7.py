"""Seventh of the fresh tables, written and labelled before it was tried."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import NOTHING, SAID, Case, Plan

BREAK = Plan(on="NVDA", tf="1d", entry="close x> DONCHIAN(50).upper[-1]", exit="close x< SMA(20)", side="long", stop=7)
OSC = Plan(on="BTC/USDT", tf="15m", entry="KDJ.j < 0", exit="KDJ.j > 100", side="long", stop=1, target=2)

ZH = (
    Case(text="EMA20和EMA60金叉买入，死叉卖出，1小时，比特币，止损3%", on="BTC", tf="1h", entry="EMA(20) x> EMA(60)", exit="EMA(20) x< EMA(60)", side="long", stop=3),
    Case(text="RSI小于30买，大于70卖，止损5%，止盈10%", entry="RSI < 30", exit="RSI > 70", side="long", stop=5, target=10),
    Case(text="收盘价突破布林上轨且成交量大于20日均量时做多，跌破中轨平仓", entry="close x> BOLL.upper & volume > VOLUME_SMA(20)", exit="close x< BOLL.middle", side="long"),
    Case(text="苹果日线，MACD金叉且RSI低于60买入，MACD死叉卖出", on="AAPL", tf="1d", entry="MACD.macd x> MACD.signal & RSI < 60", exit="MACD.macd x< MACD.signal", side="long"),
    Case(text="跌破30日低点做空，涨破15日高点平空，仓位二成", entry="close x< DONCHIAN(30).lower[-1]", exit="close x> DONCHIAN(15).upper[-1]", side="short", size=20),
    Case(text="K线收在EMA21上方就做多，收在下方就平仓", entry="close > EMA(21)", exit="close < EMA(21)", side="long"),
    Case(text="5日均线在10日均线上方，且今天收阳，买入", entry="SMA(5) > SMA(10) & close > open", side="long"),
    Case(text="CCI低于-200抄底，高于0跑", entry="CCI < -200", exit="CCI > 0", side="long"),
    Case(text="ADX大于30并且EMA10大于EMA30开多，ADX小于20平多", entry="ADX > 30 & EMA(10) > EMA(30)", exit="ADX < 20", side="long"),
    Case(text="突破前一天最高价买，跌破前一天最低价卖", entry="close x> high[-1]", exit="close x< low[-1]", side="long"),
    Case(text="连涨四天就卖", exit="close > close[-1] & close[-1] > close[-2] & close[-2] > close[-3] & close[-3] > close[-4]"),
    Case(text="拿20根K线或者亏2%就走", bars=20, stop=2),
    Case(text="DIF上穿DEA而且柱子大于0，做多", entry="MACD.macd x> MACD.signal & MACD.hist > 0", side="long"),
    Case(text="月初买月底卖", side="long", unread=(SAID,)),
    Case(text="均线粘合三天后突破再进", unread=(SAID,), use="SMA()"),
    Case(text="比特币涨的时候买以太坊", side="long", unread=(SAID,)),
    Case(text="低开高走就跟", unread=(SAID,)),
    Case(text="成交额大于十亿才买", side="long", unread=(SAID,)),
    Case(text="突破后三根K线不创新低再买", side="long", unread=(SAID,)),
    Case(text="布林带开口放大的时候顺势做", use="BOLL", unread=(SAID,)),
    Case(text="不追高，回调一半再接", unread=(SAID,)),
    Case(text="50改成60", given=BREAK, entry="close x> DONCHIAN(60).upper[-1]"),
    Case(text="卖出条件再加一条，收盘价跌破10日低点", given=BREAK, exit="close x< SMA(20) | close x< DONCHIAN(10).lower[-1]"),
    Case(text="止损止盈都去掉", given=OSC, stop=NOTHING, target=NOTHING),
    Case(text="改做空", given=OSC, side="short"),
    Case(text="J的上限从100改到90", given=OSC, exit="KDJ.j > 90"),
    Case(text="這樣就好，先不動", given=OSC),
    Case(text="黃金交叉做多、死亡交叉做空，均線用7和25，幣安BTCUSDT永續", on="BTC/USDT", kind="futures", entry="SMA(7) x> SMA(25)", exit="SMA(7) x< SMA(25)", side="both"),
    Case(text="股價跌破20日線就賣，站上20日線就買", entry="close x> SMA(20)", exit="close x< SMA(20)", side="long"),
    Case(text="帶量突破頸線買進", side="long", unread=(SAID,)),
    Case(text="RSI低於25買進，獲利8%出場，虧損4%出場", entry="RSI < 25", side="long", target=8, stop=4),
)  # fmt: skip

EN = (
    Case(text="Long: 12 EMA crosses above 26 EMA. Exit: 12 EMA crosses below 26 EMA. 1h ETHUSDT perp, 2% stop, 4% target.", on="ETH/USDT", kind="futures", tf="1h", entry="EMA(12) x> EMA(26)", exit="EMA(12) x< EMA(26)", side="long", stop=2, target=4),
    Case(text="buy AAPL when RSI drops below 30, sell when it goes above 60", on="AAPL", entry="RSI x< 30", exit="RSI x> 60", side="long"),
    Case(text="if price closes above the 100 day SMA and ADX is greater than 25, go long; if it closes below the 100 day SMA, get out", entry="close > SMA(100) & ADX > 25", exit="close < SMA(100)", side="long"),
    Case(text="short when close crosses under the 20 EMA, cover when close crosses over the 20 EMA", entry="close x< EMA(20)", exit="close x> EMA(20)", side="short"),
    Case(text="Buy at the lower Bollinger band when RSI is under 30", side="long", use="BOLL RSI", unread=(SAID,)),
    Case(text="long if MACD > 0 and MACD > signal, flat if MACD < signal", entry="MACD.macd > 0 & MACD.macd > MACD.signal", exit="MACD.macd < MACD.signal", side="long"),
    Case(text="enter long when K crosses above D below 20, KDJ, 30m", tf="30m", entry="KDJ.k x> KDJ.d & KDJ.k < 20", side="long"),
    Case(text="buy when the volume is above its 20 day average and the close is above the previous close", entry="volume > VOLUME_SMA(20) & close > close[-1]", side="long"),
    Case(text="sell if close < low 2 bars ago", exit="close < low[-2]"),
    Case(text="10 percent of equity per position, stop loss 3 percent, take profit 9 percent, maximum 30 bars", size=10, stop=3, target=9, bars=30),
    Case(text="WMA 9 over WMA 18 long, WMA 9 under WMA 18 short", entry="WMA(9) > WMA(18)", exit="WMA(9) < WMA(18)", side="both"),
    Case(text="exit longs when RSI(5) > 80 or price closes below the 10 EMA", exit="RSI(5) > 80 | close < EMA(10)"),
    Case(text="buy when the trend is strong", side="long", unread=(SAID,)),
    Case(text="buy when RSI crosses 50 for the first time in 20 bars", side="long", use="RSI", unread=(SAID,)),
    Case(text="long when both the 1h and the 4h are above their 50 EMA", side="long", use="EMA(50)", unread=(SAID,)),
    Case(text="sell when price has doubled", unread=(SAID,)),
    Case(text="buy if price falls for 3 days and volume falls too", side="long", unread=(SAID,)),
    Case(text="stop at the lowest low of the last 5 bars", unread=(SAID,)),
    Case(text="enter on a limit order 1% below the close", unread=(SAID,)),
    Case(text="buy when fear and greed is below 20", side="long", unread=(SAID,)),
    Case(text="use the 30 bar high instead of the 50 bar high", given=BREAK, entry="close x> DONCHIAN(30).upper[-1]"),
    Case(text="widen the stop to 10%", given=BREAK, stop=10),
    Case(text="exit below the 50 SMA instead of the 20", given=BREAK, exit="close < SMA(50)"),
    Case(text="no target, just the stop", given=OSC, target=NOTHING),
    Case(text="is KDJ the same as stochastic?", given=OSC),
    Case(text="go both ways", given=OSC, side="both"),
)  # fmt: skip

MIXED = (
    Case(text="大饼4h，RSI<30抄底，RSI>70止盈离场，stop 5%", on="BTC", tf="4h", entry="RSI < 30", exit="RSI > 70", side="long", stop=5),
    Case(text="用EMA 9/21 crossover，金叉long死叉short", entry="EMA(9) x> EMA(21)", exit="EMA(9) x< EMA(21)", side="both"),
    Case(text="add一个条件：ADX要>25", given=BREAK, entry="close x> DONCHIAN(50).upper[-1] & ADX > 25"),
)  # fmt: skip
