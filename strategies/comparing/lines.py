"""Two codes beside each other: rows of lines, in sections of which the unchanged ones are folded."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from strategies.comparing import alignment, source, words

CONTEXT = 3  # unchanged lines that are shown around a change
LEAST_FOLD = 6  # lines; fewer are shown
MAX_ROWS = 6_000  # of one page


@dataclass(frozen=True, slots=True)
class Side:
    number: int
    html: SafeString


@dataclass(frozen=True, slots=True)
class Row:
    """A line of each code, or of one. ``kind``: same, changed, removed, added."""

    kind: str
    old: Side | None
    new: Side | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the unified view. ``kind``: same, removed, added."""

    kind: str
    old: int | None
    new: int | None
    html: SafeString


@dataclass(frozen=True, slots=True)
class Section:
    """Neighbouring rows. A change has a number from 1 on; ``folded`` are unchanged lines out of sight."""

    rows: list[Row]
    change: int = 0
    folded: bool = False

    @property
    def lines(self) -> list[Line]:
        """As the unified view has them: what went before what came."""
        if not self.change:
            return [
                Line("same", row.old.number, row.new.number, row.new.html) for row in self.rows if row.old and row.new
            ]
        gone = [Line("removed", row.old.number, None, row.old.html) for row in self.rows if row.old]
        return gone + [Line("added", None, row.new.number, row.new.html) for row in self.rows if row.new]


@dataclass(frozen=True, slots=True)
class Comparison:
    """``left_out``: rows beyond what a page shows. ``coarse``: the codes are too long to find what became what."""

    sections: list[Section]
    added: int = 0
    removed: int = 0
    changes: int = 0
    left_out: int = 0
    coarse: bool = False
    only_the_end: bool = False  # they differ in nothing but the last line's end

    @property
    def same(self) -> bool:
        return not self.changes and not self.only_the_end


def compare(old: str, new: str, fold: bool = True) -> Comparison:
    """What changed from the old code to the new one."""
    before, after = lines_of(old), lines_of(new)
    found = alignment.aligned(before, after)
    colours = _Colours(source.coloured(old, before), source.coloured(new, after))
    sections: list[Section] = []
    rows_left, left_out, changes, added, removed = MAX_ROWS, 0, 0, 0, 0
    for place, (tag, a0, a1, b0, b1) in enumerate(found.opcodes):
        if tag != "equal":
            changes += 1
            added += b1 - b0
            removed += a1 - a0
        count = max(a1 - a0, b1 - b0)
        if count > rows_left:
            left_out += count - rows_left
            a1, b1 = min(a1, a0 + rows_left), min(b1, b0 + rows_left)
        rows_left -= min(count, rows_left)
        if tag == "equal":
            rows = [colours.row("same", a0 + step, b0 + step) for step in range(a1 - a0)]
            first, last = place == 0, place == len(found.opcodes) - 1
            sections += _folded(rows, first, last) if fold else [Section(rows)]
        else:
            sections.append(Section(_changed(before, after, (a0, a1, b0, b1), colours), changes))
    shown = [section for section in sections if section.rows]
    only_the_end = not changes and old != new
    return Comparison(shown, added, removed, changes, left_out, found.coarse, only_the_end)


def lines_of(code: str) -> list[str]:
    """Lines as Python and editors count them; the last line's end makes no line of its own."""
    lines = code.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


@dataclass(frozen=True, slots=True)
class _Colours:
    old: list[list[source.Token]]
    new: list[list[source.Token]]

    def row(
        self,
        kind: str,
        old: int | None,
        new: int | None,
        gone: words.Marks | None = None,
        came: words.Marks | None = None,
    ) -> Row:
        left = None if old is None else Side(old + 1, source.html_of(self.old[old], gone or []))
        right = None if new is None else Side(new + 1, source.html_of(self.new[new], came or []))
        return Row(kind, left, right)


def _changed(old: list[str], new: list[str], place: tuple[int, int, int, int], colours: _Colours) -> list[Row]:
    a0, a1, b0, b1 = place
    pairs = alignment.paired(
        [words.telling(words.words_of(line)) for line in old[a0:a1]],
        [words.telling(words.words_of(line)) for line in new[b0:b1]],
    )
    rows: list[Row] = []
    for left, right in pairs:
        if left is None or right is None:
            kind = "added" if left is None else "removed"
            rows.append(colours.row(kind, None if left is None else a0 + left, None if right is None else b0 + right))
            continue
        gone, came = words.marks(old[a0 + left], new[b0 + right])
        rows.append(colours.row("changed", a0 + left, b0 + right, gone, came))
    return _closed_up(rows)


def _closed_up(rows: list[Row]) -> list[Row]:
    """Lines that only went and lines that only came, next to each other, share rows."""
    found: list[Row] = []
    gone: list[Side] = []
    came: list[Side] = []

    def close() -> None:
        for place in range(max(len(gone), len(came))):
            left = gone[place] if place < len(gone) else None
            right = came[place] if place < len(came) else None
            found.append(Row("changed" if left and right else "removed" if left else "added", left, right))
        gone.clear()
        came.clear()

    for row in rows:
        if row.kind == "changed":
            close()
            found.append(row)
        elif row.old is not None:
            gone.append(row.old)
        elif row.new is not None:
            came.append(row.new)
    close()
    return found


def _folded(rows: list[Row], first: bool, last: bool) -> list[Section]:
    """Unchanged rows, of which only those near a change are in sight."""
    head = 0 if first else CONTEXT
    tail = 0 if last else CONTEXT
    if len(rows) - head - tail < LEAST_FOLD:
        return [Section(rows)]
    stop = len(rows) - tail
    return [Section(rows[:head]), Section(rows[head:stop], folded=True), Section(rows[stop:])]
