"""P6: typed text survives. Drafts and unsent messages stay until the server has them, for their person and tab."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenTab
from tests.support.browser import Tab, Wire
from tests.support.product import Person, Product

LONG = "把均线和成交量放在一起看。" * 2_600 + "the end"  # 100 KB in UTF-8
MOST = 32_000  # characters of one message

BLOCKED = "Storage.prototype.setItem = () => { throw new DOMException('blocked', 'SecurityError'); };"
FULL = """
localStorage.setItem('other', 'x');
for (let n = 4194304; n; n >>= 1) {
    try { for (;;) localStorage.setItem('other', localStorage.getItem('other') + 'x'.repeat(n)); } catch { /* full */ }
}
"""


def open_conversation(tab: Tab, person: Person, kind: str = "general") -> str:
    conversation = person.new_conversation(kind)
    tab.open(f"/chat/{conversation}/")
    tab.wait_until_connected()
    return conversation


def said(person: Person, conversation: str) -> list[str]:
    return [row["content"] for row in person.messages(conversation) if row["role"] == "user"]


# --- drafts -----------------------------------------------------------------------------------------------------------


def test_typed_text_is_there_after_a_reload_going_away_and_coming_back(
    house: Product, alice: Person, open_tab: OpenTab
) -> None:
    tab = open_tab(house, alice)
    open_conversation(tab, alice)
    tab.composer.fill("half a thought about 均线")
    tab.page.reload()
    expect(tab.composer).to_have_value("half a thought about 均线")
    tab.open("/chat/")
    expect(tab.composer_of_a_new_one).to_have_value("")
    tab.composer_of_a_new_one.fill("another idea")
    tab.page.go_back()
    expect(tab.composer).to_have_value("half a thought about 均线")
    tab.page.go_forward()
    expect(tab.composer_of_a_new_one).to_have_value("another idea")


def test_two_tabs_keep_a_draft_each_and_a_closed_one_leaves_its_draft_to_the_next(
    house: Product, alice: Person, open_tab: OpenTab
) -> None:
    first = open_tab(house, alice)
    conversation = open_conversation(first, alice)
    first.composer.fill("of the first")
    second = open_tab(house, beside=first)
    second.open(f"/chat/{conversation}/")
    second.wait_until_connected()
    expect(second.composer).to_have_value("")
    second.composer.fill("of the second")
    for tab, text in ((first, "of the first"), (second, "of the second")):
        tab.page.reload()
        expect(tab.composer).to_have_value(text)
    first.page.close()
    third = open_tab(house, beside=second)
    third.open(f"/chat/{conversation}/")
    expect(third.composer).to_have_value("of the first")
    expect(second.composer).to_have_value("of the second")


def test_an_edit_that_was_begun_survives_a_reload_and_can_be_had_back(
    house: Product, alice: Person, open_tab: OpenTab
) -> None:
    tab = open_tab(house, alice)
    conversation = open_conversation(tab, alice)
    tab.say("[[deltas=2]] asked")
    tab.wait_for_replies(1)
    tab.composer.fill("the next one")
    tab.message("user").hover()
    tab.message("user").locator('[data-action="edit"]').click()
    expect(tab.composer).to_have_value("[[deltas=2]] asked")
    tab.composer.fill("[[deltas=2]] asked better")
    tab.page.reload()
    tab.wait_until_connected()
    expect(tab.composer).to_have_value("[[deltas=2]] asked better")
    tab.composer.press("Escape")
    expect(tab.composer).to_have_value("the next one")
    tab.page.get_by_role("button", name="Undo").click()
    expect(tab.composer).to_have_value("[[deltas=2]] asked better")
    tab.page.locator('[data-action="send"]').click()
    expect(tab.message("user")).to_contain_text("asked better")
    expect(tab.composer).to_have_value("the next one")
    tab.wait_for_replies(1)
    assert said(alice, conversation) == ["[[deltas=2]] asked", "[[deltas=2]] asked better"]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_long_paste_is_kept_whole_and_its_length_is_said(
    house: Product, alice: Person, open_tab: OpenTab, language: str
) -> None:
    tab = open_tab(house, alice, language=language)
    conversation = open_conversation(tab, alice)
    tab.composer.focus()
    tab.page.keyboard.insert_text(LONG)  # as a paste does
    expect(tab.composer).to_have_value(LONG)
    tab.page.reload()
    tab.wait_until_connected()
    expect(tab.composer).to_have_value(LONG)
    tab.composer.press("Enter")
    count = f"{len(LONG):,}"
    words = f"The message has {count} characters" if language == "en" else f"这条消息有 {count} 个字符"
    expect(tab.page.locator("[data-error]")).to_contain_text(words)
    expect(tab.composer).to_have_value(LONG)
    assert said(alice, conversation) == []
    tab.composer.fill("[[deltas=1]] " + "长" * (MOST - len("[[deltas=1]] ")))
    tab.composer.press("Enter")
    tab.wait_for_replies(1)
    assert [len(text) for text in said(alice, conversation)] == [MOST]


def test_an_enter_that_chooses_a_chinese_word_does_not_send(house: Product, alice: Person, open_tab: OpenTab) -> None:
    tab = open_tab(house, alice)
    conversation = open_conversation(tab, alice)
    tab.composer.focus()
    keyboard = tab.page.context.new_cdp_session(tab.page)
    keyboard.send("Input.imeSetComposition", {"text": "junxian", "selectionStart": 7, "selectionEnd": 7})
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229, "nativeVirtualKeyCode": 229}
    keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    keyboard.send("Input.insertText", {"text": "均线"})
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
    expect(tab.composer).to_have_value("均线")
    expect(tab.unsent).to_have_count(0)
    keyboard.send("Input.imeSetComposition", {"text": "shangchuan", "selectionStart": 10, "selectionEnd": 10})
    tab.page.reload()
    tab.wait_until_connected()
    expect(tab.composer).to_have_value("均线shangchuan")
    assert said(alice, conversation) == []


def test_no_keystroke_is_lost_and_the_caret_stays_while_a_reply_streams_and_the_connection_breaks(
    house: Product, alice: Person, open_tab: OpenTab
) -> None:
    tab = open_tab(house, alice)
    wire = Wire(tab)
    open_conversation(tab, alice)
    tab.say("[[deltas=150 every=20ms]] writing")
    tab.wait_for_text(20)
    tab.composer.fill("beginning  end")
    tab.composer.evaluate("field => field.setSelectionRange(10, 10)")
    typed = "the quick brown fox jumps over the lazy dog "
    for number, letter in enumerate(typed * 3):
        tab.page.keyboard.type(letter)
        if number % 30 == 10:
            wire.close(1012)
    expect(tab.composer).to_have_value(f"beginning {typed * 3} end")
    tab.wait_for_replies(1)
    expect(tab.composer).to_have_value(f"beginning {typed * 3} end")
    assert tab.composer.evaluate("field => field.selectionStart") == 10 + len(typed * 3)
    assert wire.connections > 1


# --- where the browser stores nothing ---------------------------------------------------------------------------------


def test_where_the_browser_stores_nothing_the_person_is_told_and_the_text_is_sent_all_the_same(
    house: Product, alice: Person, open_tab: OpenTab
) -> None:
    tab = open_tab(house, alice)
    tab.page.add_init_script(BLOCKED)
    conversation = open_conversation(tab, alice)
    tab.composer.fill("kept in the page")
    expect(tab.page.locator("[data-unkept]")).to_contain_text("This browser does not store what you write")
    tab.page.context.set_offline(True)
    tab.composer.fill("[[deltas=2]] kept in the page")
    tab.page.locator('[data-action="send"]').click()
    expect(tab.composer).to_have_value("")
    tab.page.context.set_offline(False)
    tab.wait_for_replies(1)
    expect(tab.page.locator("[data-unkept]")).to_be_hidden()
    assert said(alice, conversation) == ["[[deltas=2]] kept in the page"]

    begun = tab.begin("[[deltas=2]] by way of the server", kind="general")
    expect(tab.composer).to_have_value("[[deltas=2]] by way of the server")
    tab.composer.press("Enter")
    tab.wait_for_replies(1)
    assert said(alice, begun) == ["[[deltas=2]] by way of the server"]


def test_where_the_browser_has_no_space_left_the_tab_itself_keeps_the_text(
    house: Product, alice: Person, open_tab: OpenTab
) -> None:
    tab = open_tab(house, alice)
    open_conversation(tab, alice)
    tab.composer.fill("older")
    tab.page.evaluate(FULL)
    newer = "newer, and longer than what was there before"
    tab.composer.fill(newer)
    expect(tab.page.locator("[data-unkept]")).to_be_hidden()
    tab.page.reload()
    expect(tab.composer).to_have_value(newer)


# --- whose ------------------------------------------------------------------------------------------------------------


def test_somebody_else_at_the_same_browser_sees_neither_draft_nor_outbox(
    house: Product, alice: Person, open_tab: OpenTab
) -> None:
    """P11: another person signs in where the first one left text behind."""
    mallory = house.person("mallory")
    tab = open_tab(house, alice)
    wire = Wire(tab)
    conversation = open_conversation(tab, alice)
    wire.refuse_with = 1012
    wire.close(1012)
    tab.say("[[deltas=2]] alice's unsent words")
    expect(tab.unsent).to_have_count(1)
    tab.composer.fill("alice's draft")
    tab.open("/chat/")
    tab.composer_of_a_new_one.fill("alice's new idea")
    wire.refuse_with = None

    tab.page.context.add_cookies([{"name": "sessionid", "value": mallory.session, "url": house.url}])
    tab.open("/chat/")
    expect(tab.composer_of_a_new_one).to_have_value("")
    tab.open(f"/chat/{mallory.new_conversation('general')}/")
    tab.wait_until_connected()
    expect(tab.composer).to_have_value("")
    expect(tab.unsent).to_have_count(0)
    tab.open(f"/chat/{conversation}/")
    expect(tab.page.locator("body")).not_to_contain_text("alice's")

    tab.page.context.add_cookies([{"name": "sessionid", "value": alice.session, "url": house.url}])
    tab.open("/chat/")
    expect(tab.composer_of_a_new_one).to_have_value("alice's new idea")
    tab.open(f"/chat/{conversation}/")
    expect(tab.composer).to_have_value("alice's draft")
    tab.wait_for_replies(1)
    assert said(alice, conversation) == ["[[deltas=2]] alice's unsent words"]


PASSWORD = "a long enough password 1"
MAKE_CAROL = f"""
from trademe.accounts.models import User
user, _ = User.objects.get_or_create(username="carol")
user.set_password({PASSWORD!r})
user.save()
"""


@pytest.fixture(scope="package")
def carol(house: Product) -> str:
    """Somebody who signs in with a password."""
    house.manage("shell", "-c", MAKE_CAROL)
    return "carol"


def sign_in(tab: Tab, name: str) -> None:
    tab.page.locator('input[name="username"]').fill(name)
    tab.page.locator('input[name="password"]').fill(PASSWORD)
    tab.page.locator("form[method=post] button[type=submit]").first.click()


def test_signed_out_in_another_tab_the_text_survives_the_sign_in_and_is_sent_once(
    house: Product, carol: str, open_tab: OpenTab
) -> None:
    tab = open_tab(house)
    tab.open("/accounts/login/")
    sign_in(tab, carol)
    tab.begin("[[deltas=2]] hello", kind="general")
    tab.wait_for_replies(1)
    beginning = open_tab(house, beside=tab)
    beginning.open("/chat/")
    other = open_tab(house, beside=tab)
    other.open("/chat/")
    other.page.evaluate("document.querySelector('form[action$=\"/logout/\"]').submit()")
    expect(tab.connection).to_contain_text("You are signed out. Your text is kept.")
    tab.say("[[deltas=2]] sent while signed out")
    expect(tab.unsent).to_contain_text("it is sent when you have signed in again")
    tab.composer.fill("and a draft")
    # a conversation that is begun with the lost session
    beginning.page.locator('input[name="kind"][value="general"]').check(force=True)
    beginning.composer_of_a_new_one.fill("[[deltas=2]] begun while signed out")
    beginning.composer_of_a_new_one.press("Enter")
    expect(beginning.page.locator('input[name="password"]')).to_be_visible()

    tab.connection.locator('[data-action="sign-in"]').click()
    sign_in(tab, carol)
    tab.wait_for_replies(2)
    expect(tab.composer).to_have_value("and a draft")
    expect(tab.unsent).to_have_count(0)
    assert [message.text for message in tab.messages() if message.role == "user"] == [
        "[[deltas=2]] hello",
        "[[deltas=2]] sent while signed out",
    ]

    beginning.open("/chat/?kind=general")
    expect(beginning.composer_of_a_new_one).to_have_value("[[deltas=2]] begun while signed out")
    beginning.composer_of_a_new_one.press("Enter")
    beginning.wait_for_replies(1)


def test_a_page_that_is_signed_out_goes_on_when_its_person_signs_in_in_another_tab(
    house: Product, carol: str, open_tab: OpenTab
) -> None:
    tab = open_tab(house)
    tab.open("/accounts/login/")
    sign_in(tab, carol)
    tab.begin("[[deltas=2]] hello", kind="general")
    tab.wait_for_replies(1)
    other = open_tab(house, beside=tab)
    other.open("/chat/")
    other.page.evaluate("document.querySelector('form[action$=\"/logout/\"]').submit()")
    expect(tab.connection).to_contain_text("You are signed out.")
    tab.say("[[deltas=2]] waits for the sign-in")
    tab.composer.fill("a draft beside it")
    other.open("/accounts/login/")
    sign_in(other, carol)
    tab.wait_for_replies(2)
    expect(tab.connection).to_be_hidden()
    expect(tab.composer).to_have_value("a draft beside it")
    # its forms work with the new session
    tab.page.locator("details.menu summary").last.click()
    tab.page.locator("#rename").fill("renamed after the sign-in")
    tab.page.locator("#rename").press("Enter")
    expect(tab.page.locator("[data-title]")).to_have_text("renamed after the sign-in")


# --- unsent messages --------------------------------------------------------------------------------------------------


def test_an_unsent_message_can_be_edited_discarded_had_back_and_sent_by_hand(
    house: Product, alice: Person, open_tab: OpenTab
) -> None:
    tab = open_tab(house, alice)
    wire = Wire(tab)
    conversation = open_conversation(tab, alice)
    wire.refuse_with = 1012
    wire.close(1012)
    tab.say("first words")
    tab.unsent.get_by_role("button", name="Edit").click()
    expect(tab.unsent).to_have_count(0)
    expect(tab.composer).to_have_value("first words")
    tab.say("[[deltas=2]] better words")
    tab.unsent.get_by_role("button", name="Discard").click()
    expect(tab.unsent).to_have_count(0)
    tab.page.get_by_role("button", name="Undo").click()
    expect(tab.unsent).to_contain_text("This was not sent.")
    wire.refuse_with = None
    tab.try_now()
    tab.wait_until_connected()
    tab.unsent.get_by_role("button", name="Send now").click()
    tab.wait_for_replies(1)
    assert said(alice, conversation) == ["[[deltas=2]] better words"]
    tab.page.reload()
    tab.wait_until_connected()
    expect(tab.unsent).to_have_count(0)


def test_an_old_unsent_message_waits_for_the_person_and_says_what_is_known_of_it(
    house: Product, alice: Person, open_tab: OpenTab
) -> None:
    """It may have been stored long ago: then sending it again finds it, and it is not stored twice."""
    tab = open_tab(house, alice)
    tab.page.clock.install()
    wire = Wire(tab)
    conversation = open_conversation(tab, alice)
    wire.lose = {"ai_chat_start", "ai_stream_start", "ai_stream_chunk", "ai_stream_end", "conversation_updated"}
    tab.say("[[deltas=2]] long ago")
    wire.wait_for_lost("ai_stream_end")
    wire.refuse_with = 1012
    wire.close(1012)
    tab.page.clock.fast_forward("20:00")
    wire.lose.clear()
    wire.refuse_with = None
    tab.page.reload()
    tab.wait_until_connected()
    expect(tab.unsent).to_contain_text("It is not known whether this was sent.")
    tab.unsent.get_by_role("button", name="Send now").click()
    expect(tab.unsent).to_have_count(0)
    assert [row["role"] for row in alice.messages(conversation)] == ["user", "assistant"]


def test_a_closed_tab_leaves_its_unsent_message_to_one_that_is_open(
    house: Product, alice: Person, open_tab: OpenTab
) -> None:
    first = open_tab(house, alice)
    wire = Wire(first)
    conversation = open_conversation(first, alice)
    second = open_tab(house, beside=first)
    second.open(f"/chat/{conversation}/")
    second.wait_until_connected()
    wire.refuse_with = 1012
    wire.close(1012)
    first.say("[[deltas=2]] left behind")
    expect(first.unsent).to_have_count(1)
    first.page.close()
    second.wait_for_replies(1)
    expect(second.unsent).to_have_count(0)
    assert said(alice, conversation) == ["[[deltas=2]] left behind"]


def test_the_text_of_a_new_conversation_stays_while_the_server_is_away(
    talking_product: Product, open_tab: OpenTab
) -> None:
    person = talking_product.person("alice")
    tab = open_tab(talking_product, person)
    tab.open("/chat/")
    tab.page.locator('input[name="kind"][value="general"]').check(force=True)
    talking_product.kill9()
    tab.composer_of_a_new_one.fill("[[deltas=2]] an idea while it is away")
    tab.composer_of_a_new_one.press("Enter")
    expect(tab.page.locator("[data-error]")).to_contain_text("The server cannot be reached. Your text is kept")
    expect(tab.composer_of_a_new_one).to_have_value("[[deltas=2]] an idea while it is away")
    talking_product.start()
    tab.composer_of_a_new_one.press("Enter")
    tab.wait_for_replies(1)
    assert len(person.ledger()) == 1
    tab.open("/chat/")
    expect(tab.composer_of_a_new_one).to_have_value("")
