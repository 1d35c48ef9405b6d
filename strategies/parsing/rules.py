"""Entry and exit rules in a sentence: its comparisons, actions and joints; ``assignment`` puts them together."""

from dataclasses import dataclass, field

from strategies.conditions import Compare, Condition, Number
from strategies.parsing import shapes
from strategies.parsing.assignment import Assignment
from strategies.parsing.context import COUNTS, Context
from strategies.parsing.crosses import same_series
from strategies.parsing.items import Item, grouped
from strategies.parsing.patch import SpecPatch, Unread
from strategies.parsing.relations import Comparisons
from strategies.parsing.standing import Assigned
from strategies.parsing.tokens import Token
from strategies.parsing.trees import Atom

_INSTEAD = ("rather than", "instead of", "而不是")
_NOT = ("not", "不是")
_UPWARD = ("gt", "ge", "cross_above")


@dataclass(slots=True)
class Reader:
    """Reads a message's sentences one after another."""

    text: str
    plain: str
    patch: SpecPatch
    context: Context
    assignment: Assignment
    told: dict[Compare, str] = field(default_factory=dict)  # the comparisons of the plan so far, and their side
    rules: list[Assigned] = field(default_factory=list)

    def read(self, sentence: list[Token]) -> None:
        changing = self._drop_the_old(sentence) or any(token.kind == "change" for token in sentence)
        items = grouped(self._items(_without_change_between(sentence)))
        if changing:
            if self._exchange(items):
                return
            items = self._without_new_levels(items, sentence)
        adds = any(token.kind == "also" for token in sentence)
        for assigned in self.assignment.assign(items, sentence[0].start, adds):
            assigned.join = _join(sentence, assigned.act[0])
            if assigned.narrow and assigned.act[0] == "entry" and assigned.join == "replace":
                assigned.join = "all"  # "enter only if …"
            self.rules.append(assigned)
        if not self.plain.startswith((";", "\n"), sentence[-1].start):
            self.assignment.listing = None

    def _drop_the_old(self, sentence: list[Token]) -> bool:
        """``… rather than J above 100``: what it was is no wish. Whether a figure was told as what it was."""
        dropped = False
        for place, token in enumerate(sentence):
            words = self.plain[token.start : token.end]
            if token.kind == "neg" and place and (words in _INSTEAD or words in _NOT):
                behind = sentence[place + 1 :]
                end = next((at for at, part in enumerate(behind) if part.kind in ("soft", "hard", "act")), len(behind))
                told = any(part.kind in ("rel", "cross") for part in sentence[:place])
                kinds = {part.kind for part in behind[:end]}
                bare_figure = told and kinds <= {"filler", "num", "days", "ind"}
                if words in _NOT and not (bare_figure and "num" in kinds and sentence[place - 1].kind == "soft"):
                    continue
                if bare_figure or kinds & {"rel", "cross", "turn"}:
                    dropped = dropped or bare_figure
                    for part in (token, *behind[:end]):
                        part.used = True
        return dropped

    def _exchange(self, items: list[Item]) -> bool:
        """``J小于20改成J小于0``: one condition of the plan for another, whichever side it stands on."""
        atoms = [item.atom for item in items if item.atom is not None]
        if len(atoms) != 2 or any(item.kind == "act" for item in items):
            return False
        old, new = (atom.condition for atom in atoms)
        if not isinstance(old, Compare) or old not in self.told:
            return False
        self.patch.exchanges.append((old, new))
        self.patch.sources[self.told[old]] = self.text[atoms[0].start : atoms[1].end]
        return True

    def _without_new_levels(self, items: list[Item], sentence: list[Token]) -> list[Item]:
        """``改成RSI低于25，再加上…``: a new level of a condition that the plan has takes its place."""
        acts = {item.act[0] for item in items if item.kind == "act"}
        if acts and not any(token.kind == "also" for token in sentence):
            return items
        kept = []
        for item in items:
            new = item.atom.condition if item.atom is not None else None
            old = [compare for compare, side in self.told.items() if not acts or side in acts]
            old = [compare for compare in old if isinstance(new, Compare) and _is_new_level(compare, new)]
            if item.atom is None or new is None or len(old) != 1:
                kept.append(item)
                continue
            self.patch.exchanges.append((old[0], new))
            self.patch.sources[self.told[old[0]]] = self.text[item.start : item.end]
        return kept

    def finish(self) -> None:
        """What waited for an action until the end has none."""
        entered = any(rule.act[0] == "entry" for rule in self.rules) or "entry" in self.told.values()
        self.assignment.finish(entered)
        self.rules += self.assignment.done

    def _items(self, sentence: list[Token]) -> list[Item]:
        comparing = Comparisons(self.plain, self.context)
        items: list[Item] = []
        place = 0
        while place < len(sentence):
            token = sentence[place]
            if self._goes_in(token, items):
                token.kind, token.value, token.used = "act", ("entry", "long"), False
            if self._leaves(sentence, place):
                items.append(Item("act", act=("exit", None), prefix=True, start=token.start, end=token.end))
            if token.kind == "price" and self._closes(sentence, place):
                token.kind, token.value = "act", ("exit", None)
            if token.used:
                place += 1
                continue
            if token.kind == "until" and any(part.kind == "hold" for part in sentence[:place]):
                items.append(Item("act", act=("exit", None), prefix=True, start=token.start, end=token.end))
                place += 1
                continue
            if self._holds(token):
                prefix = self.plain[token.start : token.end].endswith("after")
                items.append(Item("act", act=("exit", None), prefix=prefix, start=token.start, end=token.end))
                token.used = True
                place += 1
                continue
            if token.kind == "partial":
                self.patch.unread.append(Unread(self.text[token.start : token.end], "scaling_in"))
                token.kind = "act"
            if token.kind in ("act", "denial"):
                if not self._is_spent(sentence, place, items):
                    items.append(self._action(sentence, place))
                token.used = True
                place += 1
                continue
            found = self._idiom(sentence, place) or comparing.read(sentence, place)
            if found is not None:
                condition, end = found
                condition, end = self._streak(sentence, place, condition, end)
                for part in sentence[place:end]:
                    part.used = True
                atom = Atom(condition, token.start, sentence[end - 1].end)
                items.append(Item("atom", atom=atom, start=atom.start, end=atom.end))
                place = end
                continue
            if token.kind in ("and", "or", "soft", "open", "shut", "either", "anyof"):
                items.append(Item(token.kind, start=token.start, end=token.end))
            elif token.kind == "list" and items and items[-1].kind == "atom":
                items.append(Item("list", start=token.start, end=token.end))
            place += 1
        return items

    def _idiom(self, sentence: list[Token], place: int) -> tuple[Condition, int] | None:
        """``RSI，30买70卖``."""
        behind = sentence[place + 1] if place + 1 < len(sentence) else None
        if (
            sentence[place].kind != "num"
            or behind is None
            or behind.kind != "act"
            or behind.start != sentence[place].end
        ):
            return None
        known = self.context.latest("RSI", "CCI")
        if known is None:
            return None
        low = behind.value in (("entry", "long"), ("entry", None), ("exit", "short"))
        return Compare("lt" if low else "gt", known, Number(float(sentence[place].value))), place + 1

    def _streak(self, sentence: list[Token], place: int, condition: Condition, end: int) -> tuple[Condition, int]:
        """``连续两天高于…``, ``above … two bars in a row``: so many bars, the newest one now."""
        before = [token for token in sentence[max(place - 3, 0) : place] if token.kind not in ("filler", "at")]
        if len(before) > 1 and before[-1].kind in COUNTS and before[-2].kind == "streak":
            repeated = shapes.repeated(condition, float(before[-1].value))
            before[-1].used = before[-2].used = True
            return repeated or condition, end
        behind = [token for token in sentence[end : end + 4] if token.kind not in ("filler", "hold")]
        if len(behind) > 2 and behind[1].kind == "rel" and behind[1].value == "ge":
            del behind[1]  # "for at least 10 bars"
        if len(behind) > 1 and {behind[0].kind, behind[1].kind} & {"streak"} and not behind[0].used:
            count = next((token for token in behind[:2] if token.kind in COUNTS), None)
            repeated = shapes.repeated(condition, float(count.value)) if count is not None else None
            if repeated is not None:
                last = behind[2] if len(behind) > 2 and behind[2].kind == "streak" else behind[1]
                return repeated, sentence.index(last) + 1
        return condition, end

    def _is_spent(self, sentence: list[Token], place: int, items: list[Item]) -> bool:
        """``盈利10%卖出``: a way out that the figure beside it has told already."""
        if sentence[place].kind != "act" or sentence[place].value[0] != "exit":
            return False
        if items and items[-1].kind == "atom":
            return False
        beside = []
        for step in (-1, 1):
            at = place + step
            while 0 <= at < len(sentence) and step < 0 and self._is_small(sentence[at]):
                at += step
            if 0 <= at < len(sentence):
                beside.append(sentence[at])
        return any(token.kind == "figure" or (token.kind == "hold" and token.used) for token in beside)

    def _is_small(self, token: Token) -> bool:
        return token.kind in ("filler", "at") or (token.kind == "soft" and self.plain[token.start] != ",")

    def _leaves(self, sentence: list[Token], place: int) -> bool:
        """``exit after 12 bars or when …``: what follows the holding time is one more way out."""
        token = sentence[place]
        told = token.used and token.kind == "hold" and self.plain.startswith(("exit", "close", "sell"), token.start)
        return told and any(part.kind == "or" for part in sentence[place + 1 : place + 6])

    def _closes(self, sentence: list[Token], place: int) -> bool:
        """``RSI>70 close``: no price behind a figure, where the clause ends."""
        behind = sentence[place + 1].kind if place + 1 < len(sentence) else "hard"
        words = self.plain[sentence[place].start : sentence[place].end]
        before = sentence[place - 1] if place else None
        told = before is not None and (before.kind == "num" or before.value == ":" or self.plain[before.start] == "就")
        return words == "close" and told and behind in ("soft", "hard")

    def _holds(self, token: Token) -> bool:
        """``sell after two red candles``: no holding time, so it is an action."""
        words = self.plain[token.start : token.end]
        return token.kind == "hold" and (words.endswith(" after") or words.startswith("后"))

    def _goes_in(self, token: Token, items: list[Item]) -> bool:
        """``RSI<30梭哈``: a size that is an action too."""
        slang = self.plain.startswith(("梭哈", "all in", "满仓干", "全仓干"), token.start)
        return token.kind == "whole" and slang and bool(items) and items[-1].kind == "atom"

    def _action(self, sentence: list[Token], place: int) -> Item:
        token = sentence[place]
        words = self.plain[token.start : token.end]
        after = place + 1
        while after < len(sentence) and sentence[after].kind in ("filler", "dir", "kline"):
            after += 1
        follower = sentence[after] if after < len(sentence) else None
        reaches = follower is not None and self.plain.startswith("到", follower.start)  # "…就买，到65就卖"
        prefix = words.endswith((" when", " if", " on", " after")) or (
            follower is not None and follower.kind in ("when", "at") and not (reaches and words.startswith("就"))
        )
        before = sentence[place - 1] if place else None
        if before is not None and before.kind == "when" and self.plain[before.start] in "当如若":
            prefix = False
        negated = before is not None and before.kind == "neg" and not before.used
        if token.kind == "denial":
            return Item("act", act=("entry", None), prefix=prefix, negated=True, start=token.start, end=token.end)
        if before is not None and negated:
            before.used = True
            token.kind = "denied"
        if follower is not None and follower.kind == "when":
            follower.used = True
        return Item("act", act=token.value, prefix=prefix, negated=negated, start=token.start, end=token.end)


def _is_new_level(old: Compare, new: Compare) -> bool:
    """Whether two comparisons hold one line against figures, in the same direction."""
    levels = isinstance(old.right, Number) and isinstance(new.right, Number)
    return levels and same_series(old.left, new.left) and (old.op in _UPWARD) == (new.op in _UPWARD)


def _without_change_between(sentence: list[Token]) -> list[Token]:
    """``ADX改成大于30``: the new relation is the indicator's."""
    places = range(1, len(sentence) - 1)
    between = {
        place
        for place in places
        if (sentence[place - 1].kind, sentence[place].kind) == ("ind", "change")
        and sentence[place + 1].kind in ("rel", "cross", "turn", "between")
    }
    return [token for place, token in enumerate(sentence) if place not in between]


def _join(sentence: list[Token], side: str) -> str:
    """Whether new conditions stand beside the old ones ("also …") or in their place.

    One more entry condition narrows the entry, one more exit condition is one more way out.
    """
    if any(token.kind == "also" for token in sentence):
        return "any" if side == "exit" or any(token.kind == "or" for token in sentence) else "all"
    first = sentence[0]
    if first.kind in ("and", "or"):
        return "all" if first.kind == "and" else "any"
    return "replace"
