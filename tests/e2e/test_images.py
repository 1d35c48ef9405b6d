"""Images in a message as a person attaches them: nothing of it is lost, and it is sent once."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenTab
from tests.support import pictures
from tests.support.browser import Tab
from tests.support.product import Person, Product
from tests.support.rig import Rig

PNG: Any = {"name": "chart.png", "mimeType": "image/png", "buffer": pictures.png()}

# a paste or a drop, as the browser tells the page of it
GIVE = """
([kind, name, type, data]) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name, {type}));
    const target = document.querySelector('textarea[name=content]');
    const event = kind === 'paste'
        ? new ClipboardEvent('paste', {clipboardData: transfer, bubbles: true, cancelable: true})
        : new DragEvent('drop', {dataTransfer: transfer, bubbles: true, cancelable: true});
    target.dispatchEvent(event);
}
"""

# whether the field for files is asked for some; its dialogue belongs to the system
ASKED = """
() => ({promise: new Promise((resolve) => {
    document.querySelector('[data-image-input]').addEventListener('click', (event) => {
        event.preventDefault();
        resolve(event.type);
    }, {once: true});
})})
"""


@pytest.fixture(scope="module")
def seeing(rig: Rig) -> Iterator[Product]:
    """A product whose default model takes no images, and that offers one which does."""
    made = rig.product(environment={**rig.model_settings, "TRADEME_MODELS": "openai:sees+images"})
    made.start()
    yield made
    made.terminate()


def conversation_of(tab: Tab, person: Person) -> str:
    conversation = person.new_conversation("general")
    tab.open(f"/chat/{conversation}/")
    tab.wait_until_connected()
    return conversation


def attach(tab: Tab, file: Any = None) -> None:
    tab.page.locator("[data-image-input]").set_input_files(file or PNG)


def give(tab: Tab, kind: str, name: str, media_type: str, data: bytes) -> None:
    tab.page.evaluate(GIVE, [kind, name, media_type, base64.b64encode(data).decode()])


def conversations_of(person: Person) -> list[str]:
    return [row["id"] for row in person.http.get("/api/conversations/").json()["results"]]


def shown(person: Person, conversation: str) -> list[tuple[str, int]]:
    rows = person.messages(conversation)
    return [(row["content"], len(row["attachments"])) for row in rows if row["role"] == "user"]


def test_an_image_is_attached_sent_to_a_model_that_takes_it_and_there_after_a_reload(
    seeing: Product, open_tab: OpenTab
) -> None:
    person = seeing.person("ada")
    tab = open_tab(seeing, person)
    conversation = conversation_of(tab, person)
    attached = tab.page.locator("[data-images] .attached")
    attach(tab)
    expect(attached.locator("img")).to_be_visible()
    tab.say("what do you see?")
    expect(tab.page.locator("[data-error]")).to_contain_text("takes no images")
    expect(tab.composer).to_have_value("what do you see?")
    assert shown(person, conversation) == [], "it is said before anything is sent"
    tab.page.locator("[data-model-choice]").select_option("openai:sees")
    expect(tab.page.locator("[data-error]")).to_be_hidden()
    tab.page.locator('[data-action="send"]').click()
    expect(tab.message("assistant")).to_have_attribute("data-status", "complete")
    image = tab.message("user").locator(".message-images img")
    expect(image).to_be_visible()
    assert image.evaluate("image => image.naturalWidth") == 320
    expect(attached).to_have_count(0)
    tab.page.reload()
    expect(image).to_be_visible()
    assert shown(person, conversation) == [("what do you see?", 1)]
    # an edit begins with the image, and may leave it away
    tab.message("user").locator('[data-action="edit"]').click()
    expect(attached.locator("img")).to_be_visible()
    attached.locator("[data-remove]").click()
    tab.say("and without it?")
    expect(tab.message("user")).to_contain_text("and without it?")
    expect(tab.message("assistant")).to_have_attribute("data-status", "complete")
    assert shown(person, conversation)[-1] == ("and without it?", 0)
    assert tab.problems == []


def test_images_are_part_of_the_draft_and_what_cannot_be_shown_is_said(seeing: Product, open_tab: OpenTab) -> None:
    person = seeing.person("bea")
    tab = open_tab(seeing, person)
    conversation_of(tab, person)
    attached = tab.page.locator("[data-images] .attached")
    give(tab, "paste", "pasted.png", "image/png", pictures.png())
    give(tab, "drop", "dropped.webp", "image/webp", pictures.webp())
    expect(attached.locator("img")).to_have_count(2)
    tab.page.reload()
    expect(attached.locator("img")).to_have_count(2)
    assert attached.locator(".attached-name").all_inner_texts() == ["pasted.png", "dropped.webp"]
    give(tab, "drop", "notes.txt", "text/plain", b"words")
    expect(attached.last).to_contain_text("Only PNG, JPEG and WebP")
    give(tab, "drop", "broken.png", "image/png", pictures.png()[:300])
    expect(attached.last).to_contain_text("cannot be read")
    give(tab, "drop", "fifth.png", "image/png", pictures.png())
    expect(tab.page.locator("[data-error]")).to_contain_text("4 images")
    attached.first.locator("[data-remove]").focus()
    tab.page.keyboard.press("Enter")
    expect(attached).to_have_count(3)


def test_a_conversation_starts_with_the_images_that_were_given_on_its_first_page(
    seeing: Product, open_tab: OpenTab
) -> None:
    person = seeing.person("dag")
    tab = open_tab(seeing, person, width=390)
    tab.open("/chat/?kind=general")
    attached, error = tab.page.locator("[data-images] .attached"), tab.page.locator("[data-error]")
    start = tab.page.locator("[data-new-conversation] button[type=submit]")
    # by keyboard: the field for files is asked
    asked = tab.page.evaluate_handle(ASKED)
    tab.page.locator("[data-action=attach]").focus()
    tab.page.keyboard.press("Enter")
    assert asked.evaluate("({promise}) => promise") == "click"
    attach(tab)
    expect(attached.locator("img")).to_have_count(1)
    give(tab, "drop", "dropped.webp", "image/webp", pictures.webp())
    expect(attached.locator("img")).to_have_count(2)
    expect(error).to_contain_text("takes no images")
    start.click()
    expect(error).to_contain_text("Write what you want to know")
    tab.composer_of_a_new_one.fill("what do you see?")
    tab.page.reload()
    expect(attached.locator("img")).to_have_count(2)
    expect(tab.composer_of_a_new_one).to_have_value("what do you see?")
    start.click()
    expect(error).to_contain_text("takes no images")
    assert conversations_of(person) == [], "it is said before anything is made"
    tab.page.locator("[data-model-choice]").select_option("openai:sees")
    expect(error).to_be_hidden()
    give(tab, "paste", "broken.png", "image/png", pictures.png()[:300])
    expect(attached.last).to_contain_text("cannot be read")
    start.click()
    expect(error).to_contain_text("could not be uploaded")
    attached.last.locator("[data-remove]").click()
    tab.page.locator("[data-new-conversation] input[value=general]").check(force=True)
    start.click()
    expect(tab.message("user").locator(".message-images img")).to_have_count(2)
    expect(tab.message("assistant")).to_have_attribute("data-status", "complete")
    [conversation] = conversations_of(person)
    assert shown(person, conversation) == [("what do you see?", 2)]
    # the page that starts a conversation is empty again, and "back" does not bring them back
    tab.open("/chat/")
    expect(tab.composer_of_a_new_one).to_have_value("")
    expect(attached).to_have_count(0)


def test_a_message_with_an_image_that_was_sent_offline_arrives_once(seeing: Product, open_tab: OpenTab) -> None:
    person = seeing.person("cem")
    tab = open_tab(seeing, person)
    conversation = conversation_of(tab, person)
    tab.page.locator("[data-model-choice]").select_option("openai:sees")
    attach(tab)
    expect(tab.page.locator("[data-images] img")).to_be_visible()
    tab.page.context.set_offline(True)
    tab.say("sent while away")
    expect(tab.unsent).to_have_count(1)
    expect(tab.unsent.locator("img")).to_have_count(1)
    tab.page.context.set_offline(False)
    tab.try_now()
    expect(tab.message("assistant")).to_have_attribute("data-status", "complete")
    expect(tab.message("user").locator(".message-images img")).to_be_visible()
    assert shown(person, conversation) == [("sent while away", 1)]
