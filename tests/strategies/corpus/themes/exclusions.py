"""What is not wanted: indicators, stops, targets, directions."""

from tests.strategies.corpus.case import NOTHING, Case, Plan

MACD_RSI = Plan(entry="MACD.macd x> MACD.signal & RSI < 30", exit="MACD.macd x< MACD.signal", side="long")
FULL = Plan(
    entry="SMA(5) x> SMA(10)", exit="SMA(5) x< SMA(10)", side="long", stop=2, target=6, trail=3, size=50, bars=20
)

ZH = (
    Case(text="不想用布林带", no="BOLL"),
    Case(text="不想用布林带，用RSI", no="BOLL", use="RSI"),
    Case(text="不要MACD和KDJ", no="MACD KDJ"),
    Case(text="別用KDJ", no="KDJ"),
    Case(text="不考虑均线，只用RSI，低于30买入", no="SMA", entry="RSI < 30", side="long"),
    Case(text="去掉MACD", given=MACD_RSI, entry="RSI < 30", exit=NOTHING, no="MACD"),
    Case(text="RSI就不要了", given=MACD_RSI, entry="MACD.macd x> MACD.signal", no="RSI"),
    Case(text="不设止盈", given=FULL, target=NOTHING),
    Case(text="不要止损了", given=FULL, stop=NOTHING),
    Case(text="取消移动止损", given=FULL, trail=NOTHING),
    Case(text="持仓时间不限制", given=FULL, bars=NOTHING),
    Case(text="不用布林带，改用唐奇安通道，突破上轨买入", no="BOLL", entry="close x> DONCHIAN.upper[-1]", side="long"),
    Case(text="不是用KDJ，是用RSI", no="KDJ", use="RSI"),
    Case(text="RSI高于70的时候不要买", unread=("negated_action",), use="RSI"),
    Case(text="不做空", side="long"),
    Case(text="我不喜欢ATR这个指标，别加进来", no="ATR"),
)  # fmt: skip

EN = (
    Case(text="no MACD please", no="MACD"),
    Case(text="I don't want Bollinger bands", no="BOLL"),
    Case(text="without KDJ and without RSI", no="KDJ RSI"),
    Case(text="please don't use moving averages, use RSI instead", no="SMA", use="RSI"),
    Case(text="no, without MACD", given=MACD_RSI, entry="RSI < 30", exit=NOTHING, no="MACD"),
    Case(text="drop the RSI", given=MACD_RSI, entry="MACD.macd x> MACD.signal", no="RSI"),
    Case(text="forget the RSI filter", given=MACD_RSI, entry="MACD.macd x> MACD.signal", no="RSI"),
    Case(text="no take profit", given=FULL, target=NOTHING),
    Case(text="remove the stop loss", given=FULL, stop=NOTHING),
    Case(text="never mind the trailing stop", given=FULL, trail=NOTHING),
    Case(text="I don't need a trailing stop", given=FULL, trail=NOTHING),
    Case(text="no time limit on holding", given=FULL, bars=NOTHING),
    Case(text="anything but Bollinger", no="BOLL"),
    Case(text="not KDJ but RSI", no="KDJ", use="RSI"),
    Case(text="don't buy when RSI is above 70", unread=("negated_action",), use="RSI"),
    Case(text="no shorting", side="long"),
    Case(text="I hate ATR, leave it out", no="ATR"),
)  # fmt: skip

MIXED = (
    Case(text="不要 Bollinger，用 MACD golden cross 买入", no="BOLL", entry="MACD.macd x> MACD.signal", side="long"),
    Case(text="no KDJ，只要RSI", no="KDJ", use="RSI"),
    Case(text="remove 止盈", given=FULL, target=NOTHING),
)  # fmt: skip
