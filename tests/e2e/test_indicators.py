"""An indicator conversation in a real browser: from the first word to lines drawn on bars."""

import base64
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenTab
from tests.e2e.test_backtests import wait_for_chart, wait_for_picture
from tests.e2e.test_journey import wait_for_version
from tests.support.browser import Tab
from tests.support.product import Product
from tests.support.rig import Rig
from tests.support.trader import Trader

# as short as it can be: the model's name carries it
CODE = "def indicator(open,high,low,close,volume):\n return {'a':(high+low)/2}"


def draw_version(tab: Tab, number: int) -> None:
    """Open the version's own page, and its preview on the bars that there are."""
    address = next(address for _strategy, found, address in tab.version_buttons() if found == number)
    tab.open(address)
    tab.page.locator("[data-preview-form] button[type=submit]").click()
    wait_for_chart(tab)
    wait_for_picture(tab, colours=5)


@pytest.mark.parametrize(
    ("first", "answer", "change", "language"),
    [
        ("EMA 12 and EMA 26", "the difference", "change 26 to 30", "en"),
        ("EMA12和EMA26", "取差值", "26改成30", "zh-CN"),
    ],
    ids=["en", "zh"],
)
def test_from_the_first_word_to_a_drawn_preview(
    product: Product, open_tab: OpenTab, first: str, answer: str, change: str, language: str
) -> None:
    Trader(product)
    tab = open_tab(product, product.person("alice"), language=language)
    conversation = tab.begin(first, kind="indicator")
    tab.wait_for_replies(1)
    expect(tab.page.locator(".question").first).to_be_visible()
    tab.page.locator(".choice", has_text=answer).first.click()
    expect(tab.composer).to_have_value(re.compile(answer))
    tab.page.locator('[data-action="send"]').click()
    tab.wait_for_replies(2)
    tab.confirm()
    wait_for_version(tab, 1)
    tab.say(change)
    tab.wait_for_replies(4)
    tab.confirm()
    wait_for_version(tab, 2)
    draw_version(tab, 2)
    expect(tab.page.locator("[name=p_slow_period]")).to_have_value("30")
    tab.open(f"/chat/{conversation}/")
    assert tab.problems == []


def test_a_model_writes_an_indicator_that_is_drawn(rig: Rig, open_tab: OpenTab) -> None:
    reply = base64.b64encode(f"```\n{CODE}\n```".encode()).decode()
    settings = {**rig.model_settings, "TRADEME_MODEL": f"openai:[[text64={reply}]]"}
    product = rig.product(environment=settings)
    product.start()
    Trader(product)
    tab = open_tab(product, product.person("alice"))
    tab.begin("the place half way between the high and the low of each bar", kind="indicator")
    tab.wait_for_replies(1)
    tab.confirm()
    wait_for_version(tab, 1)
    draw_version(tab, 1)
    assert tab.problems == []
