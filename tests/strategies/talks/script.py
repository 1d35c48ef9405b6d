"""Whole conversations, labelled: what is said, and what must then be known, asked, offered and made.

A label was written before the product was asked. ``spec`` is the whole plan from there on; ``asks`` the field of the
first question that is still open; ``ready`` whether the generation may be confirmed; ``versions`` how many there are.
"""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from dataclasses import dataclass

from tests.strategies.corpus.case import Plan


@dataclass(frozen=True, kw_only=True)
class Said:
    """One message, or a press of the button where ``words`` is empty."""

    words: str = ""
    spec: Plan | None = None
    asks: str | None = None
    offers: tuple[str, ...] = ()  # among the buttons of that question
    ready: bool | None = None
    versions: int | None = None
    hears: tuple[str, ...] = ()  # in the reply
    never: tuple[str, ...] = ()


@dataclass(frozen=True)
class Conversation:
    name: str
    kind: str
    said: tuple[Said, ...]


def talk(name: str, *said: Said, kind: str = "strategy") -> Conversation:
    return Conversation(name, kind, said)


def s(words: str = "", **expected: object) -> Said:
    return Said(words=words, **expected)  # type: ignore[arg-type]


CROSS = {"on": "BTC/USDT", "tf": "15m", "entry": "SMA(5) x> SMA(10)", "exit": "SMA(5) x< SMA(10)", "side": "long"}
RSI = {"on": "BTC", "tf": "4h", "entry": "RSI < 30", "exit": "RSI > 70", "side": "long"}

