"""What a question decides, for people who do not know what to answer; the choice stays theirs."""

from collections.abc import Mapping, Sequence
from typing import Any

from strategies.describe import say

_DECIDES: Mapping[str, tuple[str, str]] = {
    "entry": (
        "The entry is when to buy (or sell short). A crossing of averages follows a trend and comes late; RSI below 30 "
        "buys after a fall, which may go on; a break of a high buys strength, and some breaks fail.",
        "入场决定什么时候开仓。均线交叉跟随趋势，但来得晚；RSI 小于 30 是跌了之后买，可能还会继续跌；"
        "突破高点是买强势，但会有假突破。",
    ),
    "exit": (
        "The exit is when to leave although no stop was hit, mostly the counterpart of the entry.",
        "出场决定没有触发止损时什么时候离开，通常与入场相对应。",
    ),
    "indicators": (
        "A short period reacts early and often, also to noise; a long one reacts late and seldom.",
        "周期短，反应快、信号多，也更容易被噪声触发；周期长，反应慢、信号少。",
    ),
    "risk.stop_loss_pct": (
        "The stop-loss ends a trade when the price has gone this far against it. A narrow one is hit often and loses "
        "little each time; a wide one is hit seldom and loses more.",
        "止损是价格向不利方向走了这么多就平仓。设得近，容易触发，每次亏得少；设得远，不容易触发，每次亏得多。",
    ),
    "risk.take_profit_pct": (
        "The target ends a trade at this gain. A near one is reached often; without one the exit rule alone decides.",
        "止盈是盈利达到这么多就平仓。设得近，容易达到；不设的话，只由出场规则决定。",
    ),
    "risk.position_pct": (
        "The size is the share of the capital that one position uses. With 100% a stop of 2% costs 2% of everything, "
        "with 10% it costs 0.2%.",
        "仓位是一次开仓用多少比例的资金。用 100%，2% 的止损会亏掉总资金的 2%；用 10%，只亏 0.2%。",
    ),
    "risk.max_bars": (
        "The longest holding time closes a position after so many bars even if nothing else did.",
        "最长持有是到了这么多根 K 线就平仓，即使没有触发别的条件。",
    ),
    "market.timeframe": (
        "The timeframe is how much time one bar covers. Short ones trade often and pay costs often; long ones "
        "trade seldom.",
        "时间周期是一根 K 线代表多长时间。周期短，交易多，成本也多；周期长，交易少。",
    ),
    "market.instrument": (
        "The market is what is traded. You can test the same rules on another one later.",
        "品种就是交易什么。同样的规则以后也可以换一个品种测试。",
    ),
    "market.kind": (
        "Spot and stocks are bought and owned; futures and forex are usually traded with margin, also short.",
        "现货和股票是买下来持有；合约和外汇一般用保证金交易，也可以做空。",
    ),
    "direction": (
        "Long earns when the price rises, short when it falls.",
        "做多在上涨时赚钱，做空在下跌时赚钱。",
    ),
}


def explained(missing: Sequence[Mapping[str, Any]], language: str) -> str:
    """What the first open question decides, and what may be answered to it; nothing is set by it."""
    ours = say(
        language,
        "That choice is yours: I set nothing that you did not say. A backtest shows what a choice would have done.",
        "这要由你决定：你没有说的，我不会替你填。选了之后可以用回测看看结果。",
    )
    if not missing:
        return ours
    first = missing[0]
    field = str(first["field"])
    decides = _DECIDES.get(field) or _DECIDES.get(field.partition(".")[0])
    parts = [ours, say(language, *decides)] if decides else [ours]
    if first["choices"]:
        answers = say(language, "”, “", "”、“").join(first["choices"])
        parts.append(say(language, "You can answer: “{answers}”.", "可以回答：“{answers}”。", answers=answers))
    return "\n\n".join(parts)
