"""Several conditions together: and, or, both, either, at the same time, groups."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import Case

ZH = (
    Case(text="RSI小于30并且MACD金叉时买入", entry="RSI < 30 & MACD.macd x> MACD.signal", side="long"),
    Case(text="RSI小于30，同时价格跌破布林下轨，买入", entry="RSI < 30 & close x< BOLL.lower", side="long"),
    Case(text="RSI低于30且（MACD金叉或KDJ金叉）时做多", entry="RSI < 30 & (MACD.macd x> MACD.signal | KDJ.k x> KDJ.d)", side="long"),
    Case(text="（5日线上穿10日线或者MACD金叉）并且ADX大于25，买入", entry="(SMA(5) x> SMA(10) | MACD.macd x> MACD.signal) & ADX > 25", side="long"),
    Case(text="RSI高于70或者跌破20日均线就卖出", exit="RSI > 70 | close x< SMA(20)"),
    Case(text="MACD死叉或RSI高于75或价格跌破60日线，任意一个满足就平仓", exit="MACD.macd x< MACD.signal | RSI > 75 | close x< SMA(60)"),
    Case(text="要同时满足：收盘价在200日线上方、RSI低于40、KDJ金叉，才买入", entry="close > SMA(200) & RSI < 40 & KDJ.k x> KDJ.d", side="long"),
    Case(text="EMA10在EMA30上方，且CCI上穿-100，且成交量大于20日均量，进场", entry="EMA(10) > EMA(30) & CCI x> -100 & volume > VOLUME_SMA(20)"),
    Case(text="买入条件是MACD金叉以及RSI大于50，卖出条件是MACD死叉或者RSI小于40", entry="MACD.macd x> MACD.signal & RSI > 50", exit="MACD.macd x< MACD.signal | RSI < 40", side="long"),
    Case(text="KDJ金叉而且J值低于50，做多；KDJ死叉，平多", entry="KDJ.k x> KDJ.d & KDJ.j < 50", exit="KDJ.k x< KDJ.d", side="long"),
    Case(text="入场：1、5日线在20日线上方；2、RSI大于55。出场：RSI小于45", entry="SMA(5) > SMA(20) & RSI > 55", exit="RSI < 45"),
    Case(text="昨天的收盘价低于布林下轨，今天收盘价高于布林下轨，买入", entry="close[-1] < BOLL.lower & close > BOLL.lower", side="long"),
    Case(text="MACD金叉，但是RSI不能高于70，买入", entry="MACD.macd x> MACD.signal & RSI <= 70", side="long"),
)  # fmt: skip

EN = (
    Case(text="buy when RSI is below 30 and MACD crosses above its signal line", entry="RSI < 30 & MACD.macd x> MACD.signal", side="long"),
    Case(text="Buy if RSI < 30 and (MACD golden cross or KDJ golden cross)", entry="RSI < 30 & (MACD.macd x> MACD.signal | KDJ.k x> KDJ.d)", side="long"),
    Case(text="enter long when (close > SMA(50) or RSI > 60) and ADX > 20", entry="(close > SMA(50) | RSI > 60) & ADX > 20", side="long"),
    Case(text="sell when RSI is over 70 or price crosses below the 20 EMA", exit="RSI > 70 | close x< EMA(20)"),
    Case(text="buy when price is above the 200 SMA and either RSI is below 30 or CCI is below -100", entry="close > SMA(200) & (RSI < 30 | CCI < -100)", side="long"),
    Case(text="all of these must hold to buy: close above SMA 50, RSI above 50, MACD histogram above 0", entry="close > SMA(50) & RSI > 50 & MACD.hist > 0", side="long"),
    Case(text="exit if any of these happens: RSI above 80, close below SMA 20, MACD death cross", exit="RSI > 80 | close < SMA(20) | MACD.macd x< MACD.signal"),
    Case(text="Buy when both RSI(14) is below 35 and the close is below the lower Bollinger band.", entry="RSI < 35 & close < BOLL.lower", side="long"),
    Case(text="long entry: EMA 20 above EMA 50, plus KDJ golden cross. long exit: KDJ death cross.", entry="EMA(20) > EMA(50) & KDJ.k x> KDJ.d", exit="KDJ.k x< KDJ.d", side="long"),
    Case(text="buy when yesterday's close was below the 20 SMA and today's close is above it", entry="close[-1] < SMA(20) & close > SMA(20)", side="long"),
    Case(text="buy when MACD crosses up but only if RSI is under 60", entry="MACD.macd x> MACD.signal & RSI < 60", side="long"),
    Case(text="sell short if price is below SMA 100 && RSI > 60", entry="close < SMA(100) & RSI > 60", side="short"),
    Case(text="enter when price breaks the 20-bar high while volume is above its 20-bar average, exit when price drops below the 10-bar low or RSI exceeds 80", entry="close x> DONCHIAN(20).upper[-1] & volume > VOLUME_SMA(20)", exit="close x< DONCHIAN(10).lower[-1] | RSI > 80"),
)  # fmt: skip

MIXED = (
    Case(text="RSI<30 且 MACD golden cross 就买", entry="RSI < 30 & MACD.macd x> MACD.signal", side="long"),
    Case(text="buy: MACD金叉 and RSI低于60 and 价格在EMA200上方", entry="MACD.macd x> MACD.signal & RSI < 60 & close > EMA(200)", side="long"),
    Case(text="RSI > 70 or 跌破 MA20 就平仓", exit="RSI > 70 | close x< SMA(20)"),
)  # fmt: skip
