"""The words the parser knows, in both languages. A space in an entry stands for any blank, a hyphen or nothing."""

# ruff: noqa: E501 - tables of words; wide characters count twice

from typing import Any

Entry = tuple[str, Any]  # kind of token, value

ENTRIES: dict[str, Entry] = {}


def _add(kind: str, value: Any, words: str) -> None:
    for word in words.split("|"):
        ENTRIES[word] = (kind, value)


# indicators
_add("ind", "SMA", "sma|smas|ma|mas|moving average|moving averages|simple moving average|simple moving averages")
_add("ind", "SMA", "均线|移动平均线|移动平均|简单移动平均线|简单移动平均|简单均线|平均线")
_add(
    "ind",
    "EMA",
    "ema|emas|exponential moving average|exponential moving averages|指数均线|指数移动平均线|指数移动平均|指数平均线",
)
_add("ind", "WMA", "wma|wmas|weighted moving average|weighted moving averages|加权均线|加权移动平均线|加权移动平均")
_add("ind", "MACD", "macd|异同移动平均线|指数平滑异同移动平均线|平滑异同移动平均线")
_add("ind", "RSI", "rsi|relative strength index|relative strength|相对强弱|相对强弱指标|相对强弱指数")
_add("ind", "KDJ", "kdj|随机指标")
_add(
    "ind",
    "BOLL",
    "boll|bollinger|bollinger band|bollinger bands|bbands|bband|bb|布林|布林带|布林线|布林通道|保力加通道",
)
_add("ind", "ATR", "atr|average true range|真实波幅|平均真实波幅")
_add("ind", "CCI", "cci|commodity channel index|顺势指标")
_add("ind", "ADX", "adx|average directional index|平均趋向指数")
_add("ind", "DONCHIAN", "donchian|donchian channel|donchian channels|唐奇安|唐奇安通道|唐安奇通道")
_add("ind", "ROC", "roc|rate of change|变动率|变动率指标")
_add(
    "ind",
    "VOLUME_SMA",
    "volume sma|volume ma|volume moving average|average volume|volume average|均量|均量线|成交量均线|量均线|平均成交量",
)
_add(
    "unknown",
    "indicator",
    "vwap|obv|supertrend|super trend|ichimoku|一目均衡表|一目均衡|sar|parabolic sar|williams|威廉指标|stochastic",
)
_add(
    "unknown",
    "indicator",
    "stochastics|stoch|keltner|fibonacci|斐波那契|dmi|trix|mfi|缠论|波浪理论|超级趋势|抛物线转向|筹码|资金流",
)
_add("unknown", "monthly", "月线|monthly")

# lines of indicators
_add("line", ("BAND", "upper"), "上轨|上轨线|upper band|upper line|upper channel|上沿")
_add("line", ("BAND", "lower"), "下轨|下轨线|lower band|lower line|lower channel|下沿")
_add("line", ("BOLL", "middle"), "中轨|中轨线|middle band|mid band|middle line")
_add("line", ("MACD", "macd"), "dif|dif线|diff|macd line|快线")
_add("line", ("MACD", "signal"), "dea|dea线|signal line|信号线|慢线")
_add(
    "line", ("MACD", "hist"), "histogram|hist|柱状图|柱子|macd柱|macd 柱状图|红绿柱|能量柱|柱|macd histogram|macd hist"
)
_add("line", ("KDJ", "k"), "k值|k 值")
_add("line", ("KDJ", "d"), "d值|d 值|d线|d line")
_add("line", ("KDJ", "j"), "j值|j 值|j线|j line")
_add("letter", "k", "k|%k")
_add("letter", "d", "%d")
_add("letter", "j", "j")
_add("kline", None, "k线|k 线|k line|candle|candles|candlestick|蜡烛")

# prices
_add("price", "close", "收盘价|收盘价格|收盘|close|closing price|close price|price|prices|价格|股价|币价|现价|行情价")
_add("price", "open", "开盘价|open|opening price|open price")
_add("price", "high", "最高价|high")
_add("price", "low", "最低价|low")
_add("price", "volume", "成交量|交易量|volume|vol|量能")
_add("extreme", "upper", "新高|高点|最高点|最高|highest high|highs|highest|bar high|day high")
_add("extreme", "lower", "新低|低点|最低点|最低|lowest low|lows|lowest|bar low|day low")
_add("returned", None, "回到|回归|重新回到|回调到")
_add("returned", "cross_above", "涨到|升到|回升到|涨回|回升至|升至|涨至|涨破到")
_add("returned", "cross_below", "跌到|降到|回落到|跌回|回落至|跌至|降至")
_add("makes", None, "创|创出|创下|创了|makes|make|hits|sets|reaches")
_add("risk", "position_pct", "仓")
_add(
    "back",
    1,
    "前一根|上一根|前一日|前一天|昨日|昨天|previous|prior|yesterday's|yesterday|前一个|上一个|last bar's|前收|上一日",
)
_add("ago", None, "根前|根k线前|天前|日前|bars ago|bar ago|days ago|candles ago")

