"""Conditions as formulas that a person can edit: ``SMA(5) crosses above SMA(20) and not (close[1] > open[1])``.

Every condition of the grammar can be written, and what is written reads back as the same condition; ``[1]`` is one bar
ago. Keywords may be English or Chinese (``上穿``, ``且``, ``或``, ``非``). What is wrong is said with its place.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from strategies.conditions import (
    MAX_COMPARISONS,
    MAX_DEPTH,
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
    indicator,
)
from strategies.describe import say
from strategies.grammar import DEFAULT_LINES, LINES, MAX_OFFSET, PARAM_NAMES, PRICES, check_params, plain_number

MAX_LENGTH = 4_000  # characters of a formula

_SIGNS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_CROSSES = {"cross_above": ("crosses above", "上穿"), "cross_below": ("crosses below", "下穿")}
_RELATIONS = {">": "gt", ">=": "ge", "<": "lt", "<=": "le", "≥": "ge", "≤": "le", "＞": "gt", "＜": "lt"}
_TOKEN = re.compile(
    r"\s*(?:(?P<cross>crosses\s+(?:above|below)|[上下]穿)|(?P<joint>and\b|or\b|not\b|且|并且|或者?|非|&&?|\|\|?|!)"
    r"|(?P<relation>>=|<=|[><≥≤＞＜])|(?P<number>[+-]?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]+)|(?P<sign>[()（）\[\].,，]))",
    re.IGNORECASE,
)
_JOINTS = {
    **dict.fromkeys(("and", "且", "并且", "&", "&&"), "and"),
    **dict.fromkeys(("or", "或", "或者", "|", "||"), "or"),
    **dict.fromkeys(("not", "非", "!"), "not"),
}
_HALFWIDTH = {"（": "(", "）": ")", "，": ","}


class BadFormula(ValueError):
    """The person's formula cannot be read; its words say what is wrong and where."""


def written(tree: Condition, language: str = "en") -> str:
    """The condition as a formula."""
    return _written(tree, language, 0)


def read(text: str) -> Condition:
    """The condition that a formula says; raises BadFormula."""
    if len(text) > MAX_LENGTH:
        raise BadFormula(_("A rule has at most %(most)s characters.") % {"most": MAX_LENGTH})
    reader = _Reader(_tokens(text))
    tree = reader.any_of(0)
    if reader.token is not None:
        raise reader.unexpected(_("“and” or “or”"))
    if len(list(comparisons(tree))) > MAX_COMPARISONS:
        raise BadFormula(_("A rule has at most %(most)s comparisons.") % {"most": MAX_COMPARISONS})
    return tree


# --- writing ----------------------------------------------------------------------------------------------------------


def _written(tree: Condition, language: str, binds: int) -> str:
    """``binds``: how tightly what stands around it does; a looser one is put into brackets."""
    match tree:
        case Compare(op, left, right):
            relation = _SIGNS.get(op) or say(language, *_CROSSES[op])
            return f"{_operand(left)} {relation} {_operand(right)}"
        case Negation(item):
            return f"{say(language, 'not', '非')} {_written(item, language, 3)}"
        case AllOf(items) | AnyOf(items):
            joint, level = ((" and ", " 且 "), 2) if isinstance(tree, AllOf) else ((" or ", " 或 "), 1)
            # a group inside of its like, or of one, keeps its brackets: it is another tree than without them
            inner = say(language, *joint).join(_written(item, language, level + 1) for item in items)
            return f"({inner})" if binds > level or (len(items) == 1 and binds) else inner


def _operand(operand: Operand) -> str:
    match operand:
        case Number(value):
            return _number(value)
        case PriceUse(price, offset):
            return f"{price}{_ago(offset)}"
        case IndicatorUse(name, params, line, offset):
            values = ", ".join(_number(value) for _name, value in params)
            return f"{name}{f'({values})' if values else ''}{f'.{line}' if line else ''}{_ago(offset)}"


def _number(value: float) -> str:
    """Without an exponent."""
    return format(Decimal(repr(plain_number(value))), "f")


def _ago(offset: int) -> str:
    return f"[{offset}]" if offset else ""


# --- reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    place = 0
    end = len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            rest = text[place:].lstrip()
            raise BadFormula(_("“%(part)s” cannot be read here.") % {"part": rest[:20]})
        word = match[match.lastgroup]
        found.append(_Token(match.lastgroup, _HALFWIDTH.get(word, word), match.start(match.lastgroup)))
        place = match.end()
    return found


