"""Bodies of requests are bounded before anything reads them: Django stores a body of any size in a temporary file."""

import json
import re
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from trademe.accounts.sessions import browser_language

MAX_BODY = 8 * 1024 * 1024  # bytes; a frame of the socket, a page of the API and a strategy's code are far smaller
# a file of bars, which Django writes to disk piece by piece; somewhat more than strategies.data.uploads takes, which
# says so in words
MAX_UPLOAD = 65 * 1024 * 1024
UPLOADS = frozenset(("/strategies/data/new/",))
# an image, likewise: chat.attachments.images
MAX_IMAGE_UPLOAD = 11 * 1024 * 1024
_IMAGES = re.compile(r"/api/(conversations/[0-9a-f-]{36}/)?attachments/")


class _TooLarge(Exception):
    """The client sends more than anybody reads."""


class BoundedBodies:
    """An ASGI application for HTTP that answers 413 instead of reading on."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        received, started = 0, False
        most = _most(scope["path"])

        async def bounded_receive() -> dict[str, Any]:
            nonlocal received
            message: dict[str, Any] = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise _TooLarge
            return message

        async def noted_send(message: dict[str, Any]) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            if _announced(scope) > most:
                raise _TooLarge
            await self._application(scope, bounded_receive, noted_send)
        except _TooLarge:
            if not started:
                await _refuse(scope, send)


def _most(path: str) -> int:
    if _IMAGES.fullmatch(path):
        return MAX_IMAGE_UPLOAD
    return MAX_UPLOAD if path in UPLOADS else MAX_BODY


def _announced(scope: dict[str, Any]) -> int:
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(length) if length.isdigit() else 0


async def _refuse(scope: dict[str, Any], send: Any) -> None:
    with translation.override(browser_language(scope)):
        words = too_large()
    if scope["path"].startswith("/api/"):
        kind, text = b"application/json", json.dumps({"code": "too_large", "message": words}, ensure_ascii=False)
    else:
        kind, text = b"text/plain; charset=utf-8", words
    body = text.encode()
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def too_large() -> str:
    """The sentence, in the active language."""
    return _("The request is too large.")