# relations
_add("rel", "cross_above", "上穿|向上穿过|向上穿越|向上突破|升穿|穿上|上破|突破|站上|升破|涨破|站稳|向上穿")
_add(
    "rel",
    "cross_above",
    "crosses above|cross above|crossing above|crossed above|crosses over|cross over|crossing over|crosses up|cross up",
)
_add(
    "rel",
    "cross_above",
    "crosses up through|crosses back above|cross back above|crosses upward through|crosses upwards through|moves above",
)
_add(
    "rel",
    "cross_above",
    "rises above|rise above|goes above|go above|climbs above|gets above|breaks above|break above|breaks out above",
)
_add(
    "rel",
    "cross_above",
    "break out above|breaks through|moves back above|rises back above|breaks|breaks over",
)
_add("rel", "cross_below", "下穿|向下穿过|向下穿越|向下突破|跌穿|跌破|下破|击穿|失守|向下穿")
_add(
    "rel",
    "cross_below",
    "crosses below|cross below|crossing below|crossed below|crosses under|cross under|crossing under|crosses down",
)
_add(
    "rel",
    "cross_below",
    "cross down|crosses down through|crosses back below|cross back below|falls below|fall below|drops below|drop below",
)
_add(
    "rel",
    "cross_below",
    "goes below|go below|breaks below|break below|dips below|breaks down|breaks down below|moves below|falls back below",
)
_add("rel", "cross_below", "falls under|drops under|breaks under|crosses back under|sinks below")
_add(
    "rel",
    "gt",
    "大于|高于|超过|多于|above|over|greater than|more than|higher than|is above|exceeds|is over|closes above|close above|>",
)
_add(
    "rel",
    "lt",
    "小于|低于|少于|不足|below|under|less than|lower than|smaller than|is below|is under|closes below|close below|<",
)
_add(
    "rel",
    "ge",
    "大于等于|大于或等于|不低于|不小于|至少|>=|≥|=>|at least|greater than or equal to|not below|not under|is not below|not less than",
)
_add(
    "rel",
    "le",
    "小于等于|小于或等于|不高于|不超过|不大于|<=|≤|=<|at most|less than or equal to|not above|not over|is not above|not more than|isn't above",
)
_add("post", "gt", "上方|之上|以上|上面")
_add("post", "lt", "下方|之下|以下|下面")
_add("at", None, "在|位于|处于|is|are|stays|到|跌到|涨到|升到|降到|运行于|运行在")
_add(
    "cross",
    "cross_above",
    "金叉|黄金交叉|golden cross|golden crosses|golden crossover|bullish cross|bullish crossover|crosses bullish",
)
_add(
    "cross",
    "cross_below",
    "死叉|死亡交叉|death cross|death crosses|dead cross|death crossover|bearish cross|bearish crossover|crosses bearish",
)
_add(
    "turn",
    "cross_above",
    "转正|由负转正|从负转正|turns positive|turn positive|becomes positive|goes positive|翻红|由绿转红|由绿变红|变红|turning positive",
)
_add(
    "turn",
    "cross_below",
    "转负|由正转负|从正转负|turns negative|turn negative|becomes negative|goes negative|翻绿|由红转绿|由红变绿|变绿|turning negative",
)
_add("again", "cross_above", "crosses back up|cross back up|crosses up again")
_add(
    "again", "cross_below", "crosses back|cross back|crosses back down|cross back down|crosses down again|反向交叉|反之"
)
_add("vague", "oversold", "超卖|oversold")
_add("vague", "overbought", "超买|overbought")
_add("between", None, "between")
_add("zero", 0.0, "0轴|零轴|zero line|zero|零线|the zero line")

