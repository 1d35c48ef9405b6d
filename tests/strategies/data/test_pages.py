"""Pages of market data: what there is, and a file's way from upload to bars, for its owner alone."""

import re
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from strategies.data import uploads
from strategies.data.bundles import bundles
from strategies.data.imports import add_dataset
from strategies.data.storage import bars_of
from strategies.models import Dataset
from tests.strategies.data.files import csv, read
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db

ASKED = {"instrument": "ACME", "kind": "stock", "timeframe": "1d", "timezone": "UTC"}
COLUMNS = {
    f"column_{name}": str(place) for place, name in enumerate(("time", "open", "high", "low", "close", "volume"))
}


@pytest.fixture
def page(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_folder", lambda user: tmp_path / str(user.pk))


def upload(page: Client, data: str | bytes, name: str = "acme_daily.csv") -> str:
    """The address of the next page."""
    content = data.encode() if isinstance(data, str) else data
    answer = page.post(reverse("datasets:upload"), {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def words(answer: Any) -> str:
    return unescape(re.sub(r"<[^>]+>|\s+", " ", answer.content.decode()))


def own(user: User) -> Dataset:
    bars, _report = read(csv())
    return add_dataset(bars, report={}, owner=user, instrument="ACME", kind="stock", timeframe="1d", source="acme.csv")


def test_what_there_is_is_shown(page: Client, owner: User) -> None:
    assert "There is no market data yet" in words(page.get("/strategies/data/"))
    for bundle in bundles():
        if bundle.key in ("msft-1d", "msft-1w", "synthetic-btc-usdt-1d"):
            bundle.load()
    own(owner)
    answer = page.get("/strategies/data/")
    text = words(answer)
    for expected in (
        "MSFT", "2000-03-01", "2013-03-01", "3270", "2001-09-10 – 2001-09-17", "Quandl WIKI Prices", "Public domain",
        "Adj Close / Close", "ACME", "yours", "acme.csv", "Synthetic markets", "No market ever moved like this",
    ):  # fmt: skip
        assert expected in text
    assert answer.content.decode().count("badge-warn") == 1, "one badge for the one synthetic market"
    assert answer.content.decode().count("<h3") == 3


def test_a_file_is_looked_at_checked_and_imported(page: Client, owner: User) -> None:
    lines = csv().splitlines()
    address = upload(page, "\n".join([*lines[:4], lines[5], lines[4], *lines[6:], lines[6]]))
    shown = page.get(address)
    assert shown.status_code == 200
    assert "2024-01-22" in words(shown)
    for name, place in COLUMNS.items():
        chosen = re.search(rf'name="{name}".*?</select>', shown.content.decode(), re.DOTALL)
        assert chosen is not None
        assert f'value="{place}" selected' in chosen[0]
    assert 'value="ACME"' in shown.content.decode()
    assert not Dataset.objects.exists()

    checked = page.post(address, {**ASKED, **COLUMNS, "check": "1"})
    assert checked.status_code == 200
    assert "10 bars from 2024-01-22 00:00 to 2024-01-31 00:00 UTC. They can be imported." in words(checked)
    assert "out of order" in words(checked)
    assert "twice" in words(checked)
    assert not Dataset.objects.exists()

    done = page.post(address, {**ASKED, **COLUMNS, "import": "1"}, follow=True)
    assert "10 bars of ACME were imported" in words(done)
    dataset = Dataset.objects.get()
    assert (dataset.owner, dataset.instrument, dataset.bar_count) == (owner, "ACME", 10)
    assert bars_of(dataset).fingerprint() == read(csv())[0].fingerprint()
    assert page.get(address).status_code == 404, "the file is gone"


def test_a_bad_file_says_why_by_line_and_imports_nothing(page: Client) -> None:
    address = upload(page, csv() + "2024-02-01,3,1,2,2,1\n")
    for button in ("check", "import"):
        answer = page.post(address, {**ASKED, **COLUMNS, button: "1"})
        assert answer.status_code == 422
        assert "The high is below" in words(answer)
        assert "line 12" in words(answer)
    assert not Dataset.objects.exists()
    assert page.post(address, {**ASKED, **COLUMNS, "leave_out": "on", "import": "1"}).status_code == 302
    assert Dataset.objects.get().bar_count == 10


def test_columns_with_unknown_names_are_asked_for(page: Client) -> None:
    address = upload(page, csv(header="tag,auf,hoch,tief,zu,menge"))
    assert "3: hoch" in words(page.get(address))
    without = {**ASKED, **COLUMNS, "column_high": "", "import": "1"}
    assert page.post(address, without).status_code == 400
    assert page.post(address, {**ASKED, **COLUMNS, "column_high": "99", "import": "1"}).status_code == 400
    assert page.post(address, {**ASKED, **COLUMNS, "column_high": "1", "import": "1"}).status_code == 422
    assert page.post(address, {**ASKED, **COLUMNS, "import": "1"}).status_code == 302


def test_what_is_ambiguous_is_asked_for(page: Client) -> None:
    address = upload(
        page, csv(header="Date;Open;High;Low;Close;Volume", separator=";", number=lambda value: f"{value:.0f},000")
    )
    assert "can be two numbers" in words(page.get(address))
    assert page.post(address, {**ASKED, **COLUMNS, "check": "1"}).status_code == 422
    assert page.post(address, {**ASKED, **COLUMNS, "decimal": ",", "import": "1"}).status_code == 302
    assert bars_of(Dataset.objects.get()).close[0] == 102.0


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\x00\x00" * 40, b"hello", b"\xff\xfe\x00", b"a,b\n1,2\n"])
def test_what_is_no_table_is_said_and_can_be_thrown_away(page: Client, data: bytes) -> None:
    address = upload(page, data)
    answer = page.get(address)
    assert answer.status_code == 200
    assert "alert-error" in answer.content.decode()
    assert page.post(address, {**ASKED, "check": "1"}).status_code in (200, 422)
    assert page.post(address, {"discard": "1"})["Location"] == "/strategies/data/"
    assert page.get(address).status_code == 404


def test_an_upload_is_bounded(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("strategies.data.forms.MAX_BYTES", 1024)
    answer = page.post(reverse("datasets:upload"), {"file": SimpleUploadedFile("a.csv", b"x" * 1025)})
    assert answer.status_code == 400
    assert "larger than" in words(answer)
    assert page.post(reverse("datasets:upload"), {}).status_code == 400
    assert page.post(reverse("datasets:upload"), {"file": SimpleUploadedFile("a.csv", b"")}).status_code == 400


def test_uploads_do_not_pile_up(page: Client, tmp_path: Path) -> None:
    addresses = [upload(page, csv()) for _number in range(uploads.MOST + 3)]
    assert len(list(tmp_path.glob("*/*.csv"))) == uploads.MOST
    assert page.get(addresses[-1]).status_code == 200


def test_a_hostile_file_name_stays_a_name(page: Client, tmp_path: Path) -> None:
    address = upload(page, csv(), name="../../<img src=x>\x1b.csv")
    assert "<img" not in page.get(address).content.decode()
    assert all(path.parent.parent == tmp_path for path in tmp_path.glob("**/*.csv"))


def test_nobody_elses(page: Client, owner: User, stranger: User) -> None:
    address = upload(page, csv())
    mine = own(owner)
    bundled = next(iter(bundles())).load()
    other, nobody = Client(), Client()
    other.force_login(stranger)
    assert other.get(address).status_code == 404
    assert other.post(address, {**ASKED, **COLUMNS, "import": "1"}).status_code == 404
    assert "acme.csv" not in words(other.get("/strategies/data/"))
    delete = reverse("datasets:delete", args=[mine.pk])
    assert other.get(delete).status_code == 404
    assert other.post(delete).status_code == 404
    assert page.post(reverse("datasets:delete", args=[bundled.pk])).status_code == 404
    assert page.post(reverse("datasets:delete", args=[2**63])).status_code == 404
    for path in ("/strategies/data/", "/strategies/data/new/", address, delete):
        assert nobody.get(path).status_code == 302
        assert "/accounts/login/" in nobody.get(path)["Location"]
    assert page.get(reverse("datasets:import", args=[uuid4()])).status_code == 404
    assert Dataset.objects.filter(pk=mine.pk).exists()


def test_own_bars_are_deleted_after_asking(page: Client, owner: User) -> None:
    mine = own(owner)
    delete = reverse("datasets:delete", args=[mine.pk])
    assert "10 bars that you imported are deleted" in words(page.get(delete))
    assert Dataset.objects.exists()
    assert "The bars were deleted" in words(page.post(delete, follow=True))
    assert not Dataset.objects.exists()


def test_the_pages_speak_chinese(page: Client, owner: User) -> None:
    own(owner)
    owner.language = "zh-hans"
    owner.save()
    with translation.override("en"):  # a request leaves its language to the thread
        address = upload(page, csv() + "2024-02-01,3,1,2,2,1\n")
        answers = [
            page.get("/strategies/data/"),
            page.get("/strategies/data/new/"),
            page.get(address),
            page.post(address, {**ASKED, **COLUMNS, "check": "1"}),
        ]
    for answer in answers:
        main = re.search(r"<main.*</main>", answer.content.decode(), re.DOTALL)
        assert main is not None
        text = re.sub(r"<select.*?</select>|<[^>]+>", " ", main[0], flags=re.DOTALL)
        assert re.findall(r"\b(?:the|bars|was|row|file|Import|Source|Licence|rows|Check)\b", text) == []
