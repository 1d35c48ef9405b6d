"""Eleventh of the fresh tables, written and labelled before it was tried."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import SAID, Case, Plan

DAILY = Plan(on="MSFT", tf="1d", entry="SMA(20) x> SMA(50)", exit="close x< SMA(50)", side="long", stop=5)
FAST = Plan(
    on="ETH/USDT",
    tf="15m",
    entry="RSI x> 30 & volume > VOLUME_SMA(20)",
    exit="RSI x< 70",
    side="long",
    stop=1.5,
    target=3,
    size=25,
)

ZH = (
    Case(text="EMA6上穿EMA18就做多，EMA6下穿EMA18就平仓，狗狗币15分钟，止损2%", on="DOGE", tf="15m", entry="EMA(6) x> EMA(18)", exit="EMA(6) x< EMA(18)", side="long", stop=2),
    Case(text="收盘价在200日均线上方时，RSI低于40买入，RSI高于60卖出", entry="close > SMA(200) & RSI < 40", exit="RSI > 60", side="long"),
    Case(text="价格跌破布林下轨买入，反弹到布林中轨卖出，仓位20%", entry="close x< BOLL.lower", exit="close x> BOLL.middle", side="long", size=20),
    Case(text="MACD在零轴下方金叉做多，零轴上方死叉平多", entry="MACD.macd < 0 & MACD.macd x> MACD.signal", exit="MACD.macd > 0 & MACD.macd x< MACD.signal", side="long"),
    Case(text="谷歌日线，突破20日高点买入，跌破20日均线卖出，移动止损6%", on="GOOGL", tf="1d", entry="close x> DONCHIAN(20).upper[-1]", exit="close x< SMA(20)", side="long", trail=6),
    Case(text="K值和D值都小于20并且金叉时买入", entry="KDJ.k < 20 & KDJ.d < 20 & KDJ.k x> KDJ.d", side="long"),
    Case(text="ROC大于5且ADX大于25，开多；ROC小于0，平多", entry="ROC > 5 & ADX > 25", exit="ROC < 0", side="long"),
    Case(text="收盘价低于开盘价并且低于昨天最低价，做空", entry="close < open & close < low[-1]", side="short"),
    Case(text="10日均线向下且收盘价小于10日均线就做空", entry="SMA(10) < SMA(10)[-1] & close < SMA(10)", side="short"),
    Case(text="成交量大于20日均量，收盘价上穿EMA20，买", entry="volume > VOLUME_SMA(20) & close x> EMA(20)", side="long"),
    Case(text="持有30根K线后平仓，止损5%", bars=30, stop=5),
    Case(text="做空：RSI上穿80；平空：RSI下穿50", entry="RSI x> 80", exit="RSI x< 50", side="short"),
    Case(text="有主力吸筹迹象就买", side="long", unread=(SAID,)),
    Case(text="价格突破下降趋势线买入", side="long", unread=(SAID,)),
    Case(text="两根K线吞没形态做多", side="long", unread=(SAID,)),
    Case(text="RSI跌破30后三天内没反弹就止损", use="RSI", unread=(SAID,)),
    Case(text="赚够了就收手", unread=(SAID,)),
    Case(text="越跌越买，每跌5%加一成", unread=(SAID,)),
    Case(text="参考比特币走势操作以太坊", unread=(SAID,)),
    Case(text="等放量突破确认后第二天开盘买", side="long", use="VOLUME_SMA", unread=(SAID,)),
    Case(text="均线附近震荡就不操作", use="SMA()", unread=(SAID,)),
    Case(text="把出场改成RSI大于75", given=FAST, exit="RSI > 75"),
    Case(text="成交量那个条件不要了", given=FAST, unread=(SAID,)),
    Case(text="止损从1.5%改成2%", given=FAST, stop=2),
    Case(text="50日均线换成EMA50", given=DAILY, entry="SMA(20) x> EMA(50)", exit="close x< EMA(50)"),
    Case(text="再加一个出场：持有超过60根", given=DAILY, bars=60),
    Case(text="好像还不错，先看看", given=DAILY),
    Case(text="當收盤價突破前20根K線最高價時做多，跌破前10根K線最低價時平倉，停損3%", entry="close x> DONCHIAN(20).upper[-1]", exit="close x< DONCHIAN(10).lower[-1]", side="long", stop=3),
    Case(text="蘋果日線，KDJ黃金交叉而且RSI小於50時買進", on="AAPL", tf="1d", entry="KDJ.k x> KDJ.d & RSI < 50", side="long"),
    Case(text="帶量長紅就追", side="long", unread=(SAID,)),
    Case(text="CCI由下往上穿越100買進，由上往下穿越-100賣出", entry="CCI x> 100", exit="CCI x< -100", side="long"),
)  # fmt: skip

EN = (
    Case(text="when the 30 EMA crosses above the 60 EMA buy, when it crosses below sell. XRP 1h, stop 4%", on="XRP", tf="1h", entry="EMA(30) x> EMA(60)", exit="EMA(30) x< EMA(60)", side="long", stop=4),
    Case(text="short if RSI(14) > 75 and price is above the upper Bollinger band; cover if RSI(14) < 50", entry="RSI > 75 & close > BOLL.upper", exit="RSI < 50", side="short"),
    Case(text="buy when the MACD histogram is rising and above zero, exit when it falls below zero", entry="MACD.hist > MACD.hist[-1] & MACD.hist > 0", exit="MACD.hist x< 0", side="long"),
    Case(text="SPY daily: buy when RSI(2) is below 5 and the close is above the 200 SMA, sell when RSI(2) is above 70", on="SPY", tf="1d", entry="RSI(2) < 5 & close > SMA(200)", exit="RSI(2) > 70", side="long"),
    Case(text="long when CCI crosses above 0, exit when CCI crosses below 0, 30m bars", tf="30m", entry="CCI x> 0", exit="CCI x< 0", side="long"),
    Case(text="get long on a close above the 20 bar high with ADX over 20", entry="close > DONCHIAN(20).upper[-1] & ADX > 20", side="long"),
    Case(text="buy when the close is above the open and volume is above its 20 bar average", entry="close > open & volume > VOLUME_SMA(20)", side="long"),
    Case(text="position size 15%, stop 3%, target 9%, time stop after 20 bars", size=15, stop=3, target=9, bars=20),
    Case(text="sell when K crosses below D above 80 on KDJ", exit="KDJ.k x< KDJ.d & KDJ.k > 80"),
    Case(text="enter short when the 5 SMA is below the 15 SMA and the 15 SMA is below the 45 SMA", entry="SMA(5) < SMA(15) & SMA(15) < SMA(45)", side="short"),
    Case(text="close longs if the close is under the 20 EMA for 2 bars in a row", exit="close < EMA(20) & close[-1] < EMA(20)[-1]"),
    Case(text="long when price crosses above the 21 EMA, flat when it crosses back below", entry="close x> EMA(21)", exit="close x< EMA(21)", side="long"),
    Case(text="buy the retracement to 61.8%", side="long", unread=(SAID,)),
    Case(text="when the weekly closes green, buy on monday", side="long", unread=(SAID,)),
    Case(text="buy when volume spikes", side="long", unread=(SAID,)),
    Case(text="buy when the 50 day crosses the 200 day for the first time this year", side="long", use="SMA(50) SMA(200)", unread=(SAID,)),
    Case(text="let it run as long as momentum is good", unread=(SAID,)),
    Case(text="sell the losers, keep the winners", unread=(SAID,)),
    Case(text="go long if at least two of RSI, MACD and KDJ are bullish", side="long", use="RSI MACD KDJ", unread=(SAID,)),
    Case(text="buy when price drops to 95% of the 20 day average", side="long", use="SMA(20)", unread=(SAID,)),
    Case(text="change the target to 4% and the size to 30%", given=FAST, target=4, size=30),
    Case(text="drop the volume condition", given=FAST, unread=(SAID,)),
    Case(text="buy at RSI 25 instead of 30", given=FAST, entry="RSI x> 25 & volume > VOLUME_SMA(20)"),
    Case(text="use 10 and 40 for the averages", given=DAILY, entry="SMA(10) x> SMA(40)", exit="close x< SMA(40)"),
    Case(text="no, keep the stop where it is", given=DAILY),
    Case(text="could this work on crypto?", given=DAILY),
)  # fmt: skip

MIXED = (
    Case(text="AMZN daily，收盘价break above 50日high就买，trailing stop 10%", on="AMZN", tf="1d", entry="close x> DONCHIAN(50).upper[-1]", side="long", trail=10),
    Case(text="RSI<30且KDJ golden cross买入，RSI>70卖出", entry="RSI < 30 & KDJ.k x> KDJ.d", exit="RSI > 70", side="long"),
    Case(text="take profit改成5%，stop不动", given=FAST, target=5),
)  # fmt: skip
