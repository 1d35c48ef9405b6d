"""Moving averages: crosses, prices above and below, kinds, stacks, slopes."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import SAID, Case

ZH = (
    Case(text="五日均线上穿二十日均线就买入", entry="SMA(5) x> SMA(20)", side="long"),
    Case(text="五日均線上穿十日均線買入，下穿賣出", entry="SMA(5) x> SMA(10)", exit="SMA(5) x< SMA(10)", side="long"),
    Case(text="ＭＡ５上穿ＭＡ１０的时候买，ＭＡ５下穿ＭＡ１０的时候卖", entry="SMA(5) x> SMA(10)", exit="SMA(5) x< SMA(10)", side="long"),
    Case(text="10日线金叉30日线开多，死叉就平仓", entry="SMA(10) x> SMA(30)", exit="SMA(10) x< SMA(30)", side="long"),
    Case(text="价格站上60日均线买入，跌破60日均线卖出", entry="close x> SMA(60)", exit="close x< SMA(60)", side="long"),
    Case(text="收盘价在两百日均线之上，而且5日线上穿10日线时做多", entry="close > SMA(200) & SMA(5) x> SMA(10)", side="long"),
    Case(text="用12和26的指数均线，金叉进场，死叉出场", entry="EMA(12) x> EMA(26)", exit="EMA(12) x< EMA(26)"),
    Case(text="EMA20上穿EMA50做多，反过来就平掉", entry="EMA(20) x> EMA(50)", exit="EMA(20) x< EMA(50)", side="long"),
    Case(text="5日、10日、20日均线多头排列时买入", entry="SMA(5) > SMA(10) & SMA(10) > SMA(20)", side="long"),
    Case(text="均线空头排列（5、10、20）时做空", entry="SMA(5) < SMA(10) & SMA(10) < SMA(20)", side="short"),
    Case(text="20日均线向上，并且股价突破20日线，买入", entry="SMA(20) > SMA(20)[-1] & close x> SMA(20)", side="long"),
    Case(text="加权均线10上穿加权均线30买入", entry="WMA(10) x> WMA(30)", side="long"),
    Case(text="收盘跌破十日线离场", exit="close x< SMA(10)"),
    Case(text="短期均线上穿长期均线就买，短期用7，长期用25", entry="SMA(7) x> SMA(25)", side="long"),
    Case(text="双均线策略，快线10慢线60，金叉上车死叉下车", entry="SMA(10) x> SMA(60)", exit="SMA(10) x< SMA(60)", side="long"),
    Case(text="想做一个均线策略", use="SMA"),
    Case(text="MA10和MA20死叉时做空", entry="SMA(10) x< SMA(20)", side="short"),
    Case(text="均线金叉买入", entry="SMA x> SMA", side="long", unread=()),
    Case(text="股价高于年线（250日均线）时买入", entry="close > SMA(250)", side="long"),
    Case(text="EMA9大于EMA21的时候持多，买入条件就是这个", entry="EMA(9) > EMA(21)", side="long"),
)  # fmt: skip

EN = (
    Case(text="Buy when the ten-day moving average crosses above the thirty-day moving average", entry="SMA(10) x> SMA(30)", side="long"),
    Case(text="buy on a 50/200 golden cross, sell on the death cross", entry="SMA(50) x> SMA(200)", exit="SMA(50) x< SMA(200)", side="long"),
    Case(text="go long when the 9 EMA crosses over the 21 EMA, close when it crosses back under", entry="EMA(9) x> EMA(21)", exit="EMA(9) x< EMA(21)", side="long"),
    Case(text="Enter when price closes above the 200 day SMA", entry="close > SMA(200)"),
    Case(text="exit if price falls below the 20 ema", exit="close x< EMA(20)"),
    Case(text="short when EMA(12) crosses below EMA(26), cover when EMA(12) crosses above EMA(26)", entry="EMA(12) x< EMA(26)", exit="EMA(12) x> EMA(26)", side="short"),
    Case(text="I want to buy whenever the fast moving average (10) goes above the slow one (40)", entry="SMA(10) x> SMA(40)", side="long"),
    Case(text="weighted moving average of 15 crossing above the 45 period weighted moving average is my entry", entry="WMA(15) x> WMA(45)"),
    Case(text="Buy if close > SMA(50) and SMA(50) > SMA(200).", entry="close > SMA(50) & SMA(50) > SMA(200)", side="long"),
    Case(text="sell when the close drops under the twenty period exponential moving average", exit="close x< EMA(20)"),
    Case(text="Just a plain 20/50 SMA crossover: buy the cross up, sell the cross down.", entry="SMA(20) x> SMA(50)", exit="SMA(20) x< SMA(50)", side="long"),
    Case(text="long above the 100 SMA, exit below it", entry="close > SMA(100)", exit="close < SMA(100)", side="long"),
    Case(text="Buy when the 20 SMA is rising and price crosses above it", entry="SMA(20) > SMA(20)[-1] & close x> SMA(20)", side="long"),
    Case(text="when the 5 sma is above the 10 sma and the 10 sma is above the 20 sma, buy", entry="SMA(5) > SMA(10) & SMA(10) > SMA(20)", side="long"),
    Case(text="moving average crossover please", use="SMA"),
    Case(text="Let's use EMA 8 and EMA 34", use="EMA(8) EMA(34)"),
    Case(text="buy when 5MA crosses 20MA from below", entry="SMA(5) x> SMA(20)", side="long"),
    Case(text="open a long when the three bar SMA gets above the eight bar SMA", entry="SMA(3) x> SMA(8)", side="long"),
    Case(text="sell everything once EMA 13 is below EMA 48", exit="EMA(13) < EMA(48)"),
    Case(text="price dips below the 50-period WMA -> buy", entry="close x< WMA(50)", side="long"),
)  # fmt: skip

MIXED = (
    Case(text="SMA 5 上穿 SMA 20 buy，下穿 sell", entry="SMA(5) x> SMA(20)", exit="SMA(5) x< SMA(20)", side="long"),
    Case(text="price 站上 EMA50 就 long", entry="close x> EMA(50)", side="long"),
    Case(text="golden cross 买入 death cross 卖出，用MA10/MA30", entry="SMA(10) x> SMA(30)", exit="SMA(10) x< SMA(30)", side="long"),
    Case(text="金叉买入", side="long", unread=(SAID,)),
)  # fmt: skip
