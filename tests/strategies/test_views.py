"""Pages of the library: exactly the version that was asked for, with what was checked and what was not."""

import hashlib
import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from chat.models import Conversation
from strategies.models import Strategy, StrategyVersion
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db

SPEC = {
    "market": {"instrument": "BTC/USDT", "kind": "spot", "timeframe": "15m"},
    "indicators": [{"name": "SMA", "params": {"period": 5}}],
    "entry": {
        "op": "cross_above",
        "left": {"name": "SMA", "params": {"period": 5}},
        "right": {"name": "SMA", "params": {"period": 10}},
    },
    "risk": {"stop_loss_pct": 2.0},
    "direction": "long",
}


@pytest.fixture
def strategy(conversation: Conversation) -> Strategy:
    """Two versions of one strategy."""
    strategy = Strategy.objects.create(
        owner=conversation.owner, conversation=conversation, name="Golden cross", last_number=2
    )
    for number in (1, 2):
        code = f"class Cross(Strategy):\n    fast = {number}\n    name = '<b>'\n"
        StrategyVersion.objects.create(
            strategy=strategy,
            number=number,
            code=code,
            code_sha256=hashlib.sha256(code.encode()).hexdigest(),
            spec=SPEC,
            parameters={"fast": number},
            indicators=SPEC["indicators"],
            validation={
                "checked": [{"check": "syntax", "ok": True, "line": None, "message": "The code is valid Python."}],
                "not_checked": [{"check": "run", "reason": "There is no sandbox."}],
            },
            origin=StrategyVersion.Origin.BUILTIN,
        )
    return strategy


@pytest.fixture
def page(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def text_of(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


def test_each_version_shows_and_downloads_its_own_code(page: Client, strategy: Strategy) -> None:
    for number in (1, 2):
        code = strategy.versions.get(number=number).code
        html = page.get(reverse("strategies:version", args=[strategy.pk, number])).content.decode()
        assert f'data-code-sha256="{hashlib.sha256(code.encode()).hexdigest()}"' in html
        assert code in unescape(text_of(html))
        assert "<b>" not in html
        response = page.get(reverse("strategies:download", args=[strategy.pk, number]))
        assert response.content.endswith(b"\n" + code.encode())
        assert hashlib.sha256(code.encode()).hexdigest() in response.content.decode()
        assert response["Content-Disposition"] == f'attachment; filename="strategy-{strategy.pk}-v{number}.py"'


def test_the_report_says_what_was_not_checked(page: Client, strategy: Strategy) -> None:
    html = page.get(reverse("strategies:version", args=[strategy.pk, 1])).content.decode()
    assert "The code is valid Python." in html
    assert ">Not run<" in html
    assert "There is no sandbox." in html
    assert "SMA(5) crosses above SMA(10)" in html
    assert "15 minutes" in html
    chinese = page.get(reverse("strategies:version", args=[strategy.pk, 1]), headers={"accept-language": "zh-hans"})
    assert "代码是有效的 Python。" in chinese.content.decode()


def test_the_second_version_shows_what_changed(page: Client, strategy: Strategy) -> None:
    html = page.get(reverse("strategies:version", args=[strategy.pk, 2])).content.decode()
    assert "What changed since version 1" in html
    assert "fast = 1" in text_of(html)
    assert "fast = 2" in text_of(html)
    first = page.get(reverse("strategies:version", args=[strategy.pk, 1])).content.decode()
    assert "What changed" not in first


@pytest.mark.parametrize("view", ["split", "unified", "unheard"])
def test_two_versions_are_compared(page: Client, strategy: Strategy, view: str) -> None:
    url = reverse("strategies:compare", args=[strategy.pk])
    html = page.get(url, {"from": "1", "to": "2", "view": view}).content.decode()
    assert "Versions 1 and 2" in html
    assert "<mark>" in html
    assert "<dt><code>fast</code></dt>" in html
    assert page.get(url).content.decode().count("Versions 1 and 2")
    assert "The code is the same" in page.get(url, {"from": "2", "to": "2"}).content.decode()
    for query in ({"from": "9"}, {"to": "0"}, {"from": "x"}, {"to": "9" * 30}):
        assert page.get(url, query).status_code == 404


def test_the_parameters_are_read_from_the_code(page: Client, strategy: Strategy) -> None:
    html = page.get(reverse("strategies:version", args=[strategy.pk, 1])).content.decode()
    assert "whole number" in html


def test_a_version_outlives_its_conversation(page: Client, strategy: Strategy, conversation: Conversation) -> None:
    conversation.delete()
    assert page.get(reverse("strategies:version", args=[strategy.pk, 1])).status_code == 200
    assert page.get(reverse("strategies:detail", args=[strategy.pk])).status_code == 200


def test_the_library_lists_and_finds(page: Client, strategy: Strategy) -> None:
    html = page.get(reverse("strategies:list")).content.decode()
    assert "Golden cross" in html
    assert "2 versions" in text_of(html)
    assert "Nothing found" in page.get(reverse("strategies:list"), {"search": "silver"}).content.decode()
    detail = page.get(reverse("strategies:detail", args=[strategy.pk])).content.decode()
    assert re.findall(r'data-version-number="(\d+)"', detail) == ["2", "1"]


def test_an_empty_library_says_how_it_fills(page: Client) -> None:
    assert "No strategies yet" in page.get(reverse("strategies:list")).content.decode()


@pytest.mark.parametrize("name", ["detail", "version", "download", "compare", "edit"])
def test_a_strategy_is_nobody_elses(client: Client, stranger: User, strategy: Strategy, name: str) -> None:
    url = reverse(f"strategies:{name}", args=[strategy.pk] if name in ("detail", "compare") else [strategy.pk, 1])
    assert client.get(url).status_code == 302
    client.force_login(stranger)
    assert client.get(url).status_code == 404


def test_a_plan_is_nobody_elses(client: Client, stranger: User, conversation: Conversation) -> None:
    url = reverse("strategies:spec", args=[conversation.pk])
    assert client.post(url, {"revision": "0"}).status_code == 302
    client.force_login(stranger)
    assert client.post(url, {"revision": "0"}).status_code == 404
