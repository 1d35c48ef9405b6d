"""Bollinger bands, Donchian channels, highs and lows of so many bars, the turtles."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import SAID, Case

ZH = (
    Case(text="价格跌破布林带下轨买入，突破上轨卖出", entry="close x< BOLL.lower", exit="close x> BOLL.upper", side="long"),
    Case(text="收盘价站上布林带中轨做多，跌破中轨平仓", entry="close x> BOLL.middle", exit="close x< BOLL.middle", side="long"),
    Case(text="收盤價高於布林帶上軌時買入", entry="close > BOLL.upper", side="long"),
    Case(text="布林线(26,2)突破上轨进场，跌回中轨出场", entry="close x> BOLL(26,2).upper", exit="close x< BOLL(26,2).middle"),
    Case(text="股价触及下轨就买，触及上轨就卖，用布林带", entry="low <= BOLL.lower", exit="high >= BOLL.upper", side="long"),
    Case(text="用20周期、2.5倍标准差的布林通道，收盘低于下轨买入", entry="close < BOLL(20,2.5).lower", side="long"),
    Case(text="突破20日新高买入，跌破10日新低卖出", entry="close x> DONCHIAN(20).upper[-1]", exit="close x< DONCHIAN(10).lower[-1]", side="long"),
    Case(text="创二十日新高就追进去做多", entry="close x> DONCHIAN(20).upper[-1]", side="long"),
    Case(text="突破唐奇安通道上轨做多，跌破下轨平仓", entry="close x> DONCHIAN.upper[-1]", exit="close x< DONCHIAN.lower[-1]", side="long"),
    Case(text="唐奇安55日上轨突破入场", entry="close x> DONCHIAN(55).upper[-1]"),
    Case(text="海龟法则，20日突破进，10日跌破出", entry="close x> DONCHIAN(20).upper[-1]", exit="close x< DONCHIAN(10).lower[-1]"),
    Case(text="我想用海龟交易法", unread=("named_system",)),
    Case(text="跌破最近30根K线的最低点做空", entry="close x< DONCHIAN(30).lower[-1]", side="short"),
    Case(text="突破过去50根K线的最高价买入", entry="close x> DONCHIAN(50).upper[-1]", side="long"),
    Case(text="向上突破布林上轨并且放量，买入", entry="close x> BOLL.upper & volume > VOLUME_SMA", side="long"),
    Case(text="价格在布林中轨上方才做多", entry="close > BOLL.middle", side="long"),
    Case(text="最低价碰到布林下轨买进", entry="low <= BOLL.lower", side="long"),
    Case(text="收盘价从下方上穿布林下轨买入", entry="close x> BOLL.lower", side="long"),
    Case(text="跌破昨日最低价止损离场", exit="close x< low[-1]"),
)  # fmt: skip

EN = (
    Case(text="buy when price breaks the 20 bar high, exit when it breaks the 10 bar low", entry="close x> DONCHIAN(20).upper[-1]", exit="close x< DONCHIAN(10).lower[-1]", side="long"),
    Case(text="Buy when the close is above the upper Bollinger band", entry="close > BOLL.upper", side="long"),
    Case(text="buy below the lower band, sell above the middle band (Bollinger 20, 2)", entry="close < BOLL.lower", exit="close > BOLL.middle", side="long"),
    Case(text="enter long when price closes below the lower Bollinger band, exit when it crosses above the middle band", entry="close < BOLL.lower", exit="close x> BOLL.middle", side="long"),
    Case(text="Short when price touches the upper Bollinger band", entry="high >= BOLL.upper", side="short"),
    Case(text="Bollinger bands with 2.5 standard deviations: buy when close crosses back above the lower band", entry="close x> BOLL(20,2.5).lower", side="long"),
    Case(text="turtle system: enter on a 20-day high, leave on a 10-day low", entry="close x> DONCHIAN(20).upper[-1]", exit="close x< DONCHIAN(10).lower[-1]"),
    Case(text="I want to trade like the turtles", unread=("named_system",)),
    Case(text="go long on a breakout above the 55-bar high", entry="close x> DONCHIAN(55).upper[-1]", side="long"),
    Case(text="buy when price breaks above the upper Donchian channel", entry="close x> DONCHIAN.upper[-1]", side="long"),
    Case(text="sell when price makes a new 15 bar low", exit="close x< DONCHIAN(15).lower[-1]"),
    Case(text="short the break of the lowest low of the last thirty candles", entry="close x< DONCHIAN(30).lower[-1]", side="short"),
    Case(text="Donchian 40: long when close crosses above the upper line, exit when close crosses below the lower line", entry="close x> DONCHIAN(40).upper[-1]", exit="close x< DONCHIAN(40).lower[-1]", side="long"),
    Case(text="buy when the close is higher than yesterday's high", entry="close > high[-1]", side="long"),
    Case(text="exit on a close below the lower band of the 20,2 Bollinger", exit="close < BOLL.lower"),
    Case(text="buy when price crosses above BB middle", entry="close x> BOLL.middle", side="long"),
    Case(text="when price drops below the lower bollinger band I buy, when it gets above the upper one I sell", entry="close x< BOLL.lower", exit="close x> BOLL.upper", side="long"),
)  # fmt: skip

MIXED = (
    Case(text="BOLL 下轨买，上轨卖", side="long", use="BOLL", unread=(SAID,)),
    Case(text="breakout 20日高点 就 buy", entry="close x> DONCHIAN(20).upper[-1]", side="long"),
    Case(text="Donchian 20 突破上轨 long，跌破 lower band 平仓", entry="close x> DONCHIAN.upper[-1]", exit="close x< DONCHIAN.lower[-1]", side="long"),
)  # fmt: skip
