"""A second held-out table, written and measured once after all other tables were mended for."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import NOTHING, SAID, Case, Plan

PLAN = Plan(on="BTC/USDT", tf="15m", entry="RSI < 30", exit="RSI > 70", side="long", stop=2, target=6, size=50)
CROSS = Plan(entry="SMA(10) x> SMA(20)", exit="SMA(10) x< SMA(20)", side="long")

ZH = (
    Case(text="比特币1小时K线，MA7上穿MA30买入，MA7下穿MA30卖出，止损3个点，止盈9个点", on="BTC", tf="1h", entry="SMA(7) x> SMA(30)", exit="SMA(7) x< SMA(30)", side="long", stop=3, target=9),
    Case(text="如果RSI掉到30下面我就买入，等它回到50上面再卖出", entry="RSI < 30", exit="RSI x> 50", side="long"),
    Case(text="收盘价跌到布林带下轨之下做多，涨到布林带上轨之上平仓", entry="close < BOLL.lower", exit="close > BOLL.upper", side="long"),
    Case(text="特斯拉日线，突破20天高点买，仓位30%，止损8%", on="TSLA", tf="1d", entry="close x> DONCHIAN(20).upper[-1]", side="long", size=30, stop=8),
    Case(text="KDJ在20以下金叉买入", entry="KDJ.k < 20 & KDJ.k x> KDJ.d", side="long"),
    Case(text="只用MACD和成交量：MACD金叉，成交量大于10日均量，买", entry="MACD.macd x> MACD.signal & volume > VOLUME_SMA(10)", side="long"),
    Case(text="EMA20大于EMA60时只做多，回踩不管", unread=(SAID,), side="long", use="EMA(20) EMA(60)"),
    Case(text="止损从2%改到3%", given=PLAN, stop=3),
    Case(text="不止盈了", given=PLAN, target=NOTHING),
    Case(text="把买入的RSI改成25", given=PLAN, entry="RSI < 25"),
    Case(text="标的换成以太坊，其他照旧", given=PLAN, on="ETH"),
    Case(text="均线换成指数均线，周期不变", given=CROSS, entry="EMA(10) x> EMA(20)", exit="EMA(10) x< EMA(20)"),
    Case(text="买入的时候还要求收盘价大于开盘价", given=PLAN, entry="RSI < 30 & close > open"),
    Case(text="这两个指标冲突吗？", given=PLAN),
    Case(text="ATR止损怎么设置？", given=PLAN),
    Case(text="满足以下任一条件卖出：RSI大于75、MACD死叉、跌破EMA50", exit="RSI > 75 | MACD.macd x< MACD.signal | close x< EMA(50)"),
    Case(text="三天不涨就卖", unread=(SAID,)),
    Case(text="合约，多空都做，CCI大于100开多，CCI小于-100开空", kind="futures", side="both", entry="CCI > 100", exit="CCI < -100"),
    Case(text="ROC（20）大于零且均线20向上，买入", entry="ROC(20) > 0 & SMA(20) > SMA(20)[-1]", side="long"),
    Case(text="最多拿50根K线，五成仓位，亏百分之二认赔", bars=50, size=50, stop=2),
)  # fmt: skip

EN = (
    Case(text="Bitcoin 1h: buy when MA7 crosses above MA30, sell when MA7 crosses below MA30, 3% stop, 9% target", on="BTC", tf="1h", entry="SMA(7) x> SMA(30)", exit="SMA(7) x< SMA(30)", side="long", stop=3, target=9),
    Case(text="I buy once the RSI is down at 30 or less and sell once it is up at 70 or more", entry="RSI <= 30", exit="RSI >= 70", side="long"),
    Case(text="buy closes below the lower Bollinger band and sell closes above the upper one", entry="close < BOLL.lower", exit="close > BOLL.upper", side="long"),
    Case(text="Tesla daily, buy a breakout of the 20 day high, 30% size, 8% stop", on="TSLA", tf="1d", entry="close x> DONCHIAN(20).upper[-1]", side="long", size=30, stop=8),
    Case(text="KDJ golden cross while K is below 20, buy", entry="KDJ.k x> KDJ.d & KDJ.k < 20", side="long"),
    Case(text="MACD golden cross with volume over its 10 day average is the entry", entry="MACD.macd x> MACD.signal & volume > VOLUME_SMA(10)"),
    Case(text="move the stop from 2% to 3%", given=PLAN, stop=3),
    Case(text="skip the take profit", given=PLAN, target=NOTHING),
    Case(text="use 25 instead of 30 for the RSI entry", given=PLAN, entry="RSI < 25"),
    Case(text="same thing but on ethereum", given=PLAN, on="ETH"),
    Case(text="turn the averages into exponential ones", given=CROSS, entry="EMA(10) x> EMA(20)", exit="EMA(10) x< EMA(20)"),
    Case(text="the entry also needs the close to be above the open", given=PLAN, entry="RSI < 30 & close > open"),
    Case(text="do these two indicators conflict?", given=PLAN),
    Case(text="what's a sensible trailing stop for BTC?", given=PLAN),
    Case(text="sell on whichever comes first: RSI above 75, a MACD death cross or a close below EMA 50", exit="RSI > 75 | MACD.macd x< MACD.signal | close < EMA(50)"),
    Case(text="sell if it hasn't moved in three days", unread=(SAID,)),
    Case(text="futures, both directions: CCI over 100 go long, CCI under -100 go short", kind="futures", side="both", entry="CCI > 100", exit="CCI < -100"),
    Case(text="ROC(20) above zero and the 20 SMA pointing up, then buy", entry="ROC(20) > 0 & SMA(20) > SMA(20)[-1]", side="long"),
    Case(text="at most 50 bars per trade, half the account, bail at minus 2 percent", bars=50, size=50, stop=2),
    Case(text="ok let's go with a 30 minute chart and forget about shorting", tf="30m", side="long"),
)  # fmt: skip
