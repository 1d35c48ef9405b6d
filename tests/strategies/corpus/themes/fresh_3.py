"""Third of five fresh tables, written and labelled before it was tried."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import NOTHING, SAID, Case, Plan

BANDS = Plan(on="ETH/USDT", tf="15m", entry="close x> BOLL.upper", exit="close x< BOLL.middle", side="long", stop=2)
KDJ = Plan(on="600519", tf="1d", entry="KDJ.k x> KDJ.d & KDJ.k < 30", exit="KDJ.k x< KDJ.d", side="long", size=50)

ZH = (
    Case(text="MA5上穿MA10买入，MA5下穿MA10卖出，日线，茅台", on="600519", tf="1d", entry="SMA(5) x> SMA(10)", exit="SMA(5) x< SMA(10)", side="long"),
    Case(text="RSI跌破20做多，涨破60离场，止损4%，满仓", entry="RSI x< 20", exit="RSI x> 60", side="long", stop=4, size=100),
    Case(text="布林带中轨上方且MACD柱大于0时做多", entry="close > BOLL.middle & MACD.hist > 0", side="long"),
    Case(text="以太坊四小时，收盘跌破EMA200做空，站回EMA200平空，最多拿50根K线", on="ETH", tf="4h", entry="close x< EMA(200)", exit="close x> EMA(200)", side="short", bars=50),
    Case(text="价格创55日新高就买，创20日新低就卖", entry="close x> DONCHIAN(55).upper[-1]", exit="close x< DONCHIAN(20).lower[-1]", side="long"),
    Case(text="J值小于0且收盘价大于60日均线，买；J值大于100，卖", entry="KDJ.j < 0 & close > SMA(60)", exit="KDJ.j > 100", side="long"),
    Case(text="CCI大于100做多，小于-100做空", entry="CCI > 100", exit="CCI < -100", side="both"),
    Case(text="成交量突破20日均量并且收盘价高于昨日最高价，买入", entry="volume x> VOLUME_SMA(20) & close > high[-1]", side="long"),
    Case(text="ATR放大并且价格站上20日线，买", entry="ATR > ATR[-1] & close x> SMA(20)", side="long"),
    Case(text="5日线、10日线、20日线多头排列，且ADX大于20，买入", entry="SMA(5) > SMA(10) & SMA(10) > SMA(20) & ADX > 20", side="long"),
    Case(text="我手上大概十万块，想稳一点，单笔别亏太多", unread=(SAID,)),
    Case(text="均线上方买，均线下方卖", entry="close > SMA()", exit="close < SMA()", side="long"),
    Case(text="等价格跌到前期支撑再买", side="long", unread=(SAID,)),
    Case(text="连续三天放量上涨就买", side="long", use="VOLUME_SMA", unread=(SAID,)),
    Case(text="RSI金叉且不在超买区时买入", side="long", use="RSI", unread=(SAID,)),
    Case(text="大盘跌的时候不买", unread=(SAID,)),
    Case(text="开盘半小时内不交易", unread=(SAID,)),
    Case(text="买入后跌2%补仓一次", side="long", unread=(SAID,)),
    Case(text="MACD红柱缩短就减仓", use="MACD", unread=(SAID,)),
    Case(text="止损2%，止盈用移动止损3%", stop=2, trail=3),
    Case(text="布林带参数改成30和2.5", given=BANDS, entry="close x> BOLL(30,2.5).upper", exit="close x< BOLL(30,2.5).middle"),
    Case(text="出场改成跌破上轨", given=BANDS, exit="close x< BOLL.upper"),
    Case(text="K值改成小于20", given=KDJ, entry="KDJ.k x> KDJ.d & KDJ.k < 20"),
    Case(text="换成宁德时代，仓位三成", given=KDJ, on="300750", size=30),
    Case(text="嗯，再加上5%的止损", given=KDJ, stop=5),
    Case(text="胜率大概能有多少？", given=KDJ),
    Case(text="當KDJ黃金交叉時買進，死亡交叉時賣出，停損5%", entry="KDJ.k x> KDJ.d", exit="KDJ.k x< KDJ.d", side="long", stop=5),
    Case(text="股價跌破布林通道下軌買進，漲破上軌賣出", entry="close x< BOLL.lower", exit="close x> BOLL.upper", side="long"),
    Case(text="以太幣1小時線，20均線上穿50均線做多，下穿做空", on="ETH", tf="1h", entry="SMA(20) x> SMA(50)", exit="SMA(20) x< SMA(50)", side="both"),
    Case(text="量縮價跌的時候買進", side="long", unread=(SAID,)),
    Case(text="乖離率大於5%賣出", unread=(SAID,)),
)  # fmt: skip

EN = (
    Case(text="Buy when the 10 SMA is above the 30 SMA and RSI is below 60. Sell when the 10 SMA is below the 30 SMA.", entry="SMA(10) > SMA(30) & RSI < 60", exit="SMA(10) < SMA(30)", side="long"),
    Case(text="eth/usdt 1h. Enter long on MACD bullish cross with histogram > 0. Exit on bearish cross. Stop loss 2.5%.", on="ETH/USDT", tf="1h", entry="MACD.macd x> MACD.signal & MACD.hist > 0", exit="MACD.macd x< MACD.signal", side="long", stop=2.5),
    Case(text="long if price breaks above the upper bollinger band (20,2.5), get out when price falls back below the middle band", entry="close x> BOLL(20,2.5).upper", exit="close x< BOLL(20,2.5).middle", side="long"),
    Case(text="Sell short when RSI crosses below 70, cover when RSI crosses below 30", entry="RSI x< 70", exit="RSI x< 30", side="short"),
    Case(text="buy if yesterday's close was above yesterday's open and today's close is above yesterday's high", entry="close[-1] > open[-1] & close > high[-1]", side="long"),
    Case(text="donchian 20/10 on the daily, long only", tf="1d", side="long", use="DONCHIAN(20)", unread=(SAID,)),
    Case(text="close above 200 day moving average = long, below = flat", entry="close > SMA(200)", exit="close < SMA(200)", side="long"),
    Case(text="ROC(12) above 2 and volume above average, buy", entry="ROC(12) > 2 & volume > VOLUME_SMA", side="long"),
    Case(text="buy when the stock makes a new 50-day high", entry="close x> DONCHIAN(50).upper[-1]", side="long"),
    Case(text="3% trailing stop, 10 bars max, quarter of my capital per trade", trail=3, bars=10, size=25),
    Case(text="buy on K crossing above D, sell on K crossing below D (KDJ 14,3,3)", entry="KDJ(14,3,3).k x> KDJ(14,3,3).d", exit="KDJ(14,3,3).k x< KDJ(14,3,3).d", side="long"),
    Case(text="ADX has to be rising and above 25, then buy when the 8 EMA is over the 21 EMA", entry="ADX > ADX[-1] & ADX > 25 & EMA(8) > EMA(21)", side="long"),
    Case(text="Buy when price pulls back to the 20 EMA in an uptrend", side="long", use="EMA(20)", unread=(SAID,)),
    Case(text="enter on the retest of the breakout level", unread=(SAID,)),
    Case(text="when the squeeze fires, go long", side="long", unread=(SAID,)),
    Case(text="scale out in thirds", unread=(SAID,)),
    Case(text="buy if RSI was oversold in the last 5 bars and MACD crosses up", side="long", use="RSI MACD", unread=(SAID,)),
    Case(text="long if bitcoin is up on the day", on="BTC", side="long", unread=(SAID,)),
    Case(text="short the weakest sector", side="short", unread=(SAID,)),
    Case(text="stop below the entry candle's low", unread=(SAID,)),
    Case(text="set the bands to 30 periods", given=BANDS, entry="close x> BOLL(30,2).upper", exit="close x< BOLL(30,2).middle"),
    Case(text="exit at the lower band instead of the middle", given=BANDS, unread=(SAID,)),
    Case(text="actually make it 5m and 1% stop", given=BANDS, tf="5m", stop=1),
    Case(text="scrap the size, and add a 10% target", given=KDJ, size=NOTHING, target=10),
    Case(text="hm that looks too risky to me", given=BANDS),
    Case(text="keep everything but use a 4% stop", given=BANDS, stop=4),
)  # fmt: skip

MIXED = (
    Case(text="RSI oversold 低于30 就 buy，overbought 高于70 就 sell，timeframe 1h", tf="1h", entry="RSI < 30", exit="RSI > 70", side="long"),
    Case(text="AAPL daily，close 站上 MA50 买入，stop 6%，target 15%", on="AAPL", tf="1d", entry="close x> SMA(50)", side="long", stop=6, target=15),
    Case(text="加个filter，volume要大于20日均量", given=BANDS, entry="close x> BOLL.upper & volume > VOLUME_SMA(20)"),
)  # fmt: skip
