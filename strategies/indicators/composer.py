"""Indicator code from its spec, built as a syntax tree, by the contract of ``docs/strategy.md``."""

from dataclasses import dataclass, field

from strategies.composer import NotComposable
from strategies.describe import say
from strategies.grammar import LINES, MOVING_AVERAGES, plain_number
from strategies.indicators.describe import spec_lines
from strategies.indicators.maturity import composable
from strategies.indicators.spec import MAX_FACTOR, Average, IndicatorSpec, Input, Width
from strategies.ranges import indicator_comment, period_comment, width_comment
from strategies.sources import DONCHIAN_NOTE, KDJ_NOTE, donchian_source, kdj_source, rendered

_HEAD = "open, high, low, close, volume"
_HIGH_LOW_CLOSE = frozenset(("ATR", "CCI", "ADX"))


@dataclass(slots=True)
class _Writer:
    """Parameters, statements and lines of one function while it is written."""

    spec: IndicatorSpec
    language: str
    comments: list[str] = field(default_factory=list)
    params: dict[str, float] = field(default_factory=dict)  # parameter → default
    param_notes: dict[str, str] = field(default_factory=dict)  # and what stands beside it
    body: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)  # of variables: parameters too

    def comment(self, text: str) -> str:
        self.comments.append(text)
        return f"_comment_{len(self.comments) - 1}_"

    def param(self, name: str, value: float, note: str) -> str:
        """A parameter of that name, or of the next free one."""
        free = self.free(name)
        self.params[free] = plain_number(value)
        self.param_notes[free] = note
        return free

    def free(self, name: str) -> str:
        found = name
        number = 1
        while found in self.names:
            number += 1
            found = f"{name}_{number}"
        self.names.add(found)
        return found


def compose(spec: IndicatorSpec, language: str = "en") -> str:
    """The code of a complete spec; raises NotComposable when something is missing."""
    if not composable(spec):
        raise NotComposable("the indicator is not complete")
    writer = _Writer(spec, language, names=set(_HEAD.split(", ")))
    lines = _smoothed(writer, _measured(writer, [_input(writer, place) for place in range(len(spec.inputs))]))
    _signal(writer, lines)
    functions = _functions(writer)
    result = ", ".join(f"{name!r}: {value}" for name, value in lines.items())
    said = [writer.comment(words) for words in spec_lines(spec, language)]
    source = "\n".join(
        [
            *_imports(functions, writer.body),
            *functions,
            "def indicator(_signature_):",
            *(f"    {line}" for line in [*said, *writer.body]),
            f"    return {{{result}}}",
        ]
    )
    return rendered(source, writer.comments).replace("(_signature_)", f"({_signature(writer)})", 1)


def _signature(writer: _Writer) -> str:
    """Each parameter in a line of its own, with its comment."""
    if not writer.params:
        return _HEAD
    params = [f"    {name}={value!r},  # {writer.param_notes[name]}" for name, value in writer.params.items()]
    return "\n".join(["", f"    {_HEAD},", *params, ""])


def _imports(functions: list[str], body: list[str]) -> list[str]:
    text = "\n".join([*functions, *body])
    modules = (("np.", "import numpy as np"), ("talib.", "import talib"))
    return [statement for used, statement in modules if used in text]


def _functions(writer: _Writer) -> list[str]:
    names = {item.name for item in writer.spec.inputs}
    found = []
    if "KDJ" in names:
        found.append(kdj_source(writer.comment(say(writer.language, *KDJ_NOTE))))
    if "DONCHIAN" in names:
        found.append(donchian_source(writer.comment(say(writer.language, *DONCHIAN_NOTE))))
    return found


# --- what is measured -------------------------------------------------------------------------------------------------


def _input(writer: _Writer, place: int) -> dict[str, str]:
    """Statements that compute an input; its lines by the names that they are drawn with."""
    item = writer.spec.inputs[place]
    if item.is_price:
        return {item.name: item.name}
    base = _base(writer, place)
    params = [
        writer.param(f"{base}_{key}", value, indicator_comment(item.name, key, value, writer.language, base))
        for key, value in item.params.items()
    ]
    call = _call(item, params)
    if item.name not in LINES:
        name = writer.free(f"{base}_line" if base in writer.names else base)
        writer.body.append(f"{name} = {call}")
        return {base: name}
    wanted = item.lines
    variables = {line: writer.free(_line_name(item.name, base, line)) for line in wanted}
    targets = ", ".join(variables.get(line, "_") for line in LINES[item.name])
    writer.body.append(f"{targets} = {call}")
    several = len(writer.spec.inputs) > 1
    return {_line_name(item.name, base, line) if several else line: name for line, name in variables.items()}


