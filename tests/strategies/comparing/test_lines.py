"""Two codes beside each other: what the rows say is what happened, for any two texts, in bounded time."""

import re
from html import unescape

from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.comparing import alignment
from strategies.comparing.lines import MAX_ROWS, Comparison, compare, lines_of
from strategies.comparing.words import marks, words_of

LINE = st.text(alphabet="ab =():#\t é均线<&", max_size=8)
CODE = st.lists(LINE, max_size=12).map("\n".join)


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


def sides(found: Comparison) -> tuple[list[str], list[str]]:
    rows = [row for section in found.sections for row in section.rows]
    old = [text_of(row.old.html) for row in rows if row.old]
    new = [text_of(row.new.html) for row in rows if row.new]
    return old, new


@settings(max_examples=150, deadline=None)
@given(CODE, CODE)
def test_both_sides_hold_their_code_line_by_line(old: str, new: str) -> None:
    found = compare(old, new)
    assert sides(found) == (lines_of(old), lines_of(new))
    numbers = [row.old.number for section in found.sections for row in section.rows if row.old]
    assert numbers == list(range(1, len(numbers) + 1))
    unified = [line for section in found.sections for line in section.lines]
    assert [text_of(line.html) for line in unified if line.kind != "added"] == lines_of(old)
    assert [text_of(line.html) for line in unified if line.kind != "removed"] == lines_of(new)
    assert found.same == (old == new)


@given(st.text(max_size=40), st.text(max_size=40))
def test_words_hold_every_character_and_marks_stay_inside(old: str, new: str) -> None:
    assert "".join(words_of(old)) == old
    gone, came = marks(old, new)
    assert all(0 <= start < stop <= len(old) for start, stop in gone)
    assert all(0 <= start < stop <= len(new) for start, stop in came)


def test_only_what_changed_is_marked_inside_a_line() -> None:
    found = compare("slow = 20\nx = 1\n", "slow = 30\nx = 1\n")
    (row,) = found.sections[0].rows
    assert row.kind == "changed"
    assert row.old is not None and row.new is not None  # noqa: PT018
    assert row.old.html == 'slow = <mark><span class="c-mi">20</span></mark>'
    assert row.new.html == 'slow = <mark><span class="c-mi">30</span></mark>'
    assert (found.added, found.removed, found.changes) == (1, 1, 1)


def test_a_chinese_comment_is_marked_by_the_character() -> None:
    gone, came = marks("# 五日均线上穿", "# 十日均线上穿")
    assert (gone, came) == ([(2, 3)], [(2, 3)])


def test_unchanged_parts_are_folded_and_still_there() -> None:
    before = "\n".join(f"line_{number} = {number}" for number in range(40))
    found = compare(before, before.replace("line_20 = 20", "line_20 = 21"))
    assert [(section.folded, section.change, len(section.rows)) for section in found.sections] == [
        (True, 0, 17),
        (False, 0, 3),
        (False, 1, 1),
        (False, 0, 3),
        (True, 0, 16),
    ]


def test_a_moved_line_finds_its_likest_partner() -> None:
    found = compare("a = talib.SMA(close, 5)\n", "# new\nb = 2\na = talib.SMA(close, 6)\n")
    rows = found.sections[0].rows
    assert [row.kind for row in rows] == ["added", "added", "changed"]


def test_code_is_escaped() -> None:
    found = compare("a = '<b>'\n", "a = '<script>alert(1)</script>'\n")
    assert "<script>" not in "".join(row.new.html for section in found.sections for row in section.rows if row.new)


def test_an_unended_last_line_is_said() -> None:
    assert compare("a\n", "a").only_the_end
    assert not compare("a\n", "a").same


def test_long_and_repetitive_codes_are_not_aligned_but_shown() -> None:
    """A model may send 100 KB of anything; aligning it could take for ever."""
    old, new = ["pass"] * 9_000 + ["x"], ["y", *["pass"] * 9_000]
    found = alignment.aligned(old, new)
    assert found.coarse
    assert found.opcodes == [("replace", 0, 9_001, 0, 9_001)]
    shown = compare("\n".join(old), "\n".join(new))
    assert sum(len(section.rows) for section in shown.sections) <= MAX_ROWS
    assert shown.left_out == 9_001 - MAX_ROWS
