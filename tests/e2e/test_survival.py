"""What a person saw or typed is there after the worst: a killed server, a lost connection, a reload."""

from playwright.sync_api import expect

from tests.conftest import every_configuration
from tests.e2e.conftest import OpenTab
from tests.support.browser import DEADLINE
from tests.support.product import Product

LONG = "[[deltas=400 every=25ms]] "


@every_configuration
def test_a_killed_server_keeps_what_was_shown_and_it_can_be_continued(
    talking_product: Product, open_tab: OpenTab
) -> None:
    person = talking_product.person("alice")
    tab = open_tab(talking_product, person)
    conversation = tab.begin(f"{LONG}before the crash", kind="general")
    tab.wait_for_text(80)
    talking_product.kill9()
    shown = tab.running.locator(".message-body").inner_text().strip()
    talking_product.start()

    tab.open(f"/chat/{conversation}/")
    tab.wait_for_replies(1, "interrupted")
    part = tab.message("assistant").locator(".message-body").inner_text().strip()
    assert part.startswith(shown), "every character that was shown is there"
    assert tab.message("assistant").locator(".message-ending").is_visible(), "the ending is said in words"

    tab.message("assistant").locator('[data-action="continue"]').click()
    tab.wait_for_replies(2)
    assert [message.status for message in tab.messages()] == ["complete", "interrupted", "complete"]
    assert tab.messages()[1].text.startswith(shown)


def test_an_open_page_finds_its_server_again(talking_product: Product, open_tab: OpenTab) -> None:
    """Without a reload: the tab reconnects by itself and shows how the reply ended."""
    tab = open_tab(talking_product, talking_product.person("alice"))
    tab.begin(f"{LONG}before the crash", kind="general")
    tab.wait_for_text(80)
    talking_product.kill9()
    shown = tab.running.locator(".message-body").inner_text().strip()
    talking_product.start()
    tab.wait_for_replies(1, "interrupted")
    assert tab.message("assistant").locator(".message-body").inner_text().strip().startswith(shown)
    tab.say("[[deltas=3]] are you there?")
    tab.wait_for_replies(2)


def test_typed_text_survives_a_reload(product: Product, open_tab: OpenTab) -> None:
    person = product.person("alice")
    tab = open_tab(product, person)
    tab.open(f"/chat/{person.new_conversation()}/")
    tab.composer.fill("half a thought about 均线")
    tab.page.reload()
    expect(tab.composer).to_have_value("half a thought about 均线")


def test_a_message_sent_while_the_server_is_away_is_sent_once_when_it_is_back(
    talking_product: Product, open_tab: OpenTab
) -> None:
    person = talking_product.person("alice")
    tab = open_tab(talking_product, person)
    conversation = tab.begin("[[deltas=3]] hello", kind="general")
    tab.wait_for_replies(1)
    talking_product.kill9()
    tab.say("[[deltas=3]] sent into the dark")
    talking_product.start()
    tab.wait_for_replies(2)
    asked = [row["content"] for row in person.messages(conversation) if row["role"] == "user"]
    assert asked == ["[[deltas=3]] hello", "[[deltas=3]] sent into the dark"]


def test_the_next_message_can_be_typed_while_a_reply_runs(talking_product: Product, open_tab: OpenTab) -> None:
    person = talking_product.person("alice")
    tab = open_tab(talking_product, person)
    tab.begin("[[deltas=60 every=25ms]] hello", kind="general")
    tab.wait_for_text(20)
    tab.composer.fill("typed meanwhile")
    tab.wait_for_replies(1)
    expect(tab.composer).to_have_value("typed meanwhile")


@every_configuration
def test_stop_keeps_what_was_written(talking_product: Product, open_tab: OpenTab) -> None:
    person = talking_product.person("alice")
    tab = open_tab(talking_product, person)
    conversation = tab.begin(f"{LONG}stop me", kind="general")
    shown = tab.wait_for_text(60).strip()
    tab.page.locator('[data-action="stop"]').click()
    tab.wait_for_replies(1, "stopped")
    text = tab.message("assistant").locator(".message-body").inner_text().strip()
    assert text.startswith(shown)
    assert person.messages(conversation)[-1]["status"] == "stopped"


def test_two_tabs_show_the_same_at_every_moment(talking_product: Product, open_tab: OpenTab) -> None:
    person = talking_product.person("alice")
    first = open_tab(talking_product, person)
    conversation = first.begin("[[deltas=150 every=20ms]] both", kind="general")
    second = open_tab(talking_product, beside=first)
    second.open(f"/chat/{conversation}/")
    samples = []
    for count in (20, 100, 200, 300):
        first.wait_for_text(count)
        samples += [second.running.locator(".message-body").inner_text().strip()] if second.running.count() else []
    first.wait_for_replies(1)
    second.wait_for_replies(1)
    final = first.message("assistant").locator(".message-body").inner_text().strip()
    assert second.message("assistant").locator(".message-body").inner_text().strip() == final
    assert samples
    for sample in samples:
        assert final.startswith(sample), "every sample is the beginning of the final text"
    expect(first.running).to_have_count(0, timeout=DEADLINE)