ENGLISH = (
    talk(
        "the figure that is meant is the one that changes",
        s(
            "BTC 4h, buy when RSI is below 30, stop 3%",
            spec=Plan(on="BTC", tf="4h", entry="RSI < 30", side="long", stop=3),
            asks="exit",
        ),
        s("exit at 70", spec=Plan(**RSI, stop=3)),
        s("make the exit 65", spec=Plan(**{**RSI, "exit": "RSI > 65"}, stop=3)),
        s("sell at 60 instead", spec=Plan(**{**RSI, "exit": "RSI > 60"}, stop=3)),
        s("30 is too low, make it 35", spec=Plan(**{**RSI, "entry": "RSI < 35", "exit": "RSI > 60"}, stop=3)),
        s("hmm, 3% is too tight, make it 5%", spec=Plan(**{**RSI, "entry": "RSI < 35", "exit": "RSI > 60"}, stop=5)),
    ),
    talk(
        "a vague wish becomes a plan",
        s("hi, I want to trade bitcoin", spec=Plan(on="BTC"), asks="entry", ready=False, never=("```python",)),
        s("buy when RSI 14 is under 30", spec=Plan(on="BTC", entry="RSI < 30", side="long"), asks="exit"),
        s(
            "sell when it is above 70",
            spec=Plan(on="BTC", entry="RSI < 30", exit="RSI > 70", side="long"),
            asks="risk.stop_loss_pct",
            offers=("2%",),
        ),
        s("3%", asks="market.timeframe", offers=("4h",)),
        s("4h", spec=Plan(**RSI, stop=3), ready=True, versions=0, hears=("Shall I generate the code?",)),
        s("yes, generate", versions=1, hears=("```python", "says nothing about profit")),
    ),
    talk(
        "everything at once, confirmed by the button",
        s(
            "BTC/USDT 15m: buy when SMA 5 crosses above SMA 10, sell when it crosses below, stop loss 2%, take profit 5%, half of the money",
            spec=Plan(**CROSS, stop=2, target=5, size=50),
            ready=True,
            versions=0,
            never=("```python",),
        ),
        s(versions=1),
    ),
    talk(
        "a change after the code is version 2",
        s(
            "BTC/USDT 15m: buy when SMA 5 crosses above SMA 10, sell when it crosses below, stop loss 2%",
            spec=Plan(**CROSS, stop=2),
            ready=True,
        ),
        s("go ahead", versions=1),
        s("make the stop 3%", spec=Plan(**CROSS, stop=3), ready=True, versions=1, hears=("version 2",)),
        s("update the code", versions=2),
    ),
    talk(
        "doubt starts nothing",
        s("BTC/USDT 15m: buy when SMA 5 crosses above SMA 10, sell when it crosses below, stop loss 2%", ready=True),
        s("not sure yet", versions=0, ready=True, never=("```python",)),
        s("what does a stop loss do?", versions=0, never=("```python",), hears=("question",)),
        s("yes but with a 4% stop", spec=Plan(**CROSS, stop=4), versions=0, never=("```python",)),
        s("ok, do it", versions=1),
    ),
    talk(
        "code is asked for too early",
        s("buy when RSI is below 30", ready=False),
        s("make the code please", versions=0, asks="exit", hears=("as soon as",), never=("found nothing",)),
    ),
    talk(
        "a second thought takes back the first",
        s("BTC 4h, buy when RSI is below 30, sell above 70, stop 3%", spec=Plan(**RSI, stop=3), ready=True),
        s("actually, below 25", spec=Plan(**{**RSI, "entry": "RSI < 25"}, stop=3)),
        s("undo", spec=Plan(**RSI, stop=3)),
    ),
    talk(
        "an indicator is not wanted",
        s(
            "ETH/USDT 1h, buy when MACD crosses above its signal and RSI is below 40, sell when MACD crosses below its signal, stop 2%",
            spec=Plan(
                on="ETH/USDT",
                tf="1h",
                entry="MACD.macd x> MACD.signal & RSI < 40",
                exit="MACD.macd x< MACD.signal",
                side="long",
                stop=2,
            ),
        ),
        s(
            "no, without RSI",
            spec=Plan(
                on="ETH/USDT",
                tf="1h",
                entry="MACD.macd x> MACD.signal",
                exit="MACD.macd x< MACD.signal",
                side="long",
                stop=2,
                no="RSI",
            ),
            ready=True,
        ),
        s("generate it", versions=1, never=("talib.RSI",)),
    ),
    talk(
        "what cannot be built is said",
        s("buy on bearish divergence of the RSI", spec=None, hears=("I did not use this",), ready=False),
        s("use machine learning to predict the price", hears=("I did not use this",), ready=False, versions=0),
    ),
    talk(
        "short with a cover",
        s(
            "Sell EURUSD short when price breaks below the 20 bar low, cover on a break above the 10 bar high, hourly, 1% stop",
            spec=Plan(
                on="EUR/USD",
                tf="1h",
                entry="close x< DONCHIAN(20).lower[-1]",
                exit="close x> DONCHIAN(10).upper[-1]",
                side="short",
                stop=1,
            ),
            ready=True,
        ),
        s("yes", versions=1, hears=("self.sell",)),
    ),
    talk(
        "both ways, with a target and no stop at first",
        s(
            "SOL/USDT 30m, long when EMA 12 crosses above EMA 26, short when it crosses below",
            asks="risk.stop_loss_pct",
        ),
        s(
            "2",
            spec=Plan(
                on="SOL/USDT", tf="30m", entry="EMA(12) x> EMA(26)", exit="EMA(12) x< EMA(26)", side="both", stop=2
            ),
            ready=True,
        ),
        s("please generate the strategy code", versions=1),
    ),
    talk(
        "small talk does not disturb the plan",
        s("BTC 4h, buy when RSI is below 30, sell above 70, stop 3%", ready=True),
        s("thanks!", spec=Plan(**RSI, stop=3), versions=0),
        s("how are you?", spec=Plan(**RSI, stop=3), versions=0),
        s("no wait", spec=Plan(**RSI, stop=3), versions=0),
        s("confirm", versions=1),
    ),
    talk(
        "a yes after the code makes no second one",
        s("BTC 4h, buy when RSI is below 30, sell above 70, stop 3%"),
        s("yes", versions=1),
        s("great, thanks", versions=1, never=("```python",)),
        s("yes", versions=1),
    ),
    talk(
        "a trading system asks for its size",
        s(
            "BTC 4h, buy when RSI is below 30, sell above 70, stop 3%",
            asks="risk.position_pct",
            ready=False,
            hears=("trading system",),
        ),
        s("20%", spec=Plan(**RSI, stop=3, size=20), ready=True),
        s("yes, generate", versions=1),
        kind="trading_system",
    ),
    talk(
        "a trading system without a stop is held back",
        s(
            "AAPL daily, buy when close crosses above SMA 50, sell when it crosses below, 25% of the money",
            asks="risk.stop_loss_pct",
            ready=False,
        ),
        s("yes, generate", versions=0, never=("```python",)),
        s("trailing stop 8%", ready=True),
        kind="trading_system",
    ),
    talk(
        "an indicator from inputs, measure and pane",
        s("EMA 12 and EMA 26", asks="measure", offers=("the difference",), ready=False),
        s("the difference", ready=True),
        s("yes, generate", versions=1, hears=("def indicator",)),
        s("change 26 to 30", ready=True),
        s("generate", versions=2),
        kind="indicator",
    ),
    talk(
        "bands are asked how far away they are",
        s("bands around SMA 20", asks="width", offers=("2 ATR",), ready=False),
        s("2 ATR", ready=True),
        s("", versions=1),
        kind="indicator",
    ),
    talk(
        "plain talk says what it is",
        s("hello, what can you do?", hears=("not an AI model", "Strategy"), never=("```python",)),
        kind="general",
    ),
)

