"""Runs one program on bars in this process: what the sandbox's child does, and each re-run of the honesty tests."""

import traceback
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

import numpy as np

from strategies.engine.actions import Action
from strategies.engine.bars import PRICES, Bars
from strategies.engine.broker import Broker
from strategies.engine.config import RunConfig
from strategies.engine.errors import BadIndicator, StrategyFault
from strategies.engine.lines import Clock, Line, Lines, UnboundLine, Values
from strategies.engine.prices import Prices
from strategies.engine.strategy import Data, Declared, Scalar, Strategy, outside_subset

FILENAME = "strategy.py"
MAX_SERIES = 64
MAX_MESSAGE = 500  # characters of an error's message
STEPS = 50  # how often progress is reported in a run
Report = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class RunError:
    """Why the code could not go on; ``line`` is the deepest line of its own file, ``bar`` the newest bar."""

    code: str
    message: str
    line: int | None = None
    bar: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One line of an indicator, a float64 for each bar; ``overlay`` is what the code asked for."""

    name: str
    overlay: bool | None
    params: tuple[Scalar, ...]
    values: Values
    group: int = 0  # lines of one ``self.I`` share it
    part: str = ""  # which line of the group


@dataclass(slots=True)
class Executed:
    """What a run left behind."""

    series: tuple[Series, ...] = ()
    actions: list[Action] = field(default_factory=list)
    error: RunError | None = None
    first_bar: int | None = None  # the first one that ``next`` saw
    last_bar: int | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """Compiled code of one kind with its parameters; each run executes it anew, so nothing is carried over."""

    kind: str
    compiled: CodeType
    parameters: Mapping[str, Scalar]
    seed: int

    def namespace(self) -> dict[str, Any]:
        """Execute the file and return its names."""
        np.random.seed(self.seed % 2**32)
        names: dict[str, Any] = {"__name__": "strategy"}
        exec(self.compiled, names)  # noqa: S102 - inside the sandbox, or on code that a test wrote
        return names


def compile_program(kind: str, code: str, parameters: Mapping[str, Scalar], seed: int) -> Program | RunError:
    """The program, or why the text is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Program(kind, compile(code, FILENAME, "exec", dont_inherit=True), parameters, seed)
    except SyntaxError as error:
        return RunError("syntax", f"Python cannot read this line: {error.msg}."[:MAX_MESSAGE], error.lineno)
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return RunError("syntax", f"Python cannot read this code: {error}."[:MAX_MESSAGE])


def execute(
    program: Program,
    bars: Bars,
    config: RunConfig,
    stop: int | None = None,
    report: Report | None = None,
    keep: Callable[[Strategy], None] | None = None,
) -> Executed:
    """Run a program on all bars; with ``stop``, only up to that bar, though ``init`` still sees all of them.

    ``stop=-1`` runs ``init`` alone. Whatever the code raises ends up in ``error``. ``keep`` is handed the strategy.
    """
    done = Executed()
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if program.kind == "indicator":
                _run_indicator(program, bars, done)
            else:
                strategy = _strategy_class(program)
                end = len(bars) if stop is None else stop + 1
                _run_strategy(strategy, bars, config, end, report, done, keep)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever the code raises is the outcome, SystemExit too
            done.error = describe(error, done.last_bar)
    return done


def describe(error: BaseException, bar: int | None) -> RunError:
    """The error in words, with the deepest line of the strategy's own file."""
    line = None
    for frame, number in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename == FILENAME:
            line = number
    if isinstance(error, StrategyFault):
        return RunError(error.code, _words(error), line, bar)
    if isinstance(error, AttributeError):
        sentence = outside_subset(error.obj, str(error.name))
        if sentence is not None:
            return RunError("unknown-attribute", sentence[:MAX_MESSAGE], line, bar)
    codes: dict[type[BaseException], str] = {
        RecursionError: "recursion",
        MemoryError: "memory",
        ImportError: "import",
        SystemExit: "exit",
    }
    code = next((code for kind, code in codes.items() if isinstance(error, kind)), "exception")
    return RunError(code, f"{type(error).__name__}: {_words(error)}"[:MAX_MESSAGE], line, bar)


def _words(error: BaseException) -> str:
    try:
        return str(error)[:MAX_MESSAGE]
    except BaseException:  # noqa: BLE001 - the code's own exception may have a broken __str__
        return "(no message)"


# --- strategies -----------------------------------------------------------------------------------------------------


