"""Nouns that all tests share. Databases, Redis and the product itself are real processes, started and stopped here."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chat.models import Conversation, Turn
from tests.support import postgres as postgres_support
from tests.support.model_server import ModelServer, running_model_server
from tests.support.postgres import PostgresCluster
from tests.support.product import Product, Setup
from tests.support.redis import RedisServer
from tests.support.rows import finish_turn
from trademe.accounts.models import User

TESTS = Path(__file__).parent
IN_PROCESS = tuple(str(TESTS / name) for name in ("chat", "strategies", "trademe"))


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


# --- servers ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    if postgres_support.binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    cluster = PostgresCluster()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.remove()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    if shutil.which("redis-server") is None:
        pytest.skip("Redis is not installed")
    server = RedisServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def model_server() -> Iterator[ModelServer]:
    """Speaks the OpenAI and Anthropic streams; a message says how it is to be answered."""
    with running_model_server() as server:
        yield server


# --- the product from outside -------------------------------------------------------------------------------------

CONFIGURATIONS = ("uvicorn-sqlite", "daphne-sqlite", "uvicorn-postgres", "daphne-postgres")
every_configuration = pytest.mark.parametrize("configuration", CONFIGURATIONS, indirect=True)

# Makes a product that is not started yet; ``beside`` another one it is a second process on the same database.
MakeProduct = Callable[..., Product]


@pytest.fixture
def configuration(request: pytest.FixtureRequest) -> str:
    """Server and database of ``product``; ``@every_configuration`` runs a test on all of them."""
    return str(getattr(request, "param", CONFIGURATIONS[0]))


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated database file to copy."""
    template = Product(tmp_path_factory.mktemp("sqlite-template"))
    template.migrate()
    return template.folder / "trademe.sqlite3"


@pytest.fixture(scope="session")
def migrated_postgres(postgres: PostgresCluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of an empty, migrated database to copy."""
    url = postgres.create_database()
    Product(tmp_path_factory.mktemp("postgres-template"), Setup(database_url=url)).migrate()
    return url.rpartition("/")[2]


@pytest.fixture
def make_product(request: pytest.FixtureRequest, configuration: str, tmp_path: Path) -> Iterator[MakeProduct]:
    made: list[Product] = []

    def make(beside: Product | None = None, **environment: str) -> Product:
        folder = tmp_path / f"product-{len(made) + 1}"
        server, _, database = configuration.partition("-")
        environment = {"SECRET_KEY": "a key that only tests use, for sessions that move", **environment}
        if beside is not None:
            setup = Setup(server, beside.setup.database_url, beside.setup.redis_url, environment)
        elif database == "postgres":
            cluster: PostgresCluster = request.getfixturevalue("postgres")
            redis: RedisServer = request.getfixturevalue("redis_server")
            template: str = request.getfixturevalue("migrated_postgres")
            setup = Setup(server, cluster.create_database(template), redis.url, environment)
        else:
            folder.mkdir()
            shutil.copy(request.getfixturevalue("migrated_sqlite"), folder / "trademe.sqlite3")
            setup = Setup(server, environment=environment)
        made.append(Product(folder, setup))
        return made[-1]

    try:
        yield make
    finally:
        for product in made:
            product.kill9()


@pytest.fixture
def product(make_product: MakeProduct) -> Product:
    """A running product with an empty database."""
    made = make_product()
    made.start()
    return made
