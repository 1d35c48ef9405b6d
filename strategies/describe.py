"""Specs in words, in the language of the talk.

The assistant answers in the language of the message, not of the interface, so what it says stands here in both
languages side by side, where the rule that says it can be read; buttons and pages go through gettext.
"""

from collections.abc import Mapping

from strategies.conditions import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    IndicatorUse,
    Negation,
    Number,
    Operand,
    PriceUse,
    from_json,
)
from strategies.grammar import DEFAULT_PARAMS
from strategies.spec import Spec


def is_zh(language: str) -> bool:
    return language.lower().startswith("zh")


def say(language: str, english: str, chinese: str, **values: object) -> str:
    """One of two texts, with its values filled in."""
    text = chinese if is_zh(language) else english
    return text.format(**values) if values else text


_PRICES = {"open": "开盘价", "high": "最高价", "low": "最低价", "close": "收盘价", "volume": "成交量"}
_LINES = {
    "macd": ("line", "DIF 线"),
    "signal": ("signal line", "信号线"),
    "hist": ("histogram", "柱"),
    "k": ("K", "K 值"),
    "d": ("D", "D 值"),
    "j": ("J", "J 值"),
    "upper": ("upper band", "上轨"),
    "middle": ("middle band", "中轨"),
    "lower": ("lower band", "下轨"),
}
_RELATIONS = {
    "cross_above": ("crosses above", "上穿"),
    "cross_below": ("crosses below", "下穿"),
    "gt": ("is above", "大于"),
    "ge": ("is at or above", "大于等于"),
    "lt": ("is below", "小于"),
    "le": ("is at or below", "小于等于"),
}
KINDS = {
    "spot": ("spot", "现货"),
    "futures": ("futures", "合约"),
    "stock": ("stocks", "股票"),
    "forex": ("forex", "外汇"),
}
# as traders call them, in the name of a strategy; the others go by their letters
CHINESE_NAMES = {
    "SMA": "均线",
    "BOLL": "布林带",
    "DONCHIAN": "唐奇安通道",
    "VOLUME_SMA": "均量线",
}
TIMEFRAMES_ZH = {
    "1m": "1 分钟",
    "5m": "5 分钟",
    "15m": "15 分钟",
    "30m": "30 分钟",
    "1h": "1 小时",
    "4h": "4 小时",
    "1d": "日线",
    "1w": "周线",
}
DIRECTIONS = {
    "long": ("long only", "只做多"),
    "short": ("short only", "只做空"),
    "both": ("long and short", "多空双向"),
}
PARAMS = {
    "period": ("period", "周期"),
    "fast": ("fast", "快线周期"),
    "slow": ("slow", "慢线周期"),
    "signal": ("signal", "信号线周期"),
    "dev": ("deviations", "标准差倍数"),
    "n": ("n", "N"),
    "m1": ("m1", "M1"),
    "m2": ("m2", "M2"),
}
RISKS = {
    "stop_loss_pct": ("stop-loss", "止损"),
    "take_profit_pct": ("take-profit", "止盈"),
    "trailing_stop_pct": ("trailing stop", "移动止损"),
    "position_pct": ("position size", "仓位"),
    "max_bars": ("longest holding time", "最长持有"),
}


def indicator_words(name: str, params: Mapping[str, float], language: str) -> str:
    """``SMA(5)``; a parameter that was not said is a question mark."""
    values = [f"{value:g}" for value in params.values()] or ["?"]
    return f"{name}({', '.join(values)})"


def operand_words(operand: Operand, language: str) -> str:
    zh = is_zh(language)
    match operand:
        case Number(value):
            return f"{value:g}"
        case PriceUse(price, offset):
            words = _PRICES[price] if zh else f"the {price}"
            return _ago(words, offset, zh)
        case IndicatorUse(name, params, line, offset):
            words = indicator_words(name, dict(params), language)
            if line:
                words = f"{words} 的{_LINES[line][1]}" if zh else f"{words} {_LINES[line][0]}"
            return _ago(words, offset, zh)


def _ago(words: str, offset: int, zh: bool) -> str:
    if not offset:
        return words
    if zh:
        return f"前 {offset} 根的{words}"
    return f"{words} {offset} bar{'s' if offset > 1 else ''} ago"


