"""The main journey of a newcomer in a real browser, from the printed link to a second version and a restart."""

import hashlib
import re

import pytest
from playwright.sync_api import expect

from strategies.download import RULE
from tests.conftest import every_configuration
from tests.e2e.conftest import OpenTab
from tests.support.browser import DEADLINE, Tab
from tests.support.product import Person, Product

IDEA = (
    "Buy BTC/USDT on 15m when SMA 5 crosses above SMA 20, sell when it crosses below, "
    "stop loss 2%, take profit 5%, use 50% of the money."
)
IDEA_IN_CHINESE = "BTC/USDT 15分钟，MA5上穿MA20买入，MA5下穿MA20卖出，止损2%，止盈5%，仓位50%。"


def sign_in_by_the_printed_link(tab: Tab, product: Product) -> None:
    link = re.search(r"http://127\.0\.0\.1:\d+/\S+", product.manage("owner_link"))
    assert link is not None
    tab.open(link.group())
    expect(tab.page).to_have_url(f"{product.url}/chat/")


def wait_for_version(tab: Tab, number: int) -> None:
    expect(tab.page.locator(f'[data-message-id] [data-version-number="{number}"]')).to_be_visible(timeout=DEADLINE)


def stored_hashes(person: Person) -> dict[tuple[int, int], str]:
    """(strategy, number) to the SHA-256 of its stored code, counted here from the code that the API gives."""
    found = {}
    for strategy in person.http.get("/api/strategies/").json()["results"]:
        path: str | None = f"/api/strategies/{strategy['id']}/versions/"
        while path:
            page = person.http.get(path).json()
            for version in page["results"]:
                assert hashlib.sha256(version["code"].encode()).hexdigest() == version["code_sha256"]
                found[strategy["id"], version["number"]] = version["code_sha256"]
            path = page["next"]
    return found


@pytest.mark.parametrize(
    ("idea", "change", "language"),
    [
        (IDEA, "Change the stop loss to 3%.", "en"),
        (IDEA_IN_CHINESE, "把止损改成3%。", "zh-CN"),
    ],
    ids=["en", "zh"],
)
def test_from_the_printed_link_to_the_second_version(
    product: Product, open_tab: OpenTab, idea: str, change: str, language: str
) -> None:
    tab = open_tab(product, language=language)
    sign_in_by_the_printed_link(tab, product)
    conversation = tab.begin(idea)
    tab.wait_for_replies(1)
    expect(tab.message("user")).to_contain_text(idea)

    tab.confirm()
    wait_for_version(tab, 1)
    tab.say(change)
    tab.wait_for_replies(3)
    if tab.page.locator('[data-action="confirm"]').count():
        tab.confirm()
    wait_for_version(tab, 2)
    expect(tab.running).to_have_count(0)

    before = tab.messages()
    second = open_tab(product, beside=tab)
    second.open(f"/chat/{conversation}/")
    assert second.messages() == before, "a second tab shows the same"

    assert tab.problems == []
    product.restart()
    tab.open(f"/chat/{conversation}/")
    tab.problems.clear()  # that nobody answered meanwhile
    assert tab.messages() == before, "everything is there after a restart, once and in order"
    assert len({message.id for message in before}) == len(before)

    owner = product.person("owner")
    hashes = stored_hashes(owner)
    assert len(set(hashes.values())) == 2
    buttons = tab.version_buttons()
    assert {(strategy, number) for strategy, number, _ in buttons} == set(hashes)
    for strategy, number, address in buttons:
        tab.page.locator(f'[data-strategy-id="{strategy}"][data-version-number="{number}"]').first.click()
        assert tab.code_sha256() == hashes[strategy, number], f"version {number} opens its own code"
        tab.open(address)
        assert tab.code_sha256() == hashes[strategy, number], f"so does its own page, {address}"
        downloaded = owner.http.get(f"/strategies/{strategy}/versions/{number}/download/")
        code = downloaded.content.split(f"{RULE}\n".encode(), 2)[2]
        assert hashlib.sha256(code).hexdigest() == hashes[strategy, number]
        tab.open(f"/chat/{conversation}/")
    assert tab.problems == []
    assert tab.strangers == [], "the page asked somebody else"


def test_the_whole_conversation_is_readable_without_scripts(product: Product, open_tab: OpenTab) -> None:
    person = product.person("alice")
    conversation = person.new_conversation()
    with person.socket(conversation) as socket:
        socket.established()
        reply = socket.say(IDEA)
    tab = open_tab(product, person)
    context = tab.page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    try:
        context.add_cookies([{"name": "sessionid", "value": person.session, "url": product.url}])
        plain = Tab(context, product.url)
        plain.open(f"/chat/{conversation}/")
        expect(plain.message("user")).to_contain_text(IDEA)
        expect(plain.message("assistant")).to_have_attribute("data-message-id", reply["message_id"])
        expect(plain.message("assistant")).to_have_attribute("data-status", "complete")
    finally:
        context.close()


@every_configuration
def test_a_reload_in_mid_reply_goes_on_where_the_text_was(talking_product: Product, open_tab: OpenTab) -> None:
    person = talking_product.person("alice")
    tab = open_tab(talking_product, person)
    tab.begin("[[deltas=120 every=25ms]] first", kind="general")
    shown = tab.wait_for_text(60)
    tab.page.reload()
    again = tab.running.locator(".message-body").inner_text()
    assert again.startswith(shown.strip()), "what was shown is there after the reload"
    tab.wait_for_text(len(again) + 40)
    tab.wait_for_replies(1)
    stored = person.messages(tab.page.url.rstrip("/").rpartition("/")[2])
    assert [row["role"] for row in stored] == ["user", "assistant"]
    assert tab.message("assistant").locator(".message-body").inner_text().strip() == stored[1]["content"].strip()
    assert tab.problems == []
