"""An indicator is drawn over and under candles, in a real browser."""

from playwright.sync_api import expect

from tests.e2e.conftest import OpenTab
from tests.e2e.test_backtests import wait_for_chart, wait_for_picture
from tests.support.product import Person, Product
from tests.support.trader import Trader


def test_an_indicator_is_drawn_again_with_other_parameters(house: Product, alice: Person, open_tab: OpenTab) -> None:
    assert alice.name == "alice"
    version = Trader(house, "BANDS").versions[0]
    tab = open_tab(house, alice)
    tab.open(f"/strategies/{version['strategy']}/versions/{version['version']}/")
    tab.page.locator("[data-preview-form] input[name=p_period]").fill("40")
    tab.page.locator("[data-preview-form] button[type=submit]").click()
    wait_for_chart(tab)
    assert "p_period=40" in tab.page.url
    wait_for_picture(tab)
    expect(tab.page.locator(".chart-legend")).to_have_count(2)  # candles with two lines, and a pane below

    tab.page.locator("[data-preview-form] input[name=p_period]").fill("0")
    tab.page.locator("[data-preview-form] button[type=submit]").click()
    expect(tab.page.locator("p.chart-state")).to_contain_text("line 7")
    assert tab.problems == ["error: Failed to load resource: the server responded with a status of 409 (Conflict)"]
