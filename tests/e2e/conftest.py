"""A browser for the tests of this folder, closed before others run: its event loop would disturb them."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browser import Tab, chromium_path, running_chromium
from tests.support.product import Person, Product
from tests.support.rig import Rig

OpenTab = Callable[..., Tab]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    if chromium_path() is None:
        pytest.skip("Chromium is not installed")
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def house(rig: Rig) -> Product:
    """One running product for all tests that leave it running, with the model server behind it."""
    made = rig.product(environment=rig.model_settings)
    made.start()
    return made


@pytest.fixture
def alice(house: Product) -> Person:
    return house.person("alice")


@pytest.fixture
def open_tab(chromium: Browser) -> Iterator[OpenTab]:
    """``open_tab(product, person)``: a tab with a browser profile of its own; ``beside=tab`` shares that tab's.

    ``address`` is where the browser finds the product, if not directly.
    """
    contexts = []

    def open_one(
        product: Product,
        person: Person | None = None,
        *,
        beside: Tab | None = None,
        language: str = "en",
        width: int = 1280,
        address: str = "",
    ) -> Tab:
        address = address or product.url
        if beside is not None:
            return Tab(beside.page.context, address)
        context = chromium.new_context(locale=language, viewport={"width": width, "height": 844})
        contexts.append(context)
        if person is not None:
            context.add_cookies([{"name": "sessionid", "value": person.session, "url": address}])
        return Tab(context, address)

    yield open_one
    for context in contexts:
        context.close()
