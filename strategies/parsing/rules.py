"""Entry and exit rules in a sentence: comparisons first, then which action each belongs to."""

from dataclasses import dataclass, field

from strategies.conditions import (
    MAX_COMPARISONS,
    MIRRORED,
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
    indicator,
    indicators_of,
)
from strategies.parsing.lexer import Token
from strategies.parsing.operands import Context, read_operands, remember
from strategies.parsing.patch import SpecPatch, Unread
from strategies.spec import MOVING_AVERAGES

_OSCILLATORS = ("RSI", "CCI", "ADX", "ROC", "ATR", "KDJ", "MACD")
# words that speak of the price when nobody else is named
_PRICE_WORDS = ("突破", "跌破", "站上", "站稳", "升破", "涨破", "失守", "击穿", "break", "fall", "drop", "dip")


@dataclass(slots=True)
class Atom:
    """A comparison and where it stands."""

    condition: Condition
    start: int
    end: int


@dataclass(slots=True)
class Item:
    kind: str  # atom, act, and, or, soft
    atom: Atom | None = None
    act: tuple[str, str | None] = ("", None)
    prefix: bool = False
    negated: bool = False
    start: int = 0
    end: int = 0


@dataclass(slots=True)
class Assigned:
    """Atoms of one action, in order, each with the word that joins it to the one before."""

    act: tuple[str, str | None]
    atoms: list[tuple[str, Atom]]


