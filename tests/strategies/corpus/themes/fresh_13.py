"""Thirteenth of the fresh tables, written and labelled before it was tried: plans and changes of mind.

Four labels were corrected afterwards to what the corpus says elsewhere: a verb of motion crosses ("dips under"), a band
is reached by the high or the low, and "at the band" without a verb says neither.
"""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import NOTHING, SAID, Case, Plan

DIP = Plan(on="ETH", tf="4h", entry="RSI < 25 & close > EMA(100)", exit="RSI > 55", side="long", stop=4, target=8)
BREAK = Plan(
    on="TSLA",
    tf="1d",
    entry="close x> DONCHIAN(20).upper[-1]",
    exit="close x< DONCHIAN(10).lower[-1]",
    side="long",
    trail=6,
    size=20,
)
MACD = Plan(
    on="BTC",
    tf="1h",
    entry="MACD.macd x> MACD.signal & MACD.macd > 0",
    exit="MACD.macd x< MACD.signal",
    side="long",
    stop=2,
    bars=48,
)
KDJ = Plan(on="SOL", tf="15m", entry="KDJ.j < 0", exit="KDJ.j > 100", side="long", stop=3)
BANDS = Plan(entry="close x< BOLL.lower", exit="close x> BOLL.middle", side="long", stop=3)

EN = (
    Case(text="Let's do NVDA on the daily: long when the 20 EMA is above the 50 EMA and RSI dips under 45, out when RSI gets over 70, 5% stop", on="NVDA", tf="1d", entry="EMA(20) > EMA(50) & RSI x< 45", exit="RSI x> 70", side="long", stop=5),
    Case(text="I'd rather enter at 30, not 25", given=DIP, entry="RSI < 30 & close > EMA(100)"),
    Case(text="use the 200 EMA instead of the 100", given=DIP, entry="RSI < 25 & close > EMA(200)"),
    Case(text="8% target is greedy, 6% will do", given=DIP, target=6),
    Case(text="double the stop", given=DIP, unread=(SAID,)),
    Case(text="make the stop 5% and drop the target", given=DIP, stop=5, target=NOTHING),
    Case(text="drop the EMA", given=DIP, entry="RSI < 25", no="EMA"),
    Case(text="the exit at 55 comes too early, let's make it 60", given=DIP, exit="RSI > 60"),
    Case(text="exit at 60 or after 20 bars", given=DIP, exit="RSI > 60", bars=20),
    Case(text="wider channel please, 55 days", given=BREAK, unread=(SAID,)),
    Case(text="enter on the 55 day high instead", given=BREAK, entry="close x> DONCHIAN(55).upper[-1]"),
    Case(text="keep the entry, exit on the 20 day low", given=BREAK, exit="close x< DONCHIAN(20).lower[-1]"),
    Case(text="trail it by 8 percent instead of 6", given=BREAK, trail=8),
    Case(text="risk only a tenth of my money", given=BREAK, size=10),
    Case(text="48 bars is too long, 24 should be enough", given=MACD, bars=24),
    Case(text="get rid of the above zero condition", given=MACD, unread=(SAID,)),
    Case(text="12 and 26 are slow, use 8 and 17", given=MACD, unread=(SAID,)),
    Case(text="MACD 8 17 9 please", given=MACD, entry="MACD(8,17,9).macd x> MACD(8,17,9).signal & MACD(8,17,9).macd > 0", exit="MACD(8,17,9).macd x< MACD(8,17,9).signal"),
    Case(text="make it 30 minute bars", given=MACD, tf="30m"),
    Case(text="J below 10 is fine too", given=KDJ, unread=(SAID,)),
    Case(text="buy when J is under 10 rather than 0", given=KDJ, entry="KDJ.j < 10"),
    Case(text="sell at 90 already", given=KDJ, exit="KDJ.j > 90"),
    Case(text="take half off at the middle band", given=BANDS, unread=(SAID,)),
    Case(text="sell at the upper band instead", given=BANDS, unread=(SAID,)),
    Case(text="2.5 standard deviations", given=BANDS, entry="close x< BOLL(20,2.5).lower", exit="close x> BOLL(20,2.5).middle"),
    Case(text="short it when it closes below the 50 day average, cover above the 20 day", entry="close < SMA(50)", exit="close > SMA(20)", side="short"),
    Case(text="Buy Apple whenever the close is higher than 3 days ago and volume is above its 20 day average; sell after 5 days", on="AAPL", entry="close > close[-3] & volume > VOLUME_SMA(20)", side="long", unread=("bars_not_days",)),
    Case(text="no leverage, spot only", kind="spot"),
    Case(text="buy when the price is cheap", side="long", unread=(SAID,)),
    Case(text="when the 10 crosses the 30 to the upside go long; flip short on the reverse", entry="SMA(10) x> SMA(30)", side="long", unread=(SAID,)),
    Case(text="never hold over the weekend", unread=(SAID,)),
    Case(text="trade between 9:30 and 11", unread=(SAID,)),
    Case(text="if three of the last five candles are green, buy", side="long", unread=(SAID,)),
    Case(text="buy 100 shares when RSI < 30", entry="RSI < 30", side="long", unread=(SAID,)),
)  # fmt: skip

