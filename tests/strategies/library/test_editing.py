"""Code edited by hand: one path with what is generated, every mistake by its line, nothing typed lost."""

import threading

import pytest
from django.test import Client
from django.urls import reverse

from strategies import edits
from strategies.models import Strategy
from tests.strategies.library.conftest import SECOND
from tests.strategies.test_contract import GOOD
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db

TYPED = GOOD.replace("fast = 5", "fast = 8  # schnell 快")


@pytest.fixture
def url(strategy: Strategy) -> str:
    return reverse("strategies:edit", args=[strategy.pk, 2])


def test_it_works(page: Client, strategy: Strategy, url: str) -> None:
    form = page.get(url)
    assert "fast = 6" in form.content.decode()
    answer = page.post(url, {"code": TYPED.replace("\n", "\r\n"), "expected": "2", "action": "save"}, follow=True)
    assert "Version 3 is made." in answer.content.decode()
    assert "Edited by hand from version 2" in answer.content.decode()
    made = strategy.versions.get(number=3)
    assert (made.code, made.origin, made.based_on, made.run) == (TYPED, "hand", 2, "passed")


def test_a_mistake_is_named_by_its_line_beside_the_text(page: Client, strategy: Strategy, url: str) -> None:
    typed = "import os\n" + TYPED
    answer = page.post(url, {"code": typed, "expected": "2", "action": "save"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'data-line="1"' in html
    assert "os cannot be imported" in html
    assert "schnell 快" in html  # the text is still there
    assert strategy.versions.count() == 2


def test_mistakes_are_named_in_chinese(page: Client, url: str) -> None:
    html = page.post(url, {"code": "x = (", "action": "check"}, headers={"accept-language": "zh-hans"}).content.decode()
    assert "第 1 行" in html
    assert "没有保存任何内容" in html


def test_checking_stores_nothing(page: Client, strategy: Strategy, url: str) -> None:
    answer = page.post(url, {"code": TYPED, "action": "check"}, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 200
    assert 'data-result="passed"' in answer.content.decode()
    assert "<textarea" not in answer.content.decode()
    assert strategy.versions.count() == 2


def test_a_run_that_fails_is_refused_as_a_generated_one_is(page: Client, url: str) -> None:
    failing = GOOD.replace("def next(self):", "def next(self):\n        1 / 0\n", 1)
    html = page.post(url, {"code": failing, "expected": "2", "action": "save"}).content.decode()
    assert "ZeroDivisionError" in html


def test_when_too_many_are_checked_it_is_said_and_nothing_is_lost(
    page: Client, strategy: Strategy, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edits, "_places", threading.BoundedSemaphore(1))
    monkeypatch.setattr(edits, "PATIENCE", 0)
    with edits._places:
        answer = page.post(url, {"code": TYPED, "expected": "2", "action": "save"})
        restored = page.post(reverse("strategies:restore", args=[strategy.pk, 1]), follow=True)
    assert answer.status_code == 409
    assert "Too many codes are being checked" in answer.content.decode()
    assert "schnell 快" in answer.content.decode()
    assert "Too many codes are being checked" in restored.content.decode()
    assert strategy.versions.count() == 2


def test_a_newer_version_is_told_and_both_are_kept(page: Client, strategy: Strategy, url: str) -> None:
    edits.add_version(strategy, GOOD.replace("fast = 5", "fast = 7"))
    answer = page.post(url, {"code": TYPED, "expected": "2", "action": "save"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Version 3 was made meanwhile" in html
    assert "schnell 快" in html
    assert 'name="expected" value="3"' in html
    assert strategy.versions.count() == 3
    page.post(url, {"code": TYPED, "expected": "3", "action": "save"})
    assert strategy.versions.get(number=4).code == TYPED


def test_the_newest_code_again_leads_to_the_version_that_has_it(page: Client, strategy: Strategy, url: str) -> None:
    answer = page.post(url, {"code": SECOND, "expected": "2", "action": "save"}, follow=True)
    assert "This is the same code as version 2, so no new version was made." in answer.content.decode()
    assert strategy.versions.count() == 2


def test_an_old_code_again_is_that_version_restored(page: Client, strategy: Strategy) -> None:
    url = reverse("strategies:edit", args=[strategy.pk, 1])
    page.post(url, {"code": GOOD, "expected": "2", "action": "save"})
    made = strategy.versions.get(number=3)
    assert (made.origin, made.based_on) == ("restored", 1)


def test_what_was_typed_outlives_a_sign_out(client: Client, owner: User, strategy: Strategy, url: str) -> None:
    answer = client.post(url, {"code": TYPED, "expected": "2", "action": "save"})
    assert answer["Location"] == f"/accounts/login/?next={url}"
    signed_in = client.post(answer["Location"], {"username": "owner", "password": "owner-password-1"}, follow=True)
    html = signed_in.content.decode()
    assert "schnell 快" in html
    assert "You had been signed out." in html
    client.post(url, {"code": TYPED, "expected": "2", "action": "save"})
    assert "You had been signed out." not in client.get(url).content.decode()
    assert strategy.versions.get(number=3).code == TYPED
