"""The connection as a person sees it: nothing while all is well, else words with the next step; P2 all the while."""

import json
import re
import sqlite3

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenTab
from tests.support.browser import DEADLINE, Tab, Wire, shown_text
from tests.support.product import Person, Product
from tests.support.proxy import Proxy

# close code: what is said in English and in Chinese
SAID = {
    1006: ("No connection to the server", "无法连接服务器"),
    1011: ("The server had a problem", "服务器处理这个连接时出了问题"),
    1012: ("The server is being restarted", "服务器正在重启"),
    4408: ("faster than this page could read", "页面没跟上"),
    4429: ("Too many actions", "操作太多"),
}
ENDED = {
    4401: ("You are signed out. Your text is kept.", "你已退出登录。你的文字已保留。", "sign-in"),
    4404: ("not open to you any more", "已无法打开这个对话", "leave"),
}


def open_conversation(tab: Tab, person: Person, kind: str = "general") -> str:
    conversation = person.new_conversation(kind)
    tab.open(f"/chat/{conversation}/")
    tab.wait_until_connected()
    return conversation


@pytest.mark.parametrize(("language", "place"), [("en", 0), ("zh-CN", 1)], ids=["en", "zh"])
def test_each_close_code_is_said_in_words_with_the_next_step(
    house: Product, alice: Person, open_tab: OpenTab, language: str, place: int
) -> None:
    tab = open_tab(house, alice, language=language)
    wire = Wire(tab)
    open_conversation(tab, alice)
    expect(tab.connection).to_be_hidden()
    for code, words in SAID.items():
        wire.refuse_with = 4000 if code == 1006 else code
        wire.close(wire.refuse_with)
        expect(tab.connection).to_contain_text(words[place])
        expect(tab.page.locator("[data-connection-spoken]")).to_contain_text(words[place])
        expect(tab.composer).to_be_editable()
        wire.refuse_with = None
        tab.try_now()
        tab.wait_until_connected()
        expect(tab.connection).to_be_hidden()
        expect(tab.page.locator("[data-connection-spoken]")).to_have_text(("Connected again.", "已重新连接。")[place])
    for code, (english, chinese, step) in ENDED.items():
        wire.refuse_with = code
        tab.page.reload()
        expect(tab.connection).to_contain_text((english, chinese)[place])
        expect(tab.connection.locator(f'[data-action="{step}"]')).to_be_visible()
        expect(tab.connection.locator('[data-action="try-now"]')).to_be_hidden()


def test_a_screen_reader_hears_the_state_and_not_every_second(house: Product, alice: Person, open_tab: OpenTab) -> None:
    tab = open_tab(house, alice)
    wire = Wire(tab)
    open_conversation(tab, alice)
    tab.page.evaluate(
        """() => {
            window.heard = [];
            const region = document.querySelector('[data-connection-spoken]');
            new MutationObserver(() => window.heard.push(region.textContent)).observe(region, {childList: true});
        }"""
    )
    wire.refuse_with = 4429  # the longest pause: many numbers are counted down
    wire.close(4429)
    counts: set[str] = set()
    count = tab.page.locator("[data-connection-count]")
    while len(counts) < 3:
        tab.page.wait_for_function(
            "seen => !seen.includes(document.querySelector('[data-connection-count]').textContent)", arg=sorted(counts)
        )
        counts.add(count.inner_text())
    assert tab.page.evaluate("window.heard") == ["Too many actions in a short time. After a pause it goes on."]


def test_a_reply_goes_on_over_a_half_open_connection_without_gap_or_repeat(
    house: Product, alice: Person, open_tab: OpenTab
) -> None:
    """P2: nothing arrives although the socket is open; the page finds out by itself, within 25 s of its own clock."""
    with Proxy(house.port) as proxy:
        tab = open_tab(house, alice, address=f"http://127.0.0.1:{proxy.port}")
        tab.page.clock.install()
        tab.watch_text()
        conversation = open_conversation(tab, alice)
        tab.say("[[deltas=200 every=20ms]] half open")
        tab.wait_for_text(60)
        proxy.freeze(drop=True)
        before = shown_text(tab)
        tab.page.clock.run_for(12_000)  # silence: the page asks
        tab.page.clock.run_for(11_000)  # no answer
        expect(tab.connection).to_have_attribute("data-state", "waiting")
        tab.composer.type("typed meanwhile")
        proxy.thaw()
        tab.page.clock.run_for(12_000)  # longer than any pause
        tab.wait_for_replies(1)
        stored = alice.messages(conversation)[-1]["content"]
        assert before
        assert stored.startswith(before)
        assert tab.broken_texts == []
        expect(tab.composer).to_have_value("typed meanwhile")
        assert tab.message("assistant").locator(".message-body").inner_text().split() == stored.split()