# what to do
_add(
    "act",
    ("entry", "long"),
    "买入|买进|做多|开多|买|buy|buys|buying|go long|enter long|long entry|open long|open a long|open a long position|开多单|多单入场|买多|long when|long if",
)
_add(
    "act",
    ("entry", None),
    "入场|进场|开仓|建仓|enter|entry|entries|open a position|open position|get in|入市|入场点|开单",
)
_add(
    "act",
    ("entry", "short"),
    "做空|开空|卖空|go short|sell short|enter short|short entry|open short|open a short|shorting|short sell|开空单|沽空|short when|short if",
)
_add(
    "act",
    ("exit", None),
    "出场|离场|平仓|清仓|卖出|卖掉|抛出|卖|sell|sells|selling|exit|exits|close the position|close position|close the trade|get out|close it",
)
_add("act", ("exit", None), "close when|close if|close out|止盈出场|止损出场|平掉|退出|离市|close all|close on")
_add("act", ("exit", "long"), "平多|close long|close the long|exit long|long exit|平多单")
_add("act", ("exit", "short"), "平空|cover|buy to cover|close short|close the short|exit short|short exit|平空单|回补")
_add("dir", "long", "只做多|仅做多|只多|long only|only long|long-only|多头")
_add("dir", "short", "只做空|仅做空|只空|short only|only short|空头")
_add(
    "dir",
    "both",
    "多空双向|双向交易|双向|多空都做|多空皆可|做多做空|both directions|long and short|both long and short|both ways|long/short|多空",
)
_add("when", None, "when|whenever|if|once|upon|as soon as|as long as|the moment|on|信号|当|如果|若|点")

# joining and parting
_add("and", None, "且|并且|同时|而且|以及|并|and|&&|&|+|while|along with|together with|plus")
_add("or", None, "或|或者|或是|or")
_add("list", None, "和|与|及|跟|、|/")
_add("soft", None, ",|然后|then|就|则|而")
_add("hard", None, ";|!|?|\n|。")
_add("open", None, "(|[")
_add("shut", None, ")|]")
_add("also", None, "另外|再加|再加上|还要|加上|also|in addition|additionally|并加入|加一个条件|补充|add")
_add(
    "neg",
    None,
    "不|不要|不用|不想|别|勿|无需|不使用|不想用|不想要|不要用|不需要|没有|没|无|去掉|去除|删掉|删除|移除|排除|别用|取消|不加|不考虑|不含|不设|不设置",
)
_add(
    "neg",
    None,
    "no|not|without|don't|dont|do not|don't use|do not use|don't want|do not want|never|remove|drop|exclude|excluding|skip|avoid|ditch|isn't|doesn't|does not|not use|instead of|no more|rather than|get rid of|leave out",
)
_add(
    "change",
    None,
    "改成|改为|换成|变成|调成|调整为|调整到|调到|改到|设成|替换为|替换成|修改为|更改为|改用|换为|换|改|change|changed to|change it to|change to|switch to|switch|replace|make it|instead|make that",
)
_add("to", None, "to|with|成|by|into")
_add("filler", "线", "线")
_add(
    "filler",
    None,
    "period|periods|周期|参数|length|window|of|为|是|设为|the|a|an|=|取|params|parameters|parameter|设置为|设定为|用|at|约|大约|with period|standard deviations|倍标准差|标准差|std|均为|its|my",
)

# money
_add(
    "risk",
    "stop_loss_pct",
    "止损|停损|止损位|止损线|止损点|stop loss|stop|stops|stoploss|sl|亏损|亏|浮亏|loss|loss of|losing|lose",
)
_add(
    "risk",
    "take_profit_pct",
    "止盈|止赢|停利|止盈位|目标|目标位|take profit|takeprofit|profit target|target|tp|盈利|获利|赚|浮盈|profit|gain|gains|take profits|profit of",
)
_add(
    "risk",
    "trailing_stop_pct",
    "移动止损|跟踪止损|追踪止损|移动止盈|追踪止盈|跟踪止盈|从最高点回撤|最高点回撤|从高点回撤|高点回撤|最高点回落|从高点回落|回撤止损|trailing stop|trailing stop loss|trailing|trail|trail stop|浮动止损|吊灯止损",
)
_add(
    "risk",
    "position_pct",
    "仓位|资金|持仓比例|资金比例|头寸|position size|position sizing|position|of capital|of equity|of my capital|of the capital|of my equity|of cash|of account|of my account|capital|equity|size|allocation|本金|总资金|每次投入|allocate|invest",
)
_add("risk", "per_trade", "risk per trade|per trade risk|单笔风险|每笔风险|每笔亏损|risk")
_add("whole", 100.0, "满仓|全仓|全部资金|all in|full position|all capital|all my capital|全部仓位")
_add(
    "whole",
    50.0,
    "半仓|一半资金|一半仓位|half position|half of capital|half the capital|half of my capital|half my capital",
)
_add(
    "hold",
    None,
    "持有|持仓|最多持有|最多持仓|hold|holding|max|maximum|持股|hold for|at most hold|hold at most|hold for at most|最长持有|持仓不超过|持有不超过|exit after|close after|sell after|后平仓|后卖出|后离场|after",
)

