"""Trademe from outside: a server process that tests start, kill and start again, and the people who use it."""

import html
import json
import os
import re
import shutil
import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import httpx

from tests.support.processes import Server, free_port
from tests.support.socket_client import SocketClient
from trademe.serve import uvicorn_arguments

ROOT = Path(__file__).resolve().parent.parent.parent
_CSRF = "c" * 32


@dataclass(frozen=True)
class Setup:
    """With what a product runs: which server, which database and channel layer ("" means the default)."""

    server: str = "uvicorn"
    database_url: str = ""
    redis_url: str = ""
    environment: dict[str, str] = field(default_factory=dict)


class Product(Server):
    """One server process; several may share a database. ``restart`` keeps port and data."""

    def __init__(self, folder: Path, setup: Setup | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(folder / "server.log")
        self.folder = folder
        self.setup = setup or Setup()
        self.port = free_port()
        self.accounts: dict[str, dict[str, Any]] = {}  # who has an account and a session already
        self._people: list[Person] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    @property
    def environment(self) -> dict[str, str]:
        """Everything the process sees: nothing of the developer's own settings."""
        base = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        ours = {
            "TRADEME_DATA_DIR": str(self.folder),
            "PORT": str(self.port),
            "DATABASE_URL": self.setup.database_url,
            "REDIS_URL": self.setup.redis_url,
            "PYTHONUNBUFFERED": "1",
        }
        return base | {name: value for name, value in ours.items() if value} | self.setup.environment

    def migrate(self) -> None:
        self.manage("migrate", "--verbosity=0")

    def start(self, deadline: float = 40.0) -> None:
        """Serve; returns when ``/healthz`` answers."""
        if self.setup.server == "uvicorn":
            self._serve(["-m", "uvicorn", *uvicorn_arguments(self.port)], deadline)
        else:
            listen = ["-b", "127.0.0.1", "-p", str(self.port), "-v", "0"]
            # daphne drops larger frames without a word, also those that it sends, and a whole reply may be larger
            sizes = ["--websocket-max-message-size", "33554432", "--websocket-max-frame-size", "33554432"]
            self._serve(["-m", "daphne", *listen, *sizes, "trademe.asgi:application"], deadline)

    def start_as_make_run_does(self) -> None:
        """Migrate, greet and serve."""
        self._serve(["-m", "trademe.serve"], 60.0)

    def _serve(self, command: list[str], deadline: float) -> None:
        self.spawn(
            [sys.executable, *command], self._answers, environment=self.environment, folder=ROOT, deadline=deadline
        )

    def restart(self) -> None:
        self.terminate()
        self.start()

    def manage(self, *arguments: str, check: bool = True) -> str:
        """Run a management command in the product's environment and return what it printed."""
        return self._run("manage.py", *arguments, check=check)

    def try_to_manage(self, *arguments: str) -> tuple[int, str]:
        """The same where it may end otherwise than well: its exit code and everything that it printed."""
        done = self._finished("manage.py", *arguments)
        return done.returncode, done.stdout + done.stderr

    def person(self, name: str) -> "Person":
        """Somebody signed in, made by the product's own models."""
        return self.people(name)[0]

    def people(self, *names: str) -> "list[Person]":
        unknown = [name for name in names if name not in self.accounts]
        if unknown:
            made = json.loads(self._run("-m", "tests.support.people", *unknown))
            self.accounts |= {row["name"]: row for row in made}
        rows = [self.accounts[name] for name in names]
        return [self.welcome(Person(self, row["name"], row["id"], row["session"])) for row in rows]

    def welcome(self, person: "Person") -> "Person":
        """Remember whose connections are to be closed with this product."""
        self._people.append(person)
        return person

    def remove(self) -> None:
        for person in self._people:
            person.http.close()
        self.kill9()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, *arguments: str, check: bool = True) -> str:
        done = self._finished(*arguments)
        if check:
            assert done.returncode == 0, f"{arguments} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def _finished(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, *arguments],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )

    def _answers(self) -> bool:
        # not by httpx, whose every call makes a TLS context: 30 ms of processor, asked for twenty times a second
        connection = HTTPConnection(self.address, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


class Person:
    """Somebody signed in to a product, with an HTTP client and sockets; ``at`` moves to another process."""

    def __init__(self, product: Product, name: str, user_id: int, session: str) -> None:
        self.product = product
        self.name = name
        self.user_id = user_id
        self.session = session
        self.http = httpx.Client(
            base_url=product.url,
            cookies={"sessionid": session, "csrftoken": _CSRF},
            headers={"X-CSRFToken": _CSRF, "Accept-Language": "en"},
            timeout=20,
            trust_env=False,
        )

    def at(self, product: Product) -> "Person":
        """The same person with the same session, at another process of the same database."""
        return product.welcome(Person(product, self.name, self.user_id, self.session))

    def new_conversation(self, kind: str = "strategy") -> str:
        """Its id."""
        answer = self.http.post("/api/conversations/", json={"kind": kind, "id": str(uuid.uuid4())})
        assert answer.status_code in (200, 201), answer.text
        return str(answer.json()["id"])

    def socket(self, conversation: str, *, address: str = "", **options: Any) -> SocketClient:
        """A connected socket; use it in ``with``, which always disconnects. ``address``: another way to the server."""
        return SocketClient(address or self.product.address, conversation, self.session, **options)

    def messages(self, conversation: str) -> list[dict[str, Any]]:
        """All stored messages, oldest first, by the API."""
        found: list[dict[str, Any]] = []
        path: str | None = f"/api/conversations/{conversation}/messages/"
        while path:
            answer = self.http.get(path)
            assert answer.status_code == 200, answer.text
            found += answer.json()["results"]
            path = answer.json()["next"]
        return found

    def ledger(self) -> list[dict[str, Any]]:
        """Rows of this person's model calls, newest first, by the API."""
        answer = self.http.get("/api/usage/", params={"limit": 200})
        assert answer.status_code == 200, answer.text
        rows: list[dict[str, Any]] = answer.json()["results"]
        return rows

    def running_text(self, conversation: str) -> str:
        """What a page load shows of the running reply; empty when none runs."""
        found = re.findall(r'<div class="prose prose-live">(.*?)</div>', self.page(conversation), re.DOTALL)
        return html.unescape(found[0]) if found else ""  # the last one is the script's empty template

    def page(self, conversation: str) -> str:
        """The conversation's HTML."""
        answer = self.http.get(f"/chat/{conversation}/")
        assert answer.status_code == 200, answer.status_code
        return answer.text