def test_after_a_sleep_a_dead_connection_is_found_at_once_and_a_living_one_is_kept(
    house: Product, alice: Person, open_tab: OpenTab
) -> None:
    tab = open_tab(house, alice)
    wire = Wire(tab)
    clock = tab.page.clock
    clock.install()
    open_conversation(tab, alice)
    clock.pause_at(tab.page.evaluate("Date.now()") / 1_000 + 2)  # from here on it goes only as far as it is told
    pongs = wire.received.count("pong")
    clock.fast_forward("02:00:00")
    clock.run_for(1_000)
    wire.wait_for_received("pong", pongs + 1)
    clock.run_for(8_000)
    assert wire.connections == 1, "it answered"
    wire.silent = True
    clock.fast_forward("02:00:00")
    steps = 0
    while tab.connection.get_attribute("data-state") != "waiting":
        assert steps < 60, "within 6 s of its clock it has left"
        clock.run_for(100)  # less than the shortest pause: the next connection finds the wire as it is set below
        steps += 1
    wire.silent = False
    clock.run_for(10_000)
    tab.wait_until_connected()
    assert wire.connections == 2


def test_offline_is_said_and_what_is_sent_meanwhile_is_sent_once(
    house: Product, alice: Person, open_tab: OpenTab
) -> None:
    """P5, P6: through the browser's own switch."""
    with Proxy(house.port) as proxy:
        tab = open_tab(house, alice, address=f"http://127.0.0.1:{proxy.port}")
        conversation = open_conversation(tab, alice)
        tab.page.context.set_offline(True)
        proxy.cut()
        expect(tab.connection).to_contain_text("This device is offline.")
        tab.say("[[deltas=3]] written on a train")
        expect(tab.unsent).to_contain_text("it is sent as soon as there is a connection")
        tab.page.context.set_offline(False)
        tab.wait_for_replies(1)
        expect(tab.unsent).to_have_count(0)
        expect(tab.connection).to_be_hidden()
        assert [row["content"] for row in alice.messages(conversation) if row["role"] == "user"] == [
            "[[deltas=3]] written on a train"
        ]


def test_the_page_says_that_the_server_waits_for_its_database(house: Product, alice: Person, open_tab: OpenTab) -> None:
    """A server whose database is away accepts the socket and cannot say its first sentence."""
    tab = open_tab(house, alice)
    wire = Wire(tab)
    conversation = alice.new_conversation("general")
    wire.lose.add("connection_established")
    tab.open(f"/chat/{conversation}/")
    expect(tab.connection).to_contain_text("The server waits for its database")
    tab.composer.fill("typed while it waits")
    wire.lose.clear()
    wire.close(1012)
    tab.wait_until_connected()
    expect(tab.connection).to_be_hidden()
    expect(tab.composer).to_have_value("typed while it waits")


def test_waiting_for_the_model_is_counted_down_also_after_a_reload(
    house: Product, alice: Person, open_tab: OpenTab
) -> None:
    """A busy model server: the pause before the next try. Then a silent one: the deadline of the call."""
    tab = open_tab(house, alice)
    open_conversation(tab, alice)
    tab.say("[[status=429 once retry=20 slow=40s deltas=1]]")
    waiting = tab.page.locator("[data-turn-progress], [data-progress]").filter(visible=True)
    seconds = re.compile(r"The model's server is busy\. Trying again in (\d+) s…")
    expect(waiting).to_have_text(seconds)
    first = int(seconds.fullmatch(waiting.inner_text())[1])  # type: ignore[index]
    expect(waiting).not_to_have_text(f"The model's server is busy. Trying again in {first} s…")
    tab.page.reload()
    expect(waiting).to_have_text(seconds)
    assert int(seconds.fullmatch(waiting.inner_text())[1]) < first  # type: ignore[index]
    tab.page.locator('[data-action="stop"]').click()
    expect(tab.message("assistant")).to_have_attribute("data-status", "stopped")
    open_conversation(tab, alice)
    tab.say("[[slow=50s deltas=1]]")
    expect(waiting).to_have_text(re.compile(r"Waiting for the model\. If nothing comes, it is given up in 5\d s\."))
    tab.page.locator('[data-action="stop"]').click()
    expect(waiting).to_have_count(0)


