"""MACD and its lines."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import Case

ZH = (
    Case(text="MACD金叉买入，死叉卖出", entry="MACD.macd x> MACD.signal", exit="MACD.macd x< MACD.signal", side="long"),
    Case(text="ＭＡＣＤ金叉買進，死叉賣出", entry="MACD.macd x> MACD.signal", exit="MACD.macd x< MACD.signal", side="long"),
    Case(text="DIF上穿DEA时买入", entry="MACD.macd x> MACD.signal", side="long"),
    Case(text="MACD快线上穿慢线做多", entry="MACD.macd x> MACD.signal", side="long"),
    Case(text="macd柱子由绿翻红就上车", entry="MACD.hist x> 0", side="long"),
    Case(text="MACD柱状图转正买入，转负卖出", entry="MACD.hist x> 0", exit="MACD.hist x< 0", side="long"),
    Case(text="零轴上方MACD金叉才买入", entry="MACD.macd x> MACD.signal & MACD.macd > 0", side="long"),
    Case(text="DIF大于0且MACD金叉时进场", entry="MACD.macd > 0 & MACD.macd x> MACD.signal"),
    Case(text="DIF上穿零轴做多，下穿零轴平仓", entry="MACD.macd x> 0", exit="MACD.macd x< 0", side="long"),
    Case(text="用MACD，参数6、13、5，金叉买", entry="MACD(6,13,5).macd x> MACD(6,13,5).signal", side="long"),
    Case(text="MACD死叉做空", entry="MACD.macd x< MACD.signal", side="short"),
    Case(text="MACD柱大于前一根的MACD柱，入场", entry="MACD.hist > MACD.hist[-1]"),
    Case(text="红柱变绿柱的时候出场，看MACD", exit="MACD.hist x< 0"),
)  # fmt: skip

EN = (
    Case(text="Buy when the MACD histogram turns positive", entry="MACD.hist x> 0", side="long"),
    Case(text="sell once the MACD histogram goes negative", exit="MACD.hist x< 0"),
    Case(text="MACD line crosses above the signal line, go long", entry="MACD.macd x> MACD.signal", side="long"),
    Case(text="bullish MACD crossover = buy, bearish MACD crossover = sell", entry="MACD.macd x> MACD.signal", exit="MACD.macd x< MACD.signal", side="long"),
    Case(text="enter on a MACD golden cross while the MACD is above zero", entry="MACD.macd x> MACD.signal & MACD.macd > 0"),
    Case(text="I'd like MACD(8,21,5): buy when it crosses above its signal, exit when it crosses below", entry="MACD(8,21,5).macd x> MACD(8,21,5).signal", exit="MACD(8,21,5).macd x< MACD(8,21,5).signal", side="long"),
    Case(text="Go short when MACD crosses below its signal line", entry="MACD.macd x< MACD.signal", side="short"),
    Case(text="buy if MACD crosses above zero", entry="MACD.macd x> 0", side="long"),
    Case(text="exit when the histogram of the MACD is below 0", exit="MACD.hist < 0"),
    Case(text="enter when the MACD histogram is higher than on the previous bar", entry="MACD.hist > MACD.hist[-1]"),
    Case(text="I think I want to use MACD", use="MACD"),
    Case(text="buy when the signal line is under the MACD line", entry="MACD.signal < MACD.macd", side="long"),
)  # fmt: skip

MIXED = (
    Case(text="MACD histogram 转正就 buy，转负就 sell", entry="MACD.hist x> 0", exit="MACD.hist x< 0", side="long"),
    Case(text="MACD 12 26 9 golden cross 买入", entry="MACD.macd x> MACD.signal", side="long"),
    Case(text="DIF cross above DEA 时 long", entry="MACD.macd x> MACD.signal", side="long"),
)  # fmt: skip
