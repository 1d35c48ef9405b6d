"""What comes with the product: the same bytes everywhere, adjusted where real, called synthetic where not."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command

from strategies.data import stocks, synthetic
from strategies.data.bundles import bundles
from strategies.data.storage import bars_of, label
from strategies.engine.bars import check
from strategies.models import Dataset, DatasetChunk
from strategies.spec import TIMEFRAMES

FINGERPRINTS = {
    "aapl-1d": "09d1eeb269a4",
    "aapl-1w": "7e188d883801",
    "fb-1d": "a9b12c4af5dd",
    "goog-1d": "0a855135c339",
    "ibm-1d": "6c89f756d6bf",
    "msft-1d": "c224760cd6ea",
    "synthetic-btc-usdt-5m": "91fc8ea629d3",
    "synthetic-btc-usdt-15m": "6276d605ccfa",
    "synthetic-btc-usdt-1h": "e3cb14de89bb",
    "synthetic-eth-usdt-15m": "4460ace30764",
    "synthetic-eth-usdt-4h": "7c489d3ae99e",
    "synthetic-sol-usdt-30m": "baad140f6f0c",
}


def test_the_bars_are_the_same_on_every_machine() -> None:
    made = {bundle.key: bundle.make().fingerprint()[:12] for bundle in bundles() if bundle.key in FINGERPRINTS}
    assert made == FINGERPRINTS


def test_a_split_is_no_fall() -> None:
    """MSFT was split two for one on 2003-02-18: the price as it was printed falls by 48 % that day."""
    bars = stocks.daily("MSFT")
    day = int(np.datetime64("2003-02-18", "us").astype(np.int64))
    place = int(np.searchsorted(bars.time, day))
    assert bars.time[place] == day
    assert abs(bars.close[place] / bars.close[place - 1] - 1) < 0.05
    printed = {row["Date"]: float(row["Close"]) for row in stocks._rows() if row["Ticker"] == "MSFT"}
    assert printed["2003-02-18"] / printed["2003-02-14"] == pytest.approx(0.516, abs=0.01)
    # what changed hands in money is what was printed
    rows = [row for row in stocks._rows() if row["Ticker"] == "MSFT"]
    money = float(rows[place]["Close"]) * float(rows[place]["Volume"])
    assert bars.close[place] * bars.volume[place] == pytest.approx(money)


def test_weeks_are_made_of_their_days() -> None:
    days, weeks = stocks.daily("IBM"), stocks.weekly("IBM")
    check(weeks)
    place = 10
    inside = (days.time >= weeks.time[place]) & (days.time < weeks.time[place + 1])
    assert weeks.open[place] == days.open[inside][0]
    assert weeks.high[place] == days.high[inside].max()
    assert weeks.low[place] == days.low[inside].min()
    assert weeks.close[place] == days.close[inside][-1]
    assert set((weeks.time // 86_400_000_000 + 3) % 7) == {0}, "each begins on a Monday"


def test_every_timeframe_of_an_invented_market_is_one_path() -> None:
    recipe = synthetic.RECIPES[0]
    fine, coarse = synthetic.bars(recipe, "15m"), synthetic.bars(recipe, "4h")
    assert coarse.time[7] == fine.time[7 * 16]
    assert coarse.high[7] == fine.high[7 * 16 : 8 * 16].max()
    assert coarse.close[7] == fine.close[8 * 16 - 1]


def test_an_invented_market_moves_like_one() -> None:
    for recipe in synthetic.RECIPES:
        bars = synthetic.bars(recipe, "5m")
        change = np.diff(np.log(bars.close))
        tails = ((change - change.mean()) ** 4).mean() / change.var() ** 2
        clusters = np.corrcoef(np.abs(change[1:]), np.abs(change[:-1]))[0, 1]
        assert tails > 4, "fatter than normal, which is 3"
        assert clusters > 0.1, "calm follows calm"
        assert bars.volume.min() > 0


def test_what_is_invented_says_so_wherever_it_is_named() -> None:
    for bundle in bundles():
        assert bundle.timeframe in TIMEFRAMES
        assert bundle.synthetic == bundle.key.startswith("synthetic-")
        assert bundle.synthetic == bundle.source.startswith("Synthetic")
        assert bundle.licence
    dataset = Dataset(instrument="BTC/USDT", timeframe="1h", synthetic=True)
    assert "synthetic" in label(dataset)


def test_the_licence_record_is_beside_the_file() -> None:
    notice = Path(stocks.FILE).with_name("NOTICE").read_text()
    assert "bokeh_sampledata 2026.1" in notice
    assert "public domain" in notice
    assert hashlib.sha256(stocks.FILE.read_bytes()).hexdigest() in notice, "the file is the package's own, unchanged"


@pytest.mark.django_db
def test_loading_again_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_datasets", "--dry-run")
    assert not Dataset.objects.exists()
    call_command("load_datasets")
    count = len(list(bundles()))
    before = list(Dataset.objects.values_list("pk", "fingerprint"))
    chunks = DatasetChunk.objects.count()
    assert len(before) == count
    call_command("load_datasets")
    assert list(Dataset.objects.values_list("pk", "fingerprint")) == before
    assert DatasetChunk.objects.count() == chunks
    assert capsys.readouterr().out.splitlines()[-2:] == [
        f"load_datasets: {count} loaded, 0 were there",
        f"load_datasets: 0 loaded, {count} were there",
    ]
    dataset = Dataset.objects.get(key="synthetic-btc-usdt-15m")
    assert bars_of(dataset).fingerprint() == dataset.fingerprint
    msft = Dataset.objects.get(key="msft-1d")
    assert (msft.gap_count, len(msft.gaps)) == (1, 1), "the exchange was closed after 2001-09-10"