def test_a_message_that_the_database_could_not_take_is_sent_again_by_itself_once(
    talking_product: Product, open_tab: OpenTab
) -> None:
    """P3, P5: another process holds SQLite's write lock for longer than a command waits."""
    person = talking_product.person("alice")
    tab = open_tab(talking_product, person)
    conversation = open_conversation(tab, person)
    other = sqlite3.connect(talking_product.folder / "trademe.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    tab.say("[[deltas=3]] kept while it is locked")
    expect(tab.unsent).to_contain_text("The database does not answer at the moment.", timeout=DEADLINE)
    other.execute("ROLLBACK")
    other.close()
    tab.wait_for_replies(1)
    expect(tab.unsent).to_have_count(0)
    assert [row["role"] for row in person.messages(conversation)] == ["user", "assistant"]
    assert len(person.ledger()) == 1


@pytest.mark.parametrize(
    ("code", "words", "again"),
    [
        ("rate_limited", "Too many requests", True),
        ("cost_limit", "Your cost limit for today is reached.", True),
        ("too_long", "The message is too long.", False),
    ],
)
def test_a_refused_message_is_kept_with_the_reason_and_the_next_step(
    house: Product, alice: Person, open_tab: OpenTab, code: str, words: str, again: bool
) -> None:
    tab = open_tab(house, alice)
    wire = Wire(tab)
    conversation = open_conversation(tab, alice)
    wire.answers["ai_chat"] = {"type": "error", "code": code, "message": words}
    tab.say("[[deltas=3]] refused at first")
    expect(tab.unsent).to_contain_text(words)
    expect(tab.unsent.get_by_role("button", name="Send now")).to_be_visible(visible=again)
    expect(tab.unsent.get_by_role("button", name="Edit")).to_be_visible()
    tab.page.reload()
    expect(tab.unsent).to_contain_text("refused at first")
    expect(tab.unsent).to_contain_text(words)  # it is young: the new connection has sent it by itself
    assert alice.messages(conversation) == []
    wire.answers.clear()
    if again:
        tab.unsent.get_by_role("button", name="Send now").click()
        tab.wait_for_replies(1)
    else:
        tab.unsent.get_by_role("button", name="Discard").click()
    expect(tab.unsent).to_have_count(0)


def test_two_tabs_send_at_once_and_both_messages_are_stored_once(
    house: Product, alice: Person, open_tab: OpenTab
) -> None:
    """P5: the second one is busy; its text is kept and sent when the first reply has ended."""
    first = open_tab(house, alice)
    conversation = open_conversation(first, alice)
    second = open_tab(house, beside=first)
    wire = Wire(second)
    wire.lose = {"ai_chat_start", "ai_stream_start", "ai_stream_chunk"}  # it does not know of the running reply
    second.open(f"/chat/{conversation}/")
    second.wait_until_connected()
    first.say("[[deltas=80 every=20ms]] from the first")
    first.wait_for_text(20)
    second.say("[[deltas=3]] from the second")
    expect(second.unsent).to_contain_text("Will be sent when the reply ends.")
    wire.lose.clear()
    for tab in (first, second):
        tab.wait_for_replies(2)
        expect(tab.unsent).to_have_count(0)
    assert [row["content"] for row in alice.messages(conversation) if row["role"] == "user"] == [
        "[[deltas=80 every=20ms]] from the first",
        "[[deltas=3]] from the second",
    ]
    assert [message.text for message in first.messages()] == [message.text for message in second.messages()]


def test_a_message_whose_acknowledgement_was_lost_is_stored_once(
    house: Product, alice: Person, open_tab: OpenTab
) -> None:
    """P5: it was stored, the answer never came, and the connection broke."""
    tab = open_tab(house, alice)
    wire = Wire(tab)
    conversation = open_conversation(tab, alice)
    wire.lose = {"ai_chat_start", "ai_stream_start", "ai_stream_chunk", "ai_stream_end", "conversation_updated"}
    tab.say("[[deltas=3]] did it arrive?")
    expect(tab.unsent).to_contain_text("Sending")
    wire.wait_for_lost("ai_stream_end")
    wire.lose.clear()
    wire.close(1012)
    tab.wait_for_replies(1)
    expect(tab.unsent).to_have_count(0)
    assert [row["role"] for row in alice.messages(conversation)] == ["user", "assistant"]
    assert len({json.dumps(command, sort_keys=True) for command in wire.commands("ai_chat")}) == 1


def test_going_to_another_branch_elsewhere_shows_it_here_without_a_reload(
    house: Product, alice: Person, open_tab: OpenTab
) -> None:
    """What is being typed keeps its place: the page fetches what it lacks and is not loaded again."""
    first = open_tab(house, alice)
    conversation = open_conversation(first, alice)
    first.say("[[deltas=3]] first try")
    first.wait_for_replies(1)
    second = open_tab(house, beside=first)
    second.open(f"/chat/{conversation}/")
    second.wait_until_connected()
    second.composer.fill("half a sentence")
    second.composer.press("ArrowLeft")
    second.page.evaluate("window.stayed = true")
    asked = first.message("user", 0)
    asked.hover()
    asked.locator('[data-action="edit"]').click()
    first.say("[[deltas=3]] second try")
    expect(second.message("user")).to_contain_text("second try", timeout=DEADLINE)
    first.wait_for_replies(1)
    first.message("user").locator(".branch button:not([disabled])").first.click()
    expect(second.message("user")).to_contain_text("first try", timeout=DEADLINE)
    assert second.page.evaluate("window.stayed") is True
    expect(second.composer).to_have_value("half a sentence")
    assert second.composer.evaluate("field => field.selectionStart") == len("half a sentence") - 1
