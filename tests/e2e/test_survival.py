"""What a person saw or typed is there after the worst: a killed server, a lost connection, a reload."""

import random

import pytest
from playwright.sync_api import expect

from tests.conftest import every_configuration
from tests.e2e.conftest import OpenTab
from tests.support.browser import DEADLINE, Wire, shown_text
from tests.support.product import Person, Product
from tests.support.proxy import Proxy

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
    expect(tab.message("assistant").locator(".message-ending")).to_be_visible()  # it is said in words

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


@pytest.mark.parametrize("when", ["before it is stored", "after it is stored"])
def test_a_message_is_stored_once_when_the_server_dies_before_its_answer(
    talking_product: Product, open_tab: OpenTab, when: str
) -> None:
    """P1, P5: the page cannot know which of the two it was, and needs not."""
    person = talking_product.person("alice")
    with Proxy(talking_product.port) as proxy:
        tab = open_tab(talking_product, person, address=f"http://127.0.0.1:{proxy.port}")
        wire = Wire(tab)
        conversation = person.new_conversation("general")
        tab.open(f"/chat/{conversation}/")
        tab.wait_until_connected()
        wire.lose = {"ai_chat_start", "ai_stream_start", "ai_stream_chunk", "conversation_updated"}
        if when == "before it is stored":
            proxy.freeze("up", drop=True)
        tab.say("[[deltas=400 every=25ms]] did it arrive?")
        if when == "after it is stored":
            wire.wait_for_lost("ai_stream_start")  # the model was called: the ledger has its row
        tab.composer.fill("typed while it is away")
        talking_product.kill9()
        wire.lose.clear()
        proxy.thaw()
        talking_product.start()
        replies = tab.page.locator('[data-message-id][data-role="assistant"]')
        expect(replies).to_have_count(1, timeout=DEADLINE)
        expect(tab.unsent).to_have_count(0)
        expect(tab.composer).to_have_value("typed while it is away")
        if when == "before it is stored":
            tab.page.locator('[data-action="stop"]').click()
        tab.wait_for_replies(1, "stopped" if when == "before it is stored" else "interrupted")
    assert [row["role"] for row in person.messages(conversation)] == ["user", "assistant"]
    assert len(person.ledger()) == 1


@pytest.mark.parametrize("fault", ["tab closed", "page reloaded", "network cut and back"])
def test_what_was_shown_at_a_random_chunk_is_in_what_is_stored_and_shown_afterwards(
    house: Product, alice: Person, open_tab: OpenTab, fault: str
) -> None:
    """P2, P7: the reply goes on; no character is lost, doubled or changed."""
    moments = random.Random(fault)  # the fault rig does the same with many seeds
    with Proxy(house.port) as proxy:
        tab = open_tab(house, alice, address=f"http://127.0.0.1:{proxy.port}")
        tab.watch_text()
        conversation = alice.new_conversation("general")
        tab.open(f"/chat/{conversation}/")
        tab.say(f"[[deltas=150 every=10ms]] {fault}")
        tab.wait_for_text(moments.randrange(1, 900))
        shown = shown_text(tab)
        if fault == "tab closed":
            beside = open_tab(house, beside=tab, address=tab.address)
            tab.page.close()
            tab = beside
            tab.watch_text()
            tab.open(f"/chat/{conversation}/")
        elif fault == "page reloaded":
            tab.page.reload()
        else:
            proxy.refuse()
            proxy.cut()
            expect(tab.connection).to_have_attribute("data-state", "waiting")
            shown = shown_text(tab)
            proxy.accept()
        samples = [shown, shown_text(tab)]
        tab.wait_for_replies(1)
        stored = alice.messages(conversation)[-1]["content"]
        assert shown
        assert [stored.startswith(sample) for sample in samples] == [True, True]
        assert tab.broken_texts == []
        assert tab.message("assistant").locator(".message-body").inner_text().split() == stored.split()


def test_the_next_message_can_be_typed_while_a_reply_runs(house: Product, alice: Person, open_tab: OpenTab) -> None:
    tab = open_tab(house, alice)
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


def test_two_tabs_show_the_same_at_every_moment(house: Product, alice: Person, open_tab: OpenTab) -> None:
    first = open_tab(house, alice)
    conversation = first.begin(f"{LONG}both", kind="general")
    second = open_tab(house, beside=first)
    second.open(f"/chat/{conversation}/")
    samples = []
    for count in (20, 100, 200, 300):
        first.wait_for_text(count)
        samples += [second.running.locator(".message-body").inner_text().strip()] if second.running.count() else []
    second.page.locator('[data-action="stop"]').click()
    first.wait_for_replies(1, "stopped")
    second.wait_for_replies(1, "stopped")
    final = first.message("assistant").locator(".message-body").inner_text().strip()
    assert second.message("assistant").locator(".message-body").inner_text().strip() == final
    assert samples
    for sample in samples:
        assert final.startswith(sample), "every sample is the beginning of the final text"
    expect(first.running).to_have_count(0, timeout=DEADLINE)
