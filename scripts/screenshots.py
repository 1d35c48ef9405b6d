"""``make screenshots``: a whole journey through the product in Chromium, as pictures in ``docs/screenshots/``.

Light and dark, wide and narrow, English and Chinese; the README shows two of them.
"""

import sys
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser

from tests.support.browser import Tab, running_chromium
from tests.support.product import Person, Product
from tests.support.rig import Rig

TARGET = Path(__file__).resolve().parent.parent / "docs" / "screenshots"

TALKS = {
    "en": (
        "Buy BTC/USDT on 15m when SMA 5 crosses above SMA 20, sell when it crosses below.",
        "Stop loss 2%, take profit 5%, use 50% of the money.",
        "Change the stop loss to 3%.",
    ),
    "zh": (
        "BTC/USDT 15分钟，MA5上穿MA20买入，MA5下穿MA20卖出。",
        "止损2%，止盈5%，仓位50%。",
        "把止损改成3%。",
    ),
}
BARS = "AAPL"  # what its backtest runs on
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
SCHEMES = ("light", "dark")
WIDTHS = {"": 1280, "-narrow": 390}
CHART_HEIGHT = 1100  # of the page that shows one


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    with Rig() as rig, running_chromium() as browser:
        product = rig.product()
        product.start_as_make_run_does()
        for language, talk in TALKS.items():
            person = product.person(f"trader-{language}")
            conversation = converse(browser, product, person, language, talk)
            strategy, number = last_version(person)
            result = backtest(browser, product, person, language, strategy, number)
            pages = {
                "start": "/chat/",
                "conversation": f"/chat/{conversation}/",
                "strategies": "/strategies/",
                "version": f"/strategies/{strategy}/versions/{number}/",
                "backtest": result,
                "data": "/strategies/data/",
            }
            for name, path in pages.items():
                take(browser, product, person, language, name, path)
            take(browser, product, None, language, "sign-in", "/accounts/login/")


def converse(browser: Browser, product: Product, person: Person, language: str, talk: tuple[str, ...]) -> str:
    """Talk, confirm, change, confirm again; returns the conversation's id."""
    tab = new_tab(browser, product, person, language, "light", WIDTHS[""])
    conversation = tab.begin(talk[0])
    tab.wait_for_replies(1)
    tab.say(talk[1])
    tab.wait_for_replies(2)
    tab.confirm()
    tab.wait_for_replies(3)
    tab.say(talk[2])
    tab.wait_for_replies(4)
    if tab.page.locator('[data-action="confirm"]').count():
        tab.confirm()
        tab.wait_for_replies(5)
    tab.page.context.close()
    return conversation


def backtest(browser: Browser, product: Product, person: Person, language: str, strategy: int, number: int) -> str:
    """Run the version from its form; returns the path of the result."""
    tab = new_tab(browser, product, person, language, "light", WIDTHS[""])
    tab.open(f"/strategies/{strategy}/versions/{number}/")
    field = tab.page.locator("[data-backtest-form] select[name=dataset]")
    options = field.locator("option").all_inner_texts()
    field.select_option(label=next(option for option in options if option.startswith(BARS)))
    tab.page.locator("[data-backtest-form] button[type=submit]").click()
    tab.page.locator("[data-chart][data-bars]").wait_for()
    path = urlsplit(tab.page.url).path
    tab.page.context.close()
    return path


def last_version(person: Person) -> tuple[int, int]:
    strategy = person.http.get("/api/strategies/").json()["results"][0]["id"]
    versions = person.http.get(f"/api/strategies/{strategy}/versions/").json()["results"]
    return strategy, max(version["number"] for version in versions)


def take(browser: Browser, product: Product, person: Person | None, language: str, name: str, path: str) -> None:
    for scheme in SCHEMES:
        for suffix, width in WIDTHS.items():
            tab = new_tab(browser, product, person, language, scheme, width)
            tab.open(path)
            tab.page.wait_for_load_state("networkidle")
            if tab.page.locator("[data-chart]").count():
                tab.page.locator("[data-chart][data-bars]").wait_for()
                tab.page.set_viewport_size({"width": width, "height": CHART_HEIGHT})
            file = TARGET / f"{name}{'' if language == 'en' else '-zh'}{suffix}-{scheme}.png"
            tab.page.screenshot(path=file)
            tab.page.context.close()
            sys.stdout.write(f"{file.name}\n")


def new_tab(browser: Browser, product: Product, person: Person | None, language: str, scheme: str, width: int) -> Tab:
    context = browser.new_context(
        locale=LOCALES[language],
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": 844},
        reduced_motion="reduce",
    )
    if person is not None:
        context.add_cookies([{"name": "sessionid", "value": person.session, "url": product.url}])
    return Tab(context, product.url)


if __name__ == "__main__":
    main()
