"""Debian's Chromium, and a tab of it as a person sees it: messages, composer, version buttons."""

import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect, sync_playwright

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
    return shutil.which("chromium") or shutil.which("chromium-browser")


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