def _base(writer: _Writer, place: int) -> str:
    """``fast`` and ``slow`` for a pair of averages, else the indicator's own name, numbered when it comes again."""
    inputs = writer.spec.inputs
    item = inputs[place]
    pair = [one for one in inputs if one.name in MOVING_AVERAGES]
    if item in pair and len(pair) == 2 and pair[0].params != pair[1].params:
        shorter = min(pair, key=lambda one: one.params["period"])
        return "fast" if item == shorter else "slow"
    before = sum(one.name == item.name for one in inputs[:place])
    base = item.name.lower()
    return f"{base}_{before + 1}" if before else base


def _line_name(name: str, base: str, line: str) -> str:
    """``macd`` itself, ``macd_signal_line``: ``macd_signal`` is a parameter already."""
    if name == "MACD" and line == "macd":
        return base
    return f"{base}_{'signal_line' if line == 'signal' else line}"


def _call(item: Input, params: list[str]) -> str:
    joined = ", ".join(params)
    if item.name == "KDJ":
        return f"kdj(high, low, close, {joined})"
    if item.name == "DONCHIAN":
        return f"donchian(high, low, {joined})"
    if item.name == "BOLL":
        return f"talib.BBANDS(close, {params[0]}, {params[1]}, {params[1]})"
    if item.name == "VOLUME_SMA":
        return f"talib.SMA(volume, {joined})"
    if item.name in _HIGH_LOW_CLOSE:
        return f"talib.{item.name}(high, low, close, {joined})"
    return f"talib.{item.name}(close, {joined})"


def _measured(writer: _Writer, inputs: list[dict[str, str]]) -> dict[str, str]:
    """The lines of the result, by name."""
    spec = writer.spec
    if spec.measure == "lines":
        return {name: value for lines in inputs for name, value in lines.items()}
    first = next(iter(inputs[0].values()))
    if spec.measure == "bands" and spec.width is not None:
        return _bands(writer, first, spec.width)
    second = next(iter(inputs[1].values()))
    if spec.measure == "difference":
        name = writer.free("difference")
        writer.body.append(f"{name} = {first} - {second}")
        return {"difference": name}
    name = writer.free("percent" if spec.measure == "percent" else "ratio")
    note = say(writer.language, "no value where it would be divided by 0", "除数为 0 时没有值")
    divisor = writer.free("divisor")
    writer.body += [writer.comment(note), f"{divisor} = np.where({second} == 0, np.nan, {second})"]
    if spec.measure == "percent":
        writer.body.append(f"{name} = ({first} - {second}) / {divisor} * 100")
        return {"percent": name}
    writer.body.append(f"{name} = {first} / {divisor}")
    return {"ratio": name}


def _bands(writer: _Writer, middle: str, width: Width) -> dict[str, str]:
    note = width_comment(width.name, width.factor, MAX_FACTOR, writer.language)
    factor = writer.param("percent" if width.name == "PERCENT" else "factor", width.factor, note)
    away = writer.free("width")
    if width.name == "PERCENT":
        writer.body.append(f"{away} = np.abs({middle}) * {factor} / 100")
    elif width.name == "ATR":
        period = _period(writer, "atr_period", width.period or 14, "bars of the ATR", "ATR 的周期")
        writer.body.append(f"{away} = {factor} * talib.ATR(high, low, close, {period})")
    else:
        own = next((item.params["period"] for item in writer.spec.inputs if "period" in item.params), None)
        bars = width.period or own or 20
        period = _period(writer, "deviation_period", bars, "bars of the standard deviation", "标准差的周期")
        series = writer.spec.inputs[0].name if writer.spec.inputs[0].is_price else "close"
        writer.body.append(f"{away} = {factor} * talib.STDDEV({series}, {period})")
    upper, lower = writer.free("upper"), writer.free("lower")
    writer.body += [f"{upper} = {middle} + {away}", f"{lower} = {middle} - {away}"]
    return {"upper": upper, "middle": middle, "lower": lower}


def _smoothed(writer: _Writer, lines: dict[str, str]) -> dict[str, str]:
    average = writer.spec.smoothing
    if average is None:
        return lines
    period = _period(writer, "smoothing", average.period or 0, "bars of the smoothing", "平滑的周期")
    return {name: _average(writer, average, value, period, f"smooth_{name}") for name, value in lines.items()}


def _signal(writer: _Writer, lines: dict[str, str]) -> None:
    """One more line beside the first: its average."""
    average = writer.spec.signal
    if average is None:
        return
    period = _period(writer, "signal_period", average.period or 0, "bars of the signal line", "信号线的周期")
    first = next(iter(lines.values()))
    name = "signal" if "signal" not in lines else "signal_of_it"
    lines[name] = _average(writer, average, first, period, "signal_line")


def _period(writer: _Writer, name: str, bars: float, english: str, chinese: str) -> str:
    return writer.param(name, bars, period_comment(bars, writer.language, english, chinese))


def _average(writer: _Writer, average: Average, values: str, period: str, name: str) -> str:
    variable = writer.free(name)
    writer.body.append(f"{variable} = talib.{average.name}({values}, {period})")
    return variable


__all__ = ["NotComposable", "compose"]
