"""Whole plans: many things in one message, and several messages in a row."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import Case

ZH = (
    Case(
        text="BTC/USDT 15分钟，5日均线上穿20日均线买入，下穿卖出，止损2%，止盈5%，半仓",
        on="BTC/USDT", tf="15m", entry="SMA(5) x> SMA(20)", exit="SMA(5) x< SMA(20)", side="long", stop=2, target=5, size=50,
    ),
    Case(
        text="我想在比特币四小时线上做一个MACD策略，金叉上车，死叉下车，亏3%就割，每次三成仓",
        on="BTC", tf="4h", entry="MACD.macd x> MACD.signal", exit="MACD.macd x< MACD.signal", side="long", stop=3, size=30,
    ),
    Case(
        text="茅台日线，收盘价突破20日新高且放量时买入，跌破10日新低卖出，移动止损8%，最多持有60根K线",
        on="600519", tf="1d", entry="close x> DONCHIAN(20).upper[-1] & volume > VOLUME_SMA", exit="close x< DONCHIAN(10).lower[-1]", side="long", trail=8, bars=60,
    ),
    Case(
        text="以太坊永續合約，１小時，ＲＳＩ低於３０做多，高於７０平倉，止損百分之二，倉位百分之二十",
        on="ETH", kind="futures", tf="1h", entry="RSI < 30", exit="RSI > 70", side="long", stop=2, size=20,
    ),
    Case(
        text="在30分钟图上，布林带收盘跌破下轨买，回到中轨卖，不想用MACD，止损2.5%",
        tf="30m", entry="close x< BOLL.lower", exit="close x> BOLL.middle", side="long", no="MACD", stop=2.5,
    ),
    Case(
        text="EMA12上穿EMA26做多，EMA12下穿EMA26做空，ETHUSDT合约，5分钟，止损1%",
        on="ETH/USDT", kind="futures", tf="5m", entry="EMA(12) x> EMA(26)", exit="EMA(12) x< EMA(26)", side="both", stop=1,
    ),
    Case(
        text="入场条件：KDJ金叉并且J值小于50。出场条件：KDJ死叉或者RSI大于80。品种：特斯拉。周期：日线。止损：5%。",
        on="TSLA", tf="1d", entry="KDJ.k x> KDJ.d & KDJ.j < 50", exit="KDJ.k x< KDJ.d | RSI > 80", stop=5,
    ),
    Case(text="5日和20日", before=("我想做比特币的均线策略", "金叉买入死叉卖出"), on="BTC", entry="SMA(5) x> SMA(20)", exit="SMA(5) x< SMA(20)", side="long"),
    Case(text="止损就2%吧", before=("RSI低于30买入，高于70卖出", "ETH/USDT，1小时"), on="ETH/USDT", tf="1h", entry="RSI < 30", exit="RSI > 70", side="long", stop=2),
    Case(text="死叉卖", before=("MACD金叉买",), entry="MACD.macd x> MACD.signal", exit="MACD.macd x< MACD.signal", side="long"),
    Case(text="反过来就卖", before=("10日均线上穿30日均线买入",), entry="SMA(10) x> SMA(30)", exit="SMA(10) x< SMA(30)", side="long"),
    Case(text="3%", before=("BTC/USDT 15分钟，MACD金叉买入，死叉卖出",), on="BTC/USDT", tf="15m", entry="MACD.macd x> MACD.signal", exit="MACD.macd x< MACD.signal", side="long", stop=3),
    Case(text="止损3%，改成EMA，再加上RSI小于70", before=("5日线上穿20日线买入，下穿卖出",), entry="EMA(5) x> EMA(20) & RSI < 70", exit="EMA(5) x< EMA(20)", side="long", stop=3),
    Case(
        text="先看大趋势，收盘价在EMA200上面；然后等RSI从下往上穿过40买入；RSI到75以上走人；全仓；止损4个百分点",
        entry="close > EMA(200) & RSI x> 40", exit="RSI > 75", side="long", size=100, stop=4,
    ),
    Case(text="高于70卖出", before=("RSI低于30买入",), entry="RSI < 30", exit="RSI > 70", side="long"),
    Case(text="跌破中轨卖", before=("突破布林带上轨买入",), entry="close x> BOLL.upper", exit="close x< BOLL.middle", side="long"),
)  # fmt: skip

EN = (
    Case(
        text="BTC/USDT 15m, buy when SMA 5 crosses above SMA 20, sell when it crosses below, 2% stop, 5% target, half position",
        on="BTC/USDT", tf="15m", entry="SMA(5) x> SMA(20)", exit="SMA(5) x< SMA(20)", side="long", stop=2, target=5, size=50,
    ),
    Case(
        text="I'd like to trade Apple on the daily chart: buy when RSI(14) drops below 30, sell when it rises above 60. Stop loss 4 percent, no take profit, a quarter of my capital.",
        on="AAPL", tf="1d", entry="RSI x< 30", exit="RSI x> 60", side="long", stop=4, size=25,
    ),
    Case(
        text="Ethereum perpetual futures, one hour bars. Go long on a MACD golden cross, go short on a MACD death cross. Stop 2%, 30% of equity.",
        on="ETH", kind="futures", tf="1h", entry="MACD.macd x> MACD.signal", exit="MACD.macd x< MACD.signal", side="both", stop=2, size=30,
    ),
    Case(
        text="On EURUSD 4h enter short when price is below the 200 EMA and RSI crosses below 50; cover when RSI is under 25; trailing stop 1.5%; hold at most 40 bars",
        on="EUR/USD", tf="4h", entry="close < EMA(200) & RSI x< 50", exit="RSI < 25", side="short", trail=1.5, bars=40,
    ),
    Case(
        text="Breakout system on TSLA weekly: buy a close above the highest high of the last 12 bars, sell a close below the lowest low of the last 6 bars, all in, 10% stop",
        on="TSLA", tf="1w", entry="close > DONCHIAN(12).upper[-1]", exit="close < DONCHIAN(6).lower[-1]", side="long", size=100, stop=10,
    ),
    Case(
        text="Entry: close crosses above the upper Bollinger band (20, 2) and volume above its 20 bar average. Exit: close crosses below the middle band. Stop: 3%. Size: 10%.",
        entry="close x> BOLL.upper & volume > VOLUME_SMA(20)", exit="close x< BOLL.middle", stop=3, size=10,
    ),
    Case(
        text="no KDJ please. Use EMA 9 and EMA 21 on SOL/USDT spot, 30 min: long on the golden cross, out on the death cross, sl 2% tp 4%",
        on="SOL/USDT", kind="spot", tf="30m", entry="EMA(9) x> EMA(21)", exit="EMA(9) x< EMA(21)", side="long", stop=2, target=4, no="KDJ",
    ),
    Case(text="5 and 20", before=("I want a moving average strategy for bitcoin", "buy on the golden cross, sell on the death cross"), on="BTC", entry="SMA(5) x> SMA(20)", exit="SMA(5) x< SMA(20)", side="long"),
    Case(text="make the stop 2% then", before=("Buy when RSI is below 30 and sell when it is above 70", "ETH/USDT, 1 hour"), on="ETH/USDT", tf="1h", entry="RSI < 30", exit="RSI > 70", side="long", stop=2),
    Case(text="and sell on the death cross", before=("buy on a MACD golden cross",), entry="MACD.macd x> MACD.signal", exit="MACD.macd x< MACD.signal", side="long"),
    Case(text="sell when the opposite happens", before=("buy when the 10 SMA crosses above the 30 SMA",), entry="SMA(10) x> SMA(30)", exit="SMA(10) x< SMA(30)", side="long"),
    Case(text="3%", before=("BTC/USDT 15m, buy on a MACD golden cross and sell on a MACD death cross",), on="BTC/USDT", tf="15m", entry="MACD.macd x> MACD.signal", exit="MACD.macd x< MACD.signal", side="long", stop=3),
    Case(text="daily, please", before=("AAPL, buy when RSI < 30",), on="AAPL", tf="1d", entry="RSI < 30", side="long"),
    Case(text="sell when it is above 70", before=("buy when RSI is below 30",), entry="RSI < 30", exit="RSI > 70", side="long"),
    Case(
        text="First I check that price is above the 200 day average. Then I buy when the 14 period RSI crosses back above 30. I get out when RSI is over 70 or after 25 bars. I risk no stop wider than 3% and use 20% of my account.",
        entry="close > SMA(200) & RSI x> 30", exit="RSI > 70", side="long", bars=25, stop=3, size=20,
    ),
)  # fmt: skip

MIXED = (
    Case(
        text="BTC/USDT 1h，RSI below 30 买入，RSI above 70 卖出，stop loss 2%，take profit 6%，仓位 half position",
        on="BTC/USDT", tf="1h", entry="RSI < 30", exit="RSI > 70", side="long", stop=2, target=6, size=50,
    ),
    Case(text="AAPL日线，golden cross of MA50 and MA200 就买，death cross 就卖，SL 5%", on="AAPL", tf="1d", entry="SMA(50) x> SMA(200)", exit="SMA(50) x< SMA(200)", side="long", stop=5),
    Case(text="exit 用 RSI > 70", before=("RSI低于30买入",), entry="RSI < 30", exit="RSI > 70", side="long"),
    Case(text="ETH perp 四小时，MACD histogram 转正 long，转负平仓，trailing stop 3%", on="ETH", kind="futures", tf="4h", entry="MACD.hist x> 0", exit="MACD.hist x< 0", side="long", trail=3),
)  # fmt: skip
