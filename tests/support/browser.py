"""Debian's Chromium, and a tab of it as a person sees it: messages, composer, version buttons."""

import hashlib
import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    WebSocketRoute,
    expect,
    sync_playwright,
)

DEADLINE = 20_000  # ms

ARGUMENTS = [
    "--no-sandbox",  # as root, and in containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium_path() -> str | None:
    """The shell without windows first: the whole browser spends as much again on toolbars that nobody sees."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def running_chromium() -> Iterator[Browser]:
    path = chromium_path()
    assert path is not None, "Chromium is not installed"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


# Each state of the running reply's text, as the page shows it: whatever is not the one before and more is noted.
WATCH_TEXT = """
window.__broken = [];
const texts = new Map();
new MutationObserver(() => {
    for (const live of document.querySelectorAll('[data-message-id][data-status=running] .prose-live')) {
        const id = live.closest('[data-message-id]').dataset.messageId;
        const before = texts.get(id) ?? '';
        const now = live.firstChild?.data ?? '';
        if (!now.startsWith(before)) window.__broken.push([before, now]);
        texts.set(id, now);
    }
}).observe(document, {subtree: true, childList: true, characterData: true});
"""


@dataclass(frozen=True)
class Shown:
    """One message on the screen."""

    id: str
    role: str
    status: str
    text: str


class Tab:
    """A page of a browser and what a person does in it. ``problems`` collects what the console complained of."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(DEADLINE)
        self.address = address
        self.problems: list[str] = []
        self.strangers: list[str] = []  # requests that left this machine
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.problems.append(f"{error.message}\n{error.stack}"))
        self.page.on("request", self._see)

    def watch_text(self) -> None:
        """From the next page on, note each text of a running reply that is not the one before and more."""
        self.page.add_init_script(WATCH_TEXT)

    @property
    def broken_texts(self) -> list[tuple[str, str]]:
        """What ``watch_text`` noted on this page: a text that was shown, and what took its place."""
        rows = self.page.evaluate("window.__broken")
        return [(str(before), str(now)) for before, now in rows]

    def open(self, path: str) -> None:
        self.page.goto(path if "://" in path else f"{self.address}{path}")

    # --- conversation ---------------------------------------------------------------------------------------------

    def begin(self, text: str, kind: str = "strategy") -> str:
        """Start a conversation from the list page with its first message; returns the conversation's id."""
        self.open("/chat/")
        # the radio itself is drawn by its label
        self.page.locator(f'input[name="kind"][value="{kind}"]').check(force=True)
        self.page.locator("[data-new-conversation] textarea").fill(text)
        self.page.locator("[data-new-conversation] button[type=submit]").click()
        self.page.wait_for_url(re.compile(r"/chat/[0-9a-f-]{36}/"))
        return urlsplit(self.page.url).path.split("/")[2]

    @property
    def composer(self) -> Locator:
        return self.page.locator("[data-composer] textarea")

    def say(self, text: str) -> None:
        self.composer.fill(text)
        self.page.locator('[data-action="send"]').click()

    @property
    def composer_of_a_new_one(self) -> Locator:
        return self.page.locator("[data-new-conversation] textarea")

    @property
    def connection(self) -> Locator:
        """The line that says what is wrong with the connection; hidden while all is well."""
        return self.page.locator("[data-connection]")

    @property
    def unsent(self) -> Locator:
        """The messages that the server has not acknowledged."""
        return self.page.locator("[data-pending] [data-request-id]")

    def try_now(self) -> None:
        """Press "Try now", or nothing where the page has connected by itself meanwhile."""
        self.page.locator('[data-action="try-now"]').evaluate("button => button.click()")

    def wait_until_connected(self) -> None:
        expect(self.connection).to_have_attribute("data-state", "open", timeout=DEADLINE)

    def message(self, role: str, number: int = -1) -> Locator:
        """The message of that role, the last one by default."""
        found = self.page.locator(f'[data-message-id][data-role="{role}"]')
        return found.last if number == -1 else found.nth(number)

    @property
    def running(self) -> Locator:
        return self.page.locator('[data-message-id][data-status="running"]')

    def wait_for_replies(self, count: int, status: str = "complete") -> None:
        """Until there are that many replies and the last one has ended so."""
        replies = self.page.locator('[data-message-id][data-role="assistant"]')
        expect(replies).to_have_count(count, timeout=DEADLINE)
        expect(replies.last).to_have_attribute("data-status", status, timeout=DEADLINE)

    def wait_for_text(self, characters: int) -> str:
        """Until the running reply shows at least that much; returns what it shows."""
        body = self.running.locator(".message-body")
        self.page.wait_for_function(
            """count => {
                const body = document.querySelector('[data-status="running"] .message-body');
                return body && body.textContent.trim().length >= count;
            }""",
            arg=characters,
        )
        return body.inner_text()

    def messages(self) -> list[Shown]:
        """Everything that is shown, in order."""
        rows = self.page.locator("[data-message-id]").evaluate_all(
            """all => all.filter(m => !m.closest('template')).map(m => [
                m.dataset.messageId, m.dataset.role, m.dataset.status,
                m.querySelector('.message-body').innerText.trim()])"""
        )
        return [Shown(*row) for row in rows]

    # --- versions -------------------------------------------------------------------------------------------------

    def confirm(self) -> None:
        self.page.locator('[data-action="confirm"]').first.click()

    def version_buttons(self) -> list[tuple[int, int, str]]:
        """(strategy, number, address) of each version button, in order."""
        rows = self.page.locator("[data-strategy-id][data-version-number]").evaluate_all(
            "all => all.map(b => [Number(b.dataset.strategyId), Number(b.dataset.versionNumber), b.href])"
        )
        return [(int(strategy), int(number), str(href)) for strategy, number, href in rows]

    def code_sha256(self) -> str:
        """Of the code that is open, on a page or in the conversation's drawer, byte for byte."""
        code: str = self.page.locator("[data-code-sha256]:visible").last.evaluate("element => element.textContent")
        return hashlib.sha256(code.encode()).hexdigest()

    # --- watching -------------------------------------------------------------------------------------------------

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type}: {message.text}")

    def _see(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in ("127.0.0.1", None):
            self.strangers.append(request.url)


def shown_text(tab: Tab) -> str:
    """Exactly the characters that the page shows of the running reply; empty when none runs."""
    text: str = tab.page.evaluate(
        """() => document.querySelector('[data-message-id][data-status=running] .prose-live')?.firstChild?.data ?? ''"""
    )
    return text


class Wire:
    """Stands between a tab's sockets and the server; to be made before the page is opened.

    Frames pass only while the test waits for the browser, as with everything that Playwright hands to a test.
    """

    def __init__(self, tab: Tab) -> None:
        self.connections = 0
        self.refuse_with: int | None = None  # new connections are closed with this code
        self.silent = False  # nothing passes in either direction
        self.lose: set[str] = set()  # types of frames from the server that are lost
        self.answers: dict[str, dict[str, Any]] = {}  # a command of that type gets this frame and goes no further
        self.sent: list[dict[str, Any]] = []  # all commands of the page
        self.lost: list[dict[str, Any]] = []
        self.received: list[str] = []  # types of the frames that reached the page
        self._page = tab.page
        self._routes: list[WebSocketRoute] = []
        tab.page.route_web_socket(re.compile(r"/ws/chat/"), self._connect)

    def close(self, code: int) -> None:
        """Close what stands, as the server would."""
        for route in self._routes:
            route.close(code=code)
        self._routes.clear()

    def commands(self, kind: str) -> list[dict[str, Any]]:
        return [command for command in self.sent if command["type"] == kind]

    def wait_for_lost(self, kind: str) -> None:
        """Until a frame of that type came from the server and was lost."""
        self._wait(lambda: any(frame["type"] == kind for frame in self.lost), kind)

    def wait_for_received(self, kind: str, count: int) -> None:
        """Until that many frames of that type reached the page."""
        self._wait(lambda: self.received.count(kind) >= count, kind)

    def _wait(self, came: Callable[[], bool], kind: str) -> None:
        ends = time.monotonic() + DEADLINE / 1000
        while not came():
            assert time.monotonic() < ends, f"no {kind} came"
            self._page.evaluate("0")  # frames are handed over only while the browser is waited for

    def _connect(self, route: WebSocketRoute) -> None:
        self.connections += 1
        if self.refuse_with is not None:
            route.close(code=self.refuse_with)
            return
        self._routes.append(route)
        server = route.connect_to_server()

        def up(message: str | bytes) -> None:
            command = json.loads(message)
            self.sent.append(command)
            if self.silent:
                return
            answer = self.answers.get(command["type"])
            if answer is None:
                server.send(message)
            else:
                route.send(json.dumps({"request_id": command["request_id"], "turn_id": None} | answer))

        def down(message: str | bytes) -> None:
            frame = json.loads(message)
            if self.silent or frame["type"] in self.lose:
                self.lost.append(frame)
            else:
                self.received.append(frame["type"])
                route.send(message)

        route.on_message(up)
        server.on_message(down)
