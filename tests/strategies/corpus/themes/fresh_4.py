"""Fourth of five fresh tables, written and labelled before it was tried."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import SAID, Case, Plan

TURN = Plan(
    on="BTC/USDT", tf="4h", entry="RSI x> 30 & close > SMA(200)", exit="RSI x< 70", side="long", stop=4, target=8
)
PAIR = Plan(on="TSLA", tf="1d", entry="SMA(10) x> SMA(30)", exit="SMA(10) x< SMA(30)", side="long", size=25)

ZH = (
    Case(text="收盘价上穿30日均线就买入，下穿30日均线就卖出，特斯拉日线", on="TSLA", tf="1d", entry="close x> SMA(30)", exit="close x< SMA(30)", side="long"),
    Case(text="比特币30分钟，MACD柱由负转正做多，由正转负平仓，止损百分之二", on="BTC", tf="30m", entry="MACD.hist x> 0", exit="MACD.hist x< 0", side="long", stop=2),
    Case(text="我想做个网红策略：RSI14低于30买，高于70卖，仓位两成", entry="RSI < 30", exit="RSI > 70", side="long", size=20),
    Case(text="价格突破20日高点且成交量大于20日均量时开多", entry="close x> DONCHIAN(20).upper[-1] & volume > VOLUME_SMA(20)", side="long"),
    Case(text="EMA8大于EMA21并且ADX大于20就做多，EMA8小于EMA21就平", entry="EMA(8) > EMA(21) & ADX > 20", exit="EMA(8) < EMA(21)", side="long"),
    Case(text="布林上轨突破做多，下轨跌破做空，15分钟合约", kind="futures", tf="15m", entry="close x> BOLL.upper", exit="close x< BOLL.lower", side="both"),
    Case(text="K值大于80且死叉的时候卖出", exit="KDJ.k > 80 & KDJ.k x< KDJ.d", use=""),
    Case(text="今天收盘比昨天高，并且比昨天的最高价还高，买", entry="close > close[-1] & close > high[-1]", side="long"),
    Case(text="CCI从下往上穿过-100做多，从上往下穿过100平多", entry="CCI x> -100", exit="CCI x< 100", side="long"),
    Case(text="ROC大于3%买入，小于0卖出", entry="ROC > 3", exit="ROC < 0", side="long"),
    Case(text="10日均线走平就观望，向上就买", side="long", unread=(SAID,), use="SMA(10)"),
    Case(text="站稳20日线三天再买", side="long", unread=(SAID,), use="SMA(20)"),
    Case(text="股价在年线上方回踩不破就低吸", side="long", unread=(SAID,), use="SMA()"),
    Case(text="RSI底背离加MACD金叉买入", side="long", use="RSI", entry="MACD.macd x> MACD.signal", unread=("divergence",)),
    Case(text="每隔4小时检查一次，有信号就下单", unread=(SAID,)),
    Case(text="跌停板打开的时候买", side="long", unread=(SAID,)),
    Case(text="持有到收盘价低于买入价的95%", unread=(SAID,)),
    Case(text="先看周线，周线MACD金叉之后再看日线金叉买入", side="long", use="MACD", unread=(SAID,)),
    Case(text="想抄底但是不知道怎么定义底"),
    Case(text="止损5个点，止盈15个点，最长拿30根", stop=5, target=15, bars=30),
    Case(text="止损放宽到6%", given=TURN, stop=6),
    Case(text="200日线换成100日线", given=TURN, entry="RSI x> 30 & close > SMA(100)"),
    Case(text="出场再加一个条件：跌破200日线", given=TURN, exit="RSI x< 70 | close x< SMA(200)"),
    Case(text="把快线改成5，慢线改成20", given=PAIR, entry="SMA(5) x> SMA(20)", exit="SMA(5) x< SMA(20)"),
    Case(text="均线换成EMA", given=PAIR, entry="EMA(10) x> EMA(30)", exit="EMA(10) x< EMA(30)"),
    Case(text="那就先这样，我再想想", given=PAIR),
    Case(text="收盤價連續三天站在20日線上方就買進，跌破20日線賣出", entry="close > SMA(20) & close[-1] > SMA(20)[-1] & close[-2] > SMA(20)[-2]", exit="close x< SMA(20)", side="long"),
    Case(text="短均線上穿長均線買進，用5和20，停損2%", entry="SMA(5) x> SMA(20)", side="long", stop=2),
    Case(text="以太坊15分鐘，KDJ的J線低於0做多，高於100平倉", on="ETH", tf="15m", entry="KDJ.j < 0", exit="KDJ.j > 100", side="long"),
    Case(text="外資連買三天就跟進", unread=(SAID,)),
    Case(text="量能萎縮到五日均量以下時賣出", exit="volume < VOLUME_SMA(5)"),
)  # fmt: skip

EN = (
    Case(text="Long when the close crosses above the 50 EMA, exit when it crosses below the 20 EMA. 1h BTC.", on="BTC", tf="1h", entry="close x> EMA(50)", exit="close x< EMA(20)", side="long"),
    Case(text="RSI under 20: buy. RSI over 80: sell. ETHUSDT 15 minute", on="ETH/USDT", tf="15m", entry="RSI < 20", exit="RSI > 80", side="long"),
    Case(text="I want to buy when the MACD line crosses above the signal line below zero", entry="MACD.macd x> MACD.signal & MACD.macd < 0", side="long"),
    Case(text="buy a close above the 100 bar high, sell a close below the 50 bar low", entry="close > DONCHIAN(100).upper[-1]", exit="close < DONCHIAN(50).lower[-1]", side="long"),
    Case(text="go long if price is above the 20, 50 and 200 day moving averages", entry="close > SMA(20) & close > SMA(50) & close > SMA(200)", side="long"),
    Case(text="short when the 10 EMA is below the 20 EMA and RSI drops below 50; cover when RSI rises above 50", entry="EMA(10) < EMA(20) & RSI x< 50", exit="RSI x> 50", side="short"),
    Case(text="enter when close > upper band and ADX > 30, leave when close < middle band, 3% stop", entry="close > BOLL.upper & ADX > 30", exit="close < BOLL.middle", stop=3),
    Case(text="J below 0 = buy, J above 100 = sell (KDJ, daily)", tf="1d", entry="KDJ.j < 0", exit="KDJ.j > 100", side="long"),
    Case(text="buy two green candles in a row with volume above its 10 bar average", entry="close > open & close[-1] > open[-1] & volume > VOLUME_SMA(10)", side="long"),
    Case(text="target 4, stop 2", unread=("percent_sign",)),
    Case(text="put 15% of the account in each trade with a 5% hard stop", size=15, stop=5),
    Case(text="get out when the 5 EMA turns down", exit="EMA(5) < EMA(5)[-1]"),
    Case(text="buy when RSI is between 40 and 60 and price is above the 50 SMA", entry="RSI > 40 & RSI < 60 & close > SMA(50)", side="long"),
    Case(text="buy the breakout once volume confirms", side="long", unread=(SAID,)),
    Case(text="if it gaps up more than 2% don't chase", unread=(SAID,)),
    Case(text="buy dips to the 50 day while the 200 day is rising", side="long", unread=(SAID,)),
    Case(text="long when three of these are true: RSI > 50, MACD > 0, close > SMA 50", side="long", use="RSI MACD SMA(50)", unread=(SAID,)),
    Case(text="wait two bars after the cross before entering", unread=(SAID,)),
    Case(text="close half the position when RSI hits 60", use="RSI", unread=(SAID,)),
    Case(text="RSI crosses 50", use="RSI", unread=(SAID,)),
    Case(text="change RSI entry to 25", given=TURN, entry="RSI x> 25 & close > SMA(200)"),
    Case(text="forget the 200 day filter", given=TURN, entry="RSI x> 30"),
    Case(text="double the stop", given=TURN, unread=(SAID,)),
    Case(text="same thing but on the 1h", given=TURN, tf="1h"),
    Case(text="sell when price closes below the 30 SMA instead", given=PAIR, exit="close < SMA(30)"),
    Case(text="why 25% and not more?", given=PAIR),
)  # fmt: skip

MIXED = (
    Case(text="close在EMA50上方，RSI cross above 50就long，cross below 50平仓", entry="close > EMA(50) & RSI x> 50", exit="RSI x< 50", side="long"),
    Case(text="trailing stop用5%，其他不变", given=TURN, trail=5),
    Case(text="NVDA 周线 breakout，突破20周新高买", on="NVDA", tf="1w", entry="close x> DONCHIAN(20).upper[-1]", side="long"),
)  # fmt: skip
