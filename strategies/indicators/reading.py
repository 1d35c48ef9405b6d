"""Reads Chinese and English sentences about an indicator by rule: what it measures, from what, and where it is drawn.

Places, widths and averages of the result are found first and taken out; the indicators that are left are the inputs.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from strategies.conditions import IndicatorUse, PriceUse
from strategies.grammar import MAX_PERIOD, MOVING_AVERAGES, PARAM_NAMES, plain_number
from strategies.indicators.spec import MAX_IDEA, MAX_INPUTS, OF_TWO, Average, IndicatorSpec, Input, Width, make_input
from strategies.parsing import MAX_READ, Unread
from strategies.parsing.context import COUNTS, Context, remember
from strategies.parsing.lexer import tokens_of
from strategies.parsing.operands import read_operands
from strategies.parsing.text import comparable
from strategies.parsing.tokens import Token

_PRICE_PANE = re.compile(
    r"(?:drawn |plotted |draw it |put it |shown )?(?:on|over|onto) (?:top of )?(?:the )?(?:price chart|main chart"
    r"|candles|candlesticks|bars|price pane)|overlay(?:ed|s)?(?: on (?:the )?(?:price|chart|candles))?"
    r"|(?:画在|放在|叠加在|叠加到|显示在)?(?:主图|k线图|价格图|k线)(?:上面|上)?|叠加(?:显示)?"
)
_BELOW_PANE = re.compile(
    r"(?:drawn |plotted |draw it |put it |shown )?(?:below|under|beneath|underneath) (?:the )?(?:price chart|main chart"
    r"|chart|candles|candlesticks|price|bars)|(?:in )?(?:its own|an own|a separate|separate|own) (?:pane|panel|window)"
    r"|sub-?chart|(?:画在|放在|显示在)?(?:副图|下方|下面|单独窗口|独立窗口|单独面板)"
)
_NUMBER = r"(\d{1,6}(?:\.\d{1,6})?|one|two|three|four|half|[一二两三四五])"
_WORDS = {"one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "half": 0.5, "一": 1.0, "二": 2.0, "两": 2.0, "三": 3.0}
_WORDS |= {"四": 4.0, "五": 5.0}
_OVER = r"(?: ?(?:of|over|\() ?(\d{1,4}) ?(?:bars|days|periods|根|日)?\)?)?"
_ATR = re.compile(_NUMBER + r" ?(?:times|x|\*|倍|个)? ?(?:the |的)?atr" + _OVER)
_DEVIATIONS = re.compile(
    _NUMBER
    + r" ?(?:times|x|倍|个)? ?(?:the |的)?(?:standard deviations?|std ?devs?|stdevs?|std|sigmas?|标准差)"
    + _OVER
)
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,4})?) ?(?:%|percent)|百分之" + _NUMBER)
_MEASURES = (
    ("bands", re.compile(r"\b(?:bands?|envelopes?|channels?|corridors?)\b|通道|包络|上下轨|轨道")),
    (
        "percent",  # how far one is from the other, of which traders speak as BIAS
        re.compile(
            r"\b(?:differences?|distance|gap|spread|deviation|how far)\b[^.;!?]{0,80}\b(?:in |as a )?percent(?:age)?\b"
            r"|\bpercent(?:age)? (?:difference|distance|gap|spread|deviation)\b|\bin (?:percent|%)|\bbias\b"
            r"|乖离率?|偏离[^。；！？]{0,30}(?:百分比|百分之几|多少%)|百分比(?:的)?(?:差|距离|偏离)|(?:差|距离)[^。；！？]{0,12}百分"
        ),
    ),
    (
        "difference",
        re.compile(
            r"\b(?:difference|differences|differ|spread|minus|subtract(?:ed)?|distance|gap)\b"
            r"|差值|之差|的差|相减|减去|差额|价差|取差|减"
        ),
    ),
    ("ratio", re.compile(r"\b(?:ratio|divided by|quotient|relative to)\b|比值|之比|比率|除以|相除|取比|的比")),
    (
        "lines",
        re.compile(
            r"\b(?:draw each|draw both|draw them all|each of them|as it is|as they are|just draw|both lines)\b"
            r"|分别画|都画|各画|直接画|照原样|画出来"
        ),
    ),
)
_KIND = (
    r"(sma|ema|wma|ma|exponential moving average|weighted moving average|simple moving average|moving average|average"
    r"|指数均线|加权均线|均线|移动平均)"
)
_COUNT = r"(\d{1,4})"
_UNIT = r"[- ]?(?:bars?|days?|periods?|日|天|根|周期|期)?"
_AFTER = re.compile(
    r"^(?:[ ,:(=]|it|them|that|the result|result|line|is|by|with|using|use|over|of|an?|the"
    r"|用|为|是|以|取|周期|来|进行|做)*"
    rf"(?:{_COUNT}{_UNIT}[ 的]*{_KIND}?|{_KIND}[ (]*{_COUNT}?)"
)
_BEFORE = re.compile(
    rf"(?:{_COUNT}{_UNIT}[ 的]*{_KIND}?|{_KIND}[ (]*{_COUNT}?\)?)(?:[ ]|as|an?|the|来|做|作|作为|为|的|再|进行|并)*$"
)
_SMOOTHING = re.compile(r"\b(?:smooth(?:ed|ing|en)?)\b|平滑")
_SIGNAL = re.compile(r"\bsignal(?: line)?\b|信号线")
_UNSMOOTHED = re.compile(
    r"\b(?:no|not|without|don't|drop the|remove the)(?: any)? ?(?:smooth|signal)"
    r"|(?:不要|不用|去掉|不需要|取消|别)(?:平滑|信号线)"
)
_MORE = re.compile(r"\b(?:also|add|as well|too)\b|再加|加上|另外|还要|也要")
_CHANGE = re.compile(_COUNT + r" ?(?:日|天|bars?)? ?(?:to|->|into|with|by|改成|改为|换成|换为|变成) ?" + _COUNT)
_NUMBERS = re.compile(r"\d{1,4}(?:\.\d{1,4})?")
_CUT = re.compile(r"[,;.!?。\n]")
_WINDOW = 48  # characters around a word
_QUESTION = re.compile(
    r"^\s*(?:what|how(?! (?:far|much|many|strong|steep|fast)\b[^?]*$)|why|which|who|when|does|do|is|are|should"
    r"|什么|怎么|为什么|如何)(?![a-z])"
    r"|(?:是什么|什么意思|吗|么|呢)[?!. ]*$"
)
_SWAPPED = re.compile(r"\bsubtract(?:ed)? .{1,60} from\b")


@dataclass(slots=True)
class Reading:
    """The spec after a message; ``sources``: which words each item came from; what was not used, and why."""

    spec: IndicatorSpec
    sources: dict[str, str] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)
    question: bool = False


class _Text:
    """The message with what was read taken out, place by place."""

    def __init__(self, text: str) -> None:
        self.own = text
        self.left = comparable(text)

    def cut(self, start: int, end: int) -> str:
        """Take a span out; its words as the person wrote them."""
        words = self.own[start:end]
        self.left = self.left[:start] + " " * (end - start) + self.left[end:]
        return words

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.search(self.left)
        if found is not None:
            self.cut(*found.span())
        return found


def read(message: str, spec: IndicatorSpec, asked: tuple[str, ...] = (), held: frozenset[str] = frozenset()) -> Reading:
    """What a message makes of the spec; ``asked`` are the paths of the open questions, ``held`` what a person set."""
    text = _Text(message[:MAX_READ])
    if _QUESTION.search(text.left) and not spec.inputs:
        return Reading(spec, question=True)
    before, reading = spec, Reading(spec)
    _read_pane(text, asked, reading)
    _read_averages(text, reading)
    _read_width(text, reading)
    _read_change(text, reading)
    _read_inputs(text, asked, reading)
    _read_answers(text, asked, reading)
    _read_measure(text, asked, reading)
    _read_unread(text, reading)
    for path in ("measure", "width", "smoothing", "signal", "pane", "inputs"):
        if path in held and path not in reading.sources:
            reading.spec = msgspec.structs.replace(reading.spec, **{path: getattr(before, path)})
    if reading.spec != before or not (reading.question or reading.unread):
        _keep_words(message, reading)
    return reading


def _set(reading: Reading, path: str, value: object, words: str) -> None:
    reading.spec = msgspec.structs.replace(reading.spec, **{path: value})
    reading.sources[path] = words.strip()


def _keep_words(message: str, reading: Reading) -> None:
    """The person's own words, for a model that can do more with them."""
    words = "\n".join(part for part in (reading.spec.idea, " ".join(message.split())) if part)
    reading.spec = msgspec.structs.replace(reading.spec, idea=words[-MAX_IDEA:])


