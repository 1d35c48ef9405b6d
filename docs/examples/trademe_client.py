"""A small client of Trademe for Python 3.11: the REST API, and a talk over the socket that survives its connection.

Needs ``httpx`` and ``websockets``. Copy it, or run it:
``python trademe_client.py http://127.0.0.1:8000 NAME PASSWORD``.
"""

import contextlib
import json
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

RECONNECT_SECONDS = 0.5
FINAL_CODES = {4401, 4404}  # signed out, no such conversation: asking again does not help


class TrademeError(Exception):
    """The server refused; ``code`` is one of the stable words of docs/protocol.md."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


@dataclass
class Reply:
    """One reply while it streams and after it; ``text`` grows as ``Talk.say`` is read."""

    turn_id: str = ""
    message_id: str = ""
    status: str = "running"  # complete, stopped, truncated, failed, interrupted
    text: str = ""
    seq: int = 0
    versions: list[dict[str, Any]] = field(default_factory=list)
    usage: dict[str, Any] = field(default_factory=dict)


class Trademe:
    """Signed in by password (REST and sockets), or with an API token (REST only)."""

    def __init__(self, url: str, *, token: str = "", timeout: float = 20.0) -> None:
        self.url = url.rstrip("/")
        headers = {"Authorization": f"Token {token}"} if token else {}
        self.http = httpx.Client(base_url=self.url, headers=headers, timeout=timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    def sign_in(self, username: str, password: str) -> None:
        """Raises TrademeError with ``not_signed_in`` where name and password do not fit."""
        self.http.get("/accounts/login/")
        fields = {"username": username, "password": password, "csrfmiddlewaretoken": self.http.cookies["csrftoken"]}
        self.http.post("/accounts/login/", data=fields, headers={"Referer": self.url})
        if "sessionid" not in self.http.cookies:
            raise TrademeError("not_signed_in", "Name and password do not fit.")

    # --- REST --------------------------------------------------------------------------------------------------------

    def request(self, method: str, path: str, **options: Any) -> Any:
        """The JSON of an answer; raises TrademeError for every refusal."""
        headers = {"Referer": self.url}
        if "csrftoken" in self.http.cookies:
            headers["X-CSRFToken"] = self.http.cookies["csrftoken"]
        answer = self.http.request(method, path, headers=headers, **options)
        if answer.is_success:
            return answer.json() if answer.content else None
        try:
            found = answer.json()
        except ValueError:
            found = {}
        raise TrademeError(found.get("code", f"http_{answer.status_code}"), found.get("message", answer.reason_phrase))

    def pages(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Every row of a list, page by page."""
        page = self.request("GET", path, params=query)
        while True:
            yield from page["results"]
            if not page["next"]:
                return
            page = self.request("GET", page["next"])

    def new_conversation(self, kind: str = "strategy", title: str = "") -> dict[str, Any]:
        """A new conversation. Its id is made here, so that a request that is sent twice makes one."""
        fields = {"id": str(uuid.uuid4()), "kind": kind, "title": title}
        made: dict[str, Any] = self.request("POST", "/api/conversations/", json=fields)
        return made

    def conversations(self, search: str = "") -> Iterator[dict[str, Any]]:
        return self.pages("/api/conversations/", **({"search": search} if search else {}))

    def messages(self, conversation: str) -> Iterator[dict[str, Any]]:
        """Oldest first, every branch."""
        return self.pages(f"/api/conversations/{conversation}/messages/")

    def version(self, strategy_id: int, number: int) -> dict[str, Any]:
        """With ``code`` and its ``code_sha256``."""
        found: dict[str, Any] = self.request("GET", f"/api/strategies/{strategy_id}/versions/{number}/")
        return found

    def talk(self, conversation: str) -> "Talk":
        return Talk(self, conversation)