# questions
_add(
    "question",
    None,
    "什么是|是什么|怎么|为什么|如何|什么意思|what is|what's|how does|how do|why|should i|which|what does|explain|要不要|是否|该不该|哪个|能不能解释|what are|tell me about|do you think",
)

# the way of a cross told apart from the word; "on the opposite" turns the last one around
_add(
    "again",
    None,
    "crosses back|cross back|crosses back down|crosses back up|cross back down|反向交叉|反之|反过来|相反|the opposite",
)
_add("again", None, "opposite cross|opposite|vice versa|the reverse|reverse cross|反向")
_add("generic", None, "crosses|cross|穿过|穿越|crossing|穿")
_add("heading", "cross_above", "from below|upwards|upward|从下方|从下往上|自下而上|由下向上|从下向上|向上")
_add("heading", "cross_below", "from above|downwards|downward|从上方|从上往下|自上而下|由上向下|从上向下|向下")
_add(
    "returned",
    None,
    "回到|回升到|回落到|回归|重新回到|回调到|跌回|涨回|跌到|涨到|升到|降到|回升至|回落至|跌至|升至|涨至|降至",
)
_add(
    "rel",
    "cross_above",
    "returns above|return above|comes back above|back above|gets back above|turns above|moves up through",
)
_add("rel", "cross_above", "rises through|goes over|gets over|surpasses")
_add(
    "rel",
    "cross_below",
    "returns below|return below|comes back below|back below|gets back below|turns below|falls through|goes under",
)