class _Reader:
    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.place = 0

    @property
    def token(self) -> _Token | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def unexpected(self, wanted: str) -> BadFormula:
        if self.token is None:
            return BadFormula(_("The rule ends too early: %(wanted)s is expected.") % {"wanted": wanted})
        shown = {"part": self.token.text, "number": self.token.start + 1, "wanted": wanted}
        return BadFormula(_("At “%(part)s” (character %(number)s): %(wanted)s is expected.") % shown)

    def _next(self, kind: str, text: str = "") -> _Token | None:
        token = self.token
        if token is None or token.kind != kind or (text and token.text.lower() != text):
            return None
        self.place += 1
        return token

    def _joint(self, name: str) -> bool:
        token = self.token
        if token is None or token.kind != "joint" or _JOINTS[token.text.lower()] != name:
            return False
        self.place += 1
        return True

    def any_of(self, depth: int) -> Condition:
        items = [self.all_of(depth)]
        while self._joint("or"):
            items.append(self.all_of(depth))
        return items[0] if len(items) == 1 else AnyOf(tuple(items))

    def all_of(self, depth: int) -> Condition:
        items = [self.part(depth)]
        while self._joint("and"):
            items.append(self.part(depth))
        return items[0] if len(items) == 1 else AllOf(tuple(items))

    def part(self, depth: int) -> Condition:
        if depth >= MAX_DEPTH:
            raise BadFormula(_("Conditions are nested at most %(count)s deep.") % {"count": MAX_DEPTH})
        if self._joint("not"):
            return Negation(self.part(depth + 1))
        if self._next("sign", "("):
            inner = self.any_of(depth + 1)
            if not self._next("sign", ")"):
                raise self.unexpected(_("a closing bracket"))
            return inner
        left = self.operand()
        return Compare(self.relation(), left, self.operand())

    def relation(self) -> str:
        if token := self._next("relation"):
            return _RELATIONS[token.text]
        if token := self._next("cross"):
            return "cross_above" if "above" in token.text.lower() or token.text.startswith("上") else "cross_below"
        raise self.unexpected(_("“crosses above”, “crosses below”, “>”, “>=”, “<” or “<=”"))

    def operand(self) -> Operand:
        if token := self._next("number"):
            return Number(plain_number(float(token.text)))
        token = self._next("name")
        if token is None:
            raise self.unexpected(_("a price, an indicator or a number"))
        name = token.text.upper()
        if name.lower() in PRICES:
            return PriceUse(name.lower(), self.offset())
        if name not in PARAM_NAMES:
            known = ", ".join((*PRICES, *PARAM_NAMES))
            raise BadFormula(_("“%(name)s” is not known; there are %(known)s.") % {"name": token.text, "known": known})
        params = self.params(name)
        line = self.line(name)
        return indicator(name, params, line, self.offset())

    def params(self, name: str) -> dict[str, float]:
        if not self._next("sign", "("):
            return check_params(name, {}, "", {})
        values: list[float] = []
        while token := self._next("number"):
            values.append(float(token.text))
            if not self._next("sign", ","):
                break
        if not self._next("sign", ")"):
            raise self.unexpected(_("a number or a closing bracket"))
        names = PARAM_NAMES[name]
        if len(values) > len(names):
            shown = {"name": name, "params": ", ".join(names)}
            raise BadFormula(_("%(name)s has these parameters: %(params)s.") % shown)
        problems: dict[str, str] = {}
        params = check_params(name, dict(zip(names, values, strict=False)), name, problems)
        if problems:
            raise BadFormula(" ".join(f"{path}: {problem}" for path, problem in problems.items()))
        return params

    def line(self, name: str) -> str | None:
        lines = LINES.get(name, ())
        if not self._next("sign", "."):
            if lines and name not in DEFAULT_LINES:
                shown = {"name": name, "lines": ", ".join(f"{name}.{line}" for line in lines)}
                raise BadFormula(_("Which line of %(name)s? There are %(lines)s.") % shown)
            return DEFAULT_LINES.get(name)
        token = self._next("name")
        if token is None or token.text.lower() not in lines:
            raise self.unexpected(", ".join(lines) if lines else _("no line: this indicator has one only"))
        return token.text.lower()

    def offset(self) -> int:
        if not self._next("sign", "["):
            return 0
        token = self._next("number")
        if token is None or not token.text.isdigit() or int(token.text) > MAX_OFFSET:
            raise self.unexpected(_("how many bars ago, a whole number up to %(most)s") % {"most": MAX_OFFSET})
        if not self._next("sign", "]"):
            raise self.unexpected("“]”")
        return int(token.text)
