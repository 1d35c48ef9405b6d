"""Twelfth of the fresh tables, written and labelled before it was tried: second thoughts that aim at one of several figures."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import NOTHING, SAID, Case, Plan

RSI = Plan(on="BTC", tf="4h", entry="RSI < 30", exit="RSI > 70", side="long", stop=3)
OPEN = Plan(on="BTC", tf="4h", entry="RSI < 30", side="long")
TREND = Plan(on="BTC", tf="4h", entry="RSI < 30 & close > SMA(200)", exit="RSI > 60", side="long", stop=3, size=25)
CROSS = Plan(on="ETH", tf="1h", entry="SMA(5) x> SMA(20)", exit="SMA(5) x< SMA(20)", side="long", stop=2, target=5)
CCI = Plan(entry="CCI x> -100", exit="CCI x< 100", side="long")
ADX = Plan(entry="ADX > 25 & MACD.macd x> MACD.signal", exit="MACD.macd x< MACD.signal", side="long", stop=4, bars=20)
TWINS = Plan(entry="RSI(60) < 40 & SMA(20) > SMA(60)", exit="RSI(60) > 60", side="long")

EN = (
    Case(text="not sure about 60, make it 65", given=TREND, exit="RSI > 65"),
    Case(text="I'm not sure about the 200, make it 150", given=TREND, entry="RSI < 30 & close > SMA(150)"),
    Case(text="30 is too low, make it 35", given=RSI, entry="RSI < 35"),
    Case(text="70 seems high, let's say 65", given=RSI, exit="RSI > 65"),
    Case(text="60 is wrong, change it to 50", given=TWINS, unread=(SAID,)),
    Case(text="make the exit 65", given=RSI, exit="RSI > 65"),
    Case(text="sell at 60 instead", given=RSI, exit="RSI > 60"),
    Case(text="buy at 25 instead of 30", given=RSI, entry="RSI < 25"),
    Case(text="change the entry to 28", given=RSI, entry="RSI < 28"),
    Case(text="lower the buy level to 25", given=RSI, entry="RSI < 25"),
    Case(text="raise the exit threshold to 75", given=RSI, exit="RSI > 75"),
    Case(text="make the entry 35 and the exit 65", given=RSI, entry="RSI < 35", exit="RSI > 65"),
    Case(text="make the exit 65 and the stop 2%", given=RSI, exit="RSI > 65", stop=2),
    Case(text="change the exit to 10", given=CROSS, unread=(SAID,)),
    Case(text="make the exit 65", given=CROSS, unread=(SAID,)),
    Case(text="exit at 70", given=OPEN, exit="RSI > 70"),
    Case(text="sell at 65", given=OPEN, exit="RSI > 65"),
    Case(text="out at 70, stop 3%", given=OPEN, exit="RSI > 70", stop=3),
    Case(text="70", given=OPEN, unread=(SAID,)),
    Case(text="sell at 45000", given=OPEN, unread=(SAID,)),
    Case(text="forget the 200 day filter", given=TREND, entry="RSI < 30"),
    Case(text="no, without the 200 day average", given=TREND, entry="RSI < 30"),
    Case(text="drop the moving average condition", given=TREND, entry="RSI < 30", no="SMA"),
    Case(text="remove the ADX filter", given=ADX, entry="MACD.macd x> MACD.signal", no="ADX"),
    Case(text="ADX above 30, not 25", given=ADX, entry="ADX > 30 & MACD.macd x> MACD.signal"),
    Case(text="use 20 instead of 25 for ADX", given=ADX, entry="ADX > 20 & MACD.macd x> MACD.signal"),
    Case(text="make it 10 bars instead of 20", given=ADX, bars=10),
    Case(text="the stop should be 5 instead of 4 percent", given=ADX, stop=5),
    Case(text="change 20 to 30", given=ADX, bars=30),
    Case(text="change 25 to 30", given=TREND, size=30),
    Case(text="size 30% instead of 25%", given=TREND, size=30),
    Case(text="make 20 30", given=CROSS, entry="SMA(5) x> SMA(30)", exit="SMA(5) x< SMA(30)"),
    Case(text="the 5 should be 8", given=CROSS, unread=(SAID,)),
    Case(text="the slow one 30 please", given=CROSS, entry="SMA(5) x> SMA(30)", exit="SMA(5) x< SMA(30)"),
    Case(text="-100 is too deep, use -80", given=CCI, entry="CCI x> -80"),
    Case(text="sell at 150 instead", given=CCI, exit="CCI x< 150"),
    Case(text="buy when RSI(6) is below 20 instead", given=RSI, entry="RSI(6) < 20"),
    Case(text="hmm, 3% is too tight, make it 5%", given=RSI, stop=5),
    Case(text="a 3% stop is too wide, 2% is enough", given=RSI, stop=2),
    Case(text="I want to trade ES futures on the 5 minute", tf="5m", kind="futures", unread=(SAID,)),
    Case(text="gold, 1 hour chart, buy when RSI is under 30", tf="1h", entry="RSI < 30", side="long", unread=(SAID,)),
    Case(text="trade only if MACD and RSI both give a buy signal", side="long", use="MACD RSI", unread=(SAID,)),
    Case(text="cancel the exit rule", given=RSI, exit=NOTHING),
    Case(text="swap the exit for a 10 bar hold", given=RSI, bars=10, unread=(SAID,)),
    Case(text="same but sell at 80", given=RSI, exit="RSI > 80"),
    Case(text="what if the exit was 65", given=RSI),
)  # fmt: skip

ZH = (
    Case(text="卖出改成65", given=RSI, exit="RSI > 65"),
    Case(text="买入改成25", given=RSI, entry="RSI < 25"),
    Case(text="60有点低，改成65", given=TREND, exit="RSI > 65"),
    Case(text="30太低了，改成35吧", given=RSI, entry="RSI < 35"),
    Case(text="200不太合适，换成150", given=TREND, entry="RSI < 30 & close > SMA(150)"),
    Case(text="卖点改到75", given=RSI, exit="RSI > 75"),
    Case(text="买点调到28", given=RSI, entry="RSI < 28"),
    Case(text="出场阈值改成65", given=RSI, exit="RSI > 65"),
    Case(text="买入阈值降到20，卖出阈值升到80", given=RSI, entry="RSI < 20", exit="RSI > 80"),
    Case(text="买入改成25，卖出改成75", given=RSI, entry="RSI < 25", exit="RSI > 75"),
    Case(text="70卖", given=OPEN, exit="RSI > 70"),
    Case(text="到70就卖", given=OPEN, exit="RSI > 70"),
    Case(text="70出场，止损3%", given=OPEN, exit="RSI > 70", stop=3),
    Case(text="涨到45000卖", given=OPEN, unread=(SAID,)),
    Case(text="卖出改成65", given=CROSS, unread=(SAID,)),
    Case(text="不要200日均线那个条件了", given=TREND, entry="RSI < 30"),
    Case(text="均线过滤去掉", given=TREND, entry="RSI < 30", no="SMA"),
    Case(text="ADX改成大于30", given=ADX, entry="ADX > 30 & MACD.macd x> MACD.signal"),
    Case(text="25改成30", given=ADX, entry="ADX > 30 & MACD.macd x> MACD.signal"),
    Case(text="20改成30", given=ADX, bars=30),
    Case(text="3%太紧了，放宽到5%", given=RSI, stop=5),
    Case(text="3改成5", given=RSI, stop=5),
    Case(text="RSI卖出那边改成80", given=RSI, exit="RSI > 80"),
    Case(text="止损4个点，不是3个点", given=RSI, stop=4),
    Case(text="做黄金，1小时", tf="1h", unread=(SAID,)),
    Case(text="台積電日線，RSI低於30買進", tf="1d", entry="RSI < 30", side="long", unread=(SAID,)),
    Case(text="KDJ和MACD都给出卖出信号再走", use="KDJ MACD", unread=(SAID,)),
    Case(text="慢线30", given=CROSS, entry="SMA(5) x> SMA(30)", exit="SMA(5) x< SMA(30)"),
    Case(text="5换成8", given=CROSS, unread=(SAID,)),
    Case(text="出场不改，入场改成35", given=RSI, entry="RSI < 35"),
    Case(text="如果卖出是65呢？", given=RSI),
    Case(text="其他不变，卖在80", given=RSI, exit="RSI > 80"),
)  # fmt: skip
