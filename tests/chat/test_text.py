"""Cleaning text piece by piece."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.text import CleanText, as_title


def clean(*pieces: str) -> str:
    cleaner = CleanText()
    return "".join(cleaner.feed(piece) for piece in pieces) + cleaner.flush()


def test_ordinary_text_is_untouched() -> None:
    assert clean("均线 ", "crosses \U0001f600", "\n") == "均线 crosses \U0001f600\n"


def test_nul_becomes_the_replacement_character() -> None:
    assert clean("a\x00b") == "a\ufffdb"


def test_two_halves_of_an_emoji_meet() -> None:
    assert clean("up \ud83d", "\ude00 down") == "up \U0001f600 down"


def test_halves_meet_over_an_empty_piece() -> None:
    assert clean("\ud83d", "", "\ude00") == "\U0001f600"


def test_halves_in_one_piece_meet() -> None:
    assert clean("\ud83d\ude00") == "\U0001f600"


def test_a_half_waits_and_is_not_shown() -> None:
    assert CleanText().feed("up \ud83d") == "up "


def test_a_half_without_its_other_is_replaced() -> None:
    assert clean("\ud83d", "x") == "\ufffdx"
    assert clean("\ude00x") == "\ufffdx"
    assert clean("x\ud83d") == "x\ufffd"
    assert clean("\ud83d\ud83d", "\ude00") == "\ufffd\U0001f600"


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("\x00\ud83d\ude00")), st.data())
def test_every_split_gives_the_same_clean_text(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    cleaned = clean(text[:at], text[at:])
    cleaned.encode()
    assert "\x00" not in cleaned
    assert cleaned == clean(text)


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("\u202eevil\u202c", "evil"),
        ("a\u2066b\u2069\u200f c", "ab c"),
        ("\x1b[31mred\x07", "[31mred"),
        ("two\r\nlines\u2028three", "two lines three"),
        ("\u202e\u200b\x00", ""),
        ("\U0001f469\u200d\U0001f4bb 均线", "\U0001f469\u200d\U0001f4bb 均线"),
    ],
)
def test_a_title_is_one_line_that_acts_on_nothing_around_it(typed: str, title: str) -> None:
    assert as_title(typed) == title