# said more loosely, or only in a certain place
_add(
    "speed",
    "fast",
    "fast|faster|fast one|fast line|short one|短期|短周期|快线|快均线|短均线|短期线|快速均线|短的那条|快的那条|shorter one|short term",
)
_add(
    "speed",
    "slow",
    "slow|slower|slow one|slow line|long one|长期|长周期|慢线|慢均线|长均线|长期线|慢速均线|长的那条|慢的那条|longer one|long term",
)
_add("tone", "cross_above", "bullish")
_add("tone", "cross_below", "bearish")
_add(
    "candle",
    "gt",
    "阳线|收阳|收阳线|阳k|阳k线|green candle|green candles|green bar|green bars|bullish candle|bullish candles|up bar|up bars|up candle|up candles",
)
_add(
    "candle",
    "lt",
    "阴线|收阴|收阴线|阴k|阴k线|red candle|red candles|red bar|red bars|bearish candle|bearish candles|down bar|down bars|down candle|down candles",
)
_add("flow", "gt", "放量|成交量放大|量能放大|放大量")
_add("flow", "lt", "缩量|成交量萎缩|量能萎缩")
_add(
    "trend",
    "gt",
    "rising|is rising|sloping up|slopes up|going up|trending up|turning up|turns up|拐头向上|向上拐头|上行|上升|走高|上翘|抬头|points up|pointing up",
)
_add(
    "trend",
    "lt",
    "falling|is falling|sloping down|slopes down|going down|trending down|turning down|turns down|拐头向下|向下拐头|下行|下降|走低|下弯|points down|pointing down",
)
_add("stack", "gt", "多头排列|bullish alignment|bullishly aligned|stacked bullishly|in bullish order")
_add("stack", "lt", "空头排列|bearish alignment|bearishly aligned|stacked bearishly|in bearish order")
_add("touch", None, "触及|触碰|碰到|碰触|摸到|触到|触|touches|touch|touching|tags")
_add("than", None, "比")
_add("size", "gt", "大|高|多|强")
_add("size", "lt", "小|低|少|弱")
_add("within", None, "之间|区间")
_add("both", None, "both|两者|两者都|二者|二者都|都")
_add("either", None, "either|要么")
_add(
    "anyof",
    None,
    "any of these|any of the following|any of them|any one of|one of these|任意一个|任意一个满足|任一|任意一条|满足其一|满足任意一个|满足一个",
)
_add("it", None, "it|它")
_add("mean", None, "average|averages|mean|均值|平均值|平均水平|平均")
_add("line", ("MACD", "signal"), "its signal|the signal")
_add("line", ("KDJ", "k"), "k value")
_add("line", ("KDJ", "d"), "d value")
_add("line", ("KDJ", "j"), "j value")
_add("line", ("BAND", "upper"), "upper|upper one")
_add("line", ("BAND", "lower"), "lower|lower one")
_add("line", ("BOLL", "middle"), "middle|middle one|mid line|布林中轨")
_add("noun", None, "channel|band|通道")
_add("ind", "BOLL", "the bands|布林代|bollingers")
_add("ind", "MACD", "mcad")
_add("ind", "SMA", "年线|半年线")
_add("ago", None, "ago|前|k线前|bars earlier|earlier")
_add("back", 1, "昨|上根|last bar|the bar before|前根")
_add(
    "returned",
    None,
    "gets back to|get back to|comes back to|come back to|returns to|return to|back to|back at|回升|reverts to",
)
_add(
    "rel",
    "cross_above",
    "breakout|breakout above|break of|breakout of|a break of|breaking above|上传|向上击穿|climbs over|rises over|breaking|升穿过",
)
_add(
    "rel",
    "cross_below",
    "breaking below|breakdown below|falls back under|drops back below|crosses back down through|跌落|向下击穿|跌破了",
)
_add("rel", "gt", "closes over|close over|closed above|closing above|高过|大过|was above|上方于")
_add("rel", "lt", "closes under|close under|closed below|closing below|bellow|beneath|was below|低过|小过")
_add("rel", "ge", "no less than|at or above|不少于")
_add("rel", "le", "no more than|no longer than|at or below|no greater than|不多于|不能超过")
_add("soft", None, "->|→")
_add("returned", "ge", "涨到|升到|升至|涨至|rises to|climbs to|goes up to|rise to|gets up to|到达|达到")
_add("returned", "le", "跌到|降到|跌至|降至|falls to|drops to|fall to|drop to|goes down to")
_add("returned", "cross_above", "涨回|回升到|回升至|涨破到|rises back to")
_add("returned", "cross_below", "跌回|回落到|回落至|falls back to|drops back to")
_add("heading", "cross_above", "拐上来|勾上来|升上来|涨上来|上来|回升|往上走")
_add("heading", "cross_below", "拐下来|掉下来|跌下来|下来|回落|往下走")
_add(
    "cross",
    "cross_above",
    "turns bullish|turn bullish|goes bullish|flips bullish|turned bullish|bullish turn",
)
_add(
    "cross",
    "cross_below",
    "turns bearish|turn bearish|goes bearish|flips bearish|turned bearish|bearish turn",
)
_add("generic", None, "crossover|crossovers|cross-over")
_add("times", 2.0, "twice|double|triple|two times|several times")
_add(
    "risk",
    "position_pct",
    "of the equity|of the account|of the portfolio|of my portfolio|my portfolio|of total capital",
)
_add("filler", "parameter", "参数|周期|period|periods|length|params|parameters|parameter|周期数")
_add("zero", 0.0, "零")
_add("filler", None, "级别|级别的|前面|之前的|前期|此前|fixed|the")
_add("at", None, "needs to be|has to be|must be|has been|have been|remains|remain|stay|staying|to be|be")
_add("act", ("entry", "long"), "追多|take longs|做多头")
_add("act", ("entry", "short"), "追空|take shorts|做空头")
_add("act", ("exit", None), "卖出一半|卖一半|减仓|平一半|sell half|take half off|half off|scale out|卖出部分|部分平仓")
_add("until", None, "until|till|直到|直至")
_add("sign", "gt", "positive|is positive|为正|为正值|是正的")
_add("sign", "lt", "negative|is negative|为负|为负值|是负的")
_add("threshold", None, "threshold|thresholds|level|levels|阈值|门槛|界限")
_add("trend", "gt", "放大|增加|递增|increasing|increases|上涨|rises|收涨")
_add("trend", "lt", "萎缩|递减|decreasing|decreases|下跌|收跌")
_add("letter", "d", "d")
_add("rel", "cross_below", "loses")
_add("also", None, "加一个|加个|加条|加一条|增加一个|再加个|再加一个|and also|require|filter|过滤")
_add("denial", None, "就不做|不做了|就不买|就别买|不碰")
_add(
    "vague",
    None,
    "上升趋势|下跌趋势|上涨趋势|下降趋势|趋势向上|趋势向下|uptrend|downtrend|strong trend|weak|is weak|is strong|震荡",
)
_add("unbuilt", "sequence", "the first|on the first|第一根|首次")
_add("change", None, "swap|trade in|swap out")
_add("returned", "cross_above", "站回|收回|重回|重新站上|收复|又站上")
_add(
    "filler",
    None,
    "买入价|开仓价|成本价|入场价|进场价|成本|entry price|the entry price|below entry|above entry|below the entry|above the entry|buy price|放在|放|设在",
)
_add("and", None, "而且")
_add("ind", "WMA", "加权的|加权|weighted|weighted averages|weighted average|weighted ma|加权线")
_add("ind", "EMA", "指数的|exponential averages|exponential average|exponential")
_add("speed", "fast", "短的那根|短的那条|短的|short average|short moving average|shorter average|fast average")
_add("speed", "slow", "长的那根|长的那条|长的|long average|long moving average|longer average|slow average")
_add("cross", "cross_above", "up cross|upward cross|upside cross|up crossover")
_add("cross", "cross_below", "down cross|downward cross|downside cross|down crossover")
_add("extreme", "upper", "closing high|closing highs|收盘新高")
_add("extreme", "lower", "closing low|closing lows|收盘新低")
_add("makes", None, "new|fresh|a new")
_add("change", None, "go back to|改回|换回|改用回|revert to")
_add("hold", None, "have passed|has passed|elapsed|have elapsed")
_add("generic", None, "crossed")
_add("heading", "cross_above", "to the upside|to upside")
_add("heading", "cross_below", "to the downside|to downside")
_add("candle", "gt", "closed green|closes green|close green|closed up|closes up")
_add("candle", "lt", "closed red|closes red|close red|closed down|closes down")
_add("act", ("entry", None), "only trade when|only trade if|trade only when|trade only if|trade when|trade if")
_add("act", ("entry", "long"), "i'm a buyer|i am a buyer|i'm buying")
_add("price", "close", "收|收于|报收")
_add("change", None, "收紧|收窄|放宽|放大到|缩小到")
_add(
    "partial",
    ("exit", None),
    "卖出一半|卖一半|减仓|平一半|sell half|take half off|half off|scale out|卖出部分|部分平仓",
)
_add(
    "anyof",
    None,
    "以下任一条件|任一条件|任意条件|任意一条|whichever comes first|whichever is first|any one|一个满足即可|满足一个即可",
)
_add("dir", "long", "forget about shorting|forget shorting|no short selling|without shorting|不许做空|禁止做空")
_add("also", None, "还要求|还得|还需要|also needs|also need|needs also")
_add("change", None, "turn the|turn into|move the|move to|变为|改到|上调|下调|调整|bump")
_add("ind", "EMA", "exponential ones|exponentials|指数线")
_add("ind", "WMA", "weighted ones")
_add("ind", "SMA", "the averages|simple ones|简单的")
_add("post", "le", "or less|or lower|or under|or below")
_add("post", "ge", "or more|or higher|or above|or over|or greater")
_add("hold", None, "per trade|每笔最多|a trade")
_add("risk", "stop_loss_pct", "bail at|bail out at|认赔|minus")
_add("line", ("BOLL", "upper"), "upper bollinger band|upper bollinger|upper bb")
_add("line", ("BOLL", "lower"), "lower bollinger band|lower bollinger|lower bb")
_add("line", ("BOLL", "middle"), "middle bollinger band|middle bollinger|middle bb")
_add("streak", None, "for|for the last|持续|连续|in a row|consecutive|consecutively|straight|接连")
_add("rel", "le", "不要超过|别超过|不许超过|不得超过|不可超过|up to|最多|至多|不大于")
_add("rel", "cross_above", "破")
_add(
    "act",
    ("exit", None),
    "出局|跳车|撤退|撤出|i want out|want out|i'm out|gets me out|take me out|close my position|flatten|出清|平掉仓位|止损离场|止盈离场|抛售|卖飞",
)
_add(
    "denial",
    None,
    "不交易|不操作|不进场|不入场|不开仓|观望|空仓等|don't trade|do not trade|stay out|stays out|no trade|no trades|sit out|stand aside",
)
_add("risk", "stop_loss_pct", "i'm down|i am down|trade is down|position is down|套了|浮亏达到|亏损超过|亏到|亏了")
_add("risk", "take_profit_pct", "i'm up|i am up|trade is up|position is up|盈利超过|赚到|赚了|盈利达到")
_add("risk", "position_pct", "投入|投|动用|下注|用仓")
_add("neg", None, "scrap|kill|throw out|take out|lose the|不看|不看了|不考虑了|别管|不想看|strike")
_add("question", None, "干嘛|啥|咋|干什么|有啥|为啥|why would|how come|what's the point")
_add("it", None, "it's|它们")
_add("when", ":", ":")
_add("at", None, "was|were|处在|跑到")
_add(
    "filler",
    None,
    "last|past|the last|the past|过去|最近|最近的|近|今天|今日|当前|现在|today's|today|now|this|that|正|出现|的时候|时候|good morning|good afternoon|早上好|上午好|下午好|晚上好|突出|输出|发出|那个|这个|这条|那条|指标",
)
_add(
    "act",
    ("entry", "long"),
    "上车|抄底|低吸|吸筹|入手|持多|追进去|追进|追入|做多单|take a long|take long|take longs|ape in|long|就买|go in long|longing",
)
_add("act", ("entry", "short"), "short|摸顶|take a short|take shorts|就空")
_add("act", ("entry", None), "jump in|就进|in on|in when|in if")
_add(
    "act",
    ("exit", None),
    "下车|走人|跑路|逃顶|割肉|斩仓|了结|就走|就跑|就割|就卖|就出|就平|get me out|leave|leave the trade|dump|bail|bail out|out on|out when|out if|sell everything|卖光|全卖|抛掉|close everything|平了",
)
_add(
    "dir",
    "long",
    "不做空|不要做空|不开空|不想做空|别做空|no shorting|no shorts|don't short|never short|longs only|only longs|只开多|只多不空|long bias",
)
_add("dir", "short", "不做多|不要做多|不开多|no longs|shorts only|only shorts|only short|只开空|只空不多")
_add(
    "neg",
    None,
    "不喜欢|不再用|不再|讨厌|hate|dislike|forget|forget about|never mind|anything but|别加|不要加|不要了|不用了|leave it out|别放|don't like|don't need|不是|is not",
)
_add(
    "change",
    None,
    "should be|set|还是|actually|after all|其实|改用|rather use|let's use|降到|减到|加到|提高到|reduce|raise|lower to|widen|tighten|cut",
)
_add("to", None, "into")
_add("hold", None, "拿|最多拿|in the trade|in a trade|in the position|stay in|持有超过|持仓超过|拿着")
_add(
    "unlimited",
    "max_bars",
    "持仓时间不限|持仓时间不限制|持有时间不限|持有时间不限制|不限持仓时间|不限制持仓时间|no time limit|no holding limit|no limit on holding",
)
_add(
    "risk",
    "position_pct",
    "my account|the account|account|my money|money|of my money|of the money|my equity|my capital|的钱|苍位|本钱|的资金|的仓位",
)
_add("risk", "stop_loss_pct", "stop lose|cut losses|cut my losses|cut the loss|losses|止孙|停损位")
_add("risk", "trailing_stop_pct", "trail it|回撤")
_add("whole", 100.0, "梭哈|allin|all-in|满仓干|全部身家|my whole account|the whole account")
_add("whole", 50.0, "一半的钱|一半的资金|一半资金")
_add("cross", "cross_above", "金差|黄金叉|金插")
_add("cross", "cross_below", "死差|死插")
_add("turn", "cross_above", "翻正|变正")
_add("turn", "cross_below", "翻负|变负|红柱变绿柱")
_add("turn", "cross_above", "绿柱变红柱")
_add(
    "turtle",
    None,
    "海龟|海龟交易法|海龟法则|海龟策略|海龟交易|海龟系统|turtle|turtles|turtle system|turtle trading|turtle rules|the turtles",
)
_add(
    "vague",
    None,
    "低位|高位|low enough|high enough|too fast|太快|too high|too low|回踩|pullback|pull back|回调|feels|感觉|差不多",
)
_add(
    "question",
    None,
    "什么|多少|怎么样|哪|区别|有没有|是不是|会不会|想问|请问|问一下|wanted to ask|want to ask|have a question|whether|好不好|why not|how many|how much|如何|几个",
)
_add("when", "rule", "条件|规则|rule|rules|condition|conditions")

