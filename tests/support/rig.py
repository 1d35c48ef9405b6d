"""All the servers that a run needs, each started when it is first asked for and ended with the rig."""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support import postgres as postgres_support
from tests.support import templates
from tests.support.model_server import ModelServer, running_model_server
from tests.support.postgres import PostgresCluster
from tests.support.product import Product, Setup
from tests.support.redis import RedisServer

CONFIGURATIONS = ("uvicorn-sqlite", "daphne-sqlite", "uvicorn-postgres", "daphne-postgres")
DEFAULTS = {
    "SECRET_KEY": "a key that only tests use, for sessions that move between processes",
    "TRADEME_LEASE_SECONDS": "3",  # the dead are noticed sooner
    "TRADEME_SANDBOX_TEST_SECONDS": "3600",  # three seconds of processor; test_selftest lets a server run it
}


class Missing(Exception):
    """A program that is not installed on this machine."""


class Rig:
    """``cluster`` makes its PostgreSQL, once it is asked for."""

    def __init__(self, cluster: Callable[[], PostgresCluster] = PostgresCluster) -> None:
        self._cluster = cluster
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
        cluster = self._cluster()
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
            # the model server's calls are counted: one a message
            "TRADEME_TITLES": "off",
            "TRADEME_CONTEXT_TOKENS": "2000000",
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
        environment = DEFAULTS | dict(environment or {})
        if beside is not None:
            setup = Setup(server, beside.setup.database_url, beside.setup.redis_url, environment)
            accounts = beside.accounts
        elif database == "postgres":
            name, accounts = self._postgres_template
            setup = Setup(server, self.postgres.create_database(name), self.redis.url, environment)
        else:
            template = templates.sqlite(DEFAULTS)
            shutil.copy(template.file, folder)
            setup, accounts = Setup(server, environment=environment), template.accounts
        made = Product(folder, setup)
        made.accounts |= accounts
        self._ends.callback(made.remove)
        return made

    @cached_property
    def _postgres_template(self) -> tuple[str, dict[str, dict[str, Any]]]:
        """The name of a database of this cluster to copy, and who has an account in it."""
        template = templates.postgres(self.postgres, DEFAULTS)
        url = self.postgres.create_database()
        self.postgres.load(url, template.file)
        return url.rpartition("/")[2], template.accounts
