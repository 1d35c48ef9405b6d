"""Second thoughts: what the spec holds is changed by a later message."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import NOTHING, Case, Plan

CROSS = Plan(
    entry="SMA(5) x> SMA(10)", exit="SMA(5) x< SMA(10)", side="long", stop=2, target=6, size=50, tf="15m", on="BTC/USDT"
)
RSI = Plan(entry="RSI < 30", exit="RSI > 70", side="long", stop=2)
MACD = Plan(entry="MACD.macd x> MACD.signal", exit="MACD.macd x< MACD.signal", side="long")
BOLL = Plan(entry="close x< BOLL.lower", exit="close x> BOLL.upper", side="long")
BOTH = Plan(entry="SMA(5) x> SMA(10)", exit="SMA(5) x< SMA(10)", side="both")

ZH = (
    Case(text="改成10日和30日", given=CROSS, entry="SMA(10) x> SMA(30)", exit="SMA(10) x< SMA(30)"),
    Case(text="均线换成十日和六十日吧", given=CROSS, entry="SMA(10) x> SMA(60)", exit="SMA(10) x< SMA(60)"),
    Case(text="还是用EMA吧", given=CROSS, entry="EMA(5) x> EMA(10)", exit="EMA(5) x< EMA(10)"),
    Case(text="把10日改成20日", given=CROSS, entry="SMA(5) x> SMA(20)", exit="SMA(5) x< SMA(20)"),
    Case(text="止损改成4%", given=CROSS, stop=4),
    Case(text="止损再宽一点，5%吧", given=CROSS, stop=5),
    Case(text="仓位降到三成", given=CROSS, size=30),
    Case(text="周期换成4小时", given=CROSS, tf="4h"),
    Case(text="不做比特币了，换成ETH/USDT", given=CROSS, on="ETH/USDT"),
    Case(text="另外加一个条件，RSI低于70", given=CROSS, entry="SMA(5) x> SMA(10) & RSI < 70", unread=()),
    Case(text="买入再加上MACD金叉", given=CROSS, entry="SMA(5) x> SMA(10) & MACD.macd x> MACD.signal"),
    Case(text="出场改为跌破20日均线", given=CROSS, exit="close x< SMA(20)"),
    Case(text="RSI周期改成6", given=RSI, entry="RSI(6) < 30", exit="RSI(6) > 70"),
    Case(text="买入改成RSI低于20", given=RSI, entry="RSI < 20"),
    Case(text="把30改成25", given=RSI, entry="RSI < 25"),
    Case(text="MACD参数改成6,13,5", given=MACD, entry="MACD(6,13,5).macd x> MACD(6,13,5).signal", exit="MACD(6,13,5).macd x< MACD(6,13,5).signal"),
    Case(text="布林带改成26周期，3倍标准差", given=BOLL, entry="close x< BOLL(26,3).lower", exit="close x> BOLL(26,3).upper"),
    Case(text="不用MACD了，改用KDJ金叉买入、死叉卖出", given=MACD, entry="KDJ.k x> KDJ.d", exit="KDJ.k x< KDJ.d", no="MACD"),
    Case(text="只做多，不要做空", given=BOTH, side="long"),
    Case(text="改成双向", given=CROSS, side="both"),
    Case(text="撤回", given=CROSS, unread=("undo",)),
    Case(text="撤销上一步", given=RSI, unread=("undo",)),
    Case(text="卖出条件再加一个：或者持有超过20根K线", given=RSI, bars=20),
    Case(text="回到中轨就卖吧", given=BOLL, exit="close x> BOLL.middle"),
    Case(text="快线改成8日", given=CROSS, entry="SMA(8) x> SMA(10)", exit="SMA(8) x< SMA(10)"),
    Case(text="出场条件不要了，只用止盈止损", given=CROSS, exit=NOTHING),
)  # fmt: skip

EN = (
    Case(text="change it to 10 and 30", given=CROSS, entry="SMA(10) x> SMA(30)", exit="SMA(10) x< SMA(30)"),
    Case(text="make that 20 and 60 instead", given=CROSS, entry="SMA(20) x> SMA(60)", exit="SMA(20) x< SMA(60)"),
    Case(text="actually use EMAs", given=CROSS, entry="EMA(5) x> EMA(10)", exit="EMA(5) x< EMA(10)"),
    Case(text="replace the 10 day with a 20 day", given=CROSS, entry="SMA(5) x> SMA(20)", exit="SMA(5) x< SMA(20)"),
    Case(text="stop at 4 percent", given=CROSS, stop=4),
    Case(text="make the stop 3% instead of 2%", given=CROSS, stop=3),
    Case(text="let's widen the stop to 5%", given=CROSS, stop=5),
    Case(text="reduce the position to 20%", given=CROSS, size=20),
    Case(text="switch to the 4 hour chart", given=CROSS, tf="4h"),
    Case(text="no wait, ETH/USDT rather than BTC/USDT", given=CROSS, on="ETH/USDT"),
    Case(text="also require RSI below 70 to buy", given=CROSS, entry="SMA(5) x> SMA(10) & RSI < 70"),
    Case(text="add RSI above 50 to the entry", given=CROSS, entry="SMA(5) x> SMA(10) & RSI > 50"),
    Case(text="also exit when RSI goes above 80", given=CROSS, exit="SMA(5) x< SMA(10) | RSI x> 80"),
    Case(text="change the exit to a close below the 20 SMA", given=CROSS, exit="close < SMA(20)"),
    Case(text="set the RSI period to 6", given=RSI, entry="RSI(6) < 30", exit="RSI(6) > 70"),
    Case(text="buy when RSI is below 20 instead", given=RSI, entry="RSI < 20"),
    Case(text="change 30 to 25", given=RSI, entry="RSI < 25"),
    Case(text="MACD with 8, 21 and 5 please", given=MACD, entry="MACD(8,21,5).macd x> MACD(8,21,5).signal", exit="MACD(8,21,5).macd x< MACD(8,21,5).signal"),
    Case(text="make the bands 2.5 wide", given=BOLL, entry="close x< BOLL(20,2.5).lower", exit="close x> BOLL(20,2.5).upper"),
    Case(text="no, without MACD; buy on a KDJ golden cross instead", given=MACD, entry="KDJ.k x> KDJ.d", exit=NOTHING, no="MACD"),
    Case(text="long only after all", given=BOTH, side="long"),
    Case(text="let it go short as well, both directions", given=CROSS, side="both"),
    Case(text="undo", given=CROSS, unread=("undo",)),
    Case(text="take that back", given=CROSS, unread=("undo",)),
    Case(text="the slow one should be 50", given=CROSS, entry="SMA(5) x> SMA(50)", exit="SMA(5) x< SMA(50)"),
    Case(text="sell when it gets back to the middle band instead", given=BOLL, exit="close x> BOLL.middle"),
    Case(text="hmm, 3% stop and 9% target then", given=CROSS, stop=3, target=9),
)  # fmt: skip

MIXED = (
    Case(text="改成 EMA 吧", given=CROSS, entry="EMA(5) x> EMA(10)", exit="EMA(5) x< EMA(10)"),
    Case(text="stop loss 改成 3%", given=CROSS, stop=3),
    Case(text="timeframe 换成 1h", given=CROSS, tf="1h"),
    Case(text="undo 一下", given=CROSS, unread=("undo",)),
)  # fmt: skip
