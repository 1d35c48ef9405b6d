"""The operator's page tries the whole way of a message and leaves nothing behind."""

from playwright.sync_api import expect

from tests.e2e.conftest import OpenTab
from tests.support.product import Product

STEPS = ("database", "channel_layer", "socket", "reply", "history", "removal")


def test_every_step_is_taken_and_nothing_is_left(product: Product, open_tab: OpenTab) -> None:
    person = product.person("alice")
    page = open_tab(product, person).page
    page.goto(f"{product.url}/status/")
    expect(page.locator("[data-status]")).to_have_attribute("data-outcome", "good", timeout=20_000)
    for step in STEPS:
        expect(page.locator(f"[data-step={step}]")).to_have_attribute("data-outcome", "good")
    assert person.http.get("/api/conversations/", params={"archived": "true"}).json()["results"] == []
    assert "0 errors" in product.manage("verify_chats")


def test_a_server_that_is_gone_is_red(product: Product, open_tab: OpenTab) -> None:
    page = open_tab(product, product.person("alice")).page
    page.goto(f"{product.url}/status/")
    expect(page.locator("[data-status]")).to_have_attribute("data-outcome", "good", timeout=20_000)
    product.kill9()
    page.locator("[data-action=check]").click()
    expect(page.locator("[data-status]")).to_have_attribute("data-outcome", "bad", timeout=20_000)
    expect(page.locator("[data-step=database] [data-cure]")).to_be_visible()
