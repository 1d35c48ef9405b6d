"""Sockets are opened by our own pages only: the Origin is this very site, or one that the operator trusts."""

from typing import Any
from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import validate_host


class OriginCheck:
    """Unlike channels' AllowedHostsOriginValidator it compares the port too.

    A client that sends no Origin is no browser, so no foreign page can have made it send its cookies.
    """

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        headers = {name: value.decode("latin-1") for name, value in scope.get("headers", [])}
        if is_allowed(headers.get(b"origin"), headers.get(b"host", "")):
            return await self._application(scope, receive, send)
        return await WebsocketDenier()(scope, receive, send)


def is_allowed(origin: str | None, host: str) -> bool:
    try:
        return _is_allowed(origin, host)
    except ValueError:  # brackets that are no IPv6 address
        return False


def _is_allowed(origin: str | None, host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    allowed_hosts = settings.ALLOWED_HOSTS or (["localhost", "127.0.0.1", "[::1]"] if settings.DEBUG else [])
    if not validate_host(f"[{name}]" if ":" in name else name, allowed_hosts):
        return False
    if origin is None:
        return True
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    parts = urlsplit(origin)
    schemes = ("https",) if settings.SECURE_PROXY_SSL_HEADER else ("http", "https")
    return parts.scheme in schemes and parts.netloc.lower() == host.lower()
