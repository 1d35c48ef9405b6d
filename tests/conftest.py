"""Nouns that all tests share. Databases, Redis and the product itself are real processes, started and stopped here."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from django.utils import translation

from chat import providers
from chat.models import Conversation, Turn
from tests.support import templates
from tests.support.model_server import ModelServer
from tests.support.postgres import PostgresCluster
from tests.support.product import Product
from tests.support.redis import RedisServer
from tests.support.rig import CONFIGURATIONS, Missing, Rig
from tests.support.rows import finish_turn
from trademe.accounts.models import User

Made = TypeVar("Made")

TESTS = Path(__file__).parent
IN_PROCESS = tuple(str(TESTS / name) for name in ("chat", "strategies", "trademe"))


def pytest_configure() -> None:
    templates.folder()  # before pytest's workers start, which share it


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests in this process that touch the database run on SQLite and again on PostgreSQL (``-m both_databases``)."""
    for item in items:
        uses_database = item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(
            getattr(item, "fixturenames", ())
        )
        if uses_database and str(item.path).startswith(IN_PROCESS):
            item.add_marker("both_databases")


@pytest.fixture(autouse=True)
def _keep_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """channels closes connections around each unit of work, also the one that holds the test's transaction."""
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)


@pytest.fixture(autouse=True)
def _no_trace_in_this_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A page's language and the providers that a test registers would be those of whichever test comes next."""
    for registry in ("_FACTORIES", "_PROVIDERS"):
        monkeypatch.setattr(providers, registry, dict(getattr(providers, registry)))
    yield
    translation.deactivate()


# --- in this process ----------------------------------------------------------------------------------------------


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("owner", password="owner-password-1")


@pytest.fixture
def stranger(db: None) -> User:
    """Somebody else, who may see nothing of the owner's."""
    return User.objects.create_user("stranger", password="stranger-password-1")


@pytest.fixture
def conversation(owner: User) -> Conversation:
    return Conversation.objects.create(owner=owner, kind=Conversation.Kind.STRATEGY, title="Golden cross")


@pytest.fixture
def finished_turn(conversation: Conversation) -> Turn:
    """A question and its stored reply, as a completed turn leaves them."""
    return finish_turn(conversation)


# --- real servers, and the product from outside ---------------------------------------------------------------------

every_configuration = pytest.mark.parametrize("configuration", CONFIGURATIONS, indirect=True)

# Makes a product that is not started yet; ``beside`` another one it is a second process on the same database.
MakeProduct = Callable[..., Product]


@pytest.fixture(scope="session")
def rig() -> Iterator[Rig]:
    with Rig() as servers:
        yield servers


@pytest.fixture
def postgres(rig: Rig) -> PostgresCluster:
    return _unless_missing(lambda: rig.postgres)


@pytest.fixture
def redis_server(rig: Rig) -> RedisServer:
    return _unless_missing(lambda: rig.redis)


@pytest.fixture
def model_server(rig: Rig) -> ModelServer:
    """Speaks the OpenAI and Anthropic streams; a message says how it is to be answered."""
    return rig.model_server


@pytest.fixture
def configuration(request: pytest.FixtureRequest) -> str:
    """Server and database of ``product``; ``@every_configuration`` runs a test on all of them."""
    return str(getattr(request, "param", CONFIGURATIONS[0]))


@pytest.fixture
def make_product(rig: Rig, configuration: str) -> Iterator[MakeProduct]:
    made: list[Product] = []

    def make(beside: Product | None = None, **environment: str) -> Product:
        made.append(_unless_missing(lambda: rig.product(configuration, environment, beside=beside)))
        return made[-1]

    try:
        yield make
    finally:
        for product in made:
            product.remove()


@pytest.fixture
def product(make_product: MakeProduct) -> Product:
    """A running product with an empty database and the built-in strategist."""
    made = make_product()
    made.start()
    return made


@pytest.fixture
def talking_product(make_product: MakeProduct, rig: Rig) -> Product:
    """A running product whose replies come from the model server, as slowly as the message asks."""
    made = make_product(**rig.model_settings)
    made.start()
    return made


def _unless_missing(make: Callable[[], Made]) -> Made:
    try:
        return make()
    except Missing as missing:
        pytest.skip(str(missing))
