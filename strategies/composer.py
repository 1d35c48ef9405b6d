"""Strategy code from a spec, built as a syntax tree, by the contract of ``docs/strategy.md``.

The same spec gives the same bytes. Comments are placeholders in the tree and become text when it is rendered.
"""

from dataclasses import dataclass, field

from strategies.conditions import (
    OPPOSITES,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    IndicatorUse,
    Negation,
    Number,
    Operand,
    PriceUse,
    comparisons,
    from_json,
    operands,
)
from strategies.describe import condition_words, operand_words, say
from strategies.grammar import LINES, MOVING_AVERAGES, PARAM_NAMES, is_complete, plain_number
from strategies.maturity import has_risk_exit, incomplete
from strategies.ranges import indicator_comment, risk_comment
from strategies.sources import DONCHIAN_NOTE, KDJ_NOTE, donchian_source, kdj_source, rendered
from strategies.spec import Spec

_COLUMNS = {"open": "Open", "high": "High", "low": "Low", "close": "Close", "volume": "Volume"}
_COMPARISONS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}


class NotComposable(Exception):
    """The spec lacks what code needs. The flow asks before it comes to this; the message is for the developer."""


@dataclass(slots=True)
class _Writer:
    """Names and imports of one file while it is written."""

    spec: Spec
    language: str
    comments: list[str] = field(default_factory=list)
    params: dict[str, float] = field(default_factory=dict)  # class attribute → default
    param_notes: dict[str, str] = field(default_factory=dict)  # and what stands beside it
    series: dict[IndicatorUse, str] = field(default_factory=dict)  # without offset → attribute
    param_names: dict[tuple[str, tuple[tuple[str, float], ...]], tuple[str, ...]] = field(default_factory=dict)
    loose: list[tuple[str, tuple[tuple[str, float], ...]]] = field(default_factory=list)  # in no rule: only drawn
    crossover: bool = False
    talib: bool = False

    def comment(self, text: str) -> str:
        self.comments.append(text)
        return f"_comment_{len(self.comments) - 1}_"

    def beside(self, text: str) -> str:
        """For the line before."""
        self.comments.append(text)
        return f"_beside_{len(self.comments) - 1}_"


def compose(spec: Spec, language: str = "en") -> str:
    """The code of a complete spec; raises NotComposable when entry or parameters are missing."""
    if spec.entry is None:
        raise NotComposable("no entry")
    if missing := incomplete_in_rules(spec):
        raise NotComposable(f"no period for {missing[0].name}")
    if spec.direction == "both" and spec.exit is None:
        raise NotComposable("both directions need a rule for the short side")
    if spec.exit is None and not has_risk_exit(spec):
        raise NotComposable("nothing ends a position with a gain")
    writer = _Writer(spec, language)
    entry, exit_ = from_json(spec.entry), from_json(spec.exit) if spec.exit else None
    uses = _uses(entry, exit_)
    _name_everything(writer, uses)
    writer.loose = _name_loose(writer, uses)
    _name_risk(writer)
    body = _class_source(writer, entry, exit_, uses)
    functions = _function_sources(writer, {use.name for use in uses} | {name for name, _params in writer.loose})
    return _render(writer, functions, body)


def incomplete_in_rules(spec: Spec) -> list[IndicatorUse]:
    rules = Spec(entry=spec.entry, exit=spec.exit)
    return incomplete(rules)


def class_name(spec: Spec) -> str:
    names = list(dict.fromkeys(_title(item.name) for item in spec.indicators if _used(spec, item.name)))[:3]
    crosses = spec.entry is not None and any(item.op.startswith("cross") for item in comparisons(from_json(spec.entry)))
    return ("".join(names) or "Price") + ("Cross" if crosses else "Rules")


def _used(spec: Spec, name: str) -> bool:
    trees = [from_json(tree) for tree in (spec.entry, spec.exit) if tree]
    return any(isinstance(use, IndicatorUse) and use.name == name for tree in trees for use in operands(tree))