# what no spec can hold, by reason
_add("unbuilt", "divergence", "背离|顶背离|底背离|背驰|divergence|divergences|diverges|diverge|diverging")
_add(
    "unbuilt",
    "pattern",
    "头肩|头肩顶|头肩底|双底|双顶|w底|m头|m顶|三角形|旗形|楔形|吞没|看涨吞没|看跌吞没|锤子线|十字星|早晨之星|黄昏之星|启明星|红三兵|三只乌鸦|乌云盖顶|颈线|形态|支撑|支撑位|压力位|压力线|阻力|阻力位|前低|前高|趋势线|缠论|三买|二买|一买|三卖|二卖|一卖|中枢|波浪|波浪理论|浪|黄金分割|斐波那契|打板|涨停|跌停|缺口",
)
_add(
    "unbuilt",
    "pattern",
    "head and shoulders|double bottom|double top|engulfing|bullish engulfing|bearish engulfing|hammer|doji|morning star|evening star|triangle|wedge|bull flag|bear flag|flag pattern|cup and handle|support|resistance|trend line|trendline|elliott|elliott wave|fibonacci|wyckoff|gap up|gap down|order block|fair value gap|chart pattern|chart patterns",
)
_add(
    "unbuilt",
    "outside",
    "消息|利好|利空|新闻|财报|基本面|机器学习|深度学习|神经网络|人工智能|预测|北向资金|资金费率|资金流入|资金流出|主力|链上|情绪|舆情|news|sentiment|earnings|machine learning|deep learning|neural network|neural networks|lstm|predict|predicts|prediction|forecast|funding rate|on chain|order book|order flow|fundamentals|twitter|tweets",
)
_add(
    "unbuilt",
    "scaling_in",
    "加仓|补仓|网格|马丁|马丁格尔|定投|金字塔|分批|翻倍|摊平|average down|averaging down|dca|grid|grid bot|martingale|pyramid|pyramiding|scale in|scaling in|double the position|double up|double down",
)
_add(
    "unbuilt",
    "session",
    "周一|周二|周三|周四|周五|周末|星期一|星期二|星期三|星期四|星期五|早上|上午|下午|晚上|开盘后|收盘前|尾盘|盘前|盘后|早盘|夜盘|午盘|monday|tuesday|wednesday|thursday|friday|mondays|fridays|weekend|weekends|afternoon|morning|overnight|market open|before the close|at the open",
)
_add("unbuilt", "undo", "撤回|撤销|撤消|回退|undo|take that back|take it back|revert")

