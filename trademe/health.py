"""What a load balancer asks: does the process answer (``/healthz``), and can it work (``/readyz``)."""

import asyncio
from collections.abc import Awaitable

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from redis.exceptions import RedisError

from chat import runtime
from strategies.sandbox import levels

SECONDS = 3.0  # that each part may take
LAG = 5.0  # seconds that a write may wait before this process is no place for more


async def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers at all."""
    return JsonResponse({"status": "ok"})


async def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, is migrated and can be written, else 503.

    The channel layer is only a doorbell, and without a sandbox only code is not run: reported, never decisive.
    """
    database = await _state(database_sync_to_async(_ask_database)())
    migrations = await _migrations() if database == "ok" else "unknown"
    parts = {"database": database, "migrations": migrations, "writer": _writer()}
    ready = all(state == "ok" for state in parts.values())
    parts["channel_layer"] = await _state(_ask_channel_layer())
    parts["sandbox"] = _sandbox()
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


async def _migrations() -> str:
    """Applied migrations stay applied, so a process asks until the answer is yes."""
    if not _seen.migrated:
        try:
            _seen.migrated = await asyncio.wait_for(database_sync_to_async(_is_migrated)(), SECONDS)
        except (Error, OSError, TimeoutError):
            return "unknown"
    return "ok" if _seen.migrated else "pending"


def _is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _writer() -> str:
    """The writer of this process; servers without a lifespan start it with their first connection."""
    running = runtime.current()
    if running is None:
        return "ok"
    if running.draining or not running.writer.alive:
        return "stopped"
    if running.writer.away_since is not None:
        return "waiting"
    return "ok" if running.writer.lag < LAG else "behind"


def _sandbox() -> str:
    """At what level this process runs code, when it has been found out."""
    level = levels.known()
    return "unknown" if level is None else level.name


class _Seen:
    migrated = False


_seen = _Seen()


async def _ask_channel_layer() -> None:
    if settings.CONFIG.redis_url:
        await get_channel_layer().group_send("health", {"type": "health"})
