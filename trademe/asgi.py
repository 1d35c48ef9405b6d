"""ASGI: HTTP to Django, sockets to the chat, the lifespan to its runtime.

Servers: ``python -m uvicorn trademe.asgi:application`` (drains on SIGTERM) or daphne (which has no lifespan: there the
lease and the sweeper end what was running).
"""

import asyncio
import ctypes
import os
import sys
from typing import Any

from django.core.asgi import get_asgi_application

os.umask(0o077)  # what a server writes holds sessions and conversations: only its own user may read it
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trademe.settings")
http = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.sessions import CookieMiddleware  # noqa: E402

from chat import runtime  # noqa: E402
from chat.routing import urlpatterns  # noqa: E402
from strategies.backtests import live  # noqa: E402
from strategies.sandbox import selftest  # noqa: E402
from trademe import transports  # noqa: E402
from trademe.bodies import BoundedBodies  # noqa: E402
from trademe.origin import OriginCheck  # noqa: E402

MMAP_THRESHOLD = 512 * 1024  # bytes


def _give_memory_back() -> None:
    """Large blocks go back to the system when they are freed: glibc keeps them, once it has seen some go.

    Replies of 4 MiB to 50 sockets at once left the process at three times its size for good.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # not in other C libraries
    if mallopt is not None:
        mallopt(-3, MMAP_THRESHOLD)  # M_MMAP_THRESHOLD


_give_memory_back()
_routes = ProtocolTypeRouter(
    {"http": BoundedBodies(http), "websocket": OriginCheck(CookieMiddleware(URLRouter(urlpatterns)))}
)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Every scope ends here; the runtime runs before the first of them is served."""
    if scope["type"] == "http" and _has_foreign_charset(scope):
        await _refuse_charset(send)
        return
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    transports.bound(send)
    if runtime.current() is None:
        await runtime.ensure_started()
        live.start()
    await _routes(scope, receive, send)


def _has_foreign_charset(scope: dict[str, Any]) -> bool:
    """A form in another charset than UTF-8: Django fails on some before any middleware could answer."""
    kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"").lower()
    charset = kind.partition(b"charset=")[2].partition(b";")[0].strip(b' "')
    return kind.startswith(b"application/x-www-form-urlencoded") and charset not in (b"", b"utf-8", b"utf8")


async def _refuse_charset(send: Any) -> None:
    body = b"Forms are read in UTF-8."
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 415, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _nothing() -> None:
    return None


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            try:
                await runtime.ensure_started()
            except runtime.AlreadyServed as error:
                print(error, file=sys.stderr)
                await send({"type": "lifespan.startup.failed", "message": str(error)})
                return
            selftest.start()
            live.start()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            running = runtime.current()
            await asyncio.gather(asyncio.to_thread(live.stop), running.drain() if running is not None else _nothing())
            await send({"type": "lifespan.shutdown.complete"})
            return
