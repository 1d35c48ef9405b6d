"""A PostgreSQL cluster of its own in a temporary folder."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.processes import Server, free_port, primary_group, unprivileged_user


def binaries() -> Path | None:
    """The folder of ``initdb`` and ``postgres``, the newest version; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


class PostgresCluster(Server):
    """``durable`` keeps fsync on, for benchmarks; tests do not pull the plug and go without."""

    def __init__(self, durable: bool = False) -> None:
        bin_dir = binaries()
        assert bin_dir is not None, "PostgreSQL is not installed"
        self._bin = bin_dir
        self._user = unprivileged_user()
        self.folder = Path(tempfile.mkdtemp(prefix="trademe-postgres-"))
        self._data = self.folder / "data"
        self.port = free_port()
        self._durable = durable
        self._databases = 0
        if self._user:
            os.chown(self.folder, pwd.getpwnam(self._user).pw_uid, primary_group(self._user))
        super().__init__(self.folder / "postgres.log")

    def start(self) -> None:
        if not self._data.exists():
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
        self.spawn(command, self._answers, folder=self.folder, user=self._user)

    def stop(self) -> None:
        """End all sessions and shut down cleanly, as an operator's restart does."""
        self._end(signal.SIGINT)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgres://trademe@127.0.0.1:{self.port}/{database}"

    def create_database(self, template: str = "template1") -> str:
        """The URL of a new database, empty or a copy of ``template``."""
        self._databases += 1
        name = f"trademe_{self._databases}"
        with self.connect("postgres") as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
            )
        return self.url(name)

    def connect(self, database: str) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(self.url(database), autocommit=True, connect_timeout=5)

    def _initialise(self) -> None:
        done = subprocess.run(
            [
                *(str(self._bin / "initdb"), "-D", str(self._data), "-U", "trademe", "-A", "trust"),
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

    def _answers(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True