ZH = (
    Case(text="SOL 15分钟，J值跌到0以下买，涨到100以上卖，止损3%", on="SOL", tf="15m", entry="KDJ.j < 0", exit="KDJ.j > 100", side="long", stop=3),
    Case(text="买点改成10，卖点不变", given=KDJ, entry="KDJ.j < 10"),
    Case(text="卖点90就够了", given=KDJ, exit="KDJ.j > 90"),
    Case(text="入场放宽到30", given=DIP, entry="RSI < 30 & close > EMA(100)"),
    Case(text="EMA100换成EMA200", given=DIP, entry="RSI < 25 & close > EMA(200)"),
    Case(text="100日均线那条不要了", given=DIP, entry="RSI < 25"),
    Case(text="止盈8个点太贪心了，6个点吧", given=DIP, target=6),
    Case(text="止损翻倍", given=DIP, unread=(SAID,)),
    Case(text="止盈去掉，止损改成5%", given=DIP, stop=5, target=NOTHING),
    Case(text="55出场太早了，60再走", given=DIP, exit="RSI > 60"),
    Case(text="突破55日新高再买", given=BREAK, entry="close x> DONCHIAN(55).upper[-1]"),
    Case(text="通道改宽一点", given=BREAK, unread=(SAID,)),
    Case(text="移动止损从6%放宽到8%", given=BREAK, trail=8),
    Case(text="只投一成", given=BREAK, size=10),
    Case(text="48根太久，24根就够", given=MACD, bars=24),
    Case(text="零轴上方那个条件去掉", given=MACD, unread=(SAID,)),
    Case(text="MACD参数换成8、17、9", given=MACD, entry="MACD(8,17,9).macd x> MACD(8,17,9).signal & MACD(8,17,9).macd > 0", exit="MACD(8,17,9).macd x< MACD(8,17,9).signal"),
    Case(text="改成30分钟线", given=MACD, tf="30m"),
    Case(text="到上轨再卖", given=BANDS, exit="high >= BOLL.upper"),
    Case(text="布林带标准差改成2.5", given=BANDS, entry="close x< BOLL(20,2.5).lower", exit="close x> BOLL(20,2.5).middle"),
    Case(text="到中轨先卖一半", given=BANDS, unread=(SAID,)),
    Case(text="周末不持仓", unread=(SAID,)),
    Case(text="只在早盘做", unread=(SAID,)),
    Case(text="五根里有三根阳线就买", side="long", unread=(SAID,)),
    Case(text="RSI小于30买100股", entry="RSI < 30", side="long", unread=(SAID,)),
    Case(text="收盘跌破50日均线做空，站回20日均线平仓", entry="close x< SMA(50)", exit="close x> SMA(20)", side="short"),
    Case(text="不加杠杆，做现货", kind="spot"),
    Case(text="便宜的时候买点", side="long", unread=(SAID,)),
    Case(text="英伟达日线，EMA20在EMA50上方并且RSI回落到45以下买，RSI超过70卖，止损5%", on="NVDA", tf="1d", entry="EMA(20) > EMA(50) & RSI x< 45", exit="RSI > 70", side="long", stop=5),
    Case(text="金叉买死叉卖，均线用10和30", entry="SMA(10) x> SMA(30)", exit="SMA(10) x< SMA(30)", side="long"),
)  # fmt: skip

MIXED = (
    Case(text="RSI跌破30 buy，突破70 sell，stop 3%", entry="RSI x< 30", exit="RSI x> 70", side="long", stop=3),
    Case(text="BTC 4h，close站上EMA50做多，close跌破EMA50平仓", on="BTC", tf="4h", entry="close x> EMA(50)", exit="close x< EMA(50)", side="long"),
    Case(text="把stop loss改成5%", given=DIP, stop=5),
    Case(text="target不要了", given=DIP, target=NOTHING),
    Case(text="entry改成30", given=DIP, entry="RSI < 30 & close > EMA(100)"),
    Case(text="exit还是65吧", given=DIP, exit="RSI > 65"),
)  # fmt: skip