def _title(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _uses(entry: Condition, exit_: Condition | None) -> list[IndicatorUse]:
    """Each line of each indicator once, without its offset, in order of appearance."""
    found: dict[IndicatorUse, None] = {}
    for tree in (entry, exit_):
        for operand in operands(tree) if tree is not None else ():
            if isinstance(operand, IndicatorUse):
                found[IndicatorUse(operand.name, operand.params, operand.line)] = None
    return list(found)


def _name_everything(writer: _Writer, uses: list[IndicatorUse]) -> None:
    """Attributes for parameters and series: fast and slow for a pair of averages, else the indicator's own name."""
    kinds: dict[str, list[tuple[tuple[str, float], ...]]] = {}
    for use in uses:
        sets = kinds.setdefault(use.name, [])
        if use.params not in sets:
            sets.append(use.params)
    averages = [(name, params) for name in kinds if name in MOVING_AVERAGES for params in kinds[name]]
    pair = len(averages) == 2 and dict(averages[0][1])["period"] != dict(averages[1][1])["period"]
    order = sorted(averages, key=lambda item: dict(item[1])["period"])
    for name, sets in kinds.items():
        for number, params in enumerate(sets, 1):
            base = name.lower() if number == 1 else f"{name.lower()}_{number}"
            if pair and name in MOVING_AVERAGES:
                base = "fast" if order.index((name, params)) == 0 else "slow"
                names: tuple[str, ...] = (base,)
                series = f"{base}_ma"
            else:
                names = tuple(f"{base}_{param}" for param in PARAM_NAMES[name])
                series = base
            writer.param_names[(name, params)] = names
            for attribute, (param, value) in zip(names, params, strict=True):
                writer.params[attribute] = value
                writer.param_notes[attribute] = indicator_comment(name, param, value, writer.language, base)
            for use in uses:
                if (use.name, use.params) == (name, params):
                    single = use.line is None or (name == "MACD" and use.line == "macd")
                    # macd_signal is a parameter already
                    line = "signal_line" if use.line == "signal" else use.line
                    writer.series[use] = series if single else f"{series}_{line}"


def _name_loose(writer: _Writer, uses: list[IndicatorUse]) -> list[tuple[str, tuple[tuple[str, float], ...]]]:
    """The indicators that the spec names and no rule uses, with their parameters named."""
    used = {(use.name, use.params) for use in uses}
    found: list[tuple[str, tuple[tuple[str, float], ...]]] = []
    for item in writer.spec.indicators:
        key = (item.name, tuple(item.params.items()))
        if key in used or not is_complete(item.name, item.params):
            continue
        number = 1 + sum(name == item.name for name, _params in writer.param_names)
        base = item.name.lower() if number == 1 else f"{item.name.lower()}_{number}"
        names = tuple(f"{base}_{param}" for param in PARAM_NAMES[item.name])
        writer.param_names[key] = names
        for attribute, (param, value) in zip(names, key[1], strict=True):
            writer.params[attribute] = plain_number(value)
            writer.param_notes[attribute] = indicator_comment(item.name, param, value, writer.language)
        found.append(key)
    return found


def _name_risk(writer: _Writer) -> None:
    risk = writer.spec.risk
    for key in ("stop_loss_pct", "take_profit_pct", "trailing_stop_pct", "position_pct", "max_bars"):
        value = getattr(risk, key)
        if value is not None:
            writer.params[key] = plain_number(value) if key == "max_bars" else float(value)
            writer.param_notes[key] = risk_comment(key, value, writer.language)


# --- expressions ----------------------------------------------------------------------------------------------------


def _value(writer: _Writer, operand: Operand, back: int) -> str:
    """The operand's value ``back`` bars before the newest one."""
    match operand:
        case Number(value):
            return repr(plain_number(value))
        case PriceUse(price, offset):
            return f"self.data.{_COLUMNS[price]}[{-1 - back - offset}]"
        case IndicatorUse(name, params, line, offset):
            return f"self.{writer.series[IndicatorUse(name, params, line)]}[{-1 - back - offset}]"


def _series(writer: _Writer, operand: Operand) -> str:
    match operand:
        case Number(value):
            return repr(plain_number(value))
        case PriceUse(price):
            return f"self.data.{_COLUMNS[price]}"
        case IndicatorUse(name, params, line):
            return f"self.{writer.series[IndicatorUse(name, params, line)]}"


def _offset(operand: Operand) -> int:
    return 0 if isinstance(operand, Number) else operand.offset


def _expression(writer: _Writer, tree: Condition, negated: bool = False) -> str:
    """The condition, or its opposite, in comparisons that all fail on NaN: what is not known yet is never acted on."""
    match tree:
        case Compare(op, left, right):
            if op in _COMPARISONS:
                sign = _COMPARISONS[OPPOSITES[op] if negated else op]
                return f"{_value(writer, left, 0)} {sign} {_value(writer, right, 0)}"
            first, second = (left, right) if op == "cross_above" else (right, left)
            if not negated and not _offset(first) and not _offset(second):
                writer.crossover = True
                return f"crossover({_series(writer, first)}, {_series(writer, second)})"
            was, word, now = (">=", "or", "<=") if negated else ("<", "and", ">")
            before = f"{_value(writer, first, 1)} {was} {_value(writer, second, 1)}"
            return f"({before} {word} {_value(writer, first, 0)} {now} {_value(writer, second, 0)})"
        case AllOf(items) | AnyOf(items):
            word = " and " if isinstance(tree, AllOf) != negated else " or "
            return "(" + word.join(f"({_expression(writer, item, negated)})" for item in items) + ")"
        case Negation(item):
            return _expression(writer, item, not negated)


def _signal_source(writer: _Writer, name: str, tree: Condition) -> list[str]:
    """A method that answers whether the rule holds now; each part of a longer rule has a line of its own."""
    lines = [f"def {name}(self):", f"    {writer.comment(condition_words(tree, writer.language))}"]
    group = isinstance(tree, AllOf | AnyOf) and len(tree.items) > 1
    if not group:
        lines.append(f"    return {_expression(writer, tree)}")
        return lines
    assert isinstance(tree, AllOf | AnyOf)  # noqa: S101 - for the type checker
    parts = []
    for number, item in enumerate(tree.items, 1):
        part = f"condition_{number}"
        parts.append(part)
        if not isinstance(item, Compare):
            lines.append(f"    {writer.comment(condition_words(item, writer.language))}")
        lines.append(f"    {part} = {_expression(writer, item)}")
    lines.append("    return " + (" and " if isinstance(tree, AllOf) else " or ").join(parts))
    return lines


# --- the class ------------------------------------------------------------------------------------------------------


def _class_source(writer: _Writer, entry: Condition, exit_: Condition | None, uses: list[IndicatorUse]) -> str:
    lines = [f"class {class_name(writer.spec)}(Strategy):"]
    summary = _summary(writer, entry, exit_)
    lines += [f"    {writer.comment(line)}" for line in summary]
    for name, value in writer.params.items():
        lines += [f"    {name} = {_literal(value)}", f"    {writer.beside(writer.param_notes[name])}"]
    if not writer.params:
        lines.append("    pass")
    lines += ["", "    def init(self):"]
    lines += [f"        {line}" for line in _init_lines(writer, uses)]
    lines += [""] + [f"    {line}" for line in _signal_source(writer, "entry_signal", entry)]
    if exit_ is not None:
        lines += [""] + [f"    {line}" for line in _signal_source(writer, "exit_signal", exit_)]
    lines += ["", "    def next(self):"]
    lines += [f"        {line}" for line in _next_lines(writer, entry, exit_)]
    return "\n".join(lines)


def _literal(value: float) -> str:
    return repr(value)


def _summary(writer: _Writer, entry: Condition, exit_: Condition | None) -> list[str]:
    language = writer.language
    both = writer.spec.direction == "both"
    side = {"short": ("short", "做空"), "both": ("long", "做多")}.get(writer.spec.direction or "long", ("long", "做多"))
    lines = [
        say(
            language,
            "Opens {side} when: {words}",
            "{side}入场：{words}",
            side=side[1] if language.startswith("zh") else side[0],
            words=condition_words(entry, language),
        )
    ]
    if exit_ is not None:
        english = "Turns short when: {words}" if both else "Closes when: {words}"
        chinese = "反手做空：{words}" if both else "出场：{words}"
        lines.append(say(language, english, chinese, words=condition_words(exit_, language)))
    if writer.spec.risk.position_pct is None:
        lines.append(
            say(
                language,
                "No position size was given: each trade uses all of the available cash.",
                "没有指定仓位：每次使用全部可用资金。",
            )
        )
    return lines


def _init_lines(writer: _Writer, uses: list[IndicatorUse]) -> list[str]:
    lines: list[str] = []
    for name, params in writer.param_names:
        if (name, params) not in writer.loose:
            lines.append(_declare(writer, name, params, uses))
    if writer.loose:
        note = say(
            writer.language, "named in the plan and used in no rule: only drawn", "方案里提到但规则未使用：只用于绘图"
        )
        lines.append(writer.comment(note))
        lines += [f"self.I({_call(writer, name, params)})" for name, params in writer.loose]
    if writer.spec.risk.max_bars is not None:
        lines.append(writer.comment(say(writer.language, "bars since the position was opened", "开仓以来的 K 线数")))
        lines.append("self.bars_held = 0")
    return lines or [writer.comment(say(writer.language, "prices only, no indicator", "只用价格，不用指标")), "pass"]


def _declare(writer: _Writer, name: str, params: tuple[tuple[str, float], ...], uses: list[IndicatorUse]) -> str:
    mine = {use.line: use for use in uses if (use.name, use.params) == (name, params)}
    if name in LINES:
        targets = ", ".join(f"self.{writer.series[mine[line]]}" if line in mine else "_" for line in LINES[name])
    else:
        targets = f"self.{writer.series[mine[None]]}"
    return f"{targets} = self.I({_call(writer, name, params)})"


def _call(writer: _Writer, name: str, params: tuple[tuple[str, float], ...]) -> str:
    """The function of an indicator and what it is given."""
    args = [f"self.{attribute}" for attribute in writer.param_names[(name, params)]]
    if name == "KDJ":
        call = f"kdj, self.data.High, self.data.Low, self.data.Close, {', '.join(args)}"
    elif name == "DONCHIAN":
        call = f"donchian, self.data.High, self.data.Low, {args[0]}"
    elif name == "BOLL":
        call = f"talib.BBANDS, self.data.Close, {args[0]}, {args[1]}, {args[1]}"
    elif name == "VOLUME_SMA":
        call = f"talib.SMA, self.data.Volume, {args[0]}"
    elif name in ("ATR", "CCI", "ADX"):
        call = f"talib.{name}, self.data.High, self.data.Low, self.data.Close, {args[0]}"
    else:
        call = f"talib.{name}, self.data.Close, {', '.join(args)}"
    return call


def _next_lines(writer: _Writer, entry: Condition, exit_: Condition | None) -> list[str]:
    spec, language = writer.spec, writer.language
    lines: list[str] = []
    reach = max((_reach(tree) for tree in (entry, exit_) if tree is not None), default=0)
    if reach > 1:  # the first bar that next sees has one before it
        note = say(language, "the rules look {count} bars back", "规则要回看 {count} 根 K 线", count=reach)
        lines += [f"if len(self.data) <= {reach}:", f"    {writer.comment(note)}", "    return"]
    risk = spec.risk
    if risk.max_bars is not None:
        lines.append("self.bars_held = self.bars_held + 1 if self.position else 0")
    if risk.trailing_stop_pct is not None:
        lines += _trailing_lines(writer)
    return lines + (_both_lines(writer) if spec.direction == "both" else _one_way_lines(writer, exit_ is not None))


def _reach(tree: Condition) -> int:
    """How many bars before the newest one the condition reads."""
    return max(
        _offset(operand) + compare.op.startswith("cross")
        for compare in comparisons(tree)
        for operand in (compare.left, compare.right)
        if not isinstance(operand, Number)
    )


def _trailing_lines(writer: _Writer) -> list[str]:
    note = say(writer.language, "the stop follows the price and never goes back", "移动止损只跟随价格前进，不后退")
    lines = ["for trade in self.trades:", f"    {writer.comment(note)}"]
    rising = [
        "stop = self.data.Close[-1] * (1 - self.trailing_stop_pct / 100)",
        "if trade.sl is None or stop > trade.sl:",
        "    trade.sl = stop",
    ]
    falling = [
        "stop = self.data.Close[-1] * (1 + self.trailing_stop_pct / 100)",
        "if trade.sl is None or stop < trade.sl:",
        "    trade.sl = stop",
    ]
    if writer.spec.direction == "both":
        return [
            *lines,
            "    if trade.is_long:",
            *(f"        {line}" for line in rising),
            "    else:",
            *(f"        {line}" for line in falling),
        ]
    return [*lines, *(f"    {line}" for line in (falling if writer.spec.direction == "short" else rising))]


def _order(writer: _Writer, side: str) -> list[str]:
    """The order and what it needs, with stop and target around the newest close."""
    risk = writer.spec.risk
    lines = []
    minus, plus = ("-", "+") if side == "buy" else ("+", "-")
    args = []
    if risk.position_pct is not None:
        args.append("size=min(self.position_pct / 100, 0.9999)")
    stop = (
        "stop_loss_pct"
        if risk.stop_loss_pct is not None
        else "trailing_stop_pct"
        if risk.trailing_stop_pct is not None
        else None
    )
    if stop:
        args.append(f"sl=price * (1 {minus} self.{stop} / 100)")
    if risk.take_profit_pct is not None:
        args.append(f"tp=price * (1 {plus} self.take_profit_pct / 100)")
    if stop or risk.take_profit_pct is not None:
        lines.append("price = self.data.Close[-1]")
    return [*lines, f"self.{side}({', '.join(args)})"]


def _one_way_lines(writer: _Writer, has_exit: bool) -> list[str]:
    side = "sell" if writer.spec.direction == "short" else "buy"
    order = _order(writer, side)
    ends = ["self.exit_signal()"] if has_exit else []
    if writer.spec.risk.max_bars is not None:
        ends.append("self.bars_held >= self.max_bars")
    if not ends:
        return ["if not self.position and self.entry_signal():", *(f"    {line}" for line in order)]
    return [
        "if self.position:",
        f"    if {' or '.join(ends)}:",
        "        self.position.close()",
        "elif self.entry_signal():",
        *(f"    {line}" for line in order),
    ]


def _both_lines(writer: _Writer) -> list[str]:
    counted = writer.spec.risk.max_bars is not None
    lines: list[str] = []
    for word, signal, held, side in (
        ("if", "entry_signal", "is_long", "buy"),
        ("elif", "exit_signal", "is_short", "sell"),
    ):
        lines += [
            f"{word} self.{signal}() and not self.position.{held}:",
            "    self.position.close()",
            *(["    self.bars_held = 0"] if counted else []),
            *(f"    {line}" for line in _order(writer, side)),
        ]
    if counted:
        note = say(writer.language, "held long enough", "已达到最长持有时间")
        lines += [
            "elif self.position and self.bars_held >= self.max_bars:",
            f"    {writer.comment(note)}",
            "    self.position.close()",
        ]
    return lines


# --- functions of the file -------------------------------------------------------------------------------------------


def _function_sources(writer: _Writer, names: set[str]) -> list[str]:
    sources = []
    if "KDJ" in names:
        sources.append(kdj_source(writer.comment(say(writer.language, *KDJ_NOTE))))
    if "DONCHIAN" in names:
        sources.append(donchian_source(writer.comment(say(writer.language, *DONCHIAN_NOTE))))
    writer.talib = bool(names - {"KDJ"})
    return sources


def _render(writer: _Writer, functions: list[str], body: str) -> str:
    """Parse what was written into one tree, unparse it, and put the comments in."""
    imports = []
    if any("np." in source for source in functions):
        imports.append("import numpy as np")
    if writer.talib:
        imports.append("import talib")
    imports.append("from backtesting import Strategy")
    if writer.crossover:
        imports.append("from backtesting.lib import crossover")
    return rendered("\n".join([*imports, *functions, body]), writer.comments)


__all__ = ["NotComposable", "compose", "operand_words"]