def condition_words(tree: Condition, language: str, nested: bool = False) -> str:
    """The tree as one phrase; inner groups stand in brackets."""
    zh = is_zh(language)
    match tree:
        case Compare(op, left, right):
            relation = _RELATIONS[op][1 if zh else 0]
            return f"{operand_words(left, language)} {relation} {operand_words(right, language)}"
        case Negation(item):
            inner = condition_words(item, language)
            return f"不满足（{inner}）" if zh else f"not ({inner})"
        case AllOf(items) | AnyOf(items):
            both = isinstance(tree, AllOf)
            word = (" 且 " if both else " 或 ") if zh else (" and " if both else " or ")
            joined = word.join(condition_words(item, language, True) for item in items)
            if nested and len(items) > 1:
                return f"（{joined}）" if zh else f"({joined})"
            return joined


def spec_lines(spec: Spec, language: str) -> list[str]:
    """What the spec holds, one phrase a line, most telling first."""
    lines: list[str] = []
    market = [spec.market.instrument, spec.market.timeframe]
    if spec.market.kind:
        market.append(KINDS[spec.market.kind][1 if is_zh(language) else 0])
    if any(market):
        words = (" · ").join(item for item in market if item)
        lines.append(say(language, "Market: {words}", "市场：{words}", words=words))
    if spec.direction:
        words = DIRECTIONS[spec.direction][1 if is_zh(language) else 0]
        lines.append(say(language, "Direction: {words}", "方向：{words}", words=words))
    for tree, english, chinese in (
        (spec.entry, "Entry: {words}", "入场：{words}"),
        (spec.exit, "Exit: {words}", "出场：{words}"),
    ):
        if tree:
            lines.append(say(language, english, chinese, words=condition_words(from_json(tree), language)))
    lines += loose_lines(spec, language)
    risks = [risk_words(name, value, language) for name, value in risk_items(spec)]
    if risks:
        words = ("，" if is_zh(language) else ", ").join(risks)
        lines.append(say(language, "Risk: {words}", "风险：{words}", words=words))
    if spec.excluded:
        words = ("、" if is_zh(language) else ", ").join(spec.excluded)
        lines.append(say(language, "Not to be used: {words}", "不使用：{words}", words=words))
    return lines


def loose_lines(spec: Spec, language: str) -> list[str]:
    """Indicators that are named and not yet part of a rule."""
    from strategies.conditions import indicators_of

    used = {
        (use.name, use.params) for tree in (spec.entry, spec.exit) if tree for use in indicators_of(from_json(tree))
    }
    loose = [item for item in spec.indicators if (item.name, tuple(item.params.items())) not in used]
    if not loose:
        return []
    words = ("、" if is_zh(language) else ", ").join(
        indicator_words(item.name, item.params, language) for item in loose
    )
    return [
        say(
            language, "Mentioned, not used in a rule yet: {words}", "提到但还没有用在规则里的指标：{words}", words=words
        )
    ]


def risk_items(spec: Spec) -> list[tuple[str, float]]:
    return [(name, value) for name in RISKS if (value := getattr(spec.risk, name)) is not None]


def risk_words(name: str, value: float, language: str) -> str:
    zh = is_zh(language)
    words = RISKS[name][1 if zh else 0]
    if name == "max_bars":
        return f"{words} {value:g} 根 K 线" if zh else f"{words} {value:g} bars"
    return f"{words} {value:g}%"


def short_name(spec: Spec, language: str) -> str:
    """A name for the library, such as ``BTC/USDT 15m SMA cross`` or ``BTC/USDT 15 分钟 均线交叉``."""
    from strategies.conditions import comparisons

    names = list(dict.fromkeys(item.name for item in spec.indicators if item.name in DEFAULT_PARAMS))[:3]
    crosses = any(item.op.startswith("cross") for item in comparisons(from_json(spec.entry))) if spec.entry else False
    if is_zh(language):
        known = [CHINESE_NAMES.get(name, name) for name in names] or ["价格"]
        words = [TIMEFRAMES_ZH.get(spec.market.timeframe or ""), chinese_title(known, "交叉" if crosses else "策略")]
    else:
        words = [spec.market.timeframe, " ".join(names) or "Price", "cross" if crosses else "rules"]
    return " ".join(word for word in (spec.market.instrument, *words) if word)[:110]


def chinese_title(names: list[str], kind: str) -> str:
    """``均线 + RSI 策略``: a space stands where Latin letters meet Chinese ones."""
    core = " + ".join(names)
    if core.endswith(kind):
        return core
    return f"{core} {kind}" if core[-1:].isascii() else f"{core}{kind}"