@dataclass(slots=True)
class Reader:
    """Reads a message's sentences one after another."""

    text: str
    plain: str
    patch: SpecPatch
    context: Context
    asked: tuple[str, ...]
    current: tuple[str, str | None] | None = None  # an action that waits for its conditions
    entries_by_direction: dict[str, Condition] = field(default_factory=dict)

    def read(self, sentence: list[Token]) -> None:
        items = self._items(sentence)
        for assigned in self._assign(items):
            self._store(assigned)

    # --- comparisons -------------------------------------------------------------------------------------------

    def _items(self, sentence: list[Token]) -> list[Item]:
        items: list[Item] = []
        place = 0
        while place < len(sentence):
            token = sentence[place]
            if token.used:
                place += 1
                continue
            if token.kind == "act":
                items.append(self._action(sentence, place))
                token.used = True
                place += 1
                continue
            if token.kind in ("and", "or", "soft"):
                items.append(Item(token.kind, start=token.start, end=token.end))
                place += 1
                continue
            if token.kind == "list" and items and items[-1].kind == "atom":
                items.append(Item("and", start=token.start, end=token.end))
                place += 1
                continue
            found = self._atom(sentence, place)
            if found is None:
                place += 1
                continue
            condition, end = found
            for part in sentence[place:end]:
                part.used = True
            atom = Atom(condition, token.start, sentence[end - 1].end)
            items.append(Item("atom", atom=atom, start=atom.start, end=atom.end))
            place = end
        return items

    def _action(self, sentence: list[Token], place: int) -> Item:
        token = sentence[place]
        words = self.plain[token.start : token.end]
        after = place + 1
        while after < len(sentence) and sentence[after].kind in ("filler", "dir", "kline"):
            after += 1
        follower = sentence[after] if after < len(sentence) else None
        prefix = words.endswith((" when", " if", " on")) or (follower is not None and follower.kind in ("when", "at"))
        before = sentence[place - 1] if place else None
        if before is not None and before.kind == "when" and self.plain[before.start] in "当如若":
            prefix = False
        negated = before is not None and before.kind == "neg" and not before.used
        if before is not None and negated:
            before.used = True
        if follower is not None and follower.kind == "when":
            follower.used = True
        return Item("act", act=token.value, prefix=prefix, negated=negated, start=token.start, end=token.end)

    def _atom(self, sentence: list[Token], place: int) -> tuple[Condition, int] | None:
        token = sentence[place]
        if token.kind in ("ind", "line", "price", "num", "days", "bars", "letter", "kline", "back", "zero"):
            left = read_operands(sentence, place, self.context)
            if left is None:
                return None
            operands, end = left.operands, left.end
            # "MA5 and MA20 golden cross", "5日线、10日线金叉"
            if end < len(sentence) and sentence[end].kind in ("list", "and"):
                more = read_operands(sentence, end + 1, self.context)
                if more is not None and _averages_only(operands + more.operands):
                    behind = self._past(sentence, more.end)
                    if behind < len(sentence) and sentence[behind].kind in ("cross", "rel", "turn"):
                        operands, end = operands + more.operands, more.end
            return self._relation(sentence, end, operands)
        if token.kind in ("rel", "cross", "turn", "again", "generic", "returned", "makes") or (
            token.kind == "neg" and self._negates(sentence, place)
        ):
            return self._relation(sentence, place, ())
        return None

    def _negates(self, sentence: list[Token], place: int) -> bool:
        return place + 1 < len(sentence) and sentence[place + 1].kind in ("rel", "cross", "turn")

    def _past(self, sentence: list[Token], place: int) -> int:
        while (
            place < len(sentence)
            and sentence[place].kind in ("filler", "at", "back", "times")
            and not sentence[place].used
        ):
            place += 1
        return place

    def _relation(self, sentence: list[Token], place: int, left: tuple[Operand, ...]) -> tuple[Condition, int] | None:
        at_word = any(token.kind == "at" for token in sentence[place : self._past(sentence, place)])
        place = self._past(sentence, place)
        negated = False
        if place < len(sentence) and sentence[place].kind == "neg" and self._negates(sentence, place):
            negated, place = True, place + 1
        if place >= len(sentence):
            return None
        token = sentence[place]
        if token.kind == "cross":
            found = self._named_cross(sentence, place, left)
        elif token.kind == "turn":
            found = self._turn(token, place, left)
        elif token.kind == "rel":
            found = self._compared(sentence, place, left)
        elif token.kind == "again" and not left and self.context.pair is not None:
            found = (Compare(MIRRORED[self.context.pair_op], *self.context.pair), place + 1)
        elif token.kind == "generic":
            found = self._headed(sentence, place, left)
        elif token.kind == "returned":
            found = self._returned(sentence, place, left)
        elif token.kind == "makes":
            found = self._extreme(sentence, place, left)
        elif token.kind == "between" and left:
            found = self._between(sentence, place, left[0])
        elif token.kind == "post" and len(left) == 1 and isinstance(left[0], Number):
            # "70以上" with the indicator named before
            known = self.context.subject
            wanted = isinstance(known, IndicatorUse) and known.name in _OSCILLATORS
            found = self._done(Compare(str(token.value), known, left[0]), place + 1) if wanted and known else None
        elif left:
            found = self._placed(sentence, place, left[0], at_word)
        else:
            found = None
        if found is None or not negated:
            return found
        condition, end = found
        if isinstance(condition, Compare) and condition.op in OPPOSITES:
            return Compare(OPPOSITES[condition.op], condition.left, condition.right), end
        return Negation(condition), end

    def _named_cross(
        self, sentence: list[Token], place: int, left: tuple[Operand, ...]
    ) -> tuple[Condition, int] | None:
        """Golden and death cross: the fast line over or under the slow one."""
        op, end = str(sentence[place].value), place + 1
        if not left:
            at = self._past(sentence, end)
            if at < len(sentence) and sentence[at].kind in ("between", "open"):
                at += 1
            if at < len(sentence) and sentence[at].kind in ("ind", "days", "bars", "num"):
                more = read_operands(sentence, at, self.context)
                if more is not None and all(isinstance(operand, IndicatorUse) for operand in more.operands):
                    left, end = more.operands, more.end
                    if len(left) == 1 and end < len(sentence) and sentence[end].kind in ("and", "list"):
                        other = read_operands(sentence, end + 1, self.context)
                        if other is not None and _averages_only(left + other.operands):
                            left, end = left + other.operands, other.end
        pair = self._cross_pair(left)
        if pair is None:
            return None
        return self._done(Compare(op, *pair), end)

    def _cross_pair(self, left: tuple[Operand, ...]) -> tuple[Operand, Operand] | None:
        uses = [operand for operand in left if isinstance(operand, IndicatorUse)]
        if len(uses) == 2 and _averages_only(tuple(uses)):
            if all(use.complete for use in uses):
                uses.sort(key=lambda use: use.params_dict()["period"])
            return uses[0], uses[1]
        if len(uses) == 1 and uses[0].name in ("MACD", "KDJ"):
            return _signal_pair(uses[0])
        if len(uses) == 1 and uses[0].name in MOVING_AVERAGES and not uses[0].complete:
            known = self.context.averages()
            return (known[0], known[1]) if len(known) == 2 else (uses[0], uses[0])
        if uses:
            return None
        newest = next(
            (use for use in reversed(self.context.uses) if use.name in ("MACD", "KDJ", *MOVING_AVERAGES)), None
        )
        if newest is not None and newest.name in ("MACD", "KDJ"):
            return _signal_pair(newest)
        known = self.context.averages()
        if len(known) == 2:
            return known[0], known[1]
        if newest is not None and not newest.complete:
            return newest, newest
        return self.context.pair

    def _turn(self, token: Token, place: int, left: tuple[Operand, ...]) -> tuple[Condition, int] | None:
        operand = left[0] if left else self.context.subject
        words = self.plain[token.start : token.end]
        coloured = "红" in words or "绿" in words
        if isinstance(operand, IndicatorUse) and operand.name == "MACD" and coloured:
            operand = IndicatorUse("MACD", operand.params, "hist", operand.offset)
        if not isinstance(operand, IndicatorUse) or operand.name not in _OSCILLATORS:
            return None
        self.context.subject = operand
        return Compare(token.value, operand, Number(0)), place + 1

    def _compared(self, sentence: list[Token], place: int, left: tuple[Operand, ...]) -> tuple[Condition, int] | None:
        token = sentence[place]
        op = str(token.value)
        at = place + 1
        if op in ("cross_above", "cross_below") and at < len(sentence) and sentence[at].kind == "rel":
            at += 1  # "breaks out above", "rises back above"
        right = read_operands(sentence, at, self.context)
        end = right.end if right is not None else place + 1
        if (
            right is None
            and at < len(sentence)
            and sentence[at].kind == "pct"
            and left
            and isinstance(left[0], IndicatorUse)
        ):
            sentence[at].used = True
            return self._done(Compare(op, left[0], Number(float(sentence[at].value))), at + 1)
        if right is None:
            if left or op not in ("cross_above", "cross_below") or self.context.pair is None:
                return None
            return self._done(Compare(op, *self.context.pair), end)
        if self._scaled(sentence, end):
            return None
        if not left:
            subject = self._subject(token, right.operands[0])
            if subject is None:
                return None
            left = (subject,)
        targets = [self._banded(op, operand, right.named_line) for operand in right.operands]
        sources = [self._banded(op, operand, True) for operand in left]
        if None in targets:
            return None
        conditions: list[Condition] = []
        for source in sources:
            for target in targets:
                if source is None or target is None or (isinstance(source, Number) and isinstance(target, Number)):
                    return None
                source, target = _same_params(source, target)
                if source == target and not (isinstance(source, IndicatorUse) and not source.complete):
                    return None
                conditions.append(Compare(op, source, target))
        if end < len(sentence) and sentence[end].kind == "post" and not sentence[end].used:
            sentence[end].used = True
            end += 1
        first = conditions[0]
        if len(conditions) == 1:
            return self._done(first, end)
        return AllOf(tuple(conditions)), end

    def _done(self, condition: Condition, end: int) -> tuple[Condition, int]:
        if isinstance(condition, Compare):
            self.context.subject = condition.left if not isinstance(condition.left, Number) else condition.right
            if condition.op.startswith("cross"):
                self.context.pair, self.context.pair_op = (condition.left, condition.right), condition.op
        return condition, end

    def _headed(self, sentence: list[Token], place: int, left: tuple[Operand, ...]) -> tuple[Condition, int] | None:
        """``crosses X from below``: the way is told behind the other side, or before it."""
        at = place + 1
        heading = sentence[at] if at < len(sentence) and sentence[at].kind == "heading" else None
        if heading is not None:
            at += 1
        right = read_operands(sentence, at, self.context)
        end = right.end if right is not None else at
        if heading is None and end < len(sentence) and sentence[end].kind == "heading":
            heading, end = sentence[end], end + 1
        pair = self.context.pair
        if right is not None and left:
            pair = (left[0], right.operands[0])
        elif right is not None or left:
            pair = self._cross_pair(left) if right is None and len(left) == 2 else None
        if heading is None or pair is None or pair[0] == pair[1]:
            return None
        return self._done(Compare(str(heading.value), *pair), end)

    def _returned(self, sentence: list[Token], place: int, left: tuple[Operand, ...]) -> tuple[Condition, int] | None:
        """``回到中轨上方``: a cross, since it was on the other side before."""
        right = read_operands(sentence, place + 1, self.context)
        if right is None:
            return None
        behind = sentence[right.end] if right.end < len(sentence) else None
        told = behind is not None and behind.kind == "post"
        op = sentence[place].value
        if told and behind is not None:
            op = "cross_above" if behind.value == "gt" else "cross_below"
        if op is None:
            return None
        target = right.operands[0]
        source = left[0] if left else self.context.subject
        if (
            source is None
            or _same_series(source, target)
            or (isinstance(source, Number) and isinstance(target, Number))
        ):
            return None
        return self._done(Compare(str(op), source, target), right.end + int(told))

    def _extreme(self, sentence: list[Token], place: int, left: tuple[Operand, ...]) -> tuple[Condition, int] | None:
        """``makes a 20-day high``: beyond everything of the bars before."""
        right = read_operands(sentence, place + 1, self.context)
        use = right.operands[0] if right is not None else None
        if right is None or not isinstance(use, IndicatorUse) or use.name != "DONCHIAN":
            return None
        source = left[0] if left and isinstance(left[0], PriceUse) else PriceUse("close")
        op = "cross_above" if use.line == "upper" else "cross_below"
        return self._done(Compare(op, source, use), right.end)

    def _scaled(self, sentence: list[Token], place: int) -> bool:
        """``1.5 times the average`` is outside of the spec: nothing is taken rather than something else."""
        return any(token.kind == "times" for token in sentence[place : place + 2])

    def _subject(self, token: Token, right: Operand) -> Operand | None:
        """Who is meant when the sentence leaves it out."""
        words = self.plain[token.start : token.end]
        priced = words.startswith(_PRICE_WORDS)
        known = self.context.subject
        if priced and not (
            isinstance(right, Number) and isinstance(known, IndicatorUse) and known.name in _OSCILLATORS
        ):
            return PriceUse("close")
        fits = isinstance(right, Number) or isinstance(known, PriceUse)
        if known is not None and not _same_series(known, right) and (fits or _averages_only((known, right))):
            return known
        if isinstance(right, IndicatorUse) and right.name in (*MOVING_AVERAGES, "BOLL", "DONCHIAN"):
            return PriceUse("close")
        return None

    def _banded(self, op: str, operand: Operand, named_line: bool) -> Operand | None:
        """A band without its line: broken upwards it is the upper one, downwards the lower one."""
        banded = isinstance(operand, IndicatorUse) and operand.name in ("BOLL", "DONCHIAN")
        if banded and isinstance(operand, IndicatorUse) and (operand.line is None or not named_line):
            line = "upper" if op in ("cross_above", "gt", "ge") else "lower"
            return IndicatorUse(operand.name, operand.params, line, 1 if operand.name == "DONCHIAN" else operand.offset)
        return operand

    def _between(self, sentence: list[Token], place: int, left: Operand) -> tuple[Condition, int] | None:
        parts = sentence[place + 1 : place + 4]
        if (
            len(parts) == 3
            and parts[0].kind == "num"
            and parts[1].kind in ("and", "list", "to")
            and parts[2].kind == "num"
        ):
            low, high = sorted((float(parts[0].value), float(parts[2].value)))
            self.context.subject = left
            return AllOf((Compare("gt", left, Number(low)), Compare("lt", left, Number(high)))), place + 4
        return None

    def _placed(self, sentence: list[Token], place: int, left: Operand, at_word: bool) -> tuple[Condition, int] | None:
        """``A 在 B 上方``, ``RSI 30 以下``."""
        right = read_operands(sentence, place, self.context)
        if right is None or right.end >= len(sentence) or sentence[right.end].kind != "post":
            return None
        if not at_word and not isinstance(right.operands[0], Number):
            return None
        op = str(sentence[right.end].value)
        conditions = tuple(Compare(op, left, operand) for operand in right.operands if operand != left)
        if not conditions or isinstance(left, Number):
            return None
        self.context.subject = left
        return conditions[0] if len(conditions) == 1 else AllOf(conditions), right.end + 1

    # --- actions -----------------------------------------------------------------------------------------------

    def _assign(self, items: list[Item]) -> list[Assigned]:
        """Give each comparison to its action: behind it ("buy when …") or before it ("…时买入")."""
        done: list[Assigned] = []
        pending: list[tuple[str, Atom]] = []
        clause: list[tuple[str, Atom]] = []  # of pending, what stands behind the last comma
        join = "and"
        current = self.current
        refused: Item | None = None  # "don't buy when ...": what follows belongs to no action

        def give(act: tuple[str, str | None], atoms: list[tuple[str, Atom]]) -> None:
            if atoms:
                done.append(Assigned(act, atoms))

        for item in items:
            if item.kind == "atom" and item.atom is not None:
                clause.append((join, item.atom))
                join = "and"
            elif item.kind in ("and", "or"):
                join = "or" if item.kind == "or" else "and"
            elif item.kind == "soft":
                pending += clause
                clause = []
            elif item.kind == "act":
                if item.negated:
                    before = pending + clause
                    if before and current is not None:
                        give(current, before)
                        before = []
                    if before:
                        self._unread_atoms(before, "negated_action", item)
                    pending, clause, current, refused = [], [], None, None if before else item
                    continue
                refused = None
                if item.prefix or not (pending or clause):
                    if current is not None:
                        give(current, pending + clause)
                    elif pending or clause:
                        self._leave(pending + clause)
                    current = item.act
                elif current is None:
                    give(item.act, pending + clause)
                elif pending and clause:
                    give(current, pending)
                    give(item.act, clause)
                    current = None
                elif clause:
                    # "buy golden cross sell death cross": what stands between belongs to the first
                    give(current, clause)
                    current = item.act
                else:
                    give(current, pending)
                    current = item.act
                pending, clause, join = [], [], "and"
        rest = pending + clause
        self.current = None
        if refused is not None:
            self._unread_atoms(rest, "negated_action", refused)
        elif rest and current is not None:
            give(current, rest)
        elif rest:
            side = next((path for path in self.asked if path in ("entry", "exit")), None)
            if side is not None:
                give((side, None), rest)
            else:
                self._leave(rest)
        elif current is not None:
            self.current = current  # "Entry:" on a line of its own
        return done

    def _leave(self, atoms: list[tuple[str, Atom]]) -> None:
        self._unread_atoms(atoms, "which_side", None)

    def _unread_atoms(self, atoms: list[tuple[str, Atom]], reason: str, item: Item | None) -> None:
        starts = [atom.start for _join, atom in atoms] + ([item.start] if item else [])
        ends = [atom.end for _join, atom in atoms] + ([item.end] if item else [])
        if starts:
            self.patch.unread.append(Unread(self.text[min(starts) : max(ends)], reason))
        for _join, atom in atoms:
            for use in indicators_of(atom.condition):
                self.patch.mentioned.append((use.name, use.params_dict()))

    def _store(self, assigned: Assigned) -> None:
        side, direction = assigned.act
        tree = _tree(assigned.atoms)
        top: Condition
        if side == "entry" and direction is not None:
            self.entries_by_direction[direction] = tree if isinstance(tree, AllOf | AnyOf) else AllOf((tree,))
        known_count = len(list(comparisons(self.patch.sides[side]))) if side in self.patch.sides else 0
        if known_count + len(list(comparisons(tree))) > MAX_COMPARISONS - 1:
            if not any(item.reason == "too_many" for item in self.patch.unread):
                words = self.text[assigned.atoms[0][1].start : assigned.atoms[-1][1].end]
                self.patch.unread.append(Unread(words[:120], "too_many"))
            return
        if side in self.patch.sides:
            known = self.patch.sides[side]
            parts = known.items if isinstance(known, AnyOf) else (_bare(known),)
            top = AnyOf((*parts, _bare(tree)))
        elif isinstance(tree, AllOf | AnyOf):
            top = tree
        else:
            top = AllOf((tree,)) if side == "entry" else AnyOf((tree,))
        self.patch.sides[side] = top
        words = self.text[min(a.start for _j, a in assigned.atoms) : max(a.end for _j, a in assigned.atoms)]
        known_words = self.patch.sources.get(side)
        self.patch.sources[side] = f"{known_words}; {words}" if known_words else words


