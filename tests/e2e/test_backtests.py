"""From a version button to a result that can be looked at, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenTab
from tests.support.browser import DEADLINE, Tab
from tests.support.product import Person, Product
from tests.support.trader import Trader

ENDED = "main [data-backtest-id]:not([data-active])"


@pytest.fixture
def trader(house: Product, alice: Person) -> Trader:
    assert alice.name == "alice"
    return Trader(house, "CROSS", "ERROR_AT_500", "NEVER", "LOOP")


def open_form(tab: Tab, trader: Trader, place: int = 0) -> None:
    version = trader.versions[place]
    tab.open(f"/strategies/{version['strategy']}/versions/{version['version']}/")
    tab.page.locator("[data-backtest-form] select[name=dataset]").select_option(label=waves(tab))


def waves(tab: Tab) -> str:
    options = tab.page.locator("[data-backtest-form] select[name=dataset] option").all_inner_texts()
    return next(option for option in options if option.startswith("WAVE/USDT"))


def run(tab: Tab) -> None:
    tab.page.locator("[data-backtest-form] button[type=submit]").click()
    tab.page.wait_for_url("**/strategies/backtests/*/")


def wait_for_chart(tab: Tab) -> None:
    expect(tab.page.locator("[data-chart][data-bars]")).to_be_visible(timeout=DEADLINE)


def wait_for_picture(tab: Tab, colours: int = 10) -> None:
    """Until more colours than that stand on the largest canvas of the chart."""
    tab.page.wait_for_function(
        """least => {
            const area = canvas => canvas.width * canvas.height;
            const all = [...document.querySelectorAll('.chart-body canvas')].sort((a, b) => area(b) - area(a));
            const {data} = all[0].getContext('2d').getImageData(0, 0, all[0].width, all[0].height);
            return new Set(new Uint32Array(data.buffer)).size > least;
        }""",
        arg=colours,
    )


def test_from_the_version_to_chart_figures_and_card(trader: Trader, house: Product, open_tab: OpenTab) -> None:
    tab = open_tab(house, trader.person)
    talk = open_tab(house, beside=tab)
    conversation = f"/chat/{trader.versions[0]['conversation']}/"
    talk.open(conversation)
    talk.wait_until_connected()

    open_form(tab, trader)
    run(tab)
    wait_for_chart(tab)
    assert tab.page.locator("[data-chart]").get_attribute("data-bars") == "600"
    wait_for_picture(tab)
    stored = trader.read({"id": tab.page.url.rstrip("/").rsplit("/", 1)[1]})
    assert stored["state"] == "complete"
    shown = tab.page.locator(".tile [data-figure=trades]").inner_text()
    assert shown.split()[0] == str(stored["figures"]["trades"])
    assert tab.page.locator(".trades tbody tr").count() >= stored["figures"]["trades"] > 0

    card = talk.page.locator("[data-kind=backtest] .backtest-card")
    expect(card).to_have_count(1, timeout=DEADLINE)
    expect(talk.page.locator("[data-runs] p")).to_have_count(0)
    expect(card.locator("[data-figure=trades]")).to_contain_text(str(stored["figures"]["trades"]))
    before = talk.messages()
    talk.open(conversation)
    assert talk.messages() == before, "the card is there after a reload"
    card.locator("a").first.click()
    wait_for_chart(talk)
    assert talk.page.url == tab.page.url
    assert tab.problems == talk.problems == []
    assert tab.strangers == talk.strangers == []


def test_a_trade_is_found_in_the_chart_and_the_keyboard_moves_it(
    trader: Trader, house: Product, open_tab: OpenTab
) -> None:
    found = trader.wait(trader.start(), "complete")
    tab = open_tab(house, trader.person)
    tab.open(f"/strategies/backtests/{found['id']}/")
    wait_for_chart(tab)
    whole = pictured(tab)
    tab.page.locator("[data-chart-from]").first.click()
    closer = pictured_unlike(tab, whole)
    tab.page.locator(".chart-body").focus()
    tab.page.keyboard.press("ArrowRight")
    pictured_unlike(tab, closer)
    tab.page.locator("[data-action=theme]").first.click()
    tab.page.keyboard.press("Home")
    pictured_unlike(tab, whole)
    assert tab.problems == []


def pictured(tab: Tab) -> str:
    picture: str = tab.page.evaluate(
        "() => [...document.querySelectorAll('.chart-body canvas')].map(c => c.toDataURL()).join()"
    )
    return picture


def pictured_unlike(tab: Tab, before: str) -> str:
    """The next picture that is another one."""
    tab.page.wait_for_function(
        "before => [...document.querySelectorAll('.chart-body canvas')].map(c => c.toDataURL()).join() !== before",
        arg=before,
    )
    return pictured(tab)


def test_an_error_names_its_line_and_no_trade_is_explained(trader: Trader, house: Product, open_tab: OpenTab) -> None:
    tab = open_tab(house, trader.person)
    open_form(tab, trader, 1)
    run(tab)
    expect(tab.page.locator(ENDED)).to_have_attribute("data-state", "failed", timeout=DEADLINE)
    expect(tab.page.locator(".alert-error")).to_contain_text("line 11, bar 500")
    expect(tab.page.locator(".failed-line")).to_contain_text("1 / 0")
    expect(tab.page.locator("[data-chart]")).to_have_count(0)

    open_form(tab, trader, 2)
    run(tab)
    expect(tab.page.locator(ENDED)).to_have_attribute("data-state", "complete", timeout=DEADLINE)
    expect(tab.page.locator(".alert-warning").first).to_contain_text("never placed an order")
    expect(tab.page.locator(".tile [data-figure=win_rate_pct]")).to_have_text("–")
    assert tab.problems == []


def test_a_run_is_cancelled_from_its_page(trader: Trader, house: Product, open_tab: OpenTab) -> None:
    tab = open_tab(house, trader.person, width=390)
    open_form(tab, trader, 3)
    run(tab)
    tab.page.get_by_role("button", name="Cancel the run").click()
    expect(tab.page.locator(ENDED)).to_have_attribute("data-state", "cancelled", timeout=DEADLINE)
    assert tab.page.evaluate("document.documentElement.scrollWidth") == 390
    assert tab.problems == []


def test_a_chart_that_cannot_be_loaded_says_so_and_can_be_tried_again(
    trader: Trader, house: Product, open_tab: OpenTab
) -> None:
    found = trader.wait(trader.start(), "complete")
    tab = open_tab(house, trader.person)
    tab.page.route("**/chart.json", lambda route: route.abort())
    tab.open(f"/strategies/backtests/{found['id']}/")
    expect(tab.page.locator(".chart-state").first).to_contain_text("could not be loaded")
    tab.page.unroute("**/chart.json")
    tab.page.locator(".chart-state button").click()
    wait_for_chart(tab)


def test_what_cannot_be_run_is_said_at_its_field(trader: Trader, house: Product, open_tab: OpenTab) -> None:
    tab = open_tab(house, trader.person, language="zh-CN")
    open_form(tab, trader)
    tab.page.locator("[data-backtest-form] input[name=start]").fill("2031-01-01")
    tab.page.locator("[data-backtest-form] button[type=submit]").click()
    expect(tab.page.locator("[data-backtest-form] .errorlist")).to_contain_text("K 线")
    expect(tab.page.locator("[data-backtest-form] input[name=start]")).to_have_value("2031-01-01")
