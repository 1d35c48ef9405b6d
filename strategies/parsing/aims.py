"""Second thoughts about one figure of the plan: "60 is too low, make it 65", "卖出改成65", "5 instead of 4 percent".

A figure is changed only where the words leave one to be meant: its old value, its side, its indicator, its unit. Where
they leave several, nothing is changed and the words are said back.
"""

import re
from dataclasses import dataclass, field

from strategies.conditions import Compare, IndicatorUse, Number
from strategies.grammar import plain_number
from strategies.parsing.account import Account, Span
from strategies.parsing.figures import Figure, Level, Parameter, RiskFigure, figures_of
from strategies.parsing.patch import SpecPatch, Unread
from strategies.parsing.soundness import range_of
from strategies.parsing.tokens import Token
from strategies.parsing.trees import top_of
from strategies.spec import Spec

_FIGURES = ("num", "pct", "bars", "days", "dev")
_INSTEAD = ("instead of", "rather than", "而不是", "不是", "not", "不要", "不用", "别用", "别")
# beside the figures: what tells which one is meant, what tells that it changes, and what tells nothing
_TELLING = frozenset(("act", "threshold", "ind", "risk", "hold"))
_CHANGING = frozenset(("change", "to", "returned", "makes"))
_IDLE = frozenset(("letter", "streak", "soft", "filler", "at", "it", "when", "hard", "also", "denial", "kline"))
_NAMED = ("ind", "letter")
_SMALL = ("but", "够")
_PERIODS = ("period", "periods", "周期", "参数", "length", "window", "params", "parameter", "parameters")
_OSCILLATORS = ("RSI", "KDJ", "CCI", "ROC")

_AMOUNTS = (
    r"(?:low|high|tight|wide|deep|shallow|short|long|small|big|large|much|little|loose|early|late|strict|fast|slow)"
)
_OTHERWISE = "wrong|off|greedy|ambitious|conservative"
_DOUBTS = re.compile(
    rf"\btoo {_AMOUNTS}\b"
    rf"|\b(?:is|are|was|seems?|looks?|feels?|sounds?) (?:\w+ )?(?:\w+ )?(?:{_AMOUNTS}|{_OTHERWISE})\b"
    r"|\bnot (?:\w+ )?(?:sure|happy|certain|convinced|comfortable)\b|\bdon'?t like\b"
    r"|太[低高紧松宽窄大小长短多少早晚深浅快慢严久]|有一?点儿?[低高紧松宽窄大小长短多少早晚深浅快慢严久]|太?(?:贪心|激进|保守)|偏[低高紧松宽大小长短多少]"
    r"|不(?:太|大|怎么|是很|够)?(?:合适|合理|理想|满意|确定|放心)|不(?:太|大|怎么)?[好对行](?=$|[,。;!?吧呢啊 ])"
)
_RAISING = re.compile(
    r"\b(?:raise|lower|reduce|increase|decrease|tighten|loosen|widen|bring|push|drop|let's say|lets say|use)\b"
)
_ENOUGH = re.compile(r"\benough\b|\bwould do\b|\bwill do\b|\bis (?:fine|better)\b|够了|就够|就行|就好|更好|差不多")


@dataclass(slots=True)
class Part:
    """What stands between two commas: its tokens that nobody took yet, and its words."""

    span: Span
    tokens: list[Token]
    words: str

    @property
    def figures(self) -> list[Token]:
        return [token for token in self.tokens if token.kind in _FIGURES]

    def of(self, *kinds: str) -> list[Token]:
        return [token for token in self.tokens if token.kind in kinds]

    def take(self) -> None:
        for token in self.tokens:
            token.used = True


