"""Server-sent events from bytes."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.providers.sse import MAX_EVENT, EventReader, EventTooLong

STREAM = (
    b'\xef\xbb\xbfevent: start\ndata: {"a":1}\n\n: still here\n\ndata:two\ndata: lines\nid: 7\r\n\r\n'
    b"\r\n\ndata: \xe5\x9d\x87\xe7\xba\xbf\r\rdata\n\nevent: none\n\ndata: last\n\n"
)
EVENTS = [b'{"a":1}', b"two\nlines", "均线".encode(), b"", b"last"]


def read(*chunks: bytes) -> list[bytes]:
    reader = EventReader()
    return [data for chunk in chunks for data in reader.feed(chunk)] + reader.finish()


def test_all_forms_of_an_event() -> None:
    assert read(STREAM) == EVENTS


def test_one_byte_at_a_time() -> None:
    assert read(*(STREAM[at : at + 1] for at in range(len(STREAM)))) == EVENTS


@given(st.lists(st.integers(0, len(STREAM)), max_size=6))
def test_every_cut_gives_the_same_events(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    assert read(*(STREAM[start:end] for start, end in itertools.pairwise(places))) == EVENTS


def test_a_last_event_without_its_blank_line() -> None:
    assert read(b"data: 1\n\ndata: [DONE]\n") == [b"1", b"[DONE]"]


def test_half_a_line_at_the_end_is_no_event() -> None:
    assert read(b'data: 1\n\ndata: {"a"') == [b"1"]


@pytest.mark.parametrize("piece", [b"x" * 1000, b"data: " + b"x" * 1000 + b"\n"])
def test_what_never_ends_is_refused(piece: bytes) -> None:
    reader = EventReader()
    with pytest.raises(EventTooLong):
        read_for_ever(reader, piece)


def read_for_ever(reader: EventReader, piece: bytes) -> None:
    for _ in range(MAX_EVENT // len(piece) + 1):
        reader.feed(piece)
