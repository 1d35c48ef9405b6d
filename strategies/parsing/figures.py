"""The figures of a plan: levels of its conditions, parameters of its indicators, risk; and what changes one of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from strategies.conditions import Compare, IndicatorUse, Number, comparisons, from_json, indicators_of
from strategies.grammar import plain_number
from strategies.parsing.context import valid_params
from strategies.parsing.patch import Renewal, SpecPatch
from strategies.parsing.soundness import range_of
from strategies.spec import RISK_LIMITS, Spec, risk_problem

Known = tuple[str, tuple[tuple[str, float], ...]]  # an indicator with its parameters


@dataclass(frozen=True, slots=True)
class Level:
    """The number that a condition compares a line with, and the side of that condition."""

    side: str
    compare: Compare

    @property
    def value(self) -> float:
        return self.compare.right.value if isinstance(self.compare.right, Number) else float("nan")

    @property
    def name(self) -> str:
        return self.compare.left.name if isinstance(self.compare.left, IndicatorUse) else ""

    @property
    def shown(self) -> Compare:
        return self.compare

    def change(self, value: float, words: str, patch: SpecPatch) -> bool:
        low, high = range_of(self.compare.left)
        if not low <= value <= high:
            return False
        patch.exchanges.append((self.compare, replace(self.compare, right=Number(plain_number(value)))))
        patch.sources[self.side] = words
        return True


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an indicator, wherever the plan uses it with these parameters."""

    known: Known
    key: str
    sides: frozenset[str]

    @property
    def value(self) -> float:
        return dict(self.known[1])[self.key]

    @property
    def name(self) -> str:
        return self.known[0]

    @property
    def shown(self) -> IndicatorUse:
        return IndicatorUse(*self.known)

    def change(self, value: float, words: str, patch: SpecPatch) -> bool:
        name, params = self.known
        new = valid_params(name, [value if key == self.key else old for key, old in params])
        if new is None:
            return False
        patch.renewals.append(Renewal(name, params, name, tuple(new.items())))
        patch.sources[f"indicators.{name}"] = words
        return True


@dataclass(frozen=True, slots=True)
class RiskFigure:
    """A percentage, or the holding time in bars."""

    key: str
    value: float
    name: str = ""

    @property
    def shown(self) -> tuple[str, float]:
        return self.key, self.value

    def change(self, value: float, words: str, patch: SpecPatch) -> bool:
        if risk_problem(self.key, value):
            return False
        patch.risk[self.key] = int(value) if self.key == "max_bars" else value
        patch.sources[f"risk.{self.key}"] = words
        return True


Figure = Level | Parameter | RiskFigure


def figures_of(spec: Spec) -> list[Figure]:
    """Every figure of the plan once; levels first, in the order of their sides."""
    return [*_levels(spec), *_parameters(spec), *_risk(spec)]


def _levels(spec: Spec) -> Iterator[Level]:
    for side, tree in (("entry", spec.entry), ("exit", spec.exit)):
        for compare in dict.fromkeys(comparisons(from_json(tree))) if tree else ():
            if isinstance(compare.right, Number):
                yield Level(side, compare)


def _parameters(spec: Spec) -> Iterator[Parameter]:
    used: dict[Known, set[str]] = {(item.name, tuple(item.params.items())): set() for item in spec.indicators}
    for side, tree in (("entry", spec.entry), ("exit", spec.exit)):
        for use in indicators_of(from_json(tree)) if tree else ():
            used.setdefault((use.name, use.params), set()).add(side)
    for known, sides in used.items():
        for key, _value in known[1]:
            yield Parameter(known, key, frozenset(sides))


def _risk(spec: Spec) -> Iterator[RiskFigure]:
    for key in RISK_LIMITS:
        value = getattr(spec.risk, key)
        if value is not None:
            yield RiskFigure(key, float(value))