def _read_pane(text: _Text, asked: tuple[str, ...], reading: Reading) -> None:
    below, over = _BELOW_PANE.search(text.left), _PRICE_PANE.search(text.left)
    if below is not None:
        _set(reading, "pane", "below", text.cut(*below.span()))
    elif over is not None:
        _set(reading, "pane", "price", text.cut(*over.span()))
    elif "pane" in asked and text.left.strip() in ("below", "under", "下", "above", "on the chart", "on it", "上"):
        place = "below" if text.left.strip() in ("below", "under", "下") else "price"
        _set(reading, "pane", place, text.cut(0, len(text.own)))


def _read_averages(text: _Text, reading: Reading) -> None:
    """``smoothed with EMA 9``, ``信号线用9日EMA``."""
    if (none := _UNSMOOTHED.search(text.left)) is not None:
        words = text.cut(none.start(), min(len(text.own), none.end() + 8))
        for path in ("smoothing", "signal"):
            if getattr(reading.spec, path) is not None:
                _set(reading, path, None, words)
        return
    for path, pattern in (("smoothing", _SMOOTHING), ("signal", _SIGNAL)):
        found = pattern.search(text.left)
        if found is None or (path == "signal" and re.search(r"macd[^,;]{0,6}$", text.left[: found.start()])):
            continue
        behind = _CUT.split(text.left[found.end() : found.end() + _WINDOW])[0]
        ahead = _CUT.split(text.left[max(0, found.start() - _WINDOW) : found.start()])[-1]
        after, before = _AFTER.match(behind), _BEFORE.search(ahead)
        start, end = found.span()
        match = None
        if after is not None and (after[1] or after[3] or after[4]):
            match, end = after, found.end() + after.end()
        elif before is not None and (before[1] or before[4]):
            match, start = before, found.start() - (len(ahead) - before.start())
        kind = (match[2] or match[3]) if match is not None else None
        period = (match[1] or match[4]) if match is not None else None
        # "smoothed RSI(14)": the figure is the indicator's own
        if match is not None and period is None and kind is None:
            start, end = found.span()
        average = Average(name=_average_name(kind), period=_period(period))
        _set(reading, path, average, text.cut(start, end))