# slang that counts only where a clause ends with it
LAST: dict[str, list[tuple[str, str, Any]]] = {}
for _slang, _act in (
    *((word, ("entry", None)) for word in ("进", "in")),
    *((word, ("entry", "long")) for word in ("冲", "追", "抄")),
    *((word, ("exit", None)) for word in ("出", "走", "跑", "割", "砍", "平", "撤", "清", "out")),
):
    LAST.setdefault(_slang[0], []).append((_slang, "act", _act))

_UP = "cross move rise go climb get break jump push pop run shoot come close back turn"
_DOWN = "cross move fall go drop dip slip slide sink break come dive plunge tumble roll get trade back turn decline"
_ENDED = {"go": "goes", "cross": "crosses", "push": "pushes"}
_PAST = {"rise": "rose", "go": "went", "get": "got", "break": "broke", "run": "ran", "shoot": "shot", "come": "came",
         "fall": "fell", "slide": "slid", "sink": "sank"}  # fmt: skip


def _forms(verb: str) -> tuple[str, ...]:
    ending = (
        verb[:-1] if verb.endswith("e") else verb + verb[-1] if verb in ("get", "run", "drop", "dip", "slip") else verb
    )
    past = _PAST.get(verb, ending + "ed")
    return verb, _ENDED.get(verb, verb + "s"), ending + "ing", past


def _add_moves(value: str, verbs: str, ways: str) -> None:
    for verb in verbs.split():
        for form in _forms(verb):
            for way in ways.split("|"):
                if verb != "close":
                    ENTRIES.setdefault(f"{form} {way}", ("rel", value))


_add_moves("cross_above", _UP, "above|over|up above|up through|back above|back over|through|out above|up over")
_add_moves(
    "cross_below", _DOWN, "below|under|beneath|down below|down through|back below|back under|underneath|out below"
)

FIRST: dict[str, list[tuple[tuple[str, ...], str, Any]]] = {}
for _word, (_kind, _value) in ENTRIES.items():
    _parts = tuple(_word.split(" ")) if _word != "\n" else ("\n",)
    FIRST.setdefault(_parts[0][0], []).append((_parts, _kind, _value))
for _candidates in FIRST.values():
    # the longest first; of two that are as long the one that is written in fewer words
    _candidates.sort(key=lambda candidate: (-sum(map(len, candidate[0])), len(candidate[0])))
