"""RSI and KDJ."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import SAID, Case

ZH = (
    Case(text="RSI低于30买入，高于70卖出", entry="RSI < 30", exit="RSI > 70", side="long"),
    Case(text="ＲＳＩ小於３０買入，大於７０賣出", entry="RSI < 30", exit="RSI > 70", side="long"),
    Case(text="rsi到了三十以下就买，七十以上就卖", entry="RSI < 30", exit="RSI > 70", side="long"),
    Case(text="RSI上穿30做多", entry="RSI x> 30", side="long"),
    Case(text="6日RSI小于20时进场", entry="RSI(6) < 20"),
    Case(text="RSI(9)跌破50出场", exit="RSI(9) x< 50"),
    Case(text="相对强弱指标不低于50的时候买", entry="RSI >= 50", side="long"),
    Case(text="RSI在40到60之间买入", entry="RSI > 40 & RSI < 60", side="long"),
    Case(text="RSI超卖就买", side="long", unread=("vague_level",), use="RSI"),
    Case(text="RSI超买（80以上）卖出", exit="RSI > 80"),
    Case(text="RSI超卖区（低于25）买入", entry="RSI < 25", side="long"),
    Case(text="前一根RSI低于30，现在RSI高于30，买入", entry="RSI[-1] < 30 & RSI > 30", side="long"),
    Case(text="KDJ金叉买入，死叉卖出", entry="KDJ.k x> KDJ.d", exit="KDJ.k x< KDJ.d", side="long"),
    Case(text="J值小于0买入，J值大于100卖出", entry="KDJ.j < 0", exit="KDJ.j > 100", side="long"),
    Case(text="KDJ的J线从下方上穿20进场", entry="KDJ.j x> 20"),
    Case(text="K值上穿D值做多", entry="KDJ.k x> KDJ.d", side="long"),
    Case(text="KDJ低位金叉（K小于20）买入", entry="KDJ.k x> KDJ.d & KDJ.k < 20", side="long"),
    Case(text="KDJ的J值超卖时买入", side="long", unread=("vague_level",), use="KDJ"),
    Case(text="随机指标(14,3,3)金叉就开多", entry="KDJ(14,3,3).k x> KDJ(14,3,3).d", side="long"),
    Case(text="D值高于80平仓", exit="KDJ.d > 80"),
)  # fmt: skip

EN = (
    Case(text="RSI<30 buy, RSI>70 sell", entry="RSI < 30", exit="RSI > 70", side="long"),
    Case(text="buy when the 14-period RSI dips below 30 and sell when it goes above 65", entry="RSI x< 30", exit="RSI x> 65", side="long"),
    Case(text="Buy the moment RSI crosses back above thirty", entry="RSI x> 30", side="long"),
    Case(text="enter if RSI(2) is under 10", entry="RSI(2) < 10"),
    Case(text="Exit when relative strength index is at least 75", exit="RSI >= 75"),
    Case(text="buy while RSI is between 45 and 55", entry="RSI > 45 & RSI < 55", side="long"),
    Case(text="buy when RSI is oversold", side="long", unread=("vague_level",), use="RSI"),
    Case(text="RSI oversold (below 25) -> buy; overbought (above 75) -> sell", entry="RSI < 25", exit="RSI > 75", side="long"),
    Case(text="sell short when RSI(7) crosses below 70", entry="RSI(7) x< 70", side="short"),
    Case(text="Go long if the previous bar's RSI was below 30 and RSI is now above 30", entry="RSI[-1] < 30 & RSI > 30", side="long"),
    Case(text="buy when RSI is not above 40", entry="RSI <= 40", side="long"),
    Case(text="enter long when the K line of KDJ crosses above the D line", entry="KDJ.k x> KDJ.d", side="long"),
    Case(text="buy when KDJ's J is below zero", entry="KDJ.j < 0", side="long"),
    Case(text="KDJ golden cross in, KDJ death cross out", entry="KDJ.k x> KDJ.d", exit="KDJ.k x< KDJ.d", unread=()),
    Case(text="exit when J value exceeds 100", exit="KDJ.j > 100"),
    Case(text="buy when %K crosses above %D and both are below 20", entry="KDJ.k x> KDJ.d & KDJ.k < 20 & KDJ.d < 20", side="long"),
    Case(text="RSI rising: buy if RSI is higher than it was one bar ago", entry="RSI > RSI[-1]", side="long"),
    Case(text="use RSI with a period of 21", use="RSI(21)"),
    Case(text="Sell when RSI hits overbought", unread=("vague_level",), use="RSI"),
    Case(text="RSI 14 > 50", unread=("which_side",), use="RSI"),
)  # fmt: skip

MIXED = (
    Case(text="RSI < 30 就买，RSI > 70 就 sell", entry="RSI < 30", exit="RSI > 70", side="long"),
    Case(text="KDJ 的 J line 低于 0 入场", entry="KDJ.j < 0"),
    Case(text="RSI 14 below 35 时 做多", entry="RSI < 35", side="long"),
    Case(text="RSI oversold 的时候买", side="long", unread=(SAID,), use="RSI"),
)  # fmt: skip
