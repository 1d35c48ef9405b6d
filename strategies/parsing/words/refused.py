"""What no spec can hold, by the reason that is given."""

# ruff: noqa: E501 - tables of words; wide characters count twice

from typing import Any

WORDS: tuple[tuple[str, Any, str], ...] = (
    # what no spec can hold, by reason
    (
        "unbuilt",
        "pattern",
        "long upper wick|long lower wick|upper wick|lower wick|long wick|wick|上影线|下影线|长上影|长下影|inside bar|箱体",
    ),
    ("unbuilt", "divergence", "背离|顶背离|底背离|背驰|divergence|divergences|diverges|diverge|diverging"),
    (
        "unbuilt",
        "pattern",
        "头肩|头肩顶|头肩底|双底|双顶|w底|m头|m顶|三角形|旗形|楔形|吞没|看涨吞没|看跌吞没|锤子线|十字星|早晨之星|黄昏之星|启明星|红三兵|三只乌鸦|乌云盖顶|颈线|形态|支撑|支撑位|压力位|压力线|阻力|阻力位|前低|前高|趋势线|缠论|三买|二买|一买|三卖|二卖|一卖|中枢|波浪|波浪理论|浪|黄金分割|斐波那契|打板|涨停|跌停|缺口",
    ),
    (
        "unbuilt",
        "pattern",
        "head and shoulders|double bottom|double top|engulfing|bullish engulfing|bearish engulfing|hammer|doji|morning star|evening star|triangle|wedge|bull flag|bear flag|flag pattern|cup and handle|support|resistance|trend line|trendline|elliott|elliott wave|fibonacci|wyckoff|gap up|gap down|order block|fair value gap|chart pattern|chart patterns",
    ),
    (
        "unbuilt",
        "outside",
        "外资|龙虎榜|游资|散户|机构|消息|利好|利空|新闻|财报|基本面|机器学习|深度学习|神经网络|人工智能|预测|北向资金|资金费率|资金流入|资金流出|主力|链上|情绪|舆情|news|sentiment|earnings|machine learning|deep learning|neural network|neural networks|lstm|predict|predicts|prediction|forecast|funding rate|on chain|order book|order flow|fundamentals|twitter|tweets",
    ),
    (
        "unbuilt",
        "scaling_in",
        "add to the position|add to my position|add to it|add more|buy more|每跌|每涨|越跌越买|越涨越买|加仓|补仓|网格|马丁|马丁格尔|定投|金字塔|分批|翻倍|摊平|average down|averaging down|dca|grid|grid bot|martingale|pyramid|pyramiding|scale in|scaling in|double the position|double up|double down",
    ),
    (
        "unbuilt",
        "session",
        "周一|周二|周三|周四|周五|周末|星期一|星期二|星期三|星期四|星期五|早上|上午|下午|晚上|开盘后|收盘前|尾盘|盘前|盘后|早盘|夜盘|午盘|monday|tuesday|wednesday|thursday|friday|mondays|fridays|weekend|weekends|afternoon|morning|overnight|market open|before the close|at the open",
    ),
    (
        "unbuilt",
        "unclear",
        "entry day|entry candle|entry bar|day of entry|买入当天|入场那根|买入那根|breakeven|break even|保本|保本损",
    ),
    (
        "unbuilt",
        "indicator_wish",
        "一个指标|做个指标|写个指标|画个指标|自定义指标|an indicator|my own indicator|custom indicator",
    ),
    (
        "unbuilt",
        "account_rule",
        "stop trading|quit trading|halt trading|stop for the day|stop for the week|stop for the month|daily loss limit|max daily loss|maximum daily loss|daily loss|max drawdown|maximum drawdown|drawdown limit|drawdown of|account drawdown|total drawdown|停止交易|暂停交易|不再交易|停止开仓|停手|最大回撤|总回撤|账户回撤|资金回撤|每日亏损|单日亏损|当日亏损|日内亏损|连亏|连续亏损|losing streak|losses in a row|consecutive losses|max positions|positions at once|positions at the same time|open positions|at most two positions|at most 2 positions|at most three positions|at most 3 positions|同时持仓|同时持有",
    ),
    ("unbuilt", "undo", "撤回|撤销|撤消|回退|undo|take that back|take it back|revert"),
)
