"""Files as exchanges, brokers and spreadsheets write them give the same bars."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from strategies.data.csv_import import guess_timeframe, preview
from strategies.engine.bars import Bars
from tests.strategies.data.files import BEGIN, HEADER, csv, options, read, refused, rows, troubles

EXPECTED = rows()
HOURLY = rows(step=timedelta(hours=1))


def assert_same(bars: Bars, wanted: list) -> None:  # type: ignore[type-arg]
    assert [int(row.when.timestamp()) * 1_000_000 for row in wanted] == bars.time.tolist()
    columns = zip(*[row.values for row in wanted], strict=True)
    for name, values in zip(("open", "high", "low", "close", "volume"), columns, strict=True):
        np.testing.assert_array_equal(getattr(bars, name), values)


def comma(value: float) -> str:
    return str(value).replace(".", ",")


def thousands(value: float) -> str:
    return f'"{value:,.2f}"'


@pytest.mark.parametrize(
    "data",
    [
        csv().encode(),
        csv().encode("utf-8-sig"),
        csv().encode("utf-16"),
        b"\xfe\xff" + csv().encode("utf-16-be"),
        csv().encode("utf-16-le"),
        csv().encode("utf-32"),
        csv(header="日期,开盘,最高,最低,收盘,成交量").encode("gb18030"),
        csv(header="日期,开盘价,最高价,最低价,收盘价,成交量(手)").encode(),
        csv(header="Datum;Open;High;Low;Close;Volume".replace("Datum", "Date"), separator=";", number=comma).encode(),
        csv(header=HEADER.replace(",", "\t"), separator="\t").encode(),
        csv(header=HEADER.replace(",", "|"), separator="|").encode(),
        csv(header=HEADER.replace(",", "\t"), separator="\t", number=comma).encode(),
        csv(header="").encode(),
        csv(header="<DATE>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>").encode(),
        csv(header="1. time,1. open,2. high,3. low,4. close,5. volume").replace("1. time", "date").encode(),
        csv().replace("\n", "\r\n").encode(),
        csv().replace("\n", "\r").encode(),
        ("https://www.example.org/data\n" + csv()).encode(),
        csv(number=thousands).encode(),
        ("Größe in Stück\n" + csv()).encode("cp1252"),
    ],
    ids=[
        "utf-8", "BOM", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "gb18030", "Chinese", "semicolon", "tab", "bar",
        "tab and comma", "no header", "MetaTrader", "numbered", "CRLF", "CR", "preamble", "thousands", "cp1252",
    ],
)  # fmt: skip
def test_every_writing_gives_the_same_bars(data: bytes) -> None:
    bars, _report = read(data)
    assert_same(bars, EXPECTED)


@pytest.mark.parametrize(
    "form",
    [
        "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%m/%d/%y",
        "%d-%b-%Y", "%d-%b-%y", '"%b %d, %Y"', "%Y-%m-%d 00:00:00", "%Y-%m-%dT00:00:00Z",
        "%Y-%m-%d 00:00:00.000000+00:00", "%d %b %Y",
    ],
)  # fmt: skip
def test_every_form_of_a_date(form: str) -> None:
    bars, _report = read(csv(time=lambda when: when.strftime(form)))
    assert_same(bars, EXPECTED)


@pytest.mark.parametrize(
    "form",
    [
        "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S.000Z", "%Y%m%d%H%M", "%Y%m%d%H%M%S",
        "%Y%m%d %H:%M:%S", "%Y%m%d %H%M%S", "%m/%d/%Y %I:%M %p", "%d.%m.%Y %H:%M", "%Y/%m/%d %H:%M",
        "%Y-%m-%d %H:%M:%S UTC", "%Y.%m.%d,%H:%M", "%Y%m%dT%H%M%S",
    ],
)  # fmt: skip
def test_every_form_of_a_time(form: str) -> None:
    header = HEADER.replace("Date", "Date,Time") if "," in form else HEADER
    bars, _report = read(csv(HOURLY, header=header, time=lambda when: when.strftime(form)), "1h")
    assert_same(bars, HOURLY)


@pytest.mark.parametrize(
    ("factor", "text"), [(1, "{:d}"), (1, "{:d}.0"), (1_000, "{:d}"), (10**6, "{:d}"), (10**9, "{:d}")]
)
def test_seconds_since_the_epoch_and_their_parts(factor: int, text: str) -> None:
    bars, report = read(
        csv(HOURLY, time=lambda when: text.format(int(when.timestamp()) * factor)), "1h", timezone="Asia/Tokyo"
    )
    assert_same(bars, HOURLY)
    assert report.timezone == "UTC"


def test_times_of_a_zone_become_utc() -> None:
    local = csv(HOURLY, time=lambda when: (when + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M"))
    assert_same(read(local, "1h", timezone="Asia/Shanghai")[0], HOURLY)
    offset = csv(HOURLY, time=lambda when: (when + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M+08:00"))
    assert_same(read(offset, "1h", timezone="America/New_York")[0], HOURLY)


def test_a_date_stays_that_date_in_every_zone() -> None:
    assert_same(read(csv(), timezone="Asia/Shanghai")[0], EXPECTED)


@pytest.mark.parametrize("minutes", [15, 30, 60])
@pytest.mark.parametrize("newest_first", [False, True])
def test_the_repeated_hour_is_told_apart_by_order(minutes: int, newest_first: bool) -> None:
    begin = datetime(2024, 11, 3, 3, tzinfo=UTC)  # New York sets its clocks back at 06:00 UTC
    made = rows(24, timedelta(minutes=minutes), begin)
    from zoneinfo import ZoneInfo

    there = ZoneInfo("America/New_York")
    text = csv(
        made[::-1] if newest_first else made, time=lambda when: when.astimezone(there).strftime("%Y-%m-%d %H:%M")
    )
    bars, report = read(text, f"{minutes}m" if minutes < 60 else "1h", timezone="America/New_York", always_open=True)
    assert_same(bars, made)
    assert report.troubles["repeated_hour"].count == 120 // minutes


def test_the_repeated_hour_of_shuffled_rows_is_refused() -> None:
    text = csv(header=HEADER, given=rows(1)) + "".join(
        f"2024-11-03 {time},1,1,1,1,1\n" for time in ("00:30", "01:30", "02:30", "01:00", "00:00")
    )
    error = refused(text.replace("2024-01-22,", "2024-11-02 23:00,"), "30m", timezone="America/New_York")
    assert "ambiguous_time" in troubles(error.report)


def test_an_hour_that_the_clocks_skip_is_refused() -> None:
    text = csv(
        rows(4, timedelta(hours=1), datetime(2024, 3, 10, tzinfo=UTC)),
        time=lambda when: when.strftime("%Y-%m-%d %H:%M"),
    )
    error = refused(text, "1h", timezone="America/New_York")
    assert troubles(error.report) == {"skipped_hour": [4]}


def test_volumes_with_units_and_prices_with_a_currency_gap() -> None:
    header = "Date,Price,Open,High,Low,Vol.,Change %"  # investing.com
    lines = [f"{row.when:%m/%d/%Y},{row.values[3]},{row.values[0]},{row.values[1]},{row.values[2]},{place + 1}.5M,0.1%"
             for place, row in enumerate(EXPECTED)]  # fmt: skip
    bars, report = read("\n".join([header, *reversed(lines)]))
    assert bars.volume.tolist() == [(place + 1.5) * 1e6 for place in range(10)]
    assert bars.close.tolist() == [row.values[3] for row in EXPECTED]
    assert set(report.troubles) == {"backwards"}


def test_a_file_without_volume_says_so() -> None:
    bars, report = read("\n".join(line.rpartition(",")[0] for line in csv().splitlines()))
    assert bars.volume.sum() == 0
    assert "no_volume" in report.troubles


def test_an_adjusted_close_is_used_when_it_is_asked_for() -> None:
    lines = csv(header=HEADER + ",Adj Close").splitlines()
    text = "\n".join([lines[0], *(f"{line},{float(line.split(',')[4]) / 2}" for line in lines[1:])])
    plain, report = read(text)
    assert "no_adjustment" in report.troubles
    adjusted, report = read(text, adjust=True)
    assert "adjusted" in report.troubles
    np.testing.assert_allclose(adjusted.open, plain.open / 2)
    np.testing.assert_allclose(adjusted.volume, plain.volume * 2)


def test_columns_are_where_the_person_says() -> None:
    text = csv(header="a,b,c,d,e,f")
    assert refused(text).code == "missing_column"
    chosen = {"time": 0, "open": 1, "high": 2, "low": 3, "close": 4, "volume": 5}
    assert_same(read(text, columns=chosen)[0], EXPECTED)
    assert refused(text, columns={**chosen, "volume": 9}).code == "missing_column"
    assert refused(text, columns={**chosen, "volume": 4}).code == "same_column"


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("1d", EXPECTED),
        ("1h", HOURLY),
        ("15m", rows(step=timedelta(minutes=15))),
        ("", rows(step=timedelta(minutes=7))),
    ],
)
def test_the_timeframe_is_guessed_from_the_rows(name: str, made: list) -> None:  # type: ignore[type-arg]
    import io

    file = io.BytesIO(csv(made, time=lambda when: when.strftime("%Y-%m-%d %H:%M")).encode())
    assert guess_timeframe(preview(file, options()), options()) == name


def test_weeks_dated_by_their_last_day_of_trading() -> None:
    days = [0, 7, 14, 20, 28, 35]
    made = [type(row)(BEGIN + timedelta(days=day), row.values) for row, day in zip(rows(6), days, strict=True)]
    bars, report = read(csv(made), "1w")
    assert len(bars) == 6
    assert report.troubles == {}
