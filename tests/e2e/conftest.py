"""A browser for the tests of this folder, closed before others run: its event loop would disturb them."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browser import Tab, chromium_path, running_chromium
from tests.support.product import Person, Product

OpenTab = Callable[..., Tab]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    if chromium_path() is None:
        pytest.skip("Chromium is not installed")
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def open_tab(chromium: Browser) -> Iterator[OpenTab]:
    """``open_tab(product, person)``: a tab with a browser profile of its own; ``beside=tab`` shares that tab's."""
    contexts = []

    def open_one(
        product: Product,
        person: Person | None = None,
        *,
        beside: Tab | None = None,
        language: str = "en",
        width: int = 1280,
    ) -> Tab:
        if beside is not None:
            return Tab(beside.page.context, product.url)
        context = chromium.new_context(locale=language, viewport={"width": width, "height": 844})
        contexts.append(context)
        if person is not None:
            context.add_cookies([{"name": "sessionid", "value": person.session, "url": product.url}])
        return Tab(context, product.url)

    yield open_one
    for context in contexts:
        context.close()
