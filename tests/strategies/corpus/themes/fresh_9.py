"""Ninth of the fresh tables, written and labelled before it was tried."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import SAID, Case, Plan

MIX = Plan(
    on="ETH/USDT",
    tf="1h",
    entry="MACD.macd x> MACD.signal & RSI < 60",
    exit="MACD.macd x< MACD.signal",
    side="long",
    stop=3,
    target=6,
)
TREND = Plan(on="600519", tf="1d", entry="SMA(20) x> SMA(60)", exit="SMA(20) x< SMA(60)", side="long", size=80)

ZH = (
    Case(text="比特币日线，EMA13上穿EMA34买入，EMA13下穿EMA34卖出，止损5%", on="BTC", tf="1d", entry="EMA(13) x> EMA(34)", exit="EMA(13) x< EMA(34)", side="long", stop=5),
    Case(text="RSI14小于35并且KDJ金叉时买入，RSI14大于65时卖出", entry="RSI < 35 & KDJ.k x> KDJ.d", exit="RSI > 65", side="long"),
    Case(text="布林带下轨上穿买入，上轨下穿卖出", unread=(SAID,), side="long", use="BOLL"),
    Case(text="收盘价上穿布林中轨做多，下穿布林中轨平仓，30分钟", tf="30m", entry="close x> BOLL.middle", exit="close x< BOLL.middle", side="long"),
    Case(text="宁德时代，周线，突破10周新高买入，跌破10周均线卖出", on="300750", tf="1w", entry="close x> DONCHIAN(10).upper[-1]", exit="close x< SMA(10)", side="long"),
    Case(text="J值低于-10买，高于110卖，止损3%", entry="KDJ.j < -10", exit="KDJ.j > 110", side="long", stop=3),
    Case(text="MACD柱大于0且收盘价大于20日均线就做多，MACD柱小于0就平多", entry="MACD.hist > 0 & close > SMA(20)", exit="MACD.hist < 0", side="long"),
    Case(text="放量突破60日高点开多，跌破20日均线离场，仓位60%", entry="volume > VOLUME_SMA & close x> DONCHIAN(60).upper[-1]", exit="close x< SMA(20)", side="long", size=60),
    Case(text="做空条件：EMA10小于EMA30且RSI大于70；平仓条件：RSI小于40", entry="EMA(10) < EMA(30) & RSI > 70", exit="RSI < 40", side="short"),
    Case(text="ADX上穿25做多，ADX下穿20平仓", entry="ADX x> 25", exit="ADX x< 20", side="long"),
    Case(text="三连阳买入，三连阴卖出", side="long", entry="close > open & close[-1] > open[-1] & close[-2] > open[-2]", exit="close < open & close[-1] < open[-1] & close[-2] < open[-2]"),
    Case(text="浮盈超过8%就走，浮亏超过4%也走", target=8, stop=4),
    Case(text="最多持有12根，每次20%仓位", bars=12, size=20),
    Case(text="看到恐慌就买", side="long", unread=(SAID,)),
    Case(text="等一个二次探底再上车", side="long", unread=(SAID,)),
    Case(text="价格在箱体上沿就卖，下沿就买", side="long", unread=(SAID,)),
    Case(text="波动率上升的时候减半仓位", unread=(SAID,)),
    Case(text="MACD柱连续三根变短就平仓", use="MACD", unread=(SAID,)),
    Case(text="用5分钟定方向，1分钟进场", unread=(SAID,)),
    Case(text="均线金叉三天内RSI突破50买", side="long", use="SMA() RSI", unread=(SAID,)),
    Case(text="不亏就不卖", unread=(SAID,)),
    Case(text="RSI改成要小于50", given=MIX, entry="MACD.macd x> MACD.signal & RSI < 50"),
    Case(text="止盈改8%，止损改4%", given=MIX, target=8, stop=4),
    Case(text="MACD换成KDJ", given=MIX, unread=(SAID,)),
    Case(text="短均线换成10日", given=TREND, entry="SMA(10) x> SMA(60)", exit="SMA(10) x< SMA(60)"),
    Case(text="加一个2%的跟踪止损", given=TREND, trail=2),
    Case(text="这样会不会交易太频繁", given=TREND),
    Case(text="收盤價跌破布林下軌時做多，回到中軌時平倉，以太坊1小時", on="ETH", tf="1h", entry="close x< BOLL.lower", exit="close x> BOLL.middle", side="long"),
    Case(text="5日線向上穿過20日線而且成交量大於20日均量時買進，停損4%停利12%", entry="SMA(5) x> SMA(20) & volume > VOLUME_SMA(20)", side="long", stop=4, target=12),
    Case(text="法人大買就跟著買", side="long", unread=(SAID,)),
    Case(text="RSI跌破50就賣掉", exit="RSI x< 50"),
)  # fmt: skip

EN = (
    Case(text="Buy when EMA(20) > EMA(50) and RSI(14) < 40; exit when RSI(14) > 60; stop 3%; BTC/USDT 1h", on="BTC/USDT", tf="1h", entry="EMA(20) > EMA(50) & RSI < 40", exit="RSI > 60", side="long", stop=3),
    Case(text="go long when the close breaks above yesterday's high, go flat when the close breaks below yesterday's low", entry="close x> high[-1]", exit="close x< low[-1]", side="long"),
    Case(text="Simple trend system for TSLA: above the 50 day SMA I'm long, below it I'm out", on="TSLA", entry="close > SMA(50)", exit="close < SMA(50)", side="long"),
    Case(text="short if MACD crosses below its signal and the close is below the 200 SMA, cover when MACD crosses above its signal", entry="MACD.macd x< MACD.signal & close < SMA(200)", exit="MACD.macd x> MACD.signal", side="short"),
    Case(text="buy when J crosses above 0 and sell when J crosses below 100", entry="KDJ.j x> 0", exit="KDJ.j x< 100", side="long"),
    Case(text="long entry: close > upper Donchian(20). long exit: close < lower Donchian(10).", entry="close > DONCHIAN(20).upper[-1]", exit="close < DONCHIAN(10).lower[-1]", side="long"),
    Case(text="sell when the 10 SMA crosses below the 30 SMA or the RSI goes over 80", exit="SMA(10) x< SMA(30) | RSI x> 80"),
    Case(text="trade 20% of capital, stop out at 4%, take profits at 8%", size=20, stop=4, target=8),
    Case(text="enter long if close > close 20 bars ago and close > SMA 200", entry="close > close[-20] & close > SMA(200)", side="long"),
    Case(text="buy when CCI is above 100 and rising", entry="CCI > 100 & CCI > CCI[-1]", side="long"),
    Case(text="exit when volume falls below its 10 day average", exit="volume x< VOLUME_SMA(10)"),
    Case(text="long when the 20 SMA is rising and price is above it", entry="SMA(20) > SMA(20)[-1] & close > SMA(20)", side="long"),
    Case(text="buy an inside bar breakout", side="long", unread=(SAID,)),
    Case(text="buy 10% below the all time high", side="long", unread=(SAID,)),
    Case(text="sell when the candle has a long upper wick", unread=(SAID,)),
    Case(text="buy when RSI < 30 on two timeframes", side="long", use="RSI", unread=(SAID,)),
    Case(text="only enter if the previous trade was a winner", unread=(SAID,)),
    Case(text="long when price is 2 standard deviations below its mean", side="long", unread=(SAID,)),
    Case(text="exit if nothing happens for 10 bars", unread=(SAID,)),
    Case(text="buy after the 20 EMA has been tested twice", side="long", use="EMA(20)", unread=(SAID,)),
    Case(text="lower the RSI limit to 50", given=MIX, entry="MACD.macd x> MACD.signal & RSI < 50"),
    Case(text="get rid of the RSI part", given=MIX, entry="MACD.macd x> MACD.signal", no="RSI"),
    Case(text="set stop and target both to 5%", given=MIX, stop=5, target=5),
    Case(text="cut the position size in half", given=TREND, unread=(SAID,)),
    Case(text="use the 30 day instead of the 20 day", given=TREND, entry="SMA(30) x> SMA(60)", exit="SMA(30) x< SMA(60)"),
    Case(text="are these settings common?", given=TREND),
)  # fmt: skip

MIXED = (
    Case(text="BNB 15m，EMA50上方且RSI cross above 50就买，跌破EMA50就close", on="BNB", tf="15m", entry="close > EMA(50) & RSI x> 50", exit="close x< EMA(50)", side="long"),
    Case(text="短线scalping：RSI<20 long，RSI>50平，SL 0.5%", entry="RSI < 20", exit="RSI > 50", side="long", stop=0.5),
    Case(text="timeframe换成4h，其他keep", given=MIX, tf="4h"),
)  # fmt: skip