@dataclass(slots=True)
class Aims:
    """Reads a message's sentences one after another; a doubt may stand in the sentence before its cure."""

    text: str
    account: Account
    spec: Spec
    patch: SpecPatch
    figures: list[Figure] = field(default_factory=list)
    doubted: Part | None = None

    def __post_init__(self) -> None:
        self.figures = figures_of(self.spec)

    def read(self, sentence: list[Token]) -> None:
        if not self.figures:
            return
        for part in self._parts(sentence):
            doubted, self.doubted = self.doubted, None
            if doubted is not None and self._cured(doubted, part):
                continue
            if self._exchanged(part) or self._sided(part) or self._widened(part):
                continue
            if len(part.figures) == 1 and _DOUBTS.search(part.words) and not part.of("rel", "cross", "turn"):
                self.doubted = part
            elif doubted is not None and not part.figures and not part.of("rel", "cross", "ind"):
                self.doubted = doubted  # "60, hmm, is too low": what says nothing parts nothing

    def _parts(self, sentence: list[Token]) -> list[Part]:
        parts: list[list[Token]] = [[]]
        aiming = [place for place, token in enumerate(sentence) if token.kind in ("act", "change", "risk")]
        for place, token in enumerate(sentence):
            follower = sentence[place + 1] if place + 1 < len(sentence) else None
            before = sentence[place - 1] if place else None
            listed = before is not None and before.end == token.start and before.kind in _FIGURES
            listed = listed and follower is not None and follower.kind in _FIGURES and not self._is_told(parts[-1])
            joint = token.kind in ("and", "list") and bool(aiming) and place < aiming[-1]
            joint = joint or (token.kind == "or" and follower is not None and follower.kind == "hold")
            old = follower is not None and follower.kind == "neg" and self._words(follower) in _INSTEAD
            comma = token.kind == "soft" and self._words(token) == ","
            if (comma and not listed and not (old and parts[-1])) or (joint and not listed):
                parts.append([])
            elif not token.used and token.kind != "hard" and not comma:
                parts[-1].append(token)
        made = []
        for tokens in parts:
            if tokens:
                start, end = self._edges(tokens)
                made.append(Part((start, end), tokens, self.account.plain[start:end]))
        return made

    def _is_told(self, tokens: list[Token]) -> bool:
        """Whether an old figure and its new one stand there already: "30改为20，70改为80"."""
        kinds = [token.kind for token in tokens]
        return "change" in kinds and any(kind in _FIGURES for kind in kinds[: kinds.index("change")])

    def _edges(self, tokens: list[Token]) -> Span:
        """The words of a part reach from stop to stop, also where no token stands."""
        plain = self.account.plain
        start, end = tokens[0].start, tokens[-1].end
        while start and plain[start - 1] not in ",;:!?\n。" and not self._ends_a_token(start):
            start -= 1
        while end < len(plain) and plain[end] not in ",;:!?\n。." and not self._begins_a_token(end):
            end += 1
        return start, end

    def _ends_a_token(self, place: int) -> bool:
        return bool(self.account.inside((place - 1, place))) or any(
            token.end == place for token in self.account.inside((max(place - 24, 0), place))
        )

    def _begins_a_token(self, place: int) -> bool:
        return bool(self.account.inside((place, place + 1)))

    def _words(self, token: Token) -> str:
        return self.account.plain[token.start : token.end]

    # "60 is too low, make it 65"

    def _cured(self, doubted: Part, part: Part) -> bool:
        new = part.figures
        changing = part.of(*_CHANGING, "act") or _RAISING.search(part.words) or _ENOUGH.search(part.words)
        bare = all(token.kind in ("filler", "soft") or token in new for token in part.tokens)
        if len(new) != 1 or not self._is_short(part) or not (changing or bare):
            return False
        old = doubted.figures[0]
        meant = self._meant(old, [old, *new], [*doubted.tokens, *part.tokens])
        if not meant:
            return False
        self._settle(meant, new[0], (doubted.span[0], part.span[1]))
        doubted.take()
        part.take()
        return True

    # "change 30 to 25", "5 instead of 4 percent"

    def _exchanged(self, part: Part) -> bool:
        figures = part.figures
        if len(figures) != 2 or not self._is_short(part):
            return False
        first, last = (part.tokens.index(figure) for figure in figures)
        between = part.tokens[first + 1 : last]
        instead = [token for token in between if token.kind == "neg" and self._words(token) in _INSTEAD]
        changing = part.of("change", "makes") or _RAISING.search(part.words)
        if any(token.kind in ("and", "list", "or") for token in between) or not (instead or changing):
            return False
        old, new = reversed(figures) if instead else figures
        if float(old.value) == float(new.value) or len(part.of("ind")) > 1:
            return False  # "the 50 day average becomes EMA(50)"
        meant = self._meant(old, figures, part.tokens)
        if not meant:
            return False
        self._settle(meant, new, part.span)
        part.take()
        return True

    # "make the exit 65"

    def _sided(self, part: Part) -> bool:
        acts, figures = part.of("act"), part.figures
        if len(acts) != 1 or len(figures) != 1 or figures[0].kind != "num" or not self._is_short(part):
            return False
        if part.of("risk", "hold", "neg") or any(self._words(token) in _PERIODS for token in part.of("filler")):
            return False
        side = acts[0].value[0]
        changing = bool(part.of(*_CHANGING, "threshold") or _RAISING.search(part.words))
        names = {str(token.value) for token in part.of("ind")}
        levels = [item for item in self.figures if isinstance(item, Level) and (not names or item.name in names)]
        own = [item for item in levels if item.side == side]
        held = self.spec.entry if side == "entry" else self.spec.exit
        if held is None:
            return self._opposed(part, side, levels, figures[0])
        if not own and not changing:
            return False
        self._settle(list(own), figures[0], part.span)
        part.take()
        return True

    def _widened(self, part: Part) -> bool:
        """``2.5 standard deviations``: only bands have them."""
        widths = [item for item in self.figures if isinstance(item, Parameter) and item.key == "dev"]
        if len(part.figures) != 1 or part.figures[0].kind != "dev" or len(widths) != 1 or not self._is_short(part):
            return False
        self._settle([*widths], part.figures[0], part.span)
        part.take()
        return True

    def _opposed(self, part: Part, side: str, levels: list[Level], figure: Token) -> bool:
        """``exit at 70`` where the plan enters with RSI below 30 and knows no way out."""
        lines = {level.compare.left for level in levels}
        line = next(iter(lines), None)
        if len(levels) != 1 or not isinstance(line, IndicatorUse) or line.name not in _OSCILLATORS:
            return False
        low, high = range_of(line)
        value = plain_number(float(figure.value))
        if not low < value < high or value == levels[0].value or abs(value) > max(abs(levels[0].value), 1) * 10:
            return False
        op = "gt" if value > levels[0].value else "lt"
        self.patch.sides[side] = top_of(side, Compare(op, line, Number(value)))
        self.patch.sources[side] = self.text[slice(*part.span)].strip()
        self.account.said.append(part.span)
        part.take()
        return True

    def _is_short(self, part: Part) -> bool:
        """Whether nothing stands in the part but figures, what tells which is meant, and small words."""
        for token in part.tokens:
            known = token.kind in (*_FIGURES, *_TELLING, *_CHANGING, *_IDLE)
            instead = token.kind == "neg" and self._words(token) in _INSTEAD
            raised = _RAISING.match(self._words(token)) is not None
            if not (known or instead or raised):
                return False
        unknown = (self.account.plain[start:end] for start, end in self.account.content(part.span))
        return all(_RAISING.match(words) or _ENOUGH.search(words) or words in _SMALL for words in unknown)

    def _meant(self, old: Token, figures: list[Token], tokens: list[Token]) -> list[Figure]:
        """The figures of the plan that ``old`` may be, as far as the words beside it tell."""
        kinds = {figure.kind for figure in figures} - {"num"}
        names = {"KDJ" if token.kind == "letter" else str(token.value) for token in tokens if token.kind in _NAMED}
        sides = {token.value[0] for token in tokens if token.kind == "act"}
        risks = {str(token.value) for token in tokens if token.kind == "risk"}
        risks |= {"max_bars"} if any(token.kind == "hold" for token in tokens) else set()
        level = any(token.kind == "threshold" for token in tokens)
        period = any(token.kind == "filler" and self._words(token) in _PERIODS for token in tokens)
        found: list[Figure] = []
        for item in self.figures:
            if item.value != float(old.value) or (names and item.name not in names):
                continue
            match item:
                case Level():
                    fits = not (kinds or risks or period) and (not sides or item.side in sides)
                case Parameter():
                    unit = {"dev"} if item.key == "dev" else {"days", "bars"}
                    fits = kinds <= unit and not (risks or level) and (not sides or bool(sides & item.sides))
                case RiskFigure():
                    unit = {"bars", "days"} if item.key == "max_bars" else {"pct"}
                    fits = kinds <= unit and not (sides or level or period) and (not risks or item.key in risks)
            if fits:
                found.append(item)
        return found

    def _settle(self, meant: list[Figure], new: Token, span: Span) -> None:
        """Changes the one that is meant; two levels of one line that are equal are one."""
        words = self.text[slice(*span)].strip()
        value = float(new.value)
        self.account.said.append(span)
        one = len({(type(item), item.name, item.value) for item in meant}) == 1
        if not one or (len(meant) > 1 and not all(isinstance(item, Level) for item in meant)):
            among = tuple(dict.fromkeys(item.shown for item in meant))
            self.patch.unread.append(Unread(words, "unclear_change", among))
        elif not all(item.change(value, words, self.patch) for item in meant):
            self.patch.unread.append(Unread(words, "out_of_range"))
