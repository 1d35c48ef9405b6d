"""An indicator's spec in words, in the language of the talk."""

from strategies.describe import _LINES, _PRICES, CHINESE_NAMES, chinese_title, indicator_words, is_zh, say
from strategies.indicators.spec import OF_TWO, Average, IndicatorSpec, Input, Width

PANES = {"price": ("over the candles", "叠加在价格图上"), "below": ("below the candles", "价格图下方")}
MEASURES = {
    "lines": ("as it is", "直接画出"),
    "difference": ("difference", "差值"),
    "percent": ("difference in percent", "百分比差（乖离率）"),
    "ratio": ("ratio", "比值"),
    "bands": ("bands", "通道"),
}
_KINDS = {
    "difference": ("difference", "差值"),
    "percent": ("distance", "乖离率"),
    "ratio": ("ratio", "比值"),
    "bands": ("bands", "通道"),
}


def input_words(item: Input, language: str) -> str:
    """``EMA(12)``, ``the close``, ``BOLL(20, 2) upper band``."""
    zh = is_zh(language)
    if item.is_price:
        return _PRICES[item.name] if zh else f"the {item.name}"
    words = indicator_words(item.name, item.params, language)
    if item.line:
        return f"{words} 的{_LINES[item.line][1]}" if zh else f"{words} {_LINES[item.line][0]}"
    return words


def average_words(item: Average) -> str:
    return f"{item.name}({item.period or '?'})"


def width_words(width: Width, language: str) -> str:
    factor, period = f"{width.factor:g}", f"({width.period})" if width.period else ""
    if width.name == "PERCENT":
        return f"{factor}%"
    if width.name == "ATR":
        return say(language, "{factor} times ATR{period}", "{factor} 倍 ATR{period}", factor=factor, period=period)
    return say(
        language, "{factor} standard deviations{period}", "{factor} 倍标准差{period}", factor=factor, period=period
    )


def measure_words(spec: IndicatorSpec, language: str) -> str:
    """What it measures, as one phrase; empty while nothing is known."""
    names = [input_words(item, language) for item in spec.inputs]
    if not names:
        return say(language, *MEASURES[spec.measure]) if spec.measure else ""
    joined = ("、" if is_zh(language) else ", ").join(names)
    if spec.measure == "difference" and len(names) == 2:
        return say(language, "{a} minus {b}", "{a} 减 {b}", a=names[0], b=names[1])
    if spec.measure == "percent" and len(names) == 2:
        return say(language, "how far {a} is from {b}, in percent", "{a} 偏离 {b} 的百分比", a=names[0], b=names[1])
    if spec.measure == "ratio" and len(names) == 2:
        return say(language, "{a} divided by {b}", "{a} 除以 {b}", a=names[0], b=names[1])
    if spec.measure == "bands":
        width = width_words(spec.width, language) if spec.width else "?"
        return say(language, "bands around {a}, {width} away", "{a} 上下 {width} 的通道", a=joined, width=width)
    if spec.measure in OF_TWO:
        return say(language, *MEASURES[spec.measure]) + f": {joined}"
    return joined


def spec_lines(spec: IndicatorSpec, language: str) -> list[str]:
    """What the spec holds, one phrase a line."""
    found: list[str] = []
    if words := measure_words(spec, language):
        found.append(say(language, "Measures: {words}", "衡量：{words}", words=words))
    if spec.smoothing:
        words = average_words(spec.smoothing)
        found.append(say(language, "Smoothed with {words}", "用 {words} 平滑", words=words))
    if spec.signal:
        words = average_words(spec.signal)
        found.append(say(language, "Signal line: {words} of it", "信号线：它的 {words}", words=words))
    if spec.pane:
        found.append(say(language, "Drawn {words}", "画在：{words}", words=say(language, *PANES[spec.pane])))
    return found


def short_name(spec: IndicatorSpec, language: str) -> str:
    """A name for the library, such as ``EMA difference`` or ``EMA 差值``."""
    names = list(dict.fromkeys(item.name for item in spec.inputs))[:3]
    kind = say(language, *_KINDS.get(spec.measure or "", ("indicator", "指标")))
    if is_zh(language):
        known = [(_PRICES | CHINESE_NAMES).get(name, name) for name in names]
        title = chinese_title(known or ["自定义"], kind)
        return f"{title}（平滑）" if spec.smoothing else title
    words = [name.capitalize() if name in _PRICES else name for name in names] or ["Custom"]
    return " ".join(["Smoothed"] * bool(spec.smoothing) + words + [kind])
