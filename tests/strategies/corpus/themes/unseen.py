"""A third table that was measured before anything was mended for it: chat as it comes."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import NOTHING, SAID, Case, Plan

TREND = Plan(
    on="ETH/USDT", tf="1h", entry="SMA(20) x> SMA(60)", exit="SMA(20) x< SMA(60)", side="long", stop=3, target=9
)
KDJ = Plan(entry="KDJ.k x> KDJ.d & KDJ.j < 20", exit="KDJ.j > 100", side="long")

ZH = (
    Case(text="想做个比特币的短线，五分钟K线，KDJ金叉进场，死叉出场，止损1%", on="BTC", tf="5m", entry="KDJ.k x> KDJ.d", exit="KDJ.k x< KDJ.d", stop=1),
    Case(text="日线收在20日均线上面，第二天就买", tf="1d", entry="close > SMA(20)", side="long", unread=()),
    Case(text="EMA21和EMA55，上穿做多下穿做空", entry="EMA(21) x> EMA(55)", exit="EMA(21) x< EMA(55)", side="both"),
    Case(text="RSI6低于20买，RSI6高于80卖，别的不要", entry="RSI(6) < 20", exit="RSI(6) > 80", side="long"),
    Case(text="股价跌破布林下轨后又站回下轨上方，买入", entry="close x> BOLL.lower", side="long"),
    Case(text="成交量要大于过去十天的平均成交量", use="VOLUME_SMA(10)", unread=("which_side",)),
    Case(text="收盘价创60天新高，并且ADX大于20，开多仓", entry="close x> DONCHIAN(60).upper[-1] & ADX > 20", side="long"),
    Case(text="招商银行，周线，MACD红柱就拿着，绿柱就清仓", on="600036", tf="1w", entry="MACD.hist > 0", exit="MACD.hist < 0"),
    Case(text="止损线放在买入价下面4%，止盈放在上面10%", stop=4, target=10),
    Case(text="最大仓位六成", size=60),
    Case(text="持股不超过两周，日线", tf="1d", unread=(SAID,)),
    Case(text="均线用加权的，8和21", use="WMA(8) WMA(21)"),
    Case(text="还是改回5日和10日", given=TREND, entry="SMA(5) x> SMA(10)", exit="SMA(5) x< SMA(10)"),
    Case(text="短的那根换成10", given=TREND, entry="SMA(10) x> SMA(60)", exit="SMA(10) x< SMA(60)"),
    Case(text="止盈去掉，其它不动", given=TREND, target=NOTHING),
    Case(text="J小于20改成J小于0", given=KDJ, entry="KDJ.k x> KDJ.d & KDJ.j < 0"),
    Case(text="出场不看J值了，改成死叉出场", given=KDJ, exit="KDJ.k x< KDJ.d"),
    Case(text="做空的话应该怎么写？", given=TREND),
    Case(text="明白，那就这样", given=TREND),
    Case(text="价格在20日均线和60日均线之上，RSI上穿50，开多", entry="close > SMA(20) & close > SMA(60) & RSI x> 50", side="long"),
    Case(text="买入：收盘价上穿布林中轨；卖出：收盘价下穿布林下轨或RSI大于85", entry="close x> BOLL.middle", exit="close x< BOLL.lower | RSI > 85", side="long"),
    Case(text="ETHUSDT永续，双向，15分钟，CCI上穿100做多，下穿-100做空", on="ETH/USDT", kind="futures", tf="15m", entry="CCI x> 100", exit="CCI x< -100", side="both"),
    Case(text="用三根均线：5、20、60，多头排列买，5日跌破20日卖", entry="SMA(5) > SMA(20) & SMA(20) > SMA(60)", exit="SMA(5) x< SMA(20)", side="long"),
    Case(text="昨天MACD还没金叉，今天金叉了就买", entry="MACD.macd x> MACD.signal", side="long", unread=()),
    Case(text="低吸高抛", unread=(SAID,), side="long"),
)  # fmt: skip

EN = (
    Case(text="Simple scalper for bitcoin on 5 minute candles: KDJ golden cross to get in, death cross to get out, 1% stop", on="BTC", tf="5m", entry="KDJ.k x> KDJ.d", exit="KDJ.k x< KDJ.d", stop=1),
    Case(text="If the daily close is above the 20-day SMA I'm a buyer", tf="1d", entry="close > SMA(20)", side="long"),
    Case(text="EMA 21/55 crossover, long on the up cross and short on the down cross", entry="EMA(21) x> EMA(55)", exit="EMA(21) x< EMA(55)", side="both"),
    Case(text="using RSI(6): below 20 buy, above 80 sell, nothing else", entry="RSI(6) < 20", exit="RSI(6) > 80", side="long"),
    Case(text="Buy when price recovers back above the lower Bollinger band", entry="close x> BOLL.lower", side="long"),
    Case(text="new 60 day closing high plus ADX over 20: go long", entry="close x> DONCHIAN(60).upper[-1] & ADX > 20", side="long"),
    Case(text="stay in while the MACD histogram is above zero, get out when it goes below", exit="MACD.hist x< 0", unread=(SAID,)),
    Case(text="stop 4% below entry, take profit 10% above entry", stop=4, target=10),
    Case(text="max position 60%", size=60),
    Case(text="I like weighted averages: 8 and 21", use="WMA(8) WMA(21)"),
    Case(text="go back to 5 and 10", given=TREND, entry="SMA(5) x> SMA(10)", exit="SMA(5) x< SMA(10)"),
    Case(text="change the short average to 10", given=TREND, entry="SMA(10) x> SMA(60)", exit="SMA(10) x< SMA(60)"),
    Case(text="lose the take profit, leave the rest", given=TREND, target=NOTHING),
    Case(text="exit on a KDJ death cross rather than J above 100", given=KDJ, exit="KDJ.k x< KDJ.d"),
    Case(text="how would I write that for shorts?", given=TREND),
    Case(text="understood, leave it like that", given=TREND),
    Case(text="price over both the 20 and the 60 SMA, RSI crossing up through 50 -> long", entry="close > SMA(20) & close > SMA(60) & RSI x> 50", side="long"),
    Case(text="Sell rule: close under the 10 day low, or RSI over 85, or 30 bars have passed", exit="close < DONCHIAN(10).lower[-1] | RSI > 85", bars=30),
    Case(text="trade both sides of ETHUSDT perp on 15m, long when CCI crosses above 100, short when CCI crosses below -100", on="ETH/USDT", kind="futures", tf="15m", side="both", entry="CCI x> 100", exit="CCI x< -100"),
    Case(text="buy when the 5, 20 and 60 SMAs are stacked bullishly, sell when the 5 drops below the 20", entry="SMA(5) > SMA(20) & SMA(20) > SMA(60)", exit="SMA(5) x< SMA(20)", side="long"),
    Case(text="if yesterday closed red and today closes green, buy", entry="close[-1] < open[-1] & close > open", side="long"),
    Case(text="buy low sell high", unread=(SAID,), side="long"),
    Case(text="the stop should trail by 3 percent", trail=3),
    Case(text="enter when the RSI has crossed 50 to the upside and price is above VWAP", entry="RSI x> 50", unread=("unknown_indicator",)),
    Case(text="put the ATR filter at 14 periods: only trade when ATR is above 1.2", entry="ATR > 1.2"),
)  # fmt: skip
