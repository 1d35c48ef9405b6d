"""Eighth of the fresh tables, written and labelled before it was tried."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import SAID, Case, Plan

EMA = Plan(on="SOL/USDT", tf="1h", entry="EMA(7) x> EMA(21) & ADX > 20", exit="EMA(7) x< EMA(21)", side="long", stop=4)
BOLL = Plan(on="GOOGL", tf="1d", entry="close x< BOLL.lower", exit="close x> BOLL.upper", side="long", size=50)

ZH = (
    Case(text="SMA30上穿SMA90做多，下穿平多，四小时，以太坊，止损6%", on="ETH", tf="4h", entry="SMA(30) x> SMA(90)", exit="SMA(30) x< SMA(90)", side="long", stop=6),
    Case(text="RSI9低于25进场做多，RSI9高于65离场", entry="RSI(9) < 25", exit="RSI(9) > 65", side="long"),
    Case(text="价格站上20日均线，而且MACD柱为正，买入；价格跌破20日均线卖出", entry="close x> SMA(20) & MACD.hist > 0", exit="close x< SMA(20)", side="long"),
    Case(text="布林下轨被跌破时买入，涨到上轨时卖出", side="long", entry="close x< BOLL.lower", exit="high >= BOLL.upper"),
    Case(text="比亚迪日线，KDJ金叉买入，死叉卖出，止损8%，仓位30%", on="002594", tf="1d", entry="KDJ.k x> KDJ.d", exit="KDJ.k x< KDJ.d", side="long", stop=8, size=30),
    Case(text="突破40日最高价做多，同时要求ADX大于25", entry="close x> DONCHIAN(40).upper[-1] & ADX > 25", side="long"),
    Case(text="成交量大于20日均量且收盘价高于EMA50就买", entry="volume > VOLUME_SMA(20) & close > EMA(50)", side="long"),
    Case(text="ROC(20)上穿0做多，下穿0做空", entry="ROC(20) x> 0", exit="ROC(20) x< 0", side="both"),
    Case(text="收盘价低于前一天最低价就做空，高于前一天最高价就平空", entry="close < low[-1]", exit="close > high[-1]", side="short"),
    Case(text="EMA12在EMA26上方并且RSI在50以上时做多", entry="EMA(12) > EMA(26) & RSI > 50", side="long"),
    Case(text="CCI跌到-150以下买，涨到150以上卖", entry="CCI < -150", exit="CCI > 150", side="long"),
    Case(text="止损4%，止盈12%，持仓不超过25根", stop=4, target=12, bars=25),
    Case(text="连续两根阴线卖出", exit="close < open & close[-1] < open[-1]"),
    Case(text="资金费率为负就做多", side="long", unread=(SAID,)),
    Case(text="放量滞涨就卖", unread=(SAID,), use="VOLUME_SMA"),
    Case(text="等MACD从水下金叉后又死叉再金叉买", side="long", use="MACD", unread=(SAID,)),
    Case(text="尾盘跌得厉害就捡点", unread=(SAID,)),
    Case(text="破位就走，没破位拿着", unread=(SAID,)),
    Case(text="股价回到成本价就卖", unread=(SAID,)),
    Case(text="单边行情才做，震荡不做", unread=(SAID,)),
    Case(text="均线拐头的时候跟进", use="SMA()", unread=(SAID,)),
    Case(text="ADX那个条件去掉", given=EMA, entry="EMA(7) x> EMA(21)", no="ADX"),
    Case(text="21改成30", given=EMA, entry="EMA(7) x> EMA(30) & ADX > 20", exit="EMA(7) x< EMA(30)"),
    Case(text="ADX改成大于25", given=EMA, entry="EMA(7) x> EMA(21) & ADX > 25"),
    Case(text="布林带倍数改成2.5", given=BOLL, entry="close x< BOLL(20,2.5).lower", exit="close x> BOLL(20,2.5).upper"),
    Case(text="用分钟线，5分钟的", given=BOLL, tf="5m"),
    Case(text="你觉得止损要不要放宽？", given=EMA),
    Case(text="當EMA10上穿EMA40時買進，EMA10下穿EMA40時賣出，30分鐘", tf="30m", entry="EMA(10) x> EMA(40)", exit="EMA(10) x< EMA(40)", side="long"),
    Case(text="MACD黃金交叉且收盤價在季線之上買進", side="long", use="MACD", unread=(SAID,)),
    Case(text="突破近20日高點，成交量大於5日均量，做多，移動停損5%", entry="close x> DONCHIAN(20).upper[-1] & volume > VOLUME_SMA(5)", side="long", trail=5),
    Case(text="跌破開盤價就停損", unread=(SAID,)),
)  # fmt: skip

EN = (
    Case(text="go long on a 10/40 EMA golden cross, sell on the death cross, MSFT daily", on="MSFT", tf="1d", entry="EMA(10) x> EMA(40)", exit="EMA(10) x< EMA(40)", side="long"),
    Case(text="RSI < 35 and close > EMA 100 = long. RSI > 65 = out. 1h, 3% SL, 6% TP", tf="1h", entry="RSI < 35 & close > EMA(100)", exit="RSI > 65", side="long", stop=3, target=6),
    Case(text="buy when ROC(10) turns positive, sell when it turns negative", entry="ROC(10) x> 0", exit="ROC(10) x< 0", side="long"),
    Case(text="Enter short if the close drops below the 30 day low, exit if the close rises above the 15 day high", entry="close x< DONCHIAN(30).lower[-1]", exit="close x> DONCHIAN(15).upper[-1]", side="short"),
    Case(text="buy when the MACD line is above the signal line and the close is above the middle Bollinger band", entry="MACD.macd > MACD.signal & close > BOLL.middle", side="long"),
    Case(text="long DOGE 5m when CCI crosses above -100, 1% stop, 1.5% target, 10% size", on="DOGE", tf="5m", entry="CCI x> -100", side="long", stop=1, target=1.5, size=10),
    Case(text="sell when KDJ's J goes above 110", exit="KDJ.j x> 110"),
    Case(text="I buy when price is above the 50 EMA and sell when price is below the 50 EMA", entry="close > EMA(50)", exit="close < EMA(50)", side="long"),
    Case(text="buy two consecutive red candles, sell two consecutive green candles", entry="close < open & close[-1] < open[-1]", exit="close > open & close[-1] > open[-1]", side="long"),
    Case(text="exit after 15 bars or at a 3% loss", bars=15, stop=3),
    Case(text="long if volume is above its 20 bar average and the bar closes green", entry="volume > VOLUME_SMA(20) & close > open", side="long"),
    Case(text="cover the short when RSI is below 35", exit="RSI < 35"),
    Case(text="buy when price is oversold", side="long", unread=(SAID,)),
    Case(text="buy 3 days before earnings", side="long", unread=(SAID,)),
    Case(text="if RSI stays under 30 too long, get out", use="RSI", unread=(SAID,)),
    Case(text="enter when EMA 9 crosses EMA 21", use="EMA(9) EMA(21)", unread=(SAID,)),
    Case(text="stop loss at 2 x ATR, target 3 x ATR", unread=("in_atr",)),
    Case(text="buy on the third touch of the 200 day", side="long", unread=(SAID,)),
    Case(text="only buy stocks above their 200 day average", kind="stock", entry="close > SMA(200)", side="long"),
    Case(text="when the 5m RSI and the 15m RSI are both below 30, buy", side="long", use="RSI", unread=(SAID,)),
    Case(text="remove the ADX condition", given=EMA, entry="EMA(7) x> EMA(21)", no="ADX"),
    Case(text="make the slow one 50", given=EMA, entry="EMA(7) x> EMA(50) & ADX > 20", exit="EMA(7) x< EMA(50)"),
    Case(text="half that size", given=BOLL, unread=(SAID,)),
    Case(text="sell at the middle band instead", given=BOLL, unread=(SAID,)),
    Case(text="and a 6% stop", given=BOLL, stop=6),
    Case(text="ok thanks, looks fine so far", given=BOLL),
)  # fmt: skip

MIXED = (
    Case(text="AAPL日线，RSI低于30 enter long，高于70 exit", on="AAPL", tf="1d", entry="RSI < 30", exit="RSI > 70", side="long"),
    Case(text="20日high突破就buy，10日low跌破就sell，仓位40%", entry="close x> DONCHIAN(20).upper[-1]", exit="close x< DONCHIAN(10).lower[-1]", side="long", size=40),
    Case(text="stop从4%改到6%", given=EMA, stop=6),
)  # fmt: skip
