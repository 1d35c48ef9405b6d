"""A PostgreSQL cluster of its own in a temporary folder.

Products connect as ``trademe``, who is no superuser and so meets the limits that an operator sets; ``admin`` is ours.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.processes import NotReady, Server, free_port, primary_group, unprivileged_user


def binaries() -> Path | None:
    """The folder of ``initdb`` and ``postgres``, the newest version; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


ROLE = "trademe"
ADMIN = "admin"
NO_LIMIT = -1


class PostgresCluster(Server):
    """``durable`` keeps fsync on, for benchmarks; tests do not pull the plug and go without.

    ``folder`` is where the data lie, a temporary one by default; ``environment`` is added to the server's own.
    """

    def __init__(
        self, durable: bool = False, *, folder: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        bin_dir = binaries()
        assert bin_dir is not None, "PostgreSQL is not installed"
        self._bin = bin_dir
        self._user = unprivileged_user()
        self.folder = Path(tempfile.mkdtemp(prefix="trademe-postgres-"))
        self._data = (folder or self.folder) / "data"
        self._environment = dict(environment or {})
        self.port = free_port()
        self._durable = durable
        self._databases = 0
        if self._user:
            for owned in {self.folder, self._data.parent}:
                os.chown(owned, pwd.getpwnam(self._user).pw_uid, primary_group(self._user))
        super().__init__(self.folder / "postgres.log")

    def start(self) -> None:
        if new := not self._data.exists():
            self._initialise()
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "max_connections": "200",
        }
        if not self._durable:
            options |= {"fsync": "off", "full_page_writes": "off"}
        command = [str(self._bin / "postgres"), "-D", str(self._data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        environment = {**os.environ, **self._environment}
        self.spawn(command, self._answers, folder=self.folder, user=self._user, environment=environment)
        if new:
            with self.connect("postgres") as connection:
                # CREATEDB for Django's own test database
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(ROLE)))

    def revive(self, deadline: float = 30.0) -> None:
        """After a crash: wait for its recovery, or start it when it has given up; returns when it answers."""
        ends = time.monotonic() + deadline
        while not self._answers():
            if time.monotonic() > ends:
                raise NotReady(f"PostgreSQL did not come back:\n{self.log[-4000:]}")
            if self._exited_within(0.1):
                self.start()

    def stop(self, immediate: bool = False) -> None:
        """End all sessions and shut down cleanly, as an operator's restart does; ``immediate`` is a crash."""
        self._end(signal.SIGQUIT if immediate else signal.SIGINT)

    def remove(self) -> None:
        self.thaw()
        self.stop(immediate=True)
        shutil.rmtree(self._data, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str, port: int | None = None) -> str:
        """As products connect; ``port`` is that of a proxy."""
        return f"postgres://{ROLE}@127.0.0.1:{port or self.port}/{database}"

    def create_database(self, template: str = "template1") -> str:
        """The URL of a new database, empty or a copy of ``template``."""
        self._databases += 1
        name = f"trademe_{self._databases}"
        with self.connect("postgres") as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                    sql.Identifier(name), sql.Identifier(template), sql.Identifier(ROLE)
                )
            )
        return self.url(name)

    def drop_database(self, url: str) -> None:
        with self.connect("postgres") as connection:
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(url.rpartition("/")[2])))

    def dump(self, url: str, to: Path) -> None:
        """Write a database as SQL."""
        self._run("pg_dump", "--no-owner", "--file", str(to), url)

    def load(self, url: str, dump: Path) -> None:
        """Read a dump into an empty database."""
        self._run("psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--output=/dev/null", "-f", str(dump), url)

    def connect(self, database: str) -> "psycopg.Connection[tuple[object, ...]]":
        """A superuser's session, which no limit refuses."""
        return psycopg.connect(
            f"postgres://{ADMIN}@127.0.0.1:{self.port}/{database}", autocommit=True, connect_timeout=5
        )

    def limit_connections(self, count: int = NO_LIMIT) -> None:
        """Products lose their connections and get at most ``count`` from now on; without a count, any number."""
        with self.connect("postgres") as connection:
            connection.execute(
                sql.SQL("ALTER ROLE {} CONNECTION LIMIT {}").format(sql.Identifier(ROLE), sql.Literal(count))
            )
        if count != NO_LIMIT:
            self.end_sessions()

    def write_log(self, megabytes: int = 17) -> None:
        """Make the write-ahead log need its next segment of 16 MB, which a full disk has not."""
        with self.connect("postgres") as connection:
            for _ in range(megabytes):
                connection.execute("SELECT pg_logical_emit_message(true, 'filler', repeat('x', 1024 * 1024))")

    def end_sessions(self) -> int:
        """Terminate the products' sessions, as a failover does; returns how many."""
        with self.connect("postgres") as connection:
            ended = connection.execute(
                "WITH ended AS (SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s)"
                " SELECT count(*) FROM ended",
                [ROLE],
            ).fetchone()
        assert ended is not None
        return int(str(ended[0]))

    def _initialise(self) -> None:
        done = subprocess.run(
            [
                *(str(self._bin / "initdb"), "-D", str(self._data), "-U", ADMIN, "-A", "trust"),
                *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            user=self._user,
            group=primary_group(self._user) if self._user else None,
            extra_groups=[] if self._user else None,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._bin / program), *arguments],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def _answers(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True
