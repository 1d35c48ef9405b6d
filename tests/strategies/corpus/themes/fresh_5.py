"""Fifth of the fresh tables, written and labelled before it was tried."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import NOTHING, SAID, Case, Plan

CHANNEL = Plan(
    on="BNB/USDT",
    tf="1h",
    entry="close x> DONCHIAN(20).upper[-1]",
    exit="close x< DONCHIAN(10).lower[-1]",
    side="long",
    stop=3,
)
CCI = Plan(on="MSFT", tf="1d", entry="CCI x> 100", exit="CCI x< -100", side="long", target=12, size=40)

ZH = (
    Case(text="WMA10上穿WMA30做多，下穿平仓，止损2.5%", entry="WMA(10) x> WMA(30)", exit="WMA(10) x< WMA(30)", side="long", stop=2.5),
    Case(text="英伟达日线，收盘价创20日新高买，跌破20日均线卖", on="NVDA", tf="1d", entry="close x> DONCHIAN(20).upper[-1]", exit="close x< SMA(20)", side="long"),
    Case(text="RSI上穿30买入，RSI下穿70卖出，止盈5%止损3%，每次用三成资金", entry="RSI x> 30", exit="RSI x< 70", side="long", target=5, stop=3, size=30),
    Case(text="币安ETH永续，5分钟，价格跌破布林下轨做多，回到中轨平仓", on="ETH", kind="futures", tf="5m", entry="close x< BOLL.lower", exit="close x> BOLL.middle", side="long"),
    Case(text="MACD的DIF上穿0轴买，下穿0轴卖", entry="MACD.macd x> 0", exit="MACD.macd x< 0", side="long"),
    Case(text="收阳线而且成交量超过10日均量，买入；收阴线就卖", entry="close > open & volume > VOLUME_SMA(10)", exit="close < open", side="long"),
    Case(text="EMA5大于EMA10大于EMA20，做多；EMA5小于EMA10，平多", entry="EMA(5) > EMA(10) & EMA(10) > EMA(20)", exit="EMA(5) < EMA(10)", side="long"),
    Case(text="ADX大于25时MACD金叉买入，ADX小于20离场", entry="ADX > 25 & MACD.macd x> MACD.signal", exit="ADX < 20", side="long"),
    Case(text="KDJ死叉或者收盘跌破10日线就卖", exit="KDJ.k x< KDJ.d | close x< SMA(10)"),
    Case(text="收盘价比3天前高就买，比3天前低就卖", entry="close > close[-3]", exit="close < close[-3]", side="long"),
    Case(text="ATR大于2的时候才交易，突破20日高点做多", entry="ATR > 2 & close x> DONCHIAN(20).upper[-1]", side="long"),
    Case(text="满仓干，止损8个点，不止盈", size=100, stop=8, target=NOTHING),
    Case(text="每周一开盘买，周五收盘卖", side="long", unread=(SAID,)),
    Case(text="三次触碰下轨之后买入", side="long", use="BOLL", unread=(SAID,)),
    Case(text="价格缩量横盘后放量突破买入", side="long", unread=(SAID,), use="VOLUME_SMA"),
    Case(text="MACD第一次金叉不买，第二次金叉才买", side="long", unread=(SAID,), use="MACD"),
    Case(text="RSI高于70持续5根K线就做空", entry=" & ".join(f"RSI{a} > 70" for a in ("", "[-1]", "[-2]", "[-3]", "[-4]")), side="short"),
    Case(text="涨幅超过5%的股票买入持有三天", kind="stock", side="long", unread=(SAID,)),
    Case(text="均线斜率大于0.5时买", side="long", unread=(SAID,), use="SMA()"),
    Case(text="突破20改成突破55", given=CHANNEL, unread=(SAID,)),
    Case(text="止损缩小到2%", given=CHANNEL, stop=2),
    Case(text="不做BNB了，做SOL", given=CHANNEL, on="SOL"),
    Case(text="只做空不做多", given=CCI, side="short"),
    Case(text="CCI周期改成14", given=CCI, entry="CCI(14) x> 100", exit="CCI(14) x< -100"),
    Case(text="出场条件换成CCI小于0", given=CCI, exit="CCI < 0"),
    Case(text="为什么要用唐奇安通道呢", given=CHANNEL),
    Case(text="比特幣日線，20日均線上穿60日均線買進，跌破60日均線賣出，停損10%", on="BTC", tf="1d", entry="SMA(20) x> SMA(60)", exit="close x< SMA(60)", side="long", stop=10),
    Case(text="RSI大於80賣出，小於20買進", entry="RSI < 20", exit="RSI > 80", side="long"),
    Case(text="股價站上布林中軌，且成交量大於20日均量，做多", entry="close x> BOLL.middle & volume > VOLUME_SMA(20)", side="long"),
    Case(text="開盤跳空兩趴就追", side="long", unread=(SAID,)),
    Case(text="5分K收黑就出場", exit="close < open", tf="5m"),
)  # fmt: skip

EN = (
    Case(text="EMA 8 crosses above EMA 34: long. EMA 8 crosses below EMA 34: close. SOL/USDT 4h, 3% stop.", on="SOL/USDT", tf="4h", entry="EMA(8) x> EMA(34)", exit="EMA(8) x< EMA(34)", side="long", stop=3),
    Case(text="buy MSFT when RSI(14) is below 35 and the close is above the 200 day SMA; sell when RSI(14) is above 65", on="MSFT", entry="RSI < 35 & close > SMA(200)", exit="RSI > 65", side="long"),
    Case(text="Short when the 5 day average falls below the 20 day average, cover on the opposite cross", entry="SMA(5) x< SMA(20)", exit="SMA(5) x> SMA(20)", side="short"),
    Case(text="long when CCI(14) rises above -100, sell when it drops below 100, 5m chart", tf="5m", entry="CCI(14) x> -100", exit="CCI(14) x< 100", side="long"),
    Case(text="go long when volume is greater than its 50 bar average and price breaks the 50 bar high", entry="volume > VOLUME_SMA(50) & close x> DONCHIAN(50).upper[-1]", side="long"),
    Case(text="buy if today's low is below the lower band and the close is above it", entry="low < BOLL.lower & close > BOLL.lower", side="long"),
    Case(text="MACD histogram above zero and rising: buy. MACD histogram below zero: sell.", entry="MACD.hist > 0 & MACD.hist > MACD.hist[-1]", exit="MACD.hist < 0", side="long"),
    Case(text="long above the 20 day high, short below the 20 day low, on EURUSD daily", on="EUR/USD", tf="1d", entry="close > DONCHIAN(20).upper[-1]", exit="close < DONCHIAN(20).lower[-1]", side="both"),
    Case(text="I'd use a 2% stop and let winners run with a 4% trail", stop=2, trail=4),
    Case(text="sell after 5 bars or if RSI gets over 75", bars=5, exit="RSI x> 75"),
    Case(text="enter when K is under 20 and crosses above D", entry="KDJ.k < 20 & KDJ.k x> KDJ.d"),
    Case(text="buy the 50/200 golden cross and hold until the death cross", entry="SMA(50) x> SMA(200)", exit="SMA(50) x< SMA(200)", side="long"),
    Case(text="buy when price is within 1% of the 200 day moving average", side="long", use="SMA(200)", unread=(SAID,)),
    Case(text="buy after RSI has been below 30 and then closes back above it", side="long", use="RSI", unread=(SAID,)),
    Case(text="long when price reclaims the 21 EMA with strong volume", side="long", use="EMA(21)", unread=(SAID,)),
    Case(text="pair trade BTC against ETH", unread=(SAID,)),
    Case(text="take partial profits at 1R", unread=(SAID,)),
    Case(text="no trades in the last hour of the day", unread=(SAID,)),
    Case(text="buy every dip below the 20 SMA unless ADX is over 40", side="long", use="SMA(20) ADX", unread=(SAID,)),
    Case(text="risk twice as much after a loss", unread=(SAID,)),
    Case(text="use 55 instead of 20 for the breakout", given=CHANNEL, unread=(SAID,)),
    Case(text="stop at 3.5 percent, target at 7", given=CHANNEL, stop=3.5, unread=("percent_sign",)),
    Case(text="can you change the timeframe to 30 minutes?", given=CHANNEL, tf="30m"),
    Case(text="take out the target", given=CCI, target=NOTHING),
    Case(text="enter only if the close is above the 100 SMA as well", given=CCI, entry="CCI x> 100 & close > SMA(100)"),
    Case(text="sounds good, what else do you need?", given=CCI),
)  # fmt: skip

MIXED = (
    Case(text="BTCUSDT 1h，breakout 20 bar high 做多，stop 2%", on="BTC/USDT", tf="1h", entry="close x> DONCHIAN(20).upper[-1]", side="long", stop=2),
    Case(text="price跌破EMA50 就short，站上EMA50 就cover", entry="close x< EMA(50)", exit="close x> EMA(50)", side="short"),
    Case(text="position改成50%，max hold 20 bars", given=CCI, size=50, bars=20),
)  # fmt: skip
