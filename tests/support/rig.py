"""All the servers that a run needs, each started when it is first asked for and ended with the rig."""

import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support import postgres as postgres_support
from tests.support.model_server import ModelServer, running_model_server
from tests.support.postgres import PostgresCluster
from tests.support.product import Product, Setup
from tests.support.redis import RedisServer

CONFIGURATIONS = ("uvicorn-sqlite", "daphne-sqlite", "uvicorn-postgres", "daphne-postgres")
SECRET_KEY = "a key that only tests use, for sessions that move between processes"


class Missing(Exception):
    """A program that is not installed on this machine."""


class Rig:
    """``durable`` PostgreSQL is for measurements."""

    def __init__(self, durable: bool = False) -> None:
        self._durable = durable
        self._ends = ExitStack()
        self.folder = Path(tempfile.mkdtemp(prefix="trademe-rig-"))
        self._ends.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self._products = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._ends.close()

    @cached_property
    def postgres(self) -> PostgresCluster:
        if postgres_support.binaries() is None:
            raise Missing("PostgreSQL is not installed")
        cluster = PostgresCluster(self._durable)
        self._ends.callback(cluster.remove)
        cluster.start()
        return cluster

    @cached_property
    def redis(self) -> RedisServer:
        if shutil.which("redis-server") is None:
            raise Missing("Redis is not installed")
        server = RedisServer()
        self._ends.callback(server.remove)
        server.start()
        return server

    @cached_property
    def model_server(self) -> ModelServer:
        return self._ends.enter_context(running_model_server())

    @property
    def model_settings(self) -> dict[str, str]:
        """The environment of a product whose replies come from the model server."""
        return {
            "TRADEME_MODEL": "openai:test",
            "OPENAI_BASE_URL": f"{self.model_server.url}/v1",
            "OPENAI_API_KEY": "sk-test",
        }

    def product(
        self,
        configuration: str = CONFIGURATIONS[0],
        environment: Mapping[str, str] | None = None,
        *,
        beside: Product | None = None,
    ) -> Product:
        """A product that is not started yet, with an empty database; ``beside`` another one, on that one's database."""
        self._products += 1
        folder = self.folder / f"product-{self._products}"
        folder.mkdir()
        server, _, database = configuration.partition("-")
        environment = {"SECRET_KEY": SECRET_KEY, **(environment or {})}
        if beside is not None:
            setup = Setup(server, beside.setup.database_url, beside.setup.redis_url, environment)
        elif database == "postgres":
            url = self.postgres.create_database(self._migrated_postgres)
            setup = Setup(server, url, self.redis.url, environment)
        else:
            shutil.copy(self._migrated_sqlite, folder / "trademe.sqlite3")
            setup = Setup(server, environment=environment)
        made = Product(folder, setup)
        self._ends.callback(made.kill9)
        return made

    @cached_property
    def _migrated_sqlite(self) -> Path:
        """An empty, migrated database file to copy."""
        template = Product(self.folder / "sqlite-template")
        template.migrate()
        return template.folder / "trademe.sqlite3"

    @cached_property
    def _migrated_postgres(self) -> str:
        """The name of an empty, migrated database to copy."""
        url = self.postgres.create_database()
        Product(self.folder / "postgres-template", Setup(database_url=url)).migrate()
        return url.rpartition("/")[2]
