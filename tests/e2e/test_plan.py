"""The plan in a real browser: changed by hand with a mistake, taken back, and led back to its words."""

from playwright.sync_api import expect

from tests.e2e.conftest import OpenTab
from tests.support.product import Person, Product


def test_the_plan_is_changed_by_hand_and_taken_back(house: Product, alice: Person, open_tab: OpenTab) -> None:
    tab = open_tab(house, alice)
    tab.begin("BTC 4h, buy when RSI is below 30, sell when RSI is above 70, stop 3%")
    tab.wait_for_replies(1)
    page = tab.page
    page.locator("#spec-edit summary").click()
    rule, save = page.locator("#spec-entry"), page.locator("#spec-edit [type=submit]")
    rule.fill("RSI(14) < 30 and (close >")
    save.click()
    expect(page.locator("#spec-edit .errorlist")).to_contain_text("The rule ends too early")
    expect(rule).to_have_value("RSI(14) < 30 and (close >")
    expect(rule).to_be_focused()
    rule.fill("RSI(14) < 30 and close > SMA(200)")
    save.click()
    expect(page.locator("[data-path=entry]")).to_contain_text("the close is above SMA(200)")
    expect(page.locator("[data-path=entry] .spec-words")).to_have_text("set by hand")
    page.locator("#spec-changes summary").click()
    page.get_by_role("button", name="Go back to change 1").click()
    expect(page.locator("[data-path=entry]")).not_to_contain_text("SMA(200)")
    words = page.locator("[data-path=entry] [data-jump]")
    expect(words).to_contain_text("RSI is below 30")
    words.click()
    expect(page.locator(".message:target")).to_contain_text("buy when RSI is below 30")
    page.reload()
    expect(page.locator("[data-path=entry]")).not_to_contain_text("SMA(200)")
    assert [problem for problem in tab.problems if "422" not in str(problem)] == []