def _run_strategy(
    kind: type[Strategy],
    bars: Bars,
    config: RunConfig,
    end: int,
    report: Report | None,
    done: Executed,
    keep: Callable[[Strategy], None] | None,
) -> None:
    end = min(end, len(bars))
    clock = Clock(len(bars))
    broker = Broker(Prices.of(bars, end), config)
    strategy = kind(broker, Data(bars, clock), clock)
    done.actions = broker.actions
    if keep:
        keep(strategy)
    if not len(bars):
        return
    strategy.init()
    done.series = _series(strategy._declared)
    first = 1 + max((_first_value(line) for line in _bind(strategy)), default=0)
    if end <= first:
        return
    done.first_bar = first
    strategy.data._begin()
    clock.started = True
    _loop(strategy, broker, clock, first, end, report, done)


def _loop(
    strategy: Strategy, broker: Broker, clock: Clock, first: int, end: int, report: Report | None, done: Executed
) -> None:
    highs, lows = broker._highs, broker._lows
    step = max(1, -(-(end - first) // STEPS)) if report else end - first
    on_bar, process = strategy.next, broker.process
    bar = first
    try:
        for begin in range(first, end, step):
            until = min(begin + step, end)
            for bar, low, high in zip(range(begin, until), lows[begin:until], highs[begin:until], strict=True):
                if low <= broker.low_trigger or high >= broker.high_trigger:
                    process(bar)
                    if broker.ruined_at is not None:
                        return
                else:
                    broker.bar = bar
                clock.now = bar + 1
                on_bar()
            if report:
                report((until - first) / (end - first))
    finally:
        done.last_bar = bar


def _strategy_class(program: Program) -> type[Strategy]:
    names = program.namespace()
    found = [
        value
        for value in names.values()
        if isinstance(value, type) and issubclass(value, Strategy) and value is not Strategy
    ]
    leaves = [kind for kind in found if not any(other is not kind and issubclass(other, kind) for other in found)]
    if not leaves:
        raise StrategyFault("no-strategy", "There is no class that derives from Strategy.")
    kind = leaves[-1]
    for name, value in program.parameters.items():
        if name.startswith("_") or not hasattr(kind, name) or hasattr(Strategy, name):
            raise StrategyFault("unknown-parameter", f"The class {kind.__name__} has no parameter {name}.")
        setattr(kind, name, value)
    return kind


def _bind(strategy: Strategy) -> list[Line]:
    """The lines that are attributes of the strategy; all others refuse to be read from now on."""
    bound: list[Line] = []
    for name, value in vars(strategy).items():
        if isinstance(value, Line):
            value.name = f"self.{name}"
            bound.append(value)
        elif isinstance(value, Lines):
            for place, line in enumerate(value):
                line.name = f"self.{name}[{place}]"
                bound.append(line)
    kept = {id(line) for line in bound}
    for declared in strategy._declared:
        for line in declared.lines:
            if id(line) not in kept:
                line.__class__ = UnboundLine
    return bound


def _first_value(line: Line) -> int:
    values = line._values
    return int(np.isnan(values).argmin()) if values.dtype.kind == "f" else 0


def _series(declared: list[Declared]) -> tuple[Series, ...]:
    if sum(len(item.lines) for item in declared) > MAX_SERIES:
        raise BadIndicator("too-many-indicators", f"There are more than {MAX_SERIES} indicator lines.")
    return tuple(
        Series(item.name, item.overlay, item.params, np.asarray(line._values, dtype=np.float64), group, part)
        for group, item in enumerate(declared)
        for line, part in zip(item.lines, item.parts, strict=True)
    )


# --- indicators -----------------------------------------------------------------------------------------------------


def _run_indicator(program: Program, bars: Bars, done: Executed) -> None:
    function = program.namespace().get("indicator")
    if not callable(function):
        raise StrategyFault("no-indicator", "There is no function named indicator.")
    columns = [getattr(bars, name)[:] for name in (*PRICES, "volume")]
    for column in columns:
        column.flags.writeable = False
    result = function(*columns, **program.parameters)
    if not isinstance(result, dict) or not result or not all(isinstance(name, str) for name in result):
        raise BadIndicator(
            "indicator-result", "indicator has to return a dict that names its lines: {'line': values, ...}."
        )
    if len(result) > MAX_SERIES:
        raise BadIndicator("too-many-indicators", f"There are more than {MAX_SERIES} indicator lines.")
    series = []
    for name, values in result.items():
        line = np.asarray(values)
        if line.shape != (len(bars),):
            raise BadIndicator(
                "indicator-length",
                f"The line {name} has shape {line.shape}; it needs one value for each of the {len(bars)} bars "
                "(NaN where there is no value yet).",
            )
        if line.dtype.kind not in "fiub":
            raise BadIndicator("indicator-type", f"The line {name} holds {line.dtype}, not numbers.")
        series.append(Series(name, None, tuple(program.parameters.values()), line.astype(np.float64), 0, name))
    done.series = tuple(series)
