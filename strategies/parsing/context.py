"""What a message spoke of before, and what a reading found."""

from dataclasses import dataclass, field

from strategies.conditions import IndicatorUse, Operand, indicator
from strategies.grammar import MOVING_AVERAGES, PARAM_NAMES, check_params
from strategies.parsing.tokens import Token

COUNTS = ("num", "days", "bars")
OSCILLATORS = ("RSI", "CCI", "ADX", "ROC", "ATR", "KDJ", "MACD")
MOST_SKIPPED = 12


@dataclass(slots=True)
class Context:
    """What was spoken of before, in this message and in the spec."""

    uses: list[IndicatorUse] = field(default_factory=list)  # newest last
    subject: Operand | None = None
    pair: tuple[Operand, Operand] | None = None
    pair_op: str = "cross_above"
    last: tuple[Operand, Operand] | None = None  # the two sides of the newest comparison of this message
    left: Operand | None = None  # of the comparison that is being read
    reference: Operand | None = None  # what "it" is, to the right of a relation
    kdj: bool = False
    turtles: bool = False  # "20日突破" is a break of the channel

    def latest(self, *names: str) -> IndicatorUse | None:
        return next((use for use in reversed(self.uses) if use.name in names), None)

    def averages(self) -> list[IndicatorUse]:
        """The averages of the newest kind with their periods, shortest first."""
        newest = self.latest(*MOVING_AVERAGES)
        if newest is None:
            return []
        same = {use for use in self.uses if use.name == newest.name and use.complete}
        return sorted(same, key=lambda use: use.params_dict()["period"])


@dataclass(frozen=True, slots=True)
class Found:
    """Operands at a place; ``named_line`` tells whether the person said which line is meant."""

    operands: tuple[Operand, ...]
    end: int  # index of the token behind them
    named_line: bool = False


def remember(context: Context, use: IndicatorUse) -> None:
    plain = IndicatorUse(use.name, use.params)
    if plain in context.uses:
        context.uses.remove(plain)
    context.uses.append(plain)
    if use.name == "KDJ":
        context.kdj = True


def valid_params(name: str, values: list[float]) -> dict[str, float] | None:
    """Parameters in their declared order when they are possible ones."""
    names = PARAM_NAMES[name]
    if len(values) > len(names):
        return None
    problems: dict[str, str] = {}
    params = check_params(name, dict(zip(names, values, strict=False)), "params", problems)
    return None if problems else params


def skip(sentence: list[Token], place: int, *kinds: str) -> int:
    """The index behind free words of these kinds; behind a few of them, which also keeps the reading linear."""
    stop = min(len(sentence), place + MOST_SKIPPED)
    while place < stop and sentence[place].kind in kinds and not sentence[place].used:
        place += 1
    return place


def is_line_word(sentence: list[Token], place: int) -> bool:
    """``线`` glued to the figure before it: ``10日线`` is a moving average by custom."""
    token = sentence[place]
    return (
        token.kind == "filler"
        and token.end - token.start == 1
        and token.start == sentence[place - 1].end
        and token.value == "线"
    )


def averages_of(name: str, values: list[float], end: int) -> Found | None:
    """An average for each period; None when one of them is not possible."""
    uses = []
    for value in values:
        params = valid_params(name, [value])
        if params is None:
            return None
        uses.append(indicator(name, params))
    return Found(tuple(uses), end)