def _average_name(words: str | None) -> Literal["SMA", "EMA", "WMA"]:
    if words and ("exp" in words or words == "ema" or "指数" in words):
        return "EMA"
    if words and ("weight" in words or words == "wma" or "加权" in words):
        return "WMA"
    return "SMA" if words else "EMA"


def _period(words: str | None) -> int | None:
    return int(words) if words and 2 <= int(words) <= MAX_PERIOD else None


def _read_width(text: _Text, reading: Reading) -> None:
    banded = reading.spec.measure == "bands" or _measure_in(text.left) == "bands"
    if not banded:
        return
    for name, pattern in (("STDDEV", _DEVIATIONS), ("ATR", _ATR), ("PERCENT", _PERCENT)):
        found = pattern.search(text.left)
        if found is None:
            continue
        figure = found[1] or found[2]
        factor = _WORDS.get(figure) or float(figure)
        period = _period(found[2]) if name != "PERCENT" else None
        if factor:
            width = Width(name=name, factor=plain_number(factor), period=period)  # type: ignore[arg-type]
            _set(reading, "width", width, text.cut(*found.span()))
        return


def _read_change(text: _Text, reading: Reading) -> None:
    """``20 to 30``: the figure wherever it stands."""
    for found in list(_CHANGE.finditer(text.left))[:5]:
        old, new = int(found[1]), _period(found[2])
        if new is None:
            continue
        spec = reading.spec
        inputs = [
            make_input(
                item.name, {key: new if value == old else value for key, value in item.params.items()}, item.line
            )
            for item in spec.inputs
        ]
        if inputs != spec.inputs:
            _set(reading, "inputs", inputs, text.cut(*found.span()))
        for path in ("smoothing", "signal", "width"):
            part = getattr(spec, path)
            if part is not None and part.period == old:
                _set(reading, path, msgspec.structs.replace(part, period=new), text.cut(*found.span()))


