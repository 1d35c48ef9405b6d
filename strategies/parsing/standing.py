"""Which of the rules that were read may stand: those of clauses that were understood to the last word."""

from bisect import bisect_right
from dataclasses import dataclass, field

from strategies.conditions import (
    MAX_COMPARISONS,
    AnyOf,
    Condition,
    Number,
    comparisons,
    indicators_of,
    operands,
)
from strategies.grammar import MOVING_AVERAGES
from strategies.parsing import soundness
from strategies.parsing.account import Account, Span, clauses_of
from strategies.parsing.items import Act
from strategies.parsing.patch import SpecPatch, Unread
from strategies.parsing.trees import Atom, Joined, bare, top_of, tree_of

_TELLING = frozenset(("ind", "cross", "turn", "trend", "vague", "streak", "times", "heading", "price", "candle"))
_NO_TIMEFRAME = ("隔", "within", "last", "past", "in one", "除了")
MOST_WORDS = 120  # characters of a clause that are said back


@dataclass(slots=True)
class Assigned:
    """Atoms of one action, in order, each with the word that joins it to the one before."""

    act: Act
    atoms: Joined
    goes_on: bool = False  # one more of a list: "entry: …; …"
    narrow: bool = False  # "only buy when …": beside other rules, not instead of them
    at: int = -1  # where its action stands
    join: str = "replace"  # how it stands to what the plan has already


