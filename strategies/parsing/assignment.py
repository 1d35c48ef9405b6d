"""Which action each comparison of a sentence belongs to: the one before it ("buy when …") or behind it ("…时买入")."""

from dataclasses import dataclass, field

from strategies.conditions import indicators_of
from strategies.parsing.items import Act, Item
from strategies.parsing.patch import SpecPatch, Unread
from strategies.parsing.standing import Assigned
from strategies.parsing.trees import Atom, Joined

_ONLY = ("only ", "只在", "只有", "才")
_GOES_ON = ("然后", "then", "接着")


@dataclass(slots=True)
class Told:
    """An action that conditions belong to."""

    act: Act
    narrow: bool = False  # told with "only"
    at: int = -1  # where it stands
    loose: bool = False  # it stands behind its conditions, in a clause of its own


@dataclass(slots=True)
class Assignment:
    """Of a message's sentences, one after another; what a sentence leaves open, the next one may take up."""

    text: str
    plain: str
    patch: SpecPatch
    asked: tuple[str, ...]
    adds_to_entry: bool = False  # "add a condition: …" without saying to which side
    # between sentences
    current: Told | None = None  # an action that waits for its conditions
    listing: Act | None = None  # the action of a list whose next item may follow
    waiting: Joined = field(default_factory=list)  # comparisons that a "then …" may take up
    # within one
    done: list[Assigned] = field(default_factory=list)
    pending: Joined = field(default_factory=list)
    clause: Joined = field(default_factory=list)  # what stands behind the last comma
    carried: Joined = field(default_factory=list)
    join: str = "and"
    usual: str = "and"
    ahead: bool = False  # "sell on any of these: …"
    joined: bool = False  # whether what stands behind the last action is joined to it
    refused: Item | None = None  # "don't buy when …": what follows belongs to no action

    def assign(self, items: list[Item], start: int, adds: bool) -> list[Assigned]:
        """The rules of the sentence that begins at ``start``; ``adds`` where it says "also"."""
        self.done, self.pending, self.clause, self.carried = [], [], [], []
        self.join = self.usual = "and"
        self.ahead = self.joined = False
        self.refused = None
        if self.plain.startswith(_GOES_ON, start):
            self.carried = self.waiting
        else:
            self._leave(self.waiting)
        self.waiting = []
        listed, self.listing = self.listing, None
        for place, item in enumerate(items):
            self._take(item, items, place)
        self._take_rest(listed, adds)
        return self.done

    def finish(self, entered: bool) -> None:
        """What waited for an action until the end has none; a breakout by itself is where to enter."""
        words = self.plain[self.waiting[0][1].start : self.waiting[-1][1].end] if self.waiting else ""
        self.done = []
        if "breakout" in words and not entered:
            self.done.append(Assigned(("entry", None), self.waiting))
            self.waiting = []
        self._leave(self.waiting)
        self.waiting = []

    def _take(self, item: Item, items: list[Item], place: int) -> None:
        if item.kind == "atom" and item.atom is not None:
            self.clause.append((self.join, item.atom))
            self.join = self.usual
        elif item.kind in ("and", "or"):
            self.join = item.kind
            self.joined = self.joined or (item.kind == "and" and not self._open)
        elif item.kind == "anyof":
            self.join = self.usual = "or"
            self.ahead = not self._open
            self.pending = [("or", atom) for _join, atom in self.pending]
            self.clause = [("or", atom) for _join, atom in self.clause]
        elif item.kind == "soft":
            self.pending += self.clause
            self.clause = []
        elif item.kind == "act" and item.negated:
            self._refuse(item)
        elif item.kind == "act":
            self._act(item, items, place)

    @property
    def _open(self) -> Joined:
        """The comparisons that no action has yet."""
        return self.pending + self.clause

    def _give(self, told: Told, atoms: Joined) -> None:
        if atoms:
            self.done.append(Assigned(told.act, atoms, narrow=told.narrow, at=told.at))

    def _refuse(self, item: Item) -> None:
        before = self._open
        if before and self.current is not None:
            self._give(Told(self.current.act, self.current.narrow), before)
            before = []
        if before:
            self._unread_atoms(before, "negated_action", item)
        self.current, self.refused = None, None if before else item
        self.pending, self.clause = [], []
        self.join = self.usual = "and"

    def _act(self, item: Item, items: list[Item], place: int) -> None:
        self.joined, self.refused = False, None
        only = any(word in self.plain[max(item.start - 8, 0) : item.start] for word in _ONLY)
        told = Told(item.act, only, item.start)
        current = self.current
        # "20 day breakout, exit at the 10 day low": the comma parts it from what it could follow
        parted = item.act[0] == "exit" and current is None and bool(self.pending) and not self.clause
        if item.prefix or not self._open or (parted and _opens(items, place)):
            self._before(item, items, place)
            told.loose = not item.prefix and place + 1 < len(items) and items[place + 1].kind == "soft"
            self.current = told
        elif current is None:
            self._give(told, self._open)
        elif self.clause and (self.pending or (current.loose and not _has_own(items, place))):
            self._give(current, self.pending)
            self._give(told, self.clause)
            self.current = None
        else:
            # "buy golden cross sell death cross": what stands between belongs to the first
            self._give(current, self.clause or self.pending)
            self.current = told
            told.loose = current.loose
        if self.carried and self.current is None:
            self.done[-1].atoms[:0] = self.carried
            self.pending = []
        else:
            self.pending = self.carried
        self.carried, self.clause = [], []
        self.join = self.usual = "or" if self.ahead else "and"
        self.ahead = False

    def _before(self, item: Item, items: list[Item], place: int) -> None:
        """What stands before an action that takes what is behind it."""
        if self.current is not None:
            self._give(self.current, self._open)
        elif item.act[0] == "exit" and _opens(items, place):
            self._give(Told(("entry", None)), self._open)  # "golden cross, exit on the death cross"
        elif self._open and item.prefix and self._then(items, place):
            self.carried = self._open  # "ADX is above 25, then buy when …"
        elif self._open:
            self._leave(self._open)

    def _take_rest(self, listed: Act | None, adds: bool) -> None:
        rest = self.carried + self._open
        current, self.current = self.current, None
        if self.refused is not None:
            self._unread_atoms(rest, "negated_action", self.refused)
        elif rest and current is not None:
            self._give(current, rest)
            self.listing = current.act
        elif rest and self.joined and self.done:
            # "breaks out: buy, and ADX must be above 25"
            self.done[-1].atoms += [("and", atom) for _join, atom in rest]
        elif rest and listed is not None:
            self.done.append(Assigned(listed, rest, goes_on=True))
            self.listing = listed
        elif rest:
            side = next((path for path in self.asked if path in ("entry", "exit")), None)
            if adds and self.adds_to_entry:
                side = "entry"
            if side is not None:
                self._give(Told((side, None)), rest)
            else:
                self.waiting = rest
        elif current is not None:
            self.current = Told(current.act, current.narrow)  # "Entry:" on a line of its own

    def _then(self, items: list[Item], place: int) -> bool:
        """Whether the action at ``place`` goes on with what stands before its comma."""
        before = items[place - 1] if place else None
        return before is not None and before.kind == "soft" and self.plain.startswith(_GOES_ON, before.start)

    def _leave(self, atoms: Joined) -> None:
        self._unread_atoms(atoms, "which_side", None)

    def _unread_atoms(self, atoms: Joined, reason: str, item: Item | None) -> None:
        told: list[Atom | Item] = [atom for _join, atom in atoms] + ([item] if item else [])
        if told:
            words = self.text[min(part.start for part in told) : max(part.end for part in told)]
            self.patch.unread.append(Unread(words, reason))
        for _join, atom in atoms:
            for use in indicators_of(atom.condition):
                self.patch.mentioned.append((use.name, use.params_dict()))


def _has_own(items: list[Item], place: int) -> bool:
    """Whether conditions follow the action at ``place`` before the next one."""
    for item in items[place + 1 :]:
        if item.kind in ("act", "atom"):
            return item.kind == "atom"
    return False


def _opens(items: list[Item], place: int) -> bool:
    """Whether what stands before an exit with conditions of its own, where nothing else enters, is the entry."""
    enters = any(item.kind == "act" and item.act[0] == "entry" for item in items)
    return not enters and _has_own(items, place)