def _read_inputs(text: _Text, asked: tuple[str, ...], reading: Reading) -> None:
    spec = reading.spec
    found, words = _inputs_in(text, spec)
    if not found:
        return
    renamed = _renamed(found, spec)
    more = _MORE.search(text.left) is not None or ("inputs" in asked and spec.measure in OF_TWO)
    if renamed is not None:
        inputs = renamed
    elif more and len(found) == 1:
        inputs = [*spec.inputs, *(item for item in found if item not in spec.inputs)][:MAX_INPUTS]
    else:
        inputs = found[:MAX_INPUTS]
    if re.search(_SWAPPED, text.left) and len(inputs) == 2:
        inputs.reverse()
    if inputs != spec.inputs:
        _set(reading, "inputs", inputs, words)


def _renamed(found: list[Input], spec: IndicatorSpec) -> list[Input] | None:
    """``use EMA instead``: another kind of average with the periods that are known."""
    only = found[0]
    averages = [item for item in spec.inputs if item.name in MOVING_AVERAGES]
    if len(found) != 1 or only.name not in MOVING_AVERAGES or only.params or not averages:
        return None
    return [make_input(only.name, item.params) if item in averages else item for item in spec.inputs]


def _inputs_in(text: _Text, spec: IndicatorSpec) -> tuple[list[Input], str]:
    """Indicators and prices in their order, each once; and the words from the first to the last of them."""
    tokens = [token for token in tokens_of(text.left) if token.kind != "hard"]
    context = Context()
    for item in spec.inputs:
        if not item.is_price:
            remember(context, IndicatorUse(item.name, tuple(item.params.items())))
    found: list[Input] = []
    first, last, place = len(text.own), 0, 0
    while place < len(tokens):
        if tokens[place].kind not in ("ind", "price", "line", "letter", "speed", *COUNTS):
            place += 1
            continue
        operands = read_operands(tokens, place, context)
        if operands is None:
            place += 1
            continue
        known = [item for item in operands.operands if isinstance(item, IndicatorUse | PriceUse)]
        for operand in known:
            item = _input_of(operand, operands.named_line)
            if item not in found and not _again(found, item):
                found.append(item)
        if known:
            first, last = min(first, tokens[place].start), max(last, tokens[operands.end - 1].end)
            for token in tokens[place : operands.end]:
                text.cut(token.start, token.end)
        place = max(operands.end, place + 1)
    named = {item.name for item in found if item.line}
    return [item for item in found if item.line or item.name not in named], text.own[first:last]


def _again(found: list[Input], item: Input) -> bool:
    """An average without a period behind one with: named once more."""
    return item.name in MOVING_AVERAGES and not item.params and any(other.name == item.name for other in found)


