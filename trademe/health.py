"""What a load balancer asks: does the process answer (``/healthz``), and can it work (``/readyz``)."""

import asyncio
from collections.abc import Awaitable

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from redis.exceptions import RedisError

SECONDS = 3.0  # that each part may take


async def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers at all."""
    return JsonResponse({"status": "ok"})


async def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, else 503. The channel layer is only a doorbell: reported, never decisive."""
    database = await _state(database_sync_to_async(_ask_database)())
    parts = {"database": database, "channel_layer": await _state(_ask_channel_layer())}
    ready = database == "ok"
    return JsonResponse({"status": "ok" if ready else "unavailable", **parts}, status=200 if ready else 503)


async def _state(question: Awaitable[None]) -> str:
    try:
        await asyncio.wait_for(question, SECONDS)
    except (Error, OSError, TimeoutError, RedisError):
        return "unavailable"
    return "ok"


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


async def _ask_channel_layer() -> None:
    if settings.CONFIG.redis_url:
        await get_channel_layer().group_send("health", {"type": "health"})