@dataclass(slots=True)
class Standing:
    """Judges what was assigned, and puts into the patch what may stand."""

    text: str
    account: Account
    patch: SpecPatch
    narrowed: set[str] = field(default_factory=set)
    entries_by_direction: dict[str, Condition] = field(default_factory=dict)
    clauses: list[Span] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clauses = clauses_of(self.account.plain)

    def settle(self, rules: list[Assigned]) -> None:
        atoms = sorted((atom for rule in rules for _join, atom in rule.atoms), key=lambda atom: atom.start)
        refused: dict[int, str] = {}
        for atom in atoms:
            reason = soundness.of_atom(atom, self.account)
            if reason:
                refused[id(atom)] = reason
        for clause in self.clauses:
            inside = [atom for atom in atoms if atom.start < clause[1] and atom.end > clause[0]]
            if inside and not all(id(atom) in refused for atom in inside) and self._is_unread(clause, inside):
                refused.update({id(atom): "unclear" for atom in inside})
        for rule in rules:
            self._judge_sequence(rule, refused)
            self._judge_action(rule, refused)
            self._judge_start(rule, refused)
            kept = [(join, atom) for join, atom in rule.atoms if id(atom) not in refused]
            if kept and soundness.contradicts_itself(tree_of(kept)):
                refused.update({id(atom): "unclear" for _join, atom in kept})
        if any(item.reason == "one_timeframe" for item in self.patch.unread):
            self._judge_timeframes(atoms, refused)
        self._say(atoms, refused)
        for rule in rules:
            kept = [(join, atom) for join, atom in rule.atoms if id(atom) not in refused]
            if kept:
                rule.atoms = kept
                self._store(rule)
        soundness.of_sides(self.patch)
        self._judge_figures()

    def _is_unread(self, clause: Span, inside: list[Atom]) -> bool:
        """Whether words of the clause belong to nobody, or to an indicator that stands in none of its conditions."""
        levelled = any(isinstance(o, Number) for atom in inside for o in operands(atom.condition))
        for start, end in self.account.unclaimed(clause):
            if not (levelled and soundness.names_a_level(self.account.plain[start:end])):
                return True  # but "RSI oversold, below 25" has its number
        uses = {(use.name, use.params) for atom in inside for use in indicators_of(atom.condition)}
        names = {name for name, _params in uses}
        names |= set(MOVING_AVERAGES) if names & set(MOVING_AVERAGES) else set()
        return any(
            (params or name not in names) and ((name, params) not in uses or name in MOVING_AVERAGES)
            for start, name, params in self.patch.mentioned_at
            if clause[0] <= start < clause[1] and not self.account.is_said(start)
        )

    def _judge_sequence(self, rule: Assigned, refused: dict[int, str]) -> None:
        """``A, then B``: one after another is no condition of one bar."""
        known = {compare for _join, atom in rule.atoms for compare in comparisons(tree_of([("and", atom)]))}
        told = set(comparisons(tree_of(rule.atoms)))
        for (_join, first), (join, second) in zip(rule.atoms, rule.atoms[1:], strict=False):
            gap = self.account.plain[first.end : second.start]
            if join == "and" and known == told and not soundness.is_filter(first) and soundness.is_sequence(gap):
                refused.update({id(atom): "sequence" for _join, atom in rule.atoms})

    def _judge_figures(self) -> None:
        """A figure or a timeframe in words that were not understood is no more certain than they are."""
        for key, (start, _end) in list(self.patch.placed.items()):
            clause = next(clause for clause in self.clauses if clause[0] <= start < clause[1])
            left = self.account.unclaimed(clause)
            known = {token.start: token.kind for token in self.account.inside(clause)}
            telling = any(known.get(part[0]) in _TELLING or self.account.plain[part[0]] in "<>" for part in left)
            bounds = {start, len(self.account.plain[:start].rstrip())}
            telling = telling or any(
                part[1] in bounds and self.account.plain[part[0]] not in "跌涨" for part in self.account.content(clause)
            )
            ruled = any(kind in ("when", "act", "dir", "denial") for kind in known.values())
            if key == "timeframe":
                beside = self.account.plain[self.patch.placed[key][1] :].lstrip(" 的")
                at = len(self.account.plain) - len(beside)
                ahead = self.account.plain[max(start - 8, 0) : start].rstrip().endswith(_NO_TIMEFRAME)
                if ahead or (ruled and (any(part[0] == at for part in left) or self._vague_at(at))):
                    self.patch.market.pop("timeframe", None)
            elif telling:
                words = self.text[clause[0] : clause[1]].strip(" \t")[:MOST_WORDS]
                self.patch.unread.append(Unread(words, "unclear"))
                self.account.said.append(clause)
                self.patch.risk.pop(key, None)
                self.patch.sources.pop(f"risk.{key}", None)

    def _vague_at(self, place: int) -> bool:
        return any(token.kind == "vague" and token.start == place for token in self.account.inside((place, place + 1)))

    def _judge_start(self, rule: Assigned, refused: dict[int, str]) -> None:
        """``先等…，再…``: what was not understood came first."""
        for place in sorted({self._place(atom.start) for _join, atom in rule.atoms} - {0}):
            clause, before = self.clauses[place], self.clauses[place - 1]
            if not soundness.goes_on(self.account.plain[clause[0] : clause[1]]):
                continue
            own = [atom for _join, atom in rule.atoms if clause[0] <= atom.start < clause[1]]
            unread = any(before[0] <= start < before[1] for start, _end in self.account.said)
            if unread and not any(token.kind == "act" for token in self.account.inside(before)):
                refused.update({id(atom): "sequence" for atom in own})

    def _place(self, at: int) -> int:
        """Which clause holds the character at ``at``."""
        return max(bisect_right(self.clauses, (at, len(self.account.plain) + 1)) - 1, 0)

    def _judge_action(self, rule: Assigned, refused: dict[int, str]) -> None:
        """``…, wait for a retest and then buy``: words beside the action concern its conditions."""
        if rule.at < 0:
            return
        clause = self.clauses[self._place(rule.at)]
        own = any(clause[0] <= atom.start < clause[1] for _join, atom in rule.atoms)
        if not own and self.account.content(clause):
            refused.update({id(atom): "unclear" for _join, atom in rule.atoms})

    def _judge_timeframes(self, atoms: list[Atom], refused: dict[int, str]) -> None:
        """Conditions told with one of two timeframes are not conditions of the other."""
        for clause in self.clauses:
            if any(token.kind == "tf" for token in self.account.inside(clause)):
                inside = (atom for atom in atoms if clause[0] <= atom.start < clause[1])
                refused.update({id(atom): "one_timeframe" for atom in inside})

    def _say(self, atoms: list[Atom], refused: dict[int, str]) -> None:
        """Each clause of a refused condition once, with its reason; its indicators stay named."""
        for clause in self.clauses:
            own = [atom for atom in atoms if id(atom) in refused and clause[0] <= atom.start < clause[1]]
            if not own:
                continue
            words = self.text[clause[0] : max(clause[1], *(atom.end for atom in own))].strip(
                " \t,，。.;；!！?？、:：\n"
            )
            self.patch.unread.append(Unread(words[:MOST_WORDS], refused[id(own[0])]))
            self.account.said.append((clause[0], max(clause[1], *(atom.end for atom in own))))
            for use in (use for atom in own for use in indicators_of(atom.condition)):
                self.patch.mentioned.append((use.name, use.params_dict()))

    def _store(self, rule: Assigned) -> None:
        side, direction = rule.act
        tree = tree_of(rule.atoms)
        top: Condition
        narrows = rule.narrow or side in self.narrowed
        if rule.narrow:
            self.narrowed.add(side)
        if side == "entry" and direction is not None:
            self.entries_by_direction[direction] = top_of("entry", tree)
        known_count = len(list(comparisons(self.patch.sides[side]))) if side in self.patch.sides else 0
        if known_count + len(list(comparisons(tree))) > MAX_COMPARISONS - 1:
            if not any(item.reason == "too_many" for item in self.patch.unread):
                words = self.text[rule.atoms[0][1].start : rule.atoms[-1][1].end]
                self.patch.unread.append(Unread(words[:MOST_WORDS], "too_many"))
            return
        if side in self.patch.sides and (rule.goes_on or narrows):
            top = tree_of([("and", Atom(bare(self.patch.sides[side]), 0, 0)), ("and", Atom(bare(tree), 0, 0))])
            top = top_of("entry", top)
        elif side in self.patch.sides:
            known = self.patch.sides[side]
            parts = known.items if isinstance(known, AnyOf) else (bare(known),)
            top = AnyOf(tuple(dict.fromkeys((*parts, bare(tree)))))
        else:
            top = top_of(side, tree)
        self.patch.sides[side] = top
        self.patch.joins.setdefault(side, rule.join)
        words = self.text[min(a.start for _j, a in rule.atoms) : max(a.end for _j, a in rule.atoms)]
        known_words = self.patch.sources.get(side)
        self.patch.sources[side] = f"{known_words}; {words}" if known_words else words