def _input_of(operand: IndicatorUse | PriceUse, named_line: bool) -> Input:
    if isinstance(operand, PriceUse):
        return make_input(operand.price)
    return make_input(operand.name, operand.params_dict(), operand.line if named_line else None)


def _read_answers(text: _Text, asked: tuple[str, ...], reading: Reading) -> None:
    """Bare figures in answer to a question for a period."""
    figures = [float(item) for item in _NUMBERS.findall(text.left)]
    periods = [int(item) for item in figures if item.is_integer() and 2 <= item <= MAX_PERIOD]
    if not periods or "inputs" in reading.sources:
        return
    for path in asked:
        spec = reading.spec
        if path.startswith("indicators."):
            name = path.split(".")[1]
            inputs = _with_periods(spec.inputs, name, periods)
            if inputs != spec.inputs:
                _set(reading, "inputs", inputs, text.own)
                return
        part = getattr(spec, path.partition(".")[0], None)
        if isinstance(part, Width | Average) and part.period is None and path.partition(".")[0] not in reading.sources:
            _set(reading, path.partition(".")[0], msgspec.structs.replace(part, period=periods[0]), text.own)
            return


def _with_periods(inputs: list[Input], name: str, periods: list[int]) -> list[Input]:
    """Each input of the name that lacks its period takes the next; one that stands for several becomes them."""
    lacking = [item for item in inputs if item.name == name and not item.complete]
    if len(lacking) == 1 and len(periods) > 1 and PARAM_NAMES[name] == ("period",):
        place = inputs.index(lacking[0])
        new = [make_input(name, {"period": period}) for period in periods[:MAX_INPUTS]]
        return [*inputs[:place], *new, *inputs[place + 1 :]][:MAX_INPUTS]
    rest = iter(periods)
    filled = []
    for item in inputs:
        period = next(rest, None) if item in lacking else None
        filled.append(item if period is None else make_input(name, {"period": period}, item.line))
    return filled


def _measure_in(left: str) -> str | None:
    """The first measure that is named; the names of indicators are no bands."""
    plain = list(left)
    for token in tokens_of(left):
        if token.kind in ("ind", "line", "unknown"):
            plain[token.start : token.end] = " " * (token.end - token.start)
    words = "".join(plain)
    for measure, pattern in _MEASURES:
        if pattern.search(words):
            return measure
    return None


def _read_measure(text: _Text, asked: tuple[str, ...], reading: Reading) -> None:
    spec = reading.spec
    measure = _measure_in(text.left)
    if measure is not None and (spec.inputs or measure != "lines"):
        found = next(pattern.search(text.left) for name, pattern in _MEASURES if name == measure)
        words = text.cut(*found.span()) if found is not None else ""
        channels = all(item.name in ("BOLL", "DONCHIAN") for item in spec.inputs)
        if measure != "bands" or spec.width is not None or not spec.inputs or not channels:
            _set(reading, "measure", measure, words)
            return
    if spec.measure is None and "measure" not in asked and len(spec.inputs) == 1:
        _set(reading, "measure", "lines", reading.sources.get("inputs", ""))
    if spec.measure == "lines" or spec.measure is None:
        return
    if "inputs" in reading.sources and "inputs" not in asked and len(spec.inputs) == 1 and spec.measure != "bands":
        _set(reading, "measure", "lines", reading.sources["inputs"])


def _read_unread(text: _Text, reading: Reading) -> None:
    """What belongs to a strategy, and indicators that nobody here knows."""
    seen: list[Token] = []
    for token in tokens_of(text.left):
        if token.kind == "unknown" and token.value == "indicator":
            reading.unread.append(Unread(text.own[token.start : token.end], "unknown_indicator"))
        elif token.kind in ("act", "risk", "hold") and not seen and token.end - token.start > 1:
            seen.append(token)
            reading.unread.append(Unread(text.own[token.start : token.end], "strategy_words"))
