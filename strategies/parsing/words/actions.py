"""What to do, what joins and parts, money, questions."""

# ruff: noqa: E501 - tables of words; wide characters count twice

from typing import Any

WORDS: tuple[tuple[str, Any, str], ...] = (
    # what to do
    (
        "act",
        ("entry", "long"),
        "买入|买进|做多|开多|买|buy|buys|buying|go long|enter long|long entry|open long|open a long|open a long position|开多单|多单入场|买多|long when|long if",
    ),
    (
        "act",
        ("entry", None),
        "enter after|get in after|入场|进场|开仓|建仓|enter|entry|entries|open a position|open position|get in|入市|入场点|开单",
    ),
    (
        "act",
        ("entry", "short"),
        "做空|开空|卖空|go short|sell short|enter short|short entry|open short|open a short|shorting|short sell|开空单|沽空|short when|short if",
    ),
    (
        "act",
        ("exit", None),
        "出场|离场|平仓|清仓|卖出|卖掉|抛出|卖|sell|sells|selling|exit|exits|close the position|close position|close the trade|get out|close it",
    ),
    ("act", ("exit", None), "close when|close if|close out|止盈出场|止损出场|平掉|退出|离市|close all|close on"),
    (
        "act",
        ("exit", "long"),
        "sell the long|sell my long|exit the long|exit longs|close longs|平多|close long|close the long|exit long|long exit|平多单",
    ),
    (
        "act",
        ("exit", "short"),
        "cover the short|cover shorts|cover my short|cover my shorts|平空|cover|covers|covering|buy to cover|close short|close the short|exit short|short exit|平空单|回补",
    ),
    ("dir", "long", "只做多|仅做多|只多|long only|only long|long-only|多头"),
    ("dir", "short", "只做空|仅做空|只空|short only|only short|空头"),
    (
        "dir",
        "both",
        "多空双向|双向交易|双向|多空都做|多空皆可|做多做空|both directions|long and short|both long and short|both ways|long/short|多空",
    ),
    ("when", None, "when|whenever|if|once|upon|as soon as|as long as|the moment|on|信号|当|如果|若|点"),
    # joining and parting
    ("and", None, "加|且|并且|同时|而且|以及|并|and|&&|&|+|while|along with|together with|plus"),
    ("or", None, "或|或者|或是|or"),
    ("list", None, "和|与|及|跟|、|/"),
    ("soft", None, ",|然后|then|就|则|而"),
    ("hard", None, ";|!|?|\n|。"),
    ("open", None, "(|["),
    ("shut", None, ")|]"),
    ("also", None, "另外|再加|再加上|还要|加上|also|in addition|additionally|并加入|加一个条件|补充|add"),
    (
        "neg",
        None,
        "不|不要|不用|不想|别|勿|无需|不使用|不想用|不想要|不要用|不需要|没有|没|无|去掉|去除|删掉|删除|移除|排除|别用|取消|不加|不考虑|不含|不设|不设置",
    ),
    (
        "neg",
        None,
        "no|not|without|don't|dont|do not|don't use|do not use|don't want|do not want|never|remove|drop|exclude|excluding|skip|avoid|ditch|isn't|doesn't|does not|not use|instead of|no more|rather than|get rid of|leave out|cancel the|delete the",
    ),
    (
        "change",
        None,
        "改成|改为|换成|变成|调成|调整为|调整到|调到|改到|设成|替换为|替换成|修改为|更改为|改用|换为|换|改|change|changed to|change it to|change to|switch to|switch|replace|make it|instead|make that",
    ),
    ("to", None, "to|with|成|by|into"),
    ("filler", "线", "线"),
    (
        "filler",
        None,
        "period|periods|周期|参数|length|window|of|为|是|设为|the|a|an|=|取|params|parameters|parameter|设置为|设定为|用|at|约|大约|with period|standard deviations|倍标准差|标准差|std|均为|its|my",
    ),
    # money
    (
        "risk",
        "stop_loss_pct",
        "止损|停损|止损位|止损线|止损点|stop loss|stop|stops|stoploss|sl|亏损|亏|浮亏|loss|loss of|losing|lose",
    ),
    (
        "risk",
        "take_profit_pct",
        "止盈|止赢|停利|止盈位|目标|目标位|take profit|takeprofit|profit target|target|tp|盈利|获利|赚|浮盈|profit|gain|gains|take profits|profit of",
    ),
    (
        "risk",
        "trailing_stop_pct",
        "移动止损|移动停损|移动停利|追踪停损|追踪停利|跟踪停损|跟踪止损|追踪止损|移动止盈|追踪止盈|跟踪止盈|从最高点回撤|最高点回撤|从高点回撤|高点回撤|最高点回落|从高点回落|回撤止损|trailing stop|trailing stop loss|trailing|trail|trail stop|浮动止损|吊灯止损",
    ),
    (
        "risk",
        "position_pct",
        "仓位|资金|持仓比例|资金比例|头寸|position size|position sizing|position|of capital|of equity|of my capital|of the capital|of my equity|of cash|of account|of my account|capital|equity|size|allocation|本金|总资金|每次投入|allocate|invest",
    ),
    (
        "risk",
        "per_trade",
        "risk per trade|per trade risk|风险每笔|每单风险|每次风险|单次风险|单笔风险|每笔风险|每笔亏损|risk",
    ),
    ("whole", 100.0, "满仓|全仓|全部资金|all in|full position|all capital|all my capital|全部仓位"),
    (
        "whole",
        50.0,
        "半仓|一半资金|一半仓位|half position|half of capital|half the capital|half of my capital|half my capital",
    ),
    (
        "hold",
        None,
        "持有|持仓|最多持有|最多持仓|hold|holding|max|maximum|持股|hold for|at most hold|hold at most|hold for at most|最长持有|持仓不超过|持有不超过|exit after|close after|sell after|后平仓|后卖出|后离场|after",
    ),
    # questions
    (
        "question",
        None,
        "什么是|是什么|怎么|为什么|如何|什么意思|what is|what's|how does|how do|why|should i|which|what does|explain|要不要|是否|该不该|哪个|能不能解释|what are|tell me about|do you think",
    ),
)