CHINESE = (
    talk(
        "从一句模糊的话到代码",
        s("我想做一个均线策略", asks="entry", ready=False, hears=("不是 AI 模型",), never=("```python",)),
        s("5日均线上穿10日均线买入", asks="exit"),
        s("下穿卖出", asks="risk.stop_loss_pct", offers=("2%",)),
        s("止损2%", asks="market.timeframe", offers=("15m",)),
        s("15分钟", asks="market.instrument"),
        s("BTC/USDT", spec=Plan(**CROSS, stop=2), ready=True, hears=("要生成代码吗",)),
        s("好的，生成", versions=1, hears=("```python",)),
    ),
    talk(
        "一次说完，再改两次",
        s(
            "BTC/USDT 15分钟，5日均线上穿10日均线买入，下穿卖出，止损2%，止盈5%，仓位50%",
            spec=Plan(**CROSS, stop=2, target=5, size=50),
            ready=True,
        ),
        s("确认", versions=1),
        s("止损改为3%", spec=Plan(**CROSS, stop=3, target=5, size=50), hears=("第 2 版",)),
        s("更新代码", versions=2),
        s(
            "改成10日和30日",
            spec=Plan(
                on="BTC/USDT",
                tf="15m",
                entry="SMA(10) x> SMA(30)",
                exit="SMA(10) x< SMA(30)",
                side="long",
                stop=3,
                target=5,
                size=50,
            ),
        ),
        s("生成", versions=3),
    ),
    talk(
        "犹豫和提问不会生成",
        s("BTC四小时，RSI低于30买，高于70卖，止损3%", spec=Plan(**RSI, stop=3), ready=True),
        s("先不要生成代码", versions=0, never=("```python",)),
        s("止损是什么意思？", versions=0, never=("```python",)),
        s("不确定", versions=0),
        s("好的，就这样，生成吧", versions=1),
    ),
    talk(
        "改的是说到的那个数",
        s("BTC四小时，RSI低于30买，高于70卖，止损3%", spec=Plan(**RSI, stop=3)),
        s("卖出改成65", spec=Plan(**{**RSI, "exit": "RSI > 65"}, stop=3)),
        s("30有点低，改成35", spec=Plan(**{**RSI, "entry": "RSI < 35", "exit": "RSI > 65"}, stop=3)),
        s("3%太紧了，放宽到5%", spec=Plan(**{**RSI, "entry": "RSI < 35", "exit": "RSI > 65"}, stop=5)),
        s("14改成5", spec=Plan(on="BTC", tf="4h", entry="RSI(5) < 35", exit="RSI(5) > 65", side="long", stop=5)),
        s(
            "5改成6",
            spec=Plan(on="BTC", tf="4h", entry="RSI(5) < 35", exit="RSI(5) > 65", side="long", stop=5),
            hears=("是指RSI(5)，还是止损 5%？",),
        ),
        s("RSI周期改成6", spec=Plan(on="BTC", tf="4h", entry="RSI(6) < 35", exit="RSI(6) > 65", side="long", stop=5)),
    ),
    talk(
        "撤回上一条",
        s("BTC四小时，RSI低于30买，高于70卖，止损3%", spec=Plan(**RSI, stop=3)),
        s("止损改成5%", spec=Plan(**RSI, stop=5)),
        s("撤回", spec=Plan(**RSI, stop=3)),
    ),
    talk(
        "做空和平空",
        s(
            "以太坊1小时，EMA20下穿EMA60做空，上穿平空，止损2%",
            spec=Plan(on="ETH", tf="1h", entry="EMA(20) x< EMA(60)", exit="EMA(20) x> EMA(60)", side="short", stop=2),
            ready=True,
        ),
        s("是的", versions=1, hears=("self.sell",)),
    ),
    talk(
        "不要的指标不进代码",
        s(
            "BTC四小时，MACD金叉并且RSI低于40买入，MACD死叉卖出，止损2%",
            spec=Plan(
                on="BTC",
                tf="4h",
                entry="MACD.macd x> MACD.signal & RSI < 40",
                exit="MACD.macd x< MACD.signal",
                side="long",
                stop=2,
            ),
        ),
        s(
            "不要RSI",
            spec=Plan(
                on="BTC",
                tf="4h",
                entry="MACD.macd x> MACD.signal",
                exit="MACD.macd x< MACD.signal",
                side="long",
                stop=2,
                no="RSI",
            ),
            ready=True,
        ),
        s("写代码", versions=1, never=("talib.RSI",)),
    ),
    talk(
        "做不了的要说明",
        s("顶背离卖出", hears=("没有采用",), ready=False),
        s("用机器学习预测涨跌", hears=("没有采用",), versions=0),
    ),
    talk(
        "还不完整就要代码",
        s("RSI低于30买入", ready=False),
        s("好了，生成吧", versions=0, asks="exit", never=("```python", "没有读到策略内容")),
    ),
    talk(
        "口语和数字",
        s(
            "比特币，四小时，价格站上布林带上轨就追多，跌回中轨离场，止损两个点，三成仓",
            spec=Plan(
                on="BTC",
                tf="4h",
                entry="close x> BOLL.upper",
                exit="close x< BOLL.middle",
                side="long",
                stop=2,
                size=30,
            ),
            ready=True,
        ),
        s("可以，就这么办", versions=1),
    ),
    talk(
        "交易系统要说仓位",
        s("BTC四小时，RSI低于30买，高于70卖，止损3%", asks="risk.position_pct", ready=False, hears=("交易系统",)),
        s("两成", spec=Plan(**RSI, stop=3, size=20), ready=True),
        s("确认生成", versions=1),
        kind="trading_system",
    ),
    talk(
        "指标：差值",
        s("EMA12和EMA26", asks="measure", offers=("the difference",), ready=False),
        s("取差值", ready=True),
        s("好的，生成", versions=1, hears=("def indicator",)),
        kind="indicator",
    ),
    talk(
        "策略对话里要指标",
        s(
            "我想要一个指标，显示MACD柱子的变化",
            hears=("自己的指标要在“指标”类型的对话里制作",),
            ready=False,
            never=("```python",),
        ),
    ),
)

MIXED = (
    talk(
        "语言换来换去",
        s("BTC 4h, buy when RSI is below 30", hears=("Still needed",)),
        s("RSI高于70卖出，止损3%", spec=Plan(**RSI, stop=3), hears=("要生成代码吗",)),
        s("yes, generate", versions=1, hears=("Here is the code",)),
    ),
    talk(
        "一句话两种语言",
        s(
            "ETH/USDT 1h，MACD金叉 buy，死叉 sell，stop 2%",
            spec=Plan(
                on="ETH/USDT",
                tf="1h",
                entry="MACD.macd x> MACD.signal",
                exit="MACD.macd x< MACD.signal",
                side="long",
                stop=2,
            ),
            ready=True,
        ),
        s("ok 生成", versions=1),
    ),
)

TALKS = (*ENGLISH, *CHINESE, *MIXED)