def _bare(tree: Condition) -> Condition:
    return tree.items[0] if isinstance(tree, AllOf | AnyOf) and len(tree.items) == 1 else tree


def _tree(atoms: list[tuple[str, Atom]]) -> Condition:
    """``a and b or c`` as any of (all of a, b) and c."""
    groups: list[list[Condition]] = []
    for join, atom in atoms:
        if join == "or" and groups:
            groups.append([atom.condition])
        elif groups:
            groups[-1].append(atom.condition)
        else:
            groups.append([atom.condition])
    parts: list[Condition] = [_all(group) for group in groups]
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


def _all(group: list[Condition]) -> Condition:
    if len(group) == 1:
        return group[0]
    flat: list[Condition] = []
    for condition in group:
        flat += condition.items if isinstance(condition, AllOf) else (condition,)
    return AllOf(tuple(dict.fromkeys(flat)))


def _averages_only(operands: tuple[Operand, ...]) -> bool:
    return len(operands) > 1 and all(isinstance(use, IndicatorUse) and use.name in MOVING_AVERAGES for use in operands)


def _signal_pair(use: IndicatorUse) -> tuple[Operand, Operand]:
    fast, slow = ("macd", "signal") if use.name == "MACD" else ("k", "d")
    return indicator(use.name, use.params_dict(), fast), indicator(use.name, use.params_dict(), slow)


def _same_series(left: Operand, right: Operand) -> bool:
    if isinstance(left, IndicatorUse) and isinstance(right, IndicatorUse):
        return (left.name, left.params, left.line) == (right.name, right.params, right.line)
    return left == right


def _same_params(source: Operand, target: Operand) -> tuple[Operand, Operand]:
    """``MACD(6,13,5) crosses its signal line``: both sides are one indicator."""
    if not (isinstance(source, IndicatorUse) and isinstance(target, IndicatorUse)):
        return source, target
    if source.name == target.name and source.name in ("MACD", "KDJ") and source.params != target.params:
        target = IndicatorUse(target.name, source.params, target.line, target.offset)
    return source, target


__all__ = ["Reader", "remember"]
