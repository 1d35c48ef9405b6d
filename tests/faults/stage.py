"""Where the faults happen: the server processes of one configuration, the people at them, the model behind them."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from tests.support.product import Person, Product
from tests.support.proxy import Proxy
from tests.support.rig import Rig

LEASE_SECONDS = 5.0
LIMIT = LEASE_SECONDS + 3.0  # seconds in which a page must tell the truth
DEADLINE = 60.0  # seconds after which a run is given up

#: name in the table → server and database, number of processes
CONFIGURATIONS = {
    "SQLite, one process": ("uvicorn-sqlite", 1),
    "PostgreSQL + Redis, two processes": ("uvicorn-postgres", 2),
    "SQLite, one process, daphne": ("daphne-sqlite", 1),
    "PostgreSQL + Redis, two processes, daphne": ("daphne-postgres", 2),
}
ONE, TWO, ONE_DAPHNE, TWO_DAPHNE = CONFIGURATIONS


class Stage:
    """``products`` run all the time, except where a case ends one; ``ready`` brings them all back.

    ``proxied``: between each process and its PostgreSQL and Redis stands a proxy.
    """

    def __init__(
        self, rig: Rig, configuration: str, *, proxied: bool = False, environment: Mapping[str, str] | None = None
    ) -> None:
        self.rig = rig
        self.configuration = configuration
        self.database_proxies: list[Proxy] = []  # by process
        self.redis_proxies: list[Proxy] = []
        server, processes = CONFIGURATIONS[configuration]
        self.products: list[Product] = []
        self._starters = ThreadPoolExecutor(max_workers=processes, thread_name_prefix="start")
        self._starting: dict[int, Future[None]] = {}
        for _number in range(processes):
            beside = self.products[0] if self.products else None
            settings = rig.model_settings | {
                "TRADEME_RATE_LIMITS": "off",
                "TRADEME_LEASE_SECONDS": str(int(LEASE_SECONDS)),
            }
            product = rig.product(server, {**settings, **(environment or {})}, beside=beside)
            if proxied and product.setup.database_url:
                self._put_proxies_before(product)
            self.prepare(product)
            product.setup.environment["TRADEME_FAILPOINTS"] = str(product.folder / "failpoints")
            (product.folder / "failpoints").mkdir()
            self.products.append(product)
        for index in range(processes):
            self.start(index)
        self.ready()
        self._people: dict[int, Person] = {}

    def prepare(self, product: Product) -> None:
        """For stages of their own: called before a process starts for the first time."""

    def _put_proxies_before(self, product: Product) -> None:
        rig, setup = self.rig, product.setup
        database, redis = Proxy(rig.postgres.port), Proxy(rig.redis.port)
        self.database_proxies.append(database)
        self.redis_proxies.append(redis)
        name = setup.database_url.rpartition("/")[2]
        product.setup = replace(
            setup, database_url=rig.postgres.url(name, database.port), redis_url=rig.redis.url_through(redis.port)
        )

    # --- processes -----------------------------------------------------------------------------------------------

    def start(self, index: int) -> None:
        """Begin to start a process again, without waiting for it."""
        if index not in self._starting and not self.products[index].is_running:
            self._starting[index] = self._starters.submit(self.products[index].start, 60.0)

    def ready(self) -> None:
        """Return when every process serves."""
        for index, product in enumerate(self.products):
            if not product.is_running:
                self.start(index)
        for index in list(self._starting):
            self._starting.pop(index).result()
        for product in self.products:
            for file in self._failpoints(product).iterdir():
                file.unlink()

    def kill(self, index: int) -> float:
        """``kill -9``; the monotonic time of the death."""
        self.products[index].kill9()
        return time.monotonic()

    def other(self, index: int) -> int:
        """Another process than that one; itself where there is only one."""
        return (index + 1) % len(self.products)

    def pick(self, seed: int) -> int:
        """The process that this seed hits: each in its turn."""
        return seed % len(self.products)

    def person(self, index: int = 0) -> Person:
        """The same person at each process."""
        if index not in self._people:
            first = self.products[0].person("alice")
            self._people[index] = first if index == 0 else first.at(self.products[index])
        return self._people[index]

    def close(self) -> None:
        self._starters.shutdown()
        for product in reversed(self.products):
            product.remove()
        for proxy in (*self.database_proxies, *self.redis_proxies):
            proxy.close()

    # --- named places --------------------------------------------------------------------------------------------

    def at(self, index: int, point: str, action: str, passes: int = 1) -> None:
        """The process kills, freezes or holds itself when it passes that place for the ``passes``-th time."""
        folder = self._failpoints(self.products[index])
        waiting = folder / f".{point}"
        waiting.write_text(f"{action} {passes}")
        waiting.rename(folder / point)

    def reached(self, index: int, point: str, deadline: float = DEADLINE) -> float:
        """Wait until it did; the monotonic time."""
        marker = self._failpoints(self.products[index]) / f"{point}.reached"
        wait_until(marker.exists, deadline, f"{point} was not reached")
        return time.monotonic()

    def died(self, index: int, deadline: float = DEADLINE) -> float:
        """Wait until the process has killed itself; the monotonic time."""
        process = self.products[index].process
        assert process is not None
        process.wait(deadline)
        return time.monotonic()

    def release(self, index: int, point: str) -> None:
        """A held process goes on."""
        (self._failpoints(self.products[index]) / point).unlink(missing_ok=True)

    @staticmethod
    def _failpoints(product: Product) -> Path:
        return Path(product.setup.environment["TRADEME_FAILPOINTS"])

    # --- the whole -----------------------------------------------------------------------------------------------

    def verify(self) -> list[str]:
        """What ``verify_chats`` finds wrong in the database; empty when it is sound."""
        code, output = self.products[0].try_to_manage("verify_chats")
        return [] if code == 0 else [f"verify_chats: {output.strip()[-2000:]}"]


def wait_until(true: Callable[[], bool], deadline: float, words: str) -> None:
    """Wait for a condition of another process; raises TimeoutError with ``words``."""
    ends = time.monotonic() + deadline
    while not true():
        if time.monotonic() > ends:
            raise TimeoutError(f"{words} within {deadline:.0f} s")
        time.sleep(0.005)
