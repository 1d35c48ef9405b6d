"""Second of five fresh tables, written and labelled before it was tried."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import NOTHING, SAID, Case, Plan

TREND = Plan(on="SOL/USDT", tf="4h", entry="close x> SMA(50)", exit="close x< SMA(50)", side="long", stop=5, size=30)
MACD = Plan(on="AAPL", tf="1d", entry="MACD.macd x> MACD.signal", exit="MACD.macd x< MACD.signal", side="long")

ZH = (
    Case(text="EMA12上穿EMA26开多，EMA12下穿EMA26平多，止损3%，止盈9%", entry="EMA(12) x> EMA(26)", exit="EMA(12) x< EMA(26)", side="long", stop=3, target=9),
    Case(text="RSI6小于20买入，RSI6大于80卖出，以太坊5分钟", on="ETH", tf="5m", entry="RSI(6) < 20", exit="RSI(6) > 80", side="long"),
    Case(text="收盘价高于布林上轨就做空，回到中轨平仓", entry="close > BOLL.upper", exit="close x< BOLL.middle", side="short"),
    Case(text="日线MACD在零轴下方金叉买入，零轴上方死叉卖出", tf="1d", entry="MACD.macd < 0 & MACD.macd x> MACD.signal", exit="MACD.macd > 0 & MACD.macd x< MACD.signal", side="long"),
    Case(text="突破前20根K线最高点买入，跌破前10根K线最低点卖出", entry="close x> DONCHIAN(20).upper[-1]", exit="close x< DONCHIAN(10).lower[-1]", side="long"),
    Case(text="20日均线向上且收盘价在20日均线上方，做多", entry="SMA(20) > SMA(20)[-1] & close > SMA(20)", side="long"),
    Case(text="成交量大于5日均量且收阳线，买", entry="volume > VOLUME_SMA(5) & close > open", side="long"),
    Case(text="特斯拉周线，ROC大于0买，小于0卖", on="TSLA", tf="1w", entry="ROC > 0", exit="ROC < 0", side="long"),
    Case(text="ADX超过25并且收盘价站上50日均线，开多仓，仓位四成", entry="ADX > 25 & close x> SMA(50)", side="long", size=40),
    Case(text="KDJ的K上穿D买，K下穿D卖，不做空", entry="KDJ.k x> KDJ.d", exit="KDJ.k x< KDJ.d", side="long"),
    Case(text="RSI低于30或者价格跌破布林下轨时买入", entry="RSI < 30 | close x< BOLL.lower", side="long"),
    Case(text="价格突破100整数关口买入", entry="close x> 100", side="long"),
    Case(text="金叉之后等回踩再买", side="long", unread=(SAID,)),
    Case(text="连续两次金叉才进场", unread=(SAID,)),
    Case(text="均线粘合后向上发散买入", side="long", unread=(SAID,), use="SMA()"),
    Case(text="赚了就加仓，亏了就减仓", unread=(SAID,)),
    Case(text="昨天涨停今天高开就追", side="long", unread=(SAID,)),
    Case(text="RSI在50上方拐头向下就平仓", exit="RSI > 50 & RSI < RSI[-1]"),
    Case(text="RSI从70以上回落到70以下做空", entry="RSI x< 70", side="short"),
    Case(text="亏损达到3%就止损，盈利达到6%就止盈", stop=3, target=6),
    Case(text="换成1小时图", given=TREND, tf="1h"),
    Case(text="均线从50换成100", given=TREND, entry="close x> SMA(100)", exit="close x< SMA(100)"),
    Case(text="仓位降到两成，止损收到3%", given=TREND, size=20, stop=3),
    Case(text="不要止损了", given=TREND, stop=NOTHING),
    Case(text="再加一个条件，RSI要大于50", given=MACD, entry="MACD.macd x> MACD.signal & RSI > 50"),
    Case(text="止损不变，其他都重来", given=TREND, unread=(SAID,)),
    Case(text="價格跌破季線停損出場", unread=(SAID,)),
    Case(text="當5日線向上穿越10日線時做多，反之做空", entry="SMA(5) x> SMA(10)", exit="SMA(5) x< SMA(10)", side="both"),
    Case(text="比特幣4小時圖，RSI跌破30買進，漲破70賣出，停利10%", on="BTC", tf="4h", entry="RSI x< 30", exit="RSI x> 70", side="long", target=10),
    Case(text="連續三根紅K就做空", side="short", unread=(SAID,)),
    Case(text="做個簡單的MACD策略，柱狀圖由負轉正買，由正轉負賣", entry="MACD.hist x> 0", exit="MACD.hist x< 0", side="long"),
)  # fmt: skip

EN = (
    Case(text="20 EMA crosses over 50 EMA = buy, crosses under = sell, 2% stop", entry="EMA(20) x> EMA(50)", exit="EMA(20) x< EMA(50)", side="long", stop=2),
    Case(text="BTCUSDT perp 15m: long when RSI(14) crosses above 30, close when RSI crosses below 70", on="BTC/USDT", kind="futures", tf="15m", entry="RSI x> 30", exit="RSI x< 70", side="long"),
    Case(text="Buy NVDA when the close is above the 20 day high and ADX is over 20, sell below the 10 day low", on="NVDA", entry="close > DONCHIAN(20).upper[-1] & ADX > 20", exit="close < DONCHIAN(10).lower[-1]", side="long"),
    Case(text="go short when price crosses below the 100 SMA and the MACD histogram is negative", entry="close x< SMA(100) & MACD.hist < 0", side="short"),
    Case(text="price closes outside the upper Bollinger band, go long, exit when it closes under the middle band", entry="close > BOLL.upper", exit="close < BOLL.middle", side="long"),
    Case(text="enter long when close > open for 3 bars in a row", entry="close > open & close[-1] > open[-1] & close[-2] > open[-2]", side="long"),
    Case(text="Simple mean reversion on the hourly: buy RSI < 25, sell RSI > 55, max 20 bars in the trade", tf="1h", entry="RSI < 25", exit="RSI > 55", side="long", bars=20),
    Case(text="risk 2% stop, 6% target, half my capital", stop=2, target=6, size=50),
    Case(text="MACD cross up while below zero, that's my long entry. MACD cross down is the exit", entry="MACD.macd x> MACD.signal & MACD.macd < 0", exit="MACD.macd x< MACD.signal", side="long"),
    Case(text="buy when K crosses above D and both are under 20 on the KDJ", entry="KDJ.k x> KDJ.d & KDJ.k < 20 & KDJ.d < 20", side="long"),
    Case(text="long on CCI > 100, short on CCI < -100", entry="CCI > 100", exit="CCI < -100", side="both"),
    Case(text="exit if volume dries up", unread=(SAID,)),
    Case(text="buy the second time RSI dips under 30", side="long", unread=(SAID,), use="RSI"),
    Case(text="long when the 20 SMA has been above the 50 SMA for at least 10 bars", side="long", unread=(), entry=" & ".join(f"SMA(20){a} > SMA(50){a}" for a in ("", *(f"[-{n}]" for n in range(1, 10))))),
    Case(text="buy if price drops 3% in one day", side="long", unread=(SAID,)),
    Case(text="sell half at 5% and the rest at 10%", unread=(SAID,)),
    Case(text="move the stop to breakeven after 2% profit", unread=(SAID,)),
    Case(text="buy when RSI makes a higher low", side="long", unread=(SAID,), use="RSI"),
    Case(text="if the candle closes in its top quarter, buy", side="long", unread=(SAID,)),
    Case(text="don't trade when ATR is above 3", unread=(SAID,), use="ATR"),
    Case(text="stop should be 4%, not 5%", given=TREND, stop=4),
    Case(text="let's use the 100 SMA rather than the 50", given=TREND, entry="close x> SMA(100)", exit="close x< SMA(100)"),
    Case(text="no stop please", given=TREND, stop=NOTHING),
    Case(text="also exit if RSI is over 80", given=MACD, exit="MACD.macd x< MACD.signal | RSI > 80"),
    Case(text="what's a good stop for SOL on 4h?", given=TREND),
    Case(text="switch it to TSLA, 1 hour", given=MACD, on="TSLA", tf="1h"),
)  # fmt: skip

MIXED = (
    Case(text="ETH 30m，boll下轨买入，上轨sell，stop loss 2%", on="ETH", tf="30m", stop=2, side="long", use="BOLL", unread=(SAID,)),
    Case(text="SMA20 上穿 SMA60 做 long，跌破 SMA60 就 exit", entry="SMA(20) x> SMA(60)", exit="close x< SMA(60)", side="long"),
    Case(text="用 4h 的 MACD golden cross 进场，death cross 出场，仓位 25%", tf="4h", entry="MACD.macd x> MACD.signal", exit="MACD.macd x< MACD.signal", size=25),
)  # fmt: skip
