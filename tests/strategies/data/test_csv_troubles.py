"""What is wrong with a file is said with its lines; mended where there is one truth, refused where there are two."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.data.csv_import import MAX_TROUBLES, ImportRefused
from strategies.data.csv_report import REFUSED, Report, words
from tests.strategies.data.files import BEGIN, csv, read, refused, rows, troubles

LINES = csv().splitlines()


def with_line(number: int, text: str) -> str:
    """The ten bars with line ``number`` (from 1, the header) replaced."""
    return "\n".join([*LINES[: number - 1], text, *LINES[number:]]) + "\n"


def without(number: int) -> str:
    return "\n".join([*LINES[: number - 1], *LINES[number:]]) + "\n"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("2024-01-25,103.25,105.5,103.0,,1", "bad_number"),
        ("2024-01-25,103.25,105.5,103.0,NaN,1", "bad_number"),
        ("2024-01-25,103.25,inf,103.0,104.75,1", "bad_number"),
        ("2024-01-25,103.25,abc,103.0,104.75,1", "bad_number"),
        ("2024-01-25,1_0,105.5,103.0,104.75,1", "high_low"),
        ("2024-01-25,0,105.5,0,104.75,1", "bad_price"),
        ("2024-01-25,-103.25,105.5,-104,104.75,1", "bad_price"),
        ("2024-01-25,103.25,103.0,105.5,104.75,1", "high_low"),
        ("2024-01-25,103.25,104.5,103.0,104.75,1", "high_low"),
        ("2024-01-25,103.25,105.5,103.5,104.75,1", "high_low"),
        ("2024-01-25,103.25,105.5,103.0,104.75,-1", "bad_volume"),
        ("2024-01-25,103.25,105.5,103.0,104.75,", "bad_volume"),
        ("2024-02-31,103.25,105.5,103.0,104.75,1", "bad_time"),
        ("yesterday,103.25,105.5,103.0,104.75,1", "bad_time"),
        (",103.25,105.5,103.0,104.75,1", "bad_time"),
        ("1969-01-25,103.25,105.5,103.0,104.75,1", "bad_time"),
        ("2024-01-25,103.25,105.5", "short"),
        ("2025-01-25,103.25,105.5,103.0,104.75,1", "future"),
    ],
)
def test_a_bad_row_refuses_the_file_and_names_its_line(line: str, code: str) -> None:
    error = refused(with_line(5, line))
    assert error.code == "bad_rows"
    assert troubles(error.report) == {code: [5]}
    assert "5" in error.report.sentences()[0]  # type: ignore[union-attr]


def test_bad_rows_are_left_out_when_the_person_says_so() -> None:
    bars, report = read(with_line(5, "2024-01-25,103.25,abc,103.0,104.75,1"), leave_out=True, always_open=True)
    assert len(bars) == 9
    assert troubles(report) == {"bad_number": [5], "missing": [6]}
    assert "left out" in report.sentences()[0]


def test_a_row_of_the_future_is_never_left_out() -> None:
    assert refused(with_line(5, "2025-01-25,103.25,105.5,103.0,104.75,1"), leave_out=True).code == "bad_rows"


def test_shuffled_rows_are_sorted() -> None:
    expected, _report = read(csv())
    shuffled = [LINES[0], *(LINES[1 + place] for place in (3, 0, 7, 1, 9, 2, 8, 4, 6, 5))]
    bars, report = read("\n".join(shuffled))
    assert bars.fingerprint() == expected.fingerprint()
    assert troubles(report) == {"shuffled": [3, 5, 7, 9, 11]}


def test_the_newest_row_may_come_first() -> None:
    bars, report = read("\n".join([LINES[0], *reversed(LINES[1:])]))
    assert bars.fingerprint() == read(csv())[0].fingerprint()
    assert troubles(report) == {"backwards": []}


def test_the_same_row_twice_is_taken_once() -> None:
    bars, report = read("\n".join([*LINES[:5], LINES[4], LINES[4], *LINES[5:]]))
    assert bars.fingerprint() == read(csv())[0].fingerprint()
    assert troubles(report) == {"doubled": [6, 7]}


def test_two_rows_of_one_time_that_differ_are_refused() -> None:
    error = refused("\n".join([*LINES[:5], LINES[4].replace(",1003.0", ",7"), *LINES[5:]]))
    assert error.code == "bad_rows"
    assert troubles(error.report) == {"conflict": [6]}


def test_missing_rows_are_told() -> None:
    always, report = read(without(5), always_open=True)
    assert (len(always), troubles(report)) == (9, {"missing": [5]})
    assert read(without(5))[1].troubles == {}, "an exchange may have been closed that day"
    distant = csv([*rows(3), *rows(3, begin=BEGIN + timedelta(days=20))])
    assert troubles(read(distant)[1]) == {"missing": [5]}


def test_the_lunch_of_an_exchange_is_no_gap() -> None:
    made = []
    for day in range(10):
        for hour in (1, 2, 3, 5, 6):
            made += rows(1, begin=BEGIN + timedelta(days=day, hours=hour))
    text = csv(made, time=lambda when: when.strftime("%Y-%m-%d %H:%M"))
    assert read(text, "1h")[1].troubles == {}
    once = csv([row for row in made if row.when != BEGIN + timedelta(days=4, hours=2)],
               time=lambda when: when.strftime("%Y-%m-%d %H:%M"))  # fmt: skip
    assert troubles(read(once, "1h")[1]) == {"missing": [23]}


def test_rows_of_another_timeframe_are_refused() -> None:
    assert refused(csv(), "1h").code == "wrong_timeframe"
    hourly = csv(rows(step=timedelta(hours=1)), time=lambda when: when.strftime("%Y-%m-%d %H:%M"))
    assert refused(hourly, "4h").code == "wrong_timeframe"
    extra = hourly + "2024-01-22 09:20,110.25,112.5,110.0,111.75,1\n"
    assert troubles(refused(extra, "1h").report) == {"too_close": [12]}


def test_the_last_bar_may_be_unfinished() -> None:
    now = datetime(2024, 1, 31, 12, tzinfo=UTC)
    assert troubles(read(csv(), now=now)[1]) == {"unfinished": [11]}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"\n\n \n", "empty_file"),
        (LINES[0].encode(), "empty_file"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" * 30, "not_text"),
        (b"PK\x03\x04\x14\x00\x06\x00" * 50, "not_text"),
        (b"hello\nworld\n", "no_columns"),
        (b"Date,Open,High,Low\n2024-01-01,1,2,1\n", "missing_column"),
        (csv().encode() + b"\x81\xff", "bad_encoding"),
        ((csv() + '2024-02-01,"1\n2",3,4,5,6\n').encode(), "bad_csv"),
        ((csv() + '2024-02-01,"' + "1," * 9_000).encode(), "bad_csv"),
        (csv(time=lambda when: when.strftime("%d/%m/%Y"), given=rows(5, begin=BEGIN - timedelta(days=21))).encode(),
         "ambiguous_date"),
        (csv(header="Date;Open;High;Low;Close;Volume", separator=";", number=lambda value: f"{value:.0f},000").encode(),
         "ambiguous_decimal"),
    ],
    ids=["nothing", "blank", "header only", "PNG", "spreadsheet", "words", "no close", "bytes", "line break", "quote",
         "date order", "decimal mark"],
)  # fmt: skip
def test_what_is_no_table_of_bars_is_refused(data: bytes, code: str) -> None:
    error = refused(data)
    assert error.code == code
    assert str(error)


def test_an_answer_settles_what_was_ambiguous() -> None:
    dates = csv(time=lambda when: when.strftime("%d/%m/%Y"), given=rows(5, begin=datetime(2024, 3, 1, tzinfo=UTC)))
    bars, _report = read(dates, date_order="dmy")
    assert bars.time[0] == int(datetime(2024, 3, 1, tzinfo=UTC).timestamp()) * 1_000_000
    marks = csv(header="Date;Open;High;Low;Close;Volume", separator=";", number=lambda value: f"{value:.0f},000")
    assert read(marks, decimal=",")[0].close[0] == 102.0
    assert read(marks, decimal=".")[0].close[0] == 102_000.0


def test_a_zone_that_is_none_is_refused() -> None:
    for name in ("Mars/Olympus", "../../etc/passwd", "", "x" * 500, "/etc/localtime"):
        assert refused(csv(), timezone=name).code == "bad_timezone"


def test_lines_are_bounded_and_counted() -> None:
    error = refused(LINES[0] + "\n" + "x,1,2,3,4,5\n" * 30_000, columns=dict(zip(
        ("time", "open", "high", "low", "close", "volume"), range(6), strict=True)))  # fmt: skip
    trouble = error.report.troubles["bad_time"]  # type: ignore[union-attr]
    assert trouble.count == 30_000
    assert trouble.lines == list(range(2, 22))
    assert refused("a" * 5_000_000).code in ("no_columns", "bad_csv")


@pytest.mark.parametrize("row", ["x,1,2,3,4,5\n", "2024-01-22,1,2,0.5,x,5\n", "\r"])
@pytest.mark.parametrize("leave_out", [True, False])
def test_a_file_of_troubles_is_given_up_soon(row: str, leave_out: bool) -> None:
    """64 MB of them kept a thread busy for two minutes."""
    error = refused(csv() + row * 5 * MAX_TROUBLES, leave_out=leave_out)
    assert error.code == "bad_rows"
    assert error.report is not None
    assert sum(trouble.count for trouble in error.report.troubles.values()) < 2 * MAX_TROUBLES


def test_every_code_has_its_words() -> None:
    assert all(words(code) for code in REFUSED)
    assert Report().sentences() == []


CELLS = st.one_of(
    st.sampled_from(["2024-01-22", "1706000000", "1.5", "1,5", "", "NaN", "-1", "1e999", "2024-01-22 01:00", "\x00"]),
    st.text(max_size=6),
    st.floats(allow_nan=False).map(str),
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.lists(st.lists(CELLS, max_size=8), max_size=12),
    st.sampled_from(",;\t"),
    st.booleans(),
    st.sampled_from(["utf-8", "utf-16", "gb18030"]),
)
def test_any_table_is_read_or_refused(table: list[list[str]], separator: str, header: bool, encoding: str) -> None:
    lines = ["Date,Open,High,Low,Close,Volume".replace(",", separator)] if header else []
    text = "\n".join([*lines, *(separator.join(row) for row in table)])
    read_or_refused(text.encode(encoding, errors="replace"), leave_out=True)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read_or_refused(data)


def read_or_refused(data: bytes, **more: Any) -> None:
    outcome: object
    try:
        outcome = len(read(data, **more)[0])
    except ImportRefused as error:
        outcome = str(error) and error.code.isascii()
    assert outcome
