"""What code calls its lines, tags, parameters and errors is text wherever it is shown, and never a formula."""

import csv
import html as markup
import io
import json

import pytest
from django.test import Client
from django.urls import reverse

from chat.models import Conversation, Message
from chat.rendering import render_message
from strategies.models import Backtest, Dataset, Strategy
from tests.strategies.backtests.conftest import run_code
from tests.support.rest import Api
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)

EVIL = "</script><img src=x onerror=alert(1)>'\"{{7*7}}"
HOSTILE = f"""
from backtesting import Strategy

EVIL = {EVIL!r}


class Evil(Strategy):
    text = {EVIL!r}

    def init(self):
        self.line = self.I(lambda close: close.copy(), self.data.Close, name=EVIL[:60])

    def next(self):
        if len(self.data) % 40 == 10:
            self.buy(size=0.2, tag=TAG)
        elif len(self.data) % 40 == 20:
            self.position.close()
"""
TAGS = ("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff201", '";=1+1', EVIL)


@pytest.fixture
def page(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def shown_places(page: Client, run: Backtest, conversation: Conversation) -> list[str]:
    version = run.version
    urls = [
        reverse("strategies:backtest", args=[run.pk]),
        reverse("strategies:backtests", args=[version.strategy_id, version.number]),
        reverse("strategies:version", args=[version.strategy_id, version.number]),
        f"/chat/{conversation.pk}/",
    ]
    return [page.get(url).content.decode() for url in urls]


def is_only_text(html: str) -> bool:
    return "<img src=x" not in html and "</script><img" not in html


@pytest.mark.parametrize("tag", [EVIL, 7])
def test_names_are_text_on_every_page(
    page: Client, strategy: Strategy, dataset: Dataset, conversation: Conversation, tag: object
) -> None:
    run = run_code(strategy, dataset, HOSTILE.replace("TAG", repr(tag)))
    assert run.state == "complete", run.error_message
    for html in shown_places(page, run, conversation):
        assert is_only_text(html)
    chart = page.get(reverse("strategies:backtest-chart", args=[run.pk]))
    assert chart["Content-Type"].startswith("application/json")
    assert "img src" in json.dumps(chart.json()["series"][0]["name"])  # the name itself, as JSON


def test_an_error_is_text_on_every_page(
    page: Client, owner: User, strategy: Strategy, dataset: Dataset, conversation: Conversation
) -> None:
    code = HOSTILE.replace("TAG", "None").replace(
        "    def next(self):", "    def next(self):\n        print(EVIL)\n        raise ValueError(EVIL + '\\u202e')"
    )
    run = run_code(strategy, dataset, code)
    assert run.state == "failed"
    pages = shown_places(page, run, conversation)
    for html in pages:
        assert is_only_text(html)
    assert "onerror=alert(1)" in markup.unescape(pages[0]), "the error is shown, as text"
    answer = Api(owner).get(f"/api/backtests/{run.pk}/")
    assert answer["Content-Type"].startswith("application/json")
    card = Message.objects.filter(conversation=conversation, role="notice").last()
    assert card is not None
    assert is_only_text(render_message(card))


def test_no_tag_is_a_formula(page: Client, strategy: Strategy, dataset: Dataset) -> None:
    run = run_code(strategy, dataset, HOSTILE.replace("TAG", f"{TAGS!r}[len(self.data) // 40 % {len(TAGS)}]"))
    text = page.get(reverse("strategies:backtest-trades", args=[run.pk])).getvalue().decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["tag"].removeprefix("'") for row in rows} == set(TAGS)
    assert all(row["tag"][0] not in "=+-@\uff1d\uff0b\uff0d\uff20" for row in rows)