class Talk:
    """The socket of one conversation; when it breaks, it is opened again and goes on behind the last character."""

    def __init__(self, trademe: Trademe, conversation: str) -> None:
        self._trademe = trademe
        self._conversation = conversation
        self._socket: ClientConnection | None = None
        self.spec: dict[str, Any] | None = None  # the last `strategy_maturity`
        self.head: str | None = None  # the last message, behind which the next one goes

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._socket is not None:
            self._socket.close()

    def say(self, content: str, reply: Reply | None = None) -> Iterator[str]:
        """Send a message and give the reply's text as it comes. ``reply`` holds all of it afterwards."""
        return self._turn({"type": "ai_chat", "content": content}, reply or Reply())

    def confirm(self, spec_revision: int, reply: Reply | None = None) -> Iterator[str]:
        """Confirm the spec: code is generated from it."""
        return self._turn({"type": "confirm_generation", "spec_revision": spec_revision}, reply or Reply())

    def _turn(self, command: dict[str, Any], reply: Reply) -> Iterator[str]:
        # the same request_id again starts nothing again: it is safe to send it after any break
        command = {**command, "request_id": str(uuid.uuid4())}
        self._send(command)
        while reply.status == "running":
            try:
                frame = self._receive()
            except (ConnectionClosed, OSError):
                self._reopen()
                if reply.turn_id:
                    self._send({"type": "resume", "turn_id": reply.turn_id, "after_seq": reply.seq})
                else:
                    self._send(command)
                continue
            yield from self._take(frame, command["request_id"], reply)

    def _take(self, frame: dict[str, Any], request_id: str, reply: Reply) -> Iterator[str]:
        kind = frame["type"]
        if kind == "strategy_maturity":
            self.spec = frame
        elif kind == "error" and frame["request_id"] in (request_id, None):
            raise TrademeError(frame["code"], frame["message"])
        if frame.get("turn_id") is None or kind == "error":
            return
        if kind == "ai_chat_start" and frame["request_id"] == request_id:
            reply.turn_id = frame["turn_id"]
        if frame["turn_id"] != reply.turn_id:
            return
        if kind == "ai_stream_chunk" and frame["seq"] == reply.seq + 1:
            reply.seq = frame["seq"]
            reply.text += frame["text"]
            yield frame["text"]
        elif kind == "ai_stream_end":
            rest = frame["content"][len(reply.text) :]  # what an ended turn had beyond what was seen of it
            reply.message_id, reply.text, reply.usage = frame["message_id"], frame["content"], frame["usage"]
            reply.versions, reply.status = frame["versions"], frame["status"]
            self.head = frame["message_id"]
            if rest:
                yield rest

    # --- the connection ------------------------------------------------------------------------------------------

    def _open(self) -> None:
        parts = urlsplit(self._trademe.url)
        scheme = "wss" if parts.scheme == "https" else "ws"
        session = self._trademe.http.cookies.get("sessionid", "")
        self._socket = connect(
            f"{scheme}://{parts.netloc}/ws/chat/{self._conversation}/",
            origin=Origin(self._trademe.url),
            additional_headers={"Cookie": f"sessionid={session}"},
            max_size=16 * 1024 * 1024,
            proxy=None,
            legacy=True,  # returns the connection; close() ends it
        )
        self._receive()  # connection_established

    def _reopen(self) -> None:
        while True:
            try:
                self._open()
                return
            except ConnectionClosed as closed:
                if closed.rcvd is not None and closed.rcvd.code in FINAL_CODES:
                    raise TrademeError("not_signed_in" if closed.rcvd.code == 4401 else "not_found", "") from closed
            except OSError:
                pass
            time.sleep(RECONNECT_SECONDS)

    def _send(self, command: dict[str, Any]) -> None:
        command = {"request_id": str(uuid.uuid4()), **command}
        if self._socket is None:
            raise RuntimeError("Use it in `with`.")
        with contextlib.suppress(ConnectionClosed, OSError):  # the next receive finds out, and sends again
            self._socket.send(json.dumps(command))

    def _receive(self) -> dict[str, Any]:
        if self._socket is None:
            raise RuntimeError("Use it in `with`.")
        frame: dict[str, Any] = json.loads(self._socket.recv())
        return frame


def main() -> None:
    url, username, password = sys.argv[1:]
    with Trademe(url) as trademe:
        trademe.sign_in(username, password)
        conversation = trademe.new_conversation("strategy")
        with trademe.talk(conversation["id"]) as talk:
            for line in sys.stdin:
                for text in talk.say(line.strip()):
                    print(text, end="", flush=True)
                print()


if __name__ == "__main__":
    main()
