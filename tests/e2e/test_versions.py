"""Versions in a real browser: code edited by hand, nothing typed lost; two codes beside each other."""

from playwright.sync_api import Dialog, expect

from tests.e2e.conftest import OpenTab
from tests.support.browser import Tab
from tests.support.product import Person, Product
from tests.support.trader import Trader

UNPROCESSABLE = "error: Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)"
CONFLICT = "error: Failed to load resource: the server responded with a status of 409 (Conflict)"


def versions_of(house: Product, *changes: str) -> tuple[str, str]:
    """Addresses of a conversation and its strategy, which has a version; each change is one more, by hand."""
    trader = Trader(house, "CROSS")
    [version] = trader.versions
    path = f"/api/strategies/{version['strategy']}/versions/"
    code = trader.person.http.get(f"{path}1/").json()["code"]
    for change in changes:
        answer = trader.person.http.post(path, json={"code": code.replace("fast = 5", change)})
        assert answer.status_code == 201, answer.text
    return f"/chat/{version['conversation']}/", f"/strategies/{version['strategy']}/"


def press_save(tab: Tab) -> None:
    tab.page.locator("button[value=save]").click()


def test_code_is_edited_by_hand_and_nothing_typed_is_lost(house: Product, alice: Person, open_tab: OpenTab) -> None:
    conversation, strategy = versions_of(house)
    talk = open_tab(house, alice)
    talk.open(conversation)
    talk.wait_until_connected()
    tab = open_tab(house, alice)
    tab.open(f"{strategy}versions/1/edit/")
    area = tab.page.locator("textarea#code")
    # Enter goes on in the same column, Tab goes one in
    area.evaluate(
        "area => area.setSelectionRange(area.value.indexOf('    fast = 5'), area.value.indexOf('    fast = 5'))"
    )
    area.press("Enter")
    area.evaluate("area => area.setSelectionRange(area.selectionStart - 1, area.selectionStart - 1)")
    area.press("Tab")
    tab.page.keyboard.type("extra = nobody_knows()")
    assert "\n    extra = nobody_knows()\n    fast = 5" in area.input_value()

    tab.page.locator("button[value=check]").click()
    link = tab.page.locator("[data-result=invalid] a[data-line]").first
    link.click()
    selected = area.evaluate("area => area.value.slice(area.selectionStart, area.selectionEnd)")
    assert selected.strip() == "extra = nobody_knows()"
    expect(tab.page.locator(".gutter-bad").first).to_have_text(link.get_attribute("data-line") or "")

    # a reload asks first, and brings the text back
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    tab.page.on("dialog", leave)
    tab.page.reload()
    assert asked == ["beforeunload"]
    expect(tab.page.locator("[data-draft]")).to_be_visible()
    assert "nobody_knows" in area.input_value()

    # signed out meanwhile
    cookies = tab.page.context.cookies()
    tab.page.context.clear_cookies()
    press_save(tab)
    tab.page.wait_for_url("**/accounts/login/**")
    tab.page.context.add_cookies(cookies)  # type: ignore[arg-type]
    tab.open(f"{strategy}versions/1/edit/")
    expect(tab.page.locator("[data-draft]")).to_be_visible()
    area.fill(area.input_value().replace("nobody_knows()", "7"))
    press_save(tab)
    tab.page.wait_for_url("**/versions/2/")
    expect(tab.page.locator("[data-code-sha256]")).to_contain_text("extra = 7")
    # the open conversation shows it
    expect(talk.page.locator('[data-role=notice] [data-version-number="2"]')).to_be_visible()
    tab.open(f"{strategy}versions/1/edit/")
    expect(tab.page.locator("[data-draft]")).to_be_hidden()
    assert set(tab.problems) <= {
        UNPROCESSABLE,
        "error: Failed to load resource: the server responded with a status of 403 (Forbidden)",
    }


def test_two_who_edit_at_once_both_keep_their_code(house: Product, alice: Person, open_tab: OpenTab) -> None:
    _conversation, strategy = versions_of(house)
    one, other = open_tab(house, alice), open_tab(house, alice, language="zh-CN")
    for tab, value in ((one, "fast = 6"), (other, "fast = 7")):
        tab.open(f"{strategy}versions/1/edit/")
        area = tab.page.locator("textarea#code")
        area.fill(area.input_value().replace("fast = 5", value))
    press_save(one)
    one.page.wait_for_url("**/versions/2/")
    press_save(other)
    expect(other.page.locator("[data-result=conflict]")).to_contain_text("其间已经产生了版本 2")
    assert "fast = 7" in other.page.locator("textarea#code").input_value()
    press_save(other)
    other.page.wait_for_url("**/versions/3/")
    assert other.problems == [CONFLICT]


def test_two_codes_stand_beside_each_other_and_stack_where_it_is_narrow(
    house: Product, alice: Person, open_tab: OpenTab
) -> None:
    _conversation, strategy = versions_of(house, "fast = 6")
    for width in (1280, 390):
        tab = open_tab(house, alice, width=width)
        tab.open(f"{strategy}compare/?from=1&to=2")
        changed = tab.page.locator(".diff-changed", has_text="fast = 6")
        old, new = changed.locator(".diff-old").bounding_box(), changed.locator(".diff-new").bounding_box()
        assert old is not None and new is not None  # noqa: PT018
        assert (old["y"] == new["y"]) is (width == 1280)
        assert (old["x"] == new["x"]) is (width == 390)
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
        tab.page.keyboard.press("n")
        expect(tab.page.locator("#change-1")).to_be_focused()
        tab.page.locator(".diff-fold summary").first.click()
        assert tab.problems == []
